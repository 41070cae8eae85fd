/** Triton's schedulers: dynamic batching, sequences, ensembles. Facts of model_config.proto; the words are ours. */
import { enumeration, many, map, message, one } from './build';
import { dataType } from './tensors';

const delay = 'Microseconds that a request waits for others to share a batch with; 0 does not wait.';

const queuePolicy = message('inference.ModelQueuePolicy', {
  timeout_action: one(
    enumeration('inference.ModelQueuePolicy.TimeoutAction', {
      REJECT: 'The request fails.',
      DELAY: 'The request moves behind all that have not timed out, and may wait without end.',
    }),
    'What happens to a request that has waited too long.',
    { omitted: 'REJECT' },
  ),
  default_timeout_microseconds: one('uint64', 'How long a request may wait; 0 is for ever.'),
  allow_timeout_override: one('bool', 'A request may ask for a shorter timeout of its own.'),
  max_queue_size: one('uint32', 'Requests beyond this many are turned away at once; 0 is no limit.'),
});

export const dynamicBatching = message(
  'inference.ModelDynamicBatching',
  {
    preferred_batch_size: many(
      'int32',
      'Sizes at which a batch is sent off at once. Most models do better without: leave it out unless some sizes are much faster.',
      { omitted: '[max_batch_size]' },
    ),
    max_queue_delay_microseconds: one('uint64', delay),
    preserve_ordering: one('bool', 'Responses leave in the order in which the requests came.'),
    priority_levels: one('uint64', 'How many levels there are; 1 is the most urgent, 0 means no levels.'),
    default_priority_level: one(
      'uint64',
      'Level of requests that name none: from 1 to `priority_levels`. Needed where there are levels.',
    ),
    default_queue_policy: one(queuePolicy, 'Timeouts and size of the queue, for levels without a policy of their own.'),
    priority_queue_policy: map(
      'uint64',
      queuePolicy,
      'Timeouts and size of the queue by level. Ignored without `priority_levels`.',
    ),
  },
  'Requests that come close together run as one batch. Needs `max_batch_size` above 0.',
);

const control = message('inference.ModelSequenceBatching.Control', {
  kind: one(
    enumeration('inference.ModelSequenceBatching.Control.Kind', {
      CONTROL_SEQUENCE_START: 'Whether the request is the first of its sequence.',
      CONTROL_SEQUENCE_READY: 'Whether the slot holds a request at all.',
      CONTROL_SEQUENCE_END: 'Whether the request is the last of its sequence.',
      CONTROL_SEQUENCE_CORRID: 'The id of the sequence. Takes `data_type`, and none of the false/true pairs.',
    }),
    'What the model is told.',
    { omitted: 'CONTROL_SEQUENCE_START' },
  ),
  int32_false_true: many('int32', 'The two numbers for no and yes, in an INT32 tensor.'),
  fp32_false_true: many('float', 'The two numbers for no and yes, in an FP32 tensor.'),
  bool_false_true: many('bool', 'The two values for no and yes, in a BOOL tensor.'),
  data_type: one(dataType, 'Type of the sequence id: UINT64, INT64, UINT32, INT32 or STRING.'),
});

const initialState = message('inference.ModelSequenceBatching.InitialState', {
  data_type: one(dataType, "The state's type."),
  dims: many('int64', "The state's sizes, all of them fixed, without the batch dim."),
  zero_data: one('bool', 'Begin with zeros. The value does not matter.', { oneof: 'state_data' }),
  data_file: one('string', 'Begin with the bytes of this file in the folder `initial_state` of the model.', {
    oneof: 'state_data',
  }),
  name: one('string', 'A name for messages; required.'),
});

const state = message(
  'inference.ModelSequenceBatching.State',
  {
    input_name: one('string', 'Input through which the model receives its state.'),
    output_name: one('string', 'Output through which it hands the next state on.'),
    data_type: one(dataType, 'Type of the state.'),
    dims: many('int64', 'Sizes of the state without the batch dim.'),
    initial_state: many(initialState, 'State of a new sequence; at most one.', {
      omitted: 'memory with arbitrary content',
    }),
    use_same_buffer_for_input_output: one('bool', 'Input and output share their memory.', { since: '2.43' }),
    use_growable_memory: one('bool', 'The memory may grow without being copied. GPUs only, with a shared buffer.', {
      since: '2.46',
    }),
  },
  'A tensor that the server keeps for a sequence between its requests.',
);

export const sequenceBatching = message(
  'inference.ModelSequenceBatching',
  {
    direct: one(
      message('inference.ModelSequenceBatching.StrategyDirect', {
        max_queue_delay_microseconds: one(
          'uint64',
          `${delay} Counts only with a \`minimum_slot_utilization\` above 0.`,
        ),
        minimum_slot_utilization: one(
          'float',
          'Share of the slots, up to 1, that must be filled before a batch runs early.',
        ),
      }),
      'A sequence keeps its slot in the batch from start to end. This is what happens when no strategy is named.',
      { oneof: 'strategy_choice' },
    ),
    oldest: one(
      message('inference.ModelSequenceBatching.StrategyOldest', {
        max_candidate_sequences: one('int32', 'How many sequences one instance serves at a time; others wait.'),
        preferred_batch_size: many('int32', 'Sizes at which a batch is sent off at once.', {
          omitted: '[max_batch_size]',
        }),
        max_queue_delay_microseconds: one('uint64', delay),
        preserve_ordering: one('bool', 'Responses leave in the order in which the requests came.'),
      }),
      'Batches are made of the oldest requests of all active sequences.',
      { oneof: 'strategy_choice' },
    ),
    max_sequence_idle_microseconds: one('uint64', 'A sequence without requests for this long is given up.', {
      omitted: '1000000',
    }),
    control_input: many(
      message('inference.ModelSequenceBatching.ControlInput', {
        name: one('string', 'Name of the model input.'),
        control: many(control, 'What it carries.'),
      }),
      'Inputs by which the model learns where sequences start and end.',
    ),
    state: many(state, 'What the server keeps for a sequence.'),
    iterative_sequence: one('bool', 'The model itself asks for the next round of a request until it is done.', {
      since: '2.41',
    }),
  },
  'All requests of a sequence go to the same instance of the model.',
);

export const ensembleScheduling = message(
  'inference.ModelEnsembling',
  {
    step: many(
      message('inference.ModelEnsembling.Step', {
        model_name: one('string', 'A model of this repository.'),
        model_version: one(
          'int64',
          'Version of that model; -1 is the newest. Omitted it is 0, a version that hardly ever exists.',
        ),
        input_map: map('string', 'string', 'Input of the model -> tensor of the ensemble.'),
        output_map: map('string', 'string', 'Output of the model -> tensor of the ensemble. Outputs may be left out.'),
        model_namespace: one('string', 'For the server itself; leave it alone.'),
      }),
      'The models, and how tensors flow between them. The order does not matter.',
    ),
    max_inflight_requests: one('uint32', 'Limit on the requests on their way between two steps; 0 is no limit.', {
      since: '2.64',
    }),
    max_inflight_responses: one('uint32', 'Limit on the responses on their way between two steps; 0 is no limit.', {
      since: '2.62',
    }),
  },
  'Models connected by their tensors, run as one.',
);
