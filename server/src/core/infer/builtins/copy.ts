/** copy.copy and copy.deepcopy. */
import type { Evaluator } from '../evaluator';
import type { Value } from '../value';

/** A copy of a value and, where `deep`, of everything it refers to. */
export function copyGraph(ev: Evaluator, value: Value, deep: boolean): Value {
  const copies = new Map<number, Value>();
  const copied = (item: Value): Value => {
    if (item.kind === 'tuple') return { ...item, items: item.items.map(copied) };
    return item.kind === 'ref' ? reference(item) : item;
  };
  const inner = (item: Value): Value => (deep ? copied(item) : item);
  const reference = (item: Value & { kind: 'ref' }): Value => {
    const known = copies.get(item.id);
    if (known !== undefined) return known;
    const object = ev.machine.read(item.id);
    ev.machine.tick();
    switch (object?.kind) {
      case 'list': {
        const made = ev.machine.newList(undefined, object.form);
        copies.set(item.id, made);
        const items = object.items?.map(inner);
        const own = ev.machine.write(made.id);
        if (own?.kind === 'list') {
          own.items = items;
          own.element = inner(object.element);
        }
        return made;
      }
      case 'dict': {
        const made = ev.machine.newDict([], object.open, object.missing);
        copies.set(item.id, made);
        for (const [key, entry] of object.entries) {
          const content = inner(entry.value);
          const own = ev.machine.write(made.id);
          if (own?.kind === 'dict') own.entries.set(key, { key: entry.key, value: content });
        }
        return made;
      }
      case 'instance': {
        const made = ev.machine.newInstance(object.cls, [], object.built);
        copies.set(item.id, made);
        for (const [name, attribute] of object.attrs) {
          const content = inner(attribute);
          const own = ev.machine.write(made.id);
          if (own?.kind === 'instance') own.attrs.set(name, content);
        }
        const own = ev.machine.write(made.id);
        if (own?.kind === 'instance') own.open = object.open;
        return made;
      }
      default:
        return item;
    }
  };
  return copied(value);
}
