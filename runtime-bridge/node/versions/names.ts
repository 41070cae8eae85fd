/** Which names models and versions may have, and which format files have. */
import type { ModelFormat } from '../../../protocol/src/models';

/** A registration that can't be done; the sentence is for the user. */
export class NotRegistered extends Error {}

/** One plain folder name: nothing that leads elsewhere, nothing that is hidden. */
export const isModelName = (name: string): boolean => /^[A-Za-z0-9_][\w.-]{0,127}$/.test(name) && !name.includes('..');

/** The number of a version's folder; undefined for folders that are none, as Triton reads them. */
export function versionNumber(name: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(name) ? Number(name) : undefined;
}

export const manifestName = 'tensorwright.json';

const formats: readonly (readonly [RegExp, ModelFormat])[] = [
  [/\.onnx$/, 'onnx'],
  [/\.(pt|pth|pt2|ckpt|bin)$/, 'torch'],
  [/\.safetensors(\.index\.json)?$/, 'safetensors'],
  [/\.(plan|engine)$/, 'tensorrt'],
  [/\.xml$/, 'openvino'],
  [/\.(keras|h5)$/, 'keras'],
  [/\.(savedmodel|graphdef|pb)$/, 'tensorflow'],
  [/^model\.py$/, 'python'],
];

/** By the name of a file; 'unknown' where it is no model's. */
export const formatOfFile = (name: string): ModelFormat =>
  formats.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';

/** Of a version: that of its files which comes first in the list above. */
export const formatOf = (names: readonly string[]): ModelFormat =>
  formats.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? 'unknown';
