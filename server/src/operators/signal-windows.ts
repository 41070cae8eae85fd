/**
 * Windows of torch.signal.windows: hann, hamming, kaiser, gaussian and others.
 *
 * Shapes: M -> (M,).
 * Errors: `negative-size`, `dtype-not-supported`, `argument-out-of-range`.
 * Source: torch/signal/windows/windows.py, PyTorch 2.13.
 */
import { operator, type Call } from '../core/infer/operator';
import { num } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { pythonNumber } from './common/literals';
import { shortName } from './common/names';
import { DEFAULT_FLOAT } from './common/promotion';
import { result } from './common/results';
import { signatures } from './signature';

/** The function that each one hands on to, which the messages name. */
const spoken: Readonly<Record<string, string>> = {
  hann: 'general_cosine',
  hamming: 'general_cosine',
  nuttall: 'general_cosine',
  general_hamming: 'general_cosine',
};
const names = [
  'bartlett',
  'blackman',
  'cosine',
  'exponential',
  'gaussian',
  'general_cosine',
  'general_hamming',
  'hamming',
  'hann',
  'kaiser',
  'nuttall',
];

const numberOf = (call: Call, name: string): string | undefined =>
  call.given(name) ? pythonNumber(call.value(name)) : undefined;

/** Numbers that a window doesn't have. */
function checkNumbers(call: Call, kind: string): void {
  const [tau, std, beta] = ['tau', 'std', 'beta'].map((name) => numberOf(call, name));
  if (kind === 'exponential') {
    if (tau !== undefined && Number(tau) <= 0)
      refuse('argument-out-of-range', `Tau must be positive, got: ${tau} instead.`, { argument: 'tau' });
    const centred = call.given('center') && call.value('center').kind !== 'none';
    const symmetric = !call.given('sym') || call.bool('sym');
    if (centred && symmetric)
      refuse('argument-out-of-range', 'Center must be None for symmetric windows', { argument: 'center' });
  }
  if (kind === 'gaussian' && std !== undefined && Number(std) <= 0)
    refuse('argument-out-of-range', `Standard deviation must be positive, got: ${std} instead.`, { argument: 'std' });
  if (kind === 'kaiser' && beta !== undefined && Number(beta) < 0)
    refuse('argument-out-of-range', `beta must be non-negative, got: ${beta} instead.`, { argument: 'beta' });
  if (kind === 'general_cosine' && call.items(call.value('a'))?.length === 0)
    refuse('argument-out-of-range', 'Coefficients cannot be empty', { argument: 'a' });
}

function checkLayout(call: Call, kind: string): void {
  const layout = call.value('layout');
  const name = layout.kind === 'external' ? layout.path : undefined;
  if (!name?.startsWith('torch.')) giveUp('a layout that is not known');
  if (name !== 'torch.strided')
    refuse('argument-out-of-range', `${kind} is implemented for strided tensors only, got: ${name}`, {
      argument: 'layout',
    });
}

export const signalWindows = operator({
  id: 'signal-windows',
  names: names.map((name) => `torch.signal.windows.${name}`),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    const function_ = spoken[kind] ?? kind;
    if (call.value('M').kind !== 'int') giveUp('a length that is no whole number');
    const size = call.int('M');
    const layout = call.given('layout') ? call.value('layout').kind : 'none';
    if (solve.less(size, num(0)) === 'yes')
      refuse('negative-size', `${function_} requires non-negative window length, got M=${solve.text(size)}`, {
        argument: 'M',
      });
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    if (asked !== null && asked !== undefined && asked !== 'float32' && asked !== 'float64')
      refuse('dtype-not-supported', `${function_} expects float32 or float64 dtypes, got: torch.${asked}`, {
        argument: 'dtype',
      });
    if (layout !== 'none') checkLayout(call, function_);
    if (kind === 'general_cosine') {
      const coefficients = call.value('a');
      if (coefficients.kind === 'int' || coefficients.kind === 'float' || coefficients.kind === 'none')
        refuse('argument-out-of-range', 'Coefficients must be a list/tuple', { argument: 'a' });
    }
    checkNumbers(call, kind);
    return result([size], asked === null ? DEFAULT_FLOAT : asked);
  }),
});
