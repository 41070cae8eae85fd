import { placeOf, rule } from '../rule';
import { groupName } from './shared/instances';

export const instanceKindWithGpus = rule({
  id: 'instance-kind-with-gpus',
  phase: 'instances',
  source: 'model_config_utils.cc ValidateInstanceGroup',
  summary: 'An instance group that is not on GPUs lists some.',
  why: '`gpus` belongs to KIND_GPU and KIND_AUTO.',
  bad: 'backend: "identity"\ninstance_group { kind: KIND_CPU gpus: [ 0 ] }',
  good: 'backend: "identity"\ninstance_group { kind: KIND_CPU }',
  *check({ model, config }) {
    for (const [index, group] of config.all('instance_group').entries()) {
      const kind = group.enumName('kind');
      if (!['KIND_CPU', 'KIND_MODEL'].includes(kind) || !group.has('gpus')) continue;
      yield {
        message: `${groupName(model, group, index)} has kind ${kind} but specifies one or more GPUs`,
        at: placeOf(group, 'gpus'),
      };
    }
  },
});
