/**
 * `torch.onnx.export`: the model is run on its sample inputs as PyTorch would trace it, and what comes out is noted for
 * those who check what a model file is served with. Nothing that happens on the way is reported or kept: exporting puts
 * the model into evaluation mode and back.
 */
import type * as tree from '../../python/tree';
import { constantOf } from '../../shape/dim';
import { dimsOf } from '../../shape/shape';
import type { Arguments } from '../bind';
import { callValue } from '../calls';
import { settle } from '../latent';
import { getAttribute } from '../objects';
import { Report } from '../report';
import type { Evaluator } from '../evaluator';
import { unknown, type Value } from '../value';
import { at, type Builtin } from './builtin';

export interface ExportedValue {
  readonly name: string;
  readonly dtype: string | undefined;
  /** -1 for an axis that is exported as variable, undefined for a size that is not known. */
  readonly dims: readonly (number | undefined)[] | undefined;
}

/** One call that writes a model file, on one path. */
export interface ExportCall {
  /** The file's name as the script has it. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** Undefined where it is not known what is exported. */
  readonly tensors:
    { readonly inputs: readonly ExportedValue[]; readonly outputs: readonly ExportedValue[] } | undefined;
}

export const exportFunctions: Readonly<Record<string, Builtin>> = {
  'torch.onnx.export': (ev, args, node) => {
    const file = at(ev, args, 2, 'f');
    if (file?.kind === 'str' && file.value !== undefined) {
      const [start, end] = [node.at.base + node.start, node.at.base + node.end];
      ev.report.exports.push({ file: file.value, start, end, tensors: tensorsOf(ev, args, node) });
    }
    return unknown('an exported model', node);
  },
};

function tensorsOf(ev: Evaluator, args: Arguments, node: tree.Expr): ExportCall['tensors'] {
  const [model, given] = [at(ev, args, 0, 'model'), at(ev, args, 1, 'args')];
  const inputNames = textsOf(ev, at(ev, args, 5, 'input_names'));
  const outputNames = textsOf(ev, at(ev, args, 6, 'output_names'));
  if (!model || !given || !inputNames || !outputNames || args.openKeywords === true) return undefined;
  const inputs = given.kind === 'tuple' ? given.items : [given];
  const outputs = traced(ev, model, inputs, node);
  if (!outputs || inputs.length !== inputNames.length || outputs.length !== outputNames.length) return undefined;
  const axes = args.keywords.has('dynamic_shapes')
    ? undefined
    : variableAxes(ev, args.keywords.get('dynamic_axes')?.value);
  const described = (names: readonly string[], values: readonly Value[]): ExportedValue[] =>
    names.map((name, index) => describe(ev, name, values[index], axes));
  return { inputs: described(inputNames, inputs), outputs: described(outputNames, outputs) };
}

/** What the model gives for its sample inputs; undefined where that hangs on a branch or is not known. */
function traced(ev: Evaluator, model: Value, inputs: readonly Value[], node: tree.Expr): readonly Value[] | undefined {
  const { report } = ev;
  const before = ev.machine.seal();
  ev.report = new Report('', false);
  let ended;
  try {
    ended = ev.branches(before, () => {
      const none = { positional: [], keywords: new Map() };
      if (model.kind === 'ref') callValue(ev, getAttribute(ev, model, 'eval', node), none, node);
      const positional = inputs.map((value) => ({ value }));
      return settle(ev, callValue(ev, model, { positional, keywords: new Map() }, node));
    });
  } finally {
    ev.report = report;
    ev.machine.restore(before);
  }
  const [only, more] = ended;
  if (!only || more) return undefined;
  if (only.value.kind === 'tensor') return [only.value];
  return only.value.kind === 'tuple' ? only.value.items : undefined;
}

function describe(
  ev: Evaluator,
  name: string,
  value: Value | undefined,
  axes: ReadonlyMap<string, readonly number[]> | undefined,
): ExportedValue {
  if (value?.kind !== 'tensor') return { name, dtype: undefined, dims: undefined };
  const variable = axes?.get(name) ?? [];
  const dims = dimsOf(ev.machine.facts.shape(value.shape))?.map((dim, axis) => {
    if (!axes) return undefined;
    return variable.includes(axis) ? -1 : constantOf(ev.machine.facts.dim(dim));
  });
  return { name, dtype: value.dtype, dims };
}

/** `dynamic_axes`: name -> axes, a dict of axes or a list of them. None is no axis; undefined is not known. */
function variableAxes(ev: Evaluator, written: Value | undefined): ReadonlyMap<string, readonly number[]> | undefined {
  const axes = new Map<string, readonly number[]>();
  if (written === undefined || written.kind === 'none') return axes;
  const entries = entriesOf(ev, settle(ev, written));
  if (!entries) return undefined;
  for (const { key, value } of entries) {
    const of = settle(ev, value);
    const numbers = (entriesOf(ev, of)?.map((entry) => entry.key) ?? ev.itemsOf(of))?.map((axis) => numberOf(ev, axis));
    if (key.kind !== 'str' || key.value === undefined || !numbers || numbers.includes(undefined)) return undefined;
    axes.set(key.value, numbers.map(Number));
  }
  return axes;
}

function entriesOf(ev: Evaluator, value: Value): readonly { readonly key: Value; readonly value: Value }[] | undefined {
  const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  return object?.kind === 'dict' && !object.open ? [...object.entries.values()] : undefined;
}

function numberOf(ev: Evaluator, value: Value): number | undefined {
  const settled = settle(ev, value);
  return settled.kind === 'int' ? constantOf(settled.dim) : undefined;
}

function textsOf(ev: Evaluator, value: Value | undefined): readonly string[] | undefined {
  const items = value && ev.itemsOf(settle(ev, value))?.map((item) => settle(ev, item));
  const texts = items?.flatMap((item) => (item.kind === 'str' && item.value !== undefined ? [item.value] : []));
  return texts && texts.length === items?.length ? texts : undefined;
}
