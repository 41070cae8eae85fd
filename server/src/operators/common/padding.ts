/** Checks of padding that copies values: reflection, replication, circular. */
import type { Solve } from '../../core/infer/operator';
import { add, num, type Dim } from '../../core/shape/dim';
import type { Shape } from '../../core/shape/shape';
import { refuse } from './answer';
import { append, brackets, isZero } from './sizes';

/** PyTorch's sentence for padding of so many numbers on a tensor of so many dims. */
export const paddingRankSentence = (numbers: number, rank: number | string): string =>
  `Padding size ${numbers} is not supported for ${rank}D input tensor.\n` +
  'Supported combinations for non-constant padding:\n  - 2D or 3D input: padding size = 2 (pads last dimension)\n' +
  '  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)';

/** The padding before and after one dim. */
export type Sides = readonly [before: Dim, after: Dim];

/**
 * Reflection needs less padding than the dim is long, circular padding at most as much.
 * @param sides the last dim first
 */
export function checkCopying(
  solve: Solve,
  mode: 'reflect' | 'circular',
  before: Shape,
  spatial: readonly Dim[],
  sides: readonly Sides[],
): void {
  for (const [back, [left, right]] of sides.entries()) {
    const size = spatial[spatial.length - 1 - back] as Dim;
    const fits = (pad: Dim): boolean =>
      solve.atLeast(size, mode === 'reflect' ? add(pad, num(1)) : pad, 'the padding fits into the input');
    if (fits(left) && fits(right)) continue;
    if (mode === 'circular')
      refuse('padding-too-large', 'Padding value causes wrapping around more than once.', { argument: 'padding' });
    const rank = before.rest === undefined ? before.lead.length + spatial.length : undefined;
    const at = rank === undefined ? `-${back + 1}` : String(rank - 1 - back);
    refuse(
      'padding-too-large',
      `Argument #${4 + 2 * back}: Padding size should be less than the corresponding input dimension, but got: ` +
        `padding (${solve.text(left)}, ${solve.text(right)}) at dimension ${at} of input ${brackets(solve, append(before, spatial))}`,
      { argument: 'padding' },
    );
  }
}

/** Whether an input has no values to copy. */
export const nothingToCopy = (solve: Solve, dims: readonly Dim[]): boolean => dims.some((size) => isZero(solve, size));
