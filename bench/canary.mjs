/** How often verdicts of deployments are wrong, and what they cost: the real engine on seeded, simulated traffic. */
import { loadTypeScript } from '../scripts/loadTypeScript.mjs';
import { inRoot } from '../scripts/paths.mjs';
import { log } from '../scripts/progress.mjs';

/** `CANARIES` sets how many of each kind; 1,000 take half an hour of a processor. */
const runs = Number(process.env.CANARIES ?? 100);

/** Shares of wrong aborts, of bad versions found and of low traffic told as insufficient, and answers until the verdict. */
export async function measureCanaries() {
  const { healthy, bad, scarce, tally } = await loadTypeScript(inRoot('test', 'deploy', 'canaries.ts'));
  const measured = (kinds, right) =>
    kinds.map((kind) => {
      const found = tally(kind, runs);
      const { promoted, aborted, insufficient } = found;
      const answers = Math.round(found.meanAnswers);
      log(`  ${kind.name}: ${promoted} promoted, ${aborted} aborted, ${insufficient} insufficient, ${answers} answers`);
      const percent = Math.round((1_000 * right(found)) / runs) / 10;
      return { name: kind.name, percent, answers, published: kind.published ?? null };
    });
  return {
    runs,
    healthy: measured(healthy, (found) => found.aborted),
    bad: measured(bad, (found) => found.aborted),
    scarce: measured(scarce, (found) => found.insufficient),
  };
}
