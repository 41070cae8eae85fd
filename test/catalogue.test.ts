/**
 * Catalogues are complete: every file is listed, has a fixture, and its id is its name; ids and names occur once; what
 * is generated from them is not stale.
 */
import { deepEqual } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { staleFiles } from '../scripts/generate.mjs';
import { filesUnder, inRoot } from '../scripts/paths.mjs';
import { checks } from '../server/src/hyperparameters';
import { catalogue as operators } from '../server/src/operators';
import { ruleTexts } from '../server/src/rules';
import { rules as tritonRules } from '../server/src/triton/rules';

interface Catalogue {
  /** From the root; one entry a file. */
  readonly folder: string;
  /** Files of the folder that are no entries, without '.ts'. */
  readonly apart: readonly string[];
  /** Ids of what index.ts lists; an entry may list several under its id. */
  readonly ids: readonly string[];
  /** Path of an entry's fixture. */
  readonly fixture: (id: string) => string;
}

const catalogues: Readonly<Record<string, Catalogue>> = {
  operators: {
    folder: 'server/src/operators',
    apart: ['callables.generated', 'index', 'signature', 'signatures.generated'],
    ids: operators.map(({ id }) => id),
    fixture: (id) => `test/fixtures/shape/${id}.py`,
  },
  hyperparameters: {
    folder: 'server/src/hyperparameters',
    apart: ['index', 'traits'],
    ids: checks.map(({ id }) => id),
    fixture: (id) => `test/fixtures/hyperparameters/${id}.py`,
  },
  // The examples of their pages are their fixtures: test/triton/rules.test.ts.
  'Triton rules': {
    folder: 'server/src/triton/rules',
    apart: ['index'],
    ids: tritonRules.map(({ id }) => id),
    fixture: () => 'test/triton/rules.test.ts',
  },
};

for (const [name, { folder, apart, ids, fixture }] of Object.entries(catalogues))
  describe(`catalogue of ${name}`, () => {
    const files = filesUnder(folder, (path) => path.lastIndexOf('/') === folder.length)
      .map((path) => basename(path, '.ts'))
      .filter((entry) => !apart.includes(entry))
      .sort();

    it('lists every file, and each under its own name', () => {
      deepEqual([...new Set(ids)].sort(), files);
    });

    it('imports the files in sorted order', () => {
      const index = readFileSync(inRoot(folder, 'index.ts'), 'utf8');
      const imported = [...index.matchAll(/from '\.\/([^']+)'/g)].flatMap(([, entry]) => entry ?? []);
      deepEqual(imported, [...imported].sort());
    });

    it('has a fixture for every file', () => {
      deepEqual(
        files.map(fixture).filter((path) => !existsSync(inRoot(path))),
        [],
      );
    });
  });

describe('catalogue of operators: names', () => {
  it('no name belongs to two operators', () => {
    deepEqual(repeated(operators.flatMap(({ names }) => names)), []);
  });
});

describe('findings', () => {
  const ids = ruleTexts.map(({ id }) => id);
  const sources = filesUnder('server/src', (path) => path.endsWith('.ts') && !path.includes('src/rules/')).map((file) =>
    readFileSync(file, 'utf8'),
  );

  it('have pages in sorted order, each id once', () => {
    deepEqual(ids, [...new Set(ids)].sort());
  });

  it('with a page are reported somewhere', () => {
    deepEqual(
      ids.filter((id) => !sources.some((source) => source.includes(`'${id}'`))),
      [],
    );
  });

  it('that an operator names in its documentation have a page', () => {
    const named = sources.flatMap((source) =>
      [...source.matchAll(/^ \* Errors: ((?:.|\n \* {2,})*)/gm)].flatMap(([, list]) =>
        [...(list ?? '').matchAll(/`([a-z][a-z0-9]*(?:-[a-z0-9]+)+)`/g)].flatMap(([, id]) => id ?? []),
      ),
    );
    deepEqual(
      [...new Set(named)].filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('have ids in kebab-case and texts that are filled in', () => {
    const wrong = ruleTexts.filter(
      ({ id, ...texts }) =>
        !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id) ||
        Object.values(texts).some((text) => typeof text === 'string' && text.trim() === ''),
    );
    deepEqual(wrong, []);
  });
});

describe('generated files', () => {
  it('are what scripts/generate.mjs would write', async () => {
    const { differing, orphans } = await staleFiles();
    deepEqual([...differing, ...orphans], [], 'npm run generate mends it');
  });
});

/** What occurs more than once. */
function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}
