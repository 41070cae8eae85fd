/**
 * einops.einsum: einsum with named axes and the pattern last.
 *
 * Shapes: as torch.einsum.
 * Errors: `einops-pattern-invalid`, `einsum-subscript-mismatch`, `einsum-equation-invalid`.
 * Source: einops 0.8, einops.einsum.
 */
import { operator } from '../core/infer/operator';
import { answering, giveUp, refuse } from './common/answer';
import { parseSide, PATTERN, type Side } from './common/einops';
import { differ, isIntegral } from './common/dtypes';
import { result } from './common/results';
import { einsumShape } from './einsum';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The pattern with one letter for each name, as torch.einsum reads it. */
function compactEquation(pattern: string): string {
  const bad = (message: string): never => refuse(PATTERN, message, { argument: 'pattern' });
  const sides = pattern.split('->');
  if (sides.length !== 2)
    bad(sides.length === 1 ? "Einsum pattern must contain '->'." : 'too many values to unpack (expected 2)');
  const [lefts, right] = [
    (sides[0] as string).split(',').map((side) => parseSide(side, true, true)),
    parseSide(sides[1] as string, true),
  ];
  const letters = new Map<string, string>();
  const write = (side: Side, isRight: boolean): string =>
    side.groups
      .map((group) => {
        const [axis] = group;
        if (axis === undefined) return bad('Singleton () axes are not yet supported in einsum.');
        if (group.length > 1) return bad('Shape rearrangement is not yet supported in einsum.');
        if (typeof axis !== 'string') return bad('Anonymous axes are not yet supported in einsum.');
        if (axis === '…') return '...';
        if (isRight && !letters.has(axis)) bad(`Unknown axis ${axis} on right side of einsum ${pattern}.`);
        const letter = letters.get(axis) ?? LETTERS[letters.size] ?? bad('Too many axes in einsum.');
        letters.set(axis, letter);
        return letter;
      })
      .join('');
  const inputs = lefts.map((side) => write(side, false)).join(',');
  return `${inputs}->${write(right, true)}`;
}

export const einopsEinsum = operator({
  id: 'einops-einsum',
  names: ['einops.einsum'],
  params: () => ['*tensors_and_pattern: any'],
  infer: answering((call, solve) => {
    const items = call.items(call.value('tensors_and_pattern')) ?? giveUp('the arguments are not known');
    const pattern = items[items.length - 1];
    if (pattern?.kind !== 'str' || pattern.value === undefined) return giveUp('the pattern is not known');
    if (items.length === 1)
      refuse(
        PATTERN,
        '`einops.einsum` takes at minimum two arguments: the tensors (at least one), followed by the pattern.',
      );
    const operands = items
      .slice(0, -1)
      .map((item) => (item.kind === 'tensor' ? item : giveUp('an operand is not known to be a tensor')));
    const equation = compactEquation(pattern.value);
    const shape = einsumShape(solve, equation, operands);
    const [first, ...others] = operands;
    if (others.some((t) => differ(t.dtype, first?.dtype))) giveUp('operands of different element types');
    if (first?.dtype === 'bool') giveUp('products of bools');
    // Sums of whole numbers are int64, whatever was summed.
    const isCertain =
      others.every((t) => t.dtype === first?.dtype) && (!isIntegral(first?.dtype) || first?.dtype === 'int64');
    return result(shape, isCertain ? first?.dtype : undefined);
  }),
});
