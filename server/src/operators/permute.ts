/**
 * Axes in another order: permute, movedim, moveaxis.
 *
 * Shapes: permute(d0, d1, ...) -> (size(d0), size(d1), ...); every axis exactly once.
 * Errors: `input-rank-mismatch`, `axis-out-of-range`, `duplicate-axis`.
 * Source: torch.permute, torch.movedim, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, closed } from './common/axes';
import { shortName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { signatures } from './signature';

function permuted(solve: Solve, t: TensorValue, order: readonly number[]): readonly Dim[] {
  if (!solve.rank(t, [order.length]))
    refuse(
      'input-rank-mismatch',
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. ` +
        `input.dim() = ${closed(solve, t).shape.lead.length} is not equal to len(dims) = ${order.length}`,
    );
  const dims = solve.dims(t);
  const indices = order.map((axis) => axisIndex(axis, dims.length, 'dims'));
  if (new Set(indices).size !== indices.length)
    refuse('duplicate-axis', 'permute(): duplicate dims are not allowed.', { argument: 'dims' });
  return indices.map((index) => dims[index] as Dim);
}

function moved(call: Call, solve: Solve, t: TensorValue): readonly Dim[] {
  // One overload takes two ints, the other two lists.
  const isOne = (name: string): boolean => call.items(call.value(name)) === undefined;
  if (isOne('source') !== isOne('destination')) giveUp('an int beside a list');
  const [source, destination] = [call.numbers('source') ?? [], call.numbers('destination') ?? []];
  const dims = solve.dims(t);
  const text = (axes: readonly number[]): string => `[${axes.join(', ')}]`;
  if (source.length !== destination.length)
    refuse(
      'argument-out-of-range',
      `movedim: Invalid source or destination dims: source (${text(source)} dims) should contain the same number of dims as destination (${text(destination)} dims)`,
    );
  const [from, to] = [source, destination].map((axes) => axes.map((axis) => axisIndex(axis, dims.length))) as [
    number[],
    number[],
  ];
  if (new Set(from).size !== from.length)
    refuse('duplicate-axis', `movedim: repeated dim in \`source\` (${text(source)})`);
  if (new Set(to).size !== to.length)
    refuse('duplicate-axis', `movedim: repeated dim in \`destination\` (${text(destination)})`);
  if (dims.length === 0) return dims;
  const others = dims.filter((_, i) => !from.includes(i));
  return dims.map((_, i) => {
    const at = to.indexOf(i);
    return (at >= 0 ? dims[from[at] as number] : others.shift()) as Dim;
  });
}

export const permute = operator({
  id: 'permute',
  names: ['permute', 'movedim', 'moveaxis'].flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`]),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    return reshaped(
      t,
      shortName(name) === 'permute' ? permuted(solve, t, call.numbers('dims') ?? []) : moved(call, solve, t),
    );
  }),
});
