/** Unary and binary operators on numbers, sequences and tensors. */
import type * as tree from '../python/tree';
import { add, constantOf, floorDiv, mod, mul, neg, num, power, sub, type Dim } from '../shape/dim';
import { percentFormatted } from './builtins/text';
import { callMethodIfAny, callOperator } from './calls';
import { negate } from './compare';
import { itemsOf } from './containers';
import type { Evaluator } from './evaluator';
import { intOf, settle } from './latent';
import { bool, float, int, str, tensor, tuple, unknown, type Value } from './value';
import { knownTruth, truth } from './compare';

const TENSOR_OPERATORS: Record<tree.BinaryOperator, string> = {
  '+': '__add__',
  '-': '__sub__',
  '*': '__mul__',
  '/': '__truediv__',
  '//': '__floordiv__',
  '%': '__mod__',
  '**': '__pow__',
  '@': '__matmul__',
  '&': '__and__',
  '|': '__or__',
  '^': '__xor__',
  '<<': '__lshift__',
  '>>': '__rshift__',
};

const reflected = (name: string): string => `__r${name.slice(2)}`;

/** An operand: beside a tensor an imaginary number acts as a complex tensor without dims does. */
export const beside = (other: Value, expr: tree.Expr, value: Value): Value =>
  expr.kind === 'imaginary' && other.kind === 'tensor' ? tensor({ lead: [], tail: [] }, 'complex64') : value;

export function binaryOperation(
  ev: Evaluator,
  op: tree.BinaryOperator,
  leftValue: Value,
  rightValue: Value,
  node: tree.Expr,
): Value {
  let [left, right] = [settle(ev, leftValue), settle(ev, rightValue)];
  const name = TENSOR_OPERATORS[op];
  if (left.kind === 'latent' || right.kind === 'latent') {
    [left, right] = [hinted(ev, left, right, op), hinted(ev, right, left, op)];
    if (left.kind === 'latent' || right.kind === 'latent')
      return unknown(`what ${left.kind === 'latent' ? left.name : 'the right side'} is`, node);
  }
  if (mayBeTensor(left) || mayBeTensor(right)) return unknown('arithmetic of an answer that may be a tensor', node);
  if (left.kind === 'tensor') return callOperator(ev, `torch.Tensor.${name}`, [left, right], node);
  if (right.kind === 'tensor' && isNumber(left))
    return callOperator(ev, `torch.Tensor.${reflected(name)}`, [right, left], node);
  if (right.kind === 'tensor')
    return (
      callMethodIfAny(ev, left, name, [right], node) ?? unknown('arithmetic of a tensor and something unknown', node)
    );
  if (left.kind === 'bool' && right.kind === 'bool' && '&|^'.includes(op)) return answers(op, left.value, right.value);
  if (isInt(left) && isInt(right)) return integers(ev, op, asDim(left), asDim(right), node);
  if (isNumber(left) && isNumber(right)) return floats(op, left, right);
  if (left.kind === 'unknown') return left;
  if (right.kind === 'unknown' && left.kind !== 'ref' && left.kind !== 'tuple') return right;
  return (
    sequences(ev, op, left, right) ??
    callMethodIfAny(ev, left, name, [right], node) ??
    callMethodIfAny(ev, right, reflected(name), [left], node) ??
    unknown(`${op} on these values`, node)
  );
}

/** `&`, `|` and `^` of true and false. */
function answers(op: tree.BinaryOperator, a: boolean | undefined, b: boolean | undefined): Value {
  if (op === '^') return bool(a === undefined || b === undefined ? undefined : a !== b);
  const decisive = op === '|';
  if (a === decisive || b === decisive) return bool(decisive);
  return bool(a === undefined || b === undefined ? undefined : !decisive);
}

/** Whether an answer may be one for each element: a comparison of something unknown. Options are true or false. */
const mayBeTensor = (value: Value): boolean =>
  value.kind === 'bool' &&
  value.value === undefined &&
  !(value.test?.kind === 'flag' && !value.test.key.startsWith('unknown'));

