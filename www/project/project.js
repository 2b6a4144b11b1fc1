// What a saved picture says of how it was painted, and back: so that the file is the project.
//
// {format, made, settings, first, score, iterations, sources: {which: {title, sample}}, findings, mixed}
//   settings     of the form, when it was saved
//   first, score what the run began with, and {at, changed}: by what it was steered after so many steps; changed settings only,
//                null for one that was dropped
//   iterations   steps that were made
//   sources      the pictures it was painted from; `sample` if it is one of this site's own; those enclosed lie in the file
//   style        what made the picture at once, {name}, if it was not painted
//   mixed        whether a picture was exchanged on the way, so that these alone do not give it again
//   findings     what was known of the graphics device: it decides between kernels that round differently
// What the first versions painted with, "filter-bank", is gone: `outdated` says so, and the student paints in its place.

import * as settings from '../settings/settings.js';
import { bounded, changes, steps } from './score.js';

const FORMAT = 1;
/** @type {string[]} */
const SOURCES = settings.SOURCES;
const LONGEST_TITLE = 200;    // characters, as of a file's name
const LONGEST_FINDINGS = 1000;
const SAMPLE = /^[\w-]+\.jpg$/; // of this site, by its name alone

/** The label of a run's picture after so many iterations, as text. */
export function describe(run, iterations) {
  const sources = Object.fromEntries(Object.entries(run.pictures).map(([which, { title, sample }]) => [which, { title, sample: sample && sample.split('/').at(-1) }]));
  return JSON.stringify({
    format: FORMAT, made: 'Scumble', settings: run.settings, first: run.first, score: changes(run.first, run.score.filter(({ at }) => at <= iterations)),
    iterations, sources, findings: run.findings, mixed: run.mixed, style: run.style && { name: run.style.name },
  });
}

/** The files that a run was painted from, [{name, blob}], and what it went on from. */
export function enclosures(run) {
  const files = Object.entries(run.pictures).map(([name, { blob }]) => ({ name, blob }));
  return run.continues ? [...files, { name: 'start', blob: run.from }] : files;
}

/**
 * Reads a label as {project, enclosed: {which: blob}}; null if it is none that this version can follow. Whoever made the
 * file may have written anything, so the form is checked here, and the settings by the engine before it paints.
 */
export function read(label) {
  try { return parsed(label); } catch { return null; }
}

function parsed({ settings: text, enclosed }) {
  const project = JSON.parse(text);
  if (project.format !== FORMAT || !isObject(project.settings) || !isObject(project.first)) return null;
  const files = Object.fromEntries(enclosed.filter(({ name }) => SOURCES.includes(name)).map(({ name, bytes }) => [name, new Blob([bytes])]));
  const sources = Object.fromEntries(Object.entries(project.sources ?? {}).filter(([which]) => SOURCES.includes(which))
    .map(([which, { title, sample }]) => [which, { title: String(title ?? which).slice(0, LONGEST_TITLE), sample: SAMPLE.test(sample) ? sample : undefined }]));
  const score = steps(project.first, project.score);
  return {
    project: {
      settings: settings.modern(bounded(project.settings)), first: settings.modern(project.first), sources,
      score: score?.map(({ at, settings: own }) => ({ at, settings: settings.modern(own) })) ?? [], busy: score === null,
      outdated: [project.settings, project.first].some(({ model }) => model === 'filter-bank'),
      iterations: Number(project.iterations) || Infinity, mixed: Boolean(project.mixed),
      style: project.style ? String(project.style.name).slice(0, LONGEST_TITLE) : undefined,
      findings: typeof project.findings === 'string' && project.findings.length <= LONGEST_FINDINGS ? project.findings : undefined,
    },
    enclosed: files,
  };
}

function isObject(value) { return typeof value === 'object' && value !== null; }
