/** One version in the front: its process, the requests that wait for it, and what was counted. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServedState, ServedVersion as Described } from '../../../../protocol/src/front';
import type { WireTensor } from '../frames';
import type { Signature } from '../signature';
import { type Computed, NeverSent, ProcessEnded, type VersionProcess, WorkerProcess } from '../workerProcess';
import { isRemote, RemoteVersion } from '../remoteVersion';
import { Batcher, type Task } from './batcher';
import type { ModelConfig } from './modelConfig';
import { Statistics } from './statistics';

/** Ends of a process within `restartWindowMs` after which it is not started again: it would only end once more. */
const mostRestarts = 5;
const restartWindowMs = 60_000;
/** A computation that takes longer is hung; its process is killed. */
const computeLimitMs = 120_000;
/** More than this waits for nobody's good; newcomers are told to come back. */
const mostWaiting = 2048;

export class QueueFull extends Error {}
/** The version can't answer: it failed, is being unloaded, or was still loading after all patience. */
export class NotServing extends Error {}

export interface VersionKey {
  readonly model: string;
  readonly version: string;
  readonly folder: string;
}

export interface VersionSettings {
  readonly script: string;
  readonly threads: number;
  readonly provider: string;
}

export interface Answer extends Computed {
  /** Milliseconds in this version, waiting included. */
  readonly millis: number;
}

export class ServedVersion {
  state: ServedState = 'loading';
  reason: string | undefined;
  signature: Signature | undefined;
  readonly statistics = new Statistics();
  private worker: VersionProcess | undefined;
  private settled: Promise<void> = Promise.resolve();
  /** When the present process has ended, and what follows from that has been begun. */
  private mourned: Promise<void> = Promise.resolve();
  private readonly batcher: Batcher;
  private readonly outstanding = new Set<{ readonly started: number }>();
  private waitingForReady = 0;
  private ends: number[] = [];

  constructor(
    readonly key: VersionKey,
    readonly config: ModelConfig,
    private readonly settings: VersionSettings,
    /** Asked when its process has ended by itself: whether it is to start again. */
    private readonly shouldRestart: () => boolean,
  ) {
    this.batcher = new Batcher(config.batching, (tasks) => this.compute(tasks));
    this.start();
  }

  describe(): Described {
    return {
      model: this.key.model,
      version: this.key.version,
      state: this.state,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      folder: this.key.folder,
      ...(this.worker?.pid === undefined ? {} : { pid: this.worker.pid }),
      ...(this.worker?.resident === undefined ? {} : { resident: this.worker.resident }),
      inFlight: this.inFlight,
    };
  }

  get inFlight(): number {
    return this.batcher.waiting + this.outstanding.size + this.waitingForReady;
  }

  /** Starts its process again where it has failed; nothing where it loads or is ready. */
  revive(): void {
    if (this.state !== 'failed') return;
    this.ends = [];
    this.start();
  }

  /**
   * Computes one request, possibly together with others. Waits while the process loads.
   *
   * @param rows its size along the batch dim; 0 where it can't be joined with others
   * @throws RunFailure, ProcessEnded, QueueFull, NotServing
   */
  async infer(tensors: readonly WireTensor[], outputs: readonly number[], rows: number): Promise<Answer> {
    const began = performance.now();
    if (this.state === 'loading') await this.untilLoaded();
    if (this.state !== 'ready' && !(this.state === 'unloading' && this.worker)) throw this.unavailable();
    if (this.batcher.waiting >= mostWaiting) throw new QueueFull(`Exceeds maximum queue size for ${this.key.model}`);
    try {
      const computed = await this.batcher.add(tensors, outputs, rows);
      const millis = performance.now() - began;
      this.statistics.success(millis, computed.nanoseconds / 1e6);
      return { ...computed, millis };
    } catch (error) {
      this.statistics.failure(performance.now() - began);
      throw error;
    }
  }

  /** What it takes and gives; waits while it loads. */
  async signatureWhenReady(): Promise<Signature> {
    if (this.state === 'loading') await this.untilLoaded();
    if (this.signature === undefined || this.state === 'failed') throw this.unavailable();
    return this.signature;
  }

