/**
 * A server that speaks the Open Inference Protocol and Triton's control of its repository, with faults on demand: what
 * a real one does only when it is broken. Version N answers its input times N.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { pause } from './load';

/** What is wrong with a version, or with the server. */
export interface Faults {
  /** Milliseconds that each answer of the version takes longer. */
  readonly slow?: number;
  /** Every how many answers is another number. */
  readonly wrongEvery?: number;
  /** Ends the connection in the place of an answer. */
  readonly hangsUp?: boolean;
  readonly garbage?: boolean;
  /** Says OK to the load, and loads nothing. */
  readonly lies?: boolean;
  /** Ends the connection in the place of an answer to the load. */
  readonly diesAtLoad?: boolean;
}

const tensor = (name: string) => ({ name, datatype: 'FP32', shape: [-1, 4] });

export class ServerDouble {
  readonly faults = new Map<string, Faults>();
  /** Milliseconds that every answer to a question about models takes longer. */
  patience = 0;
  private loaded: readonly string[] = [];
  /** Answers by version. */
  private readonly answered = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;

  /** @param folder of the one model, whose `config.pbtxt` names the versions to load */
  constructor(private readonly folder: string) {}

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** On the port that it had, where it was started before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void this.answer(request, response).catch(() => request.socket.destroy());
    });
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((settle, fail) => server.once('error', fail).listen(this.port, '127.0.0.1', settle));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    this.loaded = this.configured();
  }

  async stop(): Promise<void> {
    const ended = new Promise((settle) => this.server?.close(settle));
    for (const socket of this.sockets) socket.destroy();
    await ended;
  }

  private configured(): readonly string[] {
    const path = join(this.folder, 'config.pbtxt');
    const [, listed = ''] = /versions: \[([^\]]*)\]/.exec(existsSync(path) ? readFileSync(path, 'utf8') : '') ?? [];
    return listed
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = request.url ?? '';
    const [, version = '', rest] = /^\/v2\/models\/cnn\/versions\/(\d+)(\/\w+)?$/.exec(url) ?? [];
    if (rest === '/infer') return this.infer(request, response, version, body);
    await pause(this.patience);
    const said = this.asked(url, version);
    if (said === undefined) request.socket.destroy();
    else response.writeHead(said.status).end(said.value === undefined ? '' : JSON.stringify(said.value));
  }

  /** Undefined where the connection ends in the place of an answer. */
  private asked(url: string, version: string): { readonly status: number; readonly value?: object } | undefined {
    if (url.endsWith('/load')) return this.load();
    if (url.endsWith('/unload')) this.loaded = [];
    else if (url.endsWith('/index'))
      return { status: 200, value: this.loaded.map((each) => ({ name: 'cnn', version: each, state: 'READY' })) };
    else if (!this.loaded.includes(version)) return { status: 400, value: { error: `${version} of cnn is not ready` } };
    else if (!url.endsWith('/ready'))
      return { status: 200, value: { name: 'cnn', inputs: [tensor('x')], outputs: [tensor('y')] } };
    return { status: 200 };
  }

  private load(): { readonly status: number } | undefined {
    const versions = this.configured();
    const faults = versions.map((version) => this.faults.get(version) ?? {});
    if (faults.some(({ diesAtLoad }) => diesAtLoad === true)) return undefined;
    if (!faults.some(({ lies }) => lies === true)) this.loaded = versions;
    return { status: 200 };
  }

  private async infer(
    request: IncomingMessage,
    response: ServerResponse,
    version: string,
    body: Buffer,
  ): Promise<void> {
    const { slow = 0, wrongEvery = Infinity, hangsUp, garbage } = this.faults.get(version) ?? {};
    if (!this.loaded.includes(version))
      return void response.writeHead(400).end(JSON.stringify({ error: `${version} of cnn is not ready` }));
    if (hangsUp === true) return void request.socket.destroy();
    if (slow > 0) await pause(slow);
    if (garbage === true) return void response.end('<html>');
    const headerLength = Number(request.headers['inference-header-content-length']);
    const data = Buffer.from(body.subarray(headerLength));
    const values = new Float32Array(data.buffer, data.byteOffset, data.length / 4).map((x) => x * Number(version));
    const answered = (this.answered.get(version) ?? 0) + 1;
    this.answered.set(version, answered);
    if (answered % wrongEvery === 0) values.fill(-1000);
    const output = { ...tensor('y'), shape: [values.length / 4, 4], parameters: { binary_data_size: data.length } };
    const head = Buffer.from(JSON.stringify({ model_name: 'cnn', model_version: version, outputs: [output] }));
    response.writeHead(200, { 'inference-header-content-length': head.length });
    response.end(Buffer.concat([head, Buffer.from(values.buffer)]));
  }
}
