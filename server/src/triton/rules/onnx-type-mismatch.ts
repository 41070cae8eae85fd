import { placeOf, rule } from '../rule';
import { tritonTypes } from '../complete/onnx';
import { joined } from './shared/onnxJoin';

export const onnxTypeMismatch = rule({
  id: 'onnx-type-mismatch',
  phase: 'start',
  source: 'onnxruntime.cc',
  summary: 'A type differs from that of the model.',
  why: 'The types of the graph are what the runtime takes and gives; nothing is converted.',
  bad: 'platform: "onnxruntime_onnx"\ninput { name: "x" data_type: TYPE_FP16 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'platform: "onnxruntime_onnx"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ model, config }) {
    for (const { tensor, side, found } of joined(model, config)) {
      const [written, real] = [tensor.enumName('data_type'), tritonTypes[found.type ?? 0]];
      if (real === undefined || written === real || tensor.number('data_type') === 0) continue;
      const at = placeOf(tensor, 'data_type');
      yield {
        message: `unable to load model '${model.name}', configuration expects datatype ${written} for ${side} '${found.name}', model provides ${real}`,
        at,
        fixes: at ? [{ title: `Set data_type to ${real}`, changes: [{ span: at, newText: real }] }] : [],
      };
    }
  },
});
