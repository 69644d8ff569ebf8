/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Device } from '../sdk/types.js' */
import { h, icon } from '../chat-box/dom.js';
import { dayAndTime } from '../chat-box/format.js';
import { ErrorCode } from '../sdk/index.js';
import { confirmDialog, formDialog } from './dialogs.js';

/** Where the user is logged in: a device gets another name here, and is logged out from afar. */
export class DeviceList {
  #client;
  #logout;
  #rows = h('ul', { class: 'people devices', 'aria-label': 'Devices' });
  #note = h('p', { class: 'hint', role: 'status' }, 'Loading…');
  element = h('section', {}, h('h3', {}, 'Where you are logged in'), this.#rows, this.#note);

  /** @param {ChatClient} client @param {() => void} logout of this device */
  constructor(client, logout) {
    this.#client = client;
    this.#logout = logout;
  }

  /** Rows are drawn anew: the focus goes to the one in its place. */
  async load() {
    try {
      const devices = await this.#client.devices();
      const buttons = () => [...this.#rows.querySelectorAll('button')];
      const at = buttons().findIndex(button => button === document.activeElement);
      this.#rows.replaceChildren(...devices.map(device => this.#row(device)));
      this.#note.textContent = devices.some(({ here }) => here) ? '' : 'This browser is not among them: it keeps nothing, or you have as many devices as one may have.';
      if (at >= 0)
        buttons()[Math.min(at, buttons().length - 1)]?.focus();
    } catch (error) {
      this.#note.textContent = `The devices could not be loaded: ${/** @type {Error} */ (error).message}`;
    }
  }

  /** @param {Device} device */
  #row(device) {
    const { name, platform, seen, here } = device;
    const called = nameOf(device);
    const words = [platform, here ? 'this one' : `last here ${dayAndTime(seen, Date.now())}`].filter(Boolean).join(' · ');
    /** @param {string} label @param {() => void} act */
    const button = (label, act) => h('button', { type: 'button', class: 'secondary small', 'aria-label': `${label} ${called}${here ? ' (this one)' : ''}`, onclick: act }, label);
    return h('li', { class: `with-actions${here ? ' is-here' : ''}` },
      h('span', { class: 'person' }, icon('device'), h('span', { class: 'person-name', dir: 'auto', title: name ?? '' }, called, h('span', { class: 'person-note' }, words))),
      button('Rename', () => this.#rename(device)), button('Log out', () => (here ? this.#leave() : this.#revoke(device))));
  }

  /** @param {Device} device */
  #rename(device) {
    formDialog('What this device is called', [{ label: 'Name', maxlength: 100, optional: true, value: device.name ?? '' }], 'Save', async name => {
      await this.#client.renameDevice(device.device, name);
      await this.load();
    });
  }

  /** @param {Device} device */
  #revoke(device) {
    confirmDialog(`Log out ${nameOf(device)}?`, 'It is logged out at once, and needs the password to come back.', 'Log out', async () => {
      try {
        await this.#client.revokeDevice(device.device);
      } catch (error) {
        if (/** @type {any} */ (error).code !== ErrorCode.notFound) // it has gone already
          throw error;
      }
      await this.load();
    });
  }

  #leave() {
    confirmDialog('Log out here?', 'What is kept in this browser is forgotten.', 'Log out', async () => this.#logout());
  }
}

/** @param {Device} device */
const nameOf = ({ name, platform }) => name || platform || 'A device without a name';
