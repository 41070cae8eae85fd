import { placeOf, rule } from '../rule';

export const slotUtilizationRange = rule({
  id: 'slot-utilization-range',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'The slot utilization is not a share.',
  why: 'It is a share of the slots: from 0 to 1.',
  bad: 'backend: "python"\nsequence_batching { direct { minimum_slot_utilization: 1.5 } }',
  good: 'backend: "python"\nsequence_batching { direct { minimum_slot_utilization: 0.5 } }',
  *check({ config, name }) {
    const direct = config.one('sequence_batching')?.one('direct');
    const share = direct?.number('minimum_slot_utilization') ?? 0;
    if (!direct || !(share < 0 || Math.fround(share) > 1)) return;
    yield {
      message: `sequence batching minimum slot utilization must be in range (0.0, 1.0] for ${name}`,
      at: placeOf(direct, 'minimum_slot_utilization'),
    };
  },
});
