/** Function and class statements. */
import type * as tree from '../python/tree';
import { callValue } from './calls';
import { DATACLASS, derivesFrom } from './classes';
import type { Evaluator } from './evaluator';
import { executeBlock } from './statements';
import { str, unknown, type ClassValue, type FunctionValue, type Value } from './value';
import { mergeStates } from './states';

/** The frame that functions defined here close over: class bodies are not part of it. */
const closureFrame = (ev: Evaluator): number => ev.activation.enclosing ?? ev.activation.frame;

export function defineFunction(ev: Evaluator, node: tree.FunctionDef): Value {
  ev.capture();
  const { module, owner } = ev.activation;
  const inClass = ev.activation.enclosing !== undefined;
  let value: Value = {
    kind: 'function',
    node,
    frame: closureFrame(ev),
    defaults: node.params.map((param) => param.default && ev.evaluate(param.default)),
    file: module.path,
    owner: inClass ? owner : undefined,
  };
  for (const decorator of [...node.decorators].reverse()) value = decorate(ev, value, decorator);
  return value;
}

/** Decorators that leave what a function computes as it is. */
const TRANSPARENT =
  /^(torch\.(no_grad|inference_mode|enable_grad|compile|jit\.\w+|compiler\.\w+|amp\.\w+|cuda\.amp\.\w+|autocast|autograd\.\w+)|torch\._dynamo\.\w+|functools\.(wraps|lru_cache|cache)|abc\.abstractmethod|typing\.\w+|contextlib\.\w+|jaxtyping\.\w+|beartype\.\w+|typeguard\.\w+)$/;

function decorate(ev: Evaluator, value: Value, decorator: tree.Expr): Value {
  // @name.setter: reading still goes through the property.
  const property =
    decorator.kind === 'attribute' && /^(setter|deleter|getter)$/.test(decorator.name)
      ? ev.evaluate(decorator.object)
      : undefined;
  if (property?.kind === 'function' && value.kind === 'function' && decorator.kind === 'attribute')
    return decorator.name === 'setter' ? { ...property, setter: value } : property;
  const target = decorator.kind === 'call' ? ev.evaluate(decorator.callee) : ev.evaluate(decorator);
  const path = target.kind === 'external' ? target.path : '';
  if (TRANSPARENT.test(path)) return value;
  if (value.kind === 'function') {
    if (path === 'builtins.property' || path === 'functools.cached_property' || path === 'torch.jit.unused_property')
      return { ...value, binding: 'property' };
    if (path === 'builtins.staticmethod') return { ...value, binding: 'static' };
    if (path === 'builtins.classmethod') return { ...value, binding: 'class' };
  }
  if (
    target.kind === 'function' &&
    decorator.kind !== 'call' &&
    target.file !== ev.activation.module.path &&
    handsBack(target)
  )
    return value;
  const applied = decorator.kind === 'call' ? ev.evaluate(decorator) : target;
  return callValue(ev, applied, { positional: [{ value }], keywords: new Map() }, decorator);
}

/** Whether a decorator of another file ends by giving back what it was given (a registry). */
function handsBack(decorator: FunctionValue): boolean {
  if (decorator.node.kind !== 'function') return false;
  const last = decorator.node.body.at(-1);
  return last?.kind === 'return' && last.value?.kind === 'name' && last.value.name === decorator.node.params[0]?.name;
}

export function defineClass(ev: Evaluator, node: tree.ClassDef): Value {
  ev.capture();
  const { module } = ev.activation;
  const bases = node.bases
    .filter((base) => base.name === undefined && base.star === '')
    .map((base) => ev.evaluate(base.value));
  const outer = closureFrame(ev);
  const namespace = ev.machine.newFrame(ev.activation.frame);
  const cls: ClassValue = { kind: 'class', node, frame: outer, bases, namespace, file: module.path };
  const own = ev.machine.write(namespace);
  if (own?.kind === 'frame') own.captured = true;
  const inner = { ...ev.activation, frame: namespace, enclosing: outer, owner: cls };
  const state = ev.machine.fork(() => {
    const caller = ev.activation;
    ev.activation = inner;
    const flows = executeBlock(ev, node.body, [ev.machine.seal()]);
    ev.activation = caller;
    return mergeStates(
      ev.machine,
      flows.map((flow) => flow.state),
    ).map((end) => ({ state: end, value: true }));
  });
  if (!state) return unknown('a class whose body raises', node);
  if (derivesFrom(cls, 'enum.Enum')) wrapMembers(ev, cls);
  let value: Value = cls;
  for (const decorator of [...node.decorators].reverse()) value = decorateClass(ev, value, decorator);
  return value;
}

function decorateClass(ev: Evaluator, value: Value, decorator: tree.Expr): Value {
  const target = decorator.kind === 'call' ? ev.evaluate(decorator.callee) : ev.evaluate(decorator);
  const path = target.kind === 'external' ? target.path : '';
  if (value.kind === 'class' && /(^|\.)(dataclass|define|frozen)$/.test(path)) {
    const namespace = ev.machine.write(value.namespace);
    if (namespace?.kind === 'frame') namespace.vars.set(DATACLASS, str(path));
    return value;
  }
  if (target.kind === 'function' || target.kind === 'method' || target.kind === 'partial') {
    const applied = decorator.kind === 'call' ? ev.evaluate(decorator) : target;
    const result = callValue(ev, applied, { positional: [{ value }], keywords: new Map() }, decorator);
    // A decorator that registers a class and hands back something that can't be followed mostly hands back the class.
    return result;
  }
  return path !== '' ? value : unknown('a class behind a decorator that is not known', decorator);
}

/** Members of an enum are objects with a name and a value. */
function wrapMembers(ev: Evaluator, cls: ClassValue): void {
  const frame = ev.machine.write(cls.namespace);
  if (frame?.kind !== 'frame') return;
  for (const [name, value] of [...frame.vars]) {
    if (name.startsWith('_') || value.kind === 'function') continue;
    const member = ev.machine.newInstance(cls, [
      ['name', str(name)],
      ['value', value],
    ]);
    frame.vars.set(name, member);
  }
}
