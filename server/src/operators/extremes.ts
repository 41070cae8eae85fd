/**
 * Values with their positions along an axis: max, min, median, mode, kthvalue, topk, sort, argsort, cummax, cummin, aminmax.
 *
 * Shapes: max(dim) -> (values, indices) without the axis; topk(k) -> the axis becomes k; sort keeps the shape.
 * Errors: `axis-out-of-range`, `argument-out-of-range`, `empty-reduction`, `broadcast-mismatch`.
 * Source: torch.max, torch.topk, torch.sort, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type Value } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, boolGiven, joined, numberGiven, rankOf } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { isComplex } from './common/dtypes';
import { everyForm, plainName, subjectOf } from './common/names';
import { resultType } from './common/promotion';
import { mustHaveElements, reducedShape } from './common/reducing';
import { hasNoElements, reshaped, result, valuesAndIndices } from './common/results';
import { signatures } from './signature';

const checkElements = (solve: Solve, t: TensorValue, axes: readonly number[] | null, kind: string): void =>
  mustHaveElements(solve, t, axes, {
    named: `${kind.replace('nanmedian', 'median')}()`,
    advice: true,
    asPassed: false,
  });

/** max, min, median: of all, of two tensors, or along an axis. */
function extreme(call: Call, solve: Solve, t: TensorValue, kind: string): Value {
  if (call.given('other')) {
    const other = call.tensor('other');
    if (isComplex(t.dtype) || isComplex(other.dtype))
      refuse('dtype-not-supported', `${kind}imum not implemented for complex tensors.`);
    return result(
      broadcastShapes(solve, solve.shape(t), solve.shape(other)),
      resultType(solve, [{ tensor: t }, { tensor: other }]),
    );
  }
  const axis = call.given('dim') ? call.number('dim') : null;
  if (axis === null) {
    if (!kind.includes('median')) checkElements(solve, t, null, kind);
    return result([], t.dtype);
  }
  return along(call, solve, t, kind, axis);
}

function along(call: Call, solve: Solve, t: TensorValue, kind: string, axis: number): Value {
  const shape = reducedShape(solve, t, [axis], boolGiven(call, 'keepdim'));
  checkElements(solve, t, [axis], kind);
  return valuesAndIndices(reshaped(t, shape));
}

/** The k of topk and kthvalue: within the axis. */
function checkCount(solve: Solve, count: Dim, size: Dim, least: number, sentence: string): void {
  if (solve.less(count, num(least)) === 'yes' || !solve.atLeast(size, count, 'as many are taken from the axis'))
    refuse('argument-out-of-range', sentence, { argument: 'k' });
}

function topk(call: Call, solve: Solve, t: TensorValue): Value {
  const cut = atAxis(solve, t, numberGiven(call, 'dim', -1));
  const count = call.int('k');
  checkCount(solve, count, cut?.size ?? num(1), 0, 'selected index k out of range');
  return valuesAndIndices(reshaped(t, cut === undefined ? [] : joined(cut.before, [count], cut.after)));
}

function kthvalue(call: Call, solve: Solve, t: TensorValue): Value {
  const axis = numberGiven(call, 'dim', -1);
  const cut = atAxis(solve, t, axis);
  const answer = along(call, solve, t, 'kthvalue', axis);
  const shown = axis < 0 && solve.shape(t).rest === undefined ? axis + Math.max(1, solve.shape(t).lead.length) : axis;
  checkCount(
    solve,
    call.int('k'),
    cut?.size ?? num(1),
    1,
    `kthvalue(): selected number k out of range for dimension ${shown}`,
  );
  return answer;
}

/** cummax and cummin have a sentence of their own for a tensor without dims. */
function checkScalar(call: Call, solve: Solve, t: TensorValue, kind: string): void {
  const axis = numberGiven(call, 'dim', -1);
  if (rankOf(solve, t) === 0 && axis !== 0 && axis !== -1)
    refuse('axis-out-of-range', `${kind}(): Expected reduction dim -1 or 0 for scalar but got ${axis}`, {
      argument: 'dim',
    });
  if (hasNoElements(solve, t)) giveUp('axes of nothing');
}

export const extremes = operator({
  id: 'extremes',
  names: everyForm(
    'max',
    'min',
    'median',
    'nanmedian',
    'mode',
    'kthvalue',
    'topk',
    'sort',
    'argsort',
    'msort',
    'cummax',
    'cummin',
    'aminmax',
  ),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    const t = call.tensor(subjectOf(name));
    const shape = solve.shape(t);
    switch (kind) {
      case 'topk':
        return topk(call, solve, t);
      case 'kthvalue':
        return kthvalue(call, solve, t);
      case 'mode':
        return along(call, solve, t, kind, numberGiven(call, 'dim', -1));
      case 'sort':
      case 'cummax':
      case 'cummin':
        if (kind !== 'sort') checkScalar(call, solve, t, kind);
        atAxis(solve, t, numberGiven(call, 'dim', -1));
        return valuesAndIndices(reshaped(t, solve.shape(t)));
      case 'argsort':
        atAxis(solve, t, numberGiven(call, 'dim', -1));
        return result(solve.shape(t), 'int64');
      case 'msort':
        return reshaped(t, shape);
      case 'aminmax': {
        const axis = call.given('dim') ? call.numberOrNone('dim') : null;
        if (axis === null && hasNoElements(solve, t))
          refuse(
            'empty-reduction',
            'aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.',
          );
        const reduced = reshaped(t, reducedShape(solve, t, axis === null ? null : [axis], boolGiven(call, 'keepdim')));
        if (axis !== null && rankOf(solve, t) !== 0)
          mustHaveElements(solve, t, [axis], { named: 'aminmax', advice: true, asPassed: false });
        return tuple([reduced, reduced], ['min', 'max']);
      }
      default:
        return extreme(call, solve, t, kind);
    }
  }),
});
