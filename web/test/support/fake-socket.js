/** One connection to it, with a network that has latency and breaks. */
export class FakeSocket {
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  #server;
  #clock;
  #random;
  #session = null;
  #toClient = 0;
  #toServer = 0;

  constructor(server, clock, random, url) {
    this.url = url;
    this.#server = server;
    this.#clock = clock;
    this.#random = random;
    clock.setTimeout(() => this.#connect(), 5);
  }

  #connect() {
    if (this.readyState !== 0)
      return;
    if (!this.#server.isUp) {
      this.onerror?.({});
      return this.cut();
    }
    this.readyState = 1;
    const server = this.#server;
    const session = {
      socket: this, user: null, jwt: null, blocked: new Map(),
      send: object => this.#deliver(object),
      push: message => {
        if (server.chance('dropPush'))
          return;
        this.#deliver(message);
        if (server.chance('repeatPush'))
          this.#deliver(message);
      },
    };
    this.#session = session;
    server.sessions.add(session);
    this.onopen?.({});
  }

  send(text) {
    if (this.readyState !== 1)
      throw new Error('not open');
    this.#toServer = Math.max(this.#toServer, this.#clock.now() + 2 + 8 * this.#random());
    this.#clock.setTimeout(() => {
      if (this.readyState === 1 && this.#server.isUp)
        text.split('\n').filter(Boolean).forEach(line => this.readyState === 1 && this.#server.receive(this.#session, JSON.parse(line)));
    }, this.#toServer - this.#clock.now());
  }

  #deliver(object) {
    const late = this.#server.chance('late') ? 6000 : 0;
    this.#toClient = Math.max(this.#toClient, this.#clock.now() + 2 + 8 * this.#random() + late);
    this.#clock.setTimeout(() => this.readyState === 1 && this.onmessage?.({ data: `${JSON.stringify(object)}\n` }), this.#toClient - this.#clock.now());
    if (this.#server.chance('cut'))
      this.#clock.setTimeout(() => this.cut(), 20 * this.#random());
  }

  cut(code = 1006, reason = '') {
    if (this.readyState === 3)
      return;
    this.readyState = 3;
    this.#server.sessions.delete(this.#session);
    this.onclose?.({ code, reason });
  }

  close() {
    if (this.readyState === 3)
      return;
    this.readyState = 3;
    this.#server.sessions.delete(this.#session);
  }
}
