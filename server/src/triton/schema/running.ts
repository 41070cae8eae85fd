/** How and where a Triton model runs: instances, versions, optimization, warmup. Facts of model_config.proto; our words. */
import { enumeration, many, map, message, one } from './build';
import { dataType } from './tensors';

const rateLimiter = message('inference.ModelRateLimiter', {
  resources: many(
    message('inference.ModelRateLimiter.Resource', {
      name: one('string', 'Name of the resource; models that name the same one share it.'),
      global: one('bool', 'One stock for all devices instead of one for each.'),
      count: one('uint32', 'How much of it one run takes.'),
    }),
    'What a run has to get hold of first.',
  ),
  priority: one('uint32', 'An instance with 2 is chosen half as often as one with 1.', { omitted: '1' }),
});

export const instanceGroup = message(
  'inference.ModelInstanceGroup',
  {
    name: one('string', 'Name of the group.', { omitted: '<model>_<number>' }),
    kind: one(
      enumeration('inference.ModelInstanceGroup.Kind', {
        KIND_AUTO: 'On GPUs where all that are listed exist, else on the CPU.',
        KIND_GPU: 'On GPUs; fails where there are none.',
        KIND_CPU: 'On the CPU; `gpus` must be empty.',
        KIND_MODEL: 'The model or its backend chooses; `gpus` must be empty.',
      }),
      'Where the instances run.',
      { omitted: 'KIND_AUTO' },
    ),
    count: one('int32', 'Copies of the model, on each GPU or on the CPU.', {
      omitted: '1 (2 on the CPU for onnxruntime and tensorflow)',
    }),
    rate_limiter: one(
      rateLimiter,
      'Resources that a run needs. Counts only where the server runs with its rate limiter.',
    ),
    gpus: many('int32', 'Ids of the GPUs.', { omitted: 'all' }),
    secondary_devices: many(
      message('inference.ModelInstanceGroup.SecondaryDevice', {
        kind: one(
          enumeration('inference.ModelInstanceGroup.SecondaryDevice.SecondaryDeviceKind', {
            KIND_NVDLA: 'A deep learning accelerator beside the GPU. TensorRT only.',
          }),
          'Kind of device.',
        ),
        device_id: one('int64', 'Number of the device.'),
      }),
      'Further devices.',
    ),
    profile: many('string', 'Optimization profiles by number. TensorRT only.'),
    passive: one('bool', 'The instances are loaded but get no requests from the scheduler.'),
    host_policy: one('string', 'Which settings of `--host-policy` apply.', { omitted: 'cpu, gpu_<id> or model' }),
  },
  'Copies of the model that run in parallel.',
);

export const versionPolicy = message(
  'inference.ModelVersionPolicy',
  {
    latest: one(
      message('inference.ModelVersionPolicy.Latest', {
        num_versions: one('uint32', 'How many. Omitted it is 0, and nothing is served.'),
      }),
      'The versions with the highest numbers.',
      { oneof: 'policy_choice' },
    ),
    all: one(message('inference.ModelVersionPolicy.All', {}), 'Every version folder. Written `all { }`.', {
      oneof: 'policy_choice',
    }),
    specific: one(
      message('inference.ModelVersionPolicy.Specific', {
        versions: many('int64', 'The numbers. Those without a folder are passed over.'),
      }),
      'The versions listed.',
      { oneof: 'policy_choice' },
    ),
  },
  'Which version folders are served. Requests that name no version go to the highest one that is ready.',
);

const shapes = message('inference.ModelOptimizationPolicy.Cuda.GraphSpec.Shape', {
  dim: many('int64', 'Sizes without the batch dim.'),
});
const graphBatch = 'Batch size of the graph: from 1 to `max_batch_size`, or 0 without batching.';

const cuda = message('inference.ModelOptimizationPolicy.Cuda', {
  graphs: one('bool', 'Record CUDA graphs and replay them.'),
  busy_wait_events: one('bool', 'Wait for the GPU in a loop: less delay, more work for the CPU.'),
  graph_spec: many(
    message('inference.ModelOptimizationPolicy.Cuda.GraphSpec', {
      batch_size: one('int32', graphBatch),
      input: map('string', shapes, 'Shapes of the inputs by name.'),
      graph_lower_bound: one(
        message('inference.ModelOptimizationPolicy.Cuda.GraphSpec.LowerBound', {
          batch_size: one('int32', graphBatch),
          input: map('string', shapes, 'Shapes of the inputs by name.'),
        }),
        'Smallest batch and shapes that the graph serves too.',
      ),
    }),
    'Graphs to record; some are chosen where none is named.',
  ),
  output_copy_stream: one('bool', 'Copy outputs on a CUDA stream of their own; takes more memory.'),
});

