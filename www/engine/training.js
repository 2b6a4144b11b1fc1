// The worker's training of a style: a step at a time, whenever it is its turn, and a look at what it has learned now and then.

/**
 * @import { Studio } from '../pkg/scumble.js'
 * @import { Asked, Bytes, Events } from './messages.d.ts'
 */

const LOOK = 10; // steps from one look to the next

export class Training {
  #studio; #told; #failed; #going = false; #finished = true;

  /**
   * `told` hears of every step.
   * @param {{studio: Studio, told: (news: Events['training']) => void, failed: (error: unknown) => void}} given
   */
  constructor({ studio, told, failed }) {
    this.#studio = studio;
    this.#told = told;
    this.#failed = failed;
  }

  get isBusy() { return this.#going; }

  /** @param {Omit<Asked<'beginTraining'>, 'photos' | 'start'>} wanted @param {Bytes[]} photos @param {Bytes} [start] */
  async begin({ settings, plan }, photos, start) {
    this.#going = false;
    await this.#studio.beginTraining(JSON.stringify(settings), plan, photos, start);
    this.#going = true;
    this.#finished = false;
  }

  pause() { this.#going = false; }
  resume() { this.#going = !this.#finished; }

  end() {
    this.#going = false;
    this.#finished = true;
    this.#studio.endTraining();
  }

  async step() {
    try {
      const began = performance.now();
      /** @type {Omit<Events['training'], 'step_ms'>} */
      const { step, steps, finished } = await this.#studio.stepTraining();
      /** @type {Events['training']} */
      const news = { step, steps, finished, step_ms: performance.now() - began };
      if (finished || step % LOOK === 0) {
        const looked = performance.now();
        news.seen = await this.#studio.lookAtTraining();
        news.look_ms = performance.now() - looked;
      }
      this.#finished = finished;
      if (finished) this.#going = false;
      this.#told(news);
    } catch (error) {
      this.#going = false;
      this.#finished = true;
      this.#failed(error);
    }
  }
}
