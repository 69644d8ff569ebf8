/**
 * Types only.
 *
 * @typedef {Record<string, any>} Fields an object of the wire
 *
 * @typedef {{ to: number } | { group: number }} Target a user or a group
 *
 * @typedef {object} Message
 * @property {string} conversation such as `d:1:3` or `g:5`; empty until the first login of a new user's client
 * @property {number} seq the number in its conversation; 0 until it is acknowledged, and on a server without a history
 * @property {number} ts the server's time in ms since 1970 (the own time until it is acknowledged): for people, not for the order
 * @property {number} from the sender's id
 * @property {string} name the sender's name
 * @property {string} text
 * @property {string} cmid the sender's id of this message
 * @property {boolean} own whether this user sent it, here or on another device
 * @property {'pending' | 'sent' | 'failed'} state
 * @property {string} [error] why it failed
 * @property {number} [errno] the server's number of that
 * @property {number} [reply] the number of the message that it answers
 * @property {number} [thread] the number of the message that its thread has begun with
 * @property {number[] | 'all'} [mentions] whom it mentions
 * @property {number} [replies] from `history`: how many messages are in the thread that has begun with it
 * @property {number} [last_reply] the number of the last of them: a message with this `thread` above it is one more
 * @property {Fields} [fields] other keys that the sender gave it, and `attachments`, its files
 * @property {Fields} [system] nobody has sent it (`from` is 0): what has become of the group (`change`, `by`, `ids` …, see the protocol); `text` says the same in English
 * @property {number} [rev] the number of its newest change that is known
 * @property {number} [edited] when its text was last edited, in ms since 1970
 * @property {{ by: number, ts: number }} [recalled] who took it back, and when: it has no text then
 * @property {boolean} [pinned] in its conversation, for everybody
 * @property {Record<string, number>} [reactions] how many users have reacted with what
 * @property {string[]} [mine] what this user has reacted with
 * @property {number} [offline] its row in the offline queue, on a server without a history
 *
 * @typedef {{ id: string, name: string, type: string, size: number, url?: string }} Attachment a file of a message; `url`: without the server, good for some hours
 *
 * @typedef {object} Change of a message; what is left out did not change
 * @property {string} conversation
 * @property {number} seq of the message
 * @property {number} rev the number of the change in its conversation
 * @property {number} [by] who has changed it, of several the last; left out when it was fetched later
 * @property {string} [text] what it says now
 * @property {number} [edited] when that was written, in ms since 1970
 * @property {number[] | 'all'} [mentions] beside `text`: whom it mentions now
 * @property {{ by: number, ts: number }} [recalled] who took it back, and when
 * @property {boolean} [pinned]
 * @property {Record<string, number>} [reactions] all that there are now
 * @property {{ id: number, react?: string, unreact?: string }[]} [who] the newest of what became of them, at most 10
 * @property {string[]} [mine] all that this user has reacted with
 * @property {Record<string, boolean>} [own] without `mine`: which of this user's are there now, and which no longer
 *
 * @typedef {object} Pending a message on its way to the server
 * @property {string} cmid
 * @property {Target} target
 * @property {string} text
 * @property {number} ts
 * @property {Fields} [fields]
 * @property {string} [error] it has failed for good
 * @property {number} [errno]
 *
 * @typedef {object} Mark how far one conversation has got
 * @property {string} conversation
 * @property {number} delivered everything up to here was handed to the application
 * @property {number} received the mark that the server was told
 * @property {number} head the highest number heard of
 * @property {number} read what a person has read
 * @property {number} ts the newest time seen; 0 when it is not known
 * @property {number} [rev] changes of messages up to this one were handed over
 * @property {number} [revHead] the highest number of a change heard of
 * @property {{ received: number, read: number }} [peer] how far the other one of two users is
 * @property {number} [floor] messages below it are not shown any more
 *
 * @typedef {object} Conversation
 * @property {string} conversation
 * @property {number} head the number of the last message
 * @property {number} read how far a person has read on any device
 * @property {{ received: number, read: number }} [peer] how far the other one of two users is, as far as it is known
 * @property {number} [floor] messages below it are not shown to this user any more
 *
 * @typedef {object} ListedConversation a conversation as a list shows it; what is not so is left out
 * @property {string} conversation
 * @property {number} head
 * @property {number} received the own marks
 * @property {number} read
 * @property {number} unread messages of others that were not read
 * @property {number} [mentions] how many of them mention the user, or everybody
 * @property {Message | null} last the last message as it is now; null: it was cleared, or is too large for a list
 * @property {{ received: number, read: number }} [peer]
 * @property {number} [rev]
 * @property {number} [floor]
 * @property {boolean} [marked] as unread
 * @property {boolean} [pinned]
 * @property {boolean} [muted]
 * @property {boolean} [archived]
 * @property {string} [draft]
 *
 * @typedef {object} Device on which a user is logged in
 * @property {string} device its id
 * @property {string} [name]
 * @property {string} [platform]
 * @property {number} seen when it was here last, to within some minutes
 * @property {boolean} [push] it can be woken
 * @property {boolean} [here] it is this one
 *
 * @typedef {object} Receipts of one message
 * @property {number} members who could have it, its sender left out
 * @property {number} received how many of them have received it
 * @property {number} read how many of them have read it
 * @property {{ id: number, received: number, read: number }[]} who ascending by id; who is not listed has not received it
 * @property {boolean} more whether there are others
 *
 * @typedef {{ id: number, name: string, display?: string, avatar?: string, about?: string }} Profile of a user; all but `id` and `name` is what somebody has written
 * @typedef {{ conversation: string, seq: number, from: number, ts: number, text: string, own: boolean }} Found a message that a search has found; of a long one `text` is the beginning
 *
 * @typedef {object} Group
 * @property {number} id
 * @property {string} name
 * @property {string} desc
 * @property {string} [avatar]
 * @property {number} members how many there are
 * @property {'free' | 'invite' | 'ask'} joining
 * @property {'all' | 'admins'} sending
 * @property {string} history
 * @property {number} [keep_days] after so many days its messages are gone
 * @property {number} [muted_until] until when the user may not send, in ms since 1970; it may be over
 * @property {'creator' | 'admin' | 'normal'} [role] of the user; left out: no member
 *
 * @typedef {{ id: number, name: string, since: number }} JoinRequest
 * @typedef {{ id: number, state: 'contact' | 'asked' | 'asks' | 'none', alias?: string, note?: string, blocked?: boolean }} Contact what is not so is left out
 * @typedef {object} GroupChanged what has become of the user in a group, or of the group. Pass over a `change` that you do not know
 * @property {number} groupid
 * @property {string} change `added`, `removed`, `banned`, `declined`, `role`, `muted`, `changed`, `deleted`, and to the creator and admins `asked`
 * @property {number} [by] who has done it; left out: the product
 * @property {string} [role]
 * @property {number} [until] muted until then, in ms since 1970; 0: no more
 * @property {number} [id] who asks
 *
 * @typedef {{ id: number, state: 'online' | 'away' | 'offline', seen?: number }} PresenceState `seen`: when somebody who is offline was last there, if that is known
 * @typedef {{ conversation: string, id: number, on: boolean }} Typing
 *
 * @typedef {object} User
 * @property {number} id
 * @property {string} name
 * @property {{ id: number, name: string, state: string }[]} friends
 * @property {{ id: number, groupname: string, groupdesc: string, users: { id: number, name: string, role: string, state: string }[] }[]} groups
 * @property {string[]} [features] what the server can do beyond version 2 of the protocol, such as `changes`
 *
 * @typedef {object} Meta what is known of the user
 * @property {User | null} [user]
 * @property {string | null | undefined} [syncToken]
 * @property {string | null} [resumeToken]
 *
 * @typedef {object} Changes what a store writes at once: all of it or nothing, in this order
 * @property {boolean} [clear] forget everything first
 * @property {{ conversation: string, to: number }[]} [rewinds] forget the messages above a number
 * @property {Message[]} [messages]
 * @property {Change[]} [changed] the messages that are kept become as `withChange` says
 * @property {Mark[]} [marks]
 * @property {Pending[]} [pending]
 * @property {string[]} [done] cmids that are not pending any more
 * @property {Meta} [meta] keys to change
 *
 * @typedef {{ after?: number, before?: number, limit?: number, thread?: number, seqs?: number[] }} Range numbers above `after`, or the ones next below `before`; of a thread, or some by their numbers
 *
 * @typedef {object} Store where messages, marks and unsent messages are kept
 * @property {string | undefined} [name] tabs whose stores have the same name share them, and a connection
 * @property {() => Promise<{ meta: Meta, marks: Mark[], pending: Pending[] }>} load
 * @property {(changes: Changes) => Promise<void>} write
 * @property {(conversation: string, range: Range) => Promise<Message[]>} messages ascending
 * @property {() => void} close
 *
 * @typedef {'disconnected' | 'connecting' | 'syncing' | 'ready'} State
 *
 * @typedef {object} StateEvent
 * @property {State} state
 * @property {string} [reason] why there is no connection
 * @property {number} [retryIn] ms until the next try
 *
 * @typedef {{ conversation: string, after: number, upTo: number, rewinds: number, message?: Message, from?: number, change?: Change }} Item
 *   one thing in line for the application: a message, or numbers that are missing, or (`from`) a conversation that has gone back, or a change
 *
 * @typedef {object} Clock
 * @property {() => number} now ms from any fixed point, never back
 * @property {() => number} date ms since 1970
 * @property {(callback: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random
 *
 * @typedef {object} Events
 * @property {StateEvent} state
 * @property {User} login
 * @property {{ code: number, reason: string }} logout the server does not accept this login any more, or the user has logged out
 * @property {Message} message every message of every conversation, own ones too: once, in the order of its conversation
 * @property {Change} change a message was edited, recalled, pinned or reacted to: behind its message, own changes too. One may be told twice
 * @property {Message} update an own message was acknowledged, or has failed
 * @property {Conversation} conversation
 * @property {{ conversation: string, readers: Record<number, number> }} readers how far members of a group have read that `watch` has named, by their ids; every two seconds at most
 * @property {{ conversation: string, archived?: boolean, marked?: boolean, floor?: number, read?: number, draft?: string }} conversationChanged what a device of this user, this one too, has made of it; what is left out did not change
 * @property {{ conversation: string, id: number, received: number, read: number }} receipt the other one of two users has received and read up to here
 * @property {{ users: PresenceState[] }} presence how users that are watched are: all of them behind `watch` and after each login, then who has changed
 * @property {Typing} typing somebody types in a conversation that is watched, or does no longer
 * @property {{ conversation: string, first: number, last: number }} missing numbers that the server does not have or show
 * @property {{ conversation: string, from: number, to: number }} rewound the server was restored: it does not have what was above `to`
 * @property {GroupChanged} groupChanged on the user's other connections, and in its other tabs, than the one that has done it. Neither repeated nor kept: `groups` has them after a login
 * @property {Contact & { rev: number }} contactChanged the same: somebody is something else to the user than before. If `rev` is not one above the last, ask with `listContacts`
 * @property {Fields} settings another device has changed the user's settings
 * @property {Error} error something that the SDK gets over: the store does not work, a token cannot be had
 */
export {};
