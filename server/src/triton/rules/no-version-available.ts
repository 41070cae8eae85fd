import { nameOfField, rule } from '../rule';
import type { Model } from '../repository/model';

/** Whether another model of the repository has a version folder, so that this is not a place for configurations only. */
const hasNeighbours = (model: Model): boolean => model.entries?.some(({ isFolder }) => isFolder) ?? false;

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
      // A configuration alone may be kept apart from the models.
      severity: model.versions.length === 0 && model.isBare && !hasNeighbours(model) ? 'warning' : 'error',
    };
  },
});
