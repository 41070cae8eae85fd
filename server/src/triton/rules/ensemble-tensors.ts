import { rule } from '../rule';
import { ensembleProblems } from './shared/ensembleTensors';

export const ensembleTensors = rule({
  id: 'ensemble-tensors',
  phase: 'ensemble',
  source: 'ensemble_utils.cc ValidateEnsembleConfig',
  summary: 'The tensors of an ensemble do not fit its models.',
  why: 'Every input of a step that is not optional is mapped, mapped names exist in the models, and a tensor has one type and one shape at both of its ends. Reshapes of the models do not count here, those of the ensemble do.',
  bad: 'platform: "ensemble"\n# a tensor of TYPE_FP32 goes into an input of TYPE_INT32',
  good: 'platform: "ensemble"\n# both ends are TYPE_FP32',
  *check({ model, config }) {
    if (config.has('ensemble_scheduling')) yield* ensembleProblems(model, config);
  },
});
