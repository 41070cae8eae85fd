/** `config.pbtxt`: inference.ModelConfig. Facts of model_config.proto; the words are ours. */
import { many, map, message, one } from './build';
import { instanceGroup, modelMetrics, modelWarmup, optimization, versionPolicy } from './running';
import { dynamicBatching, ensembleScheduling, sequenceBatching } from './scheduling';
import { batchInput, batchOutput, modelInput, modelOutput } from './tensors';

const scheduler = { oneof: 'scheduling_choice' } as const;

export const modelConfig = message(
  'inference.ModelConfig',
  {
    name: one('string', 'Name of the model: that of its folder, if it is written at all.', {
      omitted: "the folder's name",
    }),
    platform: one(
      'string',
      'Older way to name the framework: tensorrt_plan, onnxruntime_onnx, pytorch_libtorch, torch_aoti, or `ensemble`. Leave it out where there is a `backend`, but for ensembles and torch_aoti.',
    ),
    backend: one(
      'string',
      'What runs the model: onnxruntime, pytorch, tensorrt, openvino, python, or the name of your own.',
      {
        omitted: "from the version folder's files, else what follows the dot in the model's name",
      },
    ),
    runtime: one('string', "The backend's library, where it is not libtriton_<backend>.so."),
    version_policy: one(versionPolicy, 'Which version folders are served.', { omitted: 'latest { num_versions: 1 }' }),
    max_batch_size: one(
      'int32',
      'Largest batch. Above 0, every input and output has a batch dim in front that is not written in `dims`; with 0 there is none and `dims` is the whole shape.',
      { omitted: '0, unless the backend finds out' },
    ),
    input: many(modelInput, 'The inputs.'),
    output: many(modelOutput, 'The outputs.'),
    batch_input: many(batchInput, 'Inputs that the server computes for a whole batch.'),
    batch_output: many(batchOutput, 'Outputs that belong to a whole batch.'),
    optimization: one(optimization, 'Settings that make the model faster.'),
    dynamic_batching: one(dynamicBatching, 'Requests that come close together run as one batch.', scheduler),
    sequence_batching: one(sequenceBatching, 'All requests of a sequence go to the same instance.', scheduler),
    ensemble_scheduling: one(ensembleScheduling, 'The model is made of other models.', scheduler),
    instance_group: many(instanceGroup, 'How many copies run, and where.', { omitted: 'one group' }),
    default_model_filename: one('string', 'Name of the model file in the version folder.', {
      omitted: 'model.onnx, model.plan, model.pt, model.py, ... by backend',
    }),
    cc_model_filenames: map(
      'string',
      'string',
      'Compute capability of the GPU ("8.6") -> name of the model file for it.',
    ),
    metric_tags: map('string', 'string', "Labels on this model's metrics."),
    parameters: map(
      'string',
      message('inference.ModelParameter', { string_value: one('string', 'The value, always a string.') }),
      'Settings of the backend, by name.',
    ),
    model_warmup: many(modelWarmup, 'Requests that every instance answers before the model is ready.'),
    model_operations: one(
      message('inference.ModelOperations', {
        op_library_filename: many('string', 'Paths of libraries. ONNX and PyTorch.'),
      }),
      'Libraries with operators of your own.',
    ),
    model_transaction_policy: one(
      message('inference.ModelTransactionPolicy', {
        decoupled: one(
          'bool',
          'A request may have no, one or many responses. HTTP and unary gRPC calls are then refused.',
        ),
      }),
      'How responses belong to requests.',
    ),
    model_repository_agents: one(
      message('inference.ModelRepositoryAgents', {
        agents: many(
          message('inference.ModelRepositoryAgents.Agent', {
            name: one('string', 'Name of the agent.'),
            parameters: map('string', 'string', "The agent's settings."),
          }),
          'Agents in the order in which they act.',
        ),
      }),
      'Code that looks at or changes the model before it is loaded.',
    ),
    response_cache: one(
      message('inference.ModelResponseCache', {
        enable: one('bool', 'Whether equal requests get the remembered response.'),
      }),
      'Remembers responses. Needs a server with `--cache-config`.',
    ),
    model_metrics: one(modelMetrics, 'Metrics of this model.', { since: '2.55' }),
  },
  'Configuration of one Triton model.',
);
