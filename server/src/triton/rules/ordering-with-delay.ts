import { placeOf, rule } from '../rule';

export const orderingWithDelay = rule({
  id: 'ordering-with-delay',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'Responses can not keep their order while requests that time out are delayed.',
  why: 'A policy with a timeout and the action DELAY moves requests behind others, which `preserve_ordering` forbids.',
  bad: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { preserve_ordering: true default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 10 } }',
  good: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { preserve_ordering: true default_queue_policy { timeout_action: REJECT default_timeout_microseconds: 10 } }',
  *check({ config, name }) {
    const batching = config.one('dynamic_batching');
    if (!batching?.flag('preserve_ordering')) return;
    const own = batching.one('default_queue_policy');
    const others = [...batching.entries('priority_queue_policy').values()].flatMap((entry) => entry.one('value') ?? []);
    for (const policy of [...(own ? [own] : []), ...others])
      if (policy.number('default_timeout_microseconds') !== 0 && policy.enumName('timeout_action') === 'DELAY')
        yield {
          message: `Queue policy can not have DELAY as timeout action when 'preserve_ordering' is true for ${name}`,
          at: placeOf(policy, 'timeout_action'),
        };
  },
});
