/**
 * What views are, as copies: alias_copy, expand_copy, narrow_copy, permute_copy, transpose_copy, view_copy, ...; and
 * unsafe_split, which is split.
 *
 * Shapes: those of the view of the same name.
 * Errors: those of the view of the same name.
 * Source: torch.permute_copy and relatives, native_functions.yaml, PyTorch 2.13.
 */
import { notKnown, operator, type Operator } from '../core/infer/operator';
import { diagonal } from './diagonal';
import { expand } from './expand';
import { narrow } from './narrow';
import { permute } from './permute';
import { signatures } from './signature';
import { split, unbind } from './split';
import { squeeze } from './squeeze';
import { transpose } from './transpose';
import { view } from './view';

/** The declared name of the view that each one copies. */
const copied: Readonly<Record<string, readonly [Operator, string]>> = {
  'torch.expand_copy': [expand, 'torch.Tensor.expand'],
  'torch.narrow_copy': [narrow, 'torch.narrow'],
  'torch.Tensor.narrow_copy': [narrow, 'torch.Tensor.narrow'],
  'torch.unfold_copy': [narrow, 'torch.Tensor.unfold'],
  'torch.diagonal_copy': [diagonal, 'torch.diagonal'],
  'torch.permute_copy': [permute, 'torch.permute'],
  'torch.transpose_copy': [transpose, 'torch.transpose'],
  'torch.t_copy': [transpose, 'torch.t'],
  'torch.squeeze_copy': [squeeze, 'torch.squeeze'],
  'torch.unsqueeze_copy': [squeeze, 'torch.unsqueeze'],
  'torch.view_copy': [view, 'torch.Tensor.view'],
  'torch.unbind_copy': [unbind, 'torch.unbind'],
  'torch.split_with_sizes_copy': [split, 'torch.split_with_sizes'],
  'torch.unsafe_split': [split, 'torch.split'],
  'torch.Tensor.unsafe_split': [split, 'torch.Tensor.split'],
};

export const viewCopies = operator({
  id: 'view-copies',
  names: Object.keys(copied),
  params: (name) => {
    const [base, of] = copied[name] ?? [];
    return base === undefined || of === undefined ? signatures(name) : base.params(of);
  },
  infer(call, solve, name) {
    const [base, of] = copied[name] ?? [];
    if (base === undefined || of === undefined) return notKnown(`${name} copies no view`);
    const outcome = base.infer(call, solve, of);
    // It has checks of its own.
    return outcome.kind === 'mismatch' && base === narrow && !of.endsWith('unfold')
      ? notKnown('a slice that narrow refuses')
      : outcome;
  },
});
