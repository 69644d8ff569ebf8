/** @import { ChatClient } from '../sdk/client.js' */
/** @import { MenuItem, MessageMenu } from '../chat-box/message-menu.js' */
/** @import { Contacts } from './contacts.js' */
/** @import { Preferences } from './preferences.js' */
import { aliasDialog, confirmDialog } from './dialogs.js';

/**
 * @typedef {object} MenuHooks
 * @property {Preferences} preferences
 * @property {Contacts} contacts
 * @property {(id: number) => string} ownNameOf the name that somebody has given themselves
 * @property {() => number} last the number of the newest message that is loaded
 * @property {() => boolean} canClear whether anything was said there
 * @property {(words: string) => void} say what went wrong
 * @property {() => void} leave the conversation is not looked at any more
 */

const NOTIFY = /** @type {const} */ ([['default', 'Wake me as usual'], ['all', 'Wake me for every message'], ['mentions', 'Wake me for mentions only'], ['none', 'Never wake me']]);

/**
 * What can be done with a conversation as a whole. Only what this server can do is offered.
 * @param {ChatClient} client @param {MessageMenu} menu @param {HTMLElement} button that was pressed
 * @param {{ conversation: string, name: string, peer: number }} of @param {MenuHooks} hooks
 */
export function openConversationMenu(client, menu, button, { conversation, name, peer }, hooks) {
  const { preferences, contacts } = hooks;
  const attempt = (/** @type {() => Promise<unknown>} */ work) => () => void work().then(() => hooks.say(''), error => hooks.say(`Not changed: ${error.message}`));
  /** @type {MenuItem[]} */
  const items = [];
  const isPinned = preferences.isPinned(conversation);
  const isMuted = preferences.isMuted(conversation);
  items.push({ label: isPinned ? 'Unpin from the top' : 'Pin to the top', icon: 'pin', act: attempt(() => preferences.pin(conversation, !isPinned)) });
  items.push({ label: isMuted ? 'Unmute' : 'Mute', icon: isMuted ? 'bell' : 'quiet', act: attempt(() => preferences.mute(conversation, !isMuted)) });
  if (client.can('mentions') && conversation.startsWith('g:')) {
    const level = preferences.notifyOf(conversation);
    items.push(...NOTIFY.map(([value, label]) => ({ label, icon: /** @type {const} */ ('bell'), isChosen: level === value, act: attempt(() => preferences.notify(conversation, value)) })));
  }
  if (peer && contacts.isThere)
    items.push(...contactItems(contacts, peer, attempt, hooks.ownNameOf));
  if (client.can('conversations') && hooks.canClear()) {
    items.push({ label: 'Mark as unread', icon: 'chat', act: attempt(async () => {
      await client.markUnread(conversation);
      hooks.leave(); // or looking at it would read it
    }) });
    items.push({ label: 'Archive', icon: 'archive', act: attempt(async () => {
      await client.archive(conversation);
      hooks.leave();
    }) });
    items.push({ label: 'Clear the history', icon: 'close', danger: true, act: () => confirmDialog(`Clear ${name}?`, 'What was said up to now is not shown to you any more, on any of your devices. Others still see it.', 'Clear',
      () => client.clear(conversation, hooks.last())) });
  }
  menu.open(button, [], () => {}, items);
}

/** @param {Contacts} contacts @param {number} peer @param {(work: () => Promise<unknown>) => () => void} attempt @param {MenuHooks['ownNameOf']} ownNameOf @returns {MenuItem[]} */
function contactItems(contacts, peer, attempt, ownNameOf) {
  switch (contacts.stateOf(peer)) {
    case 'contact': return [{ label: 'Give another name', icon: 'compose', act: () => aliasDialog(contacts, peer, ownNameOf(peer)) }, { label: 'Remove from contacts', icon: 'people', act: attempt(() => contacts.do(peer, 'remove')) }];
    case 'asked': return [{ label: 'Take the contact request back', icon: 'people', act: attempt(() => contacts.do(peer, 'remove')) }];
    case 'asks': return [{ label: 'Accept as a contact', icon: 'people', act: attempt(() => contacts.do(peer, 'accept')) }, { label: 'Decline the contact', icon: 'people', act: attempt(() => contacts.do(peer, 'decline')) }];
    default: return contacts.has(peer) ? [] : [{ label: 'Ask to be a contact', icon: 'people', act: attempt(() => contacts.do(peer, 'request')) }];
  }
}
