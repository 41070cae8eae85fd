/**
 * Class indices as rows of zeros with a one.
 *
 * Shapes: (*) -> (*, num_classes); with -1 the number of classes is one more than the largest index.
 * Errors: `index-dtype`.
 * Source: torch.nn.functional.one_hot, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { tensor } from '../core/infer/value';
import { num } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { append } from './common/sizes';
import { signatures } from './signature';

export const oneHot = operator({
  id: 'one-hot',
  names: ['torch.nn.functional.one_hot'],
  params: signatures,
  infer: answering((call, solve) => {
    const input = call.tensor('input');
    if (input.dtype !== undefined && input.dtype !== 'int64')
      refuse('index-dtype', 'one_hot is only applicable to index tensor of type LongTensor.', { argument: 'input' });
    const classes = call.int('num_classes');
    const known = solve.number(classes);
    // The values decide about 0, and how many classes -1 stands for.
    if (known !== undefined && known < 1 && known !== -1) giveUp('no classes');
    // A symbolic number may be -1 as well, unless it is known to be a size.
    const given = known === undefined ? solve.less(classes, num(0)) === 'no' : known !== -1;
    return tensor(append(solve.shape(input), [given ? classes : solve.fresh('classes', 1)]), 'int64');
  }),
});
