import { placeOf, rule } from '../rule';
import { controlsOf } from './shared/sequences';

const pairFields = ['int32_false_true', 'fp32_false_true', 'bool_false_true'];

export const controlValues = rule({
  id: 'control-values',
  phase: 'config',
  source: 'model_config_utils.cc GetBooleanSequenceControlProperties',
  summary: 'A control does not say how it writes no and yes.',
  why: 'START, END and READY take exactly one of int32_false_true, fp32_false_true and bool_false_true, with two values. CORRID takes none of them but a data type.',
  bad: 'backend: "python"\nsequence_batching { control_input { name: "A" control { kind: CONTROL_SEQUENCE_START } } }',
  good: 'backend: "python"\nsequence_batching { control_input { name: "A" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } } }',
  *check({ config, name }) {
    for (const control of controlsOf(config)) {
      const kind = control.enumName('kind');
      const pairs = pairFields.filter((field) => control.has(field));
      const [pair] = pairs;
      const suffix = `for ${kind} for ${name}`;
      if (kind === 'CONTROL_SEQUENCE_CORRID') {
        if (pair !== undefined)
          yield {
            message: `sequence batching must not specify either 'int32_false_true', 'fp32_false_true' or 'bool_false_true' ${suffix}`,
            at: placeOf(control, pair),
          };
      } else if (!['CONTROL_SEQUENCE_START', 'CONTROL_SEQUENCE_READY', 'CONTROL_SEQUENCE_END'].includes(kind)) {
        continue;
      } else if (pair === undefined) {
        yield {
          message: `sequence batching must specify either 'int32_false_true', 'fp32_false_true' or 'bool_false_true' ${suffix}`,
          at: placeOf(control, 'kind'),
        };
      } else if (pairs.length > 1) {
        yield {
          message: `sequence batching specifies more than one from 'int32_false_true', 'fp32_false_true' and 'bool_false_true' ${suffix}`,
          at: placeOf(control, pairs[1] ?? pair),
        };
      } else if (control.scalars(pair).length !== 2) {
        yield {
          message: `sequence batching control '${pair}' must have exactly 2 entries ${suffix}`,
          at: placeOf(control, pair),
        };
      }
    }
  },
});
