// Turns the settings form into what the engine reads, and keeps the form's own small manners.

import { STYLE_LAYERS } from '../engine/tables.js';
import { t } from '../language/words.js';

/** @import { Settings, Source } from '../engine/messages.d.ts' */

// The sliders of “Detail” stand for the style's layers.
const USUAL = 50;

// What the form has no control for: from a file or a link, until the person takes it back.
let extras = {};

// The controls that stand for one setting each. The engine's table of settings says which, and tests/settings.rs writes them.
function singles(form) {
  return [...form.querySelectorAll('[data-setting]')].map(({ dataset: { setting } }) => [setting, form.elements[setting]]);
}

function valueOf({ type, checked, value, dataset }) {
  if (type === 'checkbox') return checked;
  if (type === 'range') return Number(value) / (dataset.perUnit ?? 1);
  return dataset.number === undefined ? value : Number(value);
}

function show(control, value) {
  if (control.type === 'checkbox') control.checked = value;
  else if (control.type === 'range') control.value = value * (control.dataset.perUnit ?? 1);
  else select(control, String(value));
}

/** The form as the engine's settings. @returns {Settings} */
export function read(form) {
  const { elements } = form;
  const own = Object.fromEntries(singles(form).map(([name, control]) => [name, valueOf(control)]));
  const share = elements['second-share'].valueAsNumber;
  return {
    ...extras,
    ...own,
    model: elements.model.value,
    'style-scales': share > 0 ? [1, Number(elements['second-scale'].value)] : [],
    blend: blendOf(share),
    seed: seedOf(elements.seed.value),
    'style-layers': weightsOf([...elements.level].map((level) => level.valueAsNumber)),
    placed: elements.placed.checked && share > 0,
    colours: own.texture ? 'painting' : own.colours,
  };
}

/** Settings of the first built-in model, "filter-bank", as today's; its layers, from fine to coarse, were called bank0 to bank4. */
export function modern(given) {
  if (given.model !== 'filter-bank') return given;
  const layers = Object.entries(given['style-layers'] ?? {}).map(([name, share]) => [STYLE_LAYERS[name.replace(/^bank/, '')] ?? name, share]);
  return { ...given, model: 'student', 'style-layers': Object.fromEntries(layers), 'content-layers': {} };
}

/**
 * Puts the engine's settings into the form; those that are not given keep what stands there, unless these are the `whole`.
 * Nothing hears of it. They may come from a stranger's link or file: what is of the wrong kind is left out.
 */
export function write(form, wanted, { whole = false } = {}) {
  const settings = modern(wanted);
  const { elements } = form;
  const former = whole ? {} : extras;
  extras = {};
  const known = read(form);
  for (const [name, control] of singles(form)) if (settings[name] !== undefined) show(control, settings[name]);
  if (settings.size !== undefined) elements.size.dataset.chosen = '';
  for (const name of ['model', 'seed']) if (settings[name] !== undefined) elements[name].value = settings[name];
  if (settings.placed !== undefined) elements.placed.checked = settings.placed;
  if (Array.isArray(settings.blend)) {
    const [first = 1, second = 0] = settings.blend;
    elements['second-share'].value = Math.round(100 * second / (first + second || 1)) || 0;
  }
  if (Array.isArray(settings['style-scales']) && settings['style-scales'].length > 1) select(elements['second-scale'], String(settings['style-scales'][1]));
  if (isObject(settings['style-layers'])) {
    const given = Object.keys(settings['style-layers']).length > 0;
    STYLE_LAYERS.forEach((name, index) => {
      elements.level[index].value = given ? USUAL * Math.sqrt(settings['style-layers'][name] ?? 0) : USUAL;
    });
  }
  extras = Object.fromEntries(Object.entries(settings).filter(([name, value]) => !Object.hasOwn(known, name) && isSaid(value))
    .concat(Object.entries(former).filter(([name]) => !Object.hasOwn(settings, name))));
  tidy(form);
}

