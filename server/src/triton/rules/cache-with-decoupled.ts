import { placeOf, rule } from '../rule';

export const cacheWithDecoupled = rule({
  id: 'cache-with-decoupled',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'The response cache does not work with decoupled models.',
  why: 'A decoupled model may answer a request many times or not at all.',
  bad: 'backend: "python"\nmodel_transaction_policy { decoupled: true }\nresponse_cache { enable: true }',
  good: 'backend: "python"\nmodel_transaction_policy { decoupled: true }',
  *check({ config, name }) {
    const cache = config.one('response_cache');
    if (!cache?.flag('enable') || !config.one('model_transaction_policy')?.flag('decoupled')) return;
    yield {
      message: `Response Cache does not currently support model ${name} with 'decoupled' transaction policy. Please disable the response cache.`,
      at: placeOf(cache, 'enable'),
    };
  },
});
