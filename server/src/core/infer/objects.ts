/** Attributes of values. */
import type * as tree from '../python/tree';
import { num } from '../shape/dim';
import { dimsOf, type Shape } from '../shape/shape';
import type { Place } from '../text/place';
import { externalConstant } from './builtins/constants';
import { addChild, isModuleValue, moduleAttributeOf } from './builtins/modules';
import { callOperator } from './calls';
import { callFunction } from './functionCalls';
import { classAttribute, hasUnknownBase } from './classes';
import type { Evaluator } from './evaluator';
import type { Instance } from './heap';
import { forgetTrait } from './looking';
import { freshLatent, settle, tensorOf } from './latent';
import { bool, int, str, tensor, tuple, unknown, type LatentValue, type TensorValue, type Value } from './value';
import { isDeclared, isOperatorName } from './catalogue';

/** Attributes of tensors that are not methods. */
const TENSOR_PROPERTIES = new Set(['T', 'mT', 'H', 'mH', 'real', 'imag', 'data', 'grad']);

/** Methods that only tensors have: calling one says what the value is. Arrays share the others. */
const TENSOR_ONLY = new Set(
  (
    'size dim view view_as permute unsqueeze contiguous detach cuda cpu expand expand_as chunk unbind softmax log_softmax sigmoid relu tanh ' +
    'masked_fill masked_fill_ matmul bmm mm type_as requires_grad requires_grad_ backward unflatten index_select gather scatter scatter_ ' +
    'new_zeros new_ones new_full new_empty mul_ add_ sub_ div_ t narrow float half long bool double is_cuda numel topk'
  ).split(' '),
);

export function getAttribute(ev: Evaluator, written: Value, name: string, node: tree.Expr): Value {
  const value = settle(ev, written);
  switch (value.kind) {
    case 'tensor':
      return tensorAttribute(ev, value, name, node);
    case 'latent':
      return latentAttribute(ev, value, name, node);
    case 'ref': {
      const object = ev.machine.read(value.id);
      if (object?.kind === 'instance') return instanceAttribute(ev, value, object, name, node);
      return { kind: 'method', self: value, target: name };
    }
    case 'class':
      return classMember(ev, value, name, node);
    case 'external':
      if (name === '__name__' && isDeclared(value.path)) return str(value.path.slice(value.path.lastIndexOf('.') + 1));
      return (
        ev.program.frameworks.constant(value.path, name) ??
        externalConstant(value.path, name) ?? {
          kind: 'external',
          path: ev.program.frameworks.canonical(`${value.path}.${name}`),
        }
      );
    case 'module':
      return ev.program.attribute(value, name) ?? unknown(`${name} of module ${value.name}`, node);
    case 'super':
      return superAttribute(ev, value, name, node);
    case 'tuple': {
      const index = value.names?.indexOf(name) ?? -1;
      return (index >= 0 ? value.items[index] : undefined) ?? { kind: 'method', self: value, target: name };
    }
    case 'partial':
      return name === 'func'
        ? value.callee
        : name === 'args'
          ? tuple(value.args)
          : name === 'keywords'
            ? ev.machine.newDict(value.keywords.map(([word, item]) => [`s${word}`, { key: str(word), value: item }]))
            : unknown(`${name} of a partial`, node);
    case 'function':
      return name === '__name__' && value.node.kind === 'function'
        ? str(value.node.name)
        : unknown(`${name} of a function`, node);
    case 'device':
      // Which one it is at run time depends on the machine.
      return name === 'type' ? str(undefined) : unknown(`${name} of a device`, node);
    case 'unknown':
      return value;
    case 'int':
    case 'str':
      // Members of IntEnum and StrEnum are kept as the number or text that they are.
      return name === 'value' ? value : { kind: 'method', self: value, target: name };
    default:
      return { kind: 'method', self: value, target: name };
  }
}

function tensorAttribute(ev: Evaluator, value: TensorValue, name: string, node: tree.Expr): Value {
  switch (name) {
    case 'shape':
      return { kind: 'shape', shape: value.shape };
    case 'ndim':
      return openRank(ev, value.shape);
    case 'dtype':
      return value.dtype === undefined
        ? unknown('a dtype that is not known', node)
        : { kind: 'dtype', dtype: value.dtype };
    case 'device':
      return { kind: 'device', device: value.device };
    case 'is_cuda':
    case 'requires_grad':
      return bool(undefined);
    default:
      break;
  }
  if (TENSOR_PROPERTIES.has(name)) {
    if (name === 'data') return { ...value, trait: { kind: 'detached', by: 'torch.Tensor.data', place: node } };
    return isOperatorName(`torch.Tensor.${name}`)
      ? callOperator(ev, `torch.Tensor.${name}`, [value], node)
      : unknown(`${name} of a tensor`, node);
  }
  return { kind: 'method', self: value, target: name };
}

/** The number of dims as a number on each path, where only few are possible. */
export function openRank(ev: Evaluator, shape: Shape): Value {
  if (dimsOf(ev.machine.facts.shape(shape)) === undefined && ev.machine.facts.ranks(shape) === undefined)
    return unknownRank(shape);
  return int(num(ev.solve.dims(tensor(shape, undefined)).length));
}

/** A rank nobody knows: the same for the same tensor, so that tests on it agree. */
function unknownRank(shape: Shape): Value {
  let known = ranks.get(shape);
  if (known === undefined) {
    ranks.set(shape, (known = unknown('the number of dims is not known')));
    askedShapes.set(known, shape);
  }
  return known;
}
const ranks = new WeakMap<Shape, Value>();
const askedShapes = new WeakMap<Value, Shape>();

/** The shape whose number of dims the unknown value stands for. */
export const shapeOfRank = (value: Value): Shape | undefined => askedShapes.get(value);

