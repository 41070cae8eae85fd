/** Ids: new ones differ; what is evaluated again comes to the same ones. */
import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { fresh, Tape, useTape } from '../../server/src/core/shape/fresh';

describe('ids of symbols', () => {
  let now = 0;
  const at = (moment: number, name: string): number => {
    now = moment;
    return fresh(name, (id) => ({ id })).id;
  };
  const taking = <T>(tape: Tape, body: () => T): T => {
    const outer = useTape(tape);
    try {
      return body();
    } finally {
      useTape(outer);
    }
  };
  const first = new Tape(() => now);
  const ids = taking(first, () => [at(1, 'B'), at(1, 'B'), at(2, 'H'), at(9, 'W')]);

  it('are all different', () => {
    equal(new Set([...ids, fresh('B', (id) => ({ id })).id]).size, 5);
  });

  it('are the same when the same is evaluated again', () => {
    const again = new Tape(() => now, first.before(10));
    deepEqual(
      taking(again, () => [at(1, 'B'), at(1, 'B'), at(2, 'H'), at(9, 'W')]),
      ids,
    );
  });

  it('are new from the moment on at which another path begins', () => {
    const other = new Tape(() => now, first.before(9));
    const [b, , h, w] = taking(other, () => [at(1, 'B'), at(1, 'B'), at(2, 'H'), at(9, 'W')]);
    deepEqual([b, h], [ids[0], ids[2]]);
    notEqual(w, ids[3]);
  });

  it('are not mistaken for others where something was remembered or asked for besides', () => {
    const again = new Tape(() => now, first.before(10));
    const [h, more, w] = taking(again, () => [at(2, 'H'), at(3, 'n'), at(9, 'W')]);
    deepEqual([h, w], [ids[2], ids[3]]);
    equal(ids.includes(more), false);
  });
});
