/** Mixed precision: inside of `autocast` operators choose floating-point types themselves. */
import type * as tree from '../python/tree';
import { isFloating } from '../shape/dtype';
import type { Evaluator } from './evaluator';
import type { Value } from './value';

/** `torch.autocast("cuda")`, `torch.cuda.amp.autocast()`, `accelerator.autocast()`. */
const AUTOCAST = /\bautocast\b/;

/** Whether a context manager or a decorator turns mixed precision on, or may do so. */
export const entersAutocast = (ev: Evaluator, exprs: readonly tree.Expr[]): boolean =>
  exprs.some((expr) => AUTOCAST.test(ev.program.textOf(expr)));

/** The value without the floating-point type that may be another one. */
export function ofAnyFloat(value: Value): Value {
  if (value.kind === 'tuple') return { ...value, items: value.items.map(ofAnyFloat) };
  return value.kind === 'tensor' && value.dtype !== undefined && isFloating(value.dtype)
    ? { ...value, dtype: undefined }
    : value;
}
