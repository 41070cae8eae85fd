/**
 * The graph of an ONNX model: nodes, attributes, subgraphs, functions, and where its weights lie. Weights are not loaded:
 * of a long one a few bytes are looked at, for its fingerprint.
 */
import type { NoHeader } from './onnx';
import { readAttribute, readInitialiser, readValue } from './onnxParts';
import { BrokenWire, type ByteSource, type WireField, WireReader } from './wire';

export interface OnnxModel {
  readonly irVersion: number;
  /** 'pytorch 2.13.0'; empty where the file does not say. */
  readonly producer: string;
  /** Version of each operator set by its domain; '' is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  /** Without those that are initialisers. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initialisers: readonly OnnxInitialiser[];
}

/** Nodes that a model calls like an operator. */
export interface OnnxFunction extends OnnxGraph {
  readonly domain: string;
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** '' for ONNX's own. */
  readonly domain: string;
  /** Names of values; '' for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
}

export interface OnnxAttribute {
  readonly name: string;
  /** In short: `[3, 3]`, `0.5`, `"constant"`, `float32[4, 4] #1a2b3c4d`. Values with other texts differ. */
  readonly text: string;
  /** The bodies of If, Loop and the like. */
  readonly graphs: readonly OnnxGraph[];
}

export interface OnnxValue {
  readonly name: string;
  /** 'float32'; 'sequence', 'map', 'optional' ... for what is no tensor; '' where the model does not say. */
  readonly type: string;
  /** A text is the name of a variable size, '?' one without a name; undefined where the rank is not known. */
  readonly dims: readonly (number | string)[] | undefined;
}

/** Where the bytes of a tensor are. */
export type OnnxContent =
  /** One after another in this file, as `raw_data`. */
  | { readonly kind: 'raw'; readonly start: number; readonly end: number }
  /** In another file; as the model writes it, so not to be trusted. */
  | { readonly kind: 'external'; readonly location: string; readonly offset: number; readonly length?: number }
  /** In one of the typed fields (`float_data` ...), each of these fields packed. */
  | { readonly kind: 'typed'; readonly fields: readonly WireField[] };

export interface OnnxInitialiser {
  readonly name: string;
  /** ONNX's number. */
  readonly type: number;
  readonly dims: readonly number[];
  readonly content: OnnxContent;
  /** Equal for equal tensors; tensors that differ only far inside may share it. Undefined where the bytes are elsewhere. */
  readonly fingerprint: string | undefined;
  /** Elements of a short one; undefined for a longer one and for types that are not plain numbers. */
  readonly values: readonly number[] | undefined;
}

/** More nodes, values and attributes than this are no model. */
const MOST_PARTS = 4_000_000;
/** Bodies in bodies. */
const DEEPEST = 32;

/** Counts what has been read, so that a hostile file comes to an end. */
export class Budget {
  private parts = 0;

  constructor(readonly depth = 0) {}

  take(): void {
    if (++this.parts > MOST_PARTS) throw new BrokenWire(`it has more than ${MOST_PARTS.toLocaleString('en')} parts`);
  }

  deeper<T>(read: (budget: Budget) => T): T {
    if (this.depth >= DEEPEST) throw new BrokenWire(`its graphs lie in each other more than ${DEEPEST} deep`);
    const inner = new Budget(this.depth + 1);
    inner.parts = this.parts;
    const result = read(inner);
    this.parts = inner.parts;
    return result;
  }
}

/** Reads a model. Never throws; a file that is cut off or something else has a reason, as a clause. */
export function readOnnxModel(source: ByteSource): OnnxModel | NoHeader {
  try {
    const model = modelOf(new WireReader(source), source.size);
    return model ?? { reason: 'it has no graph' };
  } catch (error) {
    return { reason: error instanceof BrokenWire ? error.message : 'it has a name that is no text' };
  }
}

function modelOf(reader: WireReader, size: number): OnnxModel | undefined {
  const budget = new Budget();
  let irVersion = 0;
  const producer = ['', ''];
  const opsets = new Map<string, number>();
  let graph: OnnxGraph | undefined;
  const functions: OnnxFunction[] = [];
  for (const field of reader.fields(0, size)) {
    if (field.number === 1) irVersion = field.value;
    else if (field.number === 2) producer[0] = reader.text(field);
    else if (field.number === 3) producer[1] = reader.text(field);
    else if (field.number === 7 && field.end > 0) graph = readGraph(reader, field, budget);
    else if (field.number === 8) opsets.set(...opsetOf(reader, field));
    else if (field.number === 25) functions.push(functionOf(reader, field, budget));
  }
  return graph && { irVersion, producer: producer.filter(Boolean).join(' '), opsets, graph, functions };
}

function opsetOf(reader: WireReader, message: WireField): [string, number] {
  let [domain, version] = ['', 0];
  for (const field of reader.inside(message)) {
    if (field.number === 1) domain = reader.text(field);
    else if (field.number === 2) version = field.value;
  }
  return [domain === 'ai.onnx' ? '' : domain, version];
}

/** A GraphProto. */
export function readGraph(reader: WireReader, message: WireField, budget: Budget): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initialisers: OnnxInitialiser[] = [];
  for (const field of reader.inside(message)) {
    if (field.number === 1) nodes.push(nodeOf(reader, field, budget));
    else if (field.number === 2) name = reader.text(field);
    else if (field.number === 5) initialisers.push(readInitialiser(reader, field, budget));
    else if (field.number === 11) inputs.push(readValue(reader, field, budget));
    else if (field.number === 12) outputs.push(readValue(reader, field, budget));
  }
  const weights = new Set(initialisers.map((each) => each.name));
  return { name, nodes, inputs: inputs.filter((each) => !weights.has(each.name)), outputs, initialisers };
}

function functionOf(reader: WireReader, message: WireField, budget: Budget): OnnxFunction {
  let [name, domain] = ['', ''];
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const value = (field: WireField): OnnxValue => ({ name: reader.text(field), type: '', dims: undefined });
  for (const field of reader.inside(message)) {
    if (field.number === 1) name = reader.text(field);
    else if (field.number === 4) inputs.push(value(field));
    else if (field.number === 5) outputs.push(value(field));
    else if (field.number === 7) nodes.push(nodeOf(reader, field, budget));
    else if (field.number === 10) domain = reader.text(field);
  }
  return { name, domain, nodes, inputs, outputs, initialisers: [] };
}

function nodeOf(reader: WireReader, message: WireField, budget: Budget): OnnxNode {
  budget.take();
  let [name, op, domain] = ['', '', ''];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: OnnxAttribute[] = [];
  for (const field of reader.inside(message)) {
    budget.take();
    if (field.number === 1) inputs.push(reader.text(field));
    else if (field.number === 2) outputs.push(reader.text(field));
    else if (field.number === 3) name = reader.text(field);
    else if (field.number === 4) op = reader.text(field);
    else if (field.number === 5) attributes.push(readAttribute(reader, field, budget));
    else if (field.number === 7) domain = reader.text(field);
  }
  return { name, op, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}
