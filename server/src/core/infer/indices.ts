/**
 * The whole numbers that a tensor of indices holds, where something says so: arange, randint, literal data.
 *
 * What they are is followed through views and copies and through nothing else. Once a tensor that holds them is
 * changed in place, no view of it is believed any more: they all share one `Indices`.
 */
import { constantOf, product } from '../shape/dim';
import { dimsOf } from '../shape/shape';
import type { Bound } from './bind';
import { tensor, type Indices, type TensorValue, type Value } from './value';

const changed = new WeakSet<Indices>();

/** Of a tensor that is changed in place. */
export function forgetIndices(value: Value): void {
  if (value.kind === 'tensor' && value.indices !== undefined) changed.add(value.indices);
}

/** What a tensor holds, unless it was changed since. */
export const indicesOf = (t: TensorValue): Indices | undefined =>
  t.indices === undefined || changed.has(t.indices) ? undefined : t.indices;

const names = (list: string, ...forms: readonly string[]): string[] =>
  list.split(' ').flatMap((name) => forms.map((form) => `${form}.${name}`));

const sources = new Set(names('arange randint randperm tensor', 'torch'));
const whole = new Set([
  ...names('squeeze unsqueeze flatten transpose permute reshape clone ravel t', 'torch', 'torch.Tensor'),
  ...names('movedim swapaxes unflatten detach tile flip', 'torch', 'torch.Tensor'),
  ...names('view contiguous to long int cpu cuda type expand expand_as repeat view_as reshape_as', 'torch.Tensor'),
]);
const parts = new Set(names('narrow select __getitem__', 'torch', 'torch.Tensor'));

/** What the result of an operator is known to hold. */
export function indicesGiven(name: string, made: TensorValue, bound: Bound): Indices | undefined {
  if (made.dtype !== 'int64' && made.dtype !== 'int32') return undefined;
  if (sources.has(name)) return made.indices;
  const first = bound.values.get('self') ?? bound.values.get('input');
  if (first?.kind !== 'tensor' || first.indices === undefined) return undefined;
  if (whole.has(name)) return first.indices;
  if (!parts.has(name)) return undefined;
  const index = bound.values.get('index');
  const takesAll = name.endsWith('__getitem__') && index !== undefined && every(index, isWhole);
  if (takesAll) return first.indices;
  // A part of numbers that were drawn is numbers that were drawn, unless it takes some of them twice.
  const isPart = first.indices.drawn !== undefined && (index === undefined || every(index, isPlain));
  return isPart ? first.indices : undefined;
}

const every = (index: Value, fits: (value: Value) => boolean): boolean =>
  index.kind === 'tuple' ? index.items.every(fits) : fits(index);
const isWhole = (value: Value): boolean =>
  value.kind === 'none' ||
  value.kind === 'ellipsis' ||
  (value.kind === 'slice' && [value.lower, value.upper, value.step].every((end) => end.kind === 'none'));
const isPlain = (value: Value): boolean => ['none', 'ellipsis', 'slice', 'int'].includes(value.kind);

/** A tensor put together of samples or taken from a table of them: of what was drawn, numbers that were drawn. */
export const sampled = (made: TensorValue, from: TensorValue): TensorValue =>
  from.indices?.drawn === undefined ? made : tensor(made.shape, made.dtype, { indices: from.indices });

/** How many of the numbers that were drawn the tensor has at least; 1 where that isn't known. */
export function numberDrawn(t: TensorValue, { drawn }: Indices): number {
  const count = dimsOf(t.shape) === undefined ? undefined : constantOf(product(dimsOf(t.shape) ?? []));
  const all = drawn && constantOf(drawn);
  return Math.max(1, Math.min(count ?? 1, all ?? 1));
}
