import { placeOf, rule } from '../rule';

export const cacheWithSequences = rule({
  id: 'cache-with-sequences',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'The response cache does not work with sequences.',
  why: 'A response of a sequence depends on the requests before it, so it can not be remembered.',
  bad: 'backend: "python"\nsequence_batching { }\nresponse_cache { enable: true }',
  good: 'backend: "python"\nsequence_batching { }',
  *check({ config, name }) {
    const cache = config.one('response_cache');
    if (!cache?.flag('enable') || !config.has('sequence_batching')) return;
    yield {
      message: `Response Cache does not currently support model ${name} with sequence batching scheduler. Please disable the response cache.`,
      at: placeOf(cache, 'enable'),
    };
  },
});
