import { placeOf, rule } from '../rule';
import { controlsOf } from './shared/sequences';

export const controlKindRepeated = rule({
  id: 'control-kind-repeated',
  phase: 'config',
  source: 'model_config_utils.cc GetBooleanSequenceControlProperties',
  summary: 'A control is sent to two inputs.',
  why: 'START, END, READY and CORRID each go to one input at most.',
  bad: 'backend: "python"\nsequence_batching { control_input { name: "A" control { int32_false_true: [ 0, 1 ] } } control_input { name: "B" control { int32_false_true: [ 0, 1 ] } } }',
  good: 'backend: "python"\nsequence_batching { control_input { name: "A" control { int32_false_true: [ 0, 1 ] } } control_input { name: "B" control { kind: CONTROL_SEQUENCE_END int32_false_true: [ 0, 1 ] } } }',
  *check({ config, name }) {
    const seen = new Set<string>();
    for (const control of controlsOf(config)) {
      const kind = control.enumName('kind');
      if (kind.startsWith('CONTROL_') && seen.size === seen.add(kind).size)
        yield {
          message: `sequence batching specifies multiple ${kind} tensors for ${name}`,
          at: placeOf(control, 'kind'),
        };
    }
  },
});
