import { placeOf, rule } from '../rule';

export const ensembleSchedulingMissing = rule({
  id: 'ensemble-scheduling-missing',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'An ensemble has no steps.',
  why: '`platform: "ensemble"` needs `ensemble_scheduling` with its steps.',
  bad: 'platform: "ensemble"',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ config, name }) {
    if (config.has('ensemble_scheduling') || config.text('platform') !== 'ensemble') return;
    yield {
      message: `ensemble scheduling must be set for ensemble ${name} whose platform is ensemble`,
      at: placeOf(config, 'platform'),
    };
  },
});
