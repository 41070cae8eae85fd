import { placeOf, rule } from '../rule';
import { controlsOf } from './shared/sequences';

const allowed = ['TYPE_UINT64', 'TYPE_INT64', 'TYPE_UINT32', 'TYPE_INT32', 'TYPE_STRING'];

export const correlationIdType = rule({
  id: 'correlation-id-type',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'The id of a sequence has a type that it can not have.',
  why: 'It is a number or a string: TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32 or TYPE_STRING. The type has to be written.',
  bad: 'backend: "python"\nsequence_batching { control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID } } }',
  good: 'backend: "python"\nsequence_batching { control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } } }',
  *check({ config, name }) {
    for (const control of controlsOf(config)) {
      if (control.enumName('kind') !== 'CONTROL_SEQUENCE_CORRID') continue;
      if (allowed.includes(control.enumName('data_type'))) continue;
      yield {
        message: `unexpected data type for control CONTROL_SEQUENCE_CORRID for ${name}. Allowed data types are TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32 and TYPE_STRING`,
        at: placeOf(control, 'data_type', 'kind'),
      };
    }
  },
});
