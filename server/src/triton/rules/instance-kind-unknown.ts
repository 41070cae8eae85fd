import { placeOf, rule } from '../rule';
import { groupName } from './shared/instances';

export const instanceKindUnknown = rule({
  id: 'instance-kind-unknown',
  phase: 'start',
  source: 'backend_model.cc SetInstances',
  summary: 'The kind of an instance group is a number that stands for no kind.',
  why: 'The text format takes any number. Write KIND_AUTO, KIND_GPU, KIND_CPU or KIND_MODEL.',
  bad: 'backend: "identity"\ninstance_group { kind: 77 }',
  good: 'backend: "identity"\ninstance_group { kind: KIND_CPU }',
  *check({ model, config }) {
    if (model.isEnsemble) return;
    for (const [index, group] of config.all('instance_group').entries())
      if (group.has('kind') && group.enumName('kind') === '')
        yield {
          // The server's own name for what it does not know.
          message: `${groupName(model, group, index)} has unexpected kind KIND_AUTO`,
          at: placeOf(group, 'kind'),
        };
  },
});
