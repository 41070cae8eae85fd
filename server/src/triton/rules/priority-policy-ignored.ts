import { nameOfField, rule } from '../rule';

export const priorityPolicyIgnored = rule({
  id: 'priority-policy-ignored',
  phase: 'ours',
  source: 'our own',
  summary: 'Queue policies of priority levels are ignored.',
  why: 'There are no levels without `priority_levels`.',
  bad: 'backend: "identity"\nmax_batch_size: 4\ndynamic_batching { priority_queue_policy { key: 1 value { } } }',
  good: 'backend: "identity"\nmax_batch_size: 4\ndynamic_batching { priority_levels: 1 default_priority_level: 1 priority_queue_policy { key: 1 value { } } }',
  *check({ config }) {
    const batching = config.one('dynamic_batching');
    if (batching?.has('priority_queue_policy') && batching.number('priority_levels') === 0)
      yield {
        message: 'priority_queue_policy is ignored without priority_levels',
        at: nameOfField(batching, 'priority_queue_policy'),
      };
  },
});
