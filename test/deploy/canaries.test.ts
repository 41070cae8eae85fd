/** The error rates of verdicts, by the real engine on simulated traffic. `CANARIES=1000` for the whole. */
import { ok } from 'node:assert/strict';
import { bad, healthy, scarce, tally } from './canaries';

const runs = Number(process.env['CANARIES'] ?? 20);
/** Three standard errors above a rate of 5 %: what chance alone may do to so many runs. */
const most = runs * 0.05 + (runs < 1_000 ? 3 * Math.sqrt(runs * 0.05 * 0.95) : 0);

describe(`canaries: ${runs} of each kind`, function () {
  this.timeout(3_600_000);
  for (const kind of healthy)
    it(`${kind.name}: wrong aborts are at most 5 %`, () => {
      const found = tally(kind, runs);
      ok(found.aborted <= most, JSON.stringify(found));
      ok(found.promoted >= runs - most, JSON.stringify(found));
    });
  for (const kind of bad)
    it(`${kind.name}: at least 95 % are found`, () => {
      const found = tally(kind, runs);
      ok(found.aborted >= runs - most, JSON.stringify(found));
    });
  for (const kind of scarce)
    it(`${kind.name}: insufficient, never a verdict`, () => {
      const found = tally(kind, runs);
      ok(found.insufficient === runs, JSON.stringify(found));
    });
});
