/**
 * Trainings of Lightning and of transformers under the agent: pairs of test/training-frameworks. They need an
 * environment of their own, which `node scripts/pythonEnvironment.mjs frameworks` makes in .cache/frameworks, or another
 * by TENSORWRIGHT_FRAMEWORKS_PYTHON; without it the tests say so and are skipped.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { frameworksPython as python } from '../../scripts/pythonEnvironment.mjs';
import { half, pairsIn, told, train } from './trainings';

const has = (framework: string): boolean =>
  spawnSync(python, ['-c', `import importlib.util as u; assert u.find_spec("torch") and u.find_spec("${framework}")`])
    .status === 0;

describe('trainings of frameworks', function () {
  this.timeout(600_000);
  for (const pair of pairsIn('test/training-frameworks')) {
    const { name, framework = '', fault, also } = pair;
    it(`${name}: ${fault}, and a silent twin${has(framework) ? '' : ` (no ${framework}: node scripts/pythonEnvironment.mjs frameworks)`}`, function () {
      // The title says which framework is missing and what installs it.
      if (!has(framework)) this.skip();
      const faulty = train(half(pair, 'fault'), [], python);
      equal(faulty.code, 0, faulty.stderr);
      ok(
        told(faulty).some((rule) => [fault, ...also].includes(rule)),
        `found ${told(faulty).join(', ') || 'nothing'}`,
      );
      const healthy = train(half(pair, 'healthy'), [], python);
      equal(healthy.code, 0, healthy.stderr);
      ok(!/not watched|no longer watched/.test(healthy.stderr), healthy.stderr);
      deepEqual(told(healthy), []);
    });
  }
});
