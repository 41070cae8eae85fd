/** Functions and classes of Python, its standard library and torch's surroundings that evaluation follows. */
import type * as tree from '../../python/tree';
import {
  ceilDiv,
  constantOf,
  floorDiv,
  freshSym,
  max,
  min,
  mod,
  mul,
  num,
  product,
  sym,
  type Dim,
} from '../../shape/dim';
import { exactRatio } from '../arithmetic';
import { binaryOperation } from '../arithmetic';
import type { Arguments } from '../bind';
import { callValue, loseContent } from '../calls';
import { layerNamed, operatorNamed } from '../catalogue';
import { baseOrder, classAttribute } from '../classes';
import { comparison, knownTruth, truth } from '../compare';
import { distinct, elementOf, iterate, sizeAt } from '../containers';
import { dictKey, plainText, type Evaluator } from '../evaluator';
import { intOf, settle, tensorOf } from '../latent';
import { getAttribute, openRank, setAttribute } from '../objects';
import { bool, float, int, none, str, tensor, tuple, unknown, type Value } from '../value';
import { copyGraph } from './copy';
import { dataFunctions, dataLength } from './data';
import { isModuleValue } from './modules';
import { recordFunctions } from './records';
import { formatted } from './text';

export type Builtin = (ev: Evaluator, args: Arguments, node: tree.Expr) => Value;

const at = (ev: Evaluator, args: Arguments, index: number, name?: string): Value | undefined => {
  const given = args.positional[index] ?? (name === undefined ? undefined : args.keywords.get(name));
  return given === undefined ? undefined : settle(ev, given.value);
};

const passThrough: Builtin = (ev, args) => at(ev, args, 0) ?? none;
const nothing: Builtin = () => none;

/** Items that a range is written out to. */
const MAX_RANGE = 512;

function range(ev: Evaluator, args: Arguments): Value {
  const bounds = args.positional
    .map((given) => intOf(ev, given.value))
    .map((value) => (value.kind === 'int' ? ev.machine.facts.dim(value.dim) : undefined));
  const [first, second, third] = bounds;
  const [start, end] = bounds.length === 1 ? [num(0), first] : [first, second];
  const step = bounds.length < 3 ? 1 : third && constantOf(third);
  const [low, high] = [start && constantOf(start), end && constantOf(end)];
  if (low !== undefined && high !== undefined && step !== undefined && step !== 0) {
    const count = Math.max(0, Math.ceil((high - low) / step));
    if (count <= MAX_RANGE)
      return ev.machine.newList(Array.from({ length: count }, (_, i) => int(num(low + i * step))));
  }
  const index = sym(freshSym('i', low !== undefined && (step ?? 1) > 0 ? low : -Infinity));
  return ev.machine.newList(undefined, 'list', int(index));
}

function length(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const value = at(ev, args, 0) ?? none;
  if (value.kind === 'tensor' || value.kind === 'latent') {
    const own = value.kind === 'tensor' || value.hint === 'tensor' ? tensorOf(ev, value) : undefined;
    const first = own === undefined ? undefined : sizeAt(ev, own.shape, 0);
    return first === undefined ? unknown('the length of this value', node) : int(first);
  }
  const items = iterate(ev, value);
  if (items !== undefined) return int(num(items.length));
  if (value.kind === 'shape') return openRank(ev, value.shape);
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  const ofData = object?.kind === 'instance' ? dataLength(ev, object, node) : undefined;
  if (ofData !== undefined) return int(ofData);
  if (object?.kind === 'instance') {
    const method = getAttribute(ev, value, '__len__', node);
    if (method.kind === 'method' && typeof method.target !== 'string')
      return callValue(ev, method, { positional: [], keywords: new Map() }, node);
  }
  if (object?.kind === 'list') return int(sym(freshSym('n')));
  return unknown('the length of this value', node);
}

