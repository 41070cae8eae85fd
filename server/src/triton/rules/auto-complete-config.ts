import { nameOfField, rule } from '../rule';

export const autoCompleteConfig = rule({
  id: 'auto-complete-config',
  phase: 'completion',
  source: 'triton_python_backend_utils.py',
  summary: '`auto_complete_config` contradicts the configuration, or fails by itself.',
  why: 'The function in model.py may add what is missing, but not change what is written; its dicts have `name`, `data_type`, `dims` and nothing else (inputs also `optional`), and it returns the configuration.',
  bad: 'backend: "python"\nmax_batch_size: 6\n# model.py: config.set_max_batch_size(4)',
  good: 'backend: "python"\nmax_batch_size: 4\n# model.py: config.set_max_batch_size(4)',
  *check({ model, config }) {
    if (model.backend.name !== 'python') return;
    for (const problem of model.completionProblems) yield { ...problem, at: problem.at ?? nameOfField(config, 'name') };
  },
});
