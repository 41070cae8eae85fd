/**
 * Random calls of every declared operator and layer, in PyTorch and in the checker. They must not disagree.
 *
 * `ORACLE_SEED=n` takes other calls (CI keeps one seed), `ORACLE_COUNT=n` more or fewer of each, `ORACLE_ONLY=text`
 * only names that contain the text. A failure prints what repeats it; `.cache/oracle/*.txt` lists all.
 */
import { equal } from 'node:assert/strict';
import { catalogue } from '../../server/src/operators';
import { callsOf, randomCalls } from './calls';
import { check, type Case, type Verdict } from './cases';
import { python } from './python';
import { repeat, writeReport } from './report';

const seed = process.env['ORACLE_SEED'] ?? '1';
const maker = randomCalls(seed);
const count = Number(process.env['ORACLE_COUNT'] ?? 100);
const only = process.env['ORACLE_ONLY'] ?? '';
const SHOWN = 5;

/** Names of a large family (300 elementwise functions) are alike: each gets fewer calls, the operator far more than `count`. */
const LARGE = 40;
const callsPerName = (names: readonly string[]): number => (names.length > LARGE ? Math.ceil(count * 0.4) : count);

/** Names by the id of their declaration: an operator and its layer may share one. */
const namesOf = new Map<string, string[]>();
for (const { id, names } of catalogue) {
  const chosen = names.filter((name) => name.includes(only));
  if (chosen.length > 0) namesOf.set(id, [...(namesOf.get(id) ?? []), ...chosen]);
}

describe('oracle: random calls', function () {
  this.timeout(900_000);
  let cases = new Map<string, Case[]>();
  const verdicts = new Map<string, Verdict[]>();

  before(async function () {
    // Without a Python that has PyTorch there is nobody to ask.
    if (python === undefined) this.skip();
    const counts = new Map(
      [...namesOf.values()].flatMap((names) => names.map((name) => [name, callsPerName(names)] as const)),
    );
    cases = await callsOf(counts, maker);
  });

  for (const [id, names] of namesOf)
    it(id, async () => {
      const found = await check(names.flatMap((name) => cases.get(name) ?? []));
      verdicts.set(id, found);
      const wrong = found.filter(({ disagreement }) => disagreement !== undefined);
      const shown = wrong.slice(0, SHOWN).map(({ call, disagreement }) => `${disagreement}\n${repeat(call, maker)}`);
      equal(
        wrong.length,
        0,
        `${wrong.length} of ${found.length} calls disagree; seed ${seed}\n\n${shown.join('\n\n')}`,
      );
    });

  after(() => {
    if (verdicts.size === 0) return;
    console.log(`    seed ${seed}: ${writeReport(verdicts, maker)}`);
  });
});
