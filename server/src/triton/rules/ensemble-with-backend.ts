import { placeOf, rule } from '../rule';

export const ensembleWithBackend = rule({
  id: 'ensemble-with-backend',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'An ensemble names a backend.',
  why: 'An ensemble runs no model of its own; its platform is `ensemble` and it has no backend.',
  bad: 'platform: "ensemble"\nbackend: "python"',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ config, name }) {
    if (config.text('platform') !== 'ensemble' || config.text('backend') === '') return;
    yield {
      message: `Ensemble model '${name}' must have platform type 'ensemble' and empty backend type`,
      at: placeOf(config, 'backend'),
    };
  },
});
