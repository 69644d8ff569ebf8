/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Change, Message } from '../sdk/types.js' */
/** @import { RowHooks } from './message-row.js' */
/** @import { ComposerHooks } from './composer.js' */
import { Composer } from './composer.js';
import { h, icon } from './dom.js';
import { keepEnd } from './keep-end.js';
import { MessageList } from './message-list.js';
import { Timeline } from './timeline.js';

const PAGE = 50;

/** One thread: the message that it has begun with, what was answered, and where to write the next answer. Beside the conversation, or over it. */
export class ThreadView {
  #timeline = new Timeline();
  #root = 0;
  #isDue = false;
  /** @type {(() => void)[]} */
  #off = [];
  #client;
  #conversation;
  #closed;
  #host;
  #list;
  #composer;
  #note = h('p', { class: 'thread-note', role: 'status' });
  #earlier = h('button', { type: 'button', class: 'link earlier', hidden: true, onclick: () => void this.#load(this.#timeline.messages.find(({ seq }) => seq > this.#root)?.seq) }, 'Earlier answers');
  #scroller;

  /**
   * @param {ChatClient} client @param {string} conversation
   * @param {{ row: RowHooks, composer: ComposerHooks, host(): HTMLElement, closed(root: number): void }} hooks of the conversation; what is written here goes into the thread
   */
  constructor(client, conversation, { row, composer, host, closed }) {
    this.#client = client;
    this.#conversation = conversation;
    this.#closed = closed;
    this.#host = host;
    this.#list = new MessageList({ ...row, canChange: () => false, replies: () => 0, sendAgain: message => this.#sendAgain(message), giveUp: message => this.#giveUp(message) });
    this.#composer = new Composer({ ...composer, typed: () => {}, editLast: () => {}, send: (text, files, _, mentions) => this.#send(text, { ...(files.length > 0 && { attachments: files }), ...(mentions && { mentions }) }) }, 'Answer in the thread');
    this.#scroller = h('div', { class: 'scroll' }, this.#earlier, this.#list.element, this.#note);
    this.element = h('section', { class: 'thread-view', 'aria-label': 'Thread' },
      h('header', {}, h('h2', {}, 'Thread'), h('button', { type: 'button', class: 'plain', 'aria-label': 'Close the thread', onclick: () => this.close() }, icon('close'))),
      this.#scroller, this.#composer.element);
    this.element.addEventListener('keydown', event => {
      if (event.key !== 'Escape' || event.defaultPrevented)
        return;
      event.preventDefault(); // the conversation stays open
      this.close();
    });
  }

  get isOpen() { return this.element.isConnected; }

  /** @param {number} root the number of the message that it has begun with */
  async open(root) {
    this.close();
    this.#root = root;
    this.#timeline = new Timeline();
    this.#host().append(this.element);
    this.#composer.learn();
    this.#off = [
      keepEnd(this.#scroller),
      this.#client.on('message', message => this.#take(message)),
      this.#client.on('update', message => this.#take(message)),
      this.#client.on('change', change => this.#change(change)),
    ];
    for (const message of this.#client.unsent(this.#conversation))
      this.#take(message);
    this.#composer.focus();
    await this.#load();
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  close() {
    if (!this.isOpen)
      return;
    this.element.remove();
    this.#off.forEach(off => off());
    this.#off = [];
    this.#closed(this.#root);
  }

  /** @param {number} [before] */
  async #load(before) {
    const root = this.#root;
    this.#note.textContent = before ? '' : 'Loading…';
    try {
      const [first, page] = await Promise.all([
        this.#timeline.find(root) ? [] : this.#client.history(this.#conversation, { seqs: [root] }).then(({ messages }) => messages),
        this.#client.history(this.#conversation, { thread: root, limit: PAGE, ...(before && { before }) }),
      ]);
      if (root !== this.#root)
        return;
      for (const message of [...first, ...page.messages])
        this.#timeline.add(message);
      this.#earlier.hidden = !page.more;
      this.#note.textContent = '';
    } catch (error) {
      this.#note.textContent = `The thread could not be loaded: ${/** @type {Error} */ (error).message}`;
    }
    this.#draw();
  }

  /** @param {Message} message */
  #take(message) {
    const thread = message.thread ?? message.fields?.thread;
    if (message.conversation !== this.#conversation || thread !== this.#root)
      return;
    this.#timeline.add(message);
    this.#drawSoon();
  }

  /** @param {Change} change */
  #change(change) {
    if (change.conversation === this.#conversation && this.#timeline.change(change))
      this.#drawSoon();
  }

  /** @param {string} text @param {import('../sdk/types.js').Fields} fields */
  #send(text, fields) {
    this.#take(this.#client.send(this.#conversation, text, { ...fields, thread: this.#root }));
  }

  /** @param {Message} message */
  #sendAgain(message) {
    this.#giveUp(message);
    this.#send(message.text, message.mentions ? { mentions: message.mentions } : {});
  }

  /** @param {Message} message */
  #giveUp(message) {
    this.#client.discard(message);
    this.#timeline.remove(message);
    this.#draw();
  }

  #drawSoon() {
    if (this.#isDue)
      return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#draw();
      this.#scroller.scrollTop = this.#scroller.scrollHeight;
    });
  }

  #draw() { this.#list.draw(this.#timeline.messages, 0); }
}
