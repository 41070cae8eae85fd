/** Who belongs to the candidate: even, independent between experiments, growing only, the same everywhere. */
import { equal, ok } from 'node:assert/strict';
import { bucketCount, bucketOf, isCandidateBucket, murmur3 } from '../../runtime-bridge/node/deploy/engine/buckets';

const units = Array.from({ length: 100_000 }, (_, i) => `user-${i}`);

describe('buckets', () => {
  it('MurmurHash3 x86 32 bit, its published values', () => {
    // SMHasher's and Wikipedia's vectors.
    equal(murmur3('', 0), 0);
    equal(murmur3('test', 0), 0xba6bd213);
    equal(murmur3('Hello, world!', 0), 0xc0363e43);
    equal(murmur3('The quick brown fox jumps over the lazy dog', 0), 0x2e4ff723);
  });

  it('buckets are even: chi-square over hundreds', () => {
    const counts = new Float64Array(100);
    for (const unit of units) {
      const hundred = Math.floor((bucketOf('one', unit) / bucketCount) * 100);
      counts[hundred] = (counts[hundred] ?? 0) + 1;
    }
    const square = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    // 99 degrees of freedom: 0.1 % is above 149.
    ok(square < 149, String(square));
  });

  for (const [left, right] of [
    ['exp-a', 'exp-b'],
    ['d1', 'd2'],
    ['2026-01', '2026-02'],
  ] as const)
    it(`experiments ${left} and ${right} do not depend on each other`, () => {
      const isIn = (salt: string, unit: string): boolean => isCandidateBucket(bucketOf(salt, unit), 10);
      const both = units.filter((unit) => isIn(left, unit) && isIn(right, unit)).length;
      // 1 % of 100,000 expected, standard deviation 31.5.
      ok(Math.abs(both - 1_000) < 4 * 31.5, String(both));
    });

  it('a larger share only adds units', () => {
    const shares = [1, 5, 25, 50, 100].map(
      (weight) => new Set(units.filter((unit) => isCandidateBucket(bucketOf('s', unit), weight))),
    );
    for (const [i, share] of shares.entries()) for (const unit of shares[i - 1] ?? []) ok(share.has(unit));
    equal(shares[4]?.size, units.length);
  });
});