const accelerator = message('inference.ModelOptimizationPolicy.ExecutionAccelerators.Accelerator', {
  name: one('string', 'For onnxruntime: tensorrt or cuda on GPUs, openvino on the CPU.'),
  parameters: map('string', 'string', "The accelerator's own settings."),
});
const pinned = message('inference.ModelOptimizationPolicy.PinnedMemoryBuffer', {
  enable: one('bool', 'Whether it is used.'),
});

export const optimization = message('inference.ModelOptimizationPolicy', {
  graph: one(
    message('inference.ModelOptimizationPolicy.Graph', {
      level: one('int32', 'For onnxruntime: -1 basic optimizations, 0 all, 1 extended ones, 2 none.'),
    }),
    'How much the graph is rewritten when it is loaded.',
  ),
  priority: one(
    enumeration('inference.ModelOptimizationPolicy.ModelPriority', {
      PRIORITY_DEFAULT: 'As the framework has it.',
      PRIORITY_MAX: 'Before the other models.',
      PRIORITY_MIN: 'After the other models.',
    }),
    'Share of the GPU. TensorRT only.',
  ),
  cuda: one(cuda, 'How CUDA is used. TensorRT only, but for `graphs`.'),
  execution_accelerators: one(
    message('inference.ModelOptimizationPolicy.ExecutionAccelerators', {
      gpu_execution_accelerator: many(accelerator, 'On GPUs, the preferred one first.'),
      cpu_execution_accelerator: many(accelerator, 'On the CPU, the preferred one first.'),
    }),
    'What the framework hands parts of the model to.',
  ),
  input_pinned_memory: one(pinned, 'Page-locked memory for copying inputs to the GPU.', { omitted: 'enable: true' }),
  output_pinned_memory: one(pinned, 'Page-locked memory for copying outputs from the GPU.', {
    omitted: 'enable: true',
  }),
  gather_kernel_buffer_threshold: one(
    'uint32',
    'From this many buffers on a kernel collects the inputs; 0 is never. TensorRT only.',
  ),
  eager_batching: one('bool', 'Prepare the next batch while the one before it runs. TensorRT only.'),
});

export const modelWarmup = message(
  'inference.ModelWarmup',
  {
    name: one('string', 'A name for messages.'),
    batch_size: one('uint32', 'Size of the batch. Omitted it is 0, and the sample is not run at all.'),
    inputs: map(
      'string',
      message('inference.ModelWarmup.Input', {
        data_type: one(dataType, 'Type of the input.'),
        dims: many('int64', 'Sizes without the batch dim, all of them fixed.'),
        zero_data: one('bool', 'Zeros. The value does not matter.', { oneof: 'input_data_type' }),
        random_data: one('bool', 'Arbitrary numbers. The value does not matter.', { oneof: 'input_data_type' }),
        input_data_file: one('string', 'The bytes of this file in the folder `warmup` of the model.', {
          oneof: 'input_data_type',
        }),
      }),
      'Every input that the model needs, controls included.',
    ),
    count: one('uint32', 'How often the sample is run.', { omitted: '1' }),
  },
  'A request that every instance answers before the model is ready.',
);

export const modelMetrics = message('inference.ModelMetrics', {
  metric_control: many(
    message('inference.ModelMetrics.MetricControl', {
      metric_identifier: one(
        message('inference.ModelMetrics.MetricControl.MetricIdentifier', {
          family: one('string', 'Name of the metric, as on the metrics page.'),
        }),
        'Which metric.',
      ),
      histogram_options: one(
        message('inference.ModelMetrics.MetricControl.HistogramOptions', {
          buckets: many('double', 'Upper bounds, rising.'),
        }),
        'Bounds of the histogram.',
        { oneof: 'metric_options' },
      ),
    }),
    'Metrics that this model reports otherwise.',
  ),
});
