// Moving pictures: the camera is painted live and recorded; a film is painted frame by frame, with its times and its sound.

import assert from "node:assert/strict";
import { breakable } from "./fragile.mjs";
import { CAMERA_ARGS, fixture, newPage, test } from "./harness.mjs";
import { answer, difference, downloaded, drop, openWith, press, rest, save } from "./studio.mjs";

const SMALL = { size: 128, effort: 0.1 };

const here = fixture({ args: CAMERA_ARGS });

/** The dialog's newest picture: {width, height, rgba}. */
function seen(page) {
  return page.evaluate(() => {
    const { canvas } = document.getElementById("moving");
    const { width, height } = canvas;
    return { width, height, rgba: [...canvas.getContext("2d").getImageData(0, 0, width, height).data] };
  });
}

/** Waits until so many more pictures were painted; one may have been under way. */
async function painted(page, count) {
  await page.evaluate(() => {
    const context = document.getElementById("moving").canvas.getContext("2d");
    delete context.putImageData;
    globalThis.pictures = 0;
    context.putImageData = (...given) => {
      globalThis.pictures++;
      CanvasRenderingContext2D.prototype.putImageData.apply(context, given);
    };
  });
  await page.waitForFunction((count) => globalThis.pictures > count, count, { timeout: 300_000 });
}

/** Waits until a button of the dialog can be pressed. */
function offered(page, action, words = "") {
  return page.waitForFunction(([action, words]) => {
    const button = document.querySelector(`#moving [data-action="${action}"]`);
    return button && !button.disabled && button.textContent.includes(words);
  }, [action, words], { timeout: 300_000 });
}

/** What the dialog has to say, once it says something. */
async function said(page) {
  await page.waitForFunction(() => document.querySelector("#moving [role=status]")?.textContent, undefined, { timeout: 300_000 });
  return page.textContent("#moving [role=status]");
}

/** A film of 128 x 96 pixels, made in the page: frames at these moments, in seconds, and perhaps a sound. */
async function film(page, { times, end, sound = false, rotation = 0, name }) {
  const base64 = await page.evaluate(async ({ times, end, sound, rotation, name }) => {
    const media = await import(new URL("libraries/mediabunny.js", document.baseURI).href);
    const format = name.endsWith(".mp4") ? new media.Mp4OutputFormat() : new media.WebMOutputFormat();
    const output = new media.Output({ format, target: new media.BufferTarget() });
    const canvas = new OffscreenCanvas(128, 96);
    const context = canvas.getContext("2d");
    const video = new media.CanvasSource(canvas, { codec: name.endsWith(".mp4") ? "avc" : "vp8", quality: new media.Quality({ bitrate: 2_000_000 }) });
    output.addVideoTrack(video, { rotation });
    const audio = sound && new media.AudioSampleSource({ codec: "opus", bitrate: 64_000 });
    if (audio) output.addAudioTrack(audio);
    await output.start();
    for (const [index, time] of times.entries()) {
      const sky = context.createLinearGradient(0, 0, 0, 96);
      sky.addColorStop(0, "#204090");
      sky.addColorStop(1, "#f0c080");
      context.fillStyle = sky;
      context.fillRect(0, 0, 128, 96);
      context.fillStyle = "#c03020";
      context.fillRect(8 + 18 * index, 20, 30, 50);
      await video.add(time, (times[index + 1] ?? end) - time);
    }
    if (audio) {
      const data = Float32Array.from({ length: Math.round(48_000 * end) }, (_, index) => Math.sin(index / 20) / 2);
      const sample = new media.AudioSample({ data, format: "f32", numberOfChannels: 1, sampleRate: 48_000, timestamp: 0 });
      await audio.add(sample);
      sample.close();
    }
    await output.finalize();
    let binary = "";
    for (const byte of new Uint8Array(output.target.buffer)) binary += String.fromCharCode(byte);
    return btoa(binary);
  }, { times, end, sound, rotation, name });
  return { name, bytes: Buffer.from(base64, "base64") };
}

