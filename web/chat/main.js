import { sheet } from '../chat-box/style.js';
import { ChatClient } from '../sdk/index.js';
import { accountOfTab, leave, remember, storeOf } from './accounts.js';
import { loginView } from './login-view.js';
import { Messenger } from './messenger.js';

/** Another tab has logged in with the token of this one. */
const REPLACED = 4005;
/** So often the first login may fail to reach the server before the form says so. */
const MAX_TRIES = 4;

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
/** @type {Messenger | null} */
let messenger = null;

document.adoptedStyleSheets = [sheet(), ...document.adoptedStyleSheets];

/** @param {{ name?: string, notice?: string }} [options] */
function showLogin(options = {}) {
  messenger?.close();
  messenger = null;
  const view = loginView({ ...options, onLogin: login => start(login.name, login), onResume: name => void start(name).catch(() => {}) });
  app.replaceChildren(view.element);
  view.focus();
}

/**
 * Shows what is kept of somebody at once, and connects. With a password the login has to succeed first.
 * @param {string} name @param {{ name: string, password: string }} [login]
 */
async function start(name, login) {
  const client = new ChatClient({ store: storeOf(name), ...(login && { login }) });
  client.on('error', error => console.warn(error));
  const ended = new Promise((_, reject) => client.on('logout', why => reject(Object.assign(new Error(why.reason), why))));
  ended.catch(why => {
    if (messenger === null)
      return void client.close();
    void client.close();
    const isOwnWish = why.code === 0 && why.reason === 'logged out';
    leave(why.code === REPLACED ? null : name);
    showLogin({ name, notice: isOwnWish ? '' : why.code === REPLACED ? 'This account was opened in another tab or window.' : `You were logged out: ${why.reason}` });
  });
  void client.connect();
  if (login) {
    const reached = new Promise(resolve => client.on('login', resolve));
    let tries = 0;
    const failed = new Promise((_, reject) => client.on('state', ({ retryIn }) => retryIn !== undefined && ++tries >= MAX_TRIES && reject(Object.assign(new Error(), { code: 0 }))));
    try {
      await Promise.race([reached, failed, ended]);
    } catch (error) {
      void client.close();
      throw error;
    }
  }
  remember(login ? client.user?.name ?? name : name);
  messenger = new Messenger(client, () => void client.logout().catch(() => {}));
  app.replaceChildren(messenger.element);
}

const account = accountOfTab();
if (account)
  void start(account).catch(() => showLogin({ name: account }));
else
  showLogin();
