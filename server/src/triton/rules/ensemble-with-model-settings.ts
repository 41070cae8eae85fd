import { nameOfField, rule } from '../rule';

const settings = [
  ['instance_group', 'instance group should not be specified for'],
  ['optimization', 'optimization should not be specified for'],
  ['model_warmup', 'model_warmup can not be specified for'],
] as const;

export const ensembleWithModelSettings = rule({
  id: 'ensemble-with-model-settings',
  phase: 'config',
  source: 'model_config_utils.cc ValidateEnsembleSchedulingConfig',
  summary: 'An ensemble has settings that only models have.',
  why: 'Instances, optimization and warmup belong to the models of the ensemble: write them there.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}\ninstance_group { count: 2 }',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ config, name }) {
    if (!config.has('ensemble_scheduling') || config.text('platform') !== 'ensemble') return;
    for (const [field, words] of settings)
      if (config.has(field)) yield { message: `${words} ensemble '${name}'`, at: nameOfField(config, field) };
  },
});
