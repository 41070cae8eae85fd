import { placeOf, rule } from '../rule';
import { hasIndex, isTorchScript } from './shared/pytorchNames';
import { tensorsOf } from './shared/tensors';

export const pytorchStateName = rule({
  id: 'pytorch-state-name',
  phase: 'start',
  source: 'pt/model_instance_state.cc GetNamingConvention',
  summary: 'A PyTorch model with states has a name without an index.',
  why: 'With states, all inputs, outputs and states are named `<name>__<index>`: the index is the place among the arguments or results.',
  bad: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\nsequence_batching { state { input_name: "memory" output_name: "memory__1" data_type: TYPE_FP32 dims: [ 3 ] } }',
  good: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\nsequence_batching { state { input_name: "memory__1" output_name: "memory__1" data_type: TYPE_FP32 dims: [ 3 ] } }',
  *check({ config, name }) {
    const states = config.one('sequence_batching')?.all('state') ?? [];
    if (!isTorchScript(config) || states.length === 0) return;
    const about = `PyTorch model '${name}' is using sequence batching with state but `;
    for (const { tensor } of tensorsOf(config))
      if (!hasIndex(tensor.text('name')))
        yield {
          message: `${about}not all inputs and outputs follow the <name>__<index> naming convention.`,
          at: placeOf(tensor, 'name'),
        };
    for (const state of states)
      for (const field of ['input_name', 'output_name'])
        if (!hasIndex(state.text(field)))
          yield {
            message: `${about}state '${state.text(field)}' does not follow the <name>__<index> naming convention.`,
            at: placeOf(state, field),
          };
  },
});