function toInt(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
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

function rounded(direction: 'floor' | 'ceil' | 'round'): Builtin {
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

function extreme(which: 'min' | 'max'): Builtin {
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

function sum(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const items = iterate(ev, at(ev, args, 0) ?? none);
  if (items === undefined) return unknown('a sum of unknown values', node);
  return items.reduce(
    (total, item) => binaryOperation(ev, '+', total, item, node),
    at(ev, args, 1, 'start') ?? int(num(0)),
  );
}

const TYPE_KINDS: Readonly<Record<string, readonly Value['kind'][]>> = {
  'builtins.int': ['int', 'bool'],
  'builtins.float': ['float'],
  'builtins.bool': ['bool'],
  'builtins.str': ['str'],
  'builtins.tuple': ['tuple', 'shape'],
  'torch.Tensor': ['tensor'],
  'torch.device': ['device'],
  'torch.Size': ['shape'],
};

/** isinstance of a value and one class; undefined where it isn't known. */
function isInstance(ev: Evaluator, value: Value, cls: Value): boolean | undefined {
  if (cls.kind === 'tuple') {
    const answers = cls.items.map((item) => isInstance(ev, value, settle(ev, item)));
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
  }
  if (value.kind === 'unknown' || value.kind === 'latent' || cls.kind === 'unknown') return undefined;
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind === 'instance') {
    const order = baseOrder(object.cls);
    if (cls.kind === 'class')
      return order.some((base) => base !== undefined && typeof base !== 'string' && base.node === cls.node)
        ? true
        : order.includes(undefined)
          ? undefined
          : false;
    if (cls.kind !== 'external') return undefined;
    if (order.includes(cls.path)) return true;
    if (cls.path === 'torch.nn.Module')
      return isModuleValue(ev, value) ? true : order.includes(undefined) ? undefined : false;
    // Bases that several layers share (_ConvNd, RNNBase): which ones isn't listed here.
    if (/^torch\.nn\.(.*\.)?(_\w+|RNNBase|RNNCellBase|Hardtanh|Threshold|Linear|Embedding)$/.test(cls.path))
      return isSameKind(order, cls.path);
    if (cls.path in TYPE_KINDS) return order.includes(undefined) ? undefined : false;
    return order.every((base) => base !== undefined) &&
      (typeof object.cls === 'string' || cls.path.startsWith('torch.nn.'))
      ? false
      : undefined;
  }
  if (cls.kind === 'class') return false;
  if (cls.kind !== 'external') return undefined;
  if (cls.path === 'torch.nn.Module') return false;
  if (cls.path === 'torch.nn.Parameter')
    return value.kind === 'tensor' ? (value.parameter === true ? true : undefined) : false;
  if (cls.path === 'builtins.list') return object?.kind === 'list' && object.form === 'list';
  if (cls.path === 'builtins.dict') return object?.kind === 'dict';
  if (/^(collections\.abc|typing)\.(Iterable|Sequence)$/.test(cls.path)) {
    if (value.kind === 'int' || value.kind === 'float' || value.kind === 'bool' || value.kind === 'none') return false;
    return value.kind === 'tuple' || value.kind === 'str' || object?.kind === 'list' ? true : undefined;
  }
  if (/(^|\.)(Number|Integral|Real)$/.test(cls.path))
    return value.kind === 'int' || value.kind === 'bool' || (value.kind === 'float' && !cls.path.endsWith('Integral'));
  return TYPE_KINDS[cls.path]?.includes(value.kind) ?? undefined;
}

/** Whether one of the classes can be what the shared base class `path` stands for; undefined where it may be. */
const isSameKind = (order: readonly unknown[], path: string): boolean | undefined => {
  const kind = /_?([A-Z][a-z]+)\w*$/.exec(path)?.[1] ?? '';
  return order.some(
    (base) =>
      base === undefined ||
      (typeof base === 'string' && (base.includes(kind) || kind === 'Hardtanh' || path.includes('RNN'))),
  )
    ? undefined
    : false;
};

const undecided = new WeakMap<object, Map<string, Value>>();
/** The same unanswered question about the same value. */
function sameQuestion(value: Value, question: string): Value {
  let known = undecided.get(value);
  if (known === undefined) undecided.set(value, (known = new Map<string, Value>()));
  let answer = known.get(question);
  if (answer === undefined) known.set(question, (answer = unknown(question)));
  return answer;
}

const isInstanceCall: Builtin = (ev, args, node) => {
  const [value, cls] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none];
  const answer = isInstance(ev, value, cls);
  if (answer !== undefined) return bool(answer);
  // Of an input of `forward`, being a tensor is the common case.
  if (
    value.kind === 'latent' &&
    value.hint === 'tensor' &&
    cls.kind === 'external' &&
    cls.path === 'torch.Tensor' &&
    tensorOf(ev, value)
  )
    return bool(true);
  return bool(undefined, {
    kind: 'flag',
    key: `unknown isinstance ${ev.program.textOf(node)} ${value.kind === 'latent' ? value.id : identityOf(value)}`,
  });
};

const identities = new WeakMap<object, number>();
let identityCount = 0;
function identityOf(value: Value): number {
  let id = identities.get(value);
  if (id === undefined) identities.set(value, (id = ++identityCount));
  return id;
}

const isDeclared = (path: string): boolean => operatorNamed(path) !== undefined || layerNamed(path) !== undefined;

function hasAttribute(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [value, name] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none];
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (value.kind === 'external' && name.kind === 'str' && isDeclared(`${value.path}.${name.value ?? ''}`))
    return bool(true);
  if (name.kind !== 'str' || name.value === undefined || object?.kind !== 'instance')
    return sameQuestion(value, `whether it has the attribute ${name.kind === 'str' ? (name.value ?? '') : ''}`);
  if (object.attrs.has(name.value)) return bool(true);
  const found = classAttribute(ev, object.cls, name.value);
  if (found !== undefined && found !== 'unknown' && 'value' in found) return bool(true);
  if (object.open || found === 'unknown') return sameQuestion(value, `whether it has the attribute ${name.value}`);
  return getAttribute(ev, value, name.value, node).kind === 'unknown' ? bool(false) : bool(true);
}

