/**
 * einops patterns: `b (h d) n -> b h n d`. Reading them, and what they do to shapes.
 * Source: einops 0.8, einops/parsing.py and einops.py; sentences are the last lines of its errors.
 */
import type { Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { floorDiv, num, product, type Dim } from '../../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';
import { joined } from './axes';
import { isZero } from './sizes';

export const PATTERN = 'einops-pattern-invalid';
export const SIZES = 'einops-size-mismatch';

const ELLIPSIS = '…';

/** A name, the ellipsis, or a number above 1. Numbers never equal each other. */
export type Axis = string | { readonly size: number };

/** One side of a pattern: groups of axes; an empty group is a 1. */
export interface Side {
  readonly groups: readonly (readonly Axis[])[];
  readonly names: readonly string[];
  readonly hasEllipsis: boolean;
  /** Whether the ellipsis stands in parentheses. */
  readonly mergedEllipsis: boolean;
  readonly numbers: boolean;
}

const bad = (message: string): never => refuse(PATTERN, message, { argument: 'pattern' });

/** Reads one side; einsum allows `_` as a name, and names twice where `repeats` says so. */
export function parseSide(text: string, underscores = false, repeats = false): Side {
  checkDots(text);
  const groups: Axis[][] = [];
  const names: string[] = [];
  let open: Axis[] | undefined;
  let mergedEllipsis = false;
  // Without a space beside it, the ellipsis is a part of a name.
  for (const token of text.replace('...', ELLIPSIS).match(/[()]|[^ ()]+/g) ?? []) {
    if (token === '(') {
      if (open !== undefined) bad('Axis composition is one-level (brackets inside brackets not allowed)');
      open = [];
    } else if (token === ')') {
      if (open === undefined) bad('Brackets are not balanced');
      else groups.push(open);
      open = undefined;
    } else {
      const axis = axisOf(token, underscores);
      if (typeof axis === 'string') {
        if (names.includes(axis) && !repeats && !(underscores && axis === '_'))
          bad(`Indexing expression contains duplicate dimension "${axis}"`);
        names.push(axis);
        if (axis === ELLIPSIS) mergedEllipsis = open !== undefined;
      }
      if (open !== undefined) open.push(...(axis === undefined ? [] : [axis]));
      else groups.push(axis === undefined ? [] : [axis]);
    }
  }
  if (open !== undefined) bad(`Imbalanced parentheses in expression: "${text.replace('...', ELLIPSIS)}"`);
  const numbers = groups.flat().some((axis) => typeof axis !== 'string');
  return { groups, names, hasEllipsis: names.includes(ELLIPSIS), mergedEllipsis, numbers };
}

function checkDots(text: string): void {
  if (!text.includes('.')) return;
  if (!text.includes('...')) bad('Expression may contain dots only inside ellipsis (...)');
  if (text.split('...').length !== 2 || text.split('.').length !== 4)
    bad('Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor ');
}

/** The axis of a token; undefined for 1. */
function axisOf(token: string, underscores: boolean): Axis | undefined {
  if (token === ELLIPSIS) return ELLIPSIS;
  if (/^\d+$/.test(token)) {
    const size = Number(token);
    if (size === 0) bad('Anonymous axis should have positive length, not 0');
    return size === 1 ? undefined : { size };
  }
  const strange = /[^\w…]/.exec(token)?.[0];
  if (strange !== undefined) bad(`Unknown character '${strange}'`);
  if (/^\d|…/.test(token)) bad(`Invalid axis identifier: ${token}\nnot a valid python identifier`);
  if (/^_|_$/.test(token) && !(underscores && token === '_'))
    bad(`Invalid axis identifier: ${token}\naxis name should should not start or end with underscore`);
  return token;
}

/** What a pattern is for: rearrange, repeat, or the name of a reduction. */
export type Operation = 'rearrange' | 'repeat' | 'min' | 'max' | 'sum' | 'mean' | 'prod' | 'any' | 'all';
export const reductions: readonly string[] = ['min', 'max', 'sum', 'mean', 'prod', 'any', 'all'];

export interface Pattern {
  readonly text: string;
  readonly left: Side;
  readonly right: Side;
}

/** A Python set of names for a message; its order is that of the pattern. */
const setText = (names: readonly string[]): string => `{${names.map((name) => `'${name}'`).join(', ')}}`;

/** Reads a pattern and checks that both sides name what the operation allows. */
export function parsePattern(text: string, operation: Operation, sized: (name: string) => boolean): Pattern {
  const sides = text.split('->');
  if (sides.length < 2) bad('not enough values to unpack (expected 2, got 1)');
  if (sides.length > 2) bad('too many values to unpack (expected 2)');
  const [left, right] = sides.map((side) => parseSide(side)) as [Side, Side];
  if (!left.hasEllipsis && right.hasEllipsis)
    bad(`Ellipsis found in right side, but not left side of a pattern ${text}`);
  if (left.mergedEllipsis) bad(`Ellipsis inside parenthesis in the left side is not allowed: ${text}`);
  const onlyLeft = left.names.filter((name) => !right.names.includes(name));
  const onlyRight = right.names.filter((name) => !left.names.includes(name));
  if (operation === 'rearrange') {
    if (left.numbers || right.numbers)
      bad('Non-unitary anonymous axes are not supported in rearrange (exception is length 1)');
    if (onlyLeft.length + onlyRight.length > 0)
      bad(`Identifiers only on one side of expression (should be on both): ${setText([...onlyLeft, ...onlyRight])}`);
  } else if (operation === 'repeat') {
    if (onlyLeft.length > 0) bad(`Unexpected identifiers on the left side of repeat: ${setText(onlyLeft)}`);
    const unsized = onlyRight.filter((name) => !sized(name));
    if (unsized.length > 0) bad(`Specify sizes for new axes in repeat: ${setText(unsized)}`);
  } else if (onlyRight.length > 0)
    bad(`Unexpected identifiers on the right side of reduce ${operation}: ${setText(onlyRight)}`);
  return { text, left, right };
}

/** Whether axes go away; undefined where the ellipsis may stand for none. */
export function reduces(solve: Solve, { left, right }: Pattern, t: TensorValue): boolean | undefined {
  const axes = left.groups.flat().filter((axis) => axis !== ELLIPSIS);
  if (axes.some((axis) => typeof axis !== 'string' || !right.names.includes(axis))) return true;
  if (!left.hasEllipsis || right.hasEllipsis) return false;
  const rank = dimsOf(solve.shape(t))?.length;
  return rank === undefined ? undefined : rank > left.groups.length - 1;
}

type Sizes = Map<string, Dim>;

/** The dims that the groups of the left side stand for, and the stretch under the ellipsis. */
function matched(solve: Solve, t: TensorValue, side: Side): { readonly dims: readonly Dim[]; readonly under: Shape } {
  const count = side.groups.length;
  if (!side.hasEllipsis) {
    if (!solve.rank(t, [count]))
      refuse(SIZES, `Wrong shape: expected ${count} dims. Received ${solve.dims(t).length}-dim tensor.`);
    return { dims: solve.dims(t), under: shapeOf([]) };
  }
  const others = count - 1;
  if (!solve.minRank(t, others))
    refuse(SIZES, `Wrong shape: expected >=${others} dims. Received ${solve.dims(t).length}-dim tensor.`);
  const at = side.groups.findIndex((group) => group.includes(ELLIPSIS));
  const after = others - at;
  const dims = dimsOf(solve.shape(t));
  if (dims !== undefined) {
    const end = dims.length - after;
    return { dims: [...dims.slice(0, at), ...dims.slice(end)], under: shapeOf(dims.slice(at, end)) };
  }
  if (at > 0) {
    if (after > 0) return matched(solve, { ...t, shape: shapeOf(solve.dims(t)) }, side);
    const { first, after: under } = solve.leading(t, at);
    return { dims: first, under };
  }
  const { before, last } = solve.trailing(t, after);
  return { dims: last, under: before };
}

/** Finds the sizes of the axes of one group of the left side. */
function unify(solve: Solve, sizes: Sizes, group: readonly Axis[], dim: Dim): void {
  const unknown: string[] = [];
  const known: Dim[] = [];
  for (const axis of group) {
    if (typeof axis !== 'string') known.push(num(axis.size));
    else {
      const size = sizes.get(axis);
      if (size === undefined) unknown.push(axis);
      else known.push(size);
    }
  }
  const whole = product(known.map((size) => solve.dim(size)));
  const [only] = unknown;
  if (only === undefined) {
    if (!solve.same(dim, whole, `the pattern wants ${solve.text(whole)} here`))
      refuse(SIZES, `Shape mismatch, ${solve.text(dim)} != ${solve.text(whole)}`);
    return;
  }
  if (unknown.length > 1) bad(`Could not infer sizes for ${setText(unknown)}`);
  if (isZero(solve, whole)) giveUp('an axis in chunks of 0');
  if (known.length === 0) sizes.set(only, dim);
  else {
    if (!solve.divides(whole, dim, `the pattern cuts the axis into ${solve.text(whole)}`))
      refuse(SIZES, `Shape mismatch, can't divide axis of length ${solve.text(dim)} in chunks of ${solve.text(whole)}`);
    sizes.set(only, solve.dim(floorDiv(solve.dim(dim), whole)));
  }
}

/** The shape of the right side. */
function composed(solve: Solve, side: Side, sizes: Sizes, under: Shape): Shape {
  const parts: (Shape | readonly Dim[])[] = side.groups.map((group) => {
    const dims = group
      .filter((axis) => axis !== ELLIPSIS)
      .map((axis) =>
        typeof axis === 'string' ? (sizes.get(axis) ?? giveUp(`the size of ${axis} is not known`)) : num(axis.size),
      );
    if (!group.includes(ELLIPSIS)) return [product(dims.map((dim) => solve.dim(dim)))];
    if (!side.mergedEllipsis) return under;
    const inside = dimsOf(under);
    return [inside === undefined ? solve.fresh('size') : product([...dims, ...inside].map((dim) => solve.dim(dim)))];
  });
  return joined(...parts);
}

/**
 * The shape that a pattern makes of a tensor's.
 * @param given sizes of axes that the caller names
 * @param checkNames what is to be checked after the number of dims
 */
export function transformed(
  solve: Solve,
  t: TensorValue,
  pattern: Pattern,
  given: ReadonlyMap<string, Dim>,
  checkNames?: () => void,
): Shape {
  const { dims, under } = matched(solve, t, pattern.left);
  checkNames?.();
  if ([...given.values()].some((size) => solve.less(size, num(0)) === 'yes')) giveUp('an axis of negative size');
  const sizes: Sizes = new Map(given);
  const groups = pattern.left.groups.filter((group) => !group.includes(ELLIPSIS));
  for (const group of groups) {
    const unknown = group.filter((axis): axis is string => typeof axis === 'string' && !sizes.has(axis));
    if (unknown.length > 1) bad(`Could not infer sizes for ${setText(unknown)}`);
  }
  groups.forEach((group, at) => unify(solve, sizes, group, dims[at] as Dim));
  return composed(solve, pattern.right, sizes, under);
}
