/** What a front keeps of its answers for a controller that reads on from where it was. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { Observations } from '../../runtime-bridge/node/inference/front/observations';

const seen = { kind: 'request', at: 0, arm: 'baseline', version: '1', ok: true, millis: 1 } as const;

describe('observations of a front', () => {
  const filled = (kept: number, before: number, count: number): Observations => {
    const observations = new Observations(kept, before);
    for (let i = 0; i < count; i++) observations.add({ ...seen, millis: i });
    return observations;
  };
  const read = (from: Observations, after: number, limit = 100): readonly (readonly [number, number])[] =>
    from.page(after, limit).observations.map((each) => [each.sequence, each.kind === 'request' ? each.millis : -1]);

  it('are read page by page, in order', () => {
    const all = filled(10, 500, 3);
    deepEqual(read(all, 0, 2), [
      [501, 0],
      [502, 1],
    ]);
    deepEqual(read(all, 502), [[503, 2]]);
    deepEqual([read(all, 503), read(all, Number.MAX_SAFE_INTEGER)], [[], []]);
    equal(all.page(0, 1).last, 503);
  });

  it('that are too many leave a gap in the sequence', () => {
    deepEqual(read(filled(2, 500, 5), 0), [
      [504, 3],
      [505, 4],
    ]);
  });

  it('none at all', () => deepEqual(new Observations(2, 500).page(0, 1), { observations: [], last: 500 }));

  it('go on above those of a front that was there before, so that no controller waits in vain', () => {
    const last = filled(10, 500, 9).page(0, 1).last;
    const again = new Observations();
    again.add(seen);
    equal(again.page(last, 10).observations.length, 1);
    ok(Number.isSafeInteger(again.page(0, 1).last));
  });
});