function getAttributeCall(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [value, name, fallback] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, at(ev, args, 2)];
  if (name.kind !== 'str' || name.value === undefined) return unknown('an attribute whose name is not known', node);
  const found = getAttribute(ev, value, name.value, node);
  if (found.kind !== 'unknown' || fallback === undefined || value.kind !== 'ref') return found;
  const object = ev.machine.read(value.id);
  return object?.kind === 'instance' && !object.open && classAttribute(ev, object.cls, name.value) === undefined
    ? fallback
    : found;
}

const setAttributeCall: Builtin = (ev, args, node) => {
  const [object, name, value] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, at(ev, args, 2) ?? none];
  if (name.kind === 'str' && name.value !== undefined) setAttribute(ev, object, name.value, value, node);
  else loseContent(ev, object);
  return none;
};

/** zip, enumerate, reversed, map, filter ...: evaluated where they stand. */
function zip(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const lists = args.positional.map((given) => iterate(ev, given.value));
  if (args.openPositional === true) return ev.machine.newList(undefined);
  if (lists.includes(undefined))
    return ev.machine.newList(
      undefined,
      'list',
      tuple(args.positional.map((given, i) => lists[i]?.[0] ?? elementOf(ev, given.value, node))),
    );
  const known = lists as (readonly Value[])[];
  const shortest = Math.min(...known.map((list) => list.length));
  return ev.machine.newList(
    Array.from({ length: Number.isFinite(shortest) ? shortest : 0 }, (_, i) =>
      tuple(known.map((list) => list[i] ?? none)),
    ),
  );
}

function enumerate(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const value = at(ev, args, 0) ?? none;
  const start = at(ev, args, 1, 'start');
  const first = start === undefined ? 0 : start.kind === 'int' ? constantOf(start.dim) : undefined;
  const items = iterate(ev, value);
  if (items === undefined || first === undefined)
    return ev.machine.newList(undefined, 'list', tuple([int(sym(freshSym('i'))), elementOf(ev, value, node)]));
  return ev.machine.newList(items.map((item, i) => tuple([int(num(first + i)), item])));
}

function mapCall(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [fn, ...lists] = args.positional.map((given) => given.value);
  const items = lists.map((list) => iterate(ev, list));
  const only = items[0];
  if (fn === undefined || items.length !== 1 || only === undefined) return ev.machine.newList(undefined);
  return ev.machine.newList(
    only.map((value) => callValue(ev, fn, { positional: [{ value }], keywords: new Map() }, node)),
  );
}

