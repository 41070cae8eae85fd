/** Where the code of a python model names a tensor of its configuration. */
import type { Place } from '../../core/text/place';
import { nameOf } from '../files';
import type { Model } from '../repository/model';

export interface PythonPlaces {
  /** The texts, quotes included. */
  readonly places: readonly Place[];
  /** The first text that is the same but may mean something else; `line` counts from 1. */
  readonly unclear: { readonly file: string; readonly line: number } | undefined;
}

/** What stands in front of a text that names a tensor. */
const naming = [
  /\bget_(?:in|out)put_(?:tensor|config)_by_name\(\s*[\w.[\]"']+\s*,\s*(?:name\s*=\s*)?$/,
  /\bTensor(?:\.from_dlpack)?\(\s*(?:name\s*=\s*)?$/,
  /["']name["']\s*:\s*$/,
];

/** Long enough for a call and its first argument. */
const BEFORE = 200;

/** The places in all versions of a python model's code. */
export function pythonPlaces(model: Model, name: string): PythonPlaces {
  if (model.filled.text('backend') !== 'python') return { places: [], unclear: undefined };
  const file = model.filled.text('default_model_filename') || 'model.py';
  const found = model.versions.map((version) => inFile(model, `${model.folder}/${version.name}/${file}`, name));
  return {
    places: found.flatMap(({ places }) => places),
    unclear: found.find(({ unclear }) => unclear)?.unclear,
  };
}

function inFile(model: Model, path: string, name: string): PythonPlaces {
  const text = model.world.files.text(path) ?? '';
  // A model that sends requests to others makes tensors with their names too.
  const asksOthers = text.includes('InferenceRequest');
  const twoSided = ['input', 'output'].every((side) =>
    model.file.root.all(side).some((tensor) => tensor.text('name') === name),
  );
  const places: Place[] = [];
  let unclear: PythonPlaces['unclear'];
  for (const { index, length } of textsIn(text, name)) {
    const before = text.slice(Math.max(0, index - BEFORE), index);
    const isNamed = naming.some((pattern) => pattern.test(before)) && !(asksOthers && naming[1]?.test(before));
    if (isNamed && !twoSided) places.push({ at: { file: path, base: 0 }, start: index, end: index + length });
    else unclear ??= { file: nameOf(path), line: text.slice(0, index).split('\n').length };
  }
  return { places, unclear };
}

/** Texts of one line that say exactly this, not in comments. */
function textsIn(text: string, name: string): readonly { readonly index: number; readonly length: number }[] {
  return ['"', "'"].flatMap((quote) => {
    const written = `${quote}${name}${quote}`;
    const found: { index: number; length: number }[] = [];
    for (let index = text.indexOf(written); index >= 0; index = text.indexOf(written, index + 1)) {
      const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
      if (!/^[^"']*#/.test(line)) found.push({ index, length: written.length });
    }
    return found;
  });
}
