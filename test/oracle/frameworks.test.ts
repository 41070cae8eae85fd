/**
 * Trainings of Lightning and of transformers under the agent: pairs of test/training-frameworks. They need an
 * environment of their own, .cache/frameworks/venv with torch, lightning, transformers and accelerate; without it, or
 * with another by TENSORWRIGHT_FRAMEWORKS_PYTHON, the tests say so and are skipped.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { inRoot } from '../../scripts/paths.mjs';
import { half, pairsIn, told, train } from './trainings';

const python = process.env['TENSORWRIGHT_FRAMEWORKS_PYTHON'] ?? inRoot('.cache', 'frameworks', 'venv', 'bin', 'python');
const has = (framework: string): boolean =>
  spawnSync(python, ['-c', `import importlib.util as u; assert u.find_spec("torch") and u.find_spec("${framework}")`])
    .status === 0;

describe('trainings of frameworks', function () {
  this.timeout(600_000);
  for (const pair of pairsIn('test/training-frameworks')) {
    const { name, framework = '', fault, also } = pair;
    it(`${name}: ${fault}, and a silent twin${has(framework) ? '' : ` (${framework} is not installed)`}`, function () {
      // The title says which framework is not installed.
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
