/** ONNX Runtime's failures in words for the person who has the model. */
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';

const mostCharacters = 2000;

export const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().slice(0, mostCharacters);

/** Why a model file could not be loaded, and what to do. */
export function loadProblem(model: string, error: unknown): string {
  const name = basename(model);
  if (!existsSync(model)) return `${name} is not there`;
  const { size } = statSync(model);
  if (size === 0) return `${name} is empty`;
  // Its messages begin with the path of a source file or of the model; only the reason is for people.
  const said = sentenceOf(error).replaceAll(model, name);
  if (/protobuf parsing failed|Invalid model|ModelProto does not have a graph/i.test(said))
    return `${name} (${size} bytes) can't be read as ONNX; it may be cut off or no ONNX file: ${said}`;
  if (/Unsupported data type: 16\b/.test(said))
    return `${name} takes or gives bfloat16, which ONNX Runtime for Node can't pass; export it with float16 or float32 at its ends`;
  return `${name} can't be loaded: ${said}`;
}
