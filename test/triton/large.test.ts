/** Long configurations: every look at them takes one walk, not one for each of their parts. */
import { ok } from 'node:assert/strict';
import { checkModel } from '../../server/src/triton/check';
import { completedView } from '../../server/src/triton/editor/completedView';
import { formatted } from '../../server/src/triton/editor/format';
import { outlineOf } from '../../server/src/triton/editor/outline';
import { tokensOf } from '../../server/src/triton/editor/tokens';
import { modelOf } from './cases';

/** With a walk for each part these would take minutes. */
const PARTS = 10_000;

const tensors = (index: number): string => `input { name: "a${index}" data_type: TYPE_FP32 dims: [ 1, 2 ] }\n`;

describe('long configurations', function () {
  this.timeout(110_000);

  for (const [what, part] of [
    ['tensors', tensors],
    [
      'batch inputs and outputs',
      (index) =>
        `${tensors(index)}batch_input { target_name: "n" data_type: TYPE_FP32 source_input: "a${index}" }\nbatch_output { target_name: "b" source_input: "a${index}" }\n`,
    ],
    ['placeholders', (index) => `parameters { key: "k${index}" value { string_value: \${v${index}} } }\n`],
    ['zeros for one number', () => 'max_batch_size: 0\n'],
    ['open brackets', () => 'input [\n'],
  ] satisfies readonly (readonly [string, (index: number) => string])[])
    it(`${PARTS} ${what} are checked, coloured, laid out and completed`, async () => {
      const text = `backend: "identity"\n${Array.from({ length: PARTS }, (_, index) => part(index)).join('')}`;
      const model = await modelOf({ id: '', model: 'm', files: { 'm/config.pbtxt': text }, dirs: ['m/1'] });
      checkModel(model);
      outlineOf(model.file.root);
      tokensOf(model.file.root, text);
      ok(formatted(text));
      ok(completedView(model, 1).text);
    });
});
