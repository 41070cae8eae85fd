/** The files of a front in its state folder: its address, what it serves, and the lock that keeps a second one away. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FrontAddress } from '../../../../protocol/src/front';
import type { Kept } from './front';

/** What `front-state.json` holds. */
export interface KeptState extends Kept {
  readonly version: 1;
  /** Of the public listener; 0 before the first start. */
  readonly port: number;
  /** The folder of the model repository extension. */
  readonly models?: string;
}

const emptyState: KeptState = { version: 1, port: 0, epochs: {}, versions: [], routings: [], takenBack: [] };

const addressFile = (folder: string): string => join(folder, 'front.json');
const stateFile = (folder: string): string => join(folder, 'front-state.json');
const lockFile = (folder: string): string => join(folder, 'front.lock');

/** The address of the front that was started last; undefined where there was none. */
export function readAddress(folder: string): FrontAddress | undefined {
  try {
    return JSON.parse(readFileSync(addressFile(folder), 'utf8')) as FrontAddress;
  } catch {
    return undefined;
  }
}

export const writeAddress = (folder: string, address: FrontAddress): void => writeWhole(addressFile(folder), address);
export const removeAddress = (folder: string): void => rmSync(addressFile(folder), { force: true });

/** @throws Error where the file is there but can't be read: serving something else than before would be worse */
export function readState(folder: string): KeptState {
  let text: string;
  try {
    text = readFileSync(stateFile(folder), 'utf8');
  } catch {
    return emptyState;
  }
  try {
    return { ...emptyState, ...(JSON.parse(text) as KeptState) };
  } catch (error) {
    throw new Error(
      `${stateFile(folder)} can't be read (${error instanceof Error ? error.message : String(error)}); remove it to start without versions`,
      { cause: error },
    );
  }
}

export const writeState = (folder: string, state: KeptState): void => writeWhole(stateFile(folder), state);

/** Either the old content or the new, also after a crash; readable by its owner only. */
function writeWhole(path: string, value: object): void {
  const next = `${path}.${process.pid}`;
  const file = openSync(next, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
}

/**
 * Makes the folder this process's own.
 *
 * @returns gives it back
 * @throws Error where another front has it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  writeIgnore(folder);
  for (let round = 0; ; round++) {
    try {
      writeFileSync(lockFile(folder), String(process.pid), { flag: 'wx' });
      return () => rmSync(lockFile(folder), { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = lockHolder(folder);
      if (holder !== undefined || round > 3)
        throw new Error(`process ${holder ?? 'unknown'} is the front of ${folder} already`, { cause: error });
      rmSync(lockFile(folder), { force: true });
    }
  }
}

/** The process that holds the lock, where it still runs. */
function lockHolder(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(lockFile(folder), 'utf8'));
    // Empty for the moment between its making and its writing.
    if (!(pid > 0)) return Date.now() - statSync(lockFile(folder)).mtimeMs < 1000 ? 0 : undefined;
    process.kill(pid, 0);
    return isFront(pid) ? pid : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 0 : undefined;
  }
}

/** A number is given to another process after a restart of the machine; Linux says what it runs. */
function isFront(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('front.js');
  } catch {
    return true;
  }
}

/** Workspace data is nobody's commit. */
function writeIgnore(folder: string): void {
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // There is one.
  }
}
