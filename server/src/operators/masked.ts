/**
 * Elements chosen by a mask: masked_fill, masked_select, masked_scatter.
 *
 * Shapes: masked_fill and masked_scatter -> broadcast of tensor and mask; masked_select -> (count).
 * Errors: `broadcast-mismatch`, `dtype-mismatch`, `input-rank-mismatch`.
 * Source: torch.Tensor.masked_fill, torch.masked_select, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { shownDims } from '../core/shape/axis';
import { answering, refuse } from './common/answer';
import { broadcastShapes, fitInPlace } from './common/broadcasting';
import { cppName, scalarName } from './common/dtypes';
import { everyForm, isInPlace, plainName, subjectOf } from './common/names';
import { result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

export const masked = operator({
  id: 'masked',
  names: everyForm('masked_fill', 'masked_select', 'masked_scatter'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = plainName(name);
    const [t, mask] = [call.tensor(subjectOf(name)), call.tensor('mask')];
    const [own, chosen] = [solve.shape(t), solve.shape(mask)];
    if (kind === 'masked_fill' && call.value('value').kind === 'tensor') {
      const count = shownDims(solve.shape(call.tensor('value')));
      if (count > 0)
        refuse(
          'input-rank-mismatch',
          `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${count} dimension(s).`,
          { argument: 'value' },
        );
    }
    // masked_scatter_ expands the mask to the tensor.
    if (kind === 'masked_scatter' && isInPlace(name) && own.rest === undefined && chosen.rest === undefined) {
      if (chosen.lead.length > own.lead.length)
        refuse(
          'expand-rank-mismatch',
          `expand(CPUBoolType{${brackets(solve, chosen)}}, size=${brackets(solve, own)}): the number of sizes provided (${own.lead.length}) must be greater or equal to the number of dimensions in the tensor (${chosen.lead.length})`,
        );
    }
    // The mask is the first operand of the broadcast, except where the tensor is written in place.
    const whole = isInPlace(name) ? broadcastShapes(solve, own, chosen) : broadcastShapes(solve, chosen, own);
    if (mask.dtype !== undefined && mask.dtype !== 'bool') {
      if (kind === 'masked_select') {
        if (mask.dtype !== 'uint8')
          refuse('dtype-mismatch', 'masked_select: expected BoolTensor for mask', { argument: 'mask' });
      } else
        refuse(
          'dtype-mismatch',
          kind === 'masked_fill'
            ? `masked_fill_ only supports boolean masks, but got mask with dtype ${cppName(mask.dtype)}`
            : `masked_scatter_ only supports boolean masks, but got mask with dtype ${scalarName(mask.dtype)}`,
          { argument: 'mask' },
        );
    }
    if (kind === 'masked_select') return result([solve.fresh('count')], t.dtype);
    return result(isInPlace(name) ? fitInPlace(solve, own, whole) : whole, t.dtype);
  }),
});
