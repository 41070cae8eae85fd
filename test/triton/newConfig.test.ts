/** A first configuration from a model's header: it says what the model has, and the checker has nothing against it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { newConfig } from '../../server/src/triton/newConfig';
import { completedView } from '../../server/src/triton/editor/completedView';
import { formatted } from '../../server/src/triton/editor/format';
import { judge, modelOf } from './cases';
import type { Content } from './memoryFiles';
import { onnxBytes } from './onnxBytes';

const image = { name: 'image', type: 1, dims: ['N', 3, 224, 224] } as const;
const scores = { name: 'scores', type: 1, dims: ['N', 1000] } as const;
const batched = onnxBytes([image], [scores]);

/** Makes a configuration in a repository of these files. */
async function made(
  path: string,
  files: Readonly<Record<string, Content>>,
  dirs: readonly string[] = [],
): Promise<ReturnType<typeof newConfig>> {
  const { world, repository } = await modelOf({
    id: '',
    files,
    dirs,
    model: Object.keys(files)[0]?.split('/')[0] ?? '',
  });
  return newConfig(world, () => repository, `/repository/${path}`);
}

const textOf = (answer: ReturnType<typeof newConfig>): string =>
  'text' in answer ? answer.text : `refused: ${answer.reason}`;
const reasonOf = (answer: ReturnType<typeof newConfig>): string =>
  'reason' in answer ? answer.reason : `made: ${answer.text}`;

