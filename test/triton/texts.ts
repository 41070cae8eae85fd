/** Texts in protobuf's text format, right and wrong, the same ones every time: what a property test reads. */

/** Numbers in [0, 1) from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Between them they use every kind of field that the language has. */
const valid: readonly string[] = [
  'name: "resnet"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput [\n  {\n    name: "x"\n    data_type: TYPE_FP32\n    dims: [ 3, 224, 224 ]\n  }\n]\noutput [\n  {\n    name: "y"\n    data_type: TYPE_FP32\n    dims: [ 1000 ]\n    label_filename: "labels.txt"\n  }\n]\n',
  "# comment\nbackend: 'python'; max_batch_size: 0x10\ninput { name: 'a' 'b' \"c\" data_type: 11 dims: -1 dims: - 5 optional: true }\noutput < name: \"o\" data_type: TYPE_BF16, dims: [] is_shape_tensor: f >\n",
  'instance_group [ { kind: KIND_GPU count: 2 gpus: [ 0, 1 ] rate_limiter { resources [ { name: "R" global: True count: 3 } ] priority: 1 } } ]\nparameters: { key: "A" value: { string_value: "\\x41\\n\\101" } }\nparameters { key: "B" }\n',
  'dynamic_batching {\n  preferred_batch_size: [ 4, 010 ]\n  max_queue_delay_microseconds: 18446744073709551615\n  priority_levels: 2\n  default_priority_level: 1\n  priority_queue_policy { key: 1 value: { timeout_action: DELAY default_timeout_microseconds: 5 } }\n}\n',
  'sequence_batching {\n\tdirect { minimum_slot_utilization: 0.5f max_queue_delay_microseconds: 1 }\n\tcontrol_input [ { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1.5e1 ] } ] } ]\n\tstate [ { input_name: "i" output_name: "o" data_type: TYPE_INT32 dims: [ -1 ] initial_state: { zero_data: true name: "s" } } ]\n}\n',
  'platform: "ensemble"\nensemble_scheduling {\n  step [\n    { model_name: "a" model_version: -1 input_map { key: "x" value: "y" } output_map: { key: "p" value: "q" } },\n    { model_name: "b" }\n  ]\n}\n',
  'version_policy: { specific { versions: [ 1, 3 ] } }\nmodel_warmup [ { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_INT64 dims: [ 2 ] random_data: true } } } ]\nresponse_cache { enable: true }\nmodel_metrics { metric_control [ { metric_identifier { family: "f" } histogram_options { buckets: [ -1.5, inf, nan, 3, .5 ] } } ] }\n',
  'optimization { graph { level: -1 } cuda { graphs: 1 graph_spec { batch_size: 1 input { key: "x" value { dim: [ 1 ] } } } } execution_accelerators { gpu_execution_accelerator : [ { name : "tensorrt" parameters { key: "precision_mode" value: "FP16" } } ] } }\nversion_policy { all { } }\n',
  'name:"é"max_batch_size:1\r\n\tinput:{name:"\\u00e9\\U0001F600"dims:1,dims:2;}\n',
];

/** What an edit puts in. */
const pieces: readonly string[] = [
  ...'{}[]<>:;,.-+/$=()@!~%^&|`?\\'.split(''),
  '${x}',
  '"a"',
  "'b'",
  '"',
  "'",
  '"\\q"',
  '"\\x"',
  '"\\u12"',
  '"\\U99999999"',
  '# note\n',
  '// note\n',
  '\n',
  '\t',
  '\u0001',
  '\ufeff',
  '\u00a0',
  '“',
  '：',
  '0',
  '1',
  '-1',
  '08',
  '0x',
  '0xFF',
  '1.5',
  '1.',
  '.5',
  '1.2.3',
  '1e',
  '1e5',
  '1f',
  '5L',
  '1_000',
  'a.5',
  '2147483648',
  '-2147483648',
  '99999999999999999999',
  'true',
  'TRUE',
  'inf',
  '-Infinity',
  'name',
  'name: "n"',
  'dims: 1',
  'max_batch_size: 4',
  'max_batch_size: 0',
  'Name: "n"',
  'data_type',
  'TYPE_FP32',
  'type_fp32',
  'KIND_CPU',
  'all: true',
  'latest { num_versions: 2 }',
  'dynamic_batching { }',
  'sequence_batching { }',
  '1: "x"',
  '[a.b]: 1',
  '[a.b/c.d] { }',
];

/** The texts of a test: each of the valid ones, then edits of them. */
export function allTexts(seed = 20261, count = 2400): readonly string[] {
  const next = chance(seed);
  const edited = Array.from({ length: count - valid.length }, () => {
    let text = pick(valid, next);
    for (let edits = 1 + Math.floor(next() * 2); edits > 0; edits--) text = edit(text, next);
    return text;
  });
  return [...valid, ...edited];
}

function edit(text: string, next: () => number): string {
  const words = [...text.matchAll(/[A-Za-z_]+|[0-9.]+|"[^"\n]*"|'[^'\n]*'|\s+|./gu)];
  const word = pick(words, next);
  const { index } = word;
  const end = index + word[0].length;
  const kind = next();
  if (kind < 0.3) return text.slice(0, index) + text.slice(end);
  if (kind < 0.55) return text.slice(0, index) + pick(pieces, next) + text.slice(end);
  if (kind < 0.85) return `${text.slice(0, index)} ${pick(pieces, next)} ${text.slice(index)}`;
  if (kind < 0.95) return text.slice(0, end) + word[0] + text.slice(end);
  return text.slice(0, index);
}

const pick = <T>(from: readonly T[], next: () => number): T => from[Math.floor(next() * from.length)] as T;
