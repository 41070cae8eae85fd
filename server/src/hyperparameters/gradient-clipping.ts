/**
 * Clipping of gradients: it is given parameters, not their module.
 *
 * Errors: `invalid-argument`.
 * Source: torch.nn.utils.clip_grad, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { wholeModule } from './common/wholeModule';

const functions: Readonly<Record<string, string>> = {
  'torch.nn.utils.clip_grad_norm_':
    'parameters: any, max_norm: any, norm_type: any = 2.0, error_if_nonfinite: any = False, foreach: any = None',
  'torch.nn.utils.clip_grad_value_': 'parameters: any, clip_value: any, foreach: any = None',
};

export const gradientClipping: CallCheck = {
  kind: 'call',
  id: 'gradient-clipping',
  names: Object.keys(functions),
  params: (name) => [functions[name] ?? ''],
  look: (call, scene) => wholeModule(scene, call.value('parameters'), 'parameters'),
};
