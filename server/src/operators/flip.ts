/**
 * Elements in another order: flip, fliplr, flipud, roll, rot90.
 *
 * Shapes: as the input; rot90 by an odd number swaps its two axes.
 * Errors: `axis-out-of-range`, `duplicate-axis`, `argument-out-of-range`, `input-rank-mismatch`.
 * Source: torch.flip, torch.roll, torch.rot90, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, distinct, rankOf, showing } from './common/axes';
import { shortName, subjectOf } from './common/names';
import { hasNoElements, reshaped } from './common/results';
import { signatures } from './signature';
import { swapped } from './transpose';

function rotated(call: Call, solve: Solve, t: TensorValue): TensorValue {
  if (call.value('dims').kind === 'int') giveUp('an int as list of dims');
  const axes = call.numbers('dims') ?? [0, 1];
  if (axes.length !== 2)
    refuse('argument-out-of-range', `expected total rotation dims == 2, but got dims = ${axes.length}`, {
      argument: 'dims',
    });
  const [a, b] = axes as [number, number];
  const rank = rankOf(solve, t);
  if (rank !== undefined && rank < 2)
    refuse('input-rank-mismatch', `expected total dims >= 2, but got total dims = ${rank}`);
  showing(solve, t, [a, b], 'dims');
  if (a === b || (rank !== undefined && Math.abs(a - b) === rank))
    refuse('duplicate-axis', `expected rotation dims to be different, but got dim0 = ${a} and dim1 = ${b}`, {
      argument: 'dims',
    });
  const whole = swapped(solve, t, a, b);
  return reshaped(t, call.number('k') % 2 === 0 ? solve.shape(t) : whole);
}

function rolled(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const shifts = call.ints('shifts').length;
  if (shifts === 0) refuse('argument-out-of-range', '`shifts` required', { argument: 'shifts' });
  const axes = call.given('dims') ? (call.numbers('dims') ?? []) : [];
  if (axes.length === 0 ? shifts !== 1 : shifts !== axes.length)
    refuse('argument-out-of-range', `shifts and dimensions must align. shifts: ${shifts}, dims:${axes.length}`, {
      argument: 'shifts',
    });
  if (hasNoElements(solve, t)) return reshaped(t, solve.shape(t));
  if (axes.length > 0 && rankOf(solve, t) === 0)
    refuse('axis-out-of-range', `Dimension specified as ${axes[0]} but tensor has no dimensions`, { argument: 'dims' });
  showing(solve, t, axes, 'dims');
  return reshaped(t, solve.shape(t));
}

export const flip = operator({
  id: 'flip',
  names: ['flip', 'fliplr', 'flipud', 'roll', 'rot90'].flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`]),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    switch (shortName(name)) {
      case 'roll':
        return rolled(call, solve, t);
      case 'rot90':
        return rotated(call, solve, t);
      case 'flip': {
        const axes = call.numbers('dims') ?? [];
        const rank = rankOf(solve, t);
        if (rank !== undefined) for (const axis of axes) axisIndex(axis, rank, 'dims');
        else showing(solve, t, axes, 'dims');
        distinct(axes, rank);
        return reshaped(t, solve.shape(t));
      }
      case 'fliplr':
        if (!solve.minRank(t, 2)) refuse('input-rank-mismatch', 'Input must be >= 2-d.');
        return reshaped(t, solve.shape(t));
      default:
        if (!solve.minRank(t, 1)) refuse('input-rank-mismatch', 'Input must be >= 1-d.');
        return reshaped(t, solve.shape(t));
    }
  }),
});
