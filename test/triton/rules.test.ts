/**
 * Every rule on the examples of its page: the wrong configuration has it, the right one is clean. What lies around a
 * configuration is in test/fixtures/triton/<id>.json, where it matters.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from '../../scripts/paths.mjs';
import { configRules } from '../../server/src/rules/configs';
import { rules } from '../../server/src/triton/rules/index';
import { servingRules } from '../../server/src/triton/serving/rules';
import { checkServerConfig } from '../../server/src/triton/serving/check';
import { judge } from './cases';
import type { Content } from './memoryFiles';
import { memoryService } from './memoryService';

interface Around {
  readonly bad?: Surroundings;
  readonly good?: Surroundings;
}

interface Surroundings {
  readonly files?: Readonly<Record<string, Content>>;
  /** Written instead of the page's example, which only tells of the other files. */
  readonly config?: string;
  readonly dirs?: readonly string[];
}

const aroundOf = (id: string): Around => {
  const path = inRoot('test', 'fixtures', 'triton', `${id}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Around) : {};
};

const idsIn = async (config: string, { files = {}, dirs = ['model/1'], ...more }: Surroundings): Promise<string[]> => {
  // Code beside the models is run by the whole checker.
  if (Object.keys(files).some((path) => path.endsWith('.py') && !path.includes('/'))) {
    const service = await memoryService('/repository', { ...files, 'model/config.pbtxt': config }, dirs);
    return [...new Set(service.findings('/repository/model/config.pbtxt')?.map(({ id }) => id))];
  }
  const said = await judge({
    id: '',
    files: { ...files, 'model/config.pbtxt': more.config ?? config },
    dirs,
    model: 'model',
  });
  return [...new Set(said.map(({ id }) => id))];
};

const serving = new Set(servingRules.map(({ id }) => id));

describe('rules of configurations: the examples of their pages', () => {
  for (const { id, bad, good } of configRules) {
    it(`${id}: the wrong one is found`, async () => {
      const found = serving.has(id)
        ? checkServerConfig('models.config', bad).map((each) => each.id)
        : await idsIn(bad, aroundOf(id).bad ?? {});
      ok(found.includes(id), `found ${found.join(', ') || 'nothing'}`);
    });
    it(`${id}: the right one is clean`, async () => {
      const found = serving.has(id)
        ? checkServerConfig('models.config', good).map((each) => each.id)
        : await idsIn(good, aroundOf(id).good ?? {});
      deepEqual(found, []);
    });
  }

  it('each has a phase and a place in the sources of the server', () => {
    deepEqual(
      rules.filter(({ source }) => source === '').map(({ id }) => id),
      [],
    );
  });
});
