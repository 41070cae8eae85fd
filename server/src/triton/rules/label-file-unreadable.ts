import { placeOf, rule } from '../rule';

/** Whether a path leads out of the folder that it starts in. */
function escapes(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

export const labelFileUnreadable = rule({
  id: 'label-file-unreadable',
  phase: 'labels',
  source: 'model.cc, label_provider.cc',
  summary: 'A label file is missing or lies outside the model.',
  why: '`label_filename` is a path in the model folder.',
  bad: 'backend: "identity"\noutput { name: "y" data_type: TYPE_FP32 dims: [ 2 ] label_filename: "lost.txt" }',
  good: 'backend: "identity"\noutput { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }',
  *check({ model, config }) {
    if (model.entries === undefined || model.isBare) return;
    for (const output of config.all('output')) {
      const file = output.text('label_filename');
      if (file === '') continue;
      const at = placeOf(output, 'label_filename');
      const path = `${model.folder}/${file}`;
      if (file.split('/').includes('..')) {
        if (escapes(file))
          yield { message: `label file path '${path}' is outside model directory '${model.folder}'`, at };
      } else if (model.world.files.size(path) === undefined)
        yield { message: `failed to open text file for read ${path}: No such file or directory`, at };
    }
  },
});
