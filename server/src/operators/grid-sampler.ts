/**
 * The functions that F.grid_sample ends in: torch.grid_sampler_2d, grid_sampler_3d.
 *
 * Shapes: (N, C, *in), (N, *out, d) -> (N, C, *out); known only where everything fits.
 * Errors: none.
 * Source: ATen/native/GridSampler.cpp, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { num, type Dim } from '../core/shape/dim';
import { answering, giveUp } from './common/answer';
import { result } from './common/results';
import { signatures } from './signature';

export const gridSampler = operator({
  id: 'grid-sampler',
  names: ['torch.grid_sampler_2d', 'torch.grid_sampler_3d'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const axes = name.endsWith('2d') ? 2 : 3;
    const [input, grid] = [call.tensor('input'), call.tensor('grid')];
    const [own, places] = [solve.dims(input), solve.dims(grid)];
    const fits =
      own.length === axes + 2 &&
      places.length === axes + 2 &&
      solve.equal(own[0] as Dim, places[0] as Dim) === 'yes' &&
      solve.equal(places.at(-1) as Dim, num(axes)) === 'yes' &&
      own.slice(2).every((size) => solve.less(num(0), size) === 'yes');
    if (!fits || input.dtype !== grid.dtype || (input.dtype !== 'float32' && input.dtype !== 'float64'))
      giveUp('a grid that may not fit');
    const [mode, padding] = [call.number('interpolation_mode'), call.number('padding_mode')];
    if (mode < 0 || mode > (axes === 2 ? 2 : 1) || padding < 0 || padding > 2) giveUp('a mode that does not exist');
    return result([own[0] as Dim, own[1] as Dim, ...places.slice(1, -1)], input.dtype);
  }),
});
