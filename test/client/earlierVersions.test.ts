import { deepEqual } from 'node:assert/strict';
import { earlierVersions } from '../../client/src/deploy/earlierVersions';
import type { DeploymentLog } from '../../protocol/src/canary';
import type { DeployState } from '../../protocol/src/deploy';

/** A deployment in the parts that are looked at. */
const log = (at: number, baseline: string | undefined, candidate: string, to: DeployState): DeploymentLog => ({
  id: `resnet-${at}`,
  stateFolder: '.tensorwright',
  records: [
    { ts: at, to: 'preparing', header: { baseline, candidate } },
    { ts: at + 1, to },
  ] as unknown as DeploymentLog['records'],
});

describe('versions that a rollback can lead to', () => {
  const cases: readonly (readonly [string, readonly DeploymentLog[], readonly string[]])[] = [
    ['none after the first one', [log(10, undefined, '1', 'promoted')], []],
    [
      'each that served, the last one first',
      [log(10, undefined, '1', 'promoted'), log(20, '1', '2', 'promoted'), log(30, '2', '3', 'promoted')],
      ['2 until 31', '1 until 21'],
    ],
    [
      'not one that went back',
      [log(10, undefined, '1', 'promoted'), log(20, '1', '2', 'promoted'), log(30, '2', '3', 'rolledBack')],
      ['1 until 21'],
    ],
    [
      'the one whose place is being taken is warm',
      [log(10, undefined, '1', 'promoted'), log(20, '1', '2', 'soaking')],
      ['1 warm'],
    ],
    [
      "a canary has taken nobody's place",
      [log(10, undefined, '1', 'promoted'), log(20, '1', '2', 'promoted'), log(30, '2', '3', 'canary')],
      ['1 until 21'],
    ],
    [
      'after a rollback, the one that was left',
      [log(10, undefined, '1', 'promoted'), log(20, '1', '2', 'promoted'), log(30, '2', '1', 'promoted')],
      ['2 until 31'],
    ],
    [
      'in whatever order the logs are read',
      [log(20, '1', '2', 'promoted'), log(10, undefined, '1', 'promoted')],
      ['1 until 21'],
    ],
  ];
  for (const [name, logs, wanted] of cases)
    it(name, () =>
      deepEqual(
        earlierVersions(logs).map(({ version, until, isWarm }) => `${version} ${isWarm ? 'warm' : `until ${until}`}`),
        wanted,
      ),
    );
});
