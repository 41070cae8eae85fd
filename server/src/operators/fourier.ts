/**
 * Fourier transforms of torch.fft: fft, ifft, rfft, irfft, hfft, ihfft, their 2-D and n-D forms, fftshift, fftfreq.
 *
 * Shapes: as the input, or n along the axis; rfft: n // 2 + 1; irfft: 2 * (n - 1).
 * Errors: `axis-out-of-range`, `duplicate-axis`, `argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.fft, ATen/native/SpectralOps.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { add, floorDiv, mul, num, sub, type Dim } from '../core/shape/dim';
import { complexOf, floatingOf, isComplex, realOf, type DType } from '../core/shape/dtype';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axesGiven, axisIndex, replaced, showing } from './common/axes';
import { scalarName } from './common/dtypes';
import { shortName } from './common/names';
import { DEFAULT_FLOAT } from './common/promotion';
import { reshaped, result } from './common/results';
import { signatures } from './signature';

const one = num(1);
const two = num(2);

/** The size after a transform of the last of the axes; others keep theirs. */
const halved = (size: Dim): Dim => add(floorDiv(size, two), one);
const doubled = (size: Dim): Dim => mul(two, sub(size, one));

type Flavour = 'complex' | 'to half' | 'from half';
const flavourOf = (kind: string): Flavour =>
  /^(rfft|ihfft)/.test(kind) ? 'to half' : /^(irfft|hfft)/.test(kind) ? 'from half' : 'complex';

function typeOf(flavour: Flavour, kind: string, dtype: DType | undefined): DType | undefined {
  if (dtype === undefined) return undefined;
  if (dtype === 'float16' || dtype === 'bfloat16')
    refuse('dtype-not-supported', `Unsupported dtype ${scalarName(dtype)}`);
  if (flavour === 'to half' && isComplex(dtype)) {
    if (kind === 'ihfftn' || kind === 'ihfft2')
      refuse('dtype-not-supported', `Only supports floating-point dtypes, but found: ${scalarName(dtype)}`);
    const several = /2$|n$/.test(kind);
    const name = several ? kind.replace(/2$/, 'n') : kind;
    refuse(
      'dtype-not-supported',
      `${name} expects a real${several ? '-valued' : ''} input tensor, but got ${scalarName(dtype)}`,
    );
  }
  const full = floatingOf(dtype);
  return flavour === 'from half' ? realOf(full) : complexOf(full);
}

/** The axes and the sizes that are asked for along them. */
function plan(
  call: Call,
  solve: Solve,
  t: TensorValue,
  kind: string,
): { readonly axes: readonly number[]; readonly sizes: readonly (Dim | undefined)[] } {
  if (!/2$|n$/.test(kind)) {
    const size = call.intOrNone('n');
    return { axes: [call.number('dim')], sizes: [size ?? undefined] };
  }
  const sizes = call.given('s') ? call.intsOrNone('s') : null;
  const written = call.given('dim') ? axesGiven(call) : kind.endsWith('2') ? [-2, -1] : null;
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

function transform(call: Call, solve: Solve, t: TensorValue, kind: string): TensorValue {
  const norm = call.given('norm') ? call.value('norm') : undefined;
  if (norm?.kind === 'str' && norm.value !== undefined && !['forward', 'backward', 'ortho'].includes(norm.value))
    giveUp('a norm of another name');
  const flavour = flavourOf(kind);
  const dtype = typeOf(flavour, kind, t.dtype);
  const { axes, sizes } = plan(call, solve, t, kind);
  const known = dimsOf(solve.shape(t));
  if (axes.length === 0) return giveUp('a transform of no axes');
  if (known?.length === 0)
    refuse('axis-out-of-range', `Dimension specified as ${axes[0]} but tensor has no dimensions`);
  const shape = showing(solve, t, axes, 'dim');
  if (known !== undefined && new Set(axes.map((axis) => axisIndex(axis, known.length))).size !== axes.length)
    refuse('duplicate-axis', 'FFT dims must be unique');
  const shaped = replaced(shape, axes, (size, at) => {
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
    const points = flavour === 'from half' && last ? length : input;
    if (solve.less(points, one) === 'yes')
      refuse('argument-out-of-range', `Invalid number of data points (${solve.text(points)}) specified`);
    return [length];
  });
  return result(shaped, dtype);
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
      return result([kind === 'rfftfreq' ? halved(n) : n], asked === null ? DEFAULT_FLOAT : asked);
    }
    const t = call.tensor('input');
    if (!kind.endsWith('shift')) return transform(call, solve, t, kind);
    showing(solve, t, axesGiven(call) ?? [], 'dim');
    return reshaped(t, solve.shape(t));
  }),
});
