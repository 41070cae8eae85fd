/** A transformer of any number of nodes, and seeded edits of it with the truth about which node became which. */
import type { WrittenModel, WrittenNode, WrittenWeight } from './onnxWriter';

export interface Edited {
  readonly model: WrittenModel;
  /** Place of a node in the first file -> its place in the second, for those that are in both. */
  readonly truth: ReadonlyMap<number, number>;
}

export interface EditOptions {
  readonly edits: number;
  /** Every name is another. */
  readonly renamed?: boolean;
  /** Every weight has other values. */
  readonly retrained?: boolean;
}

type Chance = () => number;
interface Mutable {
  id: number;
  name: string;
  op: string;
  inputs: string[];
  outputs: string[];
  attributes: NonNullable<WrittenNode['attributes']>;
}

const width = 8;

/** Blocks of attention and feed-forward, 50 nodes each, all built alike, around one stream. */
export function transformer(blocks: number, chance: Chance): WrittenModel {
  const nodes: WrittenNode[] = [];
  const weights: WrittenWeight[] = [];
  const weight = (name: string, ...dims: number[]): string => {
    const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => chance() - 0.5);
    weights.push({ name, dims, values });
    return name;
  };
  const node = (op: string, inputs: string[], attributes: WrittenNode['attributes'] = {}): string => {
    const name = `node_${op}_${nodes.length}`;
    nodes.push({ name, op, inputs, outputs: [`val_${nodes.length}`], attributes });
    return `val_${nodes.length - 1}`;
  };
  const norm = (x: string, at: string): string => {
    const centred = node('Sub', [x, node('ReduceMean', [x], { axes: [-1] })]);
    const variance = node('ReduceMean', [node('Pow', [centred, 'two'])], { axes: [-1] });
    const scaled = node('Div', [centred, node('Sqrt', [node('Add', [variance, 'epsilon'])])]);
    return node('Add', [node('Mul', [scaled, weight(`${at}.weight`, width)]), weight(`${at}.bias`, width)]);
  };
  const linear = (x: string, at: string, from: number, to: number): string =>
    node('Add', [node('MatMul', [x, weight(`${at}.weight`, from, to)]), weight(`${at}.bias`, to)]);
  const heads = (x: string, order: number[]): string =>
    node('Transpose', [node('Reshape', [x, 'shape'])], { perm: order });
  weight('two', 1);
  weight('epsilon', 1);
  weight('shape', 4);
  let x = linear('tokens', 'embed', width, width);
  for (let block = 0; block < blocks; block++) {
    const at = `blocks.${block}`;
    const h = norm(x, `${at}.norm1`);
    const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(h, `${at}.attn.${name}`, width, width)) as [
      string,
      string,
      string,
    ];
    const scores = node('Add', [
      node('Div', [node('MatMul', [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])]), 'two']),
      'mask',
    ]);
    const mixed = node('MatMul', [node('Softmax', [scores], { axis: -1 }), heads(v, [0, 2, 1, 3])]);
    const joined = node('Reshape', [node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), 'shape']);
    x = node('Add', [x, linear(joined, `${at}.attn.out`, width, width)]);
    const wide = linear(norm(x, `${at}.norm2`), `${at}.mlp.0`, width, 2 * width);
    const gelu = node('Mul', [wide, node('Add', [node('Erf', [node('Div', [wide, 'two'])]), 'epsilon'])]);
    x = node('Add', [x, linear(node('Mul', [gelu, 'two']), `${at}.mlp.2`, 2 * width, width)]);
  }
  const last = linear(norm(x, 'norm'), 'head', width, width);
  const dims = ['batch', width];
  return {
    nodes,
    weights,
    inputs: ['tokens', 'mask'].map((name) => ({ name, type: 'float32', dims })),
    outputs: [{ name: last, type: 'float32', dims }],
  };
}

