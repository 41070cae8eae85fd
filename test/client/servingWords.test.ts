import { equal } from 'node:assert/strict';
import { servingWords } from '../../client/src/servingWords';
import type { DeployStatus } from '../../protocol/src/deploy';

type Row = DeployStatus['deployments'][number];
const row = (more: Partial<Row>): Row => ({
  id: 'resnet-1',
  model: 'resnet',
  target: 'embedded',
  state: 'canary',
  baseline: '1',
  candidate: '2',
  weightPercent: 10,
  endpoint: null,
  reason: '',
  ...more,
});
const loaded = (...versions: readonly string[]): DeployStatus['serving'] =>
  versions.map((version) => ({ model: 'resnet', version, ready: true, endpoint: null }));

describe('what a version serves', () => {
  const cases: readonly (readonly [string, readonly Row[], readonly string[], Readonly<Record<string, string>>])[] = [
    ['a canary', [row({})], ['1', '2'], { 1: 'serving 90 %', 2: 'serving 10 %' }],
    ['a shadow', [row({ state: 'shadow', weightPercent: 0 })], ['1', '2'], { 1: 'serving', 2: 'shadow' }],
    ['a promoted one', [row({ state: 'promoted', weightPercent: 100 })], ['1', '2'], { 1: 'warm', 2: 'serving' }],
    ['one that was taken back', [row({ state: 'rolledBack' })], ['1'], { 1: 'serving' }],
    [
      'the newest deployment counts',
      [row({ state: 'promoted' }), row({ candidate: '3', baseline: '2' })],
      ['2', '3'],
      {
        2: 'serving 90 %',
        3: 'serving 10 %',
      },
    ],
    ['a front that was stopped', [row({ state: 'promoted' })], [], {}],
    ['another server than ours', [row({ state: 'promoted', target: 'triton' })], [], { 2: 'serving' }],
    ['what was loaded by hand', [], ['3'], { 3: 'warm' }],
    ['another model', [row({ model: 'unet' })], [], {}],
  ];
  for (const [name, deployments, versions, words] of cases)
    it(name, () => {
      const status: DeployStatus = { deployments, unreadable: [], serving: loaded(...versions) };
      for (const version of ['1', '2', '3']) equal(servingWords(status, 'resnet', version), words[version], version);
    });
});
