import { placeOf, rule } from '../rule';
import type { Model } from '../repository/model';

const isHere = (model: Model, file: string): boolean => {
  const places = ['', ...model.versions.map(({ name }) => `${name}/`)];
  return places.some((place) => model.world.files.size(`${model.folder}/${place}${file}`) !== undefined);
};

export const runtimeUnknown = rule({
  id: 'runtime-unknown',
  phase: 'library',
  source: 'backend_model.cc GetBackendLibraryProperties',
  summary: 'The runtime is no library that could exist.',
  why: '`runtime` is the file name of the backend library, such as libtriton_identity.so, or of a python based one, model.py. Leave it out: the name follows from the backend.',
  bad: 'backend: "identity"\nruntime: "identity"',
  good: 'backend: "identity"',
  *check({ model, config }) {
    const runtime = config.text('runtime');
    if (model.isEnsemble) return;
    const at = placeOf(config, 'runtime');
    if (runtime.startsWith('/') || runtime.split('/').includes('..'))
      yield { message: `backend library name '${runtime}' escapes backend directory`, at };
    else if (runtime !== '' && !runtime.includes('.') && !isHere(model, runtime))
      yield { message: `unable to find backend library '${runtime}' for model '${model.name}'`, at };
  },
});