/** The model with edits of six kinds at chance places, in another order of the file. */
export function edited(model: WrittenModel, { edits, renamed, retrained }: EditOptions, chance: Chance): Edited {
  const below = (n: number): number => Math.floor(chance() * n);
  const weights = new Map((model.weights ?? []).map((each) => [each.name, each]));
  let nodes: Mutable[] = model.nodes.map(({ inputs, outputs, attributes = {}, ...rest }, id) => ({
    ...rest,
    id,
    inputs: [...inputs],
    outputs: [...outputs],
    attributes,
  }));
  const outputs = new Set((model.outputs ?? []).map(({ name }) => name));
  for (let edit = 0; edit < edits; edit++) {
    const node = nodes[below(nodes.length)] as Mutable;
    const [first = ''] = node.inputs;
    const [output = ''] = node.outputs;
    const kind = ['delete', 'insert', 'attribute', 'operator', 'swap', 'resize'][edit % 6];
    if (kind === 'delete' && !outputs.has(output)) {
      nodes = nodes.filter((each) => each !== node);
      for (const { inputs } of nodes) inputs.forEach((name, slot) => name === output && (inputs[slot] = first));
    } else if (kind === 'insert') {
      const made = `inserted_${edit}`;
      nodes.push({ id: -1, name: made, op: 'Dropout', inputs: [first], outputs: [made], attributes: {} });
      node.inputs[0] = made;
    } else if (kind === 'attribute') node.attributes = { ...node.attributes, changed: edit };
    else if (kind === 'operator') node.op = `Other${node.op}`;
    else if (kind === 'swap') node.inputs.reverse();
    else if (kind === 'resize')
      for (const name of node.inputs) {
        const known = weights.get(name);
        if (known) weights.set(name, { ...known, dims: [1, ...known.dims] });
      }
  }
  if (retrained)
    for (const [name, each] of weights)
      weights.set(name, {
        ...each,
        values: Float32Array.from(each.values as Float32Array, (one) => one + 1 + chance()),
      });
  const shuffled = sortedByChance(nodes, below);
  const truth = new Map(shuffled.flatMap(({ id }, place): [number, number][] => (id >= 0 ? [[id, place]] : [])));
  const changed = { ...model, nodes: shuffled, weights: [...weights.values()].reverse() };
  return { model: renamed ? withOtherNames(changed) : changed, truth };
}

/** A chance order of the file in which makers still come before users. */
function sortedByChance(nodes: readonly Mutable[], below: (n: number) => number): readonly Mutable[] {
  const maker = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const users = new Map<Mutable, Mutable[]>(nodes.map((node) => [node, []]));
  const waiting = new Map<Mutable, number>();
  for (const node of nodes) {
    const makers = new Set(node.inputs.flatMap((name) => maker.get(name) ?? []));
    waiting.set(node, makers.size);
    for (const each of makers) users.get(each)?.push(node);
  }
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  const sorted: Mutable[] = [];
  while (ready.length > 0) {
    const [node] = ready.splice(below(ready.length), 1) as [Mutable];
    sorted.push(node);
    for (const user of users.get(node) ?? []) {
      waiting.set(user, (waiting.get(user) ?? 0) - 1);
      if (waiting.get(user) === 0) ready.push(user);
    }
  }
  return sorted;
}

function withOtherNames(model: WrittenModel): WrittenModel {
  const names = new Map<string, string>();
  const other = (name: string): string => {
    if (name === '') return '';
    const known = names.get(name) ?? `n${(names.size * 7919) % 1_000_003}`;
    names.set(name, known);
    return known;
  };
  return {
    ...model,
    nodes: model.nodes.map((node) => ({
      ...node,
      name: other(`node ${node.name}`),
      inputs: node.inputs.map(other),
      outputs: node.outputs.map(other),
    })),
    weights: (model.weights ?? []).map((each) => ({ ...each, name: other(each.name) })),
    inputs: (model.inputs ?? []).map((each) => ({ ...each, name: other(each.name) })),
    outputs: (model.outputs ?? []).map((each) => ({ ...each, name: other(each.name) })),
  };
}
