/** Warmup samples: their files, and whether they are valid requests. */
import type { Span } from '../../../core/text/place';
import type { Model } from '../../repository/model';
import { placeOf, type Problem } from '../../rule';
import type { Message } from '../../textFormat/message';

/** Bytes of one element; strings have no size of their own. */
const sizes: Readonly<Record<string, number>> = {
  TYPE_BOOL: 1,
  TYPE_UINT8: 1,
  TYPE_UINT16: 2,
  TYPE_UINT32: 4,
  TYPE_UINT64: 8,
  TYPE_INT8: 1,
  TYPE_INT16: 2,
  TYPE_INT32: 4,
  TYPE_INT64: 8,
  TYPE_FP16: 2,
  TYPE_FP32: 4,
  TYPE_FP64: 8,
  TYPE_BF16: 2,
};

/** Bytes of one element of a tensor's type; undefined for strings and unknown types. */
export const elementSize = (tensor: Message): number | undefined => sizes[tensor.enumName('data_type')];

/** The file of an input: there, and long enough. */
export function* fileProblem(model: Model, value: Message, input: string): Iterable<Problem> {
  const file = value.text('input_data_file');
  const path = `${model.folder}/warmup/${file}`;
  const size = model.world.files.size(path);
  const at = placeOf(value, 'input_data_file');
  // The folder may be kept elsewhere as a whole.
  if (model.world.files.entries(`${model.folder}/warmup`) === undefined) return;
  if (size === undefined) yield { message: `failed to open text file for read ${path}: No such file or directory`, at };
  const element = elementSize(value);
  if (size === undefined || element === undefined) return;
  const needed = value.numbers('dims').reduce((product, dim) => product * dim, element);
  if (size < needed)
    yield {
      message: `warmup setting expects ${needed} bytes, but the data provided from ${input}only has ${size} bytes`,
      at,
    };
}

/** What is wrong with a sample as a request. */
export function* requestProblems(
  model: Model,
  config: Message,
  warmup: Message,
  at: Span | undefined,
): Iterable<Problem> {
  const given = warmup.entries('inputs');
  const wanted = config.all('input').filter((input) => !input.flag('optional'));
  const missing = wanted.filter((input) => !given.has(input.text('name'))).map((input) => input.text('name'));
  const prefix = '[request id: <id_unknown>] ';
  const known = config.all('input').filter((input) => given.has(input.text('name')));
  if (missing.length > 0) {
    const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(',');
    const got = list(known.map((input) => input.text('name')).sort());
    yield {
      message: `${prefix}expected ${wanted.length} inputs but got ${known.length} inputs for model '${model.name}'. Got input(s) [${got}], but missing required input(s) [${list(missing.sort())}]. Please provide all required input(s).`,
      at,
    };
    return;
  }
  for (const input of known) {
    const value = given.get(input.text('name'))?.one('value');
    if (value) yield* tensorProblem(model, config, input, value, prefix);
  }
}

function* tensorProblem(
  model: Model,
  config: Message,
  input: Message,
  value: Message,
  prefix: string,
): Iterable<Problem> {
  const name = input.text('name');
  const [given, wanted] = [value.enumName('data_type'), input.enumName('data_type')];
  const label = `${prefix}inference input '${name}' data-type is '${protocolName(given)}', but model '${model.name}' expects '${protocolName(wanted)}'`;
  if (given !== wanted) yield { message: label, at: placeOf(value, 'data_type') };
  const batched = config.number('max_batch_size') > 0;
  // Whatever the size of the batch, it is made of requests with one element each.
  const batch = batched ? [1] : [];
  const [got, expected] = [value.numbers('dims'), input.numbers('dims')];
  const fits = got.length === expected.length && expected.every((dim, index) => dim === -1 || dim === got[index]);
  if (given === wanted && !fits && expected.length > 0 && !got.includes(-1))
    yield {
      message: `${prefix}unexpected shape for input '${name}' for model '${model.name}'. Expected [${(batched ? [-1, ...expected] : expected).join(',')}], got [${[...batch, ...got].join(',')}].${batched ? ` ${batchNote}` : ''}`,
      at: placeOf(value, 'dims'),
    };
}

/** What the server adds where the model batches. */
const batchNote =
  'NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size.';

/** 'TYPE_FP32' -> 'FP32', as requests write it. */
const protocolName = (type: string): string =>
  type === 'TYPE_STRING' ? 'BYTES' : type === 'TYPE_INVALID' ? '<invalid>' : type.replace(/^TYPE_/, '');