function latentAttribute(ev: Evaluator, value: LatentValue, name: string, node: tree.Expr): Value {
  const isTensor =
    TENSOR_ONLY.has(name) ||
    (value.hint === 'tensor' &&
      (name === 'shape' || name === 'ndim' || name === 'dtype' || isOperatorName(`torch.Tensor.${name}`))) ||
    (name === 'shape' && !ev.activation.module.importsNumpy);
  if (isTensor && value.hint !== 'number') {
    const asTensor = tensorOf(ev, value);
    if (asTensor !== undefined) return tensorAttribute(ev, asTensor, name, node);
  }
  // An attribute of a configuration that was handed in: any number, but always the same one.
  if (value.hint === 'number' && !name.startsWith('__')) return stable(value, name, () => freshLatent(name, 'number'));
  return stable(value, name, () => unknown(`${name} of ${value.name}`, node));
}

/** The same unknown attribute of the same unknown value is the same unknown value. */
const stableAttributes = new WeakMap<object, Map<string, Value>>();
function stable(owner: object, name: string, make: () => Value): Value {
  let known = stableAttributes.get(owner);
  if (known === undefined) stableAttributes.set(owner, (known = new Map<string, Value>()));
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = make()));
  return value;
}

function instanceAttribute(
  ev: Evaluator,
  self: Value & { kind: 'ref' },
  object: Instance,
  name: string,
  node: tree.Expr,
): Value {
  const own = object.attrs.get(name);
  if (own !== undefined) return own;
  if (name === '__class__') return typeof object.cls === 'string' ? { kind: 'external', path: object.cls } : object.cls;
  if (name === '__dict__') return unknown('the attributes of an object', node);
  const found = classAttribute(ev, object.cls, name);
  // Everything has it; a class of the user's that defines its own is asked.
  if (name === '__setattr__' && (found === undefined || found === 'unknown' || 'external' in found))
    return { kind: 'partial', callee: { kind: 'external', path: 'builtins.setattr' }, args: [self], keywords: [] };
  if (found !== undefined && found !== 'unknown') {
    if ('external' in found)
      return moduleAttributeOf(ev, self, object, found.external, name) ?? missing(object, name, node);
    return bindMember(ev, self, found.value, node);
  }
  return missing(object, name, node);
}

function missing(object: Instance, name: string, node: Place): Value {
  return stable(object, name, () =>
    unknown(
      object.open || hasUnknownBase(object.cls)
        ? `${name} of an object that unknown code may have changed`
        : `${name} is not set on this object`,
      node,
    ),
  );
}

/** A class attribute as seen through an instance. */
function bindMember(ev: Evaluator, self: Value, member: Value, node: tree.Expr): Value {
  if (member.kind !== 'function') return member;
  switch (member.binding) {
    case 'static':
      return member;
    case 'property':
      return callFunction(ev, member, { positional: [{ value: self }], keywords: new Map() }, node, self);
    default:
      return { kind: 'method', self, target: member };
  }
}

function classMember(ev: Evaluator, cls: Value & { kind: 'class' }, name: string, node: tree.Expr): Value {
  if (name === '__name__') return str(cls.node.name);
  const found = classAttribute(ev, cls, name);
  if (found === undefined || found === 'unknown') return unknown(`${name} of class ${cls.node.name}`, node);
  if ('external' in found) {
    const callee: Value = { kind: 'external', path: `${found.external}.${name}` };
    return callee.path === 'torch.autograd.Function.apply'
      ? { kind: 'partial', callee, args: [cls], keywords: [] }
      : callee;
  }
  return found.value.kind === 'function' && found.value.binding === 'class'
    ? { kind: 'method', self: cls, target: found.value }
    : found.value;
}

function superAttribute(ev: Evaluator, value: Value & { kind: 'super' }, name: string, node: tree.Expr): Value {
  const self = settle(ev, value.self);
  const object = self.kind === 'ref' ? ev.machine.read(self.id) : undefined;
  const cls = object?.kind === 'instance' ? object.cls : self.kind === 'class' ? self : undefined;
  if (cls === undefined) return unknown('super() of this value', node);
  const found = classAttribute(ev, cls, name, value.after);
  if (found === 'unknown') return unknown(`${name} of an unknown base class`, node);
  if (found === undefined) return name === '__init__' ? HARMLESS_INIT : unknown(`${name} of a base class`, node);
  if ('external' in found)
    return {
      kind: 'partial',
      callee: { kind: 'external', path: `${found.external}.${name}` },
      args: [self],
      keywords: [],
    };
  return bindMember(ev, self, found.value, node);
}

/** `object.__init__`. */
const HARMLESS_INIT: Value = { kind: 'external', path: 'builtins.object.__init__' };

export function setAttribute(ev: Evaluator, written: Value, name: string, value: Value, node: tree.Expr): void {
  const object = settle(ev, written);
  if (object.kind === 'ref') {
    const own = ev.machine.write(object.id);
    if (own?.kind !== 'instance') return;
    const found = typeof own.cls === 'string' ? undefined : classAttribute(ev, own.cls, name);
    const property =
      typeof found === 'object' &&
      'value' in found &&
      found.value.kind === 'function' &&
      found.value.binding === 'property'
        ? found.value
        : undefined;
    if (property?.setter !== undefined)
      callFunction(
        ev,
        property.setter,
        { positional: [{ value: object }, { value }], keywords: new Map() },
        node,
        object,
      );
    else if (!isModuleValue(ev, value) || !addChild(ev, own, name, value)) own.attrs.set(name, value);
  } else if (object.kind === 'tensor') forgetTrait(ev, object);
  else if (object.kind === 'class') {
    const frame = ev.machine.write(object.namespace);
    if (frame?.kind === 'frame') frame.vars.set(name, value);
  }
}
