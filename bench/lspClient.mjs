/** A small language client over stdio that knows when each answer came, to the microsecond. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { processorMs, residentMiB } from './process.mjs';

const now = () => performance.now();

export class LspClient {
  #child;
  #received = Buffer.alloc(0);
  #nextId = 1;
  #pending = new Map();
  #waiting = new Set();
  #errors = '';

  /** Starts `command args...` and listens; say `initialize` next. */
  constructor(command, args, { cwd, env } = {}) {
    this.spawnedAt = now();
    this.#child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdout.on('data', (bytes) => this.#read(bytes));
    this.#child.stderr.on('data', (bytes) => (this.#errors = (this.#errors + bytes).slice(-2000)));
    this.#child.on('close', (code) =>
      this.#ended(new Error(`the server ended with exit code ${code}: ${this.#errors.trim()}`)),
    );
    this.#child.on('error', (error) => this.#ended(error));
    this.#child.stdin.on('error', () => {}); // the close above says more
  }

  /** Resident memory of the server in MiB; undefined where the system does not say. */
  memory() {
    return residentMiB(this.#child.pid);
  }

  /** Processor time the server has used, in milliseconds; undefined where the system does not say. */
  processorTime() {
    return processorMs(this.#child.pid);
  }

  request(method, params) {
    const id = this.#nextId++;
    this.#send({ jsonrpc: '2.0', id, method, params });
    return new Promise((done, fail) => this.#pending.set(id, { done, fail }));
  }

  notify(method, params) {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  /** Says what an editor says first, for one workspace folder; the server is to push its findings. */
  async initialize(folder) {
    const uri = pathToFileURL(folder).href;
    await this.request('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'bench' }],
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
      },
    });
    this.notify('initialized', {});
  }

  /**
   * Waits for the findings of a version of a document (of any version where the server names none).
   * @returns their arrival, in `performance.now()` milliseconds, and themselves
   */
  diagnostics(uri, version, withinMs = 30_000) {
    return new Promise((done, fail) => {
      const waiter = { accepts: (params) => params.uri === uri && (params.version ?? version) >= version, done, fail };
      const late = () => fail(new Error(`no diagnostics for version ${version} within ${withinMs / 1000} s`));
      waiter.timer = setTimeout(late, withinMs);
      this.#waiting.add(waiter);
    });
  }

  /** Shuts the server down, kindly for two seconds. */
  async stop() {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.request('shutdown', null).then(
      () => this.notify('exit'),
      () => {},
    );
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await closed;
    clearTimeout(killer);
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify(message));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin.write(body);
  }

  #read(bytes) {
    const at = now();
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const headerEnd = this.#received.indexOf('\r\n\r\n');
      if (headerEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, headerEnd))[1]);
      const end = headerEnd + 4 + length;
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString('utf8', headerEnd + 4, end));
      this.#received = this.#received.subarray(end);
      this.#handle(message, at);
    }
  }

  #handle(message, at) {
    if (message.method === undefined) {
      const { done, fail } = this.#pending.get(message.id) ?? {};
      this.#pending.delete(message.id);
      if (message.error) fail?.(new Error(message.error.message));
      else done?.(message.result);
    } else if (message.id !== undefined) {
      this.#send({ jsonrpc: '2.0', id: message.id, result: answerTo(message) });
    } else if (message.method === 'textDocument/publishDiagnostics') {
      this.#published(message.params, at);
    }
  }

  #published(params, at) {
    for (const waiter of this.#waiting) {
      if (!waiter.accepts(params)) continue;
      this.#waiting.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.done({ at, diagnostics: params.diagnostics });
    }
  }

  #ended(error) {
    for (const { fail } of this.#pending.values()) fail(error);
    this.#pending.clear();
    for (const { fail, timer } of this.#waiting) {
      clearTimeout(timer);
      fail(error);
    }
    this.#waiting.clear();
  }
}

/** What a client without settings of its own answers: nothing, once per item where several were asked for. */
const answerTo = ({ method, params }) => (method === 'workspace/configuration' ? params.items.map(() => null) : null);
