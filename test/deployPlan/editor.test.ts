/** `deploy.yaml` in the editor: what is found, what is offered, what is told. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { isPlanFile, planFindings, planHover, planLenses, planProposals } from '../../server/src/deployPlan/planFiles';
import { planRules } from '../../server/src/rules/plans';
import { memoryService } from '../triton/memoryService';

const idsIn = (text: string): readonly string[] => planFindings('/p/deploy.yaml', text).map(({ id }) => id);

describe('deploy.yaml: findings', () => {
  for (const { id, bad, good } of planRules)
    it(`${id}: the wrong plan has it, the right one has nothing`, () => {
      ok(idsIn(bad).includes(id), idsIn(bad).join());
      deepEqual(idsIn(good), []);
    });

  it('leaves the files of other tools alone', () => {
    for (const text of ['apiVersion: apps/v1\nsteps: 1', 'services:\n  web: {}', 'name: x\non: push\n', ''])
      deepEqual(idsIn(text), []);
  });

  it('is named by its file', () => {
    deepEqual(['/a/deploy.yaml', '/a/deploy.yml', '/a/my-deploy.yaml', '/a/deploy.yaml.py'].map(isPlanFile), [
      true,
      true,
      false,
      false,
    ]);
  });

  it('goes through the service, with its lines silenced', async () => {
    const text = 'gates: [errors]\nsteps:\n  - wieght: 5\nhold: x # tensorwright: ignore[deploy-plan-invalid]\n';
    const service = await memoryService('/w', { 'deploy.yaml': text });
    const found = service.findings('/w/deploy.yaml') ?? [];
    deepEqual(
      found.map(({ place, message }) => [text.slice(place.start, place.end), message.split(';')[0]]),
      [
        ['wieght', 'A step needs "weight": Percent of the units that get the new version'],
        ['wieght', 'A step has no "wieght"'],
      ],
    );
    deepEqual([service.hints('/w/deploy.yaml', { start: 0, end: 9 }), service.modules('/w/deploy.yaml')], [[], []]);
    equal(service.hover('/w/deploy.yaml', 17)?.markdown.startsWith('`steps`'), true);
  });
});

describe('deploy.yaml: lines above others', () => {
  const text = '# ours\ngates: [errors]\nsteps:\n  - weight: 5\n  - weight: 100\n';

  it('a plan can be deployed and tried, a step says what it waits for', () => {
    deepEqual(
      planLenses(text).map(({ offset, title, does }) => [
        text.slice(offset, offset + 6),
        title.split(' to tell')[0],
        does,
      ]),
      [
        ['gates:', 'Deploy...', 'deploy'],
        ['gates:', 'Dry Run...', 'dryRun'],
        ['weight', 'Needs 16,983 requests at 5 %', undefined],
      ],
    );
  });
  it('a plan that is wrong is not deployed', () =>
    deepEqual(
      planLenses(text.replace('weight: 5', 'wieght: 5')).filter(({ does }) => does !== undefined),
      [],
    ));
  it('files of other tools have none', () => deepEqual(planLenses('services:\n  web: {}\n'), []));
});

const plan = 'gates:\n  - errors\n  - latency:\n      margin: 0.1\n      |\nsteps:\n  - weight: 5\n    dwell: 1m\n';

describe('deploy.yaml: completion', () => {
  for (const [what, text, first, without] of [
    ['fields of an empty file', '|', 'order', 'margin'],
    ['fields of a file that was begun', 'order: auto\nsh|', 'warmup', 'order'],
    ['fields that are not there yet', 'steps:\n  - weight: 5\n    |\ngates: [errors]', 'minRequests', 'weight'],
    ['fields of a new entry', 'gates: [errors]\nsteps:\n  - weight: 5\n  - |', 'weight', 'order'],
    ['fields of an entry at the column of its key', 'gates: [errors]\nsteps:\n- weight: 5\n- |', 'weight', 'order'],
    ['fields of a gate under its name', plan, 'quantile', 'margin'],
    ['fields of a gate beside its kind', 'gates:\n  - kind: drift\n    |\n', 'effect', 'kind'],
    ['gates', 'gates:\n  - |\n', 'errors', 'weight'],
    ['fields of shadow', 'gates: [errors]\nshadow:\n  |', 'share', 'weight'],
    ['choices', 'gates: [errors]\norder: |', 'auto', 'order'],
    ['yes and no', 'gates:\n  - errors:\n      dryRun: |', 'true', 'margin'],
    ['kinds of gates', 'gates:\n  - kind: |', 'errors', 'margin'],
    ['the usual value', 'gates: [errors]\ndrain: |', '30', 'drain'],
  ] as const)
    it(`offers ${what}`, () => {
      const labels = planProposals(text.replace('|', ''), text.indexOf('|')).map(({ label }) => label);
      deepEqual([labels[0], labels.includes(without)], [first, false], labels.join());
    });

  it('offers nothing in the files of other tools', () =>
    deepEqual(planProposals('apiVersion: v1\nkind: Deployment\n', 32), []));
});

describe('deploy.yaml: hover', () => {
  for (const [what, text, part] of [
    ['a field with its default and bounds', 'gates: [errors]\nwarm|up: 3', '1 to 100000. Left out: `20`.'],
    [
      'a field of a gate',
      plan.replace('mar|gin', 'margin').replace('    |\n', '').replace('margin', 'mar|gin'),
      'slow answers',
    ],
    ['what holds more', 'st|eps:\n  - weight: 5', 'Shares of the canary'],
  ] as const)
    it(`tells of ${what}`, () => {
      const said = planHover(text.replace('|', ''), text.indexOf('|'))?.markdown;
      ok(said?.includes(part), said);
    });

  it('tells nothing of a value', () => equal(planHover('gates: [errors]\norder: auto', 25), undefined));
});
