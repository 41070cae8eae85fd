/** Calls: of operators and layers, of functions and classes of source, of built-ins, of the unknown. */
import type * as tree from '../python/tree';
import type { Place } from '../text/place';
import { ofAnyFloat } from './autocast';
import { bindCall, type Arguments, type Bound, type Given } from './bind';
import { builtinFunction } from './builtins/index';
import { callContainerMethod } from './builtins/methods';
import { callContainer, constructContainer, isModuleContainer } from './builtins/modules';
import { exactNamed, layerNamed, operatorNamed } from './catalogue';
import { derivesFrom, methodOf } from './classes';
import { construct } from './construct';
import type { Evaluator } from './evaluator';
import { callFunction } from './functionCalls';
import { anyModeChanged, noteLooseCall, throughHooks } from './hooks';
import { forgetTrait, lookAtCall, lookAtUnbound, madeBy, makeThing } from './looking';
import { thingNamed } from './check';
import type { Construction, Instance } from './heap';
import { settle } from './latent';
import { Leave } from './machine';
import { mismatch, type Layer, type Mismatch, type Outcome } from './operator';
import { getAttribute, openRank } from './objects';
import { refusal } from './refusals';
import { assign } from './assignment';
import { constantOf } from '../shape/dim';
import { iterate, sizeAt } from './containers';
import { dimsOf } from '../shape/shape';
import { bool, int, none, unknown, type FunctionValue, type TensorValue, type Value } from './value';

export function callValue(ev: Evaluator, written: Value, args: Arguments, node: tree.Expr): Value {
  ev.machine.tick();
  const callee = settle(ev, written);
  switch (callee.kind) {
    case 'external':
      return callExternal(ev, callee.path, args, node);
    case 'function':
      return callFunction(ev, callee, args, node, undefined);
    case 'class':
      return construct(ev, callee, args, node);
    case 'method':
      return callMethod(ev, callee.self, callee.target, args, node);
    case 'partial': {
      const keywords = new Map<string, Given>(callee.keywords.map(([name, value]) => [name, { value }]));
      for (const [name, given] of args.keywords) keywords.set(name, given);
      const positional = [...callee.args.map((value) => ({ value })), ...args.positional];
      return callValue(ev, callee.callee, { ...args, positional, keywords }, node);
    }
    case 'ref':
      return ev.tracing ? callTraced(ev, callee, args, node) : callInstance(ev, callee, args, node);
    default:
      if (node.kind === 'call' && node.callee.kind === 'attribute') {
        noteLooseCall(ev, node.callee.name);
        // A method of a base that isn't known works on the object itself.
        const { self } = ev.activation;
        if (isOfSuper(node.callee) && self !== undefined) loseContent(ev, self);
      }
      havoc(ev, args);
      return callee.kind === 'unknown' ? callee : unknown('a call of something unknown', node);
  }
}

/** `super().generate`; a constructor fills in what it has not set yet. */
const isOfSuper = ({ object, name }: tree.Attribute): boolean =>
  name !== '__init__' && object.kind === 'call' && object.callee.kind === 'name' && object.callee.name === 'super';

/** What unknown code is handed, it may change. */
export function havoc(ev: Evaluator, args: Arguments): void {
  for (const { value } of args.positional) loseContent(ev, value);
  for (const { value } of args.keywords.values()) loseContent(ev, value);
}

export function loseContent(ev: Evaluator, value: Value): void {
  forgetTrait(ev, value);
  if (value.kind === 'tuple') for (const item of value.items) loseContent(ev, item);
  if (value.kind !== 'ref') return;
  const object = ev.machine.read(value.id);
  if (object === undefined || (object.kind === 'instance' && object.open && object.attrs.size === 0)) return;
  const own = ev.machine.write(value.id);
  if (own?.kind === 'list') {
    own.items = undefined;
    own.element = unknown('an item of a list that unknown code was given');
  } else if (own?.kind === 'dict') {
    own.open = true;
    for (const [key, entry] of own.entries)
      own.entries.set(key, { key: entry.key, value: unknown('an entry of a dict that unknown code was given') });
  } else if (own?.kind === 'instance') {
    own.open = true;
    own.attrs.clear();
  }
}

