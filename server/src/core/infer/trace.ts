/** What modules and operators were called with on one path, kept where somebody asks for it (`Evaluator.tracing`). */
import type { Expr } from '../python/tree';
import type { Value } from './value';

export type Step =
  /** A module begins. `module` is its heap id. */
  | { readonly kind: 'enter'; readonly module: number; readonly node: Expr; readonly inputs: readonly Value[] }
  /** The module that began last is done. */
  | { readonly kind: 'leave'; readonly module: number; readonly value: Value }
  /** An operator, outside and inside of modules; the layers of the framework answer without any. */
  | {
      readonly kind: 'operator';
      readonly name: string;
      readonly node: Expr;
      readonly values: ReadonlyMap<string, Value>;
      readonly value: Value;
    };

/** The steps of a path, the last one first: paths that part share what came before. */
export interface Trace {
  readonly step: Step;
  readonly before: Trace | undefined;
}

/** The steps in order. */
export function stepsOf(trace: Trace | undefined): readonly Step[] {
  const steps: Step[] = [];
  for (let at = trace; at !== undefined; at = at.before) steps.push(at.step);
  return steps.reverse();
}