/** What a film holds: its frames' times, its size, the first frame as pixels and as a PNG, and every piece of its sound. */
function contents(page, { bytes }) {
  return page.evaluate(async (base64) => {
    const media = await import(new URL("libraries/mediabunny.js", document.baseURI).href);
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const input = new media.Input({ source: new media.BlobSource(new Blob([bytes])), formats: media.ALL_FORMATS });
    const track = await input.getPrimaryVideoTrack();
    const times = [];
    let end = 0, first, png, codedWidth;
    for await (const sample of new media.VideoSampleSink(track).samples()) {
      times.push(Math.round(1000 * sample.timestamp) / 1000);
      end = sample.timestamp + sample.duration;
      if (!first) {
        const canvas = new OffscreenCanvas(sample.displayWidth, sample.displayHeight);
        const context = canvas.getContext("2d");
        sample.draw(context, 0, 0);
        codedWidth = sample.codedWidth;
        first = [...context.getImageData(0, 0, canvas.width, canvas.height).data];
        png = btoa(String.fromCharCode(...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer())));
      }
      sample.close();
    }
    const audio = await input.getPrimaryAudioTrack();
    const sound = [];
    if (audio) for await (const { data, timestamp } of new media.EncodedPacketSink(audio).packets()) sound.push(`${timestamp.toFixed(3)} ${[...data].join()}`);
    return { times, end, width: await track.getDisplayWidth(), height: await track.getDisplayHeight(), codedWidth, rotation: await track.getRotation(), first, png, sound, codec: await audio?.getCodec() };
  }, bytes.toString("base64"));
}

/** How a browser plays a film: {width, height, seconds}. */
function played(page, { name, bytes }) {
  return page.evaluate(async ([base64, type]) => {
    const video = document.createElement("video");
    video.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type }));
    await new Promise((resolve, reject) => Object.assign(video, { onloadeddata: resolve, onerror: () => reject(new Error(video.error.message)) }));
    return { width: video.videoWidth, height: video.videoHeight, seconds: video.duration };
  }, [bytes.toString("base64"), `video/${name.split(".").at(-1)}`]);
}

test("the camera is painted live and recorded, and rests when the dialog is closed", async () => {
  // The page plays no films, and its policy says so; the test does.
  const { page, complaints, close } = await newPage(here.browser, { bypassCSP: true });
  await page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = async (wanted) => (globalThis.stream = await ask.call(navigator.mediaDevices, wanted));
  });
  await openWith(page, here.site.url, SMALL);
  await press(page, "open-camera");
  await offered(page, "record");
  assert.equal(await page.evaluate(() => document.querySelectorAll("#moving select option").length >= 3), true, "the styles of this site");
  await page.waitForFunction(() => /^128 px · [\d.]+ frames a second$/.test(document.querySelector("#moving .status").textContent), undefined, { timeout: 300_000 });
  const first = await seen(page);
  assert.deepEqual([first.width, first.height], [128, 72], "the camera's shape");
  await page.waitForFunction((before) => {
    const { canvas } = document.getElementById("moving");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value, index) => Math.abs(value - before[index]) > 20);
  }, first.rgba, { timeout: 300_000 });

  // At no strength the camera itself is seen.
  await page.fill("#moving-strength", "0");
  await painted(page, 1);
  const plain = await seen(page);
  await page.fill("#moving-strength", "50");
  await painted(page, 1);
  assert.ok(difference(plain.rgba, (await seen(page)).rgba) > 5, "the style is seen");

  const look = (hidden) => page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await look(true);
  await painted(page, -1);
  await rest(page, 4000);
  assert.ok(await page.evaluate(() => globalThis.pictures) <= 1, "it rests while nobody looks");
  await look(false);
  await painted(page, 1);

  await answer(page, "moving", "record");
  await offered(page, "record", "Stop recording");
  await painted(page, 3);
  const recording = await downloaded(page, () => answer(page, "moving", "record"));
  assert.match(recording.name, /^[\w-]+\.(mp4|webm)$/);
  const { width, height, seconds } = await played(page, recording);
  assert.deepEqual([width, height], [128, 72]);
  assert.ok(seconds > 0 && seconds < 300, `${seconds} s`);
  assert.ok((await contents(page, recording)).times.length > 2, "it has frames");

  await answer(page, "moving", "close");
  await page.waitForFunction(() => globalThis.stream.getTracks().every(({ readyState }) => readyState === "ended"));
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "ready");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a film keeps its frames, their times and its sound, and is painted as a photo is", async () => {
  const { page, complaints, close } = await newPage(here.browser, { bypassCSP: true });
  await openWith(page, here.site.url, SMALL);
  await page.waitForFunction(() => document.querySelector("#styles li button"));
  await page.evaluate(() => document.querySelector("#styles li button").click());
  await page.waitForFunction(() => /in one pass/.test(document.getElementById("status").textContent) && customElements.get("save-dialog"), undefined, { timeout: 300_000 });
  const large = await save(page);

  const times = [0, 0.1, 0.25, 0.3, 0.5];
  const source = await film(page, { times, end: 0.6, sound: true, name: "My walk.webm" });
  const before = await contents(page, source);
  assert.deepEqual([before.times, before.codec, before.sound.length > 10], [times, "opus", true]);
  await drop(page, "photo", source);
  await offered(page, "train");
  assert.match(await page.textContent("#moving"), /My walk/);
  await page.waitForFunction(() => /About \d/.test(document.querySelector("#moving .status").textContent));
  const first = await seen(page);
  await answer(page, "moving", "train");
  await offered(page, "keep");
  assert.equal(await said(page), "The film is ready.");
  const made = await downloaded(page, () => answer(page, "moving", "keep"));
  assert.match(made.name, /^my-walk-x-swirling-night\.(mp4|webm)$/);
  const after = await contents(page, made);
  assert.deepEqual([after.width, after.height, after.times], [128, 96, times]);
  assert.ok(after.end > 0.5 && after.end < 0.7, `the last frame ends at ${after.end} s`);
  assert.deepEqual(after.sound, before.sound, "the sound, bit for bit");
  assert.ok(Math.abs((await played(page, made)).seconds - 0.6) < 0.05);
  assert.ok(difference(after.first, before.first) > 10, "it is painted");
  await answer(page, "moving", "close");

  assert.deepEqual((await save(page)).rgba, large.rgba, "the large picture is as it was");
  await drop(page, "photo", { name: "first.png", bytes: Buffer.from(before.png, "base64") });
  await page.waitForFunction(() => document.getElementById("wall-label").textContent.includes("first"), undefined, { timeout: 300_000 });
  const still = await save(page);
  const [exact, encoded] = [difference(first.rgba, still.rgba), difference(after.first, still.rgba)];
  console.log(`the first frame is ${exact.toFixed(2)} levels from the same still, and ${encoded.toFixed(1)} when it was encoded`);
  assert.ok(exact < 2, `${exact} levels`);
  assert.ok(encoded < 12, `${encoded} levels`);
  assert.deepEqual(complaints(), []);
  await close();
});

