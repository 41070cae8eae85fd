/** Comparisons and truth. */
import type * as tree from '../python/tree';
import { add, constantOf, num, type Dim } from '../shape/dim';
import { dimsOf } from '../shape/shape';
import { callOperator } from './calls';
import { isDeclared } from './catalogue';
import { itemsOf } from './containers';
import type { Evaluator } from './evaluator';
import { dictKey } from './plain';
import { identityOf } from './identity';
import { learnLatent, settle } from './latent';
import { shapeOfRank } from './objects';
import { sameValue, testKey } from './same';
import { bool, none, type BoolValue, type Test, type Value } from './value';

const TENSOR_COMPARISONS: Partial<Record<tree.CompareOperator, string>> = {
  '==': 'torch.eq',
  '!=': 'torch.ne',
  '<': 'torch.lt',
  '<=': 'torch.le',
  '>': 'torch.gt',
  '>=': 'torch.ge',
};

/** Swapped operators, for a number on the left of a tensor. */
const MIRRORED: Partial<Record<tree.CompareOperator, tree.CompareOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

export function comparison(
  ev: Evaluator,
  op: tree.CompareOperator,
  leftValue: Value,
  rightValue: Value,
  node: tree.Expr,
): Value {
  const [left, right] = [settle(ev, leftValue), settle(ev, rightValue)];
  switch (op) {
    case 'is':
      return identity(left, right);
    case 'is not':
      return negate(identity(left, right));
    case 'in':
      return membership(ev, left, right);
    case 'not in':
      return negate(membership(ev, left, right));
    default:
      break;
  }
  const name = TENSOR_COMPARISONS[op];
  if (left.kind === 'tensor' && name !== undefined) return callOperator(ev, name, [left, right], node);
  if (right.kind === 'tensor' && name !== undefined)
    return callOperator(ev, TENSOR_COMPARISONS[MIRRORED[op] ?? op] ?? name, [right, left], node);
  switch (op) {
    case '==':
      return equality(ev, left, right);
    case '!=':
      return negate(equality(ev, left, right));
    case '<':
      return order(ev, left, right);
    case '>=':
      return negate(order(ev, left, right));
    case '>':
      return order(ev, right, left);
    default:
      return negate(order(ev, right, left));
  }
}

export const negate = (value: Value): Value =>
  value.kind !== 'bool'
    ? value
    : value.value === undefined
      ? { ...value, negated: value.negated !== true }
      : bool(!value.value);

function identity(left: Value, right: Value): Value {
  if (left.kind === 'none' && right.kind !== 'none') return identity(right, left);
  if (right.kind === 'none') {
    if (left.kind === 'none') return bool(true);
    if (left.kind === 'latent') return bool(undefined, { kind: 'none', latent: left.id, name: left.name });
    return left.kind === 'unknown' ? unknownBool(left, 'none') : bool(false);
  }
  if (left.kind === 'bool' && right.kind === 'bool')
    return left.value !== undefined && right.value !== undefined
      ? bool(left.value === right.value)
      : right.value !== undefined
        ? right.value
          ? left
          : negate(left)
        : bool(undefined);
  if (left.kind === 'unknown' || right.kind === 'unknown' || left.kind === 'latent' || right.kind === 'latent')
    return bool(undefined);
  if (left.kind !== right.kind) return bool(false);
  if (left.kind === 'ref' && right.kind === 'ref') return bool(left.id === right.id);
  if (left.kind === 'class' && right.kind === 'class') return bool(left.node === right.node);
  // The same `def` may have run more than once.
  if (left.kind === 'function' && right.kind === 'function')
    return bool(left.node !== right.node ? false : left.frame === right.frame ? true : undefined);
  if (left.kind === 'external' && right.kind === 'external') return bool(left.path === right.path);
  const [a, b] = [dictKey(left), dictKey(right)];
  return bool(a === undefined || b === undefined ? undefined : a === b);
}

