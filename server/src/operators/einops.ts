/**
 * einops.rearrange, reduce and repeat: axes by name.
 *
 * Shapes: `b (h d) n -> b h n d` cuts, moves and merges axes; reduce drops names, repeat adds them.
 * Errors: `einops-pattern-invalid`, `einops-size-mismatch`, `stack-size-mismatch`, `dtype-not-supported`.
 * Source: einops 0.8.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { isComplex, isFloat, isIntegral } from './common/dtypes';
import { answering, giveUp, refuse } from './common/answer';
import { parsePattern, PATTERN, reduces, reductions, transformed, type Operation, type Pattern } from './common/einops';
import { meanTakes } from './common/losses';
import { shortName } from './common/names';
import { hasNoElements, result } from './common/results';
import { stacked } from './stack';

/** Names of axes that a pattern may have. */
const words = (pattern: string): readonly string[] => [...new Set(pattern.match(/[A-Za-z_]\w*/g) ?? [])];

/** The sizes that the caller names: `h=8`. */
export function namedSizes(call: Call, pattern: string): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const name of words(pattern))
    if (!['tensor', 'pattern', 'reduction'].includes(name) && call.given(name)) sizes.set(name, call.int(name));
  return sizes;
}

/** Refuses sizes for axes that the pattern doesn't have. */
export function checkUsed(call: Call, { left, right }: Pattern): void {
  for (const name of call.items(call.value('**axes_lengths')) ?? []) {
    const axis = name.kind === 'str' ? name.value : undefined;
    if (axis !== undefined && ![...left.names, ...right.names].includes(axis))
      refuse(PATTERN, `Axis ${axis} is not used in transform`, { argument: 'pattern' });
  }
}

/** A tensor, or a list of tensors which are stacked first. */
export function subject(call: Call, solve: Solve, name: string): TensorValue {
  const value = call.value(name);
  if (value.kind === 'tensor' || value.kind === 'latent') return call.tensor(name);
  if (call.items(value) === undefined)
    return giveUp(value.kind === 'unknown' ? value.reason : `${name} is not known to be a tensor`);
  return stacked(solve, call.tensors(name), 0);
}

/** The reduction's name; functions are left alone. */
export function reductionOf(call: Call): Operation {
  const name = call.value('reduction').kind === 'str' ? call.string('reduction') : null;
  if (name === null) return giveUp('a reduction that is a function');
  if (!reductions.includes(name))
    refuse(PATTERN, `Unknown reduction ${name}. Expect one of ('min', 'max', 'sum', 'mean', 'prod', 'any', 'all').`, {
      argument: 'reduction',
    });
  return name as Operation;
}

/**
 * The element type after a reduction. Where no axis goes away nothing is computed.
 * @param ofLayer layers leave means to torch, and know neither any nor all
 */
export function reducedType(
  solve: Solve,
  operation: Operation,
  pattern: Pattern,
  t: TensorValue,
  ofLayer = false,
): DType | undefined {
  const reduced = reduces(solve, pattern, t);
  if (reduced === false) return t.dtype;
  if (ofLayer && (operation === 'any' || operation === 'all')) giveUp('a layer that asks for any or all');
  if ((operation === 'min' || operation === 'max') && (isComplex(t.dtype) || hasNoElements(solve, t)))
    giveUp('the largest of no elements, or of complex numbers');
  const type = typeAfter(operation, t.dtype, ofLayer);
  return reduced === true || type === t.dtype ? type : undefined;
}

function typeAfter(operation: Operation, dtype: DType | undefined, ofLayer: boolean): DType | undefined {
  if (operation === 'mean' && dtype !== undefined && !isFloat(dtype)) {
    if (!ofLayer) refuse('dtype-not-supported', 'reduce_mean is not available for non-floating tensors');
    meanTakes('mean', dtype, isIntegral(dtype));
  }
  if (operation === 'any' || operation === 'all') return dtype === 'uint8' ? 'uint8' : dtype && 'bool';
  return (operation === 'sum' || operation === 'prod') && isIntegral(dtype) ? 'int64' : dtype;
}

export const einops = operator({
  id: 'einops',
  names: ['einops.rearrange', 'einops.reduce', 'einops.repeat'],
  params: (name) => [
    name === 'einops.reduce'
      ? 'tensor: any, pattern: str, reduction: any, **axes_lengths: any'
      : 'tensor: any, pattern: str, **axes_lengths: any',
  ],
  infer: answering((call, solve, name) => {
    const text = call.string('pattern') ?? giveUp('the pattern is not known');
    const t = subject(call, solve, 'tensor');
    const kind = shortName(name);
    const operation = kind === 'reduce' ? reductionOf(call) : (kind as Operation);
    const sizes = namedSizes(call, text);
    const pattern = parsePattern(text, operation, (axis) => sizes.has(axis));
    const shape = transformed(solve, t, pattern, sizes, () => checkUsed(call, pattern));
    return result(shape, kind === 'reduce' ? reducedType(solve, operation, pattern, t) : t.dtype);
  }),
});
