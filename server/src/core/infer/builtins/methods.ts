/** Methods of built-in values: str, list, dict, tuple, and objects of framework classes. */
import type * as tree from '../../python/tree';
import { constantOf, num } from '../../shape/dim';
import type { Arguments } from '../bind';
import { havoc } from '../calls';
import { derivesFrom } from '../classes';
import { equality } from '../compare';
import { itemsOf } from '../containers';
import type { Evaluator } from '../evaluator';
import { dictKey } from '../plain';
import type { DictObject, Instance, ListObject } from '../heap';
import { settle } from '../latent';
import { callOperator } from '../calls';
import { sameValue, withoutTraits } from '../same';
import { bool, float, int, none, str, tensor, tuple, unknown, type Value } from '../value';
import { thingMethod } from '../looking';
import { parserMethod } from './argparse';
import { moduleMethod } from './modules';
import { stringMethod } from './strings';
import { numberOfType } from './numpy';
import { bracesFormatted } from './text';

export function callContainerMethod(ev: Evaluator, self: Value, name: string, args: Arguments, node: tree.Expr): Value {
  const given = args.positional.map((argument) => settle(ev, argument.value));
  switch (self.kind) {
    case 'str':
      if (name === 'format' && self.value !== undefined)
        return str(
          bracesFormatted(
            self.value,
            given,
            new Map([...args.keywords].map(([word, { value }]) => [word, settle(ev, value)])),
          ),
        );
      return stringMethod(ev, self.value, name, args.keywords.size > 0 ? [unknown('a named argument')] : given);
    case 'shape':
      return name === 'numel'
        ? callOperator(ev, 'torch.Tensor.numel', [tensor(self.shape, undefined)], node)
        : sequenceMethod(ev, self, name, given);
    case 'tuple':
      return name === '_replace' ? unknown('a changed named tuple', node) : sequenceMethod(ev, self, name, given);
    case 'int':
      if (name === 'astype') return numberOfType(ev, self, given[0]) ?? unknown('a number of another type', node);
      return name === 'bit_length' ? bitLength(self) : unknown(`int.${name}`, node);
    case 'float':
      if (name === 'astype') return numberOfType(ev, self, given[0]) ?? unknown('a number of another type', node);
      return name === 'is_integer'
        ? bool(self.value === undefined ? undefined : Number.isInteger(self.value))
        : float(undefined);
    case 'ref':
      break;
    default:
      havoc(ev, args);
      return self.kind === 'unknown' ? self : unknown(`what ${name}() gives`, node);
  }
  const object = ev.machine.read(self.id);
  if (object?.kind === 'list') return listMethod(ev, self, object, name, given, args);
  if (object?.kind === 'dict') return dictMethod(ev, self, object, name, given, args);
  if (object?.kind === 'instance') return instanceMethod(ev, self, object, name, args, node);
  return unknown(`what ${name}() gives`, node);
}

const bitLength = (self: Value & { kind: 'int' }): Value => {
  const value = constantOf(self.dim);
  return value === undefined
    ? unknown('a bit length')
    : int(num(value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1));
};

function sequenceMethod(ev: Evaluator, self: Value, name: string, given: readonly Value[]): Value {
  const items = itemsOf(ev, self);
  if (items === undefined || given[0] === undefined) return unknown(`what ${name}() of a sequence gives`);
  const wanted = given[0];
  const hits = items.map((item) => equality(ev, settle(ev, item), wanted));
  if (hits.some((hit) => hit.kind !== 'bool' || hit.value === undefined))
    return unknown(`what ${name}() of a sequence gives`);
  const positions = hits.flatMap((hit, i) => (hit.kind === 'bool' && hit.value === true ? [i] : []));
  if (name === 'count') return int(num(positions.length));
  return name === 'index' && positions[0] !== undefined
    ? int(num(positions[0]))
    : unknown(`what ${name}() of a sequence gives`);
}