/** The same unknown value gives the same answer to the same question. */
const unknownBool = (value: Value, question: string): BoolValue =>
  bool(undefined, { kind: 'flag', key: `unknown ${identityOf(value)} ${question}` });

export function equality(ev: Evaluator, left: Value, right: Value, depth = 0): Value {
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) {
    if (typeof a === 'number' && typeof b === 'number') return bool(a === b);
    const [x, y] = [asSize(a), asSize(b)];
    if (x === undefined || y === undefined) return bool(undefined);
    const answer = ev.machine.facts.equal(x, y);
    return answer === 'maybe'
      ? bool(undefined, { kind: 'compare', op: '==', left: x, right: y })
      : bool(answer === 'yes');
  }
  if (left.kind === 'str' && right.kind === 'str')
    return bool(left.value !== undefined && right.value !== undefined ? left.value === right.value : undefined);
  if (left.kind === 'ref' && right.kind === 'ref' && left.id === right.id) return bool(true);
  const [first, second] = [sequenceOf(ev, left), sequenceOf(ev, right)];
  if (first !== undefined && second !== undefined) return itemsEqual(ev, first, second, depth + 1);
  if (left.kind === 'shape' || right.kind === 'shape') return bool(undefined);
  if (left.kind === 'latent' || right.kind === 'latent')
    return unknownBool(left.kind === 'latent' ? left : right, `== ${keyOf(left)} ${keyOf(right)}`);
  const asked = rankQuestion(ev, left, right) ?? rankQuestion(ev, right, left);
  if (asked !== undefined) return asked;
  if (left.kind === 'unknown' || right.kind === 'unknown')
    return unknownBool(left.kind === 'unknown' ? left : right, `== ${keyOf(left)} ${keyOf(right)}`);
  if (isDefinition(left) && isDefinition(right)) return identity(left, right);
  if (left.kind === 'ref' || right.kind === 'ref') return bool(undefined);
  if (left.kind === 'dtype' && right.kind === 'dtype') return bool(left.dtype === right.dtype);
  if (left.kind === 'bool' || right.kind === 'bool') return bool(undefined);
  if (left.kind !== right.kind)
    return bool(
      left.kind === 'none' || right.kind === 'none' || left.kind === 'str' || right.kind === 'str' ? false : undefined,
    );
  return bool(sameValue(left, right) ? true : undefined);
}

/** Classes and functions are equal to themselves only; a class may say otherwise of its objects, not of itself. */
const isDefinition = (value: Value): boolean =>
  value.kind === 'class' || value.kind === 'function' || value.kind === 'external';

/** `x.dim() == 3` of a tensor whose number of dims is open. */
function rankQuestion(ev: Evaluator, left: Value, right: Value): Value | undefined {
  const shape = shapeOfRank(left);
  const rank = right.kind === 'int' ? constantOf(right.dim) : undefined;
  if (shape === undefined || rank === undefined) return undefined;
  const known = ev.machine.facts.ranks(shape);
  if (known !== undefined && (known.length === 1 || !known.includes(rank))) return bool(known.includes(rank));
  return bool(undefined, { kind: 'rank', shape, rank });
}

const keyOf = (value: Value): string => dictKey(value) ?? value.kind;

/** What compares item by item: tuples, sizes among them, and lists; one form is never equal to the other. */
interface Sequence {
  readonly form: 'tuple' | 'list';
  readonly items: readonly Value[] | undefined;
}

function sequenceOf(ev: Evaluator, value: Value): Sequence | undefined {
  if (value.kind === 'tuple' || value.kind === 'shape') return { form: 'tuple', items: itemsOf(ev, value) };
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  return object?.kind === 'list' && object.form === 'list' ? { form: 'list', items: object.items } : undefined;
}

/** Lists in lists that are compared; a list may hold itself. */
const MOST_NESTED = 32;

