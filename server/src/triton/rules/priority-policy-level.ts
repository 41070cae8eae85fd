import { placeOf, rule } from '../rule';
import { exactly } from './shared/numbers';

export const priorityPolicyLevel = rule({
  id: 'priority-policy-level',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'A queue policy is for a priority level that does not exist.',
  why: 'The keys of `priority_queue_policy` are levels: from 1 to `priority_levels`.',
  bad: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { priority_levels: 1 default_priority_level: 1 priority_queue_policy { key: 2 value { } } }',
  good: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 2 value { } } }',
  *check({ config, name }) {
    const batching = config.one('dynamic_batching');
    const levels = batching?.number('priority_levels') ?? 0;
    if (!batching || levels === 0) return;
    for (const entry of batching.entries('priority_queue_policy').values()) {
      const level = entry.number('key');
      if (level === 0 || level > levels)
        yield {
          message: `priority queue policy must have priority level in range [1, ${exactly(batching, 'priority_levels')}] for ${name}`,
          at: placeOf(entry, 'key'),
        };
    }
  },
});