// ---- operators

/** Calls an operator by its full name with positional values; unknown where it is not declared. */
export function callOperator(ev: Evaluator, name: string, values: readonly Value[], node: tree.Expr): Value {
  return (
    applyOperator(ev, name, { positional: values.map((value) => ({ value })), keywords: new Map() }, node) ??
    unknown(`${name} is not known`, node)
  );
}

function applyOperator(ev: Evaluator, name: string, args: Arguments, node: tree.Expr): Value | undefined {
  const declared = operatorNamed(name);
  if (declared === undefined) return undefined;
  const known = settled(ev, args);
  const refused = refusedCall(ev, name, known, node);
  if (refused !== undefined) return refused;
  const bound = bindCall(declared.params(name), known, (value) => ev.itemsOf(value));
  if (bound === undefined || bound === 'ambiguous')
    return firstUnknown(args) ?? unknown(`the arguments of ${name}`, node);
  if (lookAtCall(ev, name, bound, node)) return unknown(`${name} refuses its arguments`, node);
  return ask(ev, name, node, bound, undefined, () =>
    declared.infer(ev.argumentsOf(bound.values, bound.given), ev.solve, name),
  );
}

/** Reports a call that is refused for its arguments alone; undefined where it isn't. */
function refusedCall(ev: Evaluator, name: string, args: Arguments, node: tree.Expr): Value | undefined {
  // What is made to look into a class has no arguments to speak of, and neither has what it hands on by `*`.
  const written = node.kind === 'call' && node.args.every(({ star }) => star === '');
  const exact = written ? exactNamed(name) : undefined;
  const found = exact && refusal(exact, args, (value) => ev.itemsOf(value), name.startsWith('torch.Tensor.'));
  if (found === undefined) return undefined;
  const given = new Map(found.given === undefined ? [] : [['argument', found.given] as const]);
  return ask(ev, name, node, { values: new Map(), given, parameters: [] }, undefined, () =>
    mismatch('call-arguments', found.message, found.given === undefined ? {} : { argument: 'argument' }),
  );
}

/** The argument that made a call impossible to understand. */
const firstUnknown = (args: Arguments): Value | undefined =>
  [...args.positional, ...args.keywords.values()].find((given) => given.value.kind === 'unknown')?.value;

/** The arguments with what was learned about them in place of what was passed. */
function settled(ev: Evaluator, args: Arguments): Arguments {
  let open = args.positional.some((given) => given.value.kind === 'latent');
  for (const given of args.keywords.values()) open ||= given.value.kind === 'latent';
  if (!open) return args;
  return {
    ...args,
    positional: args.positional.map((given) => ({ ...given, value: settle(ev, given.value) })),
    keywords: new Map([...args.keywords].map(([name, given]) => [name, { ...given, value: settle(ev, given.value) }])),
  };
}

/** Asks an operator and turns its answer into a value and, where it is a mismatch, a finding. */
function ask(
  ev: Evaluator,
  name: string,
  node: tree.Expr,
  bound: Bound,
  built: Construction | undefined,
  infer: () => Outcome,
): Value {
  const { machine } = ev;
  const outer = machine.place;
  machine.place = node;
  machine.because = [];
  machine.tick(2);
  try {
    const outcome = infer();
    if (outcome.kind === 'known') {
      const value = ev.autocast > 0 ? ofAnyFloat(outcome.value) : outcome.value;
      const made = value.kind === 'tensor' ? madeBy(name, value, bound, node, built) : value;
      if (ev.tracing) machine.note({ kind: 'operator', name, node, values: bound.values, value: made });
      return made;
    }
    if (outcome.kind === 'unknown') return unknown(outcome.reason, node);
    if (ev.autocast > 0 && outcome.id.startsWith('dtype-')) return unknown('element types under autocast', node);
    report(ev, outcome, node, bound, built);
    return unknown(outcome.message, node);
  } catch (error) {
    if (error instanceof Leave) return unknown(error.reason, node);
    throw error;
  } finally {
    machine.place = outer;
  }
}