  /** Answers what is in flight, for `drain` seconds at most, and ends the process. */
  async unload(drain: number): Promise<void> {
    this.state = 'unloading';
    const deadline = performance.now() + drain * 1000;
    while (this.inFlight > 0 && performance.now() < deadline) await new Promise((settle) => setTimeout(settle, 5));
    const { worker } = this;
    this.worker = undefined;
    await worker?.end();
  }

  /** Kills a process that computes for longer than anyone waits. */
  watch(now: number): void {
    for (const { started } of this.outstanding)
      if (now - started > computeLimitMs) {
        this.worker?.kill();
        return;
      }
  }

  private unavailable(): NotServing {
    return new NotServing(this.reason ?? `version ${this.key.version} of ${this.key.model} is ${this.state}`);
  }

  private async untilLoaded(): Promise<void> {
    if (this.waitingForReady >= mostWaiting)
      throw new QueueFull(`Exceeds maximum queue size for ${this.key.model}: version ${this.key.version} is loading`);
    this.waitingForReady += 1;
    try {
      while (this.state === 'loading') await this.settled;
    } finally {
      this.waitingForReady -= 1;
    }
  }

  private start(): void {
    this.state = 'loading';
    this.reason = undefined;
    const worker = this.newProcess();
    this.worker = worker;
    const loaded = worker.ready.then(
      (signature) => {
        if (this.worker !== worker) return;
        this.signature = signature;
        this.state = 'ready';
      },
      // What its end means is decided when it has ended.
      () => undefined,
    );
    const ended = Promise.all([worker.ended, loaded]).then(([reason]) => {
      if (this.worker === worker) this.mourn(reason, worker.refused);
    });
    this.mourned = ended;
    this.settled = loaded.then(() => (this.state === 'ready' ? undefined : ended));
  }

  private newProcess(): VersionProcess {
    const { folder } = this.key;
    if (isRemote(folder)) return new RemoteVersion(folder);
    const { script, threads, provider } = this.settings;
    return new WorkerProcess(script, { model: modelFile(folder, this.config.fileName), threads, provider });
  }

  /** @param refused the model itself can't be loaded */
  private mourn(reason: string, refused: boolean): void {
    const now = performance.now();
    this.ends = [...this.ends.filter((at) => now - at < restartWindowMs), now];
    this.worker = undefined;
    if (this.state === 'unloading') return;
    if (!refused && this.ends.length <= mostRestarts && this.shouldRestart()) {
      this.start();
      return;
    }
    this.state = 'failed';
    this.reason =
      this.ends.length > mostRestarts ? `${reason}; it ended ${this.ends.length} times within a minute` : reason;
  }

  private async compute(tasks: readonly Task[]): Promise<Computed> {
    const { mourned } = this;
    try {
      return await this.computeOnce(tasks);
    } catch (error) {
      if (!(error instanceof NeverSent)) throw error;
      await mourned;
      if (this.state === 'loading') await this.untilLoaded();
      return this.computeOnce(tasks);
    }
  }

  private async computeOnce(tasks: readonly Task[]): Promise<Computed> {
    const { worker } = this;
    if (worker === undefined) throw new ProcessEnded(this.reason ?? 'its process has ended');
    const mark = { started: performance.now() };
    this.outstanding.add(mark);
    try {
      const joined = this.batcher.join(tasks);
      const computed = await worker.run(joined, tasks[0]?.outputs ?? []);
      this.statistics.execution(tasks.length, computed.nanoseconds / 1e6);
      return computed;
    } finally {
      this.outstanding.delete(mark);
    }
  }
}

/** The model's file in a version's folder: the one that is configured, `model.onnx`, or the only one there. */
export function modelFile(folder: string, configured: string): string {
  const usual = join(folder, configured || 'model.onnx');
  if (existsSync(usual) || configured !== '') return usual;
  try {
    const models = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
    return models.length === 1 ? join(folder, models[0] as string) : usual;
  } catch {
    return usual;
  }
}
