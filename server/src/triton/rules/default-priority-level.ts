import { placeOf, rule } from '../rule';
import { exactly } from './shared/numbers';

export const defaultPriorityLevel = rule({
  id: 'default-priority-level',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'The default priority level is not one of the levels.',
  why: 'With `priority_levels` set, requests that name no level get `default_priority_level`: a number from 1 to the number of levels. It has to be written.',
  bad: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { priority_levels: 3 }',
  good: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { priority_levels: 3 default_priority_level: 2 }',
  *check({ config, name }) {
    const batching = config.one('dynamic_batching');
    const levels = batching?.number('priority_levels') ?? 0;
    const level = batching?.number('default_priority_level') ?? 0;
    if (!batching || levels === 0 || (level > 0 && level <= levels)) return;
    yield {
      message: `default priority level must be in range [1, ${exactly(batching, 'priority_levels')}] for ${name}`,
      at: placeOf(batching, 'default_priority_level', 'priority_levels'),
    };
  },
});
