/** Binding of targets: names, attributes, subscripts, unpacking. */
import type * as tree from '../python/tree';
import { constantOf, symbolsOf, type Dim } from '../shape/dim';
import { callMethodIfAny, callOperator } from './calls';
import { nameSize, unpack } from './containers';
import { replaceChild } from './builtins/modules';
import type { Evaluator } from './evaluator';
import { dictKey } from './plain';
import { settle } from './latent';
import { forgetTrait } from './looking';
import { getAttribute, setAttribute } from './objects';
import { ASSIGNED } from './shown';
import { tensor, tuple, unknown, type Value } from './value';
import { itemsOf } from './containers';

/** Binds a target of an assignment, a `for`, a `with` or a walrus. */
export function assign(ev: Evaluator, target: tree.Expr, value: Value): void {
  switch (target.kind) {
    case 'name':
      setName(ev, target.name, value);
      if (value.kind === 'int') nameUnnamed(ev, value.dim, target.name);
      if (ev.report.recording) ev.report.record(target, value, ev.machine, ASSIGNED);
      return;
    case 'attribute':
      if (target.name === 'data') setData(ev, target, value);
      else setAttribute(ev, ev.evaluate(target.object), target.name, value, target);
      if (ev.report.recording) ev.report.record(target, value, ev.machine);
      return;
    case 'subscript':
      setItem(ev, ev.evaluate(target.object), ev.evaluate(target.index), value, target);
      return;
    case 'starred':
      assign(ev, target.value, value);
      return;
    case 'tuple':
    case 'list':
      assignItems(ev, target.items, value, target);
      return;
    default:
      return;
  }
}

/** `layer.weight.data = kernel`: the tensor has that content from here on, and its shape. */
function setData(ev: Evaluator, target: tree.Attribute, value: Value): void {
  const { object: written } = target;
  const holder = written.kind === 'attribute' ? ev.evaluate(written.object) : undefined;
  const object = settle(
    ev,
    written.kind === 'attribute' && holder !== undefined
      ? getAttribute(ev, holder, written.name, written)
      : ev.evaluate(written),
  );
  setAttribute(ev, object, target.name, value, target);
  if (object.kind !== 'tensor') return;
  const data = ev.asTensor(value);
  const changed =
    data === undefined
      ? unknown('the data of a tensor', target)
      : tensor(data.shape, data.dtype, { device: data.device, parameter: object.parameter, origin: data.origin });
  if (written.kind === 'name') setName(ev, written.name, changed);
  else if (written.kind === 'attribute' && holder !== undefined)
    setAttribute(ev, holder, written.name, changed, target);
}

/** `batch = x.size(0)`: a size that has no name of the user's yet takes this one. */
function nameUnnamed(ev: Evaluator, dim: Dim, name: string): void {
  const [symbol] = symbolsOf(dim);
  if (
    symbol !== undefined &&
    /^[BCDHNTW]\d*$|_?\d+$/.test(ev.machine.facts.nameOf(symbol)) &&
    !/^[BCDHNTW]$/.test(symbol.name)
  )
    nameSize(ev, dim, name);
}

export function setName(ev: Evaluator, name: string, value: Value): void {
  const own = ev.machine.write(ev.declaredElsewhere(name) ?? ev.activation.frame);
  if (own?.kind === 'frame') own.vars.set(name, value);
}

function assignItems(ev: Evaluator, targets: readonly tree.Expr[], value: Value, node: tree.Expr): void {
  const starred = targets.findIndex((target) => target.kind === 'starred');
  if (starred >= 0) {
    const items = itemsOf(ev, value);
    const after = targets.length - starred - 1;
    targets.forEach((target, i) => {
      if (items === undefined)
        assign(
          ev,
          target,
          i === starred ? ev.machine.newList(undefined) : unknown('an item of an unknown sequence', node),
        );
      else if (i < starred) assign(ev, target, items[i] ?? unknown('a missing item', node));
      else if (i === starred) assign(ev, target, ev.machine.newList(items.slice(starred, items.length - after)));
      else assign(ev, target, items[items.length - targets.length + i] ?? unknown('a missing item', node));
    });
    return;
  }
  const names = targets.map((target) => (target.kind === 'name' ? target.name : ''));
  const items = unpack(ev, value, targets.length, names, node);
  const missing = value.kind === 'unknown' ? value : unknown('an item of an unknown sequence', node);
  targets.forEach((target, i) => {
    assign(ev, target, items?.[i] ?? missing);
  });
}

function setItem(ev: Evaluator, written: Value, writtenIndex: Value, value: Value, node: tree.Subscript): void {
  const object = settle(ev, written);
  const index = settle(ev, writtenIndex);
  if (object.kind === 'tensor') {
    forgetTrait(ev, object);
    callOperator(ev, 'torch.Tensor.__setitem__', [object, index, value], node);
    return;
  }
  if (object.kind !== 'ref') return;
  const target = ev.machine.write(object.id);
  if (target?.kind === 'dict') {
    const key = dictKey(index);
    if (key === undefined) target.open = true;
    else target.entries.set(key, { key: index, value });
  } else if (target?.kind === 'list') {
    const position = index.kind === 'int' ? constantOf(ev.machine.facts.dim(index.dim)) : undefined;
    const at =
      position === undefined || target.items === undefined
        ? undefined
        : position < 0
          ? position + target.items.length
          : position;
    if (at !== undefined && target.items !== undefined && at >= 0 && at < target.items.length) target.items[at] = value;
    else {
      target.items = undefined;
      target.element = unknown('a list that was changed at an unknown index', node);
    }
  } else if (target?.kind === 'instance') {
    if (callMethodIfAny(ev, object, '__setitem__', [index, value], node) === undefined)
      replaceChild(ev, target, index, value);
  }
}

/** The result of `a += b` where it happens in place; undefined where it is `a = a + b`. */
export function extendInPlace(ev: Evaluator, written: Value, added: Value): Value | undefined {
  const value = settle(ev, written);
  const object = value.kind === 'ref' ? ev.machine.write(value.id) : undefined;
  if (object?.kind === 'list') {
    const more = itemsOf(ev, added);
    if (object.items === undefined || more === undefined) {
      object.items = undefined;
      object.element = unknown('an item of an extended list');
    } else object.items.push(...more);
    return value;
  }
  return value.kind === 'tuple' && added.kind === 'tuple' ? tuple([...value.items, ...added.items]) : undefined;
}