function itemsEqual(ev: Evaluator, left: Sequence, right: Sequence, depth: number): Value {
  if (depth > MOST_NESTED) return bool(undefined);
  if (left.form !== right.form) return bool(false);
  const [a, b] = [left.items, right.items];
  if (a === undefined || b === undefined) return bool(undefined);
  if (a.length !== b.length) return bool(false);
  ev.machine.tick();
  const answers = a.map((item, i) => equality(ev, settle(ev, item), settle(ev, b[i] ?? none), depth));
  if (answers.some((answer) => answer.kind === 'bool' && answer.value === false)) return bool(false);
  return bool(answers.every((answer) => answer.kind === 'bool' && answer.value === true) ? true : undefined);
}

/** A number, or the symbolic size that stands for it. */
function numeric(value: Value): Dim | number | undefined {
  if (value.kind === 'int') return constantOf(value.dim) ?? value.dim;
  if (value.kind === 'bool') return value.value === undefined ? undefined : Number(value.value);
  if (value.kind === 'float') return value.value;
  return undefined;
}

const asSize = (value: Dim | number): Dim | undefined =>
  typeof value !== 'number' ? value : Number.isInteger(value) ? num(value) : undefined;

/** left < right. */
function order(ev: Evaluator, left: Value, right: Value): Value {
  const [a, b] = [numeric(left), numeric(right)];
  if (typeof a === 'number' && typeof b === 'number') return bool(a < b);
  const [x, y] = [left.kind === 'int' ? left.dim : undefined, right.kind === 'int' ? right.dim : undefined];
  if (x !== undefined && y !== undefined) {
    const answer = ev.machine.facts.less(x, y);
    return answer === 'maybe'
      ? bool(undefined, { kind: 'compare', op: '<', left: x, right: y })
      : bool(answer === 'yes');
  }
  return bool(undefined);
}

function membership(ev: Evaluator, item: Value, container: Value): Value {
  if (container.kind === 'str' && item.kind === 'str')
    return bool(
      container.value !== undefined && item.value !== undefined ? container.value.includes(item.value) : undefined,
    );
  if (container.kind === 'ref') {
    const object = ev.machine.read(container.id);
    if (object?.kind === 'instance' && object.cls === NAMES) return whetherNamed(object.attrs.get('of') ?? none, item);
    if (object?.kind === 'dict') {
      const key = dictKey(item);
      if (key === undefined) return bool(undefined);
      return bool(object.entries.has(key) ? true : object.open ? undefined : false);
    }
  }
  const items = itemsOf(ev, container);
  if (items === undefined) return bool(undefined);
  let open = false;
  for (const candidate of items) {
    const answer = equality(ev, item, settle(ev, candidate));
    if (answer.kind === 'bool' && answer.value === true) return answer;
    if (answer.kind !== 'bool' || answer.value === undefined) open = true;
  }
  return bool(open ? undefined : false);
}

/** What `dir()` gives: the names of an object. */
export const NAMES = 'builtins.dir';

/** `'silu' in dir(torch.nn.functional)`. */
const whetherNamed = (object: Value, name: Value): Value =>
  bool(
    object.kind === 'external' && name.kind === 'str' && isDeclared(`${object.path}.${name.value ?? ''}`)
      ? true
      : undefined,
  );

/** Whether a value counts as true; forks where that isn't decided. */
export function truth(ev: Evaluator, written: Value, node: tree.Expr): boolean {
  const value = settle(ev, written);
  const known = knownTruth(ev, value);
  if (known !== undefined) return known;
  if (value.kind === 'int') return !decide(ev, { kind: 'compare', op: '==', left: value.dim, right: ZERO }, node);
  if (value.kind === 'bool') {
    const test = value.test ?? unknownBool(value, 'is true').test;
    if (test !== undefined) return decide(ev, test, node) !== (value.negated === true);
  }
  if (value.kind === 'latent') return decide(ev, { kind: 'flag', key: `latent ${value.id}` }, node);
  const test = unknownBool(value, 'is true').test;
  return test !== undefined && decide(ev, test, node);
}

const ZERO = num(0);

