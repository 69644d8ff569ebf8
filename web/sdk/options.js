/** @import { Clock, Store } from './types.js' */
/** @import { GetToken, Login } from './credentials.js' */

/** @type {Clock} */
const realClock = {
  now: () => performance.now(), date: () => Date.now(), random: () => Math.random(),
  setTimeout: (callback, ms) => setTimeout(callback, ms), clearTimeout: timer => clearTimeout(timer),
};

/**
 * @typedef {{ id: string, name?: string, platform?: string }} LoginDevice
 *
 * @typedef {object} ChatClientOptions
 * @property {string} [url] such as `wss://chat.example/ws`; `/ws` of this page's host when left out
 * @property {Login} [login] who logs in; left out: the user of the store, if it has one
 * @property {GetToken} [getToken] instead of `login`: asked for the product's token of this user whenever one is needed
 * @property {LoginDevice} [device] on which this runs: make its id up once and keep it; with it the user sees where it is logged in
 * @property {Store} [store] in memory when left out
 * @property {any} [WebSocket] the class, where there is no global one: of the package `ws`, in Node before 22
 * @property {string} [client] what the hello announces, as `name/version`
 * @property {Clock} [clock] for tests
 */

/** @param {ChatClientOptions} options */
export function resolve({ url = '/ws', WebSocket = globalThis.WebSocket, client = 'chatactors-js/0.1.0', clock = realClock }) {
  if (!WebSocket)
    throw new TypeError('there is no WebSocket here: give the class of the package "ws" as the option WebSocket');
  return { url: new URL(url, globalThis.location?.href).href.replace(/^http/, 'ws'), WebSocket, client, clock };
}
