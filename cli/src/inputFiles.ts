/** Options of the verbs that run models: which file is for which input, and whole numbers. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Io } from './io';

export const gathered = (written: string, before: readonly string[]): readonly string[] => [...before, written];

export function whole(written: string): number {
  if (!/^\d{1,7}$/.test(written)) throw new InvalidArgumentError('It is a whole number.');
  return Number(written);
}

/** `name=file`, or a file alone for the only input. */
export function fileOf(written: string, io: Io): readonly [string, string] {
  const at = written.indexOf('=');
  return [written.slice(0, Math.max(0, at)), resolve(io.cwd, written.slice(at + 1))];
}
