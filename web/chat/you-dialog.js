/** @import { ChatClient } from '../sdk/client.js' */
import { h } from '../chat-box/dom.js';
import { DeviceList } from './devices.js';
import { dialog } from './dialogs.js';

/** @typedef {{ display: string, about: string, presence: string, receipts: string }} You */
/** @typedef {keyof You} Key */

const PRESENCE = [['everyone', 'Everyone'], ['contacts', 'My contacts'], ['nobody', 'Nobody']];
const RECEIPTS = [['on', 'Yes'], ['off', 'No']];

/** How the user is shown to others, what they see of the user, and where the user is logged in. */
export class YouDialog {
  /** What the server has; null: nobody knows. @type {You | null} */
  #known = null;
  #client;
  #devices;
  /** @type {Partial<Record<Key, HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>>} */
  #inputs;
  #save = h('button', { class: 'primary', type: 'submit', disabled: true }, 'Save');
  #error = h('p', { class: 'form-error', role: 'alert' });
  #outcome = h('p', { class: 'hint', role: 'status' }, 'Loading…');

  /** Whether this server has anything of it. @param {ChatClient} client */
  static isOffered(client) { return client.can('people') || client.can('devices'); }

  /** @param {ChatClient} client @param {() => void} logout of this device */
  constructor(client, logout) {
    this.#client = client;
    const choice = (/** @type {string[][]} */ options) => h('select', {}, ...options.map(([value, words]) => h('option', { value }, words)));
    this.#inputs = {
      ...(client.can('people') && { display: h('input', { maxlength: 50, autocomplete: 'nickname', dir: 'auto', placeholder: client.user?.name ?? '' }), about: h('textarea', { maxlength: 500, rows: 3, dir: 'auto' }) }),
      presence: choice(PRESENCE.filter(([value]) => value !== 'contacts' || client.can('contacts'))),
      ...(client.can('receipts') && { receipts: choice(RECEIPTS) }),
    };
    const labels = { display: 'What you want to be called', about: 'A word about yourself', presence: 'Who sees you online', receipts: 'Others see how far you have read' };
    const form = h('form', { novalidate: true, onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void this.#onSave(); }, oninput: () => this.#say('') },
      ...this.#keys.map(key => h('label', { class: 'field' }, h('span', {}, labels[key]), this.#inputs[key])), this.#error, h('div', { class: 'form-end' }, this.#outcome, this.#save));
    this.#devices = client.can('devices') ? new DeviceList(client, logout) : null;
    const element = dialog('You', h('div', { class: 'parts' }, form, this.#devices?.element));
    const off = client.on('state', ({ state }) => state === 'ready' && this.#load()); // what could not be loaded before
    element.addEventListener('close', off);
    this.#load();
  }

  get #keys() { return /** @type {Key[]} */ (Object.keys(this.#inputs)); }

  #load() {
    void this.#loadYou();
    void this.#devices?.load();
  }

  /** What somebody has typed meanwhile stays. */
  async #loadYou() {
    if (this.#known)
      return;
    try {
      const [[profile], settings] = await Promise.all([this.#client.can('people') ? this.#client.getUsers([this.#client.user?.id ?? 0]) : [], this.#client.settings()]);
      const known = this.#known = { display: profile?.display ?? '', about: profile?.about ?? '', presence: settings.presence ?? 'everyone', receipts: settings.receipts ?? 'on' };
      for (const key of this.#keys) {
        const input = this.#inputs[key];
        if (input && (input instanceof HTMLSelectElement || !input.value))
          input.value = known[key];
      }
      this.#save.disabled = false;
      this.#say('');
    } catch (error) {
      this.#say('', `This could not be loaded: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** Only what is different is changed: another device may have changed the rest. */
  async #onSave() {
    const known = this.#known;
    if (!known || this.#save.disabled)
      return;
    const wanted = Object.fromEntries(this.#keys.map(key => [key, this.#inputs[key]?.value.trim() ?? '']).filter(([key, value]) => value !== known[/** @type {Key} */ (key)]));
    const { display, about, presence, receipts } = wanted;
    this.#say('');
    this.#save.disabled = true;
    try {
      if (display !== undefined || about !== undefined)
        await this.#client.changeProfile({ ...(display !== undefined && { display }), ...(about !== undefined && { about }) });
      if (presence !== undefined || receipts !== undefined)
        await this.#client.changeSettings({ ...(presence !== undefined && { presence }), ...(receipts !== undefined && { receipts }) });
      Object.assign(known, wanted);
      this.#say('Saved.');
    } catch (error) {
      this.#say('', `Not saved: ${/** @type {Error} */ (error).message}`); // saving again is harmless
    }
    this.#save.disabled = false;
  }

  /** @param {string} outcome @param {string} [error] */
  #say(outcome, error = '') {
    this.#outcome.textContent = outcome;
    this.#error.textContent = error;
  }
}
