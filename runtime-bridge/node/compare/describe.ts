/** A model as text, line by line, so that a diff of two texts says what changed: what `git diff` shows of model files. */
import { basename } from 'node:path';
import type { OnnxModel } from '../../../server/src/models/onnxGraph';
import { tensorText } from '../../../server/src/models/onnxTypes';
import { nodeText } from './graph/differences';
import { linked } from './graph/linked';
import { opened } from './section';
import { NotComparable, sideOf } from './sides';
import { readWeights } from './weights/read';

/** A pointer or another file is described by why it can't be read: Git shows that too. */
export function describe(file: string, folder: string): string {
  try {
    const side = opened(sideOf(file, folder));
    if (side.model === undefined) throw new NotComparable(`${file} is no model file`);
    const weights = readWeights(side.model);
    const tensors =
      'reason' in weights
        ? [`weights: ${basename(file)} ${weights.reason}`]
        : weights.tensors.map(({ name, dtype, shape }) => `weight ${name}: ${tensorText(dtype, shape)}`);
    return `${[...(side.onnx ? lines(side.onnx) : []), ...tensors].join('\n')}\n`;
  } catch (error) {
    if (error instanceof NotComparable) return `${error.message}\n`;
    throw error;
  }
}

function lines({ graph, opsets, producer }: OnnxModel): readonly string[] {
  const { nodes, order } = linked(graph);
  return [
    `producer ${producer}`,
    ...[...opsets].map(([domain, version]) => `operator set ${domain || 'of ONNX'} ${version}`),
    ...graph.inputs.map(({ name, type, dims }) => `input ${name}: ${tensorText(type, dims)}`),
    ...graph.outputs.map(({ name, type, dims }) => `output ${name}: ${tensorText(type, dims)}`),
    ...order.flatMap((index) => {
      const node = nodes[index];
      if (!node) return [];
      const written = node.attributes.map(({ name, text }) => `${name}=${text}`).join(', ');
      return [`${nodeText(node)}(${node.inputs.join(', ')})${written === '' ? '' : ` {${written}}`}`];
    }),
  ];
}
