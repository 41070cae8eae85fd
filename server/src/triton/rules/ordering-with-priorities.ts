import { placeOf, rule } from '../rule';
import { later } from './shared/numbers';

export const orderingWithPriorities = rule({
  id: 'ordering-with-priorities',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'Responses can not keep their order across several priority levels.',
  why: '`preserve_ordering` sends responses in the order of the requests; levels exist to change that order.',
  bad: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { preserve_ordering: true priority_levels: 2 default_priority_level: 1 }',
  good: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { priority_levels: 2 default_priority_level: 1 }',
  *check({ config, name }) {
    const batching = config.one('dynamic_batching');
    if (!batching?.flag('preserve_ordering') || batching.number('priority_levels') <= 1) return;
    const at = later(batching, 'preserve_ordering', 'priority_levels');
    yield {
      message: `Only one priority level is allowed when 'preserve_ordering' is true for ${name}`,
      at: at ?? placeOf(batching, 'priority_levels'),
    };
  },
});
