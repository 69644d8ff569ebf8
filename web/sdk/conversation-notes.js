/** @import { Fields, Store } from './types.js' */
/** @import { Cursors } from './cursors.js' */
import { targetOf } from './protocol.js';

/** What the server tells of conversations apart from their messages: how far others are, and what the user's devices have made of them. */
export class ConversationNotes {
  #store;
  #emit;
  /** @type {Cursors} */
  cursors = /** @type {any} */ (null);

  /** @param {Store} store @param {(type: any, event: any) => void} emit */
  constructor(store, emit) {
    this.#store = store;
    this.#emit = emit;
  }

  /** @param {Fields} push how far members of a group are, or the other one of two users @param {number} me */
  takeReceipt({ conversation, readers, ...peer }, me) {
    if (readers)
      this.#emit('readers', { conversation, readers });
    else
      this.takePeers([{ conversation, peer }], me);
  }

  /** @param {Fields[]} entries with the marks of the other one of two users @param {number} me */
  takePeers(entries, me) {
    const marks = [];
    for (const { conversation, peer } of entries) {
      const cursor = peer && this.cursors.notePeer(conversation, peer.received ?? 0, peer.read ?? 0);
      if (!cursor)
        continue;
      const target = targetOf(conversation, me);
      this.#emit('receipt', { conversation, id: 'to' in target ? target.to : 0, ...cursor.peer });
      if (cursor.based)
        marks.push(cursor.toMark());
    }
    if (marks.length > 0)
      void this.#store.write({ marks });
  }

  /** @param {Fields} change of another session, which has all as it is now, or `read` */
  takeChange({ conversation, archived, marked, floor, read, draft }) {
    if (read)
      this.cursors.noteRead(conversation, read);
    if (floor)
      this.cursors.noteFloor(conversation, floor);
    if (read || floor)
      void this.keep(conversation);
    this.#emit('conversationChanged', {
      conversation, ...(archived !== undefined && { archived }), ...(marked !== undefined && { marked }), ...(floor && { floor }), ...(read && { read }), ...(draft !== undefined && { draft }),
    });
  }

  /** The server tells it to other sessions only. @param {Fields} request of this one that has succeeded */
  takeOwn({ conversation, archive: archived, unread: marked, clear_to: cleared, draft }) {
    this.takeChange({ conversation, archived, marked, floor: cleared && cleared + 1, draft });
  }

  /** @param {string} conversation whose mark has changed */
  async keep(conversation) {
    const cursor = this.cursors.find(conversation);
    await (cursor?.based && this.#store.write({ marks: [cursor.toMark()] }));
  }
}