/** Lets everybody hear of what was written; a model may have to be loaded. */
export function announce(form) {
  form.querySelector('[name="model"]:checked')?.dispatchEvent(new Event('change', { bubbles: true }));
  form.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Takes back what the form has no control for. */
export function dropExtras(form) {
  extras = {};
  announce(form);
}

function isObject(value) { return typeof value === 'object' && value !== null; }

// The engine writes what was left open as null or empty.
function isSaid(value) {
  return value !== null && value !== undefined && !(typeof value === 'object' && Object.keys(value).length === 0) && value !== 'full';
}

// A value that is not on offer gets a place of its own.
function select(control, value) {
  if (control.options && ![...control.options].some((option) => option.value === value)) {
    control.append(new Option(control.name === 'size' ? `${value} px` : value, value));
  }
  control.value = value;
}

/** Sets the size that suits this device; the person may still choose another. That is no change of theirs, so nobody hears of it. */
export function suitSize(form, edge) {
  form.elements.size.value = edge;
  tidy(form);
}

export function chooseModel(form, model) {
  form.elements.model.value = model;
  if (model !== 'vgg19') form.elements.recipe.value = 'scumble'; // the only one that does without
  tidy(form);
}

/** What a recipe was published with, as far as recipes decide it, as the engine tells it. */
export function follow(form, published) {
  for (const [name, value] of Object.entries(published)) form.elements[name].value = value;
  tidy(form);
}

/** Whether somebody chose the size: the person, a link or a file. Until then it is the device’s. */
export function isSizeChosen(form) { return form.elements.size.dataset.chosen !== undefined; }

/** Outputs beside the sliders, the dice, and controls that mean nothing now. */
export function attend(form) {
  form.addEventListener('input', ({ target }) => {
    if (target === form.elements.size) form.elements.size.dataset.chosen = '';
    tidy(form);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.querySelector('#drop-extras').addEventListener('click', () => dropExtras(form));
  form.querySelector('#dice').addEventListener('click', () => {
    form.elements.seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % 10000; // four digits can be read aloud
    form.elements.seed.dispatchEvent(new Event('input', { bubbles: true }));
  });
  tidy(form);
}

function tidy(form) {
  const { elements } = form;
  for (const output of form.querySelectorAll('output')) output.value = elements[output.htmlFor.value].value;
  elements['style-loss'].disabled = elements.recipe.value !== 'scumble'; // the others bring their own
  elements.pooling.disabled = elements.model.value !== 'vgg19';
  elements.colours.disabled = elements.strength.disabled = elements.texture.checked; // they speak of the photo
  form.querySelector('#start-well').hidden = elements.start.value !== 'picture';
  form.querySelector('#mask-well').hidden = !elements.masked.checked;
  form.querySelector('#second-well').hidden = elements['second-share'].valueAsNumber === 0;
  form.querySelector('#place-well').hidden = !elements.placed.checked;
  const list = Object.entries(extras).map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  form.querySelector('#extras').hidden = list.length === 0;
  form.querySelector('#extras-list').textContent = list.join(', ');
  const size = elements.size.selectedOptions[0]?.textContent ?? '';
  const model = elements.model.value === 'vgg19' ? 'VGG19' : t('Built-in');
  form.querySelector('#size-and-model').textContent = `${size} · ${model}`;
}

/** What pictures can be for. @type {Source[]} */
export const SOURCES = ['photo', 'painting', 'second', 'place', 'mask', 'start'];

/** The pictures that these settings need. @param {Settings} settings @returns {Source[]} */
export function sourcesOf({ start, blend, texture, masked, placed }) {
  return /** @type {Source[]} */ ([...texture ? [] : ['photo'], 'painting', ...blend.length > 1 ? ['second'] : [], ...placed ? ['place'] : [], ...masked ? ['mask'] : [], ...start === 'picture' ? ['start'] : []]);
}

// How much each painting counts; without a second there is nothing to say.
function blendOf(share) {
  return share > 0 ? [100 - share, share] : [];
}

// A slider at its top counts four times, at its bottom not at all; left alone, the model has its own opinion.
function weightsOf(levels) {
  if (levels.every((level) => level === USUAL)) return {};
  return Object.fromEntries(STYLE_LAYERS.map((name, index) => [name, (levels[index] / USUAL) ** 2]));
}

// An emptied or overlong seed is still a seed.
function seedOf(text) {
  return Math.min(Math.max(Math.floor(Number(text) || 0), 0), 2 ** 32 - 1);
}
