/** @import { Fields, Message, Target } from './types.js' */
import { takeState } from './changes.js';
import * as Kind from './kinds.js';

/** What `ChatError.code` may be: the server's errno; 0 when the connection is to blame. */
export const ErrorCode = Object.freeze({
  none: 0, rejected: 1, alreadyOnline: 2, notLoggedIn: 3, malformed: 4, unknownRequest: 5, notYours: 6, notFound: 7,
  tooLarge: 8, tooFast: 9, unavailable: 10, historyOff: 11, blocked: 12, forbidden: 13, expired: 14, tooLate: 15, full: 16, off: 17,
});

/** What has to be among the features of a server for a request. @type {Record<number, string>} */
export const FEATURES = Object.freeze({
  [Kind.getReceipts]: 'receipts', [Kind.watch]: 'watch', [Kind.setPresence]: 'watch', [Kind.typing]: 'typing', [Kind.change]: 'changes',
  [Kind.conversations]: 'conversations', [Kind.changeConversation]: 'conversations', [Kind.getUsers]: 'people', [Kind.changeProfile]: 'people', [Kind.search]: 'search', [Kind.startUpload]: 'files',
  [Kind.contacts]: 'contacts', [Kind.changeContact]: 'contacts', [Kind.getGroup]: 'groups', [Kind.changeGroup]: 'groups', [Kind.changeMembers]: 'groups',
  [Kind.leaveGroup]: 'groups', [Kind.joinRequests]: 'groups', [Kind.devices]: 'devices', [Kind.changeDevice]: 'devices', [Kind.report]: 'reports',
});

/** A request was refused, or could not be made. With `retry` the same may succeed later. */
export class ChatError extends Error {
  /** @param {string} message @param {number} code @param {boolean} retry */
  constructor(message, code = ErrorCode.none, retry = code === ErrorCode.none) {
    super(message);
    this.name = 'ChatError';
    this.code = code;
    this.retry = retry;
  }
}

/** The failure in a reply, or null. @param {Fields} reply */
export const failureOf = reply =>
  reply.errno ? new ChatError(reply.errmsg ?? `the server answered errno ${reply.errno}`, reply.errno, reply.retry === true) : null;

/** The conversation of two users. @param {number} a @param {number} b */
export const direct = (a, b) => `d:${Math.min(a, b)}:${Math.max(a, b)}`;

/** The conversation of a group. @param {number} id */
export const group = id => `g:${id}`;

/**
 * Whom a conversation is with.
 * @param {string} conversation @param {number} me
 * @returns {Target}
 */
export function targetOf(conversation, me) {
  const [, kind, a, b] = /^(?:(g):(\d+)|d:(\d+):(\d+))$/.exec(conversation)?.filter((part, i) => i === 0 || part !== undefined) ?? [];
  if (kind === 'g')
    return { group: Number(a) };
  if (kind === undefined || a === undefined || ![Number(kind), Number(a)].includes(me) || b !== undefined)
    throw new ChatError(`"${conversation}" is no conversation of user ${me}: expected d:LOWER:HIGHER or g:GROUP`, ErrorCode.notYours);
  return { to: Number(kind) === me ? Number(a) : Number(kind) };
}

/**
 * Where a file of the server is. It says paths alone: an address of its own could lead anywhere.
 * @param {string} url of the WebSocket @param {string} path as a message has it @returns {string} empty: it is none of a file
 */
export const fileAddress = (url, path) => (/^\/files\/\w+\?[\w=&-]*$/.test(path) ? new URL(path, url.replace(/^ws/, 'http')).href : '');

/**
 * A push, in this SDK's words. Keys that the protocol does not know are in `fields`.
 * @param {Fields} push @param {number} me @param {boolean} [isHistory] then it tells what became of the message
 * @returns {Message}
 */
export function toMessage(push, me, isHistory = false) {
  const { msgid, id, name, msg, time, toid, groupid, cmid, conversation, seq = 0, ts = 0, offline, ref, ...fields } = push;
  const state = takeState(fields, isHistory);
  return {
    conversation: conversation ?? (msgid === Kind.group ? group(groupid) : direct(id, toid)),
    seq, ts: ts || Date.parse(`${time}Z`) || 0, from: id, name: name ?? '', text: msg, cmid: cmid ?? '', own: id === me, state: 'sent', ...state,
    ...(Object.keys(fields).length > 0 && (id === 0 && fields.kind === 'system' ? { system: fields } : { fields })), ...(offline && { offline }),
  };
}

/**
 * Makes ids of messages that ascend with the time, even if the clock goes back, with an end that no other source has.
 * @param {() => number} date the time in ms @param {string} suffix
 */
export function cmidSource(date, suffix = crypto.randomUUID().slice(-12)) {
  let last = 0;
  return () => {
    last = Math.max(last + 1, date() * 4096);
    return `${last.toString(16).padStart(14, '0')}-${suffix}`;
  };
}

/** The pause before reconnecting: full jitter, 0.5 s to 20 s. @param {number} attempt 0 for the first @param {number} chance 0 to 1 */
export const reconnectDelay = (attempt, chance) => 500 + chance * (Math.min(20_000, 500 * 2 ** Math.min(attempt + 1, 16)) - 500);

/** The pause before what was refused with `retry` is sent again: 0.1 s to 2 s. @param {number} attempt @param {number} chance */
export const retryDelay = (attempt, chance) => Math.min(2000, 100 * 2 ** Math.min(attempt, 16)) * (0.5 + chance / 2);