function filterCall(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [fn, list] = args.positional.map((given) => given.value);
  const items = list === undefined ? undefined : iterate(ev, list);
  if (fn === undefined || items === undefined) return ev.machine.newList(undefined);
  const kept = items.filter((value) =>
    truth(
      ev,
      settle(ev, fn).kind === 'none'
        ? value
        : callValue(ev, fn, { positional: [{ value }], keywords: new Map() }, node),
      node,
    ),
  );
  return ev.machine.newList(kept);
}

const toList =
  (form: 'list' | 'set' | 'tuple'): Builtin =>
  (ev, args, node) => {
    const value = at(ev, args, 0);
    if (value === undefined) return form === 'tuple' ? tuple([]) : ev.machine.newList([], form);
    if (form === 'tuple' && value.kind === 'shape') return value;
    const items = iterate(ev, value);
    if (items === undefined)
      return form === 'tuple'
        ? value.kind === 'shape'
          ? value
          : unknown('a tuple of unknown length', node)
        : ev.machine.newList(undefined, form, elementOf(ev, value, node));
    if (form === 'tuple') return tuple(items);
    return ev.machine.newList(form === 'set' ? distinct(ev, items) : [...items], form);
  };

function toDict(ev: Evaluator, args: Arguments): Value {
  const entries = new Map<string, { readonly key: Value; readonly value: Value }>();
  const first = at(ev, args, 0);
  let open = args.openKeywords ?? false;
  const source = first?.kind === 'ref' ? ev.machine.read(first.id) : undefined;
  if (source?.kind === 'dict') {
    for (const [key, entry] of source.entries) entries.set(key, entry);
    open ||= source.open;
  } else if (first !== undefined) {
    const pairs = iterate(ev, first)?.map((pair) => iterate(ev, pair));
    if (pairs === undefined) open = true;
    for (const pair of pairs ?? []) {
      const key = pair?.[0] === undefined ? undefined : dictKey(settle(ev, pair[0]));
      if (key === undefined || pair?.[0] === undefined || pair[1] === undefined) open = true;
      else entries.set(key, { key: pair[0], value: pair[1] });
    }
  }
  for (const [name, given] of args.keywords) entries.set(`s${name}`, { key: str(name), value: given.value });
  return ev.machine.newDict(entries, open);
}

const quantified =
  (all: boolean): Builtin =>
  (ev, args) => {
    const items = iterate(ev, at(ev, args, 0) ?? none);
    if (items === undefined) return bool(undefined);
    const answers = items.map((item) => knownTruth(ev, settle(ev, item)));
    if (answers.includes(!all)) return bool(!all);
    return bool(answers.includes(undefined) ? undefined : all);
  };

const mathFunction =
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

const partial: Builtin = (_ev, args) => {
  const [first, ...rest] = args.positional;
  if (first === undefined || args.openPositional === true || args.openKeywords === true)
    return unknown('a partial of unknown content');
  return {
    kind: 'partial',
    callee: first.value,
    args: rest.map((given) => given.value),
    keywords: [...args.keywords].map(([name, given]) => [name, given.value]),
  };
};

const instanceOf =
  (name: string): Builtin =>
  (ev, args) =>
    ev.machine.newInstance(
      name,
      [...args.keywords].map(([key, given]) => [key, given.value] as const),
    );

const parameter: Builtin = (ev, args, node) => {
  const value = at(ev, args, 0, 'data');
  const data = value === undefined ? undefined : tensorOf(ev, value);
  return data === undefined ? unknown('a parameter of unknown data', node) : { ...data, parameter: true };
};

const typeCall: Builtin = (ev, args, node) => {
  const value = at(ev, args, 0) ?? none;
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind === 'instance')
    return typeof object.cls === 'string' ? { kind: 'external', path: object.cls } : object.cls;
  return unknown('the type of this value', node);
};

const divmod: Builtin = (ev, args, node) => {
  const [a, b] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none];
  if (a.kind !== 'int' || b.kind !== 'int') return unknown('a divmod of unknown numbers', node);
  return tuple([int(floorDiv(a.dim, b.dim)), int(mod(a.dim, b.dim))]);
};

