import { rule } from '../rule';

export const specificVersionAbsent = rule({
  id: 'specific-version-absent',
  phase: 'versions',
  severity: 'warning',
  source: 'model_lifecycle.cc VersionsToLoad',
  summary: 'The version policy lists a version that has no folder.',
  why: 'The server serves the others and logs this as an error.',
  bad: 'backend: "identity"\nversion_policy { specific { versions: [ 1, 7 ] } }',
  good: 'backend: "identity"\nversion_policy { specific { versions: [ 1 ] } }',
  *check({ model, config }) {
    if (model.entries === undefined || model.versions.length === 0) return;
    const there = model.versions.map(({ number }) => number);
    for (const { value, span } of config.one('version_policy')?.one('specific')?.scalars('versions') ?? [])
      if (!there.includes(Number(value)))
        yield {
          message: `version ${value} is specified for model '${model.name}', but the version directory is not present`,
          at: span,
        };
  },
});
