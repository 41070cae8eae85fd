/**
 * Python numbers that an element type can't hold: `scores.masked_fill(mask, -1e9)` of half precision.
 * Source: c10/util/TypeCast.h `checked_convert` and c10/util/overflows.h, PyTorch 2.13.
 */
import { constantOf } from '../../core/shape/dim';
import { realOf, type DType } from '../../core/shape/dtype';
import type { Value } from '../../core/infer/value';
import { refuse } from './answer';

interface Limits {
  /** C++'s name, as in "value cannot be converted to type c10::Half without overflow". */
  readonly cpp: string;
  readonly lowest: number;
  readonly highest: number;
}

const whole = (cpp: string, lowest: number, highest: number): Limits => ({ cpp, lowest, highest });
const floating = (cpp: string, highest: number): Limits => ({ cpp, lowest: -highest, highest });

const limits: Readonly<Partial<Record<DType, Limits>>> = {
  uint8: whole('uint8_t', 0, 255),
  int8: whole('int8_t', -128, 127),
  int16: whole('int16_t', -32768, 32767),
  int32: whole('int', -(2 ** 31), 2 ** 31 - 1),
  int64: whole('int64_t', -(2 ** 63), 2 ** 63),
  float16: floating('c10::Half', 65504),
  bfloat16: floating('c10::BFloat16', 3.3895313892515355e38),
  float32: floating('float', 3.4028234663852886e38),
};

/** Whether a whole number is within the type's limits. */
export function isWithin(value: number, dtype: DType): boolean {
  if (dtype === 'bool') return value === 0 || value === 1;
  const held = limits[dtype];
  return held === undefined || (value >= held.lowest && value <= held.highest);
}

/** Whether the value is a known number beyond the type's limits. */
export function overflows(value: Value, dtype: DType): boolean {
  const held = limits[realOf(dtype)];
  if (held === undefined) return false;
  const { lowest, highest } = held;
  if (value.kind === 'int') {
    const known = constantOf(value.dim);
    // Whole numbers below zero wrap around in an unsigned type.
    return known !== undefined && (lowest === 0 ? Math.abs(known) > highest : known < lowest || known > highest);
  }
  if (value.kind !== 'float' || value.value === undefined) return false;
  const isWhole = dtype.includes('int');
  if (!Number.isFinite(value.value)) return isWhole;
  return value.value < lowest || value.value > highest;
}

/** Refuses a number that tensors of this type can't hold. */
export function mustHold(value: Value, dtype: DType | undefined, argument: string): void {
  if (dtype === undefined || !overflows(value, dtype)) return;
  const real = limits[realOf(dtype)]?.cpp ?? dtype;
  const cpp = dtype.startsWith('complex') ? `c10::complex<${real}>` : real;
  refuse('argument-out-of-range', `value cannot be converted to type ${cpp} without overflow`, { argument });
}
