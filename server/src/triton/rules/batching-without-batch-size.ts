import { nameOfField, rule } from '../rule';

export const batchingWithoutBatchSize = rule({
  id: 'batching-without-batch-size',
  phase: 'ours',
  source: 'our own',
  summary: 'Dynamic batching has no effect.',
  why: 'Without `max_batch_size` above 0 requests never share a batch.',
  bad: 'backend: "identity"\nmax_batch_size: 0\ndynamic_batching { }',
  good: 'backend: "identity"\nmax_batch_size: 8\ndynamic_batching { }',
  *check({ model, config }) {
    if (!config.has('dynamic_batching') || config.number('max_batch_size') !== 0) return;
    if (!model.completed.isCertain || model.completed.config.number('max_batch_size') > 0) return;
    yield {
      message: 'dynamic_batching has no effect without max_batch_size',
      at: nameOfField(config, 'dynamic_batching'),
    };
  },
});
