/**
 * Sums and differences along axes: trapezoid, trapz, cumulative_trapezoid, gradient.
 *
 * Shapes: trapezoid removes the axis, cumulative_trapezoid makes it one shorter; gradient gives a list, one tensor of
 * the input's shape an axis. Whole numbers become floats.
 * Errors: `axis-out-of-range`, `duplicate-axis`, `broadcast-mismatch`, `dtype-not-supported`, `argument-out-of-range`,
 *   `samples-mismatch`.
 * Source: ATen/native/Integration.cpp, ATen/native/ReduceOps.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type Value } from '../core/infer/value';
import { max, num, sub, type Dim } from '../core/shape/dim';
import { shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex, distinct } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { isHalf } from './common/dtypes';
import { everyForm, shortName, subjectOf } from './common/names';
import { resultType, toFloat } from './common/promotion';
import { result } from './common/results';
import { signatures } from './signature';

const one = num(1);

/** As `x[1:] - x[:-1]` along the axis. */
const shorter = (solve: Solve, dims: readonly Dim[], axis: number): readonly Dim[] =>
  dims.map((size, i) =>
    i !== axis ? size : solve.less(size, one) === 'no' ? sub(size, one) : max(sub(size, one), num(0)),
  );

function area(call: Call, solve: Solve, kind: string): TensorValue {
  const y = call.tensor('y');
  const x = call.given('x') ? call.tensor('x') : null;
  const cumulative = kind === 'cumulative_trapezoid';
  const name = cumulative ? kind : 'trapezoid';
  const dims = solve.dims(y);
  if (dims.length === 0) giveUp('a tensor without dims');
  const axis = axisIndex(call.given('dim') ? call.number('dim') : -1, dims.length, 'dim');
  if (x === null) {
    if (y.dtype === 'bool')
      refuse('dtype-not-supported', `${name}: received a bool input for \`y\`, but bool is not supported`);
    return result(given(shapeOf(shorter(solve, dims, axis)), axis, cumulative), toFloat(y.dtype));
  }
  if (y.dtype === 'bool' || x.dtype === 'bool')
    refuse('dtype-not-supported', `${name}: received a bool input for \`x\` or \`y\`, but bool is not supported`);
  const widths = solve.dims(x);
  if ([...dims, ...widths].some((size) => solve.less(num(0), size) !== 'yes')) giveUp('maybe no samples');
  if (widths.length === 0) giveUp('places without dims');
  // Places of one dim stand along the axis; of several they broadcast.
  if (widths.length === 1 && !solve.same(widths[0] as Dim, dims[axis] as Dim, 'a place for each sample'))
    refuse('samples-mismatch', `${name}: There must be one \`x\` value for each sample point`, { argument: 'x' });
  if (widths.length !== 1 && widths.length !== dims.length) giveUp('places of another number of dims');
  const step = widths.length === 1 ? dims.map((_, i) => (i === axis ? (dims[axis] as Dim) : one)) : widths;
  const [steps, means] = [shapeOf(shorter(solve, step, axis)), shapeOf(shorter(solve, dims, axis))];
  const whole = broadcastShapes(solve, means, steps);
  const dtype = toFloat(resultType(solve, [{ tensor: x }, { tensor: y }]));
  return result(given(whole, axis, cumulative), dtype);
}

/** The shape of the areas, or of their sums along the axis. */
const given = (areas: Shape, axis: number, cumulative: boolean): Shape =>
  cumulative ? areas : shapeOf(areas.lead.filter((_, i) => i !== axis));

function gradient(call: Call, solve: Solve, t: TensorValue): Value {
  const dims = solve.dims(t);
  const written = call.given('dim') ? call.numbers('dim') : null;
  const axes = written ?? dims.map((_, i) => i);
  const spacing = call.given('spacing') ? call.value('spacing') : undefined;
  const listed = spacing === undefined ? undefined : call.items(spacing);
  if (listed?.some((item) => item.kind !== 'int' && item.kind !== 'float' && item.kind !== 'tensor'))
    giveUp('a spacing that is no number');
  const wanted = written === null ? dims.length : written.length;
  if (listed !== undefined && listed.length !== wanted)
    refuse(
      'argument-out-of-range',
      written === null
        ? `torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = ${dims.length}', since dim argument was not given, but got a list of length ${listed.length}`
        : `torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${listed.length} and a dim argument of length ${written.length}.`,
      { argument: 'spacing' },
    );
  if (t.dtype === 'uint8') refuse('dtype-not-supported', 'torch.gradient does not support uint8 input.');
  const order = call.given('edge_order') ? call.number('edge_order') : 1;
  if (order !== 1 && order !== 2)
    refuse('argument-out-of-range', 'torch.gradient only supports edge_order=1 and edge_order=2.');
  distinct(axes, dims.length);
  for (const axis of axes)
    if (!solve.atLeast(dims[axisIndex(axis, dims.length)] ?? one, order + 1, 'enough points for a difference'))
      refuse('argument-out-of-range', 'torch.gradient expected each dimension size to be at least edge_order+1');
  if (t.dtype === 'bool' || isHalf(t.dtype)) giveUp('differences of this element type');
  listed?.forEach((item, i) => {
    if (item.kind !== 'tensor') return;
    // Places for each point: their number must be that of the axis.
    const own = solve.dims(item);
    const size = dims[axisIndex(axes[i] as number, dims.length)];
    if (own.length !== 1 || size === undefined || solve.equal(own[0] as Dim, size) !== 'yes')
      giveUp('places that do not fit');
    if (item.dtype !== 'float32' || t.dtype === 'float64') giveUp('places of another element type');
  });
  const tensors = axes.map(() => result(solve.shape(t), toFloat(t.dtype)));
  return tuple(tensors);
}

export const trapezoid = operator({
  id: 'trapezoid',
  names: everyForm('trapezoid', 'trapz', 'cumulative_trapezoid', 'gradient'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    return kind === 'gradient' ? gradient(call, solve, call.tensor(subjectOf(name))) : area(call, solve, kind);
  }),
});
