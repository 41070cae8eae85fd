/**
 * Elements chosen by a mask: masked_fill, masked_select, masked_scatter.
 *
 * Shapes: masked_fill and masked_scatter -> broadcast of tensor and mask; masked_select -> (count).
 * Errors: `broadcast-mismatch`, `expand-rank-mismatch`, `inplace-shape-mismatch`, `dtype-mismatch`, `input-rank-mismatch`,
 * `argument-out-of-range`.
 * Source: torch.Tensor.masked_fill, torch.masked_select, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { shownDims } from '../core/shape/axis';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes, fitInPlace } from './common/broadcasting';
import { cppName, isComplex, scalarName } from './common/dtypes';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { mustHold } from './common/overflow';
import { result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

/** masked_fill takes a number, or a tensor without dims. */
function checkValue(call: Call, solve: Solve): void {
  const value = call.value('value');
  if (value.kind === 'none' || value.kind === 'str') giveUp('a value that is no number');
  const count = value.kind === 'tensor' ? shownDims(solve.shape(value)) : 0;
  if (count > 0)
    refuse(
      'input-rank-mismatch',
      `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${count} dimension(s).`,
      { argument: 'value' },
    );
}

function checkMask(kind: string, mask: TensorValue): void {
  if (mask.dtype === undefined || mask.dtype === 'bool') return;
  const message =
    kind === 'masked_select'
      ? 'masked_select: expected BoolTensor for mask'
      : kind === 'masked_fill'
        ? `masked_fill_ only supports boolean masks, but got mask with dtype ${cppName(mask.dtype)}`
        : `masked_scatter_ only supports boolean masks, but got mask with dtype ${scalarName(mask.dtype)}`;
  refuse('dtype-mismatch', message, { argument: 'mask' });
}

/** masked_scatter_ expands the mask to the tensor. */
function checkExpansion(solve: Solve, t: TensorValue, mask: TensorValue): void {
  const [own, chosen] = [solve.shape(t), solve.shape(mask)];
  if (own.rest !== undefined || chosen.rest !== undefined) {
    broadcastShapes(solve, own, chosen);
    return;
  }
  const [sizes, from] = [brackets(solve, own), brackets(solve, chosen)];
  if (chosen.lead.length > own.lead.length)
    refuse(
      'expand-rank-mismatch',
      `expand(${mask.dtype === undefined ? '' : typeName(mask.dtype)}{${from}}, size=${sizes}): ` +
        `the number of sizes provided (${own.lead.length}) must be greater or equal to the number of dimensions in the tensor (${chosen.lead.length})`,
    );
  for (let back = 1; back <= chosen.lead.length; back++) {
    const at = own.lead.length - back;
    const [to, size] = [own.lead[at] as Dim, chosen.lead[chosen.lead.length - back] as Dim];
    if (solve.equal(size, num(1)) !== 'no' || solve.equal(size, to) !== 'no') continue;
    refuse(
      'broadcast-mismatch',
      `The expanded size of the tensor (${solve.text(to)}) must match the existing size (${solve.text(size)}) at non-singleton dimension ${at}.  Target sizes: ${sizes}.  Tensor sizes: ${from}`,
    );
  }
}

/** `torch.FloatTensor` or `CPUBoolType`: the type's old name, for those that have one. */
const typeName = (dtype: DType): string =>
  ['bool', 'bfloat16'].includes(dtype) || isComplex(dtype)
    ? `CPU${scalarName(dtype)}Type`
    : `torch.${scalarName(dtype)}Tensor`;

function checkSource(t: TensorValue, source: TensorValue): void {
  if (t.dtype === undefined || source.dtype === undefined || t.dtype === source.dtype) return;
  refuse(
    'dtype-mismatch',
    `masked_scatter: expected self and source to have same dtypes but got${scalarName(t.dtype)} and ${scalarName(source.dtype)}`,
    { argument: 'source' },
  );
}

function filled(call: Call, solve: Solve, name: string, t: TensorValue, mask: TensorValue): TensorValue {
  if (isInPlace(name)) {
    checkValue(call, solve);
    checkMask('masked_fill', mask);
  }
  const [own, chosen] = [solve.shape(t), solve.shape(mask)];
  // The mask is the first operand of the broadcast, except where the tensor is written in place.
  const whole = isInPlace(name) ? broadcastShapes(solve, own, chosen) : broadcastShapes(solve, chosen, own);
  if (!isInPlace(name)) {
    checkValue(call, solve);
    checkMask('masked_fill', mask);
  }
  const shape = isInPlace(name) ? fitInPlace(solve, own, whole) : whole;
  mustHold(call.value('value'), t.dtype, 'value');
  return result(shape, t.dtype);
}

function scattered(call: Call, solve: Solve, name: string, t: TensorValue, mask: TensorValue): TensorValue {
  const source = call.tensor('source');
  const whole = isInPlace(name) ? solve.shape(t) : broadcastShapes(solve, solve.shape(mask), solve.shape(t));
  checkSource(t, source);
  if (isInPlace(name)) checkExpansion(solve, t, mask);
  checkMask('masked_scatter', mask);
  return result(whole, t.dtype);
}

export const masked = operator({
  id: 'masked',
  names: everyForm('masked_fill', 'masked_select', 'masked_scatter'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    const [t, mask] = [call.tensor(subjectOf(name)), call.tensor('mask')];
    if (kind === 'masked_fill') return filled(call, solve, name, t, mask);
    if (kind === 'masked_scatter') return scattered(call, solve, name, t, mask);
    checkMask(kind, mask);
    broadcastShapes(solve, solve.shape(mask), solve.shape(t));
    return result([solve.fresh('count')], t.dtype);
  }),
});
