/** A graph with its edges, and its nodes in an order that hangs on what is connected, not on names or the file. */
import type { OnnxGraph, OnnxInitialiser, OnnxNode } from '../../../../server/src/models/onnxGraph';

export interface LinkedGraph {
  readonly graph: OnnxGraph;
  readonly nodes: readonly OnnxNode[];
  /**
   * By node: who makes each input; -1 for what no node makes. After the inputs come the values that the bodies of the
   * node use from outside.
   */
  readonly producers: readonly (readonly number[])[];
  /** By node: who uses its outputs. */
  readonly consumers: readonly (readonly number[])[];
  /** By node: the weights among its inputs, in their places. */
  readonly weights: readonly (readonly (OnnxInitialiser | undefined)[])[];
  /** Nodes, makers before users, walked from the graph's outputs. */
  readonly order: readonly number[];
}

export function linked(graph: OnnxGraph): LinkedGraph {
  const { nodes } = graph;
  const makers = new Map<string, number>();
  nodes.forEach(({ outputs }, index) => outputs.forEach((name) => name !== '' && makers.set(name, index)));
  const weightNames = new Map(graph.initialisers.map((each) => [each.name, each]));
  const producers = nodes.map((node) =>
    [...node.inputs, ...outerNames(node)].map((name) => (name === '' ? -1 : (makers.get(name) ?? -1))),
  );
  const consumers: number[][] = nodes.map(() => []);
  producers.forEach((list, index) => {
    for (const producer of new Set(list)) if (producer >= 0) consumers[producer]?.push(index);
  });
  const weights = nodes.map(({ inputs }) => inputs.map((name) => weightNames.get(name)));
  const ends = graph.outputs.map(({ name }) => makers.get(name) ?? -1);
  return { graph, nodes, producers, consumers, weights, order: postOrder(producers, ends) };
}

/** Values that the bodies of a node take from around it. */
function outerNames(node: OnnxNode): readonly string[] {
  return node.attributes.flatMap(({ graphs }) => graphs.flatMap(freeNames));
}

function freeNames(graph: OnnxGraph): readonly string[] {
  const own = new Set([...graph.inputs, ...graph.initialisers].map(({ name }) => name));
  for (const { outputs } of graph.nodes) for (const name of outputs) own.add(name);
  const used = graph.nodes.flatMap((node) => [...node.inputs, ...outerNames(node)]);
  const wanted = [...used, ...graph.outputs.map(({ name }) => name)];
  return [...new Set(wanted)].filter((name) => name !== '' && !own.has(name));
}

/** A cycle, which no runtime takes, is cut where it closes. */
function postOrder(producers: readonly (readonly number[])[], ends: readonly number[]): readonly number[] {
  const seen = new Uint8Array(producers.length);
  const order: number[] = [];
  const walk = (start: number): void => {
    if (start < 0 || seen[start] === 1) return;
    seen[start] = 1;
    const open = [{ node: start, next: 0 }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const producer = producers[top.node]?.[top.next++];
      if (producer === undefined) {
        order.push(top.node);
        open.pop();
      } else if (producer >= 0 && seen[producer] === 0) {
        seen[producer] = 1;
        open.push({ node: producer, next: 0 });
      }
    }
  };
  for (const end of ends) walk(end);
  for (let node = 0; node < producers.length; node++) walk(node);
  return order;
}
