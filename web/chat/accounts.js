import { IndexedDBStore } from '../sdk/index.js';
import { deviceName } from './device-name.js';

const KNOWN = 'chatactors.accounts';
const TAB = 'chatactors.account';
const DEVICE = 'chatactors.device';
const MAX_KNOWN = 5;

/** A browser that keeps nothing for pages throws instead. @template T @param {() => T} use @param {T} otherwise */
function attempt(use, otherwise) {
  try {
    return use();
  } catch {
    return otherwise;
  }
}

/** Names who have logged in on this device, the last one first. @returns {string[]} */
export const knownAccounts = () => attempt(() => {
  const known = JSON.parse(localStorage.getItem(KNOWN) ?? '[]');
  return Array.isArray(known) ? known.filter(name => typeof name === 'string').slice(0, MAX_KNOWN) : [];
}, []);

/** Who uses this tab; another tab may be somebody else's. */
export const accountOfTab = () => attempt(() => sessionStorage.getItem(TAB), null);

/** @param {string} name has logged in in this tab */
export function remember(name) {
  attempt(() => {
    sessionStorage.setItem(TAB, name);
    localStorage.setItem(KNOWN, JSON.stringify([name, ...knownAccounts().filter(other => other !== name)].slice(0, MAX_KNOWN)));
  }, undefined);
}

/** The tab is nobody's any more. @param {string | null} name to forget on the device too */
export function leave(name) {
  attempt(() => {
    sessionStorage.removeItem(TAB);
    localStorage.setItem(KNOWN, JSON.stringify(knownAccounts().filter(other => other !== name)));
  }, undefined);
}

/**
 * This browser, by an id that is made once. Null: the browser keeps nothing, and would be one device more with each load of the page.
 * @returns {{ id: string, name: string, platform: string } | null}
 */
export const thisDevice = () => attempt(() => {
  const isGood = (/** @type {string | null} */ id) => id !== null && /^[\w.:-]{1,64}$/.test(id);
  if (!isGood(localStorage.getItem(DEVICE)))
    localStorage.setItem(DEVICE, crypto.randomUUID());
  const id = localStorage.getItem(DEVICE); // another tab may have made one meanwhile
  return id !== null && isGood(id) ? { id, name: deviceName(navigator.userAgent), platform: 'web' } : null;
}, null);

/** What is kept of an account, in a place of its own. @param {string} name */
export const storeOf = name => new IndexedDBStore(name.normalize('NFC').toLowerCase());
