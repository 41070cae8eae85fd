/**
 * Symbolic sizes: what the rest of the checker uses of them.
 *
 * A size is a polynomial with integer coefficients over symbols, floor divisions, `min`, `max` and
 * opaque values, in one normal form: two sizes are the same iff their `key`s are equal.
 */
export { broadcastDim, max, min } from './choice';
export { ceilDiv, floorDiv, mod } from './division';
export {
  type Dim,
  type Sym,
  add,
  constantOf,
  freshSym,
  mul,
  neg,
  num,
  power,
  product,
  sub,
  sum,
  sym,
  symOf,
  symbolsOf,
} from './polynomial';
export { parseDim } from './parse-dim';
export { showDim } from './show-dim';
export { evaluate, substitute } from './substitution';
