import { placeOf, rule } from '../rule';
import { tensorsOf } from './shared/tensors';

const unsupported = ['TYPE_UINT16', 'TYPE_UINT32', 'TYPE_UINT64', 'TYPE_BF16'];

export const pytorchTypeUnsupported = rule({
  id: 'pytorch-type-unsupported',
  phase: 'start',
  source: 'pt/libtorch.cc',
  summary: 'A type does not exist in PyTorch models.',
  why: 'TorchScript models take no UINT16, UINT32, UINT64 and BF16.',
  bad: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_UINT32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_INT32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ config, name }) {
    if (config.text('platform') !== 'pytorch_libtorch') return;
    for (const { tensor, side } of tensorsOf(config)) {
      const type = tensor.enumName('data_type');
      if (unsupported.includes(type))
        yield {
          message: `unsupported datatype ${type} for ${side} '${tensor.text('name')}' for model '${name}'`,
          at: placeOf(tensor, 'data_type'),
        };
    }
  },
});
