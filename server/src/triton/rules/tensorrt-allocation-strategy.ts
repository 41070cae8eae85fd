import { rule } from '../rule';
import { nearest } from './shared/nearest';
import { parameterOf } from './shared/parameters';

const KEY = 'execution_context_allocation_strategy';
const strategies = ['STATIC', 'ON_PROFILE_CHANGE'];

export const tensorrtAllocationStrategy = rule({
  id: 'tensorrt-allocation-strategy',
  phase: 'ours',
  source: 'tensorrt_backend, parameters of model_state.cc; the words are our own',
  summary: 'The memory of TensorRT contexts is to be had in a way that does not exist.',
  why: 'STATIC takes what the largest profile needs; ON_PROFILE_CHANGE takes it anew for each profile.',
  bad: `platform: "tensorrt_plan"\nparameters { key: "${KEY}" value { string_value: "DYNAMIC" } }`,
  good: `platform: "tensorrt_plan"\nparameters { key: "${KEY}" value { string_value: "ON_PROFILE_CHANGE" } }`,
  *check({ config }) {
    if (config.text('platform') !== 'tensorrt_plan') return;
    const found = parameterOf(config, KEY);
    if (!found || strategies.includes(found.value)) return;
    const close = nearest(found.value, strategies);
    const { at } = found;
    yield {
      message: `${KEY} is '${found.value}': it is STATIC or ON_PROFILE_CHANGE`,
      at,
      fixes: at && close ? [{ title: `Change it to ${close}`, changes: [{ span: at, newText: `"${close}"` }] }] : [],
    };
  },
});
