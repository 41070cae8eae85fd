import { placeOf, rule } from '../rule';
import { byBytes } from '../files';
import { loadable } from './shared/onnxJoin';
import { tensorsOf } from './shared/tensors';

export const onnxTensorUnknown = rule({
  id: 'onnx-tensor-unknown',
  phase: 'start',
  source: 'onnxruntime.cc',
  summary: 'The model has no tensor of this name.',
  why: 'Names are those of the graph, letter for letter.',
  bad: 'platform: "onnxruntime_onnx"\ninput { name: "lost" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'platform: "onnxruntime_onnx"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ model, config }) {
    const header = loadable(model);
    if (!header) return;
    for (const { tensor, side } of tensorsOf(config)) {
      const known = (side === 'input' ? header.inputs : header.outputs).map(({ name }) => name).sort(byBytes);
      const name = tensor.text('name');
      if (name === '' || known.includes(name)) continue;
      const at = placeOf(tensor, 'name');
      const fixes = at
        ? known.map((each) => ({
            title: `Rename it to ${each}`,
            changes: [{ span: at, newText: JSON.stringify(each) }],
          }))
        : [];
      yield { message: `unexpected inference ${side} '${name}', allowed ${side}s are: ${known.join(', ')}`, at, fixes };
    }
  },
});
