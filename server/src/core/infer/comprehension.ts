/** List, set, dict and generator comprehensions; generators are evaluated where they stand. */
import type * as tree from '../python/tree';
import { assign } from './assignment';
import { truth } from './compare';
import { distinct, elementOf, iterate } from './containers';
import type { Evaluator } from './evaluator';
import { dictKey } from './plain';
import { unknown, type Value } from './value';

/** Items that are evaluated one by one; more become one that stands for all. */
export const MAX_ITERATIONS = 512;

export function evaluateComprehension(ev: Evaluator, node: tree.Comprehension): Value {
  const { machine } = ev;
  const frame = machine.newFrame(ev.activation.frame);
  const outer = ev.activation;
  // The scope of its own that a comprehension has belongs to the call it stands in.
  ev.activation = { ...outer, frame };
  try {
    const items: Value[] = [];
    const entries = new Map<string, { readonly key: Value; readonly value: Value }>();
    let exact = true as boolean;
    const emit = (): void => {
      const element = ev.evaluate(node.element);
      if (node.value === undefined) items.push(element);
      else {
        const value = ev.evaluate(node.value);
        const key = dictKey(element);
        if (key === undefined) exact = false;
        else entries.set(key, { key: element, value });
      }
    };
    const run = (depth: number): void => {
      const clause = node.clauses[depth];
      if (clause === undefined) {
        emit();
        return;
      }
      const iterable = ev.evaluate(clause.iterable);
      const all = iterate(ev, iterable);
      const each = all === undefined || all.length > MAX_ITERATIONS ? [elementOf(ev, iterable, clause.iterable)] : all;
      if (each !== all) exact = false;
      for (const item of each) {
        machine.tick();
        assign(ev, clause.target, item);
        if (clause.conditions.every((condition) => truth(ev, ev.evaluate(condition), condition))) run(depth + 1);
      }
    };
    run(0);
    if (node.form === 'dict') return machine.newDict(entries, !exact);
    const form = node.form === 'set' ? 'set' : 'list';
    return exact
      ? machine.newList(form === 'set' ? distinct(ev, items) : items, form)
      : machine.newList(undefined, form, items[0] ?? unknown('an item of a comprehension', node));
  } finally {
    ev.activation = outer;
    const own = machine.frame(frame);
    if (own?.captured === false) machine.free(frame);
  }
}