/** What an argument of unknown kind is, seen beside the other operand. */
function hinted(ev: Evaluator, value: Value, other: Value, op: tree.BinaryOperator): Value {
  if (value.kind !== 'latent') return value;
  if (value.hint === 'number' && (isNumber(other) || other.kind === 'latent'))
    return op === '/' ? unknown(`the value of ${value.name}`) : intOf(ev, value);
  if (value.hint === 'tensor' && (other.kind === 'tensor' || op === '@')) return ev.asTensor(value) ?? value;
  if (other.kind === 'tensor' && op === '@') return ev.asTensor(value) ?? value;
  return value;
}

const isInt = (value: Value): boolean => value.kind === 'int' || (value.kind === 'bool' && value.value !== undefined);
const isNumber = (value: Value): boolean => value.kind === 'int' || value.kind === 'float' || value.kind === 'bool';

const asDim = (value: Value): Dim =>
  value.kind === 'int' ? value.dim : num(value.kind === 'bool' && value.value === true ? 1 : 0);

function integers(ev: Evaluator, op: tree.BinaryOperator, a: Dim, b: Dim, node: tree.Expr): Value {
  const right = constantOf(ev.machine.facts.dim(b));
  switch (op) {
    case '+':
      return int(add(a, b));
    case '-':
      return int(sub(a, b));
    case '*':
      return int(mul(a, b));
    case '/':
      return ratio(a, b);
    case '//':
      return right === 0 ? unknown('division by zero', node) : int(floorDiv(a, b));
    case '%':
      return right === 0 ? unknown('division by zero', node) : int(mod(a, b));
    case '**': {
      const left = constantOf(ev.machine.facts.dim(a));
      if (right === undefined)
        return left !== undefined ? unknown('a power with unknown exponent', node) : float(undefined);
      if (right < 0) return float(left === undefined ? undefined : left ** right);
      return right > 64 ? unknown('a large power', node) : int(power(a, right));
    }
    default: {
      const left = constantOf(a);
      if (left === undefined || right === undefined || !isSmall(left) || !isSmall(right))
        return unknown(`${op} on sizes`, node);
      const result = {
        '&': left & right,
        '|': left | right,
        '^': left ^ right,
        '<<': left * 2 ** right,
        '>>': Math.floor(left / 2 ** right),
        '@': NaN,
      }[op];
      return Number.isSafeInteger(result) ? int(num(result)) : unknown(`${op} on sizes`, node);
    }
  }
}

const isSmall = (n: number): boolean => n >= 0 && n < 2 ** 31;

function ratio(over: Dim, under: Dim): Value {
  const [a, b] = [constantOf(over), constantOf(under)];
  if (b === 0) return unknown('division by zero');
  if (a !== undefined && b !== undefined) return float(a / b);
  return { kind: 'float', value: undefined, ratio: { over, under } };
}

/** The ratio of two sizes that a number is; undefined where it isn't exactly one. */
export function exactRatio(value: Value): { readonly over: Dim; readonly under: Dim } | undefined {
  if (value.kind === 'int') return { over: value.dim, under: num(1) };
  if (value.kind !== 'float') return undefined;
  if (value.ratio !== undefined) return value.ratio;
  if (value.value === undefined) return undefined;
  // Ratios that people write (0.25, 4.0, 2.66) are sixteenths or hundredths at most.
  for (const under of [1, 2, 4, 8, 16])
    if (Number.isInteger(value.value * under)) return { over: num(value.value * under), under: num(under) };
  return undefined;
}

function floats(op: tree.BinaryOperator, left: Value, right: Value): Value {
  const [a, b] = [plain(left), plain(right)];
  if (a !== undefined && b !== undefined) {
    switch (op) {
      case '+':
        return float(a + b);
      case '-':
        return float(a - b);
      case '*':
        return float(a * b);
      case '/':
        return b === 0 ? unknown('division by zero') : float(a / b);
      case '//':
        return b === 0 ? unknown('division by zero') : float(Math.floor(a / b));
      case '%':
        return b === 0 ? unknown('division by zero') : float(a - b * Math.floor(a / b));
      case '**':
        return float(a ** b);
      default:
        return unknown(`${op} on floats`);
    }
  }
  if (!'+-*/%**//'.includes(op)) return unknown(`${op} on floats`);
  const [x, y] = [exactRatio(left), exactRatio(right)];
  if (x === undefined || y === undefined) return float(undefined);
  const exact = (over: Dim, under: Dim): Value => ({ kind: 'float', value: undefined, ratio: { over, under } });
  switch (op) {
    case '*':
      return exact(mul(x.over, y.over), mul(x.under, y.under));
    case '/':
      return exact(mul(x.over, y.under), mul(x.under, y.over));
    case '+':
      return exact(add(mul(x.over, y.under), mul(y.over, x.under)), mul(x.under, y.under));
    case '-':
      return exact(sub(mul(x.over, y.under), mul(y.over, x.under)), mul(x.under, y.under));
    default:
      return float(undefined);
  }
}