function report(
  ev: Evaluator,
  outcome: Mismatch,
  node: tree.Expr,
  bound: Bound,
  built: Construction | undefined,
): void {
  ev.report.mismatch(ev, outcome, node, { bound, built });
}

// ---- names of frameworks and of the standard library

export function callExternal(ev: Evaluator, path: string, args: Arguments, node: tree.Expr): Value {
  const operated = applyOperator(ev, path, args, node);
  if (operated !== undefined) return operated;
  const layer = layerNamed(path);
  if (layer !== undefined) return buildLayer(ev, layer, path, args, node);
  if (lookAtUnbound(ev, path, args, node)) return unknown(`${path} refuses its arguments`, node);
  if (isModuleContainer(path)) return constructContainer(ev, path, args, node);
  const thing = thingNamed(path);
  if (thing !== undefined) return makeThing(ev, thing, path, args, node);
  const builtin = builtinFunction(path);
  if (builtin !== undefined) return builtin(ev, args, node);
  const dot = path.lastIndexOf('.');
  const [owner, member] = [path.slice(0, dot), path.slice(dot + 1)];
  const [first, ...rest] = args.positional;
  const self = first && settle(ev, first.value);
  if (self?.kind === 'ref' && first !== undefined) {
    const others = { ...args, positional: rest };
    const base = layerNamed(owner);
    if (base !== undefined && member === '__init__') return initialiseLayer(ev, base, owner, self, others, node);
    if (base !== undefined && (member === 'forward' || member === '__call__'))
      return forwardLayer(ev, base, owner, self, others, node);
    if (isModuleContainer(owner)) return callContainer(ev, owner, member, self, others, node);
    if (member === '__init__') return none;
  }
  if (self?.kind === 'tensor' && path.startsWith('torch.Tensor.'))
    return callMethod(ev, self, member, { ...args, positional: rest }, node);
  if (ev.program.frameworks.isHarmless(path)) return unknown(`${path} is not followed`, node);
  havoc(ev, args);
  return unknown(`${path} is not known`, node);
}

// ---- layers

function buildLayer(ev: Evaluator, layer: Layer, name: string, args: Arguments, node: tree.Expr): Value {
  const self = ev.machine.newInstance(name, [], constructionOf(layer, name, args, node, ev));
  const failed = initialiseLayer(ev, layer, name, self, args, node);
  return failed.kind === 'unknown' ? failed : self;
}

function constructionOf(layer: Layer, name: string, args: Arguments, node: Place, ev: Evaluator): Construction {
  const bound = bindCall(layer.params(name), args, (value) => ev.itemsOf(value));
  const places = new Map<string, Place>();
  if (bound !== undefined && bound !== 'ambiguous')
    for (const [param, given] of bound.given) if (given.place !== undefined) places.set(param, given.place);
  return { place: node, arguments: places };
}

/** Runs a layer's constructor on `self`; unknown where the arguments don't suffice. */
function initialiseLayer(
  ev: Evaluator,
  layer: Layer,
  name: string,
  self: Value & { kind: 'ref' },
  args: Arguments,
  node: tree.Expr,
): Value {
  const known = settled(ev, args);
  const refused = refusedCall(ev, name, known, node);
  const bound = refused === undefined ? bindCall(layer.params(name), known, (value) => ev.itemsOf(value)) : undefined;
  const own = ev.machine.write(self.id);
  if (bound === undefined || bound === 'ambiguous' || own?.kind !== 'instance') {
    if (own?.kind === 'instance') own.open = true;
    return refused ?? unknown(`the arguments of ${name}`, node);
  }
  let result: Value = none;
  if (lookAtCall(ev, name, bound, node)) return unknown(`${name} refuses its arguments`, node);
  const answer = ask(ev, name, node, bound, undefined, () => {
    const outcome = layer.build(ev.argumentsOf(bound.values, bound.given), ev.solve, name);
    if (outcome.kind !== 'built') return outcome;
    const target = ev.machine.write(self.id) as Instance;
    for (const [param, value] of bound.values) target.attrs.set(param, settle(ev, value));
    for (const [attribute, value] of Object.entries(outcome.attributes ?? {})) target.attrs.set(attribute, value);
    for (const [attribute, value] of Object.entries(outcome.tensors ?? {})) target.attrs.set(attribute, value ?? none);
    target.attrs.set('training', ev.trainingFlag());
    return { kind: 'known', value: none };
  });
  if (answer.kind === 'unknown') result = answer;
  return result;
}

