import { nameOfField, rule } from '../rule';

export const autofillBatchSize = rule({
  id: 'autofill-batch-size',
  phase: 'completion',
  source: 'onnxruntime.cc',
  summary: 'The model can not batch, but the configuration says that it does.',
  why: 'A model batches if the first dim of each input and output is variable. Set `max_batch_size` to 0, or export the model with a dynamic first dim.',
  bad: 'platform: "onnxruntime_onnx"\nmax_batch_size: 8\n# model.onnx: x is (1, 3)',
  good: 'platform: "onnxruntime_onnx"\nmax_batch_size: 0\n# model.onnx: x is (1, 3)',
  *check({ model, config }) {
    if (model.backend.name !== 'onnxruntime') return;
    for (const problem of model.completionProblems)
      yield { ...problem, at: problem.at ?? nameOfField(config, 'max_batch_size') };
  },
});
