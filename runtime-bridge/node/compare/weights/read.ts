/** The weights of a file of any known format, found out by its content. Nothing is executed, nothing is loaded. */
import { FileBytes, Unreadable } from './bytes';
import { readSafetensors, readShards } from './safetensors';
import type { NoWeights, WeightFile } from './tensors';

/** Reads where the tensors of a model file are. Never throws; a file that holds none has a reason. */
export function readWeights(path: string): WeightFile | NoWeights {
  try {
    return readerFor(path)(path);
  } catch (error) {
    if (error instanceof Unreadable) return { reason: error.message };
    throw error;
  }
}

/** @throws Unreadable */
function readerFor(path: string): (path: string) => WeightFile {
  if (path.endsWith('.safetensors.index.json')) return readShards;
  const head = FileBytes.with(path, (file) => Buffer.from(file.read(0, 9) ?? []));
  if (head.length === 9 && head[8] === 0x7b && head.readBigUInt64LE() < 2n ** 40n) return readSafetensors;
  throw new Unreadable('is no model file that is known here: safetensors, ONNX, PyTorch and NumPy are');
}