function listMethod(
  ev: Evaluator,
  self: Value & { kind: 'ref' },
  object: ListObject,
  name: string,
  given: readonly Value[],
  args: Arguments,
): Value {
  const own = (): ListObject => ev.machine.write(self.id) as ListObject;
  const [first = none] = given;
  switch (name) {
    case 'append':
    case 'add': {
      const list = own();
      if (list.items === undefined)
        list.element = sameValue(list.element, first)
          ? withoutTraits(first)
          : unknown('an item of a list of unknown length');
      else if (name === 'append' || !list.items.some((item) => sameValue(item, first))) list.items.push(first);
      return none;
    }
    case 'extend':
    case 'update': {
      const more = itemsOf(ev, first);
      const list = own();
      if (more === undefined || list.items === undefined) {
        list.items = undefined;
        list.element = unknown('an item of an extended list');
      } else list.items.push(...more);
      return none;
    }
    case 'pop': {
      const list = own();
      if (list.items === undefined) return list.element;
      const index = given.length === 0 ? -1 : first.kind === 'int' ? constantOf(first.dim) : undefined;
      if (index === undefined) {
        list.items = undefined;
        list.element = unknown('an item of a changed list');
        return list.element;
      }
      return list.items.splice(index, 1)[0] ?? unknown('an item of an empty list');
    }
    case 'insert': {
      const at = first.kind === 'int' ? constantOf(first.dim) : undefined;
      const list = own();
      if (list.items === undefined || at === undefined || given[1] === undefined) list.items = undefined;
      else list.items.splice(at, 0, given[1]);
      return none;
    }
    case 'reverse':
      own().items?.reverse();
      return none;
    case 'clear':
      own().items = [];
      return none;
    case 'copy':
      return ev.machine.newList(object.items?.slice(), object.form, object.element);
    case 'sort':
    case 'remove':
    case 'discard': {
      const list = own();
      if (name === 'sort' && list.items !== undefined && args.keywords.size === 0 && list.items.every(isNumber))
        list.items.sort((a, b) => numberOf(a) - numberOf(b));
      else {
        list.items = undefined;
        list.element = unknown('an item of a changed list');
      }
      return none;
    }
    default:
      return sequenceMethod(ev, self, name, given);
  }
}

const isNumber = (value: Value): boolean => value.kind === 'int' && constantOf(value.dim) !== undefined;
const numberOf = (value: Value): number => (value.kind === 'int' ? (constantOf(value.dim) ?? 0) : 0);

function dictMethod(
  ev: Evaluator,
  self: Value & { kind: 'ref' },
  object: DictObject,
  name: string,
  given: readonly Value[],
  args: Arguments,
): Value {
  const key = given[0] === undefined ? undefined : dictKey(given[0]);
  const entries = [...object.entries.values()];
  const listed = (make: (entry: { readonly key: Value; readonly value: Value }) => Value): Value =>
    object.open ? ev.machine.newList(undefined) : ev.machine.newList(entries.map(make));
  const missing = given[1] ?? none;
  switch (name) {
    case 'keys':
      return listed((entry) => entry.key);
    case 'values':
      return listed((entry) => entry.value);
    case 'items':
      return listed((entry) => tuple([entry.key, entry.value]));
    case 'get':
    case 'pop':
    case 'setdefault': {
      if (key === undefined) return unknown('an entry whose key is not known');
      const found = object.entries.get(key)?.value;
      if (name === 'pop') (ev.machine.write(self.id) as DictObject).entries.delete(key);
      if (found !== undefined) return found;
      if (object.open) return unknown('an entry that is not known');
      if (name === 'setdefault' && given[0] !== undefined)
        (ev.machine.write(self.id) as DictObject).entries.set(key, { key: given[0], value: missing });
      return name === 'pop' && given[1] === undefined ? unknown('an entry that is missing') : missing;
    }
    case 'update': {
      const own = ev.machine.write(self.id) as DictObject;
      const other = given[0]?.kind === 'ref' ? ev.machine.read(given[0].id) : undefined;
      if (other?.kind === 'dict') {
        for (const [name_, entry] of other.entries) own.entries.set(name_, entry);
        own.open ||= other.open;
      } else if (given.length > 0) own.open = true;
      for (const [word, value] of args.keywords) own.entries.set(`s${word}`, { key: str(word), value: value.value });
      own.open ||= args.openKeywords ?? false;
      return none;
    }
    case 'copy':
      return ev.machine.newDict(object.entries, object.open, object.missing);
    case 'clear':
      (ev.machine.write(self.id) as DictObject).entries.clear();
      return none;
    default:
      return unknown(`what ${name}() of a dict gives`);
  }
}

function instanceMethod(
  ev: Evaluator,
  self: Value & { kind: 'ref' },
  object: Instance,
  name: string,
  args: Arguments,
  node: tree.Expr,
): Value {
  if (object.cls === 'argparse.ArgumentParser') return parserMethod(ev, self, name, args);
  const own = typeof object.cls === 'string' ? thingMethod(ev, self, object.cls, name, args, node) : undefined;
  if (own !== undefined) return own;
  const modular = moduleMethod(ev, self, name, args, node);
  if (modular !== undefined) return modular;
  havoc(ev, args);
  // A method of an unknown class may change its own object.
  if (!derivesFrom(object.cls, 'torch.nn.Module')) {
    const changed = ev.machine.write(self.id);
    if (changed?.kind === 'instance' && typeof changed.cls === 'string' && !changed.cls.startsWith('torch.'))
      changed.open = true;
  }
  return unknown(`what ${name}() gives`, node);
}
