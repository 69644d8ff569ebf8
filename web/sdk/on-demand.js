import { ChatError, ErrorCode } from './protocol.js';

/**
 * A part of the SDK that not every product uses, loaded when it is first needed. What has failed is tried again the next time.
 * @template T @param {() => Promise<T>} load an import
 * @returns {() => Promise<T>} fails with a ChatError
 */
export function onDemand(load) {
  /** @type {Promise<T> | null} */
  let loading = null;
  return () => loading ??= load().catch(error => {
    loading = null;
    throw new ChatError(`a part of the SDK cannot be loaded: ${error.message}`, ErrorCode.unavailable, true);
  });
}