function forwardLayer(
  ev: Evaluator,
  layer: Layer,
  name: string,
  self: Value & { kind: 'ref' },
  args: Arguments,
  node: tree.Expr,
): Value {
  const object = ev.machine.read(self.id);
  if (object?.kind !== 'instance' || object.open) {
    havoc(ev, args);
    return unknown(`a ${name} that unknown code may have changed`, node);
  }
  const known = settled(ev, args);
  // A lazy layer sets itself up first, which takes the same arguments and has another name.
  const refused = name.includes('.Lazy') ? undefined : refusedCall(ev, `${name}.forward`, known, node);
  if (refused !== undefined) return refused;
  const bound = bindCall(layer.inputs, known, (value) => ev.itemsOf(value));
  if (bound === undefined || bound === 'ambiguous') return firstUnknown(args) ?? unknown(`the inputs of ${name}`, node);
  lookAtCall(ev, `${name}.forward`, bound, node, { self, built: object.built });
  const attrs = anyModeChanged(ev) ? new Map(object.attrs).set('training', bool(undefined)) : object.attrs;
  return ask(ev, name, node, bound, object.built, () =>
    layer.forward(
      ev.argumentsOf(attrs, object.built?.arguments ?? new Map()),
      ev.argumentsOf(bound.values, bound.given),
      ev.solve,
      name,
    ),
  );
}

// ---- methods and instances

function callMethod(
  ev: Evaluator,
  self: Value,
  target: FunctionValue | string,
  args: Arguments,
  node: tree.Expr,
): Value {
  if (typeof target !== 'string')
    return callFunction(ev, target, { ...args, positional: [{ value: self }, ...args.positional] }, node, self);
  const value = settle(ev, self);
  if (value.kind === 'tensor') return callTensorMethod(ev, value, target, args, node);
  return callContainerMethod(ev, value, target, args, node);
}

/** In-place methods that change the shape of what they are called on. */
const RESHAPING = new Set([
  'unsqueeze_',
  'squeeze_',
  'transpose_',
  't_',
  'swapaxes_',
  'swapdims_',
  'resize_',
  'resize_as_',
  'as_strided_',
]);

function callTensorMethod(ev: Evaluator, self: TensorValue, name: string, args: Arguments, node: tree.Expr): Value {
  if (name === 'size') return sizeMethod(ev, self, args, node);
  if ((name === 'dim' || name === 'ndimension') && args.positional.length === 0) return openRank(ev, self.shape);
  if (name === 'tolist') return toNumbers(ev, self, node);
  const known = applyOperator(
    ev,
    `torch.Tensor.${name}`,
    { ...args, positional: [{ value: self }, ...args.positional] },
    node,
  );
  if (known === undefined) return unknown(`Tensor.${name} is not known`, node);
  if (name.endsWith('_')) forgetTrait(ev, self);
  if (RESHAPING.has(name) && node.kind === 'call' && node.callee.kind === 'attribute')
    reshapeInPlace(ev, self, known, node.callee.object);
  return known;
}

/** `x.squeeze_(0).t_()` changes `x`, and every other name of the same tensor here. */
function reshapeInPlace(ev: Evaluator, self: TensorValue, changed: Value, written: tree.Expr): void {
  let target = written;
  while (target.kind === 'call' && target.callee.kind === 'attribute' && target.callee.name.endsWith('_'))
    target = target.callee.object;
  const frame = ev.machine.write(ev.activation.frame);
  if (frame?.kind === 'frame')
    for (const [name, value] of frame.vars) if (value === self) frame.vars.set(name, changed);
  assign(ev, target, changed);
}

