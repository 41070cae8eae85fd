import { placeOf, rule } from '../rule';

export const ensemblePartFails = rule({
  id: 'ensemble-part-fails',
  phase: 'ensemble',
  source: 'model_repository_manager.cc CheckNode',
  summary: 'A model of an ensemble can not be loaded.',
  why: 'The ensemble waits for all of its models; mend that one first.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}\n# the configuration of a can not be read',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ model, config, name }) {
    for (const step of config.one('ensemble_scheduling')?.all('step') ?? []) {
      const other = step.text('model_name');
      const found = other === model.name ? undefined : model.repository.model(other);
      if (found?.path !== undefined && !found.isReadable && !found.file.isTemplate)
        yield {
          message: `ensemble ${name} contains models that are not available or ambiguous: ${other}`,
          at: placeOf(step, 'model_name'),
        };
    }
  },
});
