/**
 * The reverse of broadcasting, and broadcasting of shapes alone: Tensor.sum_to_size, torch.broadcast_shapes.
 *
 * Shapes: sum_to_size: the size that is asked for, which must broadcast to the tensor's.
 * Errors: `expand-size-mismatch`, `broadcast-mismatch`.
 * Source: torch.Tensor.sum_to_size, torch.broadcast_shapes, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue, Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { isIntegral } from './common/dtypes';
import { shortName } from './common/names';
import { result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

const one = num(1);

function summed(call: Call, solve: Solve): TensorValue {
  const [t, size] = [call.tensor('self'), call.ints('size')];
  const dims = solve.dims(t);
  const wrong = (): never =>
    refuse(
      'expand-size-mismatch',
      `size {${brackets(solve, size)}} is not expandable to size {${brackets(solve, dims)}}.`,
      { argument: 'size' },
    );
  if (size.length > dims.length) wrong();
  size.forEach((asked, i) => {
    const own = dims[dims.length - size.length + i] as Dim;
    if (solve.equal(asked, own) === 'yes' || solve.equal(asked, one) === 'yes') return;
    if (solve.equal(asked, own) === 'no' && solve.equal(asked, one) === 'no') wrong();
    giveUp('whether the size fits');
  });
  const answers = [
    size.length === dims.length ? 'yes' : 'no',
    ...size.map((asked, i) => solve.equal(asked, dims[dims.length - size.length + i] as Dim)),
  ];
  const unchanged = !answers.includes('no');
  if (isIntegral(t.dtype) && unchanged && answers.includes('maybe')) giveUp('whether there is a sum');
  return result(size, isIntegral(t.dtype) && !unchanged ? 'int64' : t.dtype);
}

/** Python compares each size with 0. */
function notANumber(call: Call, item: Value): never {
  const type =
    item.kind === 'none'
      ? 'NoneType'
      : item.kind === 'ref' && call.items(item) !== undefined
        ? 'list'
        : giveUp('a size that is no int');
  return refuse('call-arguments', `'<' not supported between instances of '${type}' and 'int'`);
}

/** Sizes of one argument: a number, or a list of numbers. */
function sizesOf(call: Call, value: Value, first: boolean): readonly Dim[] {
  const items = value.kind === 'int' ? [value] : value.kind === 'shape' ? undefined : call.items(value);
  if (value.kind === 'shape' && value.shape.rest === undefined) return value.shape.lead;
  return (items ?? giveUp('sizes that are not known')).map((item) =>
    item.kind === 'int' ? item.dim : first ? notANumber(call, item) : giveUp('a size that is no int'),
  );
}

function broadcasted(call: Call, solve: Solve): Value {
  const given = (call.items(call.value('shapes')) ?? giveUp('shapes that are not known')).map((value, at) =>
    sizesOf(call, value, at === 0),
  );
  if (given.some((dims) => dims.some((dim) => solve.less(dim, num(0)) !== 'no'))) giveUp('a size that may be negative');
  const rank = Math.max(0, ...given.map((dims) => dims.length));
  // The sentence has the sizes that were joined before this shape, from its end on.
  const whole: Dim[] = Array.from({ length: rank }, () => one);
  given.forEach((dims, at) =>
    [...dims.entries()].reverse().forEach(([i, dim]) => {
      const place = rank - dims.length + i;
      const known = whole[place] as Dim;
      if (solve.equal(dim, one) === 'yes' || solve.equal(dim, known) === 'yes') return;
      if (
        solve.equal(dim, one) === 'maybe' ||
        solve.equal(known, one) === 'maybe' ||
        solve.equal(known, dim) === 'maybe'
      )
        giveUp('sizes that may broadcast');
      if (solve.equal(known, one) === 'yes') {
        whole[place] = dim;
        return;
      }
      refuse(
        'broadcast-mismatch',
        `Attempting to broadcast a dimension of length ${solve.text(dim)} at ${i - dims.length}! Mismatching argument at index ${at} had (${dims.map((d) => solve.text(d)).join(', ')}${dims.length === 1 ? ',' : ''}); but expected shape should be broadcastable to ${brackets(solve, whole)}`,
      );
    }),
  );
  return { kind: 'shape', shape: shapeOf(whole) };
}

export const sumToSize = operator({
  id: 'sum-to-size',
  names: ['torch.Tensor.sum_to_size', 'torch.broadcast_shapes'],
  params: signatures,
  infer: answering((call, solve, name) =>
    shortName(name) === 'sum_to_size' ? summed(call, solve) : broadcasted(call, solve),
  ),
});
