/**
 * Fourier transforms of torch.fft: fft, ifft, rfft, irfft, hfft, ihfft, their 2-D and n-D forms, fftshift, fftfreq.
 *
 * Shapes: as the input, or n along the axis; rfft: n // 2 + 1; irfft: 2 * (n - 1).
 * Errors: `axis-out-of-range`, `duplicate-axis`, `argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.fft, ATen/native/SpectralOps.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { sizeAt } from '../core/shape/axis';
import { add, floorDiv, mul, num, sub, type Dim } from '../core/shape/dim';
import { complexOf, floatingOf, isComplex, realOf, type DType } from '../core/shape/dtype';
import type { Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axesGiven, axisIndex, rankOf, replaced, showing } from './common/axes';
import { isHalf, isIntegral, scalarName } from './common/dtypes';
import { shortName } from './common/names';
import { DEFAULT_FLOAT } from './common/promotion';
import { reshaped, result } from './common/results';
import { isZero } from './common/sizes';
import { signatures } from './signature';

const one = num(1);
const two = num(2);

/** The size after a transform of the last of the axes; others keep theirs. */
const halved = (size: Dim): Dim => add(floorDiv(size, two), one);
const doubled = (size: Dim): Dim => mul(two, sub(size, one));

type Flavour = 'complex' | 'to half' | 'from half';
const flavourOf = (kind: string): Flavour =>
  /^(rfft|ihfft)/.test(kind) ? 'to half' : /^(irfft|hfft)/.test(kind) ? 'from half' : 'complex';

/** rfft, rfft2 and rfftn look at the element type before everything else. */
function needsReal(kind: string, dtype: DType | undefined): void {
  if (dtype === undefined || !isComplex(dtype) || !/^(rfft|ihfft$)/.test(kind)) return;
  const several = isOfSeveral(kind);
  refuse(
    'dtype-not-supported',
    `${several ? 'rfftn' : kind} expects a real${several ? '-valued' : ''} input tensor, but got ${scalarName(dtype)}`,
  );
}

/** The element type after a transform. */
function typeOf(flavour: Flavour, dtype: DType | undefined): DType | undefined {
  if (dtype === undefined) return undefined;
  if (flavour === 'to half' && isComplex(dtype))
    refuse('dtype-not-supported', `Only supports floating-point dtypes, but found: ${scalarName(dtype)}`);
  if (isHalf(dtype)) refuse('dtype-not-supported', `Unsupported dtype ${scalarName(dtype)}`);
  if (dtype === 'complex32' || dtype.startsWith('float8')) giveUp(`a transform of ${dtype}`);
  const full = floatingOf(dtype);
  return flavour === 'from half' ? realOf(full) : complexOf(full);
}

/** The transforms over several axes: their names end in 2 or n. */
const isOfSeveral = (kind: string): boolean => /2$|n$/.test(kind);

/** The axes, and the sizes that are asked for along them. */
interface Plan {
  readonly axes: readonly number[];
  readonly sizes: readonly (Dim | undefined)[];
}

/** Axes that the tensor has. */
function checkAxes(solve: Solve, t: TensorValue, axes: readonly number[]): void {
  const rank = rankOf(solve, t);
  const [first] = axes;
  if (rank === 0 && first !== undefined)
    refuse('axis-out-of-range', `Dimension specified as ${first} but tensor has no dimensions`, { argument: 'dim' });
  showing(solve, t, axes, 'dim');
}

/** Axes and sizes in the order in which PyTorch looks at them. */
function planOfSeveral(call: Call, solve: Solve, t: TensorValue, kind: string): Plan {
  const sizes = call.given('s') ? call.intsOrNone('s') : null;
  const written = call.given('dim') ? axesGiven(call) : kind.endsWith('2') ? [-2, -1] : null;
  if (written !== null) {
    checkAxes(solve, t, written);
    const known = rankOf(solve, t);
    if (known !== undefined && new Set(written.map((axis) => axisIndex(axis, known))).size !== written.length)
      refuse('duplicate-axis', 'FFT dims must be unique', { argument: 'dim' });
  }
  if (sizes !== null && written !== null && sizes.length !== written.length)
    refuse('argument-out-of-range', 'When given, dim and shape arguments must have the same length');
  const rank = written === null ? solve.dims(t).length : 0;
  if (sizes !== null && written === null && sizes.length > rank)
    refuse(
      'argument-out-of-range',
      `Got shape with ${sizes.length} values but input tensor only has ${rank} dimensions.`,
    );
  const count = sizes?.length ?? rank;
  const axes = written ?? Array.from({ length: count }, (_, i) => i - count);
  return {
    axes,
    sizes: axes.map((_, i) => (sizes === null || solve.number(sizes[i] as Dim) === -1 ? undefined : sizes[i])),
  };
}

