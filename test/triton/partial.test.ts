/** A configuration of which a part can't be read: what is wrong in the rest is said too, if it is wrong in any case. */
import { deepEqual } from 'node:assert/strict';
import { judge } from './cases';

const idsOf = async (config: string): Promise<readonly string[]> =>
  (await judge({ id: '', model: 'm', files: { 'm/config.pbtxt': config }, dirs: ['m/1'] })).map(({ id }) => id);

describe('configurations that can be read in part', () => {
  for (const [what, config, ids] of [
    [
      'an unknown field and a size of 0',
      'backend: "identity"\nmax_batchsize: 8\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3, 0 ] }',
      ['config-field-unknown', 'dim-range'],
    ],
    [
      'an unknown type and a negative batch',
      'backend: "identity"\nmax_batch_size: -1\ninput { name: "x" data_type: FP32 dims: 3 }',
      ['config-value-invalid', 'negative-max-batch-size'],
    ],
    [
      'a size of 0 in front of a missing bracket, not one behind it',
      'input { name: "x" dims: 0 }\ninput { name: "y" dims: [ 3\n}\ninput { name: "z" dims: 0 }',
      ['config-syntax', 'dim-range'],
    ],
    [
      'a misspelt batch size: what hangs on it is not known',
      'backend: "identity"\nmax_batchsize: 8\ndynamic_batching { preferred_batch_size: 4 }\ninput { nme: "x" dims: 3 }',
      ['config-field-unknown', 'config-field-unknown'],
    ],
    ['a template', 'max_batch_size: ${n}\ninput { name: "x" dims: 0 }', ['config-template']],
  ] as const)
    it(what, async () => deepEqual(await idsOf(config), ids));
});

describe('a model without a version folder', () => {
  const config = 'backend: "identity"\n';
  for (const [what, files, dirs, severity] of [
    ['alone: its model may be kept elsewhere', {}, [], 'warning'],
    ['beside one with a file in its version', { 'other/config.pbtxt': config, 'other/1/model.py': '' }, [], 'warning'],
    ['beside one with an empty version', { 'other/config.pbtxt': config }, ['other/1'], 'error'],
    ['with another file', { 'm/labels.txt': '', 'm/model.onnx': '' }, [], 'error'],
    ['with another folder', {}, ['m/notes'], 'error'],
  ] as const)
    it(`${what}: ${severity}`, async () => {
      const said = await judge({ id: '', model: 'm', files: { 'm/config.pbtxt': config, ...files }, dirs });
      const found = said.filter(({ id }) => id === 'no-version-available');
      deepEqual(
        found.map((each) => each.severity),
        [severity],
      );
    });
});
