/**
 * A layer that gives back its input.
 *
 * Shapes: (*) -> (*); any arguments are taken and ignored.
 * Source: torch.nn.Identity, PyTorch 2.13.
 */
import { known, layer } from '../core/infer/operator';
import { plain } from './common/construction';
import { signatures } from './signature';

export const identityLayer = layer({
  id: 'identity',
  names: ['torch.nn.Identity'],
  params: signatures,
  inputs: ['input: any'],
  build: () => plain(),
  forward: (_self, call) => known(call.value('input')),
});
