/** Whether those who call the baseline can be answered by the candidate, tensor by tensor. */
import type { ModelSignature, ModelTensor } from './versionFiles';

/** The two versions in the sentences. */
export interface Names {
  readonly baseline: string;
  readonly candidate: string;
}

/**
 * Why a request for the baseline would fail with the candidate, or an answer would surprise; empty where it can't be
 * told. A candidate may take more than the baseline, and leave open what an output's size is.
 */
export function incompatibilities(
  baseline: ModelSignature,
  candidate: ModelSignature,
  names: Names,
): readonly string[] {
  return [
    ...baseline.inputs.flatMap((old) => inputProblem(old, named(candidate.inputs, old.name), names)),
    ...candidate.inputs
      .filter(({ name }) => named(baseline.inputs, name) === undefined)
      .map(
        ({ name }) =>
          `input '${name}' is asked for by version ${names.candidate}, and version ${names.baseline} has none of that name`,
      ),
    ...baseline.outputs.flatMap((old) => outputProblem(old, named(candidate.outputs, old.name), names)),
  ];
}

const named = (tensors: readonly ModelTensor[], name: string): ModelTensor | undefined =>
  tensors.find((tensor) => tensor.name === name);

function inputProblem(old: ModelTensor, now: ModelTensor | undefined, names: Names): readonly string[] {
  if (now === undefined) return [missing('input', old.name, names)];
  return differing('input', old, now, names, (was, is) => is === -1 || is === was);
}

function outputProblem(old: ModelTensor, now: ModelTensor | undefined, names: Names): readonly string[] {
  if (now === undefined) return [missing('output', old.name, names)];
  return differing('output', old, now, names, (was, is) => is === -1 || was === -1 || is === was);
}

const missing = (side: string, name: string, { baseline, candidate }: Names): string =>
  `${side} '${name}' of version ${baseline} is not there in version ${candidate}`;

function differing(
  side: string,
  old: ModelTensor,
  now: ModelTensor,
  { baseline, candidate }: Names,
  fits: (was: number, is: number) => boolean,
): readonly string[] {
  const said = (what: string, was: string, is: string): readonly string[] => [
    `${side} '${old.name}' has ${what} ${was} in version ${baseline} and ${is} in version ${candidate}`,
  ];
  if (old.datatype !== undefined && now.datatype !== undefined && old.datatype !== now.datatype)
    return said('type', old.datatype, now.datatype);
  const [was, is] = [old.shape, now.shape];
  if (was === undefined || is === undefined) return [];
  if (was.length === is.length && was.every((size, i) => fits(size, is[i] as number))) return [];
  return said('shape', `[${was.join(', ')}]`, `[${is.join(', ')}]`);
}
