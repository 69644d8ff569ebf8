import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DLL = process.env.CHAT_NODE_DLL;
const PATIENCE = 90_000;

/** @returns {Promise<number>} that nobody has now */
export const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** A chat node in a process of its own, with a database of its own, which can be killed and started again on the same ports. */
export class NodeProcess {
  #process = null;
  #output = '';
  #exited = Promise.resolve();
  #folder = mkdtempSync(join(tmpdir(), 'chat-web-'));
  #ports = [];
  #settings;

  constructor(settings) {
    this.#settings = settings;
  }

  /** @param {...string} settings more of them */
  static start(...settings) {
    return NodeProcess.#begin(new NodeProcess(settings));
  }

  /** One more node of the same cluster. @param {NodeProcess} other @param {...string} settings more of them */
  static beside(other, ...settings) {
    const node = new NodeProcess(settings);
    rmSync(node.#folder, { recursive: true, force: true });
    node.#folder = other.#folder;
    return NodeProcess.#begin(node);
  }

  static async #begin(node) {
    if (!DLL)
      throw new Error('CHAT_NODE_DLL names no node: run this by dotnet test');
    for (let i = 0; i < 4; i++)
      node.#ports.push(await freePort());
    await node.start();
    return node;
  }

  get url() { return `http://127.0.0.1:${this.#ports[0]}/`; }

  /** The internal port, which has the HTTP API. */
  get api() { return `http://127.0.0.1:${this.#ports[2]}/`; }

  /** Its name in the cluster. */
  get address() { return `127.0.0.1:${this.#ports[3]}`; }

  get ws() { return `ws://127.0.0.1:${this.#ports[0]}/ws`; }

  async start() {
    const [web, chat, http, cluster] = this.#ports;
    const started = spawn('dotnet', [DLL, `--Chat:WebPort=${web}`, `--Chat:Port=${chat}`, `--Chat:HttpPort=${http}`, `--Chat:Cluster:Port=${cluster}`,
      `--Chat:Storage:ConnectionString=Data Source=${join(this.#folder, 'chat.db')}`, '--Chat:Accounts:PasswordIterations=1000', ...this.#settings],
    // As the tests in C# do: a node that lives for seconds need not compile its hot path at once.
    { cwd: this.#folder, env: { ...process.env, DOTNET_TieredPGO: '0', DOTNET_TC_CallCountingDelayMs: '64' } });
    this.#process = started;
    this.#exited = new Promise(resolve => started.on('exit', resolve));
    await new Promise((ready, failed) => {
      const timer = setTimeout(() => failed(new Error(`it does not start: ${this.#output}`)), PATIENCE);
      const note = data => {
        this.#output += data;
        if (String(data).includes('ChatActors is ready')) {
          clearTimeout(timer);
          ready();
        }
      };
      started.stdout.on('data', note);
      started.stderr.on('data', note);
      started.on('exit', code => failed(new Error(`it has ended with ${code}: ${this.#output}`)));
    });
  }

  /** As kill -9. */
  async kill() {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  async stop() {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 20_000);
    await this.#exited;
    clearTimeout(timer);
  }

  async dispose() {
    this.#process.kill('SIGKILL');
    await this.#exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
