/** Values as Python prints them in messages. */
import type { Value } from '../../core/infer/value';
import { constantOf } from '../../core/shape/dim';

/** `2`, `2.0` or `0.5`; undefined where the number isn't known. */
export function pythonNumber(value: Value | undefined): string | undefined {
  if (value?.kind === 'int') {
    const known = constantOf(value.dim);
    return known === undefined ? undefined : String(known);
  }
  if (value?.kind === 'float' && value.value !== undefined)
    return Number.isInteger(value.value) && Math.abs(value.value) < 1e16 ? `${value.value}.0` : String(value.value);
  return undefined;
}
