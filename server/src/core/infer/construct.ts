/** Instances of classes of analysed source. */
import type * as tree from '../python/tree';
import type { Arguments } from './bind';
import { callExternal, callValue, havoc } from './calls';
import { callFunction } from './functionCalls';
import { initialiseContainer, isModuleContainer } from './builtins/modules';
import {
  classAttribute,
  DATACLASS,
  dataclassFields,
  derivesFrom,
  hasUnknownBase,
  methodOf,
  resolutionOrder,
} from './classes';
import { layerNamed } from './catalogue';
import type { Evaluator } from './evaluator';
import { dictKey } from './plain';
import { rememberedInstance } from './memo';
import type { Instance } from './heap';
import { settle } from './latent';
import { none, unknown, type ClassValue, type Value } from './value';
import type { Place } from '../text/place';

/** An instance; one that was built before with the same arguments is copied. */
export function construct(ev: Evaluator, cls: ClassValue, args: Arguments, node: tree.Expr): Value {
  const { machine } = ev;
  const build = () => ev.branches(machine.seal(), () => constructAfresh(ev, cls, args, node));
  return machine.fork(() =>
    rememberedInstance(ev, cls, args, build, (copy) => {
      const own = copy.kind === 'ref' ? machine.read(copy.id) : undefined;
      if (copy.kind === 'ref' && own?.kind === 'instance' && own.built !== undefined)
        machine.adopt(copy.id, { ...own, built: { place: node, arguments: argumentPlaces(ev, cls, args) } });
    }),
  );
}

function constructAfresh(ev: Evaluator, cls: ClassValue, args: Arguments, node: tree.Expr): Value {
  if (derivesFrom(cls, 'enum.Enum')) {
    return (
      enumMember(ev, cls, (member) => member.attrs.get('value'), args.positional[0]?.value ?? none) ??
      unknown('a member of an enum looked up by value', node)
    );
  }
  const created = classAttribute(ev, cls, '__new__');
  if (created !== undefined && created !== 'unknown' && 'value' in created) {
    havoc(ev, args);
    return unknown(`an instance of ${cls.node.name}, which makes its own`, node);
  }
  const self = ev.machine.newInstance(cls, isModule(cls) ? [['training', ev.trainingFlag()]] : [], {
    place: node,
    arguments: argumentPlaces(ev, cls, args),
  });
  initialise(ev, cls, self, args, node);
  return self;
}

/** The member of an enum whose name or value is this one; undefined where it can't be told. */
export function enumMember(
  ev: Evaluator,
  cls: ClassValue,
  part: (member: Instance) => Value | undefined,
  wanted: Value,
): Value | undefined {
  const key = dictKey(settle(ev, wanted));
  for (const value of ev.machine.frame(cls.namespace)?.vars.values() ?? []) {
    const member = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
    const own =
      member?.kind === 'instance' && typeof member.cls !== 'string' && member.cls.node === cls.node
        ? part(member)
        : undefined;
    if (key !== undefined && own !== undefined && dictKey(own) === key) return value;
  }
  return undefined;
}

export const isModule = (cls: ClassValue): boolean =>
  resolutionOrder(cls).some(
    (base) =>
      typeof base === 'string' &&
      (base === 'torch.nn.Module' ||
        isModuleContainer(base) ||
        layerNamed(base) !== undefined ||
        base.endsWith('LightningModule')),
  );

/** Which expression gave each parameter of `__init__`, for fixes. */
function argumentPlaces(ev: Evaluator, cls: ClassValue, args: Arguments): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const init = methodOf(ev, cls, '__init__');
  const params = init?.node.params.slice(1) ?? [];
  args.positional.forEach((given, i) => {
    const param = params[i];
    if (param?.form === 'positional' && given.place !== undefined) places.set(param.name, given.place);
  });
  for (const [name, given] of args.keywords) if (given.place !== undefined) places.set(name, given.place);
  return places;
}

function initialise(
  ev: Evaluator,
  cls: ClassValue,
  self: Value & { kind: 'ref' },
  args: Arguments,
  node: tree.Expr,
): void {
  const found = classAttribute(ev, cls, '__init__');
  const dataclass = nearestDataclass(ev, cls);
  if (found === 'unknown') {
    havoc(ev, args);
    open(ev, self);
  } else if (
    found !== undefined &&
    'value' in found &&
    found.value.kind === 'function' &&
    !(dataclass !== undefined && precedes(cls, dataclass, found.base))
  ) {
    callFunction(ev, found.value, { ...args, positional: [{ value: self }, ...args.positional] }, node, self);
    if (hasUnknownBase(cls)) return;
  } else if (dataclass !== undefined) fillFields(ev, cls, self, args, node);
  else if (found !== undefined && 'external' in found) {
    if (isModuleContainer(found.external)) initialiseContainer(ev, found.external, self, args, node);
    else
      callExternal(
        ev,
        `${found.external}.__init__`,
        { ...args, positional: [{ value: self }, ...args.positional] },
        node,
      );
    if (found.external.startsWith('typing.NamedTuple')) fillFields(ev, cls, self, args, node);
  }
}

function open(ev: Evaluator, self: Value & { kind: 'ref' }): void {
  const own = ev.machine.write(self.id);
  if (own?.kind === 'instance') own.open = true;
}

function nearestDataclass(ev: Evaluator, cls: ClassValue): ClassValue | undefined {
  for (const base of resolutionOrder(cls)) {
    if (base === undefined) return undefined;
    if (typeof base === 'string') {
      if (/(^|\.)(NamedTuple|BaseModel)$/.test(base)) return cls;
      continue;
    }
    if (ev.machine.frame(base.namespace)?.vars.has(DATACLASS) === true) return base;
  }
  return undefined;
}

const precedes = (cls: ClassValue, first: ClassValue, second: ClassValue): boolean => {
  const order = resolutionOrder(cls);
  return first !== second && order.indexOf(first) < order.indexOf(second);
};

function fillFields(
  ev: Evaluator,
  cls: ClassValue,
  self: Value & { kind: 'ref' },
  args: Arguments,
  node: tree.Expr,
): void {
  let next = 0;
  const values: [string, Value][] = [];
  for (const { name, node: field, owner } of dataclassFields(cls)) {
    const positional = args.positional[next];
    const keyword = args.keywords.get(name);
    if (keyword !== undefined) values.push([name, keyword.value]);
    else if (positional !== undefined) {
      values.push([name, positional.value]);
      next++;
    } else if (args.openPositional === true || args.openKeywords === true)
      values.push([name, unknown(`${name} may be passed by * or **`, node)]);
    else
      values.push([
        name,
        field.value === undefined ? unknown(`${name} is not passed`, node) : defaultOf(ev, owner, name, node),
      ]);
  }
  const own = ev.machine.write(self.id) as Instance;
  for (const [name, value] of values) own.attrs.set(name, value);
  const post = methodOf(ev, cls, '__post_init__');
  if (post !== undefined) callFunction(ev, post, { positional: [{ value: self }], keywords: new Map() }, node, self);
}

/** A field's default was evaluated with the class body; `field(default_factory=...)` makes a new one each time. */
function defaultOf(ev: Evaluator, owner: ClassValue, name: string, node: tree.Expr): Value {
  const value = ev.machine.frame(owner.namespace)?.vars.get(name) ?? none;
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind !== 'instance' || object.cls !== 'dataclasses.Field') return value;
  const factory = object.attrs.get('default_factory');
  if (factory !== undefined) return callValue(ev, factory, { positional: [], keywords: new Map() }, node);
  return object.attrs.get('default') ?? unknown('a field without default', node);
}
