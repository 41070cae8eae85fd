/** nn.Module and its containers. */
import type * as tree from '../../python/tree';
import { constantOf } from '../../shape/dim';
import type { Arguments } from '../bind';
import { callValue, loseContent } from '../calls';
import { CHILDREN, containerItems, itemPosition, itemsOf, KEYED } from '../containers';
import type { Evaluator } from '../evaluator';
import type { DictObject, Instance } from '../heap';
import { noteApplied, registerHook } from '../hooks';
import { settle } from '../latent';
import { getAttribute } from '../objects';
import { layerNamed } from '../catalogue';
import { baseOrder } from '../classes';
import { bool, none, str, tuple, unknown, type Value } from '../value';

type Reference = Value & { kind: 'ref' };

const CONTAINERS = new Set(
  ['Module', 'Sequential', 'ModuleList', 'ModuleDict', 'ParameterList', 'ParameterDict'].map(
    (name) => `torch.nn.${name}`,
  ),
);

/** nn.Module itself or a container of modules or parameters. */
export const isModuleContainer = (path: string): boolean => CONTAINERS.has(path);

const isMapping = (path: string): boolean => path.endsWith('Dict');

export function constructContainer(ev: Evaluator, path: string, args: Arguments, node: tree.Expr): Value {
  const self = ev.machine.newInstance(path, [], { place: node, arguments: new Map() });
  initialiseContainer(ev, path, self, args, node);
  return self;
}

export function initialiseContainer(ev: Evaluator, path: string, self: Value, args: Arguments, node: tree.Expr): void {
  if (self.kind !== 'ref') return;
  const children = path === 'torch.nn.Module' ? undefined : childrenOf(ev, path, args, node);
  const own = ev.machine.write(self.id);
  if (own?.kind !== 'instance') return;
  if (!own.attrs.has('training')) own.attrs.set('training', ev.trainingFlag());
  if (children !== undefined) own.attrs.set(CHILDREN, children);
  if (isMapping(path)) own.attrs.set(KEYED, bool(true));
}

function childrenOf(ev: Evaluator, path: string, args: Arguments, node: tree.Expr): Value {
  const first = args.positional[0] === undefined ? undefined : settle(ev, args.positional[0].value);
  const mapping = first?.kind === 'ref' ? ev.machine.read(first.id) : undefined;
  if (args.openPositional === true) return isList(path) ? ev.machine.newList(undefined) : ev.machine.newDict([], true);
  if (path === 'torch.nn.Sequential') {
    if (mapping?.kind === 'dict' && args.positional.length === 1)
      return ev.machine.newDict(mapping.entries, mapping.open);
    return ev.machine.newDict(args.positional.map(({ value }, i) => [`s${i}`, { key: str(String(i)), value }]));
  }
  if (isList(path)) {
    if (first === undefined) return ev.machine.newList([]);
    const items = itemsOf(ev, first);
    return items === undefined
      ? ev.machine.newList(undefined, 'list', unknownItem(ev, first, node))
      : ev.machine.newList([...items]);
  }
  if (first === undefined) return ev.machine.newDict();
  if (mapping?.kind === 'dict') return ev.machine.newDict(mapping.entries, mapping.open);
  return ev.machine.newDict([], true);
}

function unknownItem(ev: Evaluator, list: Value, node: tree.Expr): Value {
  const object = list.kind === 'ref' ? ev.machine.read(list.id) : undefined;
  return object?.kind === 'list' ? object.element : unknown('a child of a container of unknown content', node);
}

const isList = (path: string): boolean => path.endsWith('List');

/** `Sequential.forward`, `ModuleList.append`: members of the container classes called with their self. */
export function callContainer(
  ev: Evaluator,
  path: string,
  member: string,
  self: Reference,
  args: Arguments,
  node: tree.Expr,
): Value {
  if (member === '__init__') {
    initialiseContainer(ev, path, self, args, node);
    return none;
  }
  if ((member === 'forward' || member === '__call__') && path === 'torch.nn.Sequential')
    return runSequential(ev, self, args, node);
  const known = moduleMethod(ev, self, member, args, node);
  // Of a class with bases that aren't known it may be the method of one of them.
  if (known === undefined && !MODULE_METHODS.has(member)) loseContent(ev, self);
  return known ?? unknown(`${member} of ${path}`, node);
}

function runSequential(ev: Evaluator, self: Reference, args: Arguments, node: tree.Expr): Value {
  const object = ev.machine.read(self.id);
  const children = object?.kind === 'instance' ? containerItems(ev, object) : undefined;
  if (children === undefined || args.positional.length !== 1) return unknown('a Sequential of unknown content', node);
  let value = args.positional[0]?.value ?? none;
  for (const child of children) value = callValue(ev, child, { positional: [{ value }], keywords: new Map() }, node);
  return value;
}

