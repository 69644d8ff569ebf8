/** @import { Change, Fields, Message } from './types.js' */

/** What became of a message, as a history tells it; in a live push these keys are the sender's own. */
const STATE = ['rev', 'edited', 'recalled', 'pinned', 'reactions', 'mine'];

/** What a message refers to; what comes of a thread only a history tells. */
const REFERS = ['reply', 'thread', 'mentions'];

/** Takes the keys that are not the sender's own out of the others. @param {Fields} fields @param {boolean} [isHistory] @returns {Partial<Message>} */
export function takeState(fields, isHistory) {
  /** @type {Fields} */
  const state = {};
  for (const key of isHistory ? [...STATE, ...REFERS, 'replies', 'last_reply'] : REFERS) {
    if (fields[key] !== undefined)
      state[key] = fields[key];
    delete fields[key];
  }
  return state;
}

/** @param {Fields} edit @returns {Partial<Change>} */
const edited = ({ msg, ts, mentions }) => ({ text: msg, edited: ts, ...(mentions && { mentions }) });

/** A push of a change, in this SDK's words. @param {Fields} push @param {number} me @returns {Change} */
export function toChange({ conversation, seq, rev, by, edit, recalled, pinned, reactions, who }, me) {
  const own = (who ?? []).filter((/** @type {Fields} */ news) => news.id === me);
  return {
    conversation, seq, rev, by, ...(edit && edited(edit)), ...(recalled && { recalled }), ...(pinned !== undefined && { pinned }),
    ...(reactions && { reactions }), ...(who && { who }),
    ...(own.length > 0 && { own: Object.fromEntries(own.map((/** @type {Fields} */ news) => [news.react ?? news.unreact, news.react !== undefined])) }),
  };
}

/** An entry of an answer about changes: all of the message's state. @param {string} conversation @param {Fields} entry @returns {Change} */
export const toState = (conversation, { seq, rev, edit, recalled, pinned = false, reactions = {}, mine = [] }) => ({
  conversation, seq, rev, ...(edit && edited(edit)), ...(recalled && { recalled }), pinned, reactions, mine,
});

/**
 * The message as it is after a change; itself, if it is another one or has the change already.
 * @param {Message} message @param {Change} change @returns {Message}
 */
export function withChange(message, change) {
  if (change.conversation !== message.conversation || change.seq !== message.seq || change.rev <= (message.rev ?? 0))
    return message;
  const { rev, text, edited, recalled = message.recalled, pinned, reactions, mine, own, mentions } = change;
  const reacted = new Set(mine ?? message.mine);
  for (const [emoji, isThere] of Object.entries(own ?? {}))
    isThere ? reacted.add(emoji) : reacted.delete(emoji);
  const { fields, edited: before, mentions: mentioned, ...rest } = message;
  const told = text === undefined ? mentioned : mentions;
  const counts = reactions ?? message.reactions;
  if (recalled)
    return { ...rest, rev, pinned: false, reactions: {}, mine: [], text: '', recalled };
  const next = { ...rest, rev, pinned: pinned ?? message.pinned ?? false, ...(counts && { reactions: counts }), mine: [...reacted] };
  const last = edited ?? before;
  return { ...next, text: text ?? message.text, ...(told && { mentions: told }), ...(fields && { fields }), ...(last && { edited: last }) };
}
