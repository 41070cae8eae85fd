/** A configuration beside the header of its ONNX model. */
import type { OnnxHeader, OnnxTensor } from '../../../models/onnx';
import { onnxHeader } from '../../complete/onnx';
import type { Model } from '../../repository/model';
import { openingOf, type Problem } from '../../rule';
import type { Message } from '../../textFormat/message';
import { type Tensor, tensorsOf } from './tensors';

/** The header, where onnxruntime loads the model and the header can be read. */
export const loadable = (model: Model): OnnxHeader | undefined =>
  model.filled.text('platform') === 'onnxruntime_onnx' && model.completionProblems.length === 0
    ? onnxHeader(model)
    : undefined;

/** The tensors that both have. */
export function joined(model: Model, config: Message): readonly (Tensor & { readonly found: OnnxTensor })[] {
  const header = loadable(model);
  if (!header) return [];
  return tensorsOf(config).flatMap((each) => {
    const list = each.side === 'input' ? header.inputs : header.outputs;
    const found = list.find(({ name }) => name === each.tensor.text('name'));
    return found ? [{ ...each, found }] : [];
  });
}

const shown = (dims: readonly number[]): string => `[${dims.join(',')}]`;

/** What the runtime says of the sizes of a tensor. */
export function dimsProblem(
  model: string,
  side: 'input' | 'output',
  tensor: Message,
  name: string,
  real: readonly number[],
  batched: boolean,
): Problem | undefined {
  const scalars = tensor.one('reshape')?.scalars('shape') ?? tensor.scalars('dims');
  if (scalars.length === 0 && !tensor.has('reshape')) return undefined;
  const dims = scalars.map(({ value }) => Number(value));
  const at = scalars[0]?.span ?? tensor.item('dims')?.name ?? openingOf(tensor);
  const prefix = `model '${model}', tensor '${name}': `;
  if (batched && real[0] !== -1)
    return {
      message: `${prefix}for the model to support batching the shape should have at least 1 dimension and the first dimension must be -1; but shape expected by the model is ${shown(real)}`,
      at,
    };
  const full = batched ? [-1, ...dims] : dims;
  const fits =
    real.length === 0 && !batched
      ? dims.every((dim) => dim === 1)
      : real.length === full.length &&
        real.every((size, index) => size === full[index] || (side === 'input' && size === -1));
  if (fits) return undefined;
  const how = batched
    ? `(an initial batch dimension because max_batch_size > 0 followed by the explicit tensor shape, making complete shape ${shown(full)})`
    : `(shape ${shown(full)})`;
  return {
    message: `${prefix}the model expects ${real.length} dimensions (shape ${shown(real)}) but the model configuration specifies ${full.length} dimensions ${how}`,
    at,
    fixes: fixesFor(tensor, batched ? real.slice(1) : real),
  };
}

function fixesFor(tensor: Message, sizes: readonly number[]): Problem['fixes'] {
  const scalars = tensor.scalars('dims');
  const [first, last] = [scalars[0]?.span, scalars.at(-1)?.span];
  const items = tensor.itemsOf('dims');
  const inOneList = items.every(({ name }) => name?.start === items[0]?.name?.start);
  if (!first || !last || !inOneList || tensor.has('reshape') || sizes.length === 0) return [];
  return [
    {
      title: `Set dims to [ ${sizes.join(', ')} ]`,
      changes: [{ span: { start: first.start, end: last.end }, newText: sizes.join(', ') }],
    },
  ];
}