/** What instances of framework classes answer for a name that they don't hold themselves. */
export function moduleAttributeOf(
  ev: Evaluator,
  self: Reference,
  object: Instance,
  external: string,
  name: string,
): Value | undefined {
  const child = namedChild(ev, object, name);
  if (child !== undefined) return child;
  const isLayer = layerNamed(external) !== undefined;
  if ((isLayer || external === 'torch.nn.Sequential') && (name === 'forward' || name === '__call__'))
    return { kind: 'partial', callee: { kind: 'external', path: `${external}.forward` }, args: [self], keywords: [] };
  if (isLayer || isModuleContainer(external) || MODULE_LIKE.test(external))
    return MODULE_METHODS.has(name) ? { kind: 'method', self, target: name } : undefined;
  return typeof object.cls === 'string' || !/^(typing|collections\.abc|builtins)\./.test(external)
    ? { kind: 'method', self, target: name }
    : undefined;
}

/** Classes of other packages that are modules too. */
const MODULE_LIKE = /(LightningModule|PreTrainedModel|ModelMixin)$/;

function namedChild(ev: Evaluator, object: Instance, name: string): Value | undefined {
  const children = object.attrs.get(CHILDREN);
  const inner = children?.kind === 'ref' ? ev.machine.read(children.id) : undefined;
  if (inner?.kind === 'dict') return inner.entries.get(`s${name}`)?.value;
  return inner?.kind === 'list' && /^\d+$/.test(name) ? inner.items?.[Number(name)] : undefined;
}

/** Methods that give back the module itself, whatever they are told. */
const RETURNING_SELF = new Set(
  'to cuda cpu float half bfloat16 double type requires_grad_ share_memory apply to_empty ipu xpu'.split(' '),
);
const MODULE_METHODS = new Set([
  ...RETURNING_SELF,
  ...(
    'train eval register_buffer register_parameter add_module register_module parameters named_parameters buffers named_buffers children named_children ' +
    'modules named_modules state_dict load_state_dict zero_grad append extend insert keys values items update pop get_submodule get_parameter compile ' +
    'register_forward_hook register_forward_pre_hook register_full_backward_hook save_hyperparameters log log_dict extra_repr'
  ).split(' '),
]);

/** A method of nn.Module or of a container; undefined where there is none of that name. */
export function moduleMethod(
  ev: Evaluator,
  self: Reference,
  name: string,
  args: Arguments,
  node: tree.Expr,
): Value | undefined {
  const first = args.positional[0]?.value;
  const text = first === undefined ? undefined : settle(ev, first);
  const second =
    args.positional[1]?.value ??
    args.keywords.get('tensor')?.value ??
    args.keywords.get('module')?.value ??
    args.keywords.get('param')?.value;
  if (name === 'apply') noteApplied(ev, first);
  if (RETURNING_SELF.has(name) && name !== 'requires_grad_') return self;
  switch (name) {
    case 'train':
    case 'eval':
      setBelow(
        ev,
        self,
        'training',
        name === 'eval' ? bool(false) : text === undefined ? bool(true) : text.kind === 'bool' ? text : bool(undefined),
      );
      return self;
    case 'register_buffer':
    case 'register_parameter':
    case 'add_module':
    case 'register_module': {
      const key = text?.kind === 'str' ? text.value : undefined;
      const own = ev.machine.write(self.id);
      if (own?.kind !== 'instance') return none;
      if (key === undefined || second === undefined) own.open = own.open || key === undefined;
      else if (!isModuleValue(ev, second) || !addChild(ev, own, key, second)) own.attrs.set(key, second);
      return none;
    }
    case 'append':
    case 'extend':
    case 'insert':
      return changeList(ev, self, name, args);
    case 'keys':
    case 'values':
    case 'items':
      return listChildren(ev, self, name);
    case 'pop':
    case 'update':
    case 'clear': {
      const own = ev.machine.write(self.id);
      if (own?.kind === 'instance') own.open = true;
      return unknown(`what ${name}() of a container gives`, node);
    }
    case 'children':
    case 'named_children':
      return childModules(ev, self, name === 'named_children');
    case 'parameters':
      markHandedOut(ev, self);
      return parametersOf(ev, self, node);
    case 'named_parameters':
    case 'modules':
    case 'named_modules':
      markHandedOut(ev, self);
      return ev.machine.newList(undefined, 'list', unknown(`what ${name}() gives`, node));
    case 'get_submodule':
    case 'get_parameter':
      markHandedOut(ev, self);
      return text?.kind === 'str' && text.value
        ? text.value.split('.').reduce((owner: Value, part) => getAttribute(ev, owner, part, node), self)
        : unknown(`what ${name}() gives`, node);
    case 'register_forward_hook':
    case 'register_forward_pre_hook':
      return registerHook(ev, self, name, args);
    case 'requires_grad_':
      setBelow(ev, self, FROZEN, first === undefined ? bool(false) : negated(settle(ev, first)));
      return self;
    case 'zero_grad':
    case 'load_state_dict':
    case 'compile':
    case 'log':
    case 'log_dict':
    case 'save_hyperparameters':
      return none;
    default:
      return MODULE_METHODS.has(name)
        ? ev.machine.newList(undefined, 'list', unknown(`what ${name}() gives`, node))
        : undefined;
  }
}

