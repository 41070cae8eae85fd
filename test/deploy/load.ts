/** Clients that ask a model at a steady rate, and what they got. */
import { Agent, request } from 'node:http';

/** One answer. */
export interface Served {
  /** Milliseconds since 1970, when it was asked. */
  readonly asked: number;
  readonly at: number;
  readonly status: number;
  readonly version: string;
  readonly problem: string;
}

/** Requests at a steady rate, each of another unit, on connections that stay open. */
export class Load {
  readonly served: Served[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });
  private readonly timer: NodeJS.Timeout;
  private sent = 0;
  private open = 0;
  private readonly body = JSON.stringify({
    inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }],
  });

  constructor(
    private readonly port: number,
    rate: number,
    private readonly model = 'cnn',
  ) {
    const every = 10;
    this.timer = setInterval(() => {
      for (let i = 0; i < (rate * every) / 1000; i++) this.send();
    }, every);
  }

  get failed(): readonly Served[] {
    return this.served.filter(({ status }) => status !== 200);
  }

  async stop(): Promise<readonly Served[]> {
    clearInterval(this.timer);
    while (this.open > 0) await pause(5);
    this.agent.destroy();
    return this.served;
  }

  private send(): void {
    const asked = Date.now();
    this.open += 1;
    const done = (status: number, version: string, problem: string): void => {
      this.open -= 1;
      this.served.push({ asked, at: Date.now(), status, version, problem });
    };
    const sent = request(
      {
        port: this.port,
        host: '127.0.0.1',
        method: 'POST',
        path: `/v2/models/${this.model}/infer`,
        agent: this.agent,
        headers: { 'x-unit-id': `u${this.sent++}`, 'content-length': this.body.length },
        timeout: 20_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => done(0, '', error.message));
        response.on('end', () =>
          done(
            response.statusCode ?? 0,
            String(response.headers['x-model-version'] ?? ''),
            response.statusCode === 200 ? '' : Buffer.concat(chunks).toString(),
          ),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer in 20 s')));
    sent.on('error', (error) => done(0, '', error.message));
    sent.end(this.body);
  }
}

export const pause = (millis: number): Promise<void> => new Promise((settle) => setTimeout(settle, millis));
