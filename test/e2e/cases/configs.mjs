/** A Triton repository: what the server makes of a model, a first configuration, a tensor renamed through an ensemble. */
import { deepEqual, match, ok } from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRoot } from '../../../scripts/paths.mjs';
import { until } from '../driver/until.mjs';

export const name = 'configs';
export const opens = { settings: { 'editor.minimap.enabled': false } };

const fixture = JSON.parse(readFileSync(inRoot('test', 'fixtures', 'triton', 'onnx-dims-mismatch.json'), 'utf8'));
/** x: (-1, 3) -> y: (-1, 3) */
const onnx = Buffer.from(fixture.bad.files['model/1/model.onnx'].base64, 'base64');

const tensors = (input, output) => `input {
  name: "${input}"
  data_type: TYPE_FP32
  dims: [ 3 ]
}
output {
  name: "${output}"
  data_type: TYPE_FP32
  dims: [ 3 ]
}
`;
const step = (model, input, output) => `    {
      model_name: "${model}"
      model_version: -1
      input_map { key: "x" value: "${input}" }
      output_map { key: "y" value: "${output}" }
    }`;
const files = {
  'models/scale/1/model.onnx': onnx,
  'models/scale/config.pbtxt': '# Scales a row.\nbackend: "onnxruntime"\nmax_batch_size: 8\n',
  'models/fresh/1/model.onnx': onnx,
  'models/tidy/1/model.py':
    'import triton_python_backend_utils as pb_utils\n\n\nclass TritonPythonModel:\n    def execute(self, requests):\n        return [pb_utils.get_input_tensor_by_name(each, "x") for each in requests]\n',
  'models/tidy/config.pbtxt': `backend: "python"\nmax_batch_size: 8\n${tensors('x', 'y')}`,
  'models/chain/1/.keep': '',
  'models/chain/config.pbtxt': `platform: "ensemble"\nmax_batch_size: 8\n${tensors('IN', 'OUT')}ensemble_scheduling {\n  step [\n${step('tidy', 'IN', 'mid')},\n${step('scale', 'mid', 'OUT')}\n  ]\n}\n`,
};

function writeRepository(folder) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const has = (wanted) => (text) => text.includes(wanted);

export const tests = [
  [
    'a mistake in a configuration is underlined with the words of the server',
    async ({ workbench, shot, folder }) => {
      writeRepository(folder);
      await workbench.openFile('models/scale/config.pbtxt');
      await workbench.replace('max_batch_size: «8»', '-8');
      await workbench.underlined('the size', (found) => found.includes('error: -8'));
      await workbench.problems('the sentence', (rows) =>
        rows.some((row) => row.includes("'max_batch_size' must be non-negative value for scale")),
      );
      await shot('underlined');
    },
  ],
  [
    'Show Completed Configuration opens beside the file and follows it',
    async ({ workbench, shot }) => {
      await workbench.openFile('models/scale/config.pbtxt');
      await workbench.command('Tensorwright: Show Completed Configuration');
      await workbench.otherEditor('the completed configuration', has('platform: "onnxruntime_onnx"'));
      await shot('beside');
      await workbench.replace('max_batch_size: «8»', '16');
      await workbench.otherEditor('the new batch size', has('max_batch_size: 16'));
      await shot('followed');
    },
  ],
  [
    'Compare with Completed Configuration shows what the server adds',
    async ({ workbench, shot }) => {
      await workbench.openFile('models/scale/config.pbtxt');
      await workbench.command('Tensorwright: Compare with Completed Configuration');
      await workbench.diff('the additions', has('input_pinned_memory'));
      await shot('diff');
    },
  ],
  [
    'Create config.pbtxt from Model writes a file that is right, and asks before it replaces one',
    async ({ workbench, shot, folder }) => {
      await workbench.pick('Tensorwright: Create config.pbtxt from Model', 'models/fresh/1/model.onnx');
      await workbench.text('the new file', has('name: "fresh"'));
      await shot('created');
      const written = await until('the saved file', () =>
        readFileSync(join(folder, 'models/fresh/config.pbtxt'), 'utf8'),
      );
      match(written, /max_batch_size: 4\ninput {\n {2}name: "x"\n {2}data_type: TYPE_FP32\n {2}dims: \[ 3 \]\n}\n/);
      deepEqual((await workbench.editor()).underlined, []);
      await workbench.replace('max_batch_size: «4»', '9');
      await workbench.pick('Tensorwright: Create config.pbtxt from Model', 'models/fresh/1/model.onnx');
      await workbench.dialog('models/fresh/config.pbtxt exists already.', async () => shot('asked'), 'Replace');
      await workbench.text('the batch size again', has('max_batch_size: 4'));
      await workbench.undo();
      await workbench.text('the edit after undo', has('max_batch_size: 9'));
    },
  ],
  [
    'a tensor is renamed in the ensemble, the model and its code',
    async ({ workbench, shot }) => {
      await workbench.openFile('models/chain/config.pbtxt');
      await workbench.rename('name: "«IN»"', 'image');
      await workbench.text('the new name in both places', (text) => text.split('"image"').length === 3);
      await workbench.rename('key: "«x»" value: "image"', 'pixels');
      await workbench.text('the key', has('key: "pixels" value: "image"'));
      await shot('renamed');
      await workbench.openFile('models/tidy/1/model.py');
      await workbench.text('the name in the code', has('get_input_tensor_by_name(each, "pixels")'));
      await shot('code');
    },
  ],
  [
    'a name that the model file has stays, and the editor says why',
    async ({ workbench, shot }) => {
      await workbench.openFile('models/chain/config.pbtxt');
      await workbench.press('key: "«x»" value: "mid"', 'F2');
      const said = await workbench.message("'x' is the name in model.onnx of model 'scale'");
      await shot('refused');
      ok(said.includes('export the model with the other name first'), said);
    },
  ],
];
