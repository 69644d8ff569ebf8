/** @import { Fields } from './types.js' */
import * as Kind from './kinds.js';

/**
 * What the server tells the user's other connections of a request, and not the one that has asked: tabs that share that one have to hear it, too.
 * @param {Fields} asked what was asked for, with success @param {Fields} reply @param {number} me
 * @param {(object: Fields) => Promise<Fields>} ask for what the reply does not say
 * @returns {Promise<{ type: string, event: Fields } | null>} null: nothing
 */
export async function ownChange(asked, reply, me, ask) {
  /** @param {string} change @param {Fields} [more] */
  const ofGroup = (change, more) => ({ type: 'groupChanged', event: { groupid: reply.groupid ?? asked.groupid, change, ...more, by: me } });
  switch (asked.msgid) {
    case Kind.changeContact: {
      const { contacts } = await ask({ msgid: Kind.contacts, since: reply.rev - 1, limit: 1 });
      return contacts[0]?.id === asked.id ? { type: 'contactChanged', event: { ...contacts[0], rev: reply.rev } } : null;
    }
    case Kind.createGroup:
      return ofGroup('added');
    case Kind.joinGroup:
      return reply.asked ? null : ofGroup('added');
    case Kind.leaveGroup:
      return ofGroup('removed');
    case Kind.changeGroup:
      return ofGroup(asked.delete ? 'deleted' : 'changed');
    case Kind.changeMembers:
      return asked.owner && asked.owner !== me ? ofGroup('role', { role: 'admin' }) : null;
    default:
      return null;
  }
}
