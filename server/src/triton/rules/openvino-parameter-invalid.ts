import { rule } from '../rule';
import { parameterOf } from './shared/parameters';

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** What each parameter takes, in any case, and how the backend calls that. */
const checks: readonly (readonly [string, (value: string) => boolean, string])[] = [
  ['INFERENCE_NUM_THREADS', isNumber, 'a non-negative number'],
  ['COMPILATION_NUM_THREADS', isNumber, 'a non-negative number'],
  ['HINT_BF16', (value) => value === 'yes', 'YES'],
  ['NUM_STREAMS', (value) => ['auto', 'numa'].includes(value) || isNumber(value), 'a non-negative number or AUTO/NUMA'],
  [
    'PERFORMANCE_HINT',
    (value) => ['latency', 'throughput', 'cumulative_throughput'].includes(value),
    'LATENCY/THROUGHPUT/CUMULATIVE_THROUGHPUT',
  ],
];

export const openvinoParameterInvalid = rule({
  id: 'openvino-parameter-invalid',
  phase: 'start',
  source: 'openvino.cc ParseParameterHelper',
  summary: 'A parameter of the OpenVINO backend has a value that it can not have.',
  why: 'Thread counts are whole numbers, NUM_STREAMS also AUTO or NUMA, HINT_BF16 is YES, PERFORMANCE_HINT one of LATENCY, THROUGHPUT and CUMULATIVE_THROUGHPUT.',
  bad: 'backend: "openvino"\nparameters { key: "INFERENCE_NUM_THREADS" value { string_value: "many" } }',
  good: 'backend: "openvino"\nparameters { key: "INFERENCE_NUM_THREADS" value { string_value: "4" } }',
  *check({ config }) {
    if (config.text('backend') !== 'openvino') return;
    for (const [key, fits, what] of checks) {
      const found = parameterOf(config, key);
      const value = found?.value.toLowerCase() ?? '';
      // An empty value counts as left out.
      if (found && value !== '' && !fits(value))
        yield { message: `expected the parameter '${key}' to be ${what}, got ${value}`, at: found.at };
    }
  },
});
