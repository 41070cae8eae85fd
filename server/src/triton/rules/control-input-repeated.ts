import { placeOf, rule } from '../rule';

export const controlInputRepeated = rule({
  id: 'control-input-repeated',
  phase: 'config',
  source: 'model_config_utils.cc GetBooleanSequenceControlProperties',
  summary: 'Two control inputs have the same name.',
  why: 'Each `control_input` is another input of the model.',
  bad: 'backend: "python"\nsequence_batching { control_input { name: "C" } control_input { name: "C" } }',
  good: 'backend: "python"\nsequence_batching { control_input { name: "C" } control_input { name: "D" } }',
  *check({ config, name }) {
    const seen = new Set<string>();
    for (const input of config.one('sequence_batching')?.all('control_input') ?? []) {
      const tensor = input.text('name');
      if (tensor !== '' && seen.size === seen.add(tensor).size)
        yield {
          message: `sequence batching control tensor '${tensor}' is specified for multiple control kinds for ${name}`,
          at: placeOf(input, 'name'),
        };
    }
  },
});
