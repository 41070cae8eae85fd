/**
 * Approximate singular values: svd_lowrank, pca_lowrank.
 *
 * Shapes: (*b, m, n) -> (*b, m, q), (*b, q), (*b, n, q), q at most min(m, n).
 * Errors: `argument-out-of-range`.
 * Source: torch/_lowrank.py, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { tuple } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { joined } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { matrices, smallerOf } from './common/matrices';
import { result } from './common/results';
import { signatures } from './signature';

export const lowRank = operator({
  id: 'low-rank',
  names: ['torch.svd_lowrank', 'torch.pca_lowrank'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor('A');
    const isPca = name.endsWith('pca_lowrank');
    if (!solve.minRank(t, 2)) giveUp('a tensor of too few dims');
    const { batch, rows, columns } = matrices(solve, t, () => '');
    const least = smallerOf(solve, rows, columns);
    const asked = call.intOrNone('q');
    if (isPca && asked !== null && (solve.less(least, asked) === 'yes' || solve.less(asked, num(0)) === 'yes'))
      refuse(
        'argument-out-of-range',
        `q(=${solve.text(asked)}) must be non-negative integer and not greater than min(m, n)=${solve.text(least)}`,
        { argument: 'q' },
      );
    if (t.dtype !== 'float32' && t.dtype !== 'float64') giveUp('an approximation of this element type');
    const wanted: Dim = smallerOf(solve, asked ?? num(6), least);
    // A negative count gives nothing that can be used.
    if (solve.less(num(0), wanted) !== 'yes') giveUp('a count that may be negative');
    let whole = batch;
    const mean = !isPca && call.given('M') ? call.tensorOrNone('M') : null;
    if (mean !== null) {
      const other = matrices(solve, mean, () => '');
      const same = solve.equal(other.rows, rows) === 'yes' && solve.equal(other.columns, columns) === 'yes';
      if (!same || mean.dtype !== t.dtype) giveUp('a mean of another size');
      whole = broadcastShapes(solve, batch, other.batch);
    }
    return tuple([
      result(joined(whole, [rows, wanted]), t.dtype),
      result(joined(whole, [wanted]), t.dtype),
      result(joined(whole, [columns, wanted]), t.dtype),
    ]);
  }),
});
