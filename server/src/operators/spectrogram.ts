/**
 * Short-time Fourier transforms and back: stft, istft.
 *
 * Shapes: stft: (*b, L) -> (*b, n_fft // 2 + 1, frames), all n_fft frequencies if not onesided; istft: the samples.
 * Errors: `argument-out-of-range`, `dtype-not-supported`, `input-rank-mismatch`.
 * Source: ATen/native/SpectralOps.cpp, torch/functional.py, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { add, floorDiv, mul, num, sub, type Dim } from '../core/shape/dim';
import { complexOf, isComplex, realOf } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { boolGiven } from './common/axes';
import { shortName, subjectOf } from './common/names';
import { result } from './common/results';
import { signatures } from './signature';

const one = num(1);
const two = num(2);

const intGiven = (call: Call, name: string): Dim | null => (call.given(name) ? call.intOrNone(name) : null);
const flagGiven = (call: Call, name: string): boolean | null =>
  !call.given(name) || call.value(name).kind === 'none' ? null : call.bool(name);

interface Frames {
  readonly points: Dim;
  readonly hop: Dim;
  readonly window: TensorValue | null;
}

/** Gives up where a length may be one that PyTorch refuses: its sentence prints the whole call. */
function framesOf(call: Call, solve: Solve): Frames {
  const points = call.int('n_fft');
  const hop = intGiven(call, 'hop_length') ?? floorDiv(points, num(4));
  const length = intGiven(call, 'win_length') ?? points;
  const window = call.given('window') ? call.tensorOrNone('window') : null;
  const fits =
    solve.less(num(0), points) === 'yes' &&
    solve.less(num(0), hop) === 'yes' &&
    solve.less(num(0), length) === 'yes' &&
    solve.less(points, length) === 'no';
  if (!fits) giveUp('lengths that PyTorch may refuse');
  if (window !== null) {
    const dims = solve.dims(window);
    if (dims.length !== 1 || solve.equal(dims[0] as Dim, length) !== 'yes') giveUp('a window of another length');
  }
  return { points, hop, window };
}

function forward(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const real = t.dtype !== undefined && !isComplex(t.dtype);
  const asComplex = flagGiven(call, 'return_complex');
  const window = call.given('window') ? call.tensorOrNone('window') : null;
  if (t.dtype === undefined || (window !== null && window.dtype === undefined))
    giveUp('an element type that is not known');
  const complexWindow = window?.dtype !== undefined && isComplex(window.dtype);
  if (asComplex === null && real && !complexWindow)
    refuse(
      'argument-out-of-range',
      'stft requires the return_complex parameter be given for real inputs, and will further require that return_complex=True in a future PyTorch release.',
    );
  if (real && t.dtype !== 'float32' && t.dtype !== 'float64') giveUp('a transform of this element type');
  const { points, hop } = framesOf(call, solve);
  const dims = solve.dims(t);
  if (dims.length !== 1 && dims.length !== 2) giveUp('a signal of another number of dims');
  if (dims.some((size) => solve.less(num(0), size) !== 'yes')) giveUp('maybe nothing to transform');
  const samples = dims.at(-1) as Dim;
  const centred = boolGiven(call, 'center', true);
  const half = floorDiv(points, two);
  const mode = call.given('pad_mode') ? call.string('pad_mode') : 'reflect';
  if (centred && mode !== 'constant' && solve.less(half, samples) !== 'yes') giveUp('a signal that may be too short');
  if (centred && mode !== 'constant' && mode !== 'reflect') giveUp('another padding');
  const padded = centred ? add(samples, mul(two, half)) : samples;
  if (solve.less(padded, points) !== 'no') giveUp('a signal that may be too short');
  const onesided = flagGiven(call, 'onesided') ?? (real && !complexWindow);
  if (onesided && (!real || complexWindow))
    refuse('argument-out-of-range', 'Cannot have onesided output if window or input is complex', {
      argument: 'onesided',
    });
  const frequencies = onesided ? add(half, one) : points;
  const frames = add(floorDiv(sub(padded, points), hop), one);
  const shape = [...dims.slice(0, -1), frequencies, frames];
  return asComplex === false ? result([...shape, two], realOf(t.dtype)) : result(shape, complexOf(t.dtype));
}

function back(call: Call, solve: Solve, t: TensorValue): TensorValue {
  if (t.dtype !== undefined && !isComplex(t.dtype))
    refuse(
      'dtype-not-supported',
      'istft requires a complex-valued input tensor matching the output from stft with return_complex=True.',
    );
  const { points, hop, window } = framesOf(call, solve);
  const dims = solve.dims(t);
  if (dims.length !== 2 && dims.length !== 3) giveUp('a spectrogram of another number of dims');
  const [frequencies, frames] = dims.slice(-2) as [Dim, Dim];
  if (dims.some((size) => solve.less(num(0), size) !== 'yes')) giveUp('maybe nothing to transform');
  const asComplex = flagGiven(call, 'return_complex') ?? false;
  const onesided = flagGiven(call, 'onesided') ?? solve.equal(frequencies, points) !== 'yes';
  if (asComplex && onesided) giveUp('complex samples of one side');
  if (!asComplex && window?.dtype !== undefined && isComplex(window.dtype)) giveUp('a complex window');
  if (solve.equal(frequencies, onesided ? add(floorDiv(points, two), one) : points) !== 'yes')
    giveUp('another number of frequencies');
  // The window must reach everywhere: without one it is ones.
  if (window !== null && !boolGiven(call, 'center', true)) giveUp('a window that may leave gaps');
  const length = intGiven(call, 'length');
  const centred = boolGiven(call, 'center', true);
  const whole = add(points, mul(hop, sub(frames, one)));
  const start = centred ? floorDiv(points, two) : num(0);
  const samples = length ?? (centred ? sub(whole, mul(two, start)) : whole);
  if (solve.less(num(0), samples) !== 'yes' || solve.less(points, hop) !== 'no') giveUp('no samples');
  const dtype = t.dtype && (asComplex ? t.dtype : realOf(t.dtype));
  return result([...dims.slice(0, -2), samples], dtype);
}

export const spectrogram = operator({
  id: 'spectrogram',
  names: ['torch.stft', 'torch.Tensor.stft', 'torch.istft', 'torch.Tensor.istft'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    return shortName(name) === 'stft' ? forward(call, solve, t) : back(call, solve, t);
  }),
});
