import { placeOf, rule } from '../rule';

export const ensembleSchedulingMissing = rule({
  id: 'ensemble-scheduling-missing',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'An ensemble has no steps.',
  why: '`platform: "ensemble"` needs `ensemble_scheduling` with its steps.',
  bad: 'platform: "ensemble"',
  good: 'platform: "ensemble"\nensemble_scheduling { step { model_name: "a" model_version: -1 } }',
  *check({ config, name }) {
    if (config.has('ensemble_scheduling') || config.text('platform') !== 'ensemble') return;
    yield {
      message: `ensemble scheduling must be set for ensemble ${name} whose platform is ensemble`,
      at: placeOf(config, 'platform'),
    };
  },
});
