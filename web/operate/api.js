/** So long an answer may take, in ms: the node gives the others of its cluster two seconds. */
const PATIENCE = 8000;

/** What the node did not answer, and why. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status of HTTP; 0: the node was not reached */
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  /** The key opens nothing, or not this. */
  get isOfKey() {
    return this.status === 401 || this.status === 403;
  }
}

/** The HTTP API of the node that has served this page. */
export class Api {
  #key;

  /** @param {string} key */
  constructor(key) {
    this.#key = key;
  }

  /**
   * Asks, and reads the answer.
   * @param {string} path below /api/v1/
   * @returns {Promise<any>}
   * @throws {ApiError}
   */
  async get(path) {
    let response;
    try {
      response = await fetch(`/api/v1/${path}`, { headers: { authorization: `Bearer ${this.#key}` }, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    } catch {
      throw new ApiError('The node does not answer.', 0);
    }
    const body = await response.json().catch(() => null);
    if (!response.ok)
      throw new ApiError(body?.detail ?? `The node has answered with ${response.status}.`, response.status);
    if (body === null)
      throw new ApiError('The node has answered with something else than JSON.', response.status);
    return body;
  }
}
