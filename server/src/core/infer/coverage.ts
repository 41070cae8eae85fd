/** Whether sets of conditions leave no path out. */
import type { Conditions } from './machine';

/** Questions that are split on at most; beyond, nothing is claimed. */
const MAX_DEPTH = 12;

/** True if every way of answering the questions is in at least one of the sets. */
export function covers(sets: readonly Conditions[], depth = 0): boolean {
  if (sets.some((set) => set.size === 0)) return true;
  const question = sets[0]?.values().next().value;
  if (question === undefined || depth > MAX_DEPTH) return false;
  for (let answer = 0; answer < question.of; answer++) {
    const under = sets
      .filter((set) => (set.get(question.key)?.answer ?? answer) === answer)
      .map((set) => {
        const rest = new Map(set);
        rest.delete(question.key);
        return rest;
      });
    if (!covers(under, depth + 1)) return false;
  }
  return true;
}
