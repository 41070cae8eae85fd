import { nameOfField, rule } from '../rule';

export const versionFolderIgnored = rule({
  id: 'version-folder-ignored',
  phase: 'versions',
  severity: 'warning',
  source: 'model_lifecycle.cc VersionsToLoad',
  summary: 'A version folder has a name that the server passes over.',
  why: 'Version folders are named by whole numbers without leading zeros.',
  bad: 'backend: "identity"\n# beside a folder v1',
  good: 'backend: "identity"\n# beside a folder 1',
  *check({ model, config }) {
    for (const { name, number } of model.versions) {
      if (number !== undefined) continue;
      const why = /^0\d/.test(name) ? 'contains leading zeros' : 'fails to convert to integral number';
      yield { message: `ignore version directory '${name}' which ${why}`, at: nameOfField(config, 'version_policy') };
    }
  },
});
