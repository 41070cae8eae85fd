/** Names of tensors: all places of one, its new name everywhere, and no rename that would break what works. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { Service } from '../../server/src/service';
import type { Content } from './memoryFiles';
import { memoryService } from './memoryService';
import { onnxBytes } from './onnxBytes';

const tensors = (input: string, output: string): string =>
  `input { name: "${input}" data_type: TYPE_FP32 dims: 4 }\noutput { name: "${output}" data_type: TYPE_FP32 dims: 4 }\n`;
const step = (model: string, input: readonly [string, string], output: readonly [string, string]): string =>
  `  step { model_name: "${model}" model_version: -1 input_map { key: "${input[0]}" value: "${input[1]}" } output_map { key: "${output[0]}" value: "${output[1]}" } }\n`;

const code = `import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        # "x" comes in
        for request in requests:
            given = pb_utils.get_input_tensor_by_name(request, "x")
            out = pb_utils.Tensor('y', given.as_numpy())
`;

const files: Readonly<Record<string, Content>> = {
  'first/config.pbtxt': `backend: "python"\n${tensors('x', 'y')}model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: 4 zero_data: true } } }\n`,
  'first/1/model.py': code,
  'first/configs/small.pbtxt': `backend: "python"\n${tensors('x', 'y')}`,
  'second/config.pbtxt': `backend: "identity"\n${tensors('x', 'y')}`,
  'both/config.pbtxt': `platform: "ensemble"\n${tensors('IN', 'OUT')}ensemble_scheduling {\n${step('first', ['x', 'IN'], ['y', 'mid'])}${step('second', ['x', 'mid'], ['y', 'OUT'])}}\n`,
  'outer/config.pbtxt': `platform: "ensemble"\n${tensors('A', 'B')}ensemble_scheduling {\n${step('both', ['IN', 'A'], ['OUT', 'B'])}}\n`,
  'net/config.pbtxt': `backend: "onnxruntime"\n${tensors('image', 'old')}`,
  'net/1/model.onnx': onnxBytes([{ name: 'image', type: 1, dims: [4] }], [{ name: 'scores', type: 1, dims: [4] }]),
};

const serviceOf = (changed: Readonly<Record<string, Content>> = {}): Promise<Service> =>
  memoryService('/models', { ...files, ...changed });

/** A place by its file and the text that the bar stands in: `first/config.pbtxt`, `name: "|x"`. */
const offsetIn = (service: Service, file: string, marked: string): number => {
  const text = service.text(`/models/${file}`) ?? '';
  const index = text.indexOf(marked.replace('|', ''));
  equal(index >= 0, true, `${marked} is in ${file}`);
  return index + marked.indexOf('|');
};

/** What a rename changes, as "file: new text over old text". */
async function renamed(
  file: string,
  marked: string,
  newName: string,
  changed?: Readonly<Record<string, Content>>,
): Promise<readonly string[] | string> {
  const service = await serviceOf(changed);
  const made = service.rename(`/models/${file}`, offsetIn(service, file, marked), newName);
  if ('problem' in made) return made.problem;
  return made
    .map(({ place, newText }) => {
      const path = place.at.file.slice('/models/'.length);
      return `${path}: ${service.text(place.at.file)?.slice(place.start, place.end)} -> ${newText}`;
    })
    .sort();
}

