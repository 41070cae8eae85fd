import { deepEqual, equal, ok } from 'node:assert/strict';
import { jsonOf } from '../../server/src/triton/complete/print';
import { definitionAt } from '../../server/src/triton/editor/definition';
import { formatted } from '../../server/src/triton/editor/format';
import { hoverIn } from '../../server/src/triton/editor/hover';
import { outlineOf } from '../../server/src/triton/editor/outline';
import { proposalsAt } from '../../server/src/triton/editor/completion';
import { modelConfig } from '../../server/src/triton/schema/modelConfig';
import { readTextFormat } from '../../server/src/triton/textFormat/reader';
import { type Case, modelOf } from './cases';
import { allTexts } from './texts';

const ensemble = `platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: 1 }
output { name: "OUT" data_type: TYPE_FP32 dims: 1 }
ensemble_scheduling {
  step [
    {
      model_name: "part"
      model_version: -1
      input_map { key: "x" value: "IN" }
      output_map { key: "y" value: "OUT" }
    }
  ]
}
`;
const part =
  'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: 1 }\noutput { name: "y" data_type: TYPE_FP32 dims: 1 }';

const repository = (config: string): Case => ({
  id: '',
  model: 'model',
  files: { 'model/config.pbtxt': config.replace('|', ''), 'part/config.pbtxt': part },
  dirs: ['model/1', 'model/3', 'part/1'],
});

/** Text with a bar at the place, and the model read without it. */
async function at(
  config: string,
): Promise<{ model: Awaited<ReturnType<typeof modelOf>>; offset: number; text: string }> {
  const model = await modelOf(repository(config));
  return { model, offset: config.indexOf('|'), text: model.text };
}

describe('configurations in the editor: completion', () => {
  for (const [what, config, first] of [
    ['fields of the file', '|', 'name'],
    ['fields of a message', 'input { | }', 'name'],
    ['fields that are not there yet', 'input { name: "x" | }', 'data_type'],
    ['values of an enum', 'input {\n  data_type: |\n}', 'TYPE_BOOL'],
    ['yes and no', 'dynamic_batching {\n  preserve_ordering: |\n}', 'true'],
    ['backends', 'backend: "|"', 'tensorflow'],
    ['models of the repository', ensemble.replace('"part"', '"|"'), 'part'],
    ['inputs of a model', ensemble.replace('"x"', '"|"'), 'x'],
    ['tensors of an ensemble', ensemble.replace('"IN" }', '"|" }'), 'IN'],
  ] as const)
    it(`offers ${what}`, async () => {
      const { model, offset, text } = await at(config);
      equal(proposalsAt(text, model.file.root, offset, model)[0]?.label, first);
    });

  it('tells of the tensors that it offers', async () => {
    const { model, offset, text } = await at(ensemble.replace('"x"', '"|"'));
    equal(proposalsAt(text, model.file.root, offset, model)[0]?.detail, 'x: TYPE_FP32 [ 1 ]');
  });

  it('offers no second scheduler', async () => {
    const { model, offset, text } = await at('dynamic_batching { }\n|');
    ok(!proposalsAt(text, model.file.root, offset, model).some(({ label }) => label === 'sequence_batching'));
  });
});

describe('configurations in the editor: hover', () => {
  for (const [what, config, part] of [
    ['a field, with its default', 'input { for|mat: FORMAT_NHWC }', 'Omitted: FORMAT_NONE.'],
    ['a value of an enum', 'input { format: FORMAT_|NHWC }', 'channels last'],
    [
      'the versions on the disk',
      'backend: "identity"\nversion_|policy { all { } }',
      'On the disk: 1, 3. Served: 3, 1.',
    ],
    ['a model, with its tensors', ensemble.replace('"part"', '"pa|rt"'), '- output `y: TYPE_FP32 [ 1 ]`'],
    ['a tensor of a step', ensemble.replace('"x"', '"|x"'), '`x: TYPE_FP32 [ 1 ]`\n\nOf model `part`.'],
    ['a tensor of the file', ensemble.replace('"IN" d', '"I|N" d'), '`IN: TYPE_FP32 [ 1 ]`\n\nOf model `model`.'],
    [
      'what flows between steps',
      ensemble.replace('value: "OUT"', 'value: "m|id"'),
      '`y: TYPE_FP32 [ 1 ]`\n\nOf model `part`.',
    ],
    ['the batch dim', 'max_batch_size: 4\ninput { name: "x" di|ms: 3 }', 'the full shape is [-1]'],
  ] as const)
    it(`tells of ${what}`, async () => {
      const { model, offset } = await at(config);
      ok(hoverIn(model.file.root, offset, model)?.markdown.includes(part));
    });
});

