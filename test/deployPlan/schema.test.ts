/** The JSON schema of plans takes and refuses what the checker does. */
import { deepEqual } from 'node:assert/strict';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { inRoot } from '../../scripts/paths.mjs';
import { readPlan } from '../../server/src/deployPlan/plan';
import { planSchema } from '../../server/src/deployPlan/schema';
import { readYaml, type YamlNode } from '../../server/src/deployPlan/yaml';

const plain = (node: YamlNode | undefined): unknown => {
  if (node?.kind === 'list') return node.items.map(plain);
  if (node?.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
  return node?.value;
};

describe('deploy.yaml: the schema for other editors', () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(planSchema());
  const [, documented = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(inRoot('docs', 'deploying.md'), 'utf8')) ?? [];

  for (const [text, isRight] of [
    [documented, true],
    ['gates: [errors]', true],
    ['gates:\n  - errors: { margin: 2 % }', true],
    ['gates: [{ kind: resources, resident: 2 GiB }]', true],
    ['gates: [eror]', false],
    ['gates: [{ kind: latency, quantile: 0.9 }]', false],
    ['steps: [{ weight: 5 %, dwell: 2m }]', true],
    ['steps: [{ wieght: 5 }]', false],
    ['steps: [{ weight: 500 }]', false],
    ['shadow: off', true],
    ['shadow: { share: 10 }', true],
    ['shadow: 10', false],
    ['order: fast', false],
    ['drain: 5x', false],
    ['warmup: 2.5', false],
    ['unit: {}', false],
    ['experiment: { metric: errors, better: lower, effect: 0.01 }', true],
    ['experiment: { metric: errors }', false],
  ] as const)
    it(`${JSON.stringify(text).slice(0, 60)} is ${isRight ? 'right' : 'wrong'}`, () => {
      const errors = readPlan(text).problems.filter(({ severity }) => severity === 'error');
      deepEqual([errors.length === 0, validate(plain(readYaml(text).root))], [isRight, isRight]);
    });
});
