/** What NumPy and SciPy make of plain numbers: sizes are computed with them. Arrays are not followed. */
import { constantOf, freshSym, num, sym } from '../../shape/dim';
import { exactRatio } from '../arithmetic';
import type { Evaluator } from '../evaluator';
import { bool, float, int, unknown, type Value } from '../value';
import { at, NOWHERE, type Builtin } from './builtin';
import { extreme, mathFunction, rounded, toInt } from './numbers';

const isNumber = (value: Value | undefined): boolean => value?.kind === 'int' || value?.kind === 'float';

/** Of arrays nothing is said. */
const ofNumbers =
  (name: string, compute: Builtin): Builtin =>
  (ev, args, node) =>
    args.positional.every((_, i) => isNumber(at(ev, args, i))) && args.keywords.size === 0
      ? compute(ev, args, node)
      : unknown(`${name} of this value`, node);

/** NumPy rounds to floats. */
const asFloat =
  (direction: 'floor' | 'ceil' | 'round'): Builtin =>
  (ev, args, node) => {
    const whole = rounded(direction)(ev, args, node);
    const ratio = exactRatio(whole);
    const known = ratio && constantOf(ratio.over);
    return known === undefined ? { kind: 'float', value: undefined, ...(ratio && { ratio }) } : float(known);
  };

/** `x.astype(int)` of a NumPy number; undefined for other types. */
export function numberOfType(ev: Evaluator, self: Value, type: Value | undefined): Value | undefined {
  const path = type?.kind === 'external' ? type.path : type?.kind === 'str' ? type.value : undefined;
  return path !== undefined && /^(builtins\.|numpy\.)?int(\d*|_)$/.test(path)
    ? toInt(ev, { positional: [{ value: self }], keywords: new Map() }, NOWHERE)
    : undefined;
}

/** The least number from n on that has no prime factor beside these. */
function nextOf(n: number, primes: readonly number[]): number {
  for (let candidate = Math.max(1, n); ; candidate++) {
    let rest = candidate;
    for (const prime of primes) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return candidate;
  }
}

/** Longer transforms than this are not searched for. */
const LONGEST = 2 ** 20;

/**
 * Lengths that transforms are quick for.
 * Source: scipy.fftpack.next_fast_len (5-smooth), scipy.fft.next_fast_len (11-smooth; 5-smooth where `real`).
 */
const nextFastLength =
  (usual: boolean): Builtin =>
  (ev, args, node) => {
    const target = at(ev, args, 0, 'target');
    if (target?.kind !== 'int') return unknown('a length of a transform', node);
    const real = at(ev, args, 1, 'real') ?? bool(usual);
    const n = constantOf(ev.machine.facts.dim(target.dim));
    if (n === undefined || n > LONGEST || real.kind !== 'bool' || real.value === undefined)
      return int(sym(freshSym('fast_length', 1)));
    return int(num(nextOf(n, real.value ? [2, 3, 5] : [2, 3, 5, 7, 11])));
  };

export const numberFunctions: Readonly<Record<string, Builtin>> = {
  ...Object.fromEntries(
    (
      [
        ['ceil', asFloat('ceil')],
        ['floor', asFloat('floor')],
        ['round', asFloat('round')],
        ['rint', asFloat('round')],
        ['sqrt', mathFunction(Math.sqrt)],
        ['log', mathFunction(Math.log)],
        ['log2', mathFunction(Math.log2)],
        ['log10', mathFunction(Math.log10)],
        ['exp', mathFunction(Math.exp)],
        ['maximum', extreme('max')],
        ['minimum', extreme('min')],
      ] as const
    ).map(([name, compute]) => [`numpy.${name}`, ofNumbers(`numpy.${name}`, compute)]),
  ),
  'scipy.fftpack.next_fast_len': nextFastLength(true),
  'scipy.fft.next_fast_len': nextFastLength(false),
};
