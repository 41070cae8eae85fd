/** The header of an ONNX model: inputs, outputs and names of initialisers, without the weights. */
import { BrokenWire, type ByteSource, type WireField, WireReader } from './wire';

export interface OnnxTensor {
  readonly name: string;
  /** ONNX's number of the element type; undefined for sequences, maps and the like. */
  readonly type: number | undefined;
  /** -1 where a size is variable; undefined where the model does not say. */
  readonly dims: readonly number[] | undefined;
}

export interface OnnxHeader {
  /** Without those that are initialisers. */
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

/** Why a file could not be read, as a clause. */
export interface NoHeader {
  readonly reason: string;
}

/** Reads a header. Never throws; a file that is cut off or something else has a reason. */
export function readOnnxHeader(source: ByteSource): OnnxHeader | NoHeader {
  const reader = new WireReader(source);
  try {
    const graph = [...reader.fields(0, source.size)].findLast((field) => field.number === 7 && field.end > 0);
    return graph ? graphOf(reader, graph) : { reason: 'has no graph' };
  } catch (error) {
    return { reason: error instanceof BrokenWire ? error.message : 'has a name that is no text' };
  }
}

function graphOf(reader: WireReader, graph: WireField): OnnxHeader {
  const inputs: OnnxTensor[] = [];
  const outputs: OnnxTensor[] = [];
  const initialisers = new Set<string>();
  for (const field of reader.fields(graph.start, graph.end)) {
    if (field.number === 11) inputs.push(tensor(reader, field));
    else if (field.number === 12) outputs.push(tensor(reader, field));
    else if (field.number === 5) initialisers.add(nameIn(reader, field, 8));
  }
  return { inputs: inputs.filter(({ name }) => !initialisers.has(name)), outputs };
}

function nameIn(reader: WireReader, message: WireField, number: number): string {
  for (const field of reader.fields(message.start, message.end)) if (field.number === number) return reader.text(field);
  return '';
}

function tensor(reader: WireReader, info: WireField): OnnxTensor {
  let name = '';
  let type: number | undefined;
  let dims: number[] | undefined;
  for (const field of reader.fields(info.start, info.end)) {
    if (field.number === 1) name = reader.text(field);
    if (field.number !== 2) continue;
    for (const kind of reader.fields(field.start, field.end)) {
      if (kind.number !== 1) continue;
      for (const part of reader.fields(kind.start, kind.end)) {
        if (part.number === 1) type = part.value;
        if (part.number === 2) dims = dimsOf(reader, part);
      }
    }
  }
  return { name, type, dims };
}

function dimsOf(reader: WireReader, shape: WireField): number[] {
  return [...reader.fields(shape.start, shape.end)].map((dim) => {
    const fixed = [...reader.fields(dim.start, dim.end)].find(({ number, end }) => number === 1 && end === 0);
    return fixed && fixed.value >= 0 ? fixed.value : -1;
  });
}
