import type { OnnxTensor } from '../../models/onnx';
import { onnxHeader, tritonTypes } from '../complete/onnx';
import { placeOf, type Problem, rule } from '../rule';
import type { Exported, ExportedTensor } from '../exports';
import { nameOf } from '../files';
import type { Model } from '../repository/model';
import type { Message } from '../textFormat/message';
import { tensorsOf } from './shared/tensors';

export const exportedModuleMismatch = rule({
  id: 'exported-module-mismatch',
  phase: 'ours',
  source: 'none: the server never sees the module',
  summary: 'The configuration does not fit the PyTorch module that is exported to the model file.',
  why: 'A script of the workspace writes this model file with `torch.onnx.export`. What it writes next has other names, types or sizes than the configuration says. Change the one or the other; the place of the export is named beside the finding.',
  bad: 'backend: "onnxruntime"\nmax_batch_size: 8\ninput { name: "image" data_type: TYPE_FP32 dims: [ 3, 256, 256 ] } # exported: (N, 3, 224, 224)\noutput { name: "scores" data_type: TYPE_FP32 dims: [ 10 ] }',
  good: 'backend: "onnxruntime"\nmax_batch_size: 8\ninput { name: "image" data_type: TYPE_FP32 dims: [ 3, 224, 224 ] }\noutput { name: "scores" data_type: TYPE_FP32 dims: [ 10 ] }',
  *check({ model, config }) {
    const exported = exportOf(model);
    if (!exported) return;
    const header = onnxHeader(model);
    const batched = config.number('max_batch_size') > 0;
    for (const { tensor, side } of tensorsOf(config)) {
      const known = exported[`${side}s`];
      const name = tensor.text('name');
      const found = known.find((each) => each.name === name);
      const inFile = header?.[`${side}s`].find((each) => each.name === name);
      // What the file itself contradicts is said by the rules about the file.
      if (found && inFile && isSame(found, inFile)) continue;
      const problem = found
        ? tensorProblem(tensor, found, batched)
        : {
            message: `the export names no ${side} '${name}'; its ${side}s are ${known.map(({ name }) => `'${name}'`).join(', ')}`,
            at: placeOf(tensor, 'name'),
          };
      if (!problem?.at || !tensor.span) continue;
      // A file that is there may be older than the script, or newer.
      yield { ...problem, severity: header ? 'information' : 'warning', elsewhere: [placed(exported)] };
    }
  },
});

const placed = ({ place }: Exported): NonNullable<Problem['elsewhere']>[number] => ({
  place,
  message: `${nameOf(place.at.file)} exports the model here`,
});

const isSame = ({ type, dims }: ExportedTensor, file: OnnxTensor): boolean =>
  (type === undefined || tritonTypes[file.type ?? 0] === type) &&
  (dims === undefined ||
    (dims.length === file.dims?.length && dims.every((dim, axis) => dim === undefined || dim === file.dims?.[axis])));

function exportOf(model: Model): Exported | undefined {
  if (model.filled.text('backend') !== 'onnxruntime') return undefined;
  const file = model.filled.text('default_model_filename') || 'model.onnx';
  const newest = model.loaded?.[0];
  return newest === undefined ? undefined : model.world.exported?.(`${model.folder}/${newest}/${file}`);
}

function tensorProblem(tensor: Message, { name, type, dims }: ExportedTensor, batched: boolean): Problem | undefined {
  const written = tensor.enumName('data_type');
  if (type !== undefined && tensor.number('data_type') !== 0 && written !== type)
    return { message: `'${name}' is exported as ${type}, not as ${written}`, at: placeOf(tensor, 'data_type') };
  const scalars = tensor.one('reshape')?.scalars('shape') ?? tensor.scalars('dims');
  if (dims === undefined || scalars.length === 0) return undefined;
  const at = scalars[0]?.span;
  const shown = `(${dims.map((dim, axis) => (dim === -1 ? (axis === 0 ? 'N' : '-1') : (dim ?? '?'))).join(', ')})`;
  if (batched && dims.length > 0 && dims[0] !== undefined && dims[0] !== -1)
    return {
      message: `'${name}' is exported with shape ${shown}: its first size is fixed, so the model does not batch; name axis 0 in dynamic_axes or set max_batch_size to 0`,
      at,
    };
  const full = [...(batched ? [-1] : []), ...scalars.map(({ value }) => Number(value))];
  const fits =
    (dims.length === 0 && full.every((dim) => dim === 1)) ||
    (dims.length === full.length &&
      dims.every((dim, axis) => dim === undefined || dim === -1 || full[axis] === -1 || dim === full[axis]));
  return fits
    ? undefined
    : {
        message: `'${name}' is exported with shape ${shown}, not with (${full.map((dim, axis) => (batched && axis === 0 ? 'N' : dim)).join(', ')})`,
        at,
      };
}
