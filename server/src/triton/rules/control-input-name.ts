import { openingOf, rule } from '../rule';

export const controlInputName = rule({
  id: 'control-input-name',
  phase: 'config',
  source: 'model_config_utils.cc GetBooleanSequenceControlProperties',
  summary: 'A control input of a sequence has no name.',
  why: 'The name is that of the model input which receives the control.',
  bad: 'backend: "python"\nsequence_batching { control_input { control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } } }',
  good: 'backend: "python"\nsequence_batching { control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } } }',
  *check({ config, name }) {
    for (const input of config.one('sequence_batching')?.all('control_input') ?? [])
      if (input.text('name') === '')
        yield { message: `sequence batching control tensor must have a name for ${name}`, at: openingOf(input) };
  },
});
