/**
 * The samples and error samples of PyTorch's own tests, op_db and module_db, in PyTorch and in the checker.
 *
 * `coverage.json` holds what the checker knew of each entry; a run fails where it knows less or is wrong more often.
 * `UPDATE_COVERAGE=1` takes over what the run shows (`npm run generate` then writes docs/coverage.md);
 * `ORACLE_ONLY=text` runs only entries whose name contains the text; `.cache/oracle/database-*.txt` lists all.
 */
import { deepEqual } from 'node:assert/strict';
import { callsOf, databaseCalls, listOf } from './calls';
import { check, type Verdict } from './cases';
import { countsOf, readCoverage, total, worse, writeCoverage, wrongOf, type Entry } from './coverage';
import { python } from './python';
import { percent, repeat, writeReport } from './report';

/** Another seed would need other counts. */
const maker = databaseCalls('1');
const only = process.env['ORACLE_ONLY'] ?? '';
const update = process.env['UPDATE_COVERAGE'] !== undefined;
/** Calls of an entry; database.py takes fewer of each kind. */
const AT_MOST = 80;
const SHOWN = 2;

describe("oracle: PyTorch's own samples", function () {
  this.timeout(900_000);
  const earlier = readCoverage();
  let names: Record<string, string[]> = {};
  const verdicts = new Map<string, Verdict[]>();
  const entries: Record<string, Entry> = {};

  before(async function () {
    // Without a Python that has PyTorch there is nobody to ask.
    if (python === undefined) this.skip();
    names = await listOf(maker);
    const chosen = Object.keys(names).filter((name) => name.includes(only));
    const cases = await callsOf(new Map(chosen.map((name) => [name, AT_MOST])), maker);
    for (const name of chosen) {
      const found = await check(cases.get(name) ?? []);
      verdicts.set(name, found);
      entries[name] = { names: names[name] ?? [], ...countsOf(found) };
    }
  });

  it('are known and found as often as before, and no more often wrong', () => {
    if (update) return;
    const problems = Object.entries(entries).flatMap(([name, now]) => {
      const known = earlier.entries[name];
      const found = known === undefined ? [] : worse(known, now);
      return found.length === 0 ? [] : [`${name}: ${found.join(', ')}\n${wrongCalls(verdicts.get(name) ?? [])}`];
    });
    deepEqual(problems.slice(0, 20).join('\n\n'), '');
  });

  it('are of the entries that coverage.json lists', () => {
    if (update) return;
    const listed = (of: Readonly<Record<string, { names: readonly string[] }>>): unknown =>
      Object.fromEntries(Object.entries(of).map(([name, entry]) => [name, entry.names]));
    deepEqual(names, listed(earlier.entries), 'UPDATE_COVERAGE=1 node scripts/test.mjs oracle database');
  });

  after(() => {
    if (verdicts.size === 0) return;
    if (update) writeCoverage({ ...earlier, seed: maker.seed, entries: { ...(only && earlier.entries), ...entries } });
    console.log(`    ${writeReport(verdicts, maker)}`);
    const all = total(Object.values(entries));
    console.log(
      `    shapes known: ${percent(all.known, all.valid)} of ${all.valid}; error samples found: ${percent(all.errorsFound, all.errors)} of ${all.errors}, ` +
        `of changed samples: ${percent(all.changedFound, all.changed)} of ${all.changed}; ${all.falseErrors} false errors, ${all.wrongShapes} wrong shapes, ${wrongOf(all)} disagreements`,
    );
  });

  const wrongCalls = (found: readonly Verdict[]): string =>
    found
      .filter(({ disagreement }) => disagreement !== undefined)
      .slice(0, SHOWN)
      .map(({ call, disagreement }) => `${disagreement}\n${repeat(call, maker)}`)
      .join('\n');
});
