/** Numbers among arguments, compared and printed as Python does. */
import type { Call } from '../../core/infer/operator';
import type { Value } from '../../core/infer/value';
import { constantOf } from '../../core/shape/dim';

export interface PythonNumber {
  readonly value: number;
  readonly shown: string;
}

/** An int or float whose value is known and whose text in Python is certain. */
export function numberOf(value: Value | undefined): PythonNumber | undefined {
  if (value?.kind === 'int') {
    const known = constantOf(value.dim);
    return known === undefined ? undefined : { value: known, shown: String(known) };
  }
  if (value?.kind !== 'float' || value.value === undefined) return undefined;
  const known = value.value;
  if (!Number.isFinite(known)) return undefined;
  // Python writes very large and small ones in its own way.
  const size = Math.abs(known);
  if (size >= 1e16 || (size > 0 && size < 1e-4)) return { value: known, shown: scientific(known) };
  return { value: known, shown: Number.isInteger(known) ? `${known}.0` : String(known) };
}

/** `1e-05`: two digits of exponent at least. */
const scientific = (value: number): string =>
  value.toExponential().replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);

export const argument = (call: Call, name: string): PythonNumber | undefined => numberOf(call.value(name));

/** Items of a pair such as `betas`; undefined where they aren't known. */
export const parts = (call: Call, name: string): readonly (PythonNumber | undefined)[] =>
  (call.items(call.value(name)) ?? []).map(numberOf);

/** Whether an argument is known to be this. */
export const isTrue = (call: Call, name: string): boolean => {
  const value = call.value(name);
  return value.kind === 'bool' && value.value === true;
};
export const isNone = (call: Call, name: string): boolean => call.value(name).kind === 'none';
/** Known to be something else than None. */
export const isGivenValue = (call: Call, name: string): boolean =>
  !['none', 'unknown', 'latent'].includes(call.value(name).kind);

/** A condition on an argument that PyTorch wants, and its sentence for what breaks it. */
export interface Limit {
  readonly argument: string;
  /** Of a tuple or list. */
  readonly index?: number;
  readonly holds: (value: number) => boolean;
  /** `{}` stands for the number. */
  readonly sentence: string;
}

/** The first condition that is broken, in PyTorch's words. */
export function broken(
  call: Call,
  limits: readonly Limit[],
): { readonly argument: string; readonly message: string; readonly holds: Limit['holds'] } | undefined {
  for (const { argument: name, index, holds, sentence } of limits) {
    const number = index === undefined ? argument(call, name) : parts(call, name)[index];
    if (number !== undefined && !holds(number.value))
      return { argument: name, message: sentence.replaceAll('{}', number.shown), holds };
  }
  return undefined;
}
