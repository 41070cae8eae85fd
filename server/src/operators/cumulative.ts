/**
 * One result for each element, computed along an axis: cumsum, cumprod, logcumsumexp, softmax, log_softmax, diff, renorm.
 *
 * Shapes: as the input; diff is n shorter.
 * Errors: `axis-out-of-range`, `dtype-not-supported`, `input-rank-mismatch`.
 * Source: torch.cumsum, torch.softmax, torch.diff, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { max, num, sub } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, joined, numberGiven, rankOf } from './common/axes';
import { differ, isComplex, isIntegral } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { hasNoElements, needs, reshaped, result } from './common/results';
import { signatures } from './signature';

const kernels: Readonly<Record<string, string>> = {
  softmax: 'softmax_kernel_impl',
  log_softmax: 'log_softmax_kernel_impl',
  logcumsumexp: 'logcumsumexp_out_cpu',
};

function difference(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const shape = solve.shape(t);
  if (shape.rest === undefined && shape.lead.length === 0)
    refuse('input-rank-mismatch', 'diff expects input to be at least one-dimensional');
  const times = numberGiven(call, 'n', 1);
  if (times < 0) refuse('argument-out-of-range', `order must be non-negative but got ${times}`, { argument: 'n' });
  if (times === 0) return reshaped(t, shape);
  if (call.given('prepend') || call.given('append')) return giveUp('diff with more values');
  const cut = atAxis(solve, t, numberGiven(call, 'dim', -1)) ?? giveUp('a tensor without dims');
  return result(joined(cut.before, [max(sub(cut.size, num(times)), num(0))], cut.after), t.dtype);
}

/** renorm judges its numbers before the tensor. */
function checkRenorm(call: Call, solve: Solve, t: TensorValue): void {
  const [p, most] = [pythonNumber(call.value('p')), pythonNumber(call.value('maxnorm'))];
  if (p !== undefined && Number(p) <= 0)
    refuse('argument-out-of-range', 'renorm: non-positive-norm not supported', { argument: 'p' });
  if (most !== undefined && Number(most) < 0)
    refuse('argument-out-of-range', `renorm: expected maxnorm to be >= 0 but got ${Number(most)}`, {
      argument: 'maxnorm',
    });
  if (!solve.minRank(t, 2))
    refuse(
      'input-rank-mismatch',
      `renorm: input needs at least 2 dimensions, got ${rankOf(solve, t) ?? 'fewer'} dimensions`,
    );
}

export const cumulative = operator({
  id: 'cumulative',
  names: everyForm('cumsum', 'cumprod', 'logcumsumexp', 'softmax', 'log_softmax', 'diff', 'renorm'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    const t = call.tensor(subjectOf(name));
    if (kind === 'diff') return difference(call, solve, t);
    if (kind === 'renorm') checkRenorm(call, solve, t);
    const cut = atAxis(solve, t, call.number('dim'));
    const asked = call.given('dtype') ? call.dtype('dtype') : null;
    const dtype = asked === null ? t.dtype : asked;
    const kernel = kernels[kind];
    // Along the last axis the softmaxes have kernels of their own.
    const isLast = cut === undefined || (cut.after.rest === undefined && cut.after.lead.length === 0);
    if (kernel !== undefined && !hasNoElements(solve, t))
      needs(
        isLast && kind.endsWith('softmax') ? kernel.replace('_kernel', '_lastdim_kernel') : kernel,
        dtype,
        (d) => !isIntegral(d) && !(kind !== 'logcumsumexp' && isComplex(d)),
      );
    if (isInPlace(name) && differ(asked ?? undefined, t.dtype)) giveUp('another element type in place');
    const whole = kind.startsWith('cum') && asked === null && isIntegral(dtype);
    return isInPlace(name) ? reshaped(t, solve.shape(t)) : result(solve.shape(t), whole ? 'int64' : dtype);
  }),
});
