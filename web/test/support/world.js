import { ChatClient } from '../../sdk/index.js';
import { FakeClock, seeded } from './fake-clock.js';
import { FakeServer } from './fake-server.js';
import './whole-sdk.js';

/** A fake server with three users, and clients of it in one time. */
export class World {
  constructor(seed = 1) {
    this.random = seeded(seed);
    this.clock = new FakeClock(this.random);
    this.server = new FakeServer(this.clock, this.random);
    for (const [id, name] of [[1, 'alice'], [2, 'bob'], [3, 'carol']])
      this.server.addUser(id, name);
    this.server.addGroup(1, 1, 2, 3);
  }

  /** A client, and everything that it told. */
  client(name, options = {}) {
    const client = new ChatClient({ url: 'ws://fake/ws', login: { name, password: 'secret' }, WebSocket: this.server.WebSocket, clock: this.clock, ...options });
    const told = { messages: [], states: [], updates: [], errors: [], logouts: [], rewound: [], missing: [], changes: [], receipts: [], presence: [], typing: [], kept: [] };
    client.on('message', message => told.messages.push(message));
    client.on('state', ({ state }) => told.states.push(state));
    client.on('update', ({ cmid, state }) => told.updates.push([cmid, state]));
    client.on('error', error => told.errors.push(error));
    client.on('logout', why => told.logouts.push(why));
    client.on('change', change => told.changes.push(change));
    client.on('receipt', receipt => told.receipts.push(receipt));
    client.on('presence', ({ users }) => told.presence.push(...users));
    client.on('typing', ({ id, on }) => told.typing.push([id, on]));
    client.on('conversationChanged', change => told.kept.push(change));
    client.on('rewound', event => told.rewound.push(event));
    client.on('missing', event => told.missing.push(event));
    return Object.assign(client, { told });
  }

  async ready(name, options) {
    const client = this.client(name, options);
    void client.connect();
    await this.clock.until(() => client.state === 'ready');
    return client;
  }
}

export const texts = client => client.told.messages.map(({ text }) => text);

/** An answer, which takes time of the fake clock. */
export async function done(world, promise) {
  let outcome = null;
  promise.then(value => { outcome = { value }; }, error => { outcome = { error }; });
  await world.clock.until(() => outcome !== null, 120_000);
  if (outcome.error)
    throw outcome.error;
  return outcome.value;
}
