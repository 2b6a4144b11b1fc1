// Turns the settings form into what the engine reads, and keeps the form's own small manners.

// What the sliders of “Detail” stand for, from fine to coarse.
const STYLE_LAYERS = {
  'filter-bank': ['bank0', 'bank1', 'bank2', 'bank3', 'bank4'],
  vgg19: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'],
};
const USUAL = 50;

/** The form as the engine's settings. */
export function read(form) {
  const { elements } = form;
  return {
    recipe: elements.recipe.value,
    model: elements.model.value,
    size: Number(elements.size.value),
    strength: elements.strength.valueAsNumber,
    'style-scale': Number(elements['style-scale'].value),
    'style-scales': elements['second-share'].valueAsNumber > 0 ? [1, Number(elements['second-scale'].value)] : [],
    blend: blendOf(elements['second-share'].valueAsNumber),
    seed: seedOf(elements.seed.value),
    start: elements.start.value,
    'start-noise': elements['start-noise'].valueAsNumber / 100,
    optimizer: elements.optimizer.value,
    pooling: elements.pooling.value,
    'style-loss': elements['style-loss'].value,
    'style-layers': layersOf(elements.model.value, [...elements.level].map((level) => level.valueAsNumber)),
    texture: elements.texture.checked,
    masked: elements.masked.checked,
    placed: elements.placed.checked && elements['second-share'].valueAsNumber > 0,
    seamless: elements.seamless.checked,
    'stop-early': elements['stop-early'].checked,
    colours: elements.texture.checked ? 'painting' : elements.colours.value,
    smoothness: elements.smoothness.valueAsNumber,
    effort: Number(elements.effort.value),
  };
}

export function chooseModel(form, model) {
  form.elements.model.value = model;
  if (model !== 'vgg19') form.elements.recipe.value = 'scumble'; // the only one that does without
  tidy(form);
}

/** What a recipe was published with, as the engine tells it: model, start, optimiser and pooling. */
export function follow(form, published) {
  for (const name of ['start', 'optimizer', 'pooling', 'model']) form.elements[name].value = published[name];
  tidy(form);
}

/** Outputs beside the sliders, the dice, and controls that mean nothing now. */
export function attend(form) {
  form.addEventListener('input', () => tidy(form));
  form.addEventListener('submit', (event) => event.preventDefault());
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
}

/** The pictures that these settings need. */
export function sourcesOf({ start, blend, texture, masked, placed }) {
  return [...texture ? [] : ['photo'], 'painting', ...blend.length > 1 ? ['second'] : [], ...placed ? ['place'] : [], ...masked ? ['mask'] : [], ...start === 'picture' ? ['start'] : []];
}

// How much each painting counts; without a second there is nothing to say.
function blendOf(share) {
  return share > 0 ? [100 - share, share] : [];
}

// A slider at its top counts four times, at its bottom not at all; left alone, the model has its own opinion.
function layersOf(model, levels) {
  if (levels.every((level) => level === USUAL)) return {};
  return Object.fromEntries(STYLE_LAYERS[model].map((name, index) => [name, (levels[index] / USUAL) ** 2]));
}

// An emptied or overlong seed is still a seed.
function seedOf(text) {
  return Math.min(Math.max(Math.floor(Number(text) || 0), 0), 2 ** 32 - 1);
}
