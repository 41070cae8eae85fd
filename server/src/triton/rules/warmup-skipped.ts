import { openingOf, rule } from '../rule';

export const warmupSkipped = rule({
  id: 'warmup-skipped',
  phase: 'ours',
  source: 'our own',
  summary: 'A warmup sample is never run.',
  why: 'An omitted `batch_size` is 0, and such a sample is passed over without a word.',
  bad: 'backend: "identity"\nmodel_warmup { name: "w" }',
  good: 'backend: "identity"\nmodel_warmup { name: "w" batch_size: 1 }',
  *check({ config }) {
    for (const warmup of config.all('model_warmup'))
      if (warmup.number('batch_size') === 0)
        yield { message: 'this warmup is never run: its batch_size is 0', at: openingOf(warmup) };
  },
});
