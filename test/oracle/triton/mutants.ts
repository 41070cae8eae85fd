/** Edits of configurations as people make them by mistake, the same ones for the same seed. */
import { chance } from '../../triton/texts';
import { type Base, bases, configOf } from './bases';

export interface Mutant extends Base {
  readonly id: string;
  /** Kind of the edit. */
  readonly edit: string;
  /** 1-based line of the configuration that was edited; undefined where a folder was. */
  readonly line: number | undefined;
}

/** What an edit may add to the end of a configuration, or to its start. */
const additions: readonly string[] = [
  'max_batch_size: -1',
  'platform: "onnxruntime_onnx"',
  'platform: "python"',
  'backend: "identity"',
  'default_model_filename: "model.bin"',
  'runtime: "libnone.so"',
  'cc_model_filenames { key: "7.5" value: "m" }',
  'version_policy { all { } }',
  'version_policy { latest { } }',
  'version_policy { specific { versions: [ 9 ] } }',
  'version_policy { specific { } }',
  'dynamic_batching { preferred_batch_size: [ 0 ] }',
  'dynamic_batching { preferred_batch_size: [ 64 ] }',
  'dynamic_batching { priority_levels: 2 }',
  'dynamic_batching { priority_levels: 2 default_priority_level: 3 }',
  'dynamic_batching { preserve_ordering: true default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 1 } }',
  'sequence_batching { }',
  'sequence_batching { direct { minimum_slot_utilization: 1.5 } }',
  'sequence_batching { oldest { preferred_batch_size: 99 } }',
  'sequence_batching { control_input { name: "S" control { kind: CONTROL_SEQUENCE_START } } }',
  'sequence_batching { control_input { name: "C" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_FP32 } } }',
  'sequence_batching { control_input { control { kind: CONTROL_SEQUENCE_END int32_false_true: [ 0, 1 ] } } }',
  'sequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: 1 initial_state { name: "s" data_type: TYPE_FP32 dims: 2 zero_data: true } } }',
  'sequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: 1 use_growable_memory: true } }',
  'ensemble_scheduling { step { model_name: "none" model_version: -1 } }',
  'instance_group { kind: KIND_CPU gpus: 0 }',
  'instance_group { kind: KIND_MODEL count: 2 }',
  'instance_group { count: 0 }',
  'instance_group { kind: KIND_CPU profile: "1" }',
  'instance_group { kind: KIND_CPU rate_limiter { resources { name: "R9" count: 2 } resources { name: "R9" global: true count: 2 } } }',
  'response_cache { enable: true }',
  'model_transaction_policy { decoupled: true }',
  'batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_INT64 source_input: "x" }',
  'batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_INT32 }',
  'batch_output { target_name: "y" source_input: "none" }',
  'model_warmup { name: "w" batch_size: 1 }',
  'model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ -1 ] zero_data: true } } }',
  'model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 16 ] } } }',
  'model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_INT8 dims: [ 16 ] random_data: true } } }',
  'parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/none/lib.so" } }',
  'parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "maybe" } }',
  'parameters { key: "free" value { string_value: "text" } }',
  'metric_tags { key: "a" value: "b" }',
  'input { name: "x2" data_type: TYPE_FP32 dims: [ 0 ] }',
  'input { name: "x2" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 3 ] } }',
  'input { name: "x2" data_type: TYPE_FP32 dims: [ 4 ] is_shape_tensor: true }',
  'input { name: "x2" data_type: TYPE_FP32 dims: [ 4 ] optional: true }',
  'input { name: "x2" data_type: TYPE_FP32 dims: [ 4 ] format: FORMAT_NCHW }',
  'output { name: "y2" dims: [ 4 ] }',
  'output { name: "y2" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "none.txt" }',
  'optimization { execution_accelerators { cpu_execution_accelerator { name: "openvino" } } }',
  'name: "other"',
  'colour: "red"',
];

const numbers = ['0', '-1', '-2', '1', '2', '3', '9', '17', '2147483648', '99999999999', '1.5', '"4"', '0x10', '010'];
const enums = [
  'TYPE_FP32',
  'TYPE_INT8',
  'TYPE_STRING',
  'TYPE_INVALID',
  'FP32',
  'KIND_AUTO',
  'KIND_CPU',
  '3',
  '77',
  '-1',
];

interface Edit {
  readonly text: string;
  readonly at: number;
}
type Editor = (text: string, next: () => number) => Edit | undefined;

const pick = <T>(from: readonly T[], next: () => number): T | undefined => from[Math.floor(next() * from.length)];

