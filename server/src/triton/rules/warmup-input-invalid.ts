import { openingOf, placeOf, rule } from '../rule';
import { fileProblem } from './shared/warmup';

export const warmupInputInvalid = rule({
  id: 'warmup-input-invalid',
  phase: 'start',
  source: 'backend_model_instance.cc GenerateWarmupData',
  summary: 'An input of a warmup sample can not be made.',
  why: 'A sample needs fixed sizes and one of zero_data, random_data and input_data_file; a file lies in the folder `warmup` and has enough bytes.',
  bad: 'backend: "identity"\nmodel_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ -1 ] zero_data: true } } }',
  good: 'backend: "identity"\nmodel_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 3 ] zero_data: true } } }',
  *check({ model, config }) {
    for (const warmup of config.all('model_warmup')) {
      if (warmup.number('batch_size') === 0) continue;
      for (const [input, entry] of warmup.entries('inputs')) {
        const value = entry.one('value');
        const at = value ? openingOf(value) : openingOf(entry);
        if (value?.numbers('dims').includes(-1))
          yield {
            message: `warmup setting expects all variable-size dimensions are specified for input '${input}'`,
            at: placeOf(value, 'dims'),
          };
        else if (!value || !['zero_data', 'random_data', 'input_data_file'].some((field) => value.has(field)))
          yield {
            message: `[request id: <id_unknown>] warmup setting expects input '${input}' to have input_data_type set`,
            at,
          };
        else if (value.has('input_data_file')) yield* fileProblem(model, value, input);
      }
    }
  },
});