const chain: Builtin = (ev, args) => {
  const lists = args.positional.map((given) => iterate(ev, given.value));
  return lists.includes(undefined)
    ? ev.machine.newList(undefined)
    : ev.machine.newList(lists.flatMap((list) => list ?? []));
};

const callFirst: Builtin = (ev, args, node) => {
  const [first, ...rest] = args.positional;
  const keywords = new Map(
    [...args.keywords].filter(
      ([name]) => !['use_reentrant', 'preserve_rng_state', 'context_fn', 'determinism_check', 'debug'].includes(name),
    ),
  );
  return first === undefined ? none : callValue(ev, first.value, { ...args, positional: rest, keywords }, node);
};

const sorted: Builtin = (ev, args, node) => {
  const items = iterate(ev, at(ev, args, 0) ?? none)?.map((item) => settle(ev, item));
  const key = args.keywords.get('key')?.value;
  const reverse = args.keywords.get('reverse')?.value;
  const downwards = reverse === undefined ? false : knownTruth(ev, settle(ev, reverse));
  const ranks = items
    ?.map((item) =>
      key === undefined
        ? item
        : settle(ev, callValue(ev, key, { positional: [{ value: item }], keywords: new Map() }, node)),
    )
    .map(rankOf);
  const numbers = ranks?.filter((rank) => typeof rank === 'number');
  const texts = ranks?.filter((rank) => typeof rank === 'string');
  if (
    items === undefined ||
    downwards === undefined ||
    (numbers?.length !== items.length && texts?.length !== items.length)
  )
    return ev.machine.newList(
      undefined,
      'list',
      items?.[0] !== undefined && items.every((item) => item === items[0])
        ? items[0]
        : unknown('an item of a sorted list', node),
    );
  const order = items.map((_, i) => i).sort((a, b) => (downwards ? -1 : 1) * before(ranks?.[a], ranks?.[b]) || a - b);
  return ev.machine.newList(order.map((i) => items[i] ?? none));
};

const rankOf = (value: Value): number | string | undefined =>
  value.kind === 'int'
    ? constantOf(value.dim)
    : value.kind === 'float' || value.kind === 'str'
      ? value.value
      : undefined;
const before = (a: number | string | undefined, b: number | string | undefined): number =>
  a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;

const mathProduct: Builtin = (ev, args, node) => {
  const items = iterate(ev, at(ev, args, 0) ?? none)?.map((item) => settle(ev, item));
  if (!items?.every((item) => item.kind === 'int')) return unknown('a product of unknown values', node);
  return int(product(items.map((item) => item.dim)));
};

