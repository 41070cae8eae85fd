/** PyTorch judges the fixes of hyperparameters: what raised runs once the fix is applied. */
import { deepEqual, ok } from 'node:assert/strict';
import { afterFix, checkerOfFixture, fixturesIn, type Fixture } from '../harness/fixtures';
import { python, runPython } from './python';

interface Raised {
  readonly message: string;
}
interface FileResult {
  readonly runs: readonly { readonly line: number; readonly endLine: number; readonly raised: Raised | null }[];
}

/** A fixture's file with one fix applied. */
interface Fixed {
  readonly title: string;
  readonly message: string;
  readonly line: number;
  readonly code: string;
}

async function fixedFiles(fixture: Fixture): Promise<Fixed[]> {
  const service = await checkerOfFixture(fixture);
  return fixture.files.flatMap(({ path, marked: { code } }) =>
    (service.findings(path) ?? [])
      .filter(({ severity }) => severity === 'error')
      .flatMap(({ place, message, fixes }) =>
        fixes.flatMap((fix) => {
          const text = afterFix(fixture, fix)?.[path];
          const line = code.slice(0, place.at.base + place.start).split('\n').length - 1;
          // The lines above stay where they are.
          return text === undefined ? [] : [{ title: fix.title, message, line, code: text }];
        }),
      ),
  );
}

describe('oracle: fixes of hyperparameters', function () {
  this.timeout(300_000);

  it('run in PyTorch', async function () {
    // Without a Python that has PyTorch there is nobody to ask.
    if (python === undefined) this.skip();
    const fixed = (await Promise.all(fixturesIn('test/fixtures/hyperparameters').map(fixedFiles))).flat();
    ok(fixed.length > 30, `${fixed.length} fixes`);
    const job = fixed.map(({ code }, at) => ({ id: String(at), files: [{ name: 'fixed.py', code, probes: [] }] }));
    const results = JSON.parse(await runPython('run_fixtures.py', [], JSON.stringify(job))) as readonly {
      readonly files: readonly FileResult[];
    }[];
    deepEqual(
      fixed.flatMap(({ title, message, line }, at) => {
        const runs = results[at]?.files[0]?.runs.filter((run) => run.line <= line && line <= run.endLine) ?? [];
        const raised = runs.find((run) => run.raised !== null)?.raised;
        if (runs.length > 0 && !raised) return [];
        return [`'${title}' for ${message} (line ${line + 1}): ${raised?.message ?? 'was not run'}`];
      }),
      [],
    );
  });
});
