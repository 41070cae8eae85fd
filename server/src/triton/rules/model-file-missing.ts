import { nameOfField, placeOf, rule } from '../rule';

export const modelFileMissing = rule({
  id: 'model-file-missing',
  phase: 'library',
  source: 'python backend, onnxruntime.cc',
  summary: 'The version folder lacks the model file.',
  why: 'The python backend waits for its file without end; onnxruntime refuses the model. The name is `default_model_filename`, or model.py and model.onnx.',
  bad: 'backend: "python"\ndefault_model_filename: "lost.py"',
  good: 'backend: "python"',
  *check({ model, config }) {
    const backend = config.text('backend');
    if (!['python', 'onnxruntime'].includes(backend) || model.loaded === undefined) return;
    const file = config.text('default_model_filename');
    const path = model.versionFile(file);
    if (path === undefined || model.world.files.size(path) !== undefined || model.world.files.entries(path)) return;
    const folder = model.world.files.entries(path.slice(0, -file.length - 1)) ?? [];
    // Models are often kept outside version control: an empty folder says nothing.
    if (folder.length === 0) return;
    const at = config.item('default_model_filename')?.name
      ? placeOf(config, 'default_model_filename')
      : nameOfField(config, 'backend');
    yield backend === 'python'
      ? {
          message: `'${file}' is not in the version folder of model '${model.name}': the python backend waits for it without end`,
          at,
        }
      : { message: `unable to find '${path}' for model instance '${model.name}'`, at };
  },
});
