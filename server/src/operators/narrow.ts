/**
 * Parts of a tensor along one axis: narrow, select; windows with unfold.
 *
 * Shapes: narrow(dim, start, length): the axis becomes length; select(dim, i): the axis goes;
 * unfold(dim, size, step): (*a, n, *b) -> (*a, (n - size) // step + 1, *b, size).
 * Errors: `axis-out-of-range`, `index-out-of-range`, `argument-out-of-range`, `input-rank-mismatch`.
 * Source: torch.narrow, torch.select, torch.Tensor.unfold, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { add, floorDiv, neg, num, sub } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, joined, rankOf } from './common/axes';
import { isInteger } from './common/dtypes';
import { shortName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

/** A start in a tensor is looked at before everything else. */
function checkStart(solve: Solve, start: TensorValue): void {
  const whole = start.dtype === undefined || isInteger(start.dtype);
  if (!whole || !solve.rank(start, [0]))
    refuse(whole ? 'input-rank-mismatch' : 'index-type', 'start must be an 0-dim integral Tensor.', {
      argument: 'start',
    });
}

function narrowed(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const from = call.value('start');
  if (from.kind === 'tensor') checkStart(solve, from);
  if (rankOf(solve, t) === 0) refuse('input-rank-mismatch', 'narrow() cannot be applied to a 0-dim tensor.');
  const length = call.int('length');
  if (solve.less(length, num(0)) === 'yes')
    refuse('negative-size', 'narrow(): length must be non-negative.', { argument: 'length' });
  const cut = atAxis(solve, t, call.number('dim')) ?? giveUp('a tensor without dims');
  if (from.kind === 'tensor') return reshaped(t, joined(cut.before, [length], cut.after));
  const start = call.int('start');
  const size = cut.size;
  if (solve.less(size, start) === 'yes' || solve.less(start, neg(size)) === 'yes')
    refuse(
      'index-out-of-range',
      `start out of range (expected to be in range of [${solve.text(neg(size))}, ${solve.text(size)}], but got ${solve.text(start)})`,
      { argument: 'start' },
    );
  const negative = solve.less(start, num(0));
  if (negative !== 'maybe') {
    const first = negative === 'yes' ? add(start, size) : start;
    if (!solve.atLeast(size, add(first, length), 'a part lies within its axis'))
      refuse(
        'index-out-of-range',
        `start (${solve.text(first)}) + length (${solve.text(length)}) exceeds dimension size (${solve.text(size)}).`,
        { argument: 'length' },
      );
  }
  return reshaped(t, joined(cut.before, [length], cut.after));
}

/** An axis as messages count it. */
function fromFront(solve: Solve, t: TensorValue, axis: number): number {
  const rank = rankOf(solve, t);
  return axis < 0 && rank !== undefined ? axis + Math.max(rank, 1) : axis;
}

function selected(call: Call, solve: Solve, t: TensorValue): TensorValue {
  if (rankOf(solve, t) === 0) refuse('input-rank-mismatch', 'select() cannot be applied to a 0-dim tensor.');
  const axis = call.number('dim');
  const cut = atAxis(solve, t, axis) ?? giveUp('a tensor without dims');
  if (call.value('index').kind === 'int') {
    const index = call.int('index');
    if (solve.less(index, cut.size) === 'no' || solve.less(index, neg(cut.size)) === 'yes')
      refuse(
        'index-out-of-range',
        `select(): index ${solve.text(index)} out of range for tensor of size ${brackets(solve, solve.shape(t))} at dimension ${fromFront(solve, t, axis)}`,
        { argument: 'index' },
      );
  }
  return reshaped(t, joined(cut.before, cut.after));
}

function windows(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const [size, step] = [call.int('size'), call.int('step')];
  const axis = call.number('dimension');
  // A tensor without dims counts as one of one element.
  const cut = atAxis(solve, t, axis, 'dimension') ?? { before: shapeOf([]), size: num(1), after: shapeOf([]) };
  if (solve.less(size, num(0)) === 'yes')
    refuse('negative-size', `size is ${solve.text(size)} but must be >= 0`, { argument: 'size' });
  if (!solve.atLeast(cut.size, size, 'a window fits into its axis'))
    refuse(
      'argument-out-of-range',
      `maximum size for tensor at dimension ${fromFront(solve, t, axis)} is ${solve.text(cut.size)} but size is ${solve.text(size)}`,
      { argument: 'size' },
    );
  if (solve.less(num(0), step) === 'no')
    refuse('argument-out-of-range', `step is ${solve.text(step)} but must be > 0`, { argument: 'step' });
  if (rankOf(solve, t) === 0) return reshaped(t, [size]);
  return reshaped(t, joined(cut.before, [add(floorDiv(sub(cut.size, size), step), num(1))], cut.after, [size]));
}

export const narrow = operator({
  id: 'narrow',
  names: ['torch.narrow', 'torch.Tensor.narrow', 'torch.select', 'torch.Tensor.select', 'torch.Tensor.unfold'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    switch (shortName(name)) {
      case 'narrow':
        return narrowed(call, solve, t);
      case 'select':
        return selected(call, solve, t);
      default:
        return windows(call, solve, t);
    }
  }),
});
