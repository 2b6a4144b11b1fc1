// Introduces the elements, the engine and the page to one another. What each does stands in its own file.

import './language/words.js'; // first: the page speaks the person's language before anything reads it

import './elements/picture-well.js';
import './elements/sample-shelf.js';
import './elements/message-bar.js';
import './elements/scumble-invitation.js';
import './elements/support-notice.js';
import './elements/loss-plot.js';
import './elements/time-line.js';

import { install } from './app/installation.js';
import { $ } from './page/ids.js';
import { Page } from './page/page.js';
import { noticeFor } from './page/support.js';
import { History } from './past/history.js';
import { Past } from './past/past.js';
import { Easel } from './run/easel.js';
import { Example } from './run/example.js';
import { Ledge } from './run/ledge.js';
import { Prospect } from './run/prospect.js';
import { Showing } from './run/showing.js';
import { Stage } from './run/stage.js';
import { linkTo, settingsIn } from './settings/links.js';
import { ModelChoice } from './settings/model-choice.js';
import * as settings from './settings/settings.js';
import { StyleShelf } from './styling/shelf.js';
import { Wells } from './sources/wells.js';

/** @import { Failure } from './engine/messages.d.ts' */

const form = $('settings');
const page = new Page();
const wells = new Wells(page);
wells.offerSamples();
const stage = new Stage();
const models = new ModelChoice({ page, form });
const easel = new Easel({ page, wells, form });
const showing = new Showing({ easel, wells, stage });
const ledge = new Ledge({ page, easel, stage });
const history = new History();
const past = new Past({ page, easel, stage, ledge, history, wells, form });
const example = new Example({ page, easel, stage, showing, wells });
const prospect = new Prospect({ page, easel, wells, form });
const shelf = new StyleShelf({ page, easel, wells, form, history });

settings.attend(form);
linkTo.usual = settings.read(form);
follow();
addEventListener('hashchange', follow);
wells.on('weights', (blob) => models.takeFile(blob));
page.on('again', start);
install({ page, wells, history });

let starts = 0;
/** @param {Failure} [failure] of the engine before, if it fell */
async function start(failure) {
  const mine = ++starts;
  const isNewest = () => mine === starts; // else the engine fell meanwhile
  if (!await page.open()) return;
  await wells.resend();
  if (isNewest()) await models.open();
  const became = isNewest() && await easel.goOn(failure);
  if (failure && became) page.note(`${noticeFor(failure).title}. ${became}`);
  if (isNewest()) await example.play();
}

/** What comes when it is needed first; where that failed, the next time tries again. @template T @param {() => Promise<T>} load */
function later(load) {
  /** @type {Promise<T> | undefined} */
  let loading;
  return () => (loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  }));
}
/** @param {Promise<unknown>} loading */
const attempt = (loading) => loading.catch((error) => page.complain(error));

// Before there is a run, there is nothing to steer, to compare, to save or to keep.
const openSteering = later(async () => new (await import('./run/steering.js')).Steering({ page, wells, form, easel }));
const openSaving = later(async () => {
  const [{ Saving }] = await Promise.all([import('./project/saving.js'), import('./elements/before-after.js')]);
  return new Saving({ page, easel, past, history, wells, form });
});
const openCloser = later(async () => new (await import('./run/closer.js')).Closer({ page, easel, stage }));
const openKeeping = later(async () => new (await import('./keeping/keeping.js')).Keeping({ page, easel, wells, history, past, form }));
easel.on('run', (run) => { if (run) [openSteering, openKeeping, openCloser].forEach((open) => attempt(open())); });
history.on('change', () => attempt(openSaving()));
$('save').addEventListener('click', () => attempt(openSaving().then((saving) => saving.atOnce())));
$('save-as').addEventListener('click', () => attempt(openSaving().then((saving) => saving.ask())));
const openPrinting = later(async () => new (await import('./project/printing.js')).Printing({ page, easel, past, prospect }));
const print = () => attempt(openPrinting().then((printing) => printing.ask()));
$('print').addEventListener('click', print);
$('saving').addEventListener('enlarge', () => { $('saving').close(); print(); });

// What an earlier visit has kept is offered; the first time there is none.
const visits = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('visits'); // keeping/visit.js knows the name
$('forget-kept').addEventListener('click', () => attempt(openKeeping().then((opened) => opened.forget())));
visits().then(openKeeping).then((opened) => opened.offer()).catch(() => {}); // nothing was kept, or nothing can be read

wells.on('given', (given) => given.answers.push(restored(given)));

async function restored(given) {
  try {
    return await mayBeOurs(given.picture.blob) && await (await openSaving()).restore(given);
  } catch (error) {
    page.complain(error);
    return false; // then it is a picture like any other
  }
}

// Our label stands before the pixels; any other picture need not wait for the engine to look at it.
async function mayBeOurs(blob) {
  const head = new TextDecoder('latin1').decode(await blob.slice(0, 4096).arrayBuffer());
  return head.includes('iTXtScumble\0');
}

// The sketchbook is for the curious: it comes when one of its dialogs is opened for the first time.
const openSketchbook = later(async () => new (await import('./sketches/sketchbook.js')).Sketchbook({ page, easel, wells, shelf, form }));
for (const { id } of document.querySelectorAll('sketch-dialog')) {
  document.getElementById(`open-${id}`)?.addEventListener('click', () => attempt(openSketchbook().then((opened) => opened.open(/** @type {any} */ (id)))));
}

// A link may bring settings along; other anchors lead to a place on the page.
function follow() {
  const brought = settingsIn(location.hash);
  if (!brought) return;
  settings.write(form, brought);
  settings.announce(form);
}

start();
