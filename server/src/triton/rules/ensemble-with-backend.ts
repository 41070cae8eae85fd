import { placeOf, rule } from '../rule';

export const ensembleWithBackend = rule({
  id: 'ensemble-with-backend',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'An ensemble names a backend.',
  why: 'An ensemble runs no model of its own; its platform is `ensemble` and it has no backend.',
  bad: 'platform: "ensemble"\nbackend: "python"',
  good: 'platform: "ensemble"',
  *check({ config, name }) {
    if (config.text('platform') !== 'ensemble' || config.text('backend') === '') return;
    yield {
      message: `Ensemble model '${name}' must have platform type 'ensemble' and empty backend type`,
      at: placeOf(config, 'backend'),
    };
  },
});
