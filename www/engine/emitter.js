// Whoever has something to tell, and the types of what is told.

/** @template {Record<string, any>} Events what each event brings, by its name */
export class Emitter {
  #target = new EventTarget();

  /** @template {keyof Events & string} Name @param {Name} name @param {(detail: Events[Name]) => void} hear */
  on(name, hear) { this.#target.addEventListener(name, (event) => hear(/** @type {CustomEvent} */ (event).detail)); }

  /** @template {keyof Events & string} Name @param {Name} name @param {Events[Name]} [detail] */
  emit(name, detail) { this.#target.dispatchEvent(new CustomEvent(name, { detail })); }
}
