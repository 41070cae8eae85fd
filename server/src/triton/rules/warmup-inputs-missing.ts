import { openingOf, rule } from '../rule';
import { requestProblems } from './shared/warmup';

export const warmupInputsMissing = rule({
  id: 'warmup-inputs-missing',
  phase: 'start',
  source: 'infer_request.cc',
  summary: 'A warmup sample is no valid request.',
  why: 'A sample is run like a request: it has every input that is not optional, with the type and sizes of the configuration.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\nmodel_warmup { name: "w" batch_size: 1 }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\nmodel_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 3 ] zero_data: true } } }',
  *check({ model, config }) {
    if (!model.completed.isCertain) return;
    for (const warmup of config.all('model_warmup'))
      if (warmup.number('batch_size') > 0) yield* requestProblems(model, config, warmup, openingOf(warmup));
  },
});
