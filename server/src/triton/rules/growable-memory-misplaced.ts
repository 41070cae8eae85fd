import { placeOf, rule } from '../rule';

export const growableMemoryMisplaced = rule({
  id: 'growable-memory-misplaced',
  phase: 'sequences',
  severity: 'warning',
  source: 'sequence_state.cc Initialize',
  summary: 'The memory of a state can not grow as the model is set up.',
  why: 'The model loads, but the first request of each sequence fails. Growing memory needs one buffer for input and output, and instances on GPUs.',
  bad: 'backend: "identity"\nsequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: [ 1 ] use_growable_memory: true } }',
  good: 'backend: "identity"\nsequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: [ 1 ] use_growable_memory: true use_same_buffer_for_input_output: true } }',
  *check({ config }) {
    const groups = config.all('instance_group');
    const isOnCpu =
      groups.length > 0 && groups.every((group) => ['KIND_CPU', 'KIND_MODEL'].includes(group.enumName('kind')));
    for (const state of config.one('sequence_batching')?.all('state') ?? []) {
      if (!state.flag('use_growable_memory')) continue;
      const at = placeOf(state, 'use_growable_memory');
      if (!state.flag('use_same_buffer_for_input_output'))
        yield {
          message: `In order to 'use_growable_memory', you must also enable 'use_single_buffer' for state input name '${state.text('input_name')}'.`,
          at,
        };
      else if (isOnCpu)
        yield { message: "'use_growable_memory' can only work with KIND_GPU model instances right now.", at };
    }
  },
});