describe('a new config.pbtxt', () => {
  it('of a model that batches has no batch dim and a batcher', async () => {
    equal(
      textOf(await made('resnet/1/model.onnx', { 'resnet/1/model.onnx': batched })),
      `name: "resnet"
backend: "onnxruntime"
max_batch_size: 4
input {
  name: "image"
  data_type: TYPE_FP32
  dims: [ 3, 224, 224 ]
}
output {
  name: "scores"
  data_type: TYPE_FP32
  dims: [ 1000 ]
}
dynamic_batching { }
`,
    );
  });

  for (const [what, inputs, outputs] of [
    ['a model that batches', [image], [scores]],
    ['a model of fixed sizes', [{ name: 'x', type: 7, dims: [1, 16] }], [{ name: 'y', type: 1, dims: [1] }]],
    ['a model of which one tensor has no batch dim', [image], [{ name: 'loss', type: 1, dims: [] }]],
    ['a batch of scalars', [{ name: 'x', type: 6, dims: ['N'] }], [{ name: 'y', type: 10, dims: ['N'] }]],
    [
      'two inputs and three outputs',
      [image, { ...image, name: 'mask', type: 9 }],
      [scores, { ...scores, name: 'a' }, { ...scores, name: 'b' }],
    ],
    ['names in quotes', [{ ...image, name: 'a"b' }], [scores]],
  ] as const)
    for (const mode of ['auto', 'strict'] as const)
      it(`of ${what} is right (${mode})`, async () => {
        const files = { 'm/2/model.onnx': onnxBytes(inputs, outputs) };
        const text = textOf(await made('m', files));
        equal(formatted(text), text);
        deepEqual(await judge({ id: '', model: 'm', mode, dirs: [], files: { ...files, 'm/config.pbtxt': text } }), []);
      });

  it('names a file of another name', async () => {
    const files = { 'm/1/resnet50.onnx': batched };
    const text = textOf(await made('m/1/resnet50.onnx', files));
    match(text, /^default_model_filename: "resnet50.onnx"$/m);
    deepEqual(await judge({ id: '', model: 'm', dirs: [], files: { ...files, 'm/config.pbtxt': text } }), []);
  });

  it('is about the version that was chosen, else the highest', async () => {
    const files = { 'm/1/model.onnx': batched, 'm/2/model.onnx': onnxBytes([{ ...image, name: 'newer' }], [scores]) };
    match(textOf(await made('m/1', files)), /"image"/);
    match(textOf(await made('m', files)), /"newer"/);
  });

  it('of a python model has what auto_complete_config declares', async () => {
    const code = `class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(8)
        config.add_input({'name': 'text', 'data_type': 'TYPE_STRING', 'dims': [1]})
        config.add_output({'name': 'ids', 'data_type': 'TYPE_INT64', 'dims': [-1]})
        return config
`;
    const text = textOf(await made('tok', { 'tok/1/model.py': code }));
    match(text, /max_batch_size: 8\ninput {\n {2}name: "text"\n {2}data_type: TYPE_STRING\n {2}dims: \[ 1 \]\n}/);
    deepEqual(
      await judge({ id: '', model: 'tok', dirs: [], files: { 'tok/1/model.py': code, 'tok/config.pbtxt': text } }),
      [],
    );
  });

  it('of a python model that declares nothing says what to write', async () => {
    const text = textOf(await made('m', { 'm/1/model.py': 'class TritonPythonModel:\n    pass\n' }));
    match(text, /# model.py does not declare its tensors/);
  });

  it('of an OpenVINO model has the names that results take from their source', async () => {
    const xml = `<?xml version="1.0"?><net name="m" version="11"><layers>
<layer id="0" name="x" type="Parameter" version="opset1"><output><port id="0" precision="FP32" names="x"><dim>-1</dim><dim>3</dim></port></output></layer>
<layer id="1" name="Relu_1" type="ReLU" version="opset1"><input><port id="0"><dim>-1</dim></port></input><output><port id="1" precision="FP32" names="probs,extra"><dim>-1</dim><dim>3</dim></port></output></layer>
<layer id="2" name="probs/sink_port_0" type="Result" version="opset1"><input><port id="0" precision="FP32"><dim>-1</dim><dim>3</dim></port></input></layer>
</layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0" /><edge from-layer="1" from-port="1" to-layer="2" to-port="0" /></edges></net>`;
    const text = textOf(await made('m', { 'm/1/model.xml': xml }));
    match(text, /output {\n {2}name: "probs"\n {2}data_type: TYPE_FP32\n {2}dims: \[ -1, 3 \]\n}/);
    deepEqual(
      await judge({ id: '', model: 'm', dirs: [], files: { 'm/1/model.xml': xml, 'm/config.pbtxt': text } }),
      [],
    );
  });

  for (const [what, path, files, reason] of [
    [
      'a file outside a version folder',
      'm/resnet.onnx',
      { 'm/resnet.onnx': batched },
      /MODEL\/VERSION\/, for example resnet\/1\/model\.onnx/,
    ],
    [
      'a file that is no model',
      'm/1/model.onnx',
      { 'm/1/model.onnx': 'version https://git-lfs.github.com/spec/v1\n' },
      /model\.onnx is no ONNX model that can be read: it /,
    ],
    ['an engine', 'm', { 'm/1/model.plan': 'x' }, /Leave config\.pbtxt out/],
    [
      'a sequence',
      'm',
      { 'm/1/model.onnx': onnxBytes([{ ...image, type: undefined }], [scores]) },
      /'image' of model\.onnx is no tensor/,
    ],
    [
      'a tensor without a shape',
      'm',
      { 'm/1/model.onnx': onnxBytes([image], [{ ...scores, dims: undefined }]) },
      /does not say the shape of 'scores'/,
    ],
    ['a folder without a model', 'm', { 'm/1/readme.txt': '' }, /m\/1\/ is no model file/],
  ] as const)
    it(`is refused for ${what}, with what to do`, async () => {
      match(reasonOf(await made(path, files)), reason);
    });
});

describe('the completed configuration as a document', () => {
  const shown = async (
    config: string | undefined,
    files: Readonly<Record<string, Content>> = { 'm/1/model.onnx': batched },
  ): Promise<ReturnType<typeof completedView>> =>
    completedView(
      await modelOf({
        id: '',
        model: 'm',
        dirs: [],
        files: { ...files, ...(config === undefined ? {} : { 'm/config.pbtxt': config }) },
      }),
      1,
    );

  it('has what the backend adds, and says what it is', async () => {
    const { text } = await shown('backend: "onnxruntime"\n');
    match(text, /^# What a Triton server makes of model 'm'\n# on a machine with one GPU:\n/);
    match(text, /\nplatform: "onnxruntime_onnx"\n/);
    match(text, /\ninput {\n {2}name: "image"\n/);
    match(text, /\ninstance_group {\n {2}name: "m"\n {2}kind: KIND_GPU\n {2}count: 1\n {2}gpus: \[ 0 \]\n}\n/);
  });

  it('is there without a file', async () => {
    match((await shown(undefined)).text, /\nbackend: "onnxruntime"\n/);
  });

  it('against the file adds where the server adds, and leaves all else as it is', async () => {
    const { inPlace } = await shown(
      '# mine\nbackend: "onnxruntime" # here\nversion_policy {\n  latest { num_versions: 2 }  # two\n}\ninstance_group [ { count: 3 } ]\n',
    );
    const kept = inPlace.split('\n').slice(0, 5);
    deepEqual(kept, [
      '# mine',
      'backend: "onnxruntime" # here',
      'version_policy {',
      '  latest { num_versions: 2 }  # two',
      '}',
    ]);
    match(inPlace, /\ninstance_group \[ { count: 3 name: "m_0" kind: KIND_GPU gpus: \[ 0 \] } \]\n/);
    match(inPlace, /\nplatform: "onnxruntime_onnx"\n/);
  });

  it('against the file writes inside messages of several lines on lines of their own', async () => {
    const { inPlace } = await shown('instance_group [\n  {\n    count: 3\n  }\n]\n');
    match(
      inPlace,
      /^instance_group \[\n {2}{\n {4}count: 3\n {4}name: "m_0"\n {4}kind: KIND_GPU\n {4}gpus: \[ 0 \]\n {2}}\n\]\n/,
    );
  });

  for (const [what, config, said] of [
    [
      'cannot be read',
      'backend: "onnxruntime"\nmax_batchsize: 8\n',
      /config\.pbtxt can't be read in one place: the server refuses it/,
    ],
    ['is a template', 'max_batch_size: ${n}\n', /placeholders that are still to be filled in/],
    ['is refused', 'backend: "onnxruntime"\nmax_batch_size: 2\n', /The server refuses it: autofill failed/],
    ['belongs to an unknown backend', 'backend: "mine"\n', /The mine backend may complete more/],
  ] as const)
    it(`says where the file ${what}`, async () => {
      const files =
        what === 'is refused' ? { 'm/1/model.onnx': onnxBytes([{ ...image, dims: [1, 3] }], [scores]) } : undefined;
      const { text } = await shown(config, files);
      ok(said.test(text), text);
    });
});
