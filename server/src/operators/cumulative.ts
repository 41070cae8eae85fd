/**
 * One result for each element, computed along an axis: cumsum, cumprod, logcumsumexp, softmax, log_softmax, diff, renorm.
 *
 * Shapes: as the input; diff is n shorter.
 * Errors: `axis-out-of-range`, `dtype-not-supported`, `input-rank-mismatch`.
 * Source: torch.cumsum, torch.softmax, torch.diff, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { add, max, num, sub, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, axisIndex, joined, numberGiven, rankOf } from './common/axes';
import { differ, isComplex, isIntegral } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { resultType } from './common/promotion';
import { hasNoElements, needs, reshaped, result } from './common/results';
import { signatures } from './signature';

const kernels: Readonly<Record<string, string>> = {
  softmax: 'softmax_kernel_impl',
  log_softmax: 'log_softmax_kernel_impl',
  logcumsumexp: 'logcumsumexp_out_cpu',
};

/** The values put before and behind: of the input's sizes, but along the axis. */
function checkExtension(solve: Solve, t: TensorValue, more: TensorValue, axis: number): void {
  const [own, sizes] = [solve.dims(t), solve.dims(more)];
  if (own.length !== sizes.length)
    refuse('input-rank-mismatch', 'diff expects prepend or append to be the same dimension as input');
  const along = axisIndex(axis, own.length, 'dim');
  for (const [i, size] of own.entries()) {
    const other = sizes[i] as Dim;
    if (i === along || solve.same(size, other, 'what is put before or behind has the sizes of the input')) continue;
    refuse(
      'cat-size-mismatch',
      'diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; ' +
        `input.size(${i}) = ${solve.text(size)}, but got tensor.size(${i}) = ${solve.text(other)}`,
    );
  }
}

function difference(call: Call, solve: Solve, t: TensorValue): TensorValue {
  const shape = solve.shape(t);
  if (shape.rest === undefined && shape.lead.length === 0)
    refuse('input-rank-mismatch', 'diff expects input to be at least one-dimensional');
  const times = numberGiven(call, 'n', 1);
  if (times < 0) refuse('argument-out-of-range', `order must be non-negative but got ${times}`, { argument: 'n' });
  const added = ['prepend', 'append'].flatMap((name) => (call.given(name) ? (call.tensorOrNone(name) ?? []) : []));
  if (times === 0 && added.length === 0) return reshaped(t, shape);
  const axis = numberGiven(call, 'dim', -1);
  const cut = atAxis(solve, t, axis) ?? giveUp('a tensor without dims');
  for (const more of added) checkExtension(solve, t, more, axis);
  if (times === 0) return reshaped(t, shape);
  const length = added.reduce((sum, more) => add(sum, atAxis(solve, more, axis)?.size ?? num(0)), cut.size);
  const dtype =
    added.length === 0
      ? t.dtype
      : resultType(
          solve,
          [t, ...added].map((tensor) => ({ tensor })),
        );
  return result(joined(cut.before, [max(sub(length, num(times)), num(0))], cut.after), dtype);
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
  if (call.value('p').kind === 'float' && p === 'Infinity' && hasNoElements(solve, t)) giveUp('a norm of nothing');
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
    const out = isInPlace(name) ? t.dtype : asked === null ? undefined : asked;
    if (kind.startsWith('cum') && out === 'bool') giveUp(`${kind} of bools`);
    const whole = kind.startsWith('cum') && asked === null && isIntegral(dtype);
    return isInPlace(name) ? reshaped(t, solve.shape(t)) : result(solve.shape(t), whole ? 'int64' : dtype);
  }),
});
