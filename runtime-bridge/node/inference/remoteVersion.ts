/** A version on another server that speaks the protocol, in the place of a process of our own. */
import { Agent, request as send } from 'node:http';
import { datatypeOf } from './datatypes';
import type { WireTensor } from './frames';
import { ProtocolError } from './oip/errors';
import { type Json, listMember, membersOf, readJson, sizeOf, textMember } from './oip/json';
import type { Signature, SignatureTensor } from './signature';
import { type Computed, ProcessEnded, RunFailure, type VersionProcess } from './workerProcess';

const readyMs = 30_000;
const askAgainMs = 200;
const answerMs = 120_000;
const mostBytes = 1 << 30;

export const isRemote = (folder: string): boolean => /^http:\/\/[^/]+\/v2\/models\/[^/]+\/versions\/\d+$/.test(folder);

interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly headerLength: number;
}

export class RemoteVersion implements VersionProcess {
  readonly ready: Promise<Signature>;
  readonly ended: Promise<string>;
  readonly pid = undefined;
  readonly resident = undefined;
  refused = false;
  private readonly agent = new Agent({ keepAlive: true });
  private settleEnded: (reason: string) => void = () => undefined;

  /** @param address `http://HOST:PORT/v2/models/NAME/versions/N` */
  constructor(private readonly address: string) {
    this.ended = new Promise((settle) => (this.settleEnded = settle));
    this.ready = this.meet();
    this.ready.catch((error: unknown) => {
      this.refused = true;
      this.settleEnded(error instanceof Error ? error.message : String(error));
    });
  }

  async run(tensors: readonly WireTensor[], outputs: readonly number[]): Promise<Computed> {
    const signature = await this.ready;
    const began = process.hrtime.bigint();
    const wanted = outputs.length > 0 ? outputs : signature.outputs.map((_, place) => place);
    const head = Buffer.from(
      JSON.stringify({
        inputs: tensors.map(({ index, datatype, shape, data }) => ({
          name: signature.inputs[index]?.name,
          shape,
          datatype: datatype.name,
          parameters: { binary_data_size: data.length },
        })),
        outputs: wanted.map((place) => ({ name: signature.outputs[place]?.name, parameters: { binary_data: true } })),
      }),
    );
    const pieces = [head, ...tensors.map(({ data }) => data)];
    const answer = await this.call('POST', '/infer', pieces, head.length);
    if (answer.status >= 400 && answer.status < 500) throw new ProtocolError(answer.status, wordsOf(answer));
    if (answer.status !== 200) throw new RunFailure(wordsOf(answer));
    return { tensors: readTensors(answer, signature), nanoseconds: Number(process.hrtime.bigint() - began) };
  }

  end(): Promise<void> {
    this.agent.destroy();
    this.settleEnded('it is forgotten');
    return Promise.resolve();
  }

  /** Its process is another's. */
  kill(): void {
    this.agent.destroy();
  }

  private async meet(): Promise<Signature> {
    const deadline = Date.now() + readyMs;
    let last = '';
    while (Date.now() < deadline) {
      const answer = await this.call('GET', '/ready').catch((error: unknown) => (last = String(error)));
      if (typeof answer !== 'string') {
        if (answer.status === 200) return this.signature();
        last = wordsOf(answer);
      }
      await new Promise((settle) => setTimeout(settle, askAgainMs));
    }
    throw new ProcessEnded(`${this.address} was not ready within ${readyMs / 1000} s: ${last}`);
  }

  private async signature(): Promise<Signature> {
    const answer = await this.call('GET', '');
    if (answer.status !== 200) throw new ProcessEnded(`${this.address} does not tell its tensors: ${wordsOf(answer)}`);
    const metadata = membersOf(readJson(answer.body.toString('utf8')));
    return {
      inputs: listMember(metadata, 'inputs').map(described),
      outputs: listMember(metadata, 'outputs').map(described),
      runtime: { name: 'remote', version: '', providers: [], threads: 0 },
    };
  }

  private call(
    method: string,
    path: string,
    pieces: readonly Uint8Array[] = [],
    headerLength?: number,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = pieces.reduce((all, piece) => all + piece.length, 0);
      const headers = {
        'content-length': length,
        ...(headerLength === undefined ? {} : { 'inference-header-content-length': headerLength }),
      };
      const lost = (error: Error): void =>
        reject(new ProcessEnded(`${this.address} does not answer: ${error.message}`));
      const asked = send(this.address + path, { method, agent: this.agent, headers, timeout: answerMs }, (response) => {
        const chunks: Buffer[] = [];
        let received = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          received += chunk.length;
          if (received > mostBytes) response.destroy(new Error(`more than ${mostBytes} bytes`));
        });
        response.on('error', lost);
        response.on('end', () => {
          const body = Buffer.concat(chunks);
          const told = Number(response.headers['inference-header-content-length'] ?? body.length);
          resolve({ status: response.statusCode ?? 0, body, headerLength: told });
        });
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
      asked.on('error', lost);
      for (const piece of pieces) asked.write(piece);
      asked.end();
    });
  }
}

function described(value: Json): SignatureTensor {
  const tensor = membersOf(value);
  return {
    name: textMember(tensor, 'name'),
    datatype: textMember(tensor, 'datatype'),
    shape: listMember(tensor, 'shape').map((size) => (typeof size === 'number' ? size : -1)),
  };
}

/** @throws RunFailure where the server's answer is not what the protocol says: that is no fault of the request */
function readTensors(answer: Answer, signature: Signature): WireTensor[] {
  try {
    return tensorsOf(answer, signature);
  } catch (error) {
    throw new RunFailure(
      `the server's answer can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function tensorsOf({ body, headerLength }: Answer, { outputs }: Signature): WireTensor[] {
  let at = headerLength;
  const message = membersOf(readJson(body.toString('utf8', 0, headerLength)));
  return listMember(message, 'outputs').map((value) => {
    const output = membersOf(value);
    const index = outputs.findIndex(({ name }) => name === output['name']);
    const datatype = datatypeOf(textMember(output, 'datatype'));
    const size = sizeOf(membersOf(output['parameters'])['binary_data_size'], 'binary_data_size');
    if (index < 0 || datatype === undefined || at + size > body.length)
      throw new RunFailure(`'${textMember(output, 'name')}' is not as announced`);
    at += size;
    const shape = listMember(output, 'shape').map((each) => sizeOf(each, 'shape'));
    return { index, datatype, shape, data: body.subarray(at - size, at) };
  });
}

function wordsOf({ status, body }: Answer): string {
  try {
    return textMember(membersOf(readJson(body.toString('utf8'))), 'error');
  } catch {
    return `HTTP ${status}`;
  }
}
