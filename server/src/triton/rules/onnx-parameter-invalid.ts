import { type Problem, rule } from '../rule';
import type { Message } from '../textFormat/message';
import { isTruth, notTruth, notWhole, type Parameter, parameterOf, wholeNumber } from './shared/parameters';

const truths = ['enable_mem_arena', 'enable_mem_pattern', 'share_session_between_instances'];
const numbers = ['execution_mode', 'intra_op_thread_count', 'inter_op_thread_count'];
/** Read only where instances are on GPUs: the key, the largest number. */
const gpuNumbers = [
  ['cudnn_conv_algo_search', 2],
  ['arena_extend_strategy', 1],
] as const;

const isOnGpu = (config: Message): boolean =>
  config.all('instance_group').some((group) => group.enumName('kind') === 'KIND_GPU');

function* rangeProblem({ value, at }: Parameter, largest: number, how: (number: number) => string): Iterable<Problem> {
  const number = wholeNumber(value);
  if (number === undefined) yield { message: notWhole(value), at };
  else if (number < 0 || number > largest) yield { message: how(number), at };
}

export const onnxParameterInvalid = rule({
  id: 'onnx-parameter-invalid',
  phase: 'start',
  source: 'onnxruntime.cc ModelState',
  summary: 'A parameter of onnxruntime has a value that it can not have.',
  why: 'execution_mode is 0 or 1, thread counts are whole numbers, enable_mem_arena and enable_mem_pattern are true or false (on, off, 1, 0); on GPUs cudnn_conv_algo_search is 0 to 2 and arena_extend_strategy 0 or 1.',
  bad: 'platform: "onnxruntime_onnx"\nparameters { key: "intra_op_thread_count" value { string_value: "four" } }',
  good: 'platform: "onnxruntime_onnx"\nparameters { key: "intra_op_thread_count" value { string_value: "4" } }',
  *check({ config }) {
    if (config.text('backend') !== 'onnxruntime') return;
    for (const key of truths) {
      const found = parameterOf(config, key);
      if (found && !isTruth(found.value)) yield { message: notTruth(found.value), at: found.at };
    }
    for (const key of numbers) {
      const found = parameterOf(config, key);
      const largest = key === 'execution_mode' ? 1 : Infinity;
      const said = (number: number): string =>
        `Invalid configuration value provided. Expected values for  execution_mode are 0 or 1 but got ${number} .`;
      if (found && (largest === 1 || wholeNumber(found.value) === undefined)) yield* rangeProblem(found, largest, said);
    }
    if (!isOnGpu(config)) return;
    for (const [key, largest] of gpuNumbers) {
      const found = parameterOf(config, key);
      if (found) yield* rangeProblem(found, largest, (number) => `unsupported ${key} value '${number}' is requested`);
    }
  },
});
