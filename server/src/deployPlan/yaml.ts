/**
 * Plans as YAML 1.2 with the place of everything, as far as it can be read: the package `yaml` goes on after an error.
 *
 * Aliases and tags are refused by name: a plan has no use for them, and a few lines of aliases make a text of gigabytes.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, type Range, type YAMLError } from 'yaml';

export interface Place {
  readonly start: number;
  readonly end: number;
}
export interface YamlProblem extends Place {
  readonly message: string;
}
export interface YamlScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly text: string;
}
export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}
export interface YamlMap extends Place {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}
export interface YamlList extends Place {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}
export type YamlNode = YamlScalar | YamlMap | YamlList;

const longest = 200_000;
/** One mistake makes the package stumble over what follows. */
const mostProblems = 20;

/** @returns what could be read; `root` is absent for an empty text */
export function readYaml(text: string): { readonly root?: YamlNode; readonly problems: readonly YamlProblem[] } {
  if (text.length > longest) return unread('The file is longer than a plan can be');
  try {
    const document: Document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
    const problems = [...document.errors, ...document.warnings].slice(0, mostProblems).map(problemOf);
    const root = document.contents === null ? undefined : nodeOf(document.contents, 0, problems);
    return root === undefined || isEmpty(root) ? { problems } : { root, problems };
  } catch (error) {
    // The package calls itself for each collection inside another.
    if (error instanceof RangeError) return unread('Collections are nested too deeply');
    throw error;
  }
}

const unread = (message: string): { readonly problems: readonly YamlProblem[] } => ({
  problems: [{ start: 0, end: 1, message }],
});

const isEmpty = (node: YamlNode): boolean => node.kind === 'scalar' && node.text === '' && node.start === node.end;

/** What the package says, in words that name no part of its grammar; by its code, and by what else is in its message. */
const sentences: readonly (readonly [code: YAMLError['code'], has: string, sentence: string])[] = [
  ['BAD_INDENT', 'end with', 'A bracket is not closed before this'],
  ['BAD_INDENT', '', 'This does not stand in the column of what it belongs to'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    '',
    'A key stands inside this value: give it a line of its own, in the column of its fellows',
  ],
  ['DUPLICATE_KEY', '', 'This key stands here twice'],
  ['MISSING_CHAR', 'quote', 'A text in quotes is not closed before this'],
  [
    'MISSING_CHAR',
    'Sequence item',
    'This stands between the entries of a list: indent it further, or begin it with "- "',
  ],
  ['MULTILINE_IMPLICIT_KEY', '', 'A colon is missing on this line'],
  ['MULTIPLE_DOCS', '', 'A plan is one document; this begins another'],
  ['TAB_AS_INDENT', '', 'YAML is indented with spaces; this is a tab'],
  ['TAG_RESOLVE_FAILED', '', 'Tags are not read in a plan: write the value itself'],
  ['UNEXPECTED_TOKEN', '', 'This does not belong to what stands before it'],
];

function problemOf({ code, message, pos: [start, end] }: YAMLError): YamlProblem {
  const [, , sentence = message] = sentences.find(([of, has]) => of === code && message.includes(has)) ?? [];
  return { start, end: Math.max(end, start + 1), message: sentence };
}

/** @param at where it would stand if it is left out */
function nodeOf(node: unknown, at: number, problems: YamlProblem[]): YamlNode {
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const name = keyOf(key, at, problems);
      return { key: name, value: nodeOf(value, name.end, problems) };
    });
    return { kind: 'map', entries, ...placeOf(node, at) };
  }
  if (isSeq(node))
    return { kind: 'list', items: node.items.map((item) => nodeOf(item, at, problems)), ...placeOf(node, at) };
  if (isScalar(node)) return scalarOf(node, at);
  const place = placeOf(isAlias(node) ? node : {}, at);
  if (isAlias(node)) problems.push({ ...place, message: 'Aliases are not read in a plan: write the value itself' });
  return { kind: 'scalar', value: null, text: '', ...place };
}

function scalarOf(
  node: { readonly value: unknown; readonly source?: string; readonly range?: Range | null },
  at: number,
): YamlScalar {
  const { value, source = '' } = node;
  const isPlain = value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  return { kind: 'scalar', value: isPlain ? value : source, text: source, ...placeOf(node, at) };
}

function keyOf(key: unknown, at: number, problems: YamlProblem[]): YamlScalar {
  const node = nodeOf(key, at, problems);
  if (node.kind === 'scalar') return node;
  const { start, end } = node;
  problems.push({ start, end, message: 'A key is a word' });
  return { kind: 'scalar', value: null, text: '', start, end };
}

const placeOf = ({ range }: { readonly range?: Range | null }, at: number): Place =>
  range ? { start: range[0], end: range[1] } : { start: at, end: at };
