// Turns the frames of runs into a past that can be looked at: bounded, however long somebody paints.

const MOST_RUNS = 12;
const FRAMES_OF_OLDER = 24; // once a newer run has begun

export class History extends EventTarget {
  #runs = [];

  /** Oldest first; each has its `frames`, [{iteration, width, height, blob, url}], oldest first. */
  get runs() { return this.#runs; }
  get newest() { return this.#runs.at(-1); }

  begin(run) {
    const former = this.newest;
    if (former?.frames.length === 0) this.#runs.pop(); // it never came to a picture
    else if (former) former.frames = thinned(former.frames, FRAMES_OF_OLDER);
    run.frames = [];
    this.#runs.push(run);
    while (this.#runs.length > MOST_RUNS) drop(this.#runs.shift());
    this.#changed();
  }

  /** The picture of a run as it stood. */
  add({ run: id, ...frame }) {
    const run = this.#runs.findLast((known) => known.id === id); // a new engine counts anew
    if (!run) return;
    run.frames.push({ ...frame, url: URL.createObjectURL(frame.blob) });
    this.#changed();
  }

  #changed() { this.dispatchEvent(new Event('change')); }
}

// The last one always stays: it is what became of the run.
function thinned(frames, most) {
  const stride = Math.ceil(frames.length / most);
  const stays = (index) => (frames.length - 1 - index) % stride === 0;
  frames.filter((_, index) => !stays(index)).forEach(forget);
  return frames.filter((_, index) => stays(index));
}

function forget({ url }) { URL.revokeObjectURL(url); }

// Undo may remember the run, but not its pictures.
function drop(run) {
  run.frames.forEach(forget);
  run.frames = [];
  URL.revokeObjectURL(run.original);
}