function plain(value: Value): number | undefined {
  if (value.kind === 'float') return value.value;
  if (value.kind === 'int') return constantOf(value.dim);
  return value.kind === 'bool' && value.value !== undefined ? Number(value.value) : undefined;
}

/** Longest sequence that a repetition is written out to. */
const MAX_REPEATED = 4096;

function sequences(ev: Evaluator, op: tree.BinaryOperator, left: Value, right: Value): Value | undefined {
  if (left.kind === 'str') {
    if (op === '+' && right.kind === 'str')
      return str(left.value === undefined || right.value === undefined ? undefined : left.value + right.value);
    if (op === '%' && left.value !== undefined) return str(percentFormatted(left.value, right));
    if (op === '*' || op === '%' || op === '+') return str(undefined);
  }
  if (op === '*' && right.kind !== 'int') return isNumber(left) ? sequences(ev, op, right, left) : undefined;
  const isSequence = (value: Value): boolean =>
    value.kind === 'tuple' ||
    value.kind === 'shape' ||
    (value.kind === 'ref' && ev.machine.read(value.id)?.kind === 'list');
  if (!isSequence(left)) return undefined;
  const items = itemsOf(ev, left);
  const make = (all: readonly Value[]): Value => (left.kind === 'ref' ? ev.machine.newList([...all]) : tuple(all));
  const open = (): Value =>
    left.kind === 'ref' ? ev.machine.newList(undefined) : unknown('a tuple of unknown length');
  if (op === '*' && right.kind === 'int') {
    const times = constantOf(ev.machine.facts.dim(right.dim));
    if (items === undefined || times === undefined) {
      const first = items?.length === 1 ? items[0] : undefined;
      return left.kind === 'ref' && first !== undefined ? ev.machine.newList(undefined, 'list', first) : open();
    }
    if (items.length * times > MAX_REPEATED) return open();
    return make(Array.from({ length: Math.max(0, times) }, () => items).flat());
  }
  if (op !== '+') return undefined;
  const more = isSequence(right) ? itemsOf(ev, right) : undefined;
  if (items === undefined || more === undefined) return open();
  return make([...items, ...more]);
}

export function unaryOperation(ev: Evaluator, op: '-' | '+' | '~' | 'not', written: Value, node: tree.Unary): Value {
  const value = settle(ev, written);
  if (op === 'not') {
    const known = knownTruth(ev, value);
    if (known !== undefined) return bool(!known);
    if (value.kind === 'bool') return negate(value);
    return bool(!truth(ev, value, node.operand));
  }
  switch (value.kind) {
    case 'int':
      return op === '-' ? int(neg(value.dim)) : op === '+' ? value : int(sub(neg(value.dim), num(1)));
    case 'float':
      if (op === '-') return value.value === undefined ? float(undefined) : float(-value.value);
      return value;
    case 'bool':
      return value.value === undefined
        ? unknown('the value of a bool')
        : int(num(op === '-' ? -Number(value.value) : op === '+' ? Number(value.value) : ~Number(value.value)));
    case 'tensor':
      return callOperator(
        ev,
        op === '-' ? 'torch.neg' : op === '+' ? 'torch.positive' : 'torch.Tensor.__invert__',
        [value],
        node,
      );
    case 'latent':
      if (value.hint === 'number') return unaryOperation(ev, op, intOf(ev, value), node);
      return unknown(`what ${value.name} is`);
    default:
      return value.kind === 'unknown' ? value : unknown(`${op} on this value`, node);
  }
}
