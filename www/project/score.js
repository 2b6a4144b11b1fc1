// The score of a run: by what it was steered after so many steps. The page knows all settings of each step, a file those that
// changed. Whoever made a file may have written anything, so it is bounded here.

const MOST_STEPS = 2000;
const MOST_SETTINGS = 200; // more than there are
const LONGEST_VALUE = 4000; // characters of JSON

// A slider that is moved while it paints steers at every step, mostly by one number.
export function changes(first, score) {
  let last = first;
  return score.map(({ at, settings: now }) => {
    const differs = (name) => JSON.stringify(now[name]) !== JSON.stringify(last[name]);
    const changed = Object.fromEntries([...new Set([...Object.keys(last), ...Object.keys(now)])].filter(differs).map((name) => [name, now[name] ?? null]));
    last = now;
    return { at, changed };
  });
}

/** What `changes` wrote, as steps that share what did not change; null where there are too many to be repeated. */
export function steps(first, score) {
  let last = bounded(first);
  if (score.length > MOST_STEPS) return null;
  return score.map(({ at, changed }) => {
    if (Object.keys(bounded(changed)).length > 0) last = few(Object.fromEntries(Object.entries({ ...last, ...changed }).filter(([, value]) => value !== null)));
    return { at: Number(at), settings: last };
  });
}

/** Settings of a believable size, or an error. */
export function bounded(settings) {
  const isLong = (value) => JSON.stringify(value).length > LONGEST_VALUE;
  if (Object.values(few(settings)).some(isLong)) throw new RangeError('a long setting');
  return settings;
}

function few(settings) {
  if (Object.keys(settings).length > MOST_SETTINGS) throw new RangeError('many settings');
  return settings;
}
