/**
 * Who steers a model: at most one process, known by its id and an epoch that only rises.
 *
 * An epoch is a file `<model>.<epoch>` that only one process can make; the highest one is in force. Nothing is locked,
 * so nothing stays locked: an epoch whose process is gone, or has released it, is followed by the next.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Holder {
  readonly pid: number;
  readonly epoch: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** What the system says of when the process started: another process may have got the id of a dead one. */
  readonly started: string;
  /** Where it takes commands: `commandServer.ts`. */
  readonly reached?: Reached;
  readonly released?: boolean;
}

/** On the loopback interface. */
export interface Reached {
  readonly port: number;
  readonly token: string;
  readonly deployment: string;
}

/** Another process steers the model. */
export class LeaseHeld extends Error {
  constructor(
    model: string,
    readonly holder: Holder,
  ) {
    super(`${model} is steered by process ${holder.pid} since ${holder.since} (epoch ${holder.epoch})`);
  }
}

export class Lease {
  private constructor(
    private readonly folder: string,
    private readonly model: string,
    readonly holder: Holder,
  ) {}

  get epoch(): number {
    return this.holder.epoch;
  }

  /**
   * Takes the lease of a model.
   *
   * @param folder holds the leases; made where it is missing
   * @param above the epoch is higher than this too: what a target has already seen
   * @throws LeaseHeld where a living process has it
   */
  static take(folder: string, model: string, now: Date, above = 0): Lease {
    mkdirSync(folder, { recursive: true });
    for (;;) {
      const held = holderOf(folder, model);
      if (held !== undefined && isHeld(held)) throw new LeaseHeld(model, held);
      const holder: Holder = {
        pid: process.pid,
        epoch: Math.max(held?.epoch ?? 0, above) + 1,
        since: now.toISOString(),
        started: startOf(process.pid) ?? '',
      };
      // Two may get here: the file appears with its content, for one of them.
      const draft = join(folder, `.${model}.${process.pid}`);
      writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
      try {
        linkSync(draft, fileOf(folder, model, holder.epoch));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      } finally {
        rmSync(draft, { force: true });
      }
      const epochs = epochsOf(folder, model);
      // The one that was followed may have been followed twice since it was looked at.
      if (epochs.at(-1) !== holder.epoch) continue;
      for (const epoch of epochs.slice(0, -1)) rmSync(fileOf(folder, model, epoch), { force: true });
      return new Lease(folder, model, holder);
    }
  }

  /** Says where the holder takes commands. */
  tell(reached: Reached): void {
    this.rewrite({ ...this.holder, reached });
  }

  /** Lets the next one in at once. */
  release(): void {
    this.rewrite({ ...this.holder, released: true });
  }

  /** Nothing where a later epoch is in force already. */
  private rewrite(holder: Holder): void {
    if (holderOf(this.folder, this.model)?.epoch !== this.epoch) return;
    const draft = join(this.folder, `.${this.model}.${process.pid}`);
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
    renameSync(draft, fileOf(this.folder, this.model, this.epoch));
  }
}

/** Who steers a model now, or did last. */
export function holderOf(folder: string, model: string): Holder | undefined {
  const epoch = epochsOf(folder, model).at(-1);
  if (epoch === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(fileOf(folder, model, epoch), 'utf8')) as Holder;
  } catch {
    // Taken away a moment ago by a later one, or no lease of ours: whose it was is not known, the epoch is.
    return { pid: 0, epoch, since: '', started: '', released: true };
  }
}

/** Whether its process lives and has not released it. */
export function isHeld({ pid, started, released }: Holder): boolean {
  if (released === true || !(pid > 0)) return false;
  const now = startOf(pid);
  return now !== undefined && (now === '' || started === '' || now === started);
}

const fileOf = (folder: string, model: string, epoch: number): string => join(folder, `${model}.${epoch}`);

function epochsOf(folder: string, model: string): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(`${model}.`) && /^\d{1,15}$/.test(name.slice(model.length + 1)))
    .map((name) => Number(name.slice(model.length + 1)))
    .sort((a, b) => a - b);
}

/** When a process started, in the system's own unit; empty where only its life is known; undefined where it is gone. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    // Field 22 of the file. A zombie is dead.
    return state === 'Z' ? undefined : (rest[18] ?? '');
  } catch {
    return '';
  }
}
