/** Model repositories that load: what edits start from. Between them they use every part of the language. */
import type { Repository } from './server';

/** The text of a repository's own configuration. */
export function configOf({ files, model }: Repository): string {
  const text = files[`${model}/config.pbtxt`];
  return typeof text === 'string' ? text : '';
}

export interface Base extends Repository {
  /** Loading takes a second and more: the python backend starts a process. */
  readonly isSlow?: boolean;
}

const tensor = (name: string, type: string, dims: string, more = ''): string =>
  `  {\n    name: "${name}"\n    data_type: ${type}\n    dims: [ ${dims} ]${more && `\n    ${more}`}\n  }`;
const tensors = (field: string, ...each: readonly string[]): string => `${field} [\n${each.join(',\n')}\n]\n`;
const through = tensors('input', tensor('x', 'TYPE_FP32', '16')) + tensors('output', tensor('y', 'TYPE_FP32', '16'));

const single = (model: string, config: string, files: Repository['files'] = {}, dirs = [`${model}/1`]): Base => ({
  model,
  files: { [`${model}/config.pbtxt`]: config, ...files },
  dirs,
});

const control = (name: string, kind: string, values: string): string =>
  `    {\n      name: "${name}"\n      control [\n        {\n          kind: ${kind}\n          ${values}\n        }\n      ]\n    }`;

const controls = `  control_input [\n${[
  control('START', 'CONTROL_SEQUENCE_START', 'fp32_false_true: [ 0, 1 ]'),
  control('END', 'CONTROL_SEQUENCE_END', 'int32_false_true: [ 0, 1 ]'),
  control('READY', 'CONTROL_SEQUENCE_READY', 'bool_false_true: [ false, true ]'),
  control('CORRID', 'CONTROL_SEQUENCE_CORRID', 'data_type: TYPE_UINT64'),
].join(',\n')}\n  ]\n`;

const state = `  state [
    {
      input_name: "memory_in"
      output_name: "memory_out"
      data_type: TYPE_FP32
      dims: [ 4 ]
      initial_state {
        name: "zeros"
        data_type: TYPE_FP32
        dims: [ 4 ]
        zero_data: true
      }
    }
  ]
`;

const step = (model: string, input: string, from: string, output: string, to: string): string => `    {
      model_name: "${model}"
      model_version: -1
      input_map {
        key: "${input}"
        value: "${from}"
      }
      output_map {
        key: "${output}"
        value: "${to}"
      }
    }`;

const ensemble = (name: string, ...steps: readonly string[]): string =>
  `name: "${name}"\nplatform: "ensemble"\nmax_batch_size: 4\n${tensors('input', tensor('RAW', 'TYPE_FP32', '16'))}${tensors('output', tensor('SCORES', 'TYPE_FP32', '16'))}ensemble_scheduling {\n  step [\n${steps.join(',\n')}\n  ]\n}\n`;

const part = (name: string): string => `name: "${name}"\nbackend: "identity"\nmax_batch_size: 8\n${through}`;

const python = (body: string): string =>
  `class TritonPythonModel:\n${body}    def execute(self, requests):\n        return [None for _ in requests]\n`;

const completes = `    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.add_input({"name": "x", "data_type": "TYPE_FP32", "dims": [4]})
        auto_complete_model_config.add_output({"name": "y", "data_type": "TYPE_FP32", "dims": [4]})
        auto_complete_model_config.set_max_batch_size(8)
        return auto_complete_model_config

`;

