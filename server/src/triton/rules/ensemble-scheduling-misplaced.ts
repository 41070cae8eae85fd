import { nameOfField, rule } from '../rule';

export const ensembleSchedulingMisplaced = rule({
  id: 'ensemble-scheduling-misplaced',
  phase: 'config',
  source: 'model_config_utils.cc ValidateEnsembleSchedulingConfig',
  summary: 'Steps of an ensemble stand in a model that is none.',
  why: 'Only `platform: "ensemble"` makes a model an ensemble.',
  bad: 'backend: "python"\nensemble_scheduling { step { model_name: "a" } }',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ config, name }) {
    if (!config.has('ensemble_scheduling') || config.text('platform') === 'ensemble') return;
    yield {
      message: `ensemble scheduling cannot be set for model '${name}' whose platform is not ensemble`,
      at: nameOfField(config, 'ensemble_scheduling'),
    };
  },
});
