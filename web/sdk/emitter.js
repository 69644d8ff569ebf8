/** @import { Events } from './types.js' */

/** Handlers by the type of the event. One that throws harms no other, and is reported like any uncaught error. */
export class Emitter {
  /** @type {Map<string, Set<{ handler: (event: any) => void }>>} */
  #handlers = new Map();

  /**
   * @template {keyof Events} T
   * @param {T} type @param {(event: Events[T]) => void} handler
   * @returns {() => void} ends it
   */
  on(type, handler) {
    const own = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, own);
    const entry = { handler };
    own.add(entry);
    return () => void own.delete(entry);
  }

  /**
   * @template {keyof Events} T
   * @param {T} type @param {Events[T]} event
   */
  emit(type, event) {
    for (const { handler } of [...this.#handlers.get(type) ?? []]) {
      try {
        handler(event);
      } catch (error) {
        queueMicrotask(() => { throw error; });
      }
    }
  }
}