const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...dataFunctions,
  'builtins.range': range,
  'builtins.len': length,
  'builtins.int': toInt,
  'builtins.float': (ev, args) => {
    const value = at(ev, args, 0) ?? float(0);
    if (value.kind === 'float') return value;
    if (value.kind === 'str')
      return float(
        value.value !== undefined && /^[-+]?(inf|\d)/i.test(value.value)
          ? Number(value.value.replace(/inf(inity)?/i, 'Infinity'))
          : undefined,
      );
    const ratio = exactRatio(value);
    const n = ratio && constantOf(ratio.over);
    return n !== undefined
      ? float(n)
      : ratio === undefined
        ? float(undefined)
        : { kind: 'float', value: undefined, ratio };
  },
  'builtins.bool': (ev, args) => bool(knownTruth(ev, at(ev, args, 0) ?? bool(false))),
  'builtins.str': (ev, args) => str(plainText(at(ev, args, 0) ?? str(''))),
  'builtins.repr': () => str(undefined),
  'builtins.format': (ev, args) => {
    const [value, spec] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? str('')];
    return str(spec.kind === 'str' && spec.value !== undefined ? formatted(value, spec.value) : undefined);
  },
  'builtins.abs': (ev, args, node) => {
    const value = at(ev, args, 0) ?? none;
    if (value.kind === 'int') return int(max(value.dim, mul(value.dim, num(-1))));
    if (value.kind === 'float') return float(value.value === undefined ? undefined : Math.abs(value.value));
    return value.kind === 'tensor'
      ? callValue(ev, { kind: 'external', path: 'torch.abs' }, args, node)
      : unknown('an absolute value', node);
  },
  'builtins.min': extreme('min'),
  'builtins.max': extreme('max'),
  'builtins.sum': sum,
  'builtins.pow': (ev, args, node) => binaryOperation(ev, '**', at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, node),
  'builtins.divmod': divmod,
  'builtins.isinstance': isInstanceCall,
  'builtins.issubclass': () => bool(undefined),
  'builtins.hasattr': hasAttribute,
  'builtins.getattr': getAttributeCall,
  'builtins.setattr': setAttributeCall,
  'builtins.callable': (ev, args) => {
    const value = at(ev, args, 0) ?? none;
    return bool(
      ['function', 'method', 'class', 'partial'].includes(value.kind)
        ? true
        : ['int', 'str', 'none', 'float', 'bool', 'tuple'].includes(value.kind)
          ? false
          : undefined,
    );
  },
  'builtins.list': toList('list'),
  'builtins.tuple': toList('tuple'),
  'builtins.set': toList('set'),
  'builtins.frozenset': toList('set'),
  'builtins.iter': toList('list'),
  'builtins.dict': toDict,
  'collections.OrderedDict': toDict,
  'collections.defaultdict': (ev) => ev.machine.newDict([], true),
  'builtins.zip': zip,
  'builtins.enumerate': enumerate,
  'builtins.map': mapCall,
  'builtins.filter': filterCall,
  'builtins.reversed': (ev, args, node) => {
    const items = iterate(ev, at(ev, args, 0) ?? none);
    return ev.machine.newList(
      items === undefined ? undefined : [...items].reverse(),
      'list',
      items === undefined ? elementOf(ev, at(ev, args, 0) ?? none, node) : none,
    );
  },
  'builtins.sorted': sorted,
  'builtins.any': quantified(false),
  'builtins.all': quantified(true),
  'builtins.print': nothing,
  'builtins.next': (ev, args, node) => {
    const value = at(ev, args, 0) ?? none;
    return iterate(ev, value)?.[0] ?? elementOf(ev, value, node);
  },
  'builtins.type': typeCall,
  'builtins.round': rounded('round'),
  'builtins.id': () => unknown('an id'),
  'builtins.object.__init__': nothing,
  'builtins.object.__setattr__': setAttributeCall,
  'builtins.slice': (ev, args) => {
    const [a, b, c] = [at(ev, args, 0) ?? none, at(ev, args, 1), at(ev, args, 2)];
    return { kind: 'slice', lower: b === undefined ? none : a, upper: b ?? a, step: c ?? none };
  },
  'builtins.super': (ev, args, node) => {
    const cls = at(ev, args, 0);
    const self = at(ev, args, 1);
    return cls?.kind === 'class' && self !== undefined
      ? { kind: 'super', self, after: cls }
      : unknown('super() of these arguments', node);
  },
  'math.ceil': rounded('ceil'),
  'math.floor': rounded('floor'),
  'math.prod': mathProduct,
  'numpy.prod': mathProduct,
  'math.sqrt': (ev, args) => squareRoot(ev, at(ev, args, 0) ?? none),
  'numpy.sqrt': (ev, args) => squareRoot(ev, at(ev, args, 0) ?? none),
  'math.log': (ev, args) =>
    args.positional.length > 1 ? logarithm(ev, args) : mathFunction(Math.log)(ev, args, NOWHERE),
  'math.log2': mathFunction(Math.log2),
  'math.exp': mathFunction(Math.exp),
  'math.gcd': (ev, args) => {
    const [a, b] = [at(ev, args, 0), at(ev, args, 1)].map((value) =>
      value?.kind === 'int' ? constantOf(value.dim) : undefined,
    );
    return a === undefined || b === undefined ? int(sym(freshSym('gcd', 1))) : int(num(gcd(a, b)));
  },
  'functools.partial': partial,
  'functools.reduce': (ev, args, node) => {
    const [fn, list, start] = [args.positional[0]?.value, at(ev, args, 1), args.positional[2]?.value];
    const items = list === undefined ? undefined : iterate(ev, list);
    if (fn === undefined || items === undefined) return unknown('a reduction of unknown values', node);
    const all = start === undefined ? items : [start, ...items];
    return all
      .slice(1)
      .reduce(
        (total, item) =>
          callValue(ev, fn, { positional: [{ value: total }, { value: item }], keywords: new Map() }, node),
        all[0] ?? none,
      );
  },
  'itertools.chain': chain,
  'operator.mul': (ev, args, node) => binaryOperation(ev, '*', at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, node),
  'operator.add': (ev, args, node) => binaryOperation(ev, '+', at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, node),
  'itertools.repeat': (ev, args) => {
    const [value, times] = [at(ev, args, 0) ?? none, at(ev, args, 1)];
    const n = times?.kind === 'int' ? constantOf(times.dim) : undefined;
    return n === undefined || n > MAX_RANGE
      ? ev.machine.newList(undefined, 'list', value)
      : ev.machine.newList(Array.from({ length: Math.max(0, n) }, () => value));
  },
  'copy.deepcopy': (ev, args) => copyGraph(ev, at(ev, args, 0) ?? none, true),
  'copy.copy': (ev, args) => copyGraph(ev, at(ev, args, 0) ?? none, false),
  ...recordFunctions,
  'dataclasses.field': instanceOf('dataclasses.Field'),
  'types.SimpleNamespace': instanceOf('types.SimpleNamespace'),
  'argparse.Namespace': instanceOf('argparse.Namespace'),
  'argparse.ArgumentParser': (ev) => ev.machine.newInstance('argparse.ArgumentParser'),
  'torch.nn.Parameter': parameter,
  'torch.nn.parameter.Parameter': parameter,
  'torch.nn.Buffer': passThrough,
  'torch.Size': (ev, args, node) => {
    const items = iterate(ev, at(ev, args, 0) ?? tuple([]))?.map((item) => settle(ev, item));
    return items?.every((item) => item.kind === 'int') === true
      ? { kind: 'shape', shape: { lead: items.map((item) => item.dim), tail: [] } }
      : unknown('a size', node);
  },
  'torch.device': (ev, args) => {
    const name = at(ev, args, 0) ?? none;
    return { kind: 'device', device: name.kind === 'str' ? name.value?.split(':')[0] : undefined };
  },
  'torch.is_tensor': (ev, args, node) =>
    isInstanceCall(
      ev,
      {
        positional: [...args.positional.slice(0, 1), { value: { kind: 'external', path: 'torch.Tensor' } }],
        keywords: new Map(),
      },
      node,
    ),
  'torch.compile': (ev, args) => at(ev, args, 0) ?? { kind: 'external', path: 'torch.compile' },
  'torch.jit.script': passThrough,
  'torch.jit.trace': passThrough,
  'torch.nn.DataParallel': passThrough,
  'torch.nn.parallel.DistributedDataParallel': passThrough,
  'torch.nn.utils.spectral_norm': passThrough,
  'torch.nn.utils.parametrizations.spectral_norm': passThrough,
  'torch.nn.utils.parametrizations.weight_norm': passThrough,
  'torch.nn.utils.weight_norm': passThrough,
  'torch.utils.checkpoint.checkpoint': callFirst,
  'torch._assert': nothing,
};

/** A node for built-ins that report nothing. */
const NOWHERE: tree.Expr = { kind: 'none', at: { file: '', base: 0 }, start: 0, end: 0 };

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

function squareRoot(ev: Evaluator, value: Value): Value {
  if (value.kind === 'tensor') return tensor(value.shape, value.dtype);
  return mathFunction(Math.sqrt)(ev, { positional: [{ value }], keywords: new Map() }, NOWHERE);
}

function logarithm(ev: Evaluator, args: Arguments): Value {
  const [x, base] = [at(ev, args, 0), at(ev, args, 1)].map((value) =>
    value?.kind === 'int' ? constantOf(value.dim) : value?.kind === 'float' ? value.value : undefined,
  );
  if (x === undefined || base === undefined) return float(undefined);
  // Python's math.log(x, 2) of a power of two is exact.
  const exact = base === 2 ? Math.log2(x) : Math.log(x) / Math.log(base);
  return float(exact);
}

export const builtinFunction = (path: string): Builtin | undefined =>
  Object.hasOwn(BUILTINS, path) ? BUILTINS[path] : path.startsWith('torch.nn.init.') ? passThrough : undefined;
