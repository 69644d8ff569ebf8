import { sheet } from '../chat-box/style.js';
import { Api } from './api.js';
import { Board } from './board.js';
import { keyView } from './key-view.js';

/** Where the key is until the tab is closed. */
const KEY = 'chatactors-operator-key';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
/** @type {Board | null} */
let board = null;

document.adoptedStyleSheets = [sheet(), ...document.adoptedStyleSheets];

/** @param {string} [notice] */
function askForKey(notice = '') {
  board?.close();
  board = null;
  sessionStorage.removeItem(KEY);
  const view = keyView({ notice, onKey: open });
  app.replaceChildren(view.element);
  view.focus();
}

/** Shows the nodes; the key has to open them first. @param {string} key */
async function open(key) {
  const api = new Api(key);
  const members = await api.get('cluster/members');
  sessionStorage.setItem(KEY, key);
  board = new Board(api, members, askForKey);
  app.replaceChildren(board.element);
  board.focus();
}

const known = sessionStorage.getItem(KEY);
if (known)
  open(known).catch(failure => askForKey(failure.isOfKey ? 'The key is not good any more.' : failure.message));
else
  askForKey();