export const bases: readonly Base[] = [
  single(
    'classifier',
    `# what most people write\nname: "classifier"\nbackend: "identity"\nmax_batch_size: 8\n${through}instance_group [\n  {\n    count: 2\n    kind: KIND_CPU\n  }\n]\ndynamic_batching {\n  preferred_batch_size: [ 4, 8 ]\n  max_queue_delay_microseconds: 100\n}\n`,
  ),
  single(
    'queue',
    `backend: "query"\nmax_batch_size: 16\n${through}dynamic_batching {\n  preferred_batch_size: [ 2, 16 ]\n  priority_levels: 3\n  default_priority_level: 2\n  default_queue_policy {\n    timeout_action: REJECT\n    default_timeout_microseconds: 500\n    max_queue_size: 20\n  }\n  priority_queue_policy {\n    key: 3\n    value {\n      timeout_action: DELAY\n      default_timeout_microseconds: 10\n    }\n  }\n}\n`,
  ),
  single(
    'ordered',
    `backend: "addsub"\nmax_batch_size: 4\n${through}dynamic_batching {\n  preserve_ordering: true\n  priority_levels: 1\n  default_priority_level: 1\n  default_queue_policy {\n    timeout_action: REJECT\n    default_timeout_microseconds: 7\n  }\n}\nresponse_cache {\n  enable: false\n}\n`,
  ),
  single(
    'shapes',
    `name: "shapes"\nbackend: "identity"\nmax_batch_size: 0\n${tensors(
      'input',
      tensor('a', 'TYPE_INT64', '2, -1, 6', 'reshape {\n      shape: [ 2, -1, 3, 2 ]\n    }'),
      tensor('image', 'TYPE_UINT8', '32, 32, 3', 'format: FORMAT_NHWC'),
      tensor('flag', 'TYPE_BOOL', '1', 'reshape {\n      shape: [ 1, 1 ]\n    }'),
    )}${tensors('output', tensor('b', 'TYPE_STRING', '-1', 'label_filename: "labels.txt"'))}`,
    { 'shapes/labels.txt': 'cat\ndog\n' },
  ),
  single(
    'ragged',
    `backend: "identity"\nmax_batch_size: 8\n${tensors(
      'input',
      tensor('tokens', 'TYPE_INT32', '-1', 'allow_ragged_batch: true'),
    )}${tensors('output', tensor('y', 'TYPE_FP32', '-1'))}batch_input [\n  {\n    kind: BATCH_ACCUMULATED_ELEMENT_COUNT\n    target_name: "ends"\n    data_type: TYPE_FP32\n    source_input: "tokens"\n  }\n]\nbatch_output [\n  {\n    target_name: "y"\n    kind: BATCH_SCATTER_WITH_INPUT_SHAPE\n    source_input: "tokens"\n  }\n]\n`,
  ),
  single(
    'versions',
    `name: "versions"\nbackend: "square"\nmax_batch_size: 2\nversion_policy {\n  specific {\n    versions: [ 1, 3 ]\n  }\n}\n${through}instance_group [\n  {\n    name: "slow"\n    count: 1\n    kind: KIND_CPU\n    rate_limiter {\n      resources [\n        {\n          name: "R1"\n          count: 4\n        }\n      ]\n      priority: 2\n    }\n  }\n]\nparameters {\n  key: "threads"\n  value {\n    string_value: "4"\n  }\n}\nmetric_tags {\n  key: "team"\n  value: "search"\n}\n`,
    {},
    ['versions/1', 'versions/2', 'versions/3'],
  ),
  single(
    'streaming',
    `backend: "repeat"\nversion_policy: { latest { num_versions: 1 } }\nmodel_transaction_policy {\n  decoupled: true\n}\ninput [\n  {\n    name: "IN"\n    data_type: TYPE_INT32\n    dims: [ -1 ]\n  },\n  {\n    name: "DELAY"\n    data_type: TYPE_UINT32\n    dims: [ -1 ]\n  }\n]\noutput: [ { name: "OUT", data_type: TYPE_INT32, dims: [ 1 ] } ]\noptimization {\n  graph { level: 1 }\n  input_pinned_memory { enable: false }\n}\n`,
  ),
  single(
    'warm',
    `backend: "identity"\nmax_batch_size: 4\n${through}model_warmup [\n  {\n    name: "zeros"\n    batch_size: 2\n    inputs {\n      key: "x"\n      value {\n        data_type: TYPE_FP32\n        dims: [ 16 ]\n        zero_data: true\n      }\n    }\n  },\n  {\n    name: "file"\n    batch_size: 1\n    inputs {\n      key: "x"\n      value {\n        data_type: TYPE_FP32\n        dims: [ 16 ]\n        input_data_file: "x.bin"\n      }\n    }\n  }\n]\n`,
    { 'warm/warmup/x.bin': { base64: Buffer.alloc(64).toString('base64') } },
  ),
  single(
    'speech',
    `name: "speech"\nbackend: "dyna_sequence"\nmax_batch_size: 4\n${through}sequence_batching {\n  max_sequence_idle_microseconds: 5000000\n  oldest {\n    max_candidate_sequences: 4\n    preferred_batch_size: [ 2, 4 ]\n  }\n${controls}}\n`,
  ),
  single(
    'dialogue',
    `backend: "identity"\nmax_batch_size: 4\n${through}sequence_batching {\n  direct {\n    max_queue_delay_microseconds: 10\n    minimum_slot_utilization: 0.5\n  }\n${controls}${state}}\n`,
  ),
  { ...single('short.identity', `max_batch_size: 1\n${through}`) },
  {
    model: 'pipeline',
    files: {
      'pipeline/config.pbtxt': ensemble(
        'pipeline',
        step('first', 'x', 'RAW', 'y', 'middle'),
        step('second', 'x', 'middle', 'y', 'SCORES'),
      ),
      'first/config.pbtxt': part('first'),
      'second/config.pbtxt': part('second'),
    },
    dirs: ['pipeline/1', 'first/1', 'second/1'],
  },
  {
    model: 'fork',
    files: {
      'fork/config.pbtxt': ensemble(
        'fork',
        step('first', 'x', 'RAW', 'y', 'left'),
        step('first', 'x', 'RAW', 'y', 'right'),
        `    {\n      model_name: "join"\n      model_version: 1\n      input_map {\n        key: "a"\n        value: "left"\n      }\n      input_map {\n        key: "b"\n        value: "right"\n      }\n      output_map {\n        key: "sum"\n        value: "SCORES"\n      }\n    }`,
      ),
      'first/config.pbtxt': part('first'),
      'join/config.pbtxt': `backend: "addsub"\nmax_batch_size: 4\n${tensors('input', tensor('a', 'TYPE_FP32', '16'), tensor('b', 'TYPE_FP32', '-1'))}${tensors('output', tensor('sum', 'TYPE_FP32', '16'))}`,
    },
    dirs: ['fork/1', 'first/1', 'join/1'],
  },
  ...(['onnxruntime', 'pytorch', 'openvino', 'tensorrt'] as const).map((backend) =>
    single(
      `on_${backend}`,
      `name: "on_${backend}"\nbackend: "${backend}"\nmax_batch_size: 4\n${through}${backend === 'tensorrt' ? '' : 'instance_group [ { kind: KIND_CPU } ]\n'}dynamic_batching { }\n`,
    ),
  ),
  {
    ...single(
      'script',
      `name: "script"\nbackend: "python"\nmax_batch_size: 8\n${through}parameters {\n  key: "FORCE_CPU_ONLY_INPUT_TENSORS"\n  value: { string_value: "yes" }\n}\ndynamic_batching { }\n`,
      { 'script/1/model.py': python('') },
      [],
    ),
    isSlow: true,
  },
  {
    ...single(
      'completed',
      `backend: "python"\nmax_batch_size: 4\ninput {\n  name: "x"\n  dims: [ 4 ]\n}\n`,
      { 'completed/1/model.py': python(completes) },
      [],
    ),
    isSlow: true,
  },
];
