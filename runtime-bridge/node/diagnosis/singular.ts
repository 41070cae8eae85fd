/** Calls whose value or derivative is infinite somewhere, as traces have seen them. */
import type { CodePlace } from '../../../protocol/src/journal';
import { listFact, placeIn, toNumber } from './rule';
import type { Run } from './run';

export interface SingularCall {
  readonly call: string;
  readonly place: CodePlace;
  /** Smallest absolute input seen. */
  readonly least: number;
}

/** From the nearest to its singularity; each line once. */
export function singularCalls(run: Run): readonly SingularCall[] {
  const found = new Map<string, SingularCall>();
  for (const trace of run.traces)
    for (const each of listFact(trace, 'singular')) {
      const place = placeIn(each);
      const least = toNumber(each['least']);
      if (place === undefined || least === undefined || typeof each['call'] !== 'string') continue;
      const key = `${each['call']} ${String(place.line)}`;
      const before = found.get(key);
      if (before === undefined || least < before.least) found.set(key, { call: each['call'], place, least });
    }
  const order = ['sqrt', 'norm', 'vector_norm', 'rsqrt', 'log', 'cdist', 'std', 'pow', 'acos', 'asin'];
  const rank = (call: string): number => (order.includes(call) ? order.indexOf(call) : order.length);
  return [...found.values()].sort(
    (a, b) => Number(b.least === 0) - Number(a.least === 0) || rank(a.call) - rank(b.call) || a.least - b.least,
  );
}

/** What to do about such a call. */
export function singularAdvice(call: string): string {
  switch (call) {
    case 'sqrt':
    case 'rsqrt':
    case 'pow':
      return `Add a small number inside: torch.sqrt(x + 1e-8); its derivative at 0 is infinite`;
    case 'norm':
    case 'vector_norm':
    case 'cdist':
      return 'Add a small number before the root: the derivative of a norm at 0 is not defined';
    case 'log':
    case 'log2':
    case 'log10':
    case 'log1p':
    case 'logit':
      return 'Keep the argument above 0: torch.log(x.clamp(min=1e-8)), or use a function that works on logs';
    case 'div':
    case 'truediv':
    case 'true_divide':
    case 'reciprocal':
      return 'Add a small number to the divisor, or clamp it away from 0';
    case 'exp':
    case 'expm1':
      return 'Clamp the exponent, or subtract its maximum first: exp overflows above 88';
    case 'softmax':
      return 'Leave at least one entry of each row unmasked: softmax of nothing but -inf is NaN';
    default:
      return `Keep the inputs of ${call} in the range where it is finite, as with clamp`;
  }
}
