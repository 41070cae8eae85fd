import { rule } from '../rule';
import { groupName } from './shared/instances';

/** No machine that CUDA runs on has as many. */
const MOST_GPUS = 32;

export const gpuIdImpossible = rule({
  id: 'gpu-id-impossible',
  phase: 'instances',
  source: 'model_config_utils.cc ValidateInstanceGroup',
  summary: 'A GPU is named by a number that no machine has.',
  why: 'GPUs count from 0. `nvidia-smi -L` lists those of the machine.',
  bad: 'backend: "identity"\ninstance_group { kind: KIND_GPU gpus: [ 42 ] }',
  good: 'backend: "identity"\ninstance_group { kind: KIND_GPU gpus: [ 0 ] }',
  *check({ model, config }) {
    for (const [index, group] of config.all('instance_group').entries()) {
      if (group.enumName('kind') !== 'KIND_GPU') continue;
      for (const { value, span } of group.scalars('gpus'))
        if (Number(value) < 0 || Number(value) >= MOST_GPUS)
          yield {
            message: `${groupName(model, group, index)} specifies invalid or unsupported gpu id ${value}. GPUs with at least the minimum required CUDA compute compatibility of 6.000000 are: those of the serving machine`,
            at: span,
          };
    }
  },
});
