/** The weights of a file of any known format, found out by its content. Nothing is executed, no values are loaded. */
import { FileBytes, Unreadable } from './bytes';
import { readNpy, readNpz } from './numpy';
import { readOnnxWeights } from './onnx';
import { readSafetensors, readShards } from './safetensors';
import type { NoWeights, WeightFile } from './tensors';
import { readTorch } from './torch';
import { readZip } from './zip';

type Reader = (path: string) => WeightFile;

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
function readerFor(path: string): Reader {
  if (path.endsWith('.safetensors.index.json')) return readShards;
  return FileBytes.with(path, (file) => {
    const head = Buffer.from(file.read(0, 16) ?? []);
    const start = head.toString('latin1');
    if (start.startsWith('PK')) return readZip(file).some(({ name }) => name.endsWith('.npy')) ? readNpz : readTorch;
    if (start.startsWith('\x93NUMPY')) return readNpy;
    // A header's length, which is far below 2^40, then JSON.
    if (head.length > 8 && head[8] === 0x7b && head.readBigUInt64LE() < 2n ** 40n) return readSafetensors;
    if (path.endsWith('.safetensors')) throw new Unreadable('has no header of safetensors');
    // A protobuf message has no mark of its own; ModelProto starts with its ir_version.
    if (path.endsWith('.onnx') || head[0] === 8) return readOnnxWeights;
    if (head[0] === 0x80)
      throw new Unreadable(
        'is a checkpoint in the form from before PyTorch 1.6; load it and save it again with torch.save',
      );
    throw new Unreadable('is no model file whose weights are read: safetensors, ONNX, PyTorch (.pt) and NumPy are');
  });
}
