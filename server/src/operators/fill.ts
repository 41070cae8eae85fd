/**
 * A tensor of the same size with one value: torch.fill, torch.zero_.
 *
 * Shapes: as the input; a value that is a tensor has no dims.
 * Errors: `input-rank-mismatch`.
 * Source: torch.fill, torch.zero_, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { result } from './common/results';
import { signatures } from './signature';

export const fill = operator({
  id: 'fill',
  names: ['torch.fill', 'torch.zero_'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor('input');
    const value = name.endsWith('fill') ? call.value('value') : undefined;
    if (value?.kind === 'tensor') {
      if (!solve.rank(value, [0]))
        refuse(
          'input-rank-mismatch',
          `fill_ only supports 0-dimension value tensor but got tensor with ${rankOf(solve, value)} dimensions.`,
          { argument: 'value' },
        );
    } else if (value !== undefined && value.kind !== 'int' && value.kind !== 'float' && value.kind !== 'bool')
      giveUp('a value that is not known');
    return result(solve.shape(t), t.dtype);
  }),
});
