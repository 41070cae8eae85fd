/**
 * Where in a plan a place is: the keys and list dashes around it.
 *
 * Told by the indentation of the lines above, so that a line that is being written need not be YAML yet.
 */
import {
  collections,
  experimentFields,
  type Field,
  type Fields,
  gateFields,
  planFields,
  shadowFields,
  stepFields,
  unitFields,
} from './fields';

export interface PlanPlace {
  /** Keys from the outermost to the one around the place; '-' for an entry of a list. */
  readonly path: readonly string[];
  /** The key on the place's own line that stands in front of it; '' where none does. */
  readonly key: string;
  /** Keys beside it, with what stands behind them. */
  readonly beside: ReadonlyMap<string, string>;
}

interface Line {
  readonly dashes: readonly number[];
  /** Column of what stands behind the dashes. */
  readonly column: number;
  readonly key: string;
  readonly value: string;
}

function lineOf(text: string): Line | undefined {
  const [, indent = '', dashed = '', rest = ''] = /^( *)((?:-(?: +|$))*)(.*)$/.exec(text.trimEnd()) ?? [];
  if (rest.startsWith('#') || (rest === '' && dashed === '')) return undefined;
  const dashes = [...dashed.matchAll(/-/g)].map(({ index }) => indent.length + index);
  const [, key = '', value = ''] = /^["']?([\w.]+)["']?\s*:(?:\s+(.*))?$/.exec(rest) ?? [];
  return { dashes, column: indent.length + dashed.length, key, value: value.replace(/\s*#.*$/, '') };
}

/** @param offset in UTF-16 code units */
export function placeIn(text: string, offset: number): PlanPlace {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const above = text.slice(0, start).split('\n').slice(0, -1);
  const [, indent = '', dashed = '', rest = ''] = /^( *)((?:-(?: +|$))*)(.*)$/.exec(text.slice(start, offset)) ?? [];
  const key = /^["']?([\w.]+)["']?\s*:\s/.exec(`${rest} `)?.[1] ?? '';
  const column = indent.length + dashed.length;
  const beside = besideOf(text, column, above.length);
  return { path: pathOf(above, indent.length, dashed, column), key: rest.includes(':') ? key : '', beside };
}

function pathOf(above: readonly string[], indent: number, dashed: string, column: number): readonly string[] {
  const path: string[] = [...dashed.matchAll(/-/g)].map(() => '-');
  let limit = path.length > 0 ? indent : column;
  // A list may stand at the column of its key.
  let isDash = path.length > 0;
  for (let at = above.length - 1; at >= 0 && (limit > 0 || isDash); at--) {
    const line = lineOf(above[at] ?? '');
    if (!line) continue;
    if (line.key !== '' && line.value === '' && (line.column < limit || (isDash && line.column === limit))) {
      path.unshift(line.key);
      [limit, isDash] = [line.column, false];
    }
    for (const dash of [...line.dashes].reverse())
      if (dash < limit) {
        path.unshift('-');
        [limit, isDash] = [dash, true];
      }
  }
  return path;
}

/** Keys of the same block: lines of the same column, up and down to where the block ends. */
function besideOf(text: string, column: number, own: number): ReadonlyMap<string, string> {
  const lines = text.split('\n');
  const found = new Map<string, string>();
  const look = (at: number): boolean => {
    const line = lineOf(lines[at] ?? '');
    if (!line) return true;
    const first = line.dashes[0] ?? line.column;
    if (at !== own && line.column === column && line.key !== '') found.set(line.key, line.value);
    return first > column || (first === column && line.dashes.length === 0);
  };
  const isFirst = (lineOf(lines[own] ?? '')?.dashes.length ?? 0) > 0;
  if (!isFirst) for (let at = own - 1; at >= 0 && look(at); at--);
  for (let at = own + 1; at < lines.length; at++) {
    const line = lineOf(lines[at] ?? '');
    if (line && (line.dashes[0] ?? line.column) < column) break;
    look(at);
  }
  return found;
}

const parts: Readonly<Record<string, Fields>> = {
  shadow: shadowFields,
  experiment: experimentFields,
  unit: unitFields,
  'steps/-': stepFields,
};

const top: Fields = {
  ...planFields,
  ...Object.fromEntries(
    Object.entries(collections).map(([name, says]): [string, Field] => [name, { kind: 'text', says }]),
  ),
};

/** Whether every field at the top of a text may stand in a plan: one that has just been begun. */
export const isBegun = (text: string): boolean =>
  [...text.matchAll(/^["']?([\w.-]+)["']?\s*:/gm)].every(([, key = '']) => Object.hasOwn(top, key));

const gates: Fields = Object.fromEntries(
  Object.entries(gateFields).map(([name, fields]): [string, Field] => [
    name,
    { kind: 'text', says: `A gate with ${Object.keys(fields).join(', ')}` },
  ]),
);

export const gateKind: Field = { kind: 'choice', says: 'What is judged', choices: Object.keys(gateFields) };

/** The fields that may stand at a place; undefined where a plan has none. */
export function fieldsAt({ path, beside }: PlanPlace): Fields | undefined {
  if (path.length === 0) return top;
  const [first, second, named, deeper] = path;
  if (first !== 'gates') return parts[path.join('/')];
  if (second !== '-' || deeper !== undefined) return undefined;
  const kind = named ?? beside.get('kind');
  if (kind === undefined) return { ...gates, kind: gateKind };
  const fields = Object.hasOwn(gateFields, kind) ? gateFields[kind] : undefined;
  return named === undefined && fields ? { kind: gateKind, ...fields } : fields;
}
