import { nameOfField, placeOf, type Problem, rule } from '../rule';
import { type OpenvinoTensor, readOpenvinoHeader } from '../../models/openvino';
import type { Model } from '../repository/model';
import { byBytes } from '../files';
import { tensorsOf } from './shared/tensors';

export const openvinoTensors = rule({
  id: 'openvino-tensors',
  phase: 'start',
  source: 'openvino.cc ValidateInputs, ValidateOutputs; openvino_utils.cc CompareDimsSupported',
  summary: 'The configuration does not fit model.xml.',
  why: 'Number, names and sizes of inputs and outputs are those of the model. Leave the lists out: the backend fills them in.',
  bad: 'backend: "openvino"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1, 256 ] } # model.xml: 1, 4',
  good: 'backend: "openvino"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1, 4 ] }',
  *check({ model, config }) {
    const header = headerOf(model);
    if (!header) return;
    const inputs = config.all('input').filter((input) => !input.flag('optional')).length;
    if (inputs > header.inputs.length)
      yield {
        message: `unable to load model '${model.name}', configuration expects ${inputs} inputs, model provides ${header.inputs.length}`,
        at: nameOfField(config, 'input'),
      };
    for (const { tensor, side } of tensorsOf(config)) {
      const known = side === 'input' ? header.inputs : header.outputs;
      const name = tensor.text('name');
      const found = known.find(({ names }) => names.includes(name));
      const allowed = known.map(({ names }) => names[0] ?? '').sort(byBytes);
      if (!found)
        yield {
          message: `unexpected inference ${side} '${name}', allowed ${side}s are: ${allowed.join(', ')}`,
          at: placeOf(tensor, 'name'),
        };
      // With batching the first size is the backend's to choose.
      else if (config.number('max_batch_size') === 0 && !tensor.has('reshape'))
        yield* dimsProblem(model.name, name, found, tensor.numbers('dims'), placeOf(tensor, 'dims'));
    }
  },
});

function headerOf(model: Model): ReturnType<typeof readOpenvinoHeader> {
  if (model.filled.text('backend') !== 'openvino') return undefined;
  const path = model.versionFile(model.filled.text('default_model_filename'));
  const text = path === undefined ? undefined : model.world.files.text(path);
  return text === undefined ? undefined : readOpenvinoHeader(text);
}

function* dimsProblem(
  model: string,
  name: string,
  { dims: real }: OpenvinoTensor,
  dims: readonly number[],
  at: Problem['at'],
): Iterable<Problem> {
  if (dims.length === 0 || real.includes(-1)) return;
  if (dims.length === real.length && dims.every((dim, index) => dim === -1 || dim === real[index])) return;
  yield {
    message: `model '${model}', tensor '${name}': the model expects ${real.length} dimensions (shape [${real.join(',')}]) but the model configuration specifies ${dims.length} dimensions (shape [${dims.join(',')}])`,
    at,
  };
}
