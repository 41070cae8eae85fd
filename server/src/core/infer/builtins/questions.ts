/** Questions about values: `isinstance`, `hasattr`, `getattr`, `type`. */
import { at, type Builtin } from './builtin';
import type * as tree from '../../python/tree';
import type { Arguments } from '../bind';
import { thingNamed } from '../check';
import { layerNamed, operatorNamed } from '../catalogue';
import { baseOrder, classAttribute } from '../classes';
import { type Evaluator } from '../evaluator';
import { settle, tensorOf } from '../latent';
import { getAttribute } from '../objects';
import { bool, none, unknown, type Value } from '../value';
import { isModuleValue } from './modules';

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

/** Classes of what can be called. */
const CALLABLES: Readonly<Record<string, string>> = {
  'builtins.type': 'class',
  'functools.partial': 'partial',
  'types.FunctionType': 'function',
  'types.LambdaType': 'function',
};

/** Which of these classes a value's is; '' for none of them, undefined where it isn't known. */
function callableKind(value: Value, isObject: boolean): string | undefined {
  switch (value.kind) {
    case 'class':
      return 'class';
    case 'partial':
      // Bound methods of layers are kept in the same form.
      return value.callee.kind === 'external' && /\.(forward|setattr)$/.test(value.callee.path) ? undefined : 'partial';
    case 'function':
      // A decorator may have made something else of it.
      return value.node.kind === 'lambda' || value.node.decorators.length === 0 ? 'function' : undefined;
    case 'external':
      return layerNamed(value.path) === undefined ? undefined : 'class';
    case 'ref':
      return isObject ? '' : undefined;
    case 'method':
    case 'unknown':
    case 'latent':
      return undefined;
    default:
      return '';
  }
}

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
    const thing = typeof object.cls === 'string' ? thingNamed(object.cls) : undefined;
    if (thing !== undefined) return thing.base === cls.path ? true : undefined;
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
  const wanted = CALLABLES[cls.path];
  if (wanted !== undefined) return callableKind(value, object !== undefined)?.includes(wanted);
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

export const isInstanceCall: Builtin = (ev, args, node) => {
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

export function hasAttribute(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
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

export function getAttributeCall(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  const [value, name, fallback] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, at(ev, args, 2)];
  if (name.kind !== 'str' || name.value === undefined) return unknown('an attribute whose name is not known', node);
  const found = getAttribute(ev, value, name.value, node);
  if (found.kind !== 'unknown' || fallback === undefined || value.kind !== 'ref') return found;
  const object = ev.machine.read(value.id);
  return object?.kind === 'instance' && !object.open && classAttribute(ev, object.cls, name.value) === undefined
    ? fallback
    : found;
}

export const typeCall: Builtin = (ev, args, node) => {
  const value = at(ev, args, 0) ?? none;
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind === 'instance')
    return typeof object.cls === 'string' ? { kind: 'external', path: object.cls } : object.cls;
  return unknown('the type of this value', node);
};
