import { ChatClient, ChatError, IndexedDBStore } from '../sdk/index.js';
import { connectionStatus } from './connection-status.js';
import { h } from './dom.js';
import { Presence, presenceWords, tellAttention } from './peer-presence.js';
import { sheet } from './style.js';
import { Thread } from './thread.js';

const boxCss = `
:host { display: block; height: 480px; min-height: 240px; border: 1px solid var(--chat-line); border-radius: 16px; overflow: hidden; background: var(--chat-canvas); }
:host([hidden]) { display: none; }
.box { display: flex; flex-direction: column; height: 100%; font-family: var(--chat-font); }
.box > .thread { flex: 1; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; padding: 13px 18px; background: var(--chat-surface); border-bottom: 1px solid var(--chat-line); }
.head:not(:has(> :not(:empty))) { display: none; }
.title { margin: 0; font-size: 15px; font-weight: 650; color: var(--chat-text); }
.trouble { margin: auto; padding: 24px; color: var(--chat-soft); text-align: center; font-size: 15px; }
`;

/**
 * One conversation for the page of a product:
 *
 *     <chat-box url="https://chat.example/ws" token-url="/chat-token" to="5" title="Support"></chat-box>
 *
 * `token-url` answers (to the page's own user) with a token of the product as text. In its place the property `getToken` may be set, or
 * `client`, a ChatClient that the page has. `to` is a user's id, `group` a group's. `store` is a name, such as the user's id: what is
 * written then survives a reload, and tabs share a connection.
 */
export class ChatBox extends HTMLElement {
  static observedAttributes = ['to', 'group', 'title'];

  /** @type {ChatClient | null} the page's own; null: the box makes one */
  client = null;
  /** @type {(() => Promise<string | null>) | null} */
  getToken = null;
  /** @type {ChatClient | null} */
  #running = null;
  /** @type {Thread | null} */
  #thread = null;
  /** @type {(() => void)[]} */
  #off = [];
  #title = h('h2', { class: 'title' });
  #presenceOfPeer = h('p', { class: 'presence' });
  #head = h('header', { class: 'head' }, this.#title, this.#presenceOfPeer);
  #body = h('div', { class: 'box' }, this.#head);
  /** The other one; 0: it is a group. */
  #peer = 0;
  /** @type {Presence | null} */
  #presence = null;

  constructor() {
    super();
    const own = new CSSStyleSheet();
    own.replaceSync(boxCss);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet(), own];
    root.append(this.#body);
  }

  connectedCallback() {
    // The page's script may set properties right behind the element.
    queueMicrotask(() => this.isConnected && !this.#running && this.#start());
  }

  disconnectedCallback() {
    this.#off.splice(0).forEach(off => off());
    this.#thread?.close();
    if (this.#running !== this.client)
      void this.#running?.close();
    this.#running = this.#thread = null;
    this.#body.replaceChildren(this.#head);
    this.#presenceOfPeer.replaceChildren();
  }

  /** @param {string} name @param {string | null} before @param {string | null} value */
  attributeChangedCallback(name, before, value) {
    this.#title.textContent = this.getAttribute('title') ?? '';
    if (name !== 'title' && before !== value && this.#running?.user)
      this.#open();
  }

  #start() {
    const client = this.#running = this.client ?? this.#connect();
    const status = connectionStatus(client);
    this.#body.append(status.element);
    const presence = this.#presence = new Presence(client, () => this.#showPresence());
    this.#off.push(status.close, () => presence.close(), client === this.client ? () => {} : tellAttention(client),
      client.on('login', () => {
        this.#open();
        this.#watch(); // another server may know how
      }),
      client.on('logout', ({ reason }) => this.#say(`You are not connected to the chat: ${reason}`)));
    if (client.user)
      this.#open();
  }

  #connect() {
    const store = this.getAttribute('store');
    const client = new ChatClient({
      url: this.getAttribute('url') ?? '/ws',
      getToken: this.getToken ?? (() => this.#fetchToken()),
      ...(store && { store: new IndexedDBStore(store) }),
    });
    void client.connect();
    return client;
  }

  async #fetchToken() {
    const url = this.getAttribute('token-url');
    if (!url)
      throw new ChatError('chat-box needs the attribute token-url, or the property getToken or client');
    const response = await fetch(url, { method: 'POST', credentials: 'same-origin', signal: AbortSignal.timeout(10_000) });
    if (response.status === 401 || response.status === 403)
      return null;
    if (!response.ok)
      throw new ChatError(`${url} answered ${response.status}`);
    return (await response.text()).trim();
  }

  #open() {
    const client = /** @type {ChatClient} */ (this.#running);
    const [to, group] = ['to', 'group'].map(name => Number(this.getAttribute(name) ?? 0));
    const me = client.user?.id ?? 0;
    if (!(to > 0) && !(group > 0))
      return this.#say('chat-box needs the id of a user in the attribute to, or of a group in the attribute group.');
    const conversation = group > 0 ? `g:${group}` : `d:${Math.min(me, to)}:${Math.max(me, to)}`;
    if (this.#thread?.conversation === conversation)
      return;
    this.#thread?.close();
    this.#thread?.element.remove();
    const thread = this.#thread = new Thread(client, conversation, { nameOf: (id, said) => said || (id === to && this.getAttribute('title')) || `User ${id}` });
    this.#body.querySelector('.trouble')?.remove();
    this.#body.append(thread.element);
    void thread.load();
    this.#peer = group > 0 || to === me ? 0 : to;
    this.#watch();
    this.#showPresence();
  }

  /** A client of the page watches what the page says. */
  #watch() {
    const client = this.#running;
    if (client && client !== this.client && this.#thread && client.can('watch'))
      client.watch(this.#peer ? [this.#peer] : [], [this.#thread.conversation]).catch(() => {}); // it is only not shown
  }

  #showPresence() { this.#presenceOfPeer.replaceChildren(...presenceWords(this.#peer ? this.#presence?.of(this.#peer) : undefined)); }

  /** @param {string} text */
  #say(text) {
    this.#thread?.close();
    this.#thread?.element.remove();
    this.#thread = null;
    this.#body.querySelector('.trouble')?.remove();
    this.#body.append(h('p', { class: 'trouble', role: 'alert' }, text));
  }
}

if (!customElements.get('chat-box'))
  customElements.define('chat-box', ChatBox);