/** Tokens outside comments. */
const tokensOf = (text: string): readonly RegExpExecArray[] => [
  ...text.replace(/#.*/g, (note) => ' '.repeat(note.length)).matchAll(/"[^"\n]*"|-?\d[\w.]*|\w+|[^\s\w]/g),
];

/** Replaces a token of a kind. */
const replacing =
  (kind: RegExp, by: (word: string, text: string, next: () => number) => string | undefined): Editor =>
  (text, next) => {
    const chosen = pick(
      tokensOf(text).filter(([word]) => kind.test(word)),
      next,
    );
    const word = chosen && by(chosen[0], text, next);
    if (!chosen || word === undefined || word === chosen[0]) return undefined;
    return { text: text.slice(0, chosen.index) + word + text.slice(chosen.index + chosen[0].length), at: chosen.index };
  };

/** A spelling mistake: two letters change places. */
function misspelt(word: string, next: () => number): string {
  const at = 1 + Math.floor(next() * Math.max(word.length - 3, 1));
  return word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
}

/** A block from the line that opens it to the one that closes it, by indentation. */
function blockOf(text: string, next: () => number): { readonly start: number; readonly end: number } | undefined {
  const opening = pick([...text.matchAll(/^([ ]*)\S.*[[{]\n/gm)], next);
  if (!opening) return undefined;
  const closing = new RegExp(`\\n${opening[1] ?? ''}[\\]}],?\\n`, 'g');
  closing.lastIndex = opening.index;
  const found = closing.exec(text);
  return found ? { start: opening.index, end: found.index + found[0].length } : undefined;
}

const editors: readonly (readonly [string, number, Editor])[] = [
  ['add', 24, adding],
  ['number', 14, replacing(/^-?\d/, (_, __, next) => pick(numbers, next))],
  [
    'string',
    14,
    replacing(/^"/, (_, text, next) => pick([...(text.match(/"[^"\n]*"/g) ?? []), '""', '"nothing"'], next)),
  ],
  [
    'enum',
    8,
    replacing(/^[A-Z]+_[A-Z0-9_]+$/, (_, text, next) =>
      pick([...enums, ...(text.match(/\b[A-Z]+_[A-Z0-9_]+/g) ?? [])], next),
    ),
  ],
  ['truth', 3, replacing(/^(?:true|false)$/, (word) => (word === 'true' ? 'false' : 'true'))],
  ['typo', 6, replacing(/^[a-z_]{4,}$/, (word, _, next) => misspelt(word, next))],
  ['token lost', 8, replacing(/./, () => '')],
  ['token twice', 4, replacing(/./, (word) => `${word} ${word}`)],
  ['line lost', 9, (text, next) => lineEdit(text, next, () => '')],
  ['line twice', 4, (text, next) => lineEdit(text, next, (line) => line + line)],
  ['block lost', 4, (text, next) => blockEdit(text, next, () => '')],
  ['block twice', 2, (text, next) => blockEdit(text, next, (block) => block + block)],
];

function adding(text: string, next: () => number): Edit | undefined {
  const line = pick(additions, next);
  return next() < 0.5 ? { text: `${line}\n${text}`, at: 0 } : { text: `${text}${line}\n`, at: text.length };
}

function lineEdit(text: string, next: () => number, change: (line: string) => string): Edit | undefined {
  const line = pick([...text.matchAll(/^\s*[^\s#].*\n/gm)], next);
  return (
    line && {
      text: text.slice(0, line.index) + change(line[0]) + text.slice(line.index + line[0].length),
      at: line.index,
    }
  );
}

function blockEdit(text: string, next: () => number, change: (block: string) => string): Edit | undefined {
  const block = blockOf(text, next);
  return (
    block && {
      text: text.slice(0, block.start) + change(text.slice(block.start, block.end)) + text.slice(block.end),
      at: block.start,
    }
  );
}

/** Edits of what lies around the configuration. */
const folderEdits: readonly (readonly [string, (base: Base) => Base])[] = [
  [
    'no version',
    ({ dirs, ...base }) => ({
      ...base,
      dirs: [...dirs.filter((path) => !path.startsWith(`${base.model}/`)), base.model],
    }),
  ],
  [
    'version as a word',
    ({ dirs, ...base }) => ({
      ...base,
      dirs: [...dirs.filter((path) => !path.startsWith(`${base.model}/`)), `${base.model}/v1`],
    }),
  ],
  ['version with a zero', ({ dirs, ...base }) => ({ ...base, dirs: [...dirs, `${base.model}/02`] })],
  ['a second version', ({ dirs, ...base }) => ({ ...base, dirs: [...dirs, `${base.model}/7`] })],
  ['another folder', ({ dirs, ...base }) => ({ ...base, dirs: [...dirs, `${base.model}/notes`] })],
  [
    'no other files',
    ({ files, ...base }) => ({
      ...base,
      files: Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('config.pbtxt'))),
    }),
  ],
];

const quick = bases.filter(({ isSlow }) => !isSlow);
const slow = bases.filter(({ isSlow }) => isSlow);
/** One in so many is a model that is slow to load. */
const SLOW_EVERY = 10;
/** Share of the edits that change what lies around the configuration. */
const FOLDER_SHARE = 0.03;

/** The mutants of a seed; more of them begin with the same ones. */
export function mutants(seed: number, count: number): readonly Mutant[] {
  const next = chance(seed);
  return Array.from({ length: count }, (_, index) => {
    const base = pick(index % SLOW_EVERY === SLOW_EVERY - 1 ? slow : quick, next) as Base;
    const made = (next() < FOLDER_SHARE && !base.isSlow ? editFolder(base, next) : undefined) ?? editText(base, next);
    return { ...made, id: `${seed}-${index}-${base.model}-${made.edit.replaceAll(' ', '-')}` };
  });
}

function editFolder(base: Base, next: () => number): Omit<Mutant, 'id'> | undefined {
  const chosen = pick(folderEdits, next);
  return chosen && { ...chosen[1](base), edit: chosen[0], line: undefined };
}

function editText(base: Base, next: () => number): Omit<Mutant, 'id'> {
  const path = `${base.model}/config.pbtxt`;
  const text = configOf(base);
  const total = editors.reduce((sum, [, weight]) => sum + weight, 0);
  for (;;) {
    let left = next() * total;
    const chosen = editors.find(([, weight]) => (left -= weight) < 0);
    if (!chosen) continue;
    const [kind, , edit] = chosen;
    const edited = edit(text, next);
    if (!edited || edited.text === text) continue;
    const line = text.slice(0, edited.at).split('\n').length;
    return { ...base, files: { ...base.files, [path]: edited.text }, edit: kind, line };
  }
}
