/** Thresholds that a user sets instead of a rule's own. */
import type { AnyRule, Thresholds } from './rule';

/** By rule id. */
export type ThresholdSettings = Readonly<Record<string, Thresholds>>;

export interface ThresholdsRead {
  readonly thresholds: ThresholdSettings;
  /** A sentence for each part that can't be used; the rest is. */
  readonly problems: readonly string[];
}

/** What of a table `{"dead-relu": {"warn": 0.6}}` names a rule's threshold and gives a number. */
export function readThresholds(rules: readonly AnyRule[], raw: unknown): ThresholdsRead {
  if (!isTable(raw)) return { thresholds: {}, problems: ["'thresholds' must be a table of rule ids"] };
  const problems: string[] = [];
  const usable = Object.entries(raw).flatMap(([id, given]) => {
    const own = rules.find((rule) => rule.id === id)?.thresholds;
    if (own === undefined) problems.push(`'thresholds' names the unknown rule '${id}'`);
    else if (!isTable(given)) problems.push(`'thresholds.${id}' must be a table of numbers`);
    else return [[id, readOf(id, own, given, problems)] as const];
    return [];
  });
  return { thresholds: Object.fromEntries(usable.filter(([, numbers]) => Object.keys(numbers).length > 0)), problems };
}

function readOf(id: string, own: Thresholds, given: Readonly<Record<string, unknown>>, problems: string[]): Thresholds {
  const usable = Object.entries(given).filter(([name, value]) => {
    if (!Object.hasOwn(own, name))
      problems.push(`'thresholds.${id}' has no '${name}'; it has ${Object.keys(own).join(', ') || 'none'}`);
    else if (typeof value !== 'number' || !Number.isFinite(value))
      problems.push(`'thresholds.${id}.${name}' must be a number`);
    else return true;
    return false;
  });
  return Object.fromEntries(usable) as Thresholds;
}

/** Those of the second before those of the first, number by number. */
export const joinThresholds = (first: ThresholdSettings, second: ThresholdSettings): ThresholdSettings => ({
  ...first,
  ...Object.fromEntries(Object.entries(second).map(([id, numbers]) => [id, { ...first[id], ...numbers }])),
});

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