test("a portrait film stays upright, and Stop keeps what was painted", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  const times = Array.from({ length: 40 }, (_, index) => index / 10);
  await drop(page, "painting", await film(page, { times, end: 4, rotation: 90, name: "portrait.mp4" }));
  await offered(page, "train");
  const first = await seen(page);
  assert.deepEqual([first.width, first.height], [96, 128]);
  await answer(page, "moving", "train");
  await page.waitForFunction(() => /^[1-9]\d* %/.test(document.querySelector("#moving .status").textContent), undefined, { timeout: 300_000 });
  await page.keyboard.press("Escape"); // as Stop
  await offered(page, "keep");
  assert.match(await said(page), /^Stopped after \d+ s of the film/);
  const made = await contents(page, await downloaded(page, () => answer(page, "moving", "keep")));
  assert.deepEqual([made.width, made.height, made.rotation, made.codedWidth], [96, 128, 0, 96]);
  assert.ok(made.times.length > 0 && made.times.length < 40, `${made.times.length} frames`);
  assert.deepEqual(made.times, times.slice(0, made.times.length));
  assert.deepEqual(complaints(), []);
  await close();
});

test("a damaged film is told in a sentence, and an engine that falls closes the dialog", async () => {
  const { page, close } = await newPage(here.browser);
  await breakable(page);
  await openWith(page, here.site.url, SMALL);
  const whole = await film(page, { times: [0, 0.5], end: 1, name: "whole.webm" });
  await drop(page, "photo", { name: "broken.mp4", bytes: whole.bytes.subarray(300) });
  assert.match(await said(page), /“broken\.mp4” cannot be read as a film\. It is damaged/);
  await answer(page, "moving", "close");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "ready");

  await drop(page, "photo", whole);
  await offered(page, "train");
  await answer(page, "moving", "train");
  await page.evaluate(() => globalThis.engine.dispatchEvent(new ErrorEvent("error", { message: "It fell.", cancelable: true })));
  await page.waitForFunction(() => document.getElementById("messages").textContent.includes("The painting engine crashed. It was started again") && !document.querySelector("#moving dialog[open]"));
  await page.waitForFunction(() => document.documentElement.dataset.state === "ready", undefined, { timeout: 300_000 });
  await drop(page, "photo", whole);
  await offered(page, "train"); // the new engine paints it
  await close();
});
