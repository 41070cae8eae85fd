import { rule } from '../rule';
import { dataFlowProblems } from './shared/dataFlow';

export const ensembleDataFlow = rule({
  id: 'ensemble-data-flow',
  phase: 'config',
  source: 'model_config_utils.cc ValidateEnsembleSchedulingConfig',
  summary: 'The tensors of an ensemble do not connect.',
  why: 'Every input of the ensemble is used by a step, every output is written by one, and each tensor between them has exactly one writer and at least one reader. A name that is written in two ways is the usual cause.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling { step { model_name: "a" model_version: -1 input_map { key: "x" value: "IN" } output_map { key: "y" value: "lost" } } }',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling { step { model_name: "a" model_version: -1 input_map { key: "x" value: "IN" } output_map { key: "y" value: "OUT" } } }',
  *check({ config }) {
    if (config.text('platform') === 'ensemble' && config.has('ensemble_scheduling')) yield* dataFlowProblems(config);
  },
});
