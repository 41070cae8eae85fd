/** Values of fields as people write them: `5s`, `1 %`, `512 MiB`. */
import type { Field, Fields } from './fields';
import type { Place, YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml';

export interface PlanProblem extends Place {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
}
export type Value = string | number | boolean;
export type Values = Readonly<Record<string, Value>>;
type Tell = (problem: PlanProblem) => void;

const units: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  duration: { '': 1, ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3_600, d: 86_400 },
  percent: { '': 1, '%': 1 },
  share: { '': 1, '%': 0.01 },
  count: { '': 1 },
  number: { '': 1, ms: 1 },
  bytes: { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6, GB: 1e9 },
};
const wanted: Readonly<Record<string, string>> = {
  duration: 'a time as 30s, 5m or 1h',
  percent: 'a number of percent',
  share: 'a share as 0.01 or 1 %',
  count: 'a whole number',
  number: 'a number',
  bytes: 'a size as 512 MiB',
  flag: 'true or false',
  text: 'a text',
};

/** Every field of a map that was written or has a default. */
export function valuesOf(
  node: YamlMap | undefined,
  fields: Fields,
  where: string,
  tell: Tell,
  known: readonly string[] = [],
): Values {
  const found: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const entry = node?.entries.find((each) => each.key.text === name);
    const value = entry === undefined ? undefined : valueOf(entry, field, tell);
    if (value !== undefined) found[name] = value;
    else if (field.usual !== undefined) found[name] = field.usual;
    else if (field.needed === true && entry === undefined && node !== undefined)
      tell({ ...headOf(node), severity: 'error', message: `${where} needs "${name}": ${field.says}` });
  }
  for (const { key } of node?.entries ?? [])
    if (!Object.hasOwn(fields, key.text) && !known.includes(key.text))
      tell(unknownField(key, where, [...Object.keys(fields), ...known]));
  return found;
}

/** The first line of a collection is enough to show where it is. */
export const headOf = (node: YamlNode): Place => ({
  start: node.start,
  end:
    node.kind === 'map' && node.entries[0] !== undefined ? node.entries[0].key.end : Math.min(node.end, node.start + 1),
});

const unknownField = (key: YamlScalar, where: string, names: readonly string[]): PlanProblem => ({
  start: key.start,
  end: key.end,
  severity: 'error',
  message: `${where} has no "${key.text}"; it may have ${names.join(', ')}`,
});

function valueOf({ key, value: node }: YamlEntry, field: Field, tell: Tell): Value | undefined {
  const wrong = (message: string): Value | undefined => {
    tell({ start: node.start, end: Math.max(node.end, node.start + 1), severity: 'error', message });
    return undefined;
  };
  const allowed = measureOf(field);
  if (node.kind !== 'scalar' || node.value === null) return wrong(`"${key.text}" is ${allowed}`);
  if (field.kind === 'text') return node.text;
  if (field.kind === 'flag')
    return typeof node.value === 'boolean' ? node.value : wrong(`"${key.text}" is ${allowed}, not ${node.text}`);
  if (field.kind === 'choice')
    return (
      (field.choices ?? []).find((each) => String(each) === String(node.value)) ??
      wrong(`"${key.text}" is ${allowed}, not ${node.text}`)
    );
  const number = measured(node.text, field.kind);
  if (number === undefined || (field.kind === 'count' && !Number.isInteger(number)))
    return wrong(`"${key.text}" is ${allowed}, not ${node.text}`);
  const { least = -Infinity, most = Number.MAX_SAFE_INTEGER } = field;
  return number >= least && number <= most
    ? number
    : wrong(`"${key.text}" is ${node.text}; it may be ${rangeOf(field)}`);
}

/** What may stand behind a number; '' for nothing. */
export const unitsOf = (kind: Field['kind']): readonly string[] => Object.keys(units[kind] ?? {});

/** What a field takes, as a part of a sentence: a time as 30s, 5m or 1h. */
export const measureOf = (field: Field): string =>
  field.kind === 'choice' ? `one of ${(field.choices ?? []).join(', ')}` : (wanted[field.kind] ?? '');

/** The bounds of a field: 1 to 100 %. */
export function rangeOf({ least, most, kind }: Field): string {
  const unit = kind === 'percent' ? ' %' : kind === 'duration' ? ' s' : '';
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  return least === undefined ? `at most ${most ?? ''}${unit}` : `at least ${least}${unit}`;
}

function measured(text: string, kind: string): number | undefined {
  const [, number = '', unit = ''] =
    /^([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z%]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units[kind] ?? {}, unit) ? units[kind]?.[unit] : undefined;
  return number === '' || factor === undefined ? undefined : Number(number) * factor;
}