describe('names of tensors', () => {
  it('of a model are changed in its configurations, its code, its warmup and the ensembles that use it', async () => {
    const wanted = [
      'both/config.pbtxt: "x" -> "z"',
      'first/1/model.py: "x" -> "z"',
      'first/config.pbtxt: "x" -> "z"',
      'first/config.pbtxt: "x" -> "z"',
      'first/configs/small.pbtxt: "x" -> "z"',
    ];
    deepEqual(await renamed('first/config.pbtxt', 'name: "|x"', 'z'), wanted);
    deepEqual(await renamed('both/config.pbtxt', 'key: "x|" value: "IN"', 'z'), wanted);
    deepEqual(await renamed('first/configs/small.pbtxt', 'name: "|x"', 'z'), wanted);
  });

  it('keep the quotes that the code has', async () => {
    const edits = await renamed('first/config.pbtxt', 'name: "|y"', "it's");
    deepEqual(edits, [
      'both/config.pbtxt: "y" -> "it\'s"',
      "first/1/model.py: 'y' -> 'it\\'s'",
      'first/config.pbtxt: "y" -> "it\'s"',
      'first/configs/small.pbtxt: "y" -> "it\'s"',
    ]);
  });

  it('between steps are changed in their ensemble only', async () => {
    deepEqual(await renamed('both/config.pbtxt', 'value: "m|id"', 'tokens'), [
      'both/config.pbtxt: "mid" -> "tokens"',
      'both/config.pbtxt: "mid" -> "tokens"',
    ]);
  });

  it('of an ensemble are changed in the ensembles around it too', async () => {
    deepEqual(await renamed('both/config.pbtxt', 'value: "O|UT"', 'scores'), [
      'both/config.pbtxt: "OUT" -> "scores"',
      'both/config.pbtxt: "OUT" -> "scores"',
      'outer/config.pbtxt: "OUT" -> "scores"',
    ]);
  });

  it('are all found as references', async () => {
    const service = await serviceOf();
    const found = service.tensor('/models/both/config.pbtxt', offsetIn(service, 'both/config.pbtxt', 'value: "m|id"'));
    equal(found?.name, 'mid');
    equal(found.places.length, 2);
  });

  it('after a rename of everything the repository is as right as before', async () => {
    const service = await serviceOf();
    const path = '/models/both/config.pbtxt';
    const made = service.rename(path, offsetIn(service, 'both/config.pbtxt', 'key: "|x" value: "IN"'), 'z');
    equal('problem' in made, false);
    const changed: Record<string, Content> = {};
    for (const { place, newText } of [...(made as Exclude<typeof made, { problem: string }>)].sort(
      (a, b) => b.place.start - a.place.start,
    )) {
      const name = place.at.file.slice('/models/'.length);
      const text = (changed[name] as string | undefined) ?? service.text(place.at.file) ?? '';
      changed[name] = text.slice(0, place.start) + newText + text.slice(place.end);
    }
    const after = await serviceOf(changed);
    for (const model of ['first', 'second', 'both', 'outer'])
      deepEqual(
        after.findings(`/models/${model}/config.pbtxt`)?.map(({ id }) => id),
        service.findings(`/models/${model}/config.pbtxt`)?.map(({ id }) => id),
      );
  });

  for (const [what, file, marked, newName, reason] of [
    [
      'is in the model file',
      'net/config.pbtxt',
      'name: "|image"',
      'z',
      /'image' is the name in model\.onnx of model 'net': export the model/,
    ],
    ['is taken', 'both/config.pbtxt', 'value: "m|id"', 'OUT', /Ensemble 'both' has another tensor 'OUT'/],
    ['is empty', 'both/config.pbtxt', 'value: "m|id"', '', /needs a name/],
    ['is no tensor', 'both/config.pbtxt', 'model_name: "f|irst"', 'z', /no name of a tensor/],
  ] as const)
    it(`are kept where the name ${what}`, async () => {
      match(String(await renamed(file, marked, newName)), reason);
    });

  it('are kept where the code may mean something else', async () => {
    const changed = { 'first/1/model.py': `${code}        labels = ["x"]\n` };
    match(String(await renamed('first/config.pbtxt', 'name: "|x"', 'z', changed)), /^model\.py writes "x" in line 10 /);
  });

  it('that the model file does not have may be mended', async () => {
    deepEqual(await renamed('net/config.pbtxt', 'name: "|old"', 'scores'), ['net/config.pbtxt: "old" -> "scores"']);
  });
});

describe('words of configurations', () => {
  it('are fields, tensors, models and known values', async () => {
    const service = await serviceOf();
    const path = '/models/both/config.pbtxt';
    const text = service.text(path) ?? '';
    const words = service
      .tokens(path)
      .map(({ span, kind, isDeclaration }) => `${text.slice(span.start, span.end)} ${kind}${isDeclaration ? '!' : ''}`);
    deepEqual(words.slice(0, 8), [
      'platform property',
      'input struct',
      'name property',
      '"IN" variable!',
      'data_type property',
      'TYPE_FP32 enumMember',
      'dims property',
      'output struct',
    ]);
    deepEqual(words.slice(14, 20), [
      'step struct',
      'model_name property',
      '"first" class',
      'model_version property',
      'input_map struct',
      'key property',
    ]);
  });

  it('have placeholders, and never overlap or leave their line', async () => {
    const text = 'max_batch_size: ${batch}\nname: "a" # ${no}\ninput [ { name: "x${i}" }, { name: "a"\n  "b" } ]\n';
    const service = await serviceOf({ 'first/config.pbtxt': text });
    const tokens = service.tokens('/models/first/config.pbtxt');
    equal(tokens.filter(({ kind }) => kind === 'macro').length, 1);
    let end = 0;
    for (const { span } of tokens) {
      equal(span.start >= end, true);
      equal(text.slice(span.start, span.end).includes('\n'), false);
      end = span.end;
    }
  });
});
