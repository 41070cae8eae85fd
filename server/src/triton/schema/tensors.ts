/** Triton's data types, and the messages that describe tensors. Facts of model_config.proto; the words are ours. */
import { enumeration, many, message, one } from './build';

export const dataType = enumeration('inference.DataType', {
  TYPE_INVALID: 'No type. An input or output must have another one.',
  TYPE_BOOL: 'One byte, 0 or 1. `BOOL` in requests.',
  TYPE_UINT8: '8 bits without sign.',
  TYPE_UINT16: '16 bits without sign.',
  TYPE_UINT32: '32 bits without sign.',
  TYPE_UINT64: '64 bits without sign.',
  TYPE_INT8: '8 bits with sign.',
  TYPE_INT16: '16 bits with sign.',
  TYPE_INT32: '32 bits with sign; `torch.int32`.',
  TYPE_INT64: '64 bits with sign; `torch.int64`, the usual type of token ids.',
  TYPE_FP16: 'Half precision; `torch.float16`.',
  TYPE_FP32: 'Single precision; `torch.float32`.',
  TYPE_FP64: 'Double precision; `torch.float64`.',
  TYPE_STRING: 'Byte strings of any length. `BYTES` in requests.',
  TYPE_BF16: 'The upper half of a single; `torch.bfloat16`.',
});

const reshape = message(
  'inference.ModelTensorReshape',
  {
    shape: many(
      'int64',
      'The shape on the side of the model, without the batch dim. Empty stands for a scalar per request.',
    ),
  },
  'Another shape on the side of the model than `dims`, with as many elements.',
);

const format = enumeration('inference.ModelInput.Format', {
  FORMAT_NONE: 'Nothing is said about the order of dims.',
  FORMAT_NHWC: 'A picture with its channels last: height, width, channels. `dims` has exactly these three.',
  FORMAT_NCHW: 'A picture with its channels first: channels, height, width. `dims` has exactly these three.',
});

const dims =
  'Sizes without the batch dim when `max_batch_size` is above 0: the full shape is then [-1] followed by these. -1 means any size; 0 is not allowed.';
const reshapeDoc = 'The shape that the backend sees instead of `dims`; the number of elements must be the same.';
const shapeTensor = 'The values are sizes, not data. TensorRT only.';
const nonLinear =
  'The tensor is laid out in one of the vectorised formats of TensorRT. TensorRT only; needs three dims.';

export const modelInput = message('inference.ModelInput', {
  name: one('string', 'Name of the tensor as the model and the requests know it.'),
  data_type: one(dataType, 'Type of its elements.'),
  format: one(format, 'Order of the dims of a picture.', { omitted: 'FORMAT_NONE' }),
  dims: many('int64', dims),
  reshape: one(reshape, reshapeDoc),
  is_shape_tensor: one('bool', shapeTensor),
  allow_ragged_batch: one(
    'bool',
    'Requests whose sizes differ in this input may share a batch; the model then gets them without padding.',
  ),
  optional: one(
    'bool',
    'Requests may leave this input out. Only some backends can: onnxruntime without batching, and python.',
  ),
  is_non_linear_format_io: one('bool', nonLinear),
});

export const modelOutput = message('inference.ModelOutput', {
  name: one('string', 'Name of the tensor as the model and the responses know it.'),
  data_type: one(dataType, 'Type of its elements.'),
  dims: many('int64', dims),
  reshape: one(reshape, 'The shape that the backend gives; it is turned into `dims` before it is sent.'),
  label_filename: one('string', 'File in the model folder with one label a line, for requests that ask for classes.'),
  is_shape_tensor: one('bool', shapeTensor),
  is_non_linear_format_io: one('bool', nonLinear),
});

const names = (what: string): string => `Names of the ${what}.`;

export const batchInput = message(
  'inference.BatchInput',
  {
    kind: one(
      enumeration('inference.BatchInput.Kind', {
        BATCH_ELEMENT_COUNT: 'How many elements the source has, one number a request.',
        BATCH_ACCUMULATED_ELEMENT_COUNT: 'Running total of the elements, one number a request.',
        BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO:
          'Running total that begins with 0: one number more than there are requests.',
        BATCH_MAX_ELEMENT_COUNT_AS_SHAPE:
          'The largest number of elements, given as the size of a tensor without content.',
        BATCH_ITEM_SHAPE: 'The shape of each item of the batch, a row each.',
        BATCH_ITEM_SHAPE_FLATTEN: 'The shape of each item of the batch, all in one row.',
      }),
      'What is computed from the source.',
    ),
    target_name: many('string', names('model inputs that receive it')),
    data_type: one(dataType, 'TYPE_INT32 or TYPE_FP32.'),
    source_input: many('string', 'The input it is computed from: exactly one.'),
  },
  'An input that the server computes from all requests of a batch.',
);

export const batchOutput = message(
  'inference.BatchOutput',
  {
    target_name: many('string', names('outputs it is about')),
    kind: one(
      enumeration('inference.BatchOutput.Kind', {
        BATCH_SCATTER_WITH_INPUT_SHAPE:
          'The output is cut into pieces that are as large as the source input of each request.',
      }),
      'How the output is handed back to the requests.',
    ),
    source_input: many('string', 'The input whose shape decides: exactly one.'),
  },
  'An output that belongs to all requests of a batch together.',
);
