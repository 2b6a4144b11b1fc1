// Turns states into a way back and forth through them. Pure: what a state is, nobody here knows.

const MOST = 100;

export class Undo {
  #states = []; #at = -1;

  get canBack() { return this.#at > 0; }
  get canForth() { return this.#at < this.#states.length - 1; }

  /** Remembers `state`, unless it is the `same` as the present one; what had been undone is then gone. */
  remember(state, same) {
    if (this.#at >= 0 && same(this.#states[this.#at], state)) return;
    this.#states.splice(this.#at + 1, Infinity, state);
    if (this.#states.length > MOST) this.#states.shift();
    this.#at = this.#states.length - 1;
  }

  back() { return this.canBack ? this.#states[--this.#at] : undefined; }
  forth() { return this.canForth ? this.#states[++this.#at] : undefined; }
}
