import { rule } from '../rule';

export const preferredBatchSize = rule({
  id: 'preferred-batch-size',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'A preferred batch size is not possible.',
  why: 'Preferred sizes lie between 1 and `max_batch_size`. They are checked before the backend can find out the largest batch, so `max_batch_size` has to be written where they are.',
  bad: 'backend: "python"\nmax_batch_size: 4\ndynamic_batching { preferred_batch_size: [ 8 ] }',
  good: 'backend: "python"\nmax_batch_size: 8\ndynamic_batching { preferred_batch_size: [ 8 ] }',
  *check({ config, name }) {
    const max = config.number('max_batch_size');
    const maximum = config.scalar('max_batch_size')?.span;
    for (const { value, span } of config.one('dynamic_batching')?.scalars('preferred_batch_size') ?? []) {
      if (typeof value !== 'number') continue;
      if (value <= 0) yield { message: `dynamic batching preferred size must be positive for ${name}`, at: span };
      else if (value > max)
        yield {
          message: `dynamic batching preferred size must be <= max batch size for ${name}`,
          at: span,
          related: maximum ? [{ at: maximum, message: `the largest batch is ${max}` }] : [],
          fixes:
            maximum && span
              ? [
                  { title: `Set max_batch_size to ${value}`, changes: [{ span: maximum, newText: String(value) }] },
                  { title: `Set it to ${max}`, changes: [{ span, newText: String(max) }] },
                ]
              : [],
        };
    }
  },
});