/** Sets an attribute of a module and of all modules below it. */
export function setBelow(
  ev: Evaluator,
  self: Value,
  attribute: string,
  flag: Value,
  seen: Set<number> = new Set<number>(),
): void {
  if (self.kind !== 'ref' || seen.has(self.id)) return;
  seen.add(self.id);
  const object = ev.machine.read(self.id);
  if (object?.kind === 'list') for (const item of object.items ?? []) setBelow(ev, item, attribute, flag, seen);
  if (object?.kind === 'dict')
    for (const entry of object.entries.values()) setBelow(ev, entry.value, attribute, flag, seen);
  if (object?.kind !== 'instance' || !object.attrs.has('training')) return;
  const own = ev.machine.write(self.id) as Instance;
  own.attrs.set(attribute, flag);
  for (const value of [...own.attrs.values()]) setBelow(ev, value, attribute, flag, seen);
}

/** Marks modules whose parameters somebody asked for: an optimizer may have them. */
export const HANDED_OUT = '<handed out>';
/** Marks modules none of whose parameters get a gradient. */
export const FROZEN = '<frozen>';

const markHandedOut = (ev: Evaluator, self: Reference): void => {
  setBelow(ev, self, HANDED_OUT, bool(true));
};

const negated = (flag: Value): Value =>
  bool(flag.kind === 'bool' && flag.value !== undefined ? !flag.value : undefined);

/** The list that `parameters()` gives: which ones and how many isn't said, whose they are is. */
function parametersOf(ev: Evaluator, self: Reference, node: tree.Expr): Value {
  const list = ev.machine.newList(undefined, 'list', unknown('what parameters() gives', node));
  const own = ev.machine.write(list.id);
  if (own?.kind === 'list') own.of = self.id;
  return list;
}

/** Puts a child into a Sequential or ModuleDict; false where the object is neither. */
export function addChild(ev: Evaluator, object: Instance, key: string, value: Value): boolean {
  const children = object.attrs.get(CHILDREN);
  const inner = children?.kind === 'ref' ? (ev.machine.write(children.id) as DictObject | undefined) : undefined;
  if (inner?.kind !== 'dict') return false;
  inner.entries.set(`s${key}`, { key: str(key), value });
  object.attrs.delete(key);
  return true;
}

/** The children of a module container as pairs of name and value, and how to put changed ones back. */
function childEntries(
  ev: Evaluator,
  object: Instance,
):
  | {
      readonly pairs: readonly (readonly [string, Value])[];
      readonly put: (pairs: readonly (readonly [string, Value])[]) => void;
    }
  | undefined {
  const children = object.attrs.get(CHILDREN);
  const inner = children?.kind === 'ref' ? ev.machine.write(children.id) : undefined;
  if (inner?.kind === 'list' && inner.items !== undefined)
    return {
      pairs: inner.items.map((item, i) => [String(i), item] as const),
      put: (pairs) => (inner.items = pairs.map(([, item]) => item)),
    };
  if (inner?.kind !== 'dict' || inner.open) return undefined;
  return {
    pairs: [...inner.entries.values()].map(
      ({ key, value }) => [key.kind === 'str' ? (key.value ?? '') : '', value] as const,
    ),
    put: (pairs) => {
      inner.entries.clear();
      for (const [key, value] of pairs) inner.entries.set(`s${key}`, { key: str(key), value });
    },
  };
}

/** The places of the children that an index, a slice or a name means; undefined where that isn't known. */
function childPositions(
  ev: Evaluator,
  object: Instance,
  index: Value,
  names: readonly string[],
): readonly number[] | undefined {
  if (index.kind === 'str')
    return index.value !== undefined && names.includes(index.value) ? [names.indexOf(index.value)] : undefined;
  return object.attrs.has(KEYED) ? undefined : itemPosition(ev, index, names.length);
}

