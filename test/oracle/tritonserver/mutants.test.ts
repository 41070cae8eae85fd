/**
 * Edited configurations, judged by a real Triton server and by the checker. They must agree.
 *
 * `ORACLE_SEED=n` takes other edits, `TRITON_COUNT=n` more or fewer of them (200 take about a minute). A difference
 * is printed with both sides' words; docs/triton-agreement.md explains those that remain.
 */
import { ok } from 'node:assert/strict';
import { type Case, verdictOf } from '../../triton/cases';
import { bases } from './bases';
import { mutants } from './mutants';
import { type Ruling, TritonServer } from './server';
import { differenceOf, isDecided, Tally } from './tally';
import { triton, tritonIsMissing } from './environment';

const seed = Number(process.env['ORACLE_SEED'] ?? 1);
const count = Number(process.env['TRITON_COUNT'] ?? 200);
/** A case takes at most 3 s on a busy machine, most take 30 ms. */
const limit = 60_000 + count * 3000;

describe('oracle: a real Triton server', function () {
  this.timeout(limit);
  if (triton === undefined) {
    // The title says why the server can't be had here.
    it.skip(tritonIsMissing);
    return;
  }
  const environment = triton;
  let server: TritonServer;
  before(async () => {
    server = await TritonServer.start(environment);
  });
  after(() => server.stop());

  it('loads every repository that edits start from, and the checker finds no error in them', async () => {
    const wrong: string[] = [];
    for (const base of bases) {
      const ruling = await server.judge(base);
      const { said } = await verdictOf({ ...base, id: base.model });
      const errors = said.filter(({ severity }) => severity === 'error');
      if (!ruling.ok || errors.length > 0)
        wrong.push(
          `${base.model}: server ${ruling.message || 'ok'}; ours ${errors.map(({ message }) => message).join('; ') || 'ok'}`,
        );
    }
    ok(wrong.length === 0, wrong.join('\n'));
  });

  it(`agrees with the server on ${count} edits of seed ${seed}`, async () => {
    const tally = new Tally();
    const shown: string[] = [];
    for (const mutant of mutants(seed, count)) {
      const ruling = await server.judge(mutant);
      const verdict = await verdictOf(caseOf(mutant, ruling));
      tally.add(mutant, ruling, verdict);
      const difference = isDecided(mutant, ruling) ? differenceOf(ruling, verdict) : undefined;
      if (difference !== undefined) shown.push(`${mutant.id} (line ${mutant.line ?? '-'}): ${difference}`);
    }
    console.log(`      ${tally.line()}`);
    for (const each of shown) console.log(`      ${each}`);
    ok(tally.share('verdict') >= 0.98, `too many verdicts differ; seed ${seed}`);
    ok(tally.share('words') >= 0.95, `too many words differ; seed ${seed}`);
    ok(tally.share('place') >= 0.95, `too many places of text-format errors differ; seed ${seed}`);
  });
});

const caseOf = (mutant: ReturnType<typeof mutants>[number], { ok: loads, message, parseError }: Ruling): Case => ({
  id: mutant.id,
  files: mutant.files,
  dirs: mutant.dirs,
  model: mutant.model,
  ok: loads,
  message,
  line: mutant.line ?? null,
  ...(parseError === undefined ? {} : { parse_error: parseError }),
});
