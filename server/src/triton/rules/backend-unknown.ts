import { nameOfField, rule } from '../rule';

export const backendUnknown = rule({
  id: 'backend-unknown',
  phase: 'backend',
  source: 'model_config_utils.cc AutoCompleteBackendFields',
  summary: 'Nothing says which backend runs the model.',
  why: 'Neither `backend` nor `platform` is written, the first version folder holds no model file that the server knows, and the name has no dot that a backend could follow. Name the backend, or put the model file where it belongs. A folder that is no model also ends here.',
  bad: 'max_batch_size: 8',
  good: 'backend: "onnxruntime"\nmax_batch_size: 8',
  *check({ model, config }) {
    if (model.backendProblem === undefined || model.entries === undefined) return;
    const at = nameOfField(config, 'platform');
    const newText = 'backend: "onnxruntime"\n';
    const fixes = [{ title: 'Name the backend', changes: [{ span: { start: 0, end: 0 }, newText }] }];
    // Tensors without a model file beside them: the file is likely kept elsewhere, and would tell the backend.
    const isElsewhere = config.has('input') && config.has('output') && !config.has('ensemble_scheduling');
    const severity = isElsewhere && !model.hasModelFiles ? 'warning' : 'error';
    yield { message: model.backendProblem, at, fixes, severity };
  },
});
