/** Questions about values: `isinstance`, `hasattr`, `getattr`, `type`. */
import { at, type Builtin } from './builtin';
import type * as tree from '../../python/tree';
import type { Arguments } from '../bind';
import { thingNamed } from '../check';
import { isDeclared, layerNamed } from '../catalogue';
import { baseOrder, classAttribute } from '../classes';
import { type Evaluator } from '../evaluator';
import { identityOf } from '../identity';
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
  if (cls.kind === 'class')
    return isDefinition(value) && baseOrder(cls).some((base) => base === undefined || base === 'builtins.type')
      ? undefined
      : false;
  if (cls.kind !== 'external') return undefined;
  if (isDefinition(value) || value.kind === 'partial' || DEFINITION_TYPES.test(cls.path))
    return isDefinitionOf(value, cls.path);
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

const isDefinition = (value: Value): boolean =>
  value.kind === 'class' || value.kind === 'function' || value.kind === 'method' || value.kind === 'external';

/** Classes whose instances are classes and functions. */
const DEFINITION_TYPES =
  /^(builtins\.type|types\.(FunctionType|LambdaType|MethodType)|functools\.partial|(collections\.abc|typing)\.Callable)$/;

/** isinstance of a class, function or partial, or of anything and their types. */
function isDefinitionOf(value: Value, path: string): boolean | undefined {
  // Whether a framework's name is a function or a class isn't listed: only its layers are known to be classes.
  const isClass = value.kind === 'class' || (value.kind === 'external' && layerNamed(value.path) !== undefined);
  const open = value.kind === 'external' && !isClass;
  switch (path) {
    case 'builtins.type':
      return open ? undefined : isClass;
    case 'types.FunctionType':
    case 'types.LambdaType':
      return open ? undefined : value.kind === 'function';
    case 'types.MethodType':
      return open ? undefined : value.kind === 'method';
    case 'functools.partial':
      return open ? undefined : value.kind === 'partial';
    case 'typing.Callable':
    case 'collections.abc.Callable':
      return isDefinition(value) || value.kind === 'partial'
        ? open
          ? undefined
          : true
        : value.kind === 'ref'
          ? undefined
          : false;
    default:
      return path in TYPE_KINDS || path === 'torch.nn.Module' ? (open ? undefined : false) : undefined;
  }
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

/** `issubclass(attention, Window)` of classes of source; undefined where it isn't known. */
function isSubclass(ev: Evaluator, cls: Value, of: Value): boolean | undefined {
  if (of.kind === 'tuple') {
    const answers = of.items.map((item) => isSubclass(ev, cls, settle(ev, item)));
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
  }
  if (cls.kind === 'external' && of.kind === 'external') return cls.path === of.path ? true : undefined;
  if (cls.kind !== 'class') return undefined;
  const order = baseOrder(cls);
  const found = order.some((base) =>
    base === undefined
      ? false
      : typeof base === 'string'
        ? of.kind === 'external' && of.path === base
        : of.kind === 'class' && of.node === base.node,
  );
  // A framework's class has bases that aren't listed.
  return found ? true : of.kind === 'class' && !order.includes(undefined) ? false : undefined;
}

export const isSubclassCall: Builtin = (ev, args, node) => {
  const [cls, of] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none];
  const answer = isSubclass(ev, cls, of);
  if (answer !== undefined) return bool(answer);
  return bool(undefined, { kind: 'flag', key: `unknown issubclass ${ev.program.textOf(node)} ${identityOf(cls)}` });
};

export const typeCall: Builtin = (ev, args, node) => {
  const value = at(ev, args, 0) ?? none;
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind === 'instance')
    return typeof object.cls === 'string' ? { kind: 'external', path: object.cls } : object.cls;
  return unknown('the type of this value', node);
};
