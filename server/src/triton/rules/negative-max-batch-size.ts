import { placeOf, rule } from '../rule';

export const negativeMaxBatchSize = rule({
  id: 'negative-max-batch-size',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: '`max_batch_size` is negative.',
  why: '0 switches batching off; there is no value for "unlimited".',
  bad: 'backend: "python"\nmax_batch_size: -1',
  good: 'backend: "python"\nmax_batch_size: 0',
  *check({ config, name }) {
    if (config.number('max_batch_size') >= 0) return;
    const at = placeOf(config, 'max_batch_size');
    const fixes = at ? [{ title: 'Set max_batch_size to 0', changes: [{ span: at, newText: '0' }] }] : [];
    yield { message: `'max_batch_size' must be non-negative value for ${name}`, at, fixes };
  },
});
