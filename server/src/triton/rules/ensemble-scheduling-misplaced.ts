import { nameOfField, rule } from '../rule';

export const ensembleSchedulingMisplaced = rule({
  id: 'ensemble-scheduling-misplaced',
  phase: 'config',
  source: 'model_config_utils.cc ValidateEnsembleSchedulingConfig',
  summary: 'Steps of an ensemble stand in a model that is none.',
  why: 'Only `platform: "ensemble"` makes a model an ensemble.',
  bad: 'backend: "python"\nensemble_scheduling { step { model_name: "a" } }',
  good: 'platform: "ensemble"\nensemble_scheduling { step { model_name: "a" model_version: -1 } }',
  *check({ config, name }) {
    if (!config.has('ensemble_scheduling') || config.text('platform') === 'ensemble') return;
    yield {
      message: `ensemble scheduling cannot be set for model '${name}' whose platform is not ensemble`,
      at: nameOfField(config, 'ensemble_scheduling'),
    };
  },
});
