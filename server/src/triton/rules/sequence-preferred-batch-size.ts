import { rule } from '../rule';

export const sequencePreferredBatchSize = rule({
  id: 'sequence-preferred-batch-size',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'A preferred batch size of the oldest strategy is not possible.',
  why: 'Preferred sizes lie between 1 and `max_batch_size`.',
  bad: 'backend: "python"\nmax_batch_size: 4\nsequence_batching { oldest { preferred_batch_size: [ 8 ] } }',
  good: 'backend: "python"\nmax_batch_size: 8\nsequence_batching { oldest { preferred_batch_size: [ 8 ] } }',
  *check({ config, name }) {
    const max = config.number('max_batch_size');
    for (const { value, span } of config.one('sequence_batching')?.one('oldest')?.scalars('preferred_batch_size') ??
      []) {
      if (typeof value !== 'number') continue;
      if (value <= 0)
        yield { message: `sequence batching preferred batch size must be positive for ${name}`, at: span };
      else if (value > max)
        yield { message: `sequence batching preferred batch size must be <= max batch size for ${name}`, at: span };
    }
  },
});
