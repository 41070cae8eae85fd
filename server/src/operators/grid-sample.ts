/**
 * Values read at places of a grid, and grids from affine matrices.
 *
 * Shapes: grid_sample (N, C, *in), (N, *out, n) -> (N, C, *out) for n = 2 or 3 spatial dims; affine_grid (N, 2, 3) with size
 * (N, C, H, W) -> (N, H, W, 2), or one dim more.
 * Errors: `grid-sample-mismatch`, `invalid-argument`, `dtype-mismatch`.
 * Source: torch.nn.functional.grid_sample and affine_grid, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { textOf } from './common/construction';
import { isFloat, refuseDtypes, scalarName } from './common/dtypes';
import { isZero, tensorBrackets, torchSize } from './common/sizes';
import { signatures } from './signature';

const clash = 'grid-sample-mismatch';

function sample(call: Call, solve: Solve): TensorValue {
  const [input, grid] = [call.tensor('input'), call.tensor('grid')];
  const mode = textOf(call, 'mode') ?? giveUp('the mode is not known');
  if (!['bilinear', 'nearest', 'bicubic'].includes(mode))
    refuse(
      'invalid-argument',
      `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`,
      { argument: 'mode' },
    );
  const [a, b] = [solve.dims(input), solve.dims(grid)];
  const sizes = `input with sizes ${tensorBrackets(solve, input)} and grid with sizes ${tensorBrackets(solve, grid)}`;
  if (a.length < 3 || b.length === 0) giveUp('an input without spatial dims');
  if (!solve.same(a[0] as Dim, b[0] as Dim, 'input and grid have the same batch size'))
    refuse(clash, `grid_sampler(): expected grid and input to have same batch size, but got ${sizes}`, {
      argument: 'grid',
    });
  const n = a.length - 2;
  if (!solve.same(b[b.length - 1] as Dim, num(n)))
    refuse(
      clash,
      `grid_sampler(): expected grid to have size ${n} in last dimension, but got grid with sizes ${tensorBrackets(solve, grid)}`,
      { argument: 'grid' },
    );
  if (a.length !== b.length || n > 3)
    refuse(
      clash,
      `grid_sampler(): expected ${n > 3 ? '4D or 5D' : `${a.length}D`} input and grid with same number of dimensions, but got ${sizes}`,
      { argument: 'grid' },
    );
  if (n === 1 || (n === 3 && mode === 'bicubic') || a.slice(2).some((size) => isZero(solve, size)))
    giveUp('a form of grid_sample that PyTorch refuses');
  const [x, g] = [input.dtype, grid.dtype];
  if (x !== undefined && g !== undefined && x !== g) {
    if (!isFloat(x) || !isFloat(g)) giveUp('element types differ');
    refuseDtypes(`expected scalar type ${scalarName(x)} but found ${scalarName(g)}`, 'grid');
  }
  if ((x !== undefined && !isFloat(x)) || x === 'float16' || x === 'bfloat16') giveUp(`grid_sample of ${x}`);
  return tensor(shapeOf([a[0] as Dim, a[1] as Dim, ...b.slice(1, -1)]), x);
}

function affineGrid(call: Call, solve: Solve): TensorValue {
  const [theta, size] = [call.tensor('theta'), call.ints('size')];
  const n = size.length - 2;
  if (n !== 2 && n !== 3) giveUp('a size of another length');
  const wanted = [num(n), num(n + 1)];
  const matrices =
    solve.rank(theta, [3]) && solve.trailing(theta, 2).last.every((found, i) => solve.same(found, wanted[i] as Dim));
  if (!matrices) {
    const listed = size.map((d) => solve.text(d)).join(', ');
    const list = call.value('size').kind === 'ref' ? `[${listed}]` : `(${listed})`;
    const message = `Expected a batch of ${n}D affine matrices of shape Nx${n}x${n + 1} for size ${list}. Got ${torchSize(solve, solve.shape(theta))}.`;
    refuse(clash, message, { argument: 'theta' });
  }
  const batch = size[0] as Dim;
  if (!solve.same(solve.dims(theta)[0] as Dim, batch, 'one matrix for each picture'))
    giveUp('another number of matrices');
  if (size.some((d) => solve.less(d, num(1)) === 'yes') || (theta.dtype !== undefined && !isFloat(theta.dtype)))
    giveUp('a grid that PyTorch refuses');
  return tensor(shapeOf([batch, ...size.slice(2), num(n)]), theta.dtype);
}

export const gridSample = operator({
  id: 'grid-sample',
  names: ['torch.nn.functional.affine_grid', 'torch.nn.functional.grid_sample'],
  params: signatures,
  infer: answering((call, solve, name) =>
    name.endsWith('affine_grid') ? affineGrid(call, solve) : sample(call, solve),
  ),
});