/** `x.tolist()`: numbers nobody knows, in lists as long as the tensor says. */
function toNumbers(ev: Evaluator, self: TensorValue, node: tree.Expr): Value {
  if (dimsOf(ev.machine.facts.shape(self.shape))?.length === 0)
    return callOperator(ev, 'torch.Tensor.item', [self], node);
  const rows = iterate(ev, self);
  if (rows === undefined) return ev.machine.newList(undefined, 'list', unknown('a number of a tensor', node));
  return ev.machine.newList(rows.map((row) => (row.kind === 'tensor' ? toNumbers(ev, row, node) : row)));
}

/** `x.size()` and `x.size(1)` are `x.shape` and `x.shape[1]`, also where the rank is open. */
function sizeMethod(ev: Evaluator, self: TensorValue, args: Arguments, node: tree.Expr): Value {
  const given = args.positional[0] ?? args.keywords.get('dim');
  const dim = given === undefined ? none : settle(ev, given.value);
  if (dim.kind === 'none') return { kind: 'shape', shape: self.shape };
  const position = dim.kind === 'int' ? constantOf(ev.machine.facts.dim(dim.dim)) : undefined;
  const size = position === undefined ? undefined : sizeAt(ev, self.shape, position);
  if (size !== undefined) return int(size);
  return (
    applyOperator(ev, 'torch.Tensor.size', { ...args, positional: [{ value: self }, ...args.positional] }, node) ??
    unknown('a size', node)
  );
}

/** A call of an instance that is kept in the trace. */
function callTraced(ev: Evaluator, self: Value & { kind: 'ref' }, args: Arguments, node: tree.Expr): Value {
  const inputs = [...args.positional, ...args.keywords.values()].map(({ value }) => value);
  ev.machine.note({ kind: 'enter', module: self.id, node, inputs });
  const value = callInstance(ev, self, args, node);
  ev.machine.note({ kind: 'leave', module: self.id, value });
  return value;
}

function callInstance(ev: Evaluator, self: Value & { kind: 'ref' }, args: Arguments, node: tree.Expr): Value {
  const object = ev.machine.read(self.id);
  if (object?.kind !== 'instance') return unknown('a call of something that is not a function', node);
  return throughHooks(ev, self, object, args, node, (given) => callUnhooked(ev, self, object, given, node));
}

function callUnhooked(
  ev: Evaluator,
  self: Value & { kind: 'ref' },
  object: Instance,
  args: Arguments,
  node: tree.Expr,
): Value {
  const patched = object.attrs.get('forward');
  if (patched !== undefined) return callValue(ev, patched, args, node);
  if (typeof object.cls === 'string') {
    const layer = layerNamed(object.cls);
    if (layer !== undefined) return forwardLayer(ev, layer, object.cls, self, args, node);
    if (isModuleContainer(object.cls)) return callContainer(ev, object.cls, 'forward', self, args, node);
  }
  const isModule = derivesFrom(object.cls, 'torch.nn.Module') || !derivesFrom(object.cls, 'builtins.object');
  const own = methodOf(ev, object.cls, '__call__') ?? (isModule ? methodOf(ev, object.cls, 'forward') : undefined);
  if (own !== undefined)
    return callFunction(ev, own, { ...args, positional: [{ value: self }, ...args.positional] }, node, self);
  const forward = getAttribute(ev, self, 'forward', node);
  if (forward.kind !== 'unknown') return callValue(ev, forward, args, node);
  havoc(ev, args);
  return unknown('a call of an object whose code is not known', node);
}

/** Calls a special method where the object's class has it in its source. */
export function callMethodIfAny(
  ev: Evaluator,
  value: Value,
  name: string,
  args: readonly Value[],
  node: tree.Expr,
): Value | undefined {
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (object?.kind !== 'instance') return undefined;
  const method = methodOf(ev, object.cls, name);
  if (method === undefined) return undefined;
  return callFunction(
    ev,
    method,
    { positional: [value, ...args].map((item) => ({ value: item })), keywords: new Map() },
    node,
    value,
  );
}
