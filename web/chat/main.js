import { sheet } from '../chat-box/style.js';
import { ChatClient, ErrorCode } from '../sdk/index.js';
import { accountOfTab, leave, remember, storeOf, thisDevice } from './accounts.js';
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

function close() {
  messenger?.close();
  messenger = null;
}

/** @param {{ name?: string, notice?: string }} [options] */
function showLogin(options = {}) {
  close();
  const view = loginView({ ...options, onLogin: login => start(login.name, login), onResume: name => void start(name).catch(() => {}) });
  app.replaceChildren(view.element);
  view.focus();
}

/**
 * Shows what is kept of somebody at once, and connects. With a password the login has to succeed first.
 * @param {string} name @param {{ name: string, password: string } | null} [login] @param {ReturnType<typeof thisDevice>} [device]
 */
async function start(name, login = null, device = thisDevice()) {
  const client = new ChatClient({ store: storeOf(name), ...(login && { login }), ...(device && { device }) });
  client.on('error', error => console.warn(error));
  const ended = new Promise((_, reject) => client.on('logout', why => reject(Object.assign(new Error(why.reason), why))));
  ended.catch(why => {
    const closed = client.close();
    if (messenger === null)
      return;
    if (isOneTooMany(why, device))
      return void closed.then(close).then(() => start(name, null, null));
    const isOwnWish = why.code === 0 && why.reason === 'logged out';
    leave(why.code === REPLACED ? null : name);
    showLogin({ name, notice: isOwnWish ? '' : wordsOf(why) });
  });
  void client.connect();
  if (login) {
    const reached = new Promise(resolve => client.on('login', resolve));
    let tries = 0;
    const failed = new Promise((_, reject) => client.on('state', ({ retryIn }) => retryIn !== undefined && ++tries >= MAX_TRIES && reject(Object.assign(new Error(), { code: 0 }))));
    try {
      await Promise.race([reached, failed, ended]);
    } catch (error) {
      await client.close();
      if (isOneTooMany(error, device))
        return start(name, login, null);
      throw error;
    }
  }
  remember(login ? client.user?.name ?? name : name);
  messenger = new Messenger(client, () => void client.logout().catch(() => {}));
  app.replaceChildren(messenger.element);
}

/** The user has as many devices as one may have. Without being one the browser may come in: there it is seen which are not needed. @param {any} why @param {unknown} device */
const isOneTooMany = ({ code }, device) => code === ErrorCode.full && device !== null;

/** Why somebody is here no longer. @param {{ code: number, reason: string }} why */
function wordsOf({ code, reason }) {
  if (code === REPLACED)
    return 'This account was opened in another tab or window.';
  return reason === 'revoked' ? 'You were logged out from another device.' : `You were logged out: ${reason}`;
}

const account = accountOfTab();
if (account)
  void start(account).catch(() => showLogin({ name: account }));
else
  showLogin();
