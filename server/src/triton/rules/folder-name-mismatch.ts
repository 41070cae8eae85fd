import { placeOf, rule } from '../rule';

export const folderNameMismatch = rule({
  id: 'folder-name-mismatch',
  phase: 'name',
  source: 'model_repository_manager.cc InitializeModelInfo',
  summary: 'The name differs from the folder.',
  why: 'A model is found by its folder. Leave `name` out, or give both the same name.',
  bad: 'name: "other"\nbackend: "python"',
  good: 'backend: "python"',
  *check({ model, config }) {
    const written = config.text('name');
    if (written === model.name) return;
    const at = placeOf(config, 'name');
    const fixes = at
      ? [{ title: `Rename the model to ${model.name}`, changes: [{ span: at, newText: JSON.stringify(model.name) }] }]
      : [];
    yield {
      message: `unexpected directory name '${model.name}' for model '${written}', directory name must equal model name`,
      at,
      fixes,
    };
  },
});
