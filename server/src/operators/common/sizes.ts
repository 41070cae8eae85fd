/** Sizes in the forms that PyTorch's messages use, and small constructions of shapes. */
import type { FixIntent, Solve } from '../../core/infer/operator';
import { int, tuple, type TensorValue, type TupleValue } from '../../core/infer/value';
import { add, floorDiv, mul, num, sub, type Dim } from '../../core/shape/dim';
import { shapeOf, type Shape } from '../../core/shape/shape';

/** Each size in the user's names; a stretch of unknown length as `*name`. */
export function sizeTexts(solve: Solve, sizes: Shape | readonly Dim[]): string[] {
  if (!('lead' in sizes)) return sizes.map((dim) => solve.text(dim));
  const rest = sizes.rest === undefined ? [] : [`*${sizes.rest.name}`];
  return [...sizeTexts(solve, sizes.lead), ...rest, ...sizeTexts(solve, sizes.tail)];
}

/** `[4, 3, H]` */
export const brackets = (solve: Solve, sizes: Shape | readonly Dim[]): string =>
  `[${sizeTexts(solve, sizes).join(', ')}]`;

/** `torch.Size([4, 3, H])` */
export const torchSize = (solve: Solve, sizes: Shape | readonly Dim[]): string =>
  `torch.Size(${brackets(solve, sizes)})`;

/** `8x(H - 2)x22`; sums get parentheses. */
export const joined = (solve: Solve, sizes: readonly Dim[], by = 'x'): string =>
  sizeTexts(solve, sizes)
    .map((text) => (text.includes(' ') ? `(${text})` : text))
    .join(by);

/** The number of elements of these sizes, `...` where the rank is open. */
export function countText(solve: Solve, shape: Shape): string {
  if (shape.rest !== undefined) return '...';
  const product = shape.lead.reduce((a, b) => mul(a, b), num(1));
  return joined(solve, [product]);
}

/** The shape of a tensor for a message: `[4, 3, H]`. */
export const tensorBrackets = (solve: Solve, t: TensorValue): string => brackets(solve, solve.shape(t));

/** `(*before, ...dims)` */
export const append = (before: Shape, dims: readonly Dim[]): Shape =>
  before.rest === undefined ? shapeOf([...before.lead, ...dims]) : { ...before, tail: [...before.tail, ...dims] };

/** `(...dims, *after)` */
export const prepend = (dims: readonly Dim[], after: Shape): Shape => ({ ...after, lead: [...dims, ...after.lead] });

/** `dilation * (kernel - 1) + 1` */
export const effectiveKernel = (kernel: Dim, dilation: Dim): Dim => add(mul(dilation, sub(kernel, num(1))), num(1));

/** How many steps of a window fit: `floor((padded - kernel) / stride) + 1`. */
export const windowSteps = (padded: Dim, kernel: Dim, stride: Dim): Dim =>
  add(floorDiv(sub(padded, kernel), stride), num(1));

/** A tuple of ints as Python value, for attributes (`conv.kernel_size`). */
export const intTuple = (dims: readonly Dim[]): TupleValue => tuple(dims.map(int));

/** The fix "Set argument to N"; none where the size is not a known number. */
export function setTo(solve: Solve, where: FixIntent['where'], argument: string, size: Dim): readonly FixIntent[] {
  const value = solve.number(size);
  return value === undefined || value < 0
    ? []
    : [{ title: `Set ${argument} to ${value}`, where, argument, newText: String(value) }];
}

/** Whether a size is certainly zero. */
export const isZero = (solve: Solve, d: Dim): boolean => solve.number(d) === 0;
