/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Change, Message } from '../sdk/types.js' */
import { fieldsOf, filesOf } from './attachments.js';
import { Composer } from './composer.js';
import { h } from './dom.js';
import { Draft } from './draft.js';
import { HistoryPages } from './history-pages.js';
import { JumpButton } from './jump-button.js';
import { keepEnd, NEAR } from './keep-end.js';
import { groupMembers } from './members.js';
import { MessageChanges } from './message-changes.js';
import { MessageList } from './message-list.js';
import { MessageMenu } from './message-menu.js';
import { PinnedBar } from './pinned-bar.js';
import { Quotes } from './quotes.js';
import { ThreadCounts } from './thread-counts.js';
import { ThreadView } from './thread-view.js';
import { progressOf, Timeline } from './timeline.js';
import { TypingLine } from './typing-line.js';

const PAGE = 40;
/** So many at a time are loaded to get to one message, and so many times. */
const BACK_PAGE = 100;
const MAX_BACK = 10;

/**
 * One conversation: its messages, and where to write the next one.
 * @typedef {{ nameOf(id: number, said?: string): string, onSend?(message: Message): void, placeholder?: string, draft?: string }} ThreadOptions `draft`: kept for other devices, and what it is now
 */
export class Thread {
  #timeline = new Timeline();
  #menu = new MessageMenu();
  #isDue = false;
  #isToEnd = false;
  #markedRead = 0;
  /** What was read when this was opened: what follows is new. @type {number | null} */
  #readAtOpen = null;
  /** @type {(() => void)[]} */
  #off = [];
  #changes;
  #quotes;
  #draft;
  #typing;
  #scroller;
  #client;
  #options;
  #counts = new ThreadCounts();
  /** @type {import('./message-row.js').RowHooks} */
  #rowHooks = {
    nameOf: (id, said) => this.#options.nameOf(id, said), urlOf: file => this.#client.fileUrl(file), canChange: one => this.#changes.can(one), menu: (one, button) => this.#changes.openMenu(one, button), progress: one => progressOf(this.#client.peer(this.conversation), one),
    react: (one, emoji) => this.#changes.react(one, emoji), quoted: seq => this.#quotes.find(seq), showQuoted: seq => void this.showAt(seq), replies: one => this.#counts.of(one), showThread: root => void this.#view.open(root),
    isForMe: one => !one.own && (one.mentions === 'all' || (one.mentions?.includes(this.#client.user?.id ?? 0) ?? false)), sendAgain: one => this.#sendAgain(one), giveUp: one => this.#giveUp(one),
  };
  #list = new MessageList(this.#rowHooks);
  #view;
  #alert = h('p', { class: 'thread-alert', role: 'alert' });
  #pinned = new PinnedBar(message => this.#toRow(message));
  #pages;
  #jump = new JumpButton(() => this.#toEnd(true));

  /** @param {ChatClient} client @param {string} conversation @param {ThreadOptions} options */
  constructor(client, conversation, options) {
    this.#client = client;
    this.conversation = conversation;
    this.#options = options;
    this.#pages = new HistoryPages(client, conversation, this.#timeline, isLoading => this.#onLoading(isLoading));
    this.#changes = new MessageChanges(client, conversation, this.#timeline, {
      menu: this.#menu, composer: () => this.composer, changed: () => this.#drawSoon(), say: words => this.say(words),
      nameOf: ({ own, name, from }) => (own ? 'yourself' : options.nameOf(from, name)), personName: (id, said) => options.nameOf(id, said), showThread: root => void this.#view.open(root),
    });
    this.#quotes = new Quotes(client, conversation, this.#timeline, () => this.#drawSoon());
    /** @type {import('./composer.js').ComposerHooks} */
    const writing = {
      send: (text, files, reply, mentions) => this.#send(text, fieldsOf(files, reply, mentions)), upload: (file, progress, signal) => client.upload(file, { progress, signal }), canUpload: () => client.can('files'), edit: (message, text) => this.#changes.edit(message, text), editLast: () => this.#changes.editLast(), typed: isEmpty => this.#onType(isEmpty),
      members: () => groupMembers(client, conversation, () => this.#changes.looksAfter),
    };
    this.composer = new Composer(writing, options.placeholder);
    this.#view = new ThreadView(client, conversation, { row: this.#rowHooks, composer: writing, host: () => this.element, closed: root => this.#leaveThread(root) });
    this.#draft = options.draft === undefined ? null : new Draft(client, conversation, this.composer, options.draft);
    this.#typing = new TypingLine(options.nameOf);
    this.#scroller = h('div', { class: 'scroll' }, this.#list.element, this.#pages.note);
    this.element = h('section', { class: 'thread', 'aria-label': 'Conversation' }, this.#pinned.element, this.#scroller, this.#jump.element, this.#alert, this.#typing.element, this.composer.element, this.#menu.element);
    this.composer.learn();
    this.composer.takeDrops(this.element);
    this.#scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    const onFocus = () => this.#markRead();
    window.addEventListener('focus', onFocus);
    this.#off.push(
      keepEnd(this.#scroller), () => window.removeEventListener('focus', onFocus),
      client.on('message', message => this.#take(message)), client.on('update', message => this.#take(message)), client.on('change', change => this.#change(change)),
      client.on('login', () => { // another server may know of other things, and the user may have another role
        void this.#changes.learn();
        this.composer.learn();
        this.#drawSoon();
      }),
      client.on('conversation', event => event.conversation === conversation && this.#drawSoon()),
      client.on('typing', event => event.conversation === conversation && this.#typing.take(event)),
      client.on('rewound', event => event.conversation === conversation && this.#rewind(event.to)),
      client.on('state', ({ state }) => state === 'ready' && this.#timeline.last === 0 && void this.load()),
    );
  }

  get #isAtEnd() { return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < NEAR; }

  /** Shows the newest messages. */
  async load() {
    this.#readAtOpen ??= this.#client.conversations.find(({ conversation }) => conversation === this.conversation)?.read ?? 0;
    for (const message of this.#client.unsent(this.conversation))
      this.#timeline.add(message);
    void this.#changes.learn();
    await this.#pages.load({ limit: PAGE });
    this.#toEnd();
  }

  close() {
    this.#view.close();
    this.#menu.close();
    this.#draft?.close();
    this.#stopTyping();
    this.#off.forEach(off => off());
  }

  focus() { this.composer.focus(); }

  /** Somebody has another name now. */
  redraw() { this.#drawSoon(); }

  /** The number of the newest message that is here; 0: there is none. */
  get lastSeq() { return this.#timeline.last; }

  /** @param {string} words for who looks at it; empty: nothing any more */
  say(words) { this.#alert.textContent = words; }

  /**
   * Goes to a message, and loads what is older for it, up to a bound.
   * @param {number} seq @returns {Promise<void>}
   */
  async showAt(seq) {
    for (let i = 0, first = 0; i < MAX_BACK && this.element.isConnected && this.#timeline.first > seq && this.#timeline.first !== first; i++) {
      first = this.#timeline.first;
      await this.#older(BACK_PAGE);
    }
    const message = this.#timeline.find(seq);
    this.#alert.textContent = message ? '' : 'This message is older than what is loaded here. Scroll up to get there.';
    if (message)
      this.#toRow(message);
  }

  /** @param {boolean} isLoading */
  #onLoading(isLoading) {
    if (isLoading) {
      this.#list.element.setAttribute('aria-busy', 'true');
      return;
    }
    this.#draw();
    this.#list.element.removeAttribute('aria-busy');
  }

  /** @param {number} [limit] */
  async #older(limit = PAGE) {
    const { scrollHeight, scrollTop } = this.#scroller;
    await this.#pages.load({ before: this.#timeline.first, limit });
    this.#scroller.scrollTop = scrollTop + this.#scroller.scrollHeight - scrollHeight;
  }

  /** @param {Message} message */
  #take(message) {
    if (message.conversation !== this.conversation)
      return;
    const isNew = this.#timeline.add(message);
    this.#pages.say('');
    if (isNew && !message.own)
      this.#jump.count();
    this.#drawSoon(isNew && message.own);
  }

  /** @param {Change} change */
  #change(change) {
    if (change.conversation !== this.conversation)
      return;
    const message = this.#timeline.change(change);
    if (!message)
      return;
    this.composer.changed(message);
    this.#drawSoon();
  }

  /** Several changes at once are one drawing. Who reads the newest messages goes on to do so. @param {boolean} [toEnd] in any case */
  #drawSoon(toEnd = false) {
    this.#isToEnd ||= toEnd;
    if (this.#isDue)
      return;
    this.#isDue = true;
    queueMicrotask(() => {
      const isToEnd = this.#isToEnd || this.#isAtEnd;
      this.#isDue = this.#isToEnd = false;
      this.#draw();
      isToEnd ? this.#toEnd() : this.#showJump();
    });
  }

  /** @param {boolean} isEmpty */
  #onType(isEmpty) {
    this.#draft?.changed();
    isEmpty ? this.#stopTyping() : void this.#client.typing(this.conversation).catch(() => {}); // who is told nothing misses nothing
  }

  #stopTyping() { void this.#client.typing(this.conversation, false).catch(() => {}); }

  /** @param {string} text @param {import('../sdk/types.js').Fields} [fields] what it refers to */
  #send(text, fields) {
    const message = this.#client.send(this.conversation, text, fields);
    this.#timeline.add(message);
    this.#options.onSend?.(message);
    this.#stopTyping();
    this.#draft?.sent();
    this.#pages.say('');
    this.#draw();
    this.#toEnd();
  }

  /** @param {Message} message */
  #sendAgain(message) {
    this.#giveUp(message);
    this.#send(message.text, fieldsOf(filesOf(message), message.reply ?? 0, message.mentions));
    this.composer.focus();
  }

  /** @param {Message} message */
  #giveUp(message) {
    this.#client.discard(message);
    this.#timeline.remove(message);
    this.#draw();
  }

  /** @param {number} to */
  #rewind(to) {
    this.#timeline.rewind(to);
    this.#draw();
    this.#pages.say('The server was restored from a backup: some messages are not there any more.');
  }

  #onScroll() {
    this.#menu.close();
    if (this.#scroller.scrollTop < NEAR && this.#pages.canLoadOlder)
      void this.#older();
    if (this.#isAtEnd)
      this.#markRead();
    this.#showJump();
  }

  #toEnd(smooth = false) {
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: smooth ? 'smooth' : 'auto' });
    this.#markRead();
    this.#showJump();
  }

  #showJump() { this.#jump.show(this.#isAtEnd); }

  /** What is on the screen of a window that somebody looks at was read. */
  #markRead() {
    const { last } = this.#timeline;
    if (last <= this.#markedRead || !document.hasFocus() || !this.#isAtEnd)
      return;
    this.#markedRead = last;
    this.#client.markRead(this.conversation, last).catch(() => { this.#markedRead = Math.min(this.#markedRead, last - 1); });
  }

  #draw() {
    this.#counts.update(this.#timeline.messages);
    this.#list.draw(this.#timeline.messages, this.#readAtOpen ?? 0);
    this.#pinned.show(this.#timeline.messages);
  }

  /** The thread of this message was looked at. @param {number} root */
  #leaveThread(root) {
    const message = this.#timeline.find(root);
    message ? this.#list.rowOf(message)?.focus() : this.focus();
  }

  /** @param {Message} message */
  #toRow(message) {
    const row = this.#list.rowOf(message);
    row?.element.scrollIntoView({ block: 'center' });
    row?.focus();
    row?.flash();
  }
}
