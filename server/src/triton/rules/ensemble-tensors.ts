import { rule } from '../rule';
import { ensembleProblems } from './shared/ensembleTensors';

export const ensembleTensors = rule({
  id: 'ensemble-tensors',
  phase: 'ensemble',
  source: 'ensemble_utils.cc ValidateEnsembleConfig',
  summary: 'The tensors of an ensemble do not fit its models.',
  why: 'Every input of a step that is not optional is mapped, mapped names exist in the models, and a tensor has one type and one shape at both of its ends. Reshapes of the models do not count here, those of the ensemble do.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_INT32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}\n# the input x of a is TYPE_FP32',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ model, config }) {
    if (config.has('ensemble_scheduling')) yield* ensembleProblems(model, config);
  },
});
