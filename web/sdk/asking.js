/** @import { Fields } from './types.js' */
import { onDemand } from './on-demand.js';

const load = onDemand(() => import('./requests.js'));

/** The methods of `Requests`. */
export const NAMES = /** @type {const} */ ([
  'addFriend', 'createGroup', 'joinGroup', 'getGroup', 'changeGroup', 'changeMembers', 'leaveGroup', 'joinRequests', 'listContacts', 'changeContact', 'members', 'groups', 'friends',
  'findUser', 'searchUsers', 'getUsers', 'changeProfile', 'search', 'settings', 'changeSettings', 'edit', 'recall', 'react', 'unreact', 'pin', 'receipts', 'listConversations',
  'devices', 'changeDevice', 'renameDevice', 'revokeDevice', 'report', 'archive', 'markUnread', 'clear', 'saveDraft',
]);

/** `Requests`, which are loaded with the first one that is made. */
class RequestsOnDemand {
  /** @type {any} */
  #requests = null;

  /** @param {(object: Fields) => Promise<Fields>} request @param {() => number} me */
  constructor(request, me) {
    for (const name of NAMES) {
      /** @type {any} */ (this)[name] = async (/** @type {any[]} */ ...args) => {
        const { Requests } = await load();
        this.#requests ??= new Requests(request, me);
        return this.#requests[name](...args);
      };
    }
  }
}

export const Asking = /** @type {typeof import('./requests.js').Requests} */ (/** @type {unknown} */ (RequestsOnDemand));
