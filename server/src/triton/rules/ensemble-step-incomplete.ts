import { nameOfField, rule } from '../rule';

export const ensembleStepIncomplete = rule({
  id: 'ensemble-step-incomplete',
  phase: 'config',
  source: 'model_config_utils.cc BuildEnsembleGraph',
  summary: 'A step of an ensemble lacks its model or its tensors.',
  why: 'Each step names a model, says where its inputs come from and where at least one output goes.',
  bad: 'platform: "ensemble"\nensemble_scheduling { step { model_name: "a" input_map { key: "x" value: "y" } } }',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ config, name }) {
    const scheduling = config.one('ensemble_scheduling');
    if (!scheduling || config.text('platform') !== 'ensemble') return;
    const steps = scheduling.all('step');
    if (steps.length === 0)
      yield { message: `must specify 'step' for ensemble '${name}'`, at: nameOfField(config, 'ensemble_scheduling') };
    for (const [index, step] of steps.entries()) {
      const missing =
        step.text('model_name') === '' ? 'model_name' : ['input_map', 'output_map'].find((map) => !step.has(map));
      if (missing !== undefined)
        yield {
          message: `must specify '${missing}' in step ${index} of ensemble '${name}'`,
          at: nameOfField(step, missing),
        };
    }
  },
});