/** `container[index] = value`; a container whose content is no longer known is marked as such. */
export function replaceChild(ev: Evaluator, object: Instance, index: Value, value: Value): void {
  const entries = childEntries(ev, object);
  const positions =
    entries &&
    childPositions(
      ev,
      object,
      index,
      entries.pairs.map(([name]) => name),
    );
  if (entries !== undefined && index.kind === 'str' && index.value !== undefined && positions === undefined)
    entries.put([...entries.pairs, [index.value, value]]);
  else if (entries === undefined || positions?.length !== 1 || index.kind === 'slice') object.open = true;
  else entries.put(entries.pairs.map((pair, i) => (i === positions[0] ? [pair[0], value] : pair)));
}

/** `del container[index]`, `del self.child`: children of lists and of Sequential are counted anew. */
export function removeChild(ev: Evaluator, object: Instance, index: Value): void {
  const entries = childEntries(ev, object);
  const positions =
    entries &&
    childPositions(
      ev,
      object,
      index,
      entries.pairs.map(([name]) => name),
    );
  if (entries === undefined || positions === undefined) {
    object.open = true;
    return;
  }
  const left = entries.pairs.filter((_, i) => !positions.includes(i));
  entries.put(index.kind === 'str' ? left : left.map(([, value], i) => [String(i), value]));
}

function changeList(ev: Evaluator, self: Reference, name: string, args: Arguments): Value {
  const object = ev.machine.read(self.id);
  const children = object?.kind === 'instance' ? object.attrs.get(CHILDREN) : undefined;
  const inner = children?.kind === 'ref' ? ev.machine.write(children.id) : undefined;
  const value = args.positional[name === 'insert' ? 1 : 0]?.value ?? none;
  const added = name === 'extend' ? itemsOf(ev, value) : [value];
  const index = name === 'insert' ? settle(ev, args.positional[0]?.value ?? none) : undefined;
  const at = index?.kind === 'int' ? constantOf(index.dim) : undefined;
  if (inner?.kind === 'list') {
    if (inner.items !== undefined && at !== undefined) inner.items.splice(at, 0, value);
    else if (inner.items === undefined || added === undefined || name === 'insert') {
      inner.element =
        inner.items?.length === 0 ? (added?.[0] ?? unknown('a child')) : unknown('a child of a changed list');
      inner.items = undefined;
    } else inner.items.push(...added);
  } else if (inner?.kind === 'dict') {
    if (added === undefined || name === 'insert') inner.open = true;
    else
      for (const item of added)
        inner.entries.set(`s${inner.entries.size}`, { key: str(String(inner.entries.size)), value: item });
  }
  return self;
}

function listChildren(ev: Evaluator, self: Reference, name: string): Value {
  const object = ev.machine.read(self.id);
  const children = object?.kind === 'instance' ? object.attrs.get(CHILDREN) : undefined;
  const inner = children?.kind === 'ref' ? ev.machine.read(children.id) : undefined;
  if (inner?.kind !== 'dict' || inner.open || (object?.kind === 'instance' && object.open))
    return ev.machine.newList(undefined);
  const entries = [...inner.entries.values()];
  return ev.machine.newList(
    entries.map((entry) =>
      name === 'keys' ? entry.key : name === 'values' ? entry.value : tuple([entry.key, entry.value]),
    ),
  );
}

function childModules(ev: Evaluator, self: Reference, named: boolean): Value {
  const object = ev.machine.read(self.id);
  if (object?.kind !== 'instance' || object.open) return ev.machine.newList(undefined);
  const own: [string, Value][] = [];
  const children = object.attrs.get(CHILDREN);
  const inner = children?.kind === 'ref' ? ev.machine.read(children.id) : undefined;
  if (inner?.kind === 'dict')
    for (const entry of inner.entries.values())
      own.push([entry.key.kind === 'str' ? (entry.key.value ?? '') : '', entry.value]);
  if (inner?.kind === 'list') (inner.items ?? []).forEach((item, i) => own.push([String(i), item]));
  for (const [name, value] of object.attrs) if (isModuleValue(ev, value) && name !== CHILDREN) own.push([name, value]);
  return ev.machine.newList(own.map(([name, value]) => (named ? tuple([str(name), value]) : value)));
}

export function isModuleValue(ev: Evaluator, value: Value): boolean {
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind !== 'instance') return false;
  return baseOrder(object.cls).some(
    (base) =>
      typeof base === 'string' && (isModuleContainer(base) || layerNamed(base) !== undefined || MODULE_LIKE.test(base)),
  );
}
