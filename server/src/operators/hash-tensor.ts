/**
 * One number for all elements, or for those along axes: hash_tensor.
 *
 * Shapes: as of a sum; uint64.
 * Errors: `axis-out-of-range`, `duplicate-axis`, `argument-out-of-range`.
 * Source: torch.hash_tensor, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { answering, giveUp, refuse } from './common/answer';
import { axesGiven, boolGiven, numberGiven } from './common/axes';
import { isComplex } from './common/dtypes';
import { everyForm, subjectOf } from './common/names';
import { hasNoElements, result } from './common/results';
import { reducedShape } from './common/reducing';
import { signatures } from './signature';

export const hashTensor = operator({
  id: 'hash-tensor',
  names: everyForm('hash_tensor'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const mode = numberGiven(call, 'mode', 0);
    const axes = axesGiven(call);
    const shape = reducedShape(solve, t, axes?.length === 0 ? null : axes, boolGiven(call, 'keepdim'));
    if (hasNoElements(solve, t)) giveUp('a hash of nothing');
    if (mode !== 0) refuse('argument-out-of-range', `Unknown hash_tensor mode: ${mode}`, { argument: 'mode' });
    if (isComplex(t.dtype)) giveUp('a hash of complex numbers');
    return result(shape, 'uint64');
  }),
});
