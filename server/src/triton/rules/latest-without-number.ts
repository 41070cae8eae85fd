import { nameOfField, rule } from '../rule';

export const latestWithoutNumber = rule({
  id: 'latest-without-number',
  phase: 'ours',
  source: 'our own',
  summary: '`latest { }` serves no version.',
  why: 'Triton reads an omitted `num_versions` as 0 (TensorFlow Serving reads it as 1).',
  bad: 'backend: "identity"\nversion_policy { latest { } }',
  good: 'backend: "identity"\nversion_policy { latest { num_versions: 1 } }',
  *check({ config }) {
    const latest = config.one('version_policy')?.one('latest');
    if (!latest || latest.number('num_versions') > 0 || !latest.span) return;
    const end = latest.span.start + 1;
    yield {
      message: 'latest without num_versions selects no version; write num_versions: 1',
      at: config.one('version_policy')?.item('latest')?.name ?? nameOfField(config, 'version_policy'),
      fixes: [
        { title: 'Write num_versions: 1', changes: [{ span: { start: end, end }, newText: ' num_versions: 1' }] },
      ],
    };
  },
});
