/** Numbers: conversions, rounding, extremes, and what `math` computes. */
import { at, NOWHERE, type Builtin } from './builtin';
import type * as tree from '../../python/tree';
import { ceilDiv, constantOf, floorDiv, freshSym, max, min, mod, num, product, sym, type Dim } from '../../shape/dim';
import { binaryOperation } from '../arithmetic';
import type { Arguments } from '../bind';
import { comparison } from '../compare';
import { iterate } from '../containers';
import { type Evaluator } from '../evaluator';
import { intOf, settle } from '../latent';
import { float, int, none, tensor, tuple, unknown, type Value } from '../value';

export function toInt(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const value = at(ev, args, 0) ?? int(num(0));
  switch (value.kind) {
    case 'int':
      return value;
    case 'bool':
      return value.value === undefined ? unknown('the value of a bool') : int(num(Number(value.value)));
    case 'float': {
      if (value.value !== undefined)
        return Number.isFinite(value.value)
          ? int(num(Math.trunc(value.value)))
          : unknown('a number that is not finite', node);
      // Sizes are not negative, where truncation is floor.
      if (
        value.ratio !== undefined &&
        ev.machine.facts.range(value.ratio.over).low >= 0 &&
        ev.machine.facts.range(value.ratio.under).low >= 0
      )
        return int(floorDiv(value.ratio.over, value.ratio.under));
      return int(sym(freshSym('int', -Infinity)));
    }
    case 'str':
      return value.value !== undefined && /^-?\d+$/.test(value.value)
        ? int(num(Number(value.value)))
        : int(sym(freshSym('int', -Infinity)));
    case 'latent':
      return value.hint === 'number' ? intOf(ev, value) : int(sym(freshSym('int', -Infinity)));
    default:
      return int(sym(freshSym('int', -Infinity)));
  }
}

export function rounded(direction: 'floor' | 'ceil' | 'round'): Builtin {
  return (ev, args, node) => {
    const value = at(ev, args, 0) ?? none;
    if (value.kind === 'int') return value;
    if (value.kind !== 'float' || args.positional.length > 1)
      return value.kind === 'latent' && value.hint === 'number' ? intOf(ev, value) : unknown('a rounded number', node);
    if (value.value !== undefined)
      return int(
        num(
          direction === 'floor'
            ? Math.floor(value.value)
            : direction === 'ceil'
              ? Math.ceil(value.value)
              : roundHalfEven(value.value),
        ),
      );
    if (value.ratio === undefined || direction === 'round') return int(sym(freshSym('n', -Infinity)));
    return int(
      direction === 'floor'
        ? floorDiv(value.ratio.over, value.ratio.under)
        : ceilDiv(value.ratio.over, value.ratio.under),
    );
  };
}

const roundHalfEven = (n: number): number => (Math.abs(n % 1) === 0.5 ? 2 * Math.round(n / 2) : Math.round(n));

export function extreme(which: 'min' | 'max'): Builtin {
  return (ev, args, node) => {
    const all =
      args.positional.length === 1 ? iterate(ev, at(ev, args, 0) ?? none) : args.positional.map((given) => given.value);
    const values = all?.map((value) => settle(ev, value));
    const [first, ...rest] = values ?? [];
    if (values === undefined || first === undefined || args.keywords.has('key'))
      return unknown(`${which} of unknown values`, node);
    if (values.every((value) => value.kind === 'int')) {
      const dims = values.map((value) => value.dim);
      return int(dims.slice(1).reduce((a, b) => (which === 'min' ? min(a, b) : max(a, b)), dims[0] as Dim));
    }
    let best: Value = first;
    for (const value of rest) {
      const smaller = comparison(ev, '<', value, best, node);
      const known = smaller.kind === 'bool' ? smaller.value : undefined;
      if (known === undefined) return unknown(`${which} of values that can't be compared`, node);
      if (known === (which === 'min')) best = value;
    }
    return best;
  };
}

export function sum(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const items = iterate(ev, at(ev, args, 0) ?? none);
  if (items === undefined) return unknown('a sum of unknown values', node);
  return items.reduce(
    (total, item) => binaryOperation(ev, '+', total, item, node),
    at(ev, args, 1, 'start') ?? int(num(0)),
  );
}

export const mathFunction =
  (compute: (x: number) => number): Builtin =>
  (ev, args) => {
    const value = at(ev, args, 0) ?? none;
    const n =
      value.kind === 'int'
        ? constantOf(ev.machine.facts.dim(value.dim))
        : value.kind === 'float'
          ? value.value
          : undefined;
    return float(n === undefined ? undefined : compute(n));
  };

export const divmod: Builtin = (ev, args, node) => {
  const [a, b] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none];
  if (a.kind !== 'int' || b.kind !== 'int') return unknown('a divmod of unknown numbers', node);
  return tuple([int(floorDiv(a.dim, b.dim)), int(mod(a.dim, b.dim))]);
};

export const mathProduct: Builtin = (ev, args, node) => {
  const items = iterate(ev, at(ev, args, 0) ?? none)?.map((item) => settle(ev, item));
  if (!items?.every((item) => item.kind === 'int')) return unknown('a product of unknown values', node);
  return int(product(items.map((item) => item.dim)));
};

export const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

export function squareRoot(ev: Evaluator, value: Value): Value {
  if (value.kind === 'tensor') return tensor(value.shape, value.dtype);
  return mathFunction(Math.sqrt)(ev, { positional: [{ value }], keywords: new Map() }, NOWHERE);
}

export function logarithm(ev: Evaluator, args: Arguments): Value {
  const [x, base] = [at(ev, args, 0), at(ev, args, 1)].map((value) =>
    value?.kind === 'int' ? constantOf(value.dim) : value?.kind === 'float' ? value.value : undefined,
  );
  if (x === undefined || base === undefined) return float(undefined);
  // Python's math.log(x, 2) of a power of two is exact.
  const exact = base === 2 ? Math.log2(x) : Math.log(x) / Math.log(base);
  return float(exact);
}
