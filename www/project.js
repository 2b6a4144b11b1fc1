// What a saved picture says of how it was painted, and back: so that the file is the project.
//
// {format, made, settings, first, score, iterations, sources: {which: {title, sample}}, findings, adapter}
//   settings     of the form, when it was saved
//   first, score what the run began with, and the {at, settings} that it was steered by: what the same picture takes
//   iterations   steps that were made
//   sources      the pictures it was painted from; `sample` if it is one of this site's own; those enclosed lie in the file
//   findings     what was known of the graphics device: it decides between kernels that round differently

import * as settings from './settings.js';

const FORMAT = 1;

/** The label of a run's picture after so many iterations, as text. */
export function describe(run, iterations) {
  const sources = Object.fromEntries(Object.entries(run.pictures).map(([which, { title, sample }]) => [which, { title, sample: sample && sample.split('/').at(-1) }]));
  return JSON.stringify({
    format: FORMAT, made: 'Scumble', settings: run.settings, first: run.first, score: run.score.filter(({ at }) => at <= iterations),
    iterations, sources, findings: run.findings,
  });
}

/** The files that a run was painted from, [{name, blob}], and what it went on from. */
export function enclosures(run) {
  const files = Object.entries(run.pictures).map(([name, { blob }]) => ({ name, blob }));
  return run.from && !run.pictures.start ? [...files, { name: 'start', blob: run.from }] : files;
}

/**
 * Reads a label as {project, enclosed: {which: blob}}; null if it is none that this version can follow. Whoever made the
 * file may have written anything, so the form is checked here, and the settings by the engine before it paints.
 */
export function read({ settings: text, enclosed }) {
  let project;
  try { project = JSON.parse(text); } catch { return null; }
  if (project?.format !== FORMAT || typeof project.settings !== 'object' || typeof project.first !== 'object' || !Array.isArray(project.score)) return null;
  const known = settings.SOURCES;
  const files = Object.fromEntries(enclosed.filter(({ name }) => known.includes(name)).map(({ name, bytes }) => [name, new Blob([bytes])]));
  const sources = Object.fromEntries(Object.entries(project.sources ?? {}).filter(([which]) => known.includes(which))
    .map(([which, { title, sample }]) => [which, { title: String(title ?? which), sample: typeof sample === 'string' && /^[\w-]+\.jpg$/.test(sample) ? sample : undefined }]));
  return { project: { ...project, sources, iterations: Number(project.iterations) || Infinity, findings: typeof project.findings === 'string' ? project.findings : undefined }, enclosed: files };
}