/** A transform has at least one point. */
function checkPoints(solve: Solve, points: Dim): void {
  if (solve.less(points, one) === 'yes')
    refuse('argument-out-of-range', `Invalid number of data points (${solve.text(points)}) specified`);
}

function transform(call: Call, solve: Solve, t: TensorValue, kind: string): TensorValue {
  const norm = call.given('norm') ? call.value('norm') : undefined;
  if (norm?.kind === 'str' && norm.value !== undefined && !['forward', 'backward', 'ortho'].includes(norm.value))
    giveUp('a norm of another name');
  const flavour = flavourOf(kind);
  needsReal(kind, t.dtype);
  if (!isOfSeveral(kind)) {
    if (['tensor', 'bool', 'float'].includes(call.value('n').kind)) giveUp('a number of points that is not an int');
    // Over one axis the element type comes first.
    const dtype = typeOf(flavour, t.dtype);
    const axes = [call.number('dim')];
    checkAxes(solve, t, axes);
    return result(transformed(solve, t, flavour, { axes, sizes: [call.intOrNone('n') ?? undefined] }), dtype);
  }
  const plan = planOfSeveral(call, solve, t, kind);
  const shape = solve.shape(t);
  for (const [i, axis] of plan.axes.entries()) {
    const size = plan.sizes[i] ?? sizeAt(shape, axis);
    if (size !== undefined) checkPoints(solve, size);
  }
  if (plan.axes.length === 0) {
    if (flavour === 'complex') return giveUp('a transform of no axes');
    refuse('argument-out-of-range', `${kind.replace(/2$/, 'n')} must transform at least one axis`);
  }
  // The number of points of the last axis comes before the element type.
  const after = transformed(solve, t, flavour, plan);
  return result(after, typeOf(flavour, t.dtype));
}

/** The shape after a transform. */
function transformed(solve: Solve, t: TensorValue, flavour: Flavour, { axes, sizes }: Plan): Shape {
  const shape = showing(solve, t, axes, 'dim');
  const after = replaced(shape, axes, (size, at) => {
    const asked = sizes[at];
    const input = asked ?? size;
    const last = at === axes.length - 1;
    const length =
      last && flavour === 'to half'
        ? halved(input)
        : last && flavour === 'from half' && asked === undefined
          ? doubled(size)
          : input;
    // The transform is of that many points, whatever is kept of them.
    checkPoints(solve, flavour === 'from half' && last ? length : input);
    return [length];
  });
  if ([...after.lead, ...after.tail].some((size) => isZero(solve, size))) giveUp('transforms of no vectors');
  return after;
}

export const fourier = operator({
  id: 'fourier',
  names: [
    ...['fft', 'ifft', 'rfft', 'irfft', 'hfft', 'ihfft'].flatMap((name) => [name, `${name}2`, `${name}n`]),
    'fftshift',
    'ifftshift',
    'fftfreq',
    'rfftfreq',
  ].map((name) => `torch.fft.${name}`),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind.endsWith('freq')) {
      const n = call.int('n');
      // C++ halves negative numbers towards zero.
      if (kind === 'rfftfreq' && solve.less(n, num(0)) === 'yes') giveUp('a negative number of samples');
      const asked = call.given('dtype') ? call.dtype('dtype') : null;
      if (asked !== null && isIntegral(asked))
        refuse('dtype-not-supported', `${kind} requires a floating point or complex dtype`, { argument: 'dtype' });
      return result([kind === 'rfftfreq' ? halved(n) : n], asked === null ? DEFAULT_FLOAT : asked);
    }
    const t = call.tensor('input');
    if (!kind.endsWith('shift')) return transform(call, solve, t, kind);
    const axes = axesGiven(call);
    if (axes !== null) checkAxes(solve, t, axes);
    if (axes?.length === 0 || (axes === null && rankOf(solve, t) === 0))
      refuse('argument-out-of-range', '`shifts` required', { argument: 'dim' });
    return reshaped(t, solve.shape(t));
  }),
});