/** Truth where it needs no fork. */
export function knownTruth(ev: Evaluator, value: Value): boolean | undefined {
  switch (value.kind) {
    case 'bool':
      return value.value;
    case 'none':
      return false;
    case 'int': {
      const answer = ev.machine.facts.equal(value.dim, ZERO);
      return answer === 'maybe' ? undefined : answer === 'no';
    }
    case 'float':
      return value.value === undefined ? undefined : value.value !== 0;
    case 'str':
      return value.value === undefined ? undefined : value.value !== '';
    case 'tuple':
      return value.items.length > 0;
    case 'shape': {
      const dims = dimsOf(ev.machine.facts.shape(value.shape));
      return dims === undefined ? undefined : dims.length > 0;
    }
    case 'ref': {
      const object = ev.machine.read(value.id);
      if (object?.kind === 'list') return object.items === undefined ? undefined : object.items.length > 0;
      if (object?.kind === 'dict') return object.entries.size > 0 ? true : object.open ? undefined : false;
      if (object?.kind === 'instance') {
        if (typeof object.cls === 'string')
          return itemsOf(ev, value) === undefined ? !object.open || undefined : (itemsOf(ev, value)?.length ?? 0) > 0;
        return object.open ? undefined : true;
      }
      return undefined;
    }
    case 'class':
    case 'function':
    case 'method':
    case 'partial':
    case 'module':
    case 'external':
    case 'dtype':
    case 'ellipsis':
    case 'slice':
      return true;
    default:
      return undefined;
  }
}

/** Takes both sides of an undecided test, teaching each path what it says. */
function decide(ev: Evaluator, test: Test, node: tree.Expr): boolean {
  const { machine } = ev;
  const text = ev.program.textOf(node);
  const cause = { text: `${text} is tested here`, place: node };
  const learn = (learned: ReturnType<typeof machine.facts.requireEqual>): boolean => {
    if (learned.verdict === 'learned') machine.facts = learned.facts;
    return learned.verdict !== 'refuted';
  };
  switch (test.kind) {
    case 'flag':
      return machine.ask({ key: test.key, kind: test.key.startsWith('unknown') ? 'unknown' : 'flag' }, [
        { value: true, label: `${text} is true`, assume: () => true },
        { value: false, label: `${text} is false`, assume: () => true },
      ]);
    case 'none':
      return askWhetherNone(ev, test.latent, test.name);
    case 'rank':
      return machine.ask({ key: testKey(test), kind: 'rank' }, [
        // Code that asks for a rank mostly does something about the one that is not usual.
        { value: false, label: `not ${text}`, assume: () => true },
        { value: true, label: text, assume: () => learn(machine.facts.requireRank(test.shape, [test.rank], cause)) },
      ]);
    case 'compare': {
      const { op, left, right } = test;
      const { facts } = machine;
      const equals = op === '==';
      const holds = {
        value: true,
        label: text,
        assume: () =>
          learn(equals ? facts.requireEqual(left, right, cause) : facts.requireAtLeast(right, plusOne(left), cause)),
      };
      const fails = {
        value: false,
        label: `not ${text}`,
        assume: () =>
          learn(equals ? facts.requireDifferent(left, right, cause) : facts.requireAtLeast(left, right, cause)),
      };
      // A size that is asked whether it is zero mostly isn't.
      return machine.ask(
        { key: testKey(test), kind: 'size' },
        equals && right.key === ZERO.key ? [fails, holds] : [holds, fails],
      );
    }
  }
}

/** Splits on whether an argument is None. */
export function askWhetherNone(ev: Evaluator, latent: number, name: string): boolean {
  return ev.machine.ask({ key: `none ${latent}`, kind: 'flag' }, [
    // An argument that is tested is mostly there: that path is shown first.
    { value: false, label: `${name} is not None`, assume: () => true },
    {
      value: true,
      label: `${name} is None`,
      assume: () => {
        learnLatent(ev, { kind: 'latent', id: latent, name, hint: undefined }, none);
        return true;
      },
    },
  ]);
}

const plusOne = (dim: Dim): Dim => add(dim, num(1));
