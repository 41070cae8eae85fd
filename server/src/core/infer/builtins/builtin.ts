/** What built-in functions are, and how they read their arguments. */
import type * as tree from '../../python/tree';
import type { Arguments } from '../bind';
import type { Evaluator } from '../evaluator';
import { settle } from '../latent';
import type { Value } from '../value';

export type Builtin = (ev: Evaluator, args: Arguments, node: tree.Expr) => Value;

/** The argument at a position or of a name, with what was learned about it. */
export const at = (ev: Evaluator, args: Arguments, index: number, name?: string): Value | undefined => {
  const given = args.positional[index] ?? (name === undefined ? undefined : args.keywords.get(name));
  return given === undefined ? undefined : settle(ev, given.value);
};

/** A node for built-ins that report nothing. */
export const NOWHERE: tree.Expr = { kind: 'none', at: { file: '', base: 0 }, start: 0, end: 0 };
