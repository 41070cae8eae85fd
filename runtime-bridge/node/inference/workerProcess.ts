/** The front's side of a version's process: starting it, asking it, noticing its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { type Frame, FrameReader, frameKinds, sendFrame, type WireTensor } from './frames';
import { Scratch, type Slot } from './scratch';
import type { Signature, WorkerOptions } from './signature';

export interface Computed {
  readonly tensors: readonly WireTensor[];
  /** Of the computation alone. */
  readonly nanoseconds: number;
}

/** The runtime refused this very request; its process goes on. */
export class RunFailure extends Error {}
/** The process ended while it computed, or before it could. */
export class ProcessEnded extends Error {}
/** The process had ended before it was given the request: another one may have it. */
export class NeverSent extends ProcessEnded {}

/** Who computes for a version: a process of our own, or another server. */
export interface VersionProcess {
  readonly ready: Promise<Signature>;
  /** Resolves with why it ended; never rejects. */
  readonly ended: Promise<string>;
  /** Whether it ended because the model itself can't be served. */
  readonly refused: boolean;
  readonly pid: number | undefined;
  /** Bytes of its memory, as it told last. */
  readonly resident: number | undefined;
  run(tensors: readonly WireTensor[], outputs: readonly number[]): Promise<Computed>;
  end(): Promise<void>;
  kill(): void;
}

interface Waiting {
  readonly slot: Slot | undefined;
  readonly resolve: (computed: Computed) => void;
  readonly reject: (error: Error) => void;
}

const keptWords = 4000;
/** A process that does not end by itself once its pipe is closed is killed. */
const patienceMs = 2000;

export class WorkerProcess implements VersionProcess {
  readonly ready: Promise<Signature>;
  readonly ended: Promise<string>;
  resident: number | undefined;
  private readonly child: ChildProcess;
  private readonly pipe: Socket;
  private readonly waiting = new Map<number, Waiting>();
  private readonly scratch = Scratch.create();
  private lastRequest = 0;
  private words = '';
  private unusable: string | undefined;
  private settleReady: { resolve: (signature: Signature) => void; reject: (error: Error) => void } | undefined;

  /** @param script `dist/inference-worker.js` */
  constructor(script: string, options: WorkerOptions) {
    this.child = spawn(process.execPath, [script, JSON.stringify({ ...options, scratch: this.scratch && 4 })], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', this.scratch?.descriptor ?? 'ignore'],
      windowsHide: true,
    });
    this.pipe = this.child.stdio[3] as Socket;
    const reader = new FrameReader((frame) => this.take(frame), this.scratch);
    this.pipe.on('data', (chunk: Buffer) => reader.push(chunk)).on('error', () => undefined);
    this.child.stderr?.setEncoding('utf8').on('data', (words: string) => {
      this.words = (this.words + words).slice(-keptWords);
    });
    this.ready = new Promise((resolve, reject) => (this.settleReady = { resolve, reject }));
    this.ready.catch(() => undefined);
    this.ended = new Promise((settle) => {
      this.child.on('error', (error) => settle(this.bury(`its process did not start: ${error.message}`)));
      this.child.on('close', (code, signal) => settle(this.bury(this.obituary(code, signal))));
    });
    void this.ended.then(() => this.scratch?.close());
  }

  get refused(): boolean {
    return this.unusable !== undefined;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Computes; requests wait in the pipe for those before them.
   *
   * @throws RunFailure where the runtime refuses, ProcessEnded where its process is gone
   */
  run(tensors: readonly WireTensor[], outputs: readonly number[]): Promise<Computed> {
    return new Promise((resolve, reject) => {
      if (!this.pipe.writable) {
        reject(new NeverSent('its process has ended'));
        return;
      }
      const request = (this.lastRequest = (this.lastRequest + 1) >>> 0);
      const slot = this.scratch?.take();
      this.waiting.set(request, { resolve, reject, slot });
      sendFrame(this.pipe, { kind: frameKinds.run, request, tensors, outputs, slot }, this.scratch);
    });
  }

  /** Ends it: politely, then not. */
  async end(): Promise<void> {
    this.pipe.destroy();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private take(frame: Frame): void {
    switch (frame.kind) {
      case frameKinds.ready:
        this.settleReady?.resolve(JSON.parse(frame.text) as Signature);
        return;
      case frameKinds.unusable:
        this.unusable = frame.text;
        return;
      case frameKinds.vitals:
        this.resident = frame.nanoseconds;
        return;
      case frameKinds.result:
      case frameKinds.failure: {
        const waiting = this.waiting.get(frame.request);
        this.waiting.delete(frame.request);
        if (waiting?.slot !== undefined) this.scratch?.giveBack(waiting.slot);
        if (frame.kind === frameKinds.result) waiting?.resolve(frame);
        else waiting?.reject(new RunFailure(frame.text));
        return;
      }
      case frameKinds.run:
        return;
    }
  }

  private obituary(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.unusable !== undefined) return this.unusable;
    const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
    const last = this.words.trim().split('\n').at(-1) ?? '';
    return `its process ended ${how}${last === '' ? '' : `: ${last}`}`;
  }

  private bury(reason: string): string {
    this.settleReady?.reject(new ProcessEnded(reason));
    for (const { reject } of this.waiting.values()) reject(new ProcessEnded(reason));
    this.waiting.clear();
    return reason;
  }
}