describe('configurations in the editor: definition and outline', () => {
  for (const [what, config, file, text] of [
    ['a model', ensemble.replace('"part"', '"pa|rt"'), 'part', 'backend'],
    ['an input of a model', ensemble.replace('"x"', '"|x"'), 'part', '"x"'],
    ['a tensor of the ensemble', ensemble.replace('"OUT" }', '"O|UT" }'), 'model', '"OUT"'],
  ] as const)
    it(`finds ${what}`, async () => {
      const { model, offset } = await at(config);
      const place = definitionAt(model, offset);
      equal(place?.at.file, `/repository/${file}/config.pbtxt`);
      const source = file === 'part' ? part : model.text;
      equal(source.slice(place.start, place.end), text);
    });

  it('names what a message is about', () => {
    const { root } = readTextFormat(ensemble, modelConfig);
    deepEqual(
      outlineOf(root).map(({ name }) => name),
      ['input IN', 'output OUT', 'ensemble_scheduling'],
    );
  });
});

describe('configurations in the editor: layout', () => {
  for (const [what, written, laid] of [
    ['fields', 'name:"a"  max_batch_size :8', 'name: "a"\nmax_batch_size: 8\n'],
    ['messages', 'input{name:"x" dims:[1,2]}', 'input {\n  name: "x"\n  dims: [ 1, 2 ]\n}\n'],
    [
      'lists of messages',
      'input[{name:"x"},{name:"y"}]',
      'input [\n  {\n    name: "x"\n  },\n  {\n    name: "y"\n  }\n]\n',
    ],
    [
      'comments',
      '# top\n\nname: "a" # end\n# own\ninput { } # after\n',
      '# top\n\nname: "a"  # end\n# own\ninput { }  # after\n',
    ],
    ['empty lines', 'name: "a"\n\n\n\nbackend: "b"', 'name: "a"\n\nbackend: "b"\n'],
    ['lists with negative numbers', 'input{dims:[-1,3 , - 1]}', 'input {\n  dims: [ -1, 3, -1 ]\n}\n'],
    [
      'texts with commas',
      'parameters{key:"a" value{string_value:"x ,y"}}\ncc_model_filenames{}',
      'parameters {\n  key: "a"\n  value {\n    string_value: "x ,y"\n  }\n}\ncc_model_filenames { }\n',
    ],
    [
      'lists of texts with commas',
      'instance_group{profile:["a ,b","c"]}',
      'instance_group {\n  profile: [ "a ,b", "c" ]\n}\n',
    ],
    ['negative numbers', 'input { dims: -1 }', 'input {\n  dims: -1\n}\n'],
  ] as const)
    it(`lays out ${what}`, () => equal(formatted(written), laid));

  it('keeps what every text says, and is at rest', () => {
    for (const text of allTexts()) {
      const file = readTextFormat(text, modelConfig);
      if (file.problems.length > 0) continue;
      const laid = formatted(text) ?? '';
      const again = readTextFormat(laid, modelConfig);
      deepEqual(again.problems, [], laid);
      deepEqual(jsonOf(again.root), jsonOf(file.root), laid);
      equal(formatted(laid), laid);
      equal((laid.match(/#/g) ?? []).length, (text.match(/#/g) ?? []).length);
    }
  });
});
