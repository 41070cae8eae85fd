/**
 * einops.pack and unpack: tensors of different ranks merged along one axis, and cut apart again.
 *
 * Shapes: pack([(b, h, w, c), (b, c)], 'b * c') -> (b, h * w + 1, c) and the shapes under the star.
 * Errors: `einops-pattern-invalid`, `einops-size-mismatch`, `cat-size-mismatch`.
 * Source: einops 0.8, einops/packing.py.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type Value } from '../core/infer/value';
import { floorDiv, num, product, sub, sum, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { concatenate } from './cat';
import { answering, giveUp, refuse } from './common/answer';
import { PATTERN, SIZES } from './common/einops';
import { shortName } from './common/names';
import { reshaped } from './common/results';
import { brackets, isZero, torchSize } from './common/sizes';

/** How many axes are before and after the star. */
function analyse(pattern: string, kind: string): readonly [number, number] {
  const axes = pattern.split(/\s+/).filter((axis) => axis !== '');
  const bad = (message: string): never => refuse(PATTERN, message, { argument: 'pattern' });
  if (new Set(axes).size !== axes.length) bad(`Duplicates in axes names in ${kind}(..., "${pattern}")`);
  const star = axes.indexOf('*');
  if (star < 0) bad(`No *-axis in ${kind}(..., "${pattern}")`);
  for (const axis of axes)
    if (axis !== '*' && !/^[A-Za-z]\w*$/.test(axis)) bad(`Invalid axis name ${axis} in ${kind}(..., "${pattern}")`);
  return [star, axes.length - star - 1];
}

function packed(call: Call, solve: Solve, pattern: string): Value {
  const [before, after] = analyse(pattern, 'pack');
  const shapes: Value[] = [];
  const flat = call.tensors('tensors').map((t, at) => {
    const dims = solve.dims(t);
    if (dims.length < before + after)
      refuse(
        SIZES,
        `packed tensor #${at} (enumeration starts with 0) has shape ${torchSize(solve, dims)}, while pattern ${pattern} assumes at least ${before + after} axes`,
        { argument: 'tensors' },
      );
    const end = dims.length - after;
    const under = dims.slice(before, end);
    const [first, last] = [dims.slice(0, before), dims.slice(end)];
    if ([...first, ...last].some((dim) => isZero(solve, dim)))
      refuse(
        SIZES,
        `cannot reshape tensor of 0 elements into shape ${brackets(solve, [...first, num(-1), ...last])} because the unspecified dimension size -1 can be any value and is ambiguous`,
        { argument: 'tensors' },
      );
    shapes.push({ kind: 'shape', shape: shapeOf(under) });
    return reshaped(t, [...first, product(under.map((dim) => solve.dim(dim))), ...last]);
  });
  return tuple([concatenate(solve, flat, before), tuple(shapes)]);
}

/** The shapes that unpack is asked for, and how the caller wrote them. */
function askedShapes(call: Call, solve: Solve): readonly (readonly Dim[])[] {
  const items = call.items(call.value('packed_shapes')) ?? giveUp('the shapes are not known');
  return items.map((item) => {
    if (item.kind === 'shape') return dimsOf(item.shape) ?? giveUp('the shapes are not known');
    const sizes = call.items(item) ?? giveUp('the shapes are not known');
    return sizes.map((size) => (size.kind === 'int' ? solve.dim(size.dim) : giveUp('the shapes are not known')));
  });
}

function unpacked(call: Call, solve: Solve, pattern: string): Value {
  const [before, after] = analyse(pattern, 'unpack');
  const t = call.tensor('tensor');
  if (!solve.rank(t, [before + 1 + after]))
    refuse(SIZES, `unpack(..., ${pattern}) received input of wrong dim with shape ${torchSize(solve, solve.dims(t))}`, {
      argument: 'tensor',
    });
  const dims = solve.dims(t);
  const size = dims[before] as Dim;
  const shapes = askedShapes(call, solve);
  const isOpen = (dim: Dim): boolean => solve.number(dim) === -1;
  const open = shapes.filter((shape) => shape.some(isOpen)).length;
  const written = `[${shapes.map((shape) => (shape.length === 1 ? `(${solve.text(shape[0] as Dim)},)` : `(${shape.map((dim) => solve.text(dim)).join(', ')})`)).join(', ')}]`;
  if (shapes.length === 0) return tuple([]);
  if (open > 1)
    refuse(SIZES, `unpack(..., ${pattern}) received more than one -1 in ${written} and can't infer dimensions`, {
      argument: 'packed_shapes',
    });
  // Without elements any shape without elements will do.
  if (dims.some((dim, i) => i !== before && isZero(solve, dim))) return giveUp('a tensor without elements');
  const clash = (): never =>
    refuse(
      SIZES,
      `Error during unpack(..., "${pattern}"): could not split axis of size ${solve.text(size)} into requested ${written}`,
      { argument: 'packed_shapes' },
    );
  const lengths = shapes.map((shape) => (shape.some(isOpen) ? undefined : product(shape)));
  const known = sum(lengths.filter((length) => length !== undefined));
  if (open === 0 && !solve.same(known, size, 'the parts make up the axis')) clash();
  const rest = sub(size, known);
  return tuple(
    shapes.map((shape) =>
      reshaped(t, [...dims.slice(0, before), ...filled(solve, shape, rest, clash), ...dims.slice(dims.length - after)]),
    ),
  );
}

/** The -1 of a shape filled in from what remains of the axis. */
function filled(solve: Solve, shape: readonly Dim[], rest: Dim, clash: () => never): readonly Dim[] {
  const at = shape.findIndex((dim) => solve.number(dim) === -1);
  if (at < 0) return shape;
  if (shape.some((dim, i) => i > at && solve.number(dim) === -1)) clash();
  if (!solve.atLeast(rest, 0)) clash();
  const others = product(shape.filter((_, i) => i !== at));
  if (!solve.divides(others, rest, 'the parts make up the axis')) clash();
  return shape.map((dim, i) => (i === at ? solve.dim(floorDiv(rest, others)) : dim));
}

export const einopsPack = operator({
  id: 'einops-pack',
  names: ['einops.pack', 'einops.unpack', 'einops.packing.pack', 'einops.packing.unpack'],
  params: (name) => [
    shortName(name) === 'pack' ? 'tensors: any, pattern: str' : 'tensor: Tensor, packed_shapes: any, pattern: str',
  ],
  infer: answering((call, solve, name) => {
    const pattern = call.string('pattern') ?? giveUp('the pattern is not known');
    return shortName(name) === 'pack' ? packed(call, solve, pattern) : unpacked(call, solve, pattern);
  }),
});
