import { nameOfField, rule } from '../rule';
import type { Model } from '../repository/model';

/**
 * Whether a version folder belongs here for certain. A configuration alone may be kept apart from its model, and version
 * control drops empty folders; one that is there shows that neither is so.
 */
const isKept = (model: Model): boolean =>
  model.versions.length > 0 || !model.isBare || hasFolders(model) || model.repository.hasEmptyVersion;

const hasFolders = (model: Model): boolean => model.entries?.some(({ isFolder }) => isFolder) ?? false;

export const noVersionAvailable = rule({
  id: 'no-version-available',
  phase: 'versions',
  source: 'model_lifecycle.cc AsyncLoad',
  summary: 'The version policy selects no version.',
  why: 'Versions are sub-folders whose names are numbers. Ensembles need one too, even if it is empty. `latest { }` without `num_versions` selects none.',
  bad: 'backend: "identity"\nversion_policy { latest { } }',
  good: 'backend: "identity"\nversion_policy { latest { num_versions: 1 } }',
  *check({ model, config }) {
    if (model.loaded === undefined || model.loaded.length > 0) return;
    yield {
      message: `at least one version must be available under the version policy of model '${model.name}'`,
      at: nameOfField(config, 'version_policy'),
      severity: isKept(model) ? 'error' : 'warning',
    };
  },
});
