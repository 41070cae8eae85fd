/** What differs between two graphs once their nodes are paired. */
import type { OnnxAttribute, OnnxGraph, OnnxInitialiser, OnnxNode } from '../../../../server/src/models/onnxGraph';
import { constantText } from '../../../../server/src/models/onnxParts';
import { elementTypeName, tensorText } from '../../../../server/src/models/onnxTypes';
import type { CompareDifference } from '../../../../protocol/src/compare';
import { linked, type LinkedGraph } from './linked';
import { matchGraphs, type PairReason } from './match';

/** A node and the bodies that it lies in: `If "check" / then_branch`. */
export interface PlacedNode {
  readonly node: OnnxNode;
  readonly within: string;
}

export interface PlacedPair {
  readonly before: PlacedNode;
  readonly after: PlacedNode;
  readonly reason: PairReason;
  /** Empty where they are the same but for their names. */
  readonly differences: readonly CompareDifference[];
  /** None of what it is connected to is the same. */
  readonly hasMoved: boolean;
}

export interface GraphDifferences {
  readonly pairs: readonly PlacedPair[];
  readonly removed: readonly PlacedNode[];
  readonly added: readonly PlacedNode[];
  /** Names of weights before -> after, of those that paired nodes use in the same place. */
  readonly weightNames: ReadonlyMap<string, string>;
}

export function differencesOf(before: OnnxGraph, after: OnnxGraph, within = ''): GraphDifferences {
  const sides = { before: linked(before), after: linked(after) };
  const found = matchGraphs(sides.before, sides.after);
  const wiring = new Wiring(sides.before, sides.after, new Map(found.map((pair) => [pair.before, pair.after])));
  const weightNames = new Map<string, string>();
  const inner: GraphDifferences[] = [];
  const pairs = found.map((pair): PlacedPair => {
    const [one, other] = [nodeAt(sides.before, pair.before), nodeAt(sides.after, pair.after)];
    const weights = [sides.before.weights[pair.before] ?? [], sides.after.weights[pair.after] ?? []] as const;
    weights[0].forEach((weight, slot) => {
      const same = weights[1][slot];
      if (weight && same) weightNames.set(weight.name, same.name);
    });
    inner.push(...bodiesOf(one, other, within));
    const { rewired, hasMoved } = wiring.of(pair.before, pair.after);
    return {
      before: { node: one, within },
      after: { node: other, within },
      reason: pair.reason,
      differences: [
        ...operatorChange(one, other),
        ...attributeChanges(one, other),
        ...weightChanges(...weights),
        ...rewired,
      ],
      hasMoved,
    };
  });
  const [kept, met] = [new Set(found.map((pair) => pair.before)), new Set(found.map((pair) => pair.after))];
  const place = (node: OnnxNode): PlacedNode => ({ node, within });
  return {
    pairs: [...pairs, ...inner.flatMap((each) => each.pairs)],
    removed: [...before.nodes.filter((_, i) => !kept.has(i)).map(place), ...inner.flatMap((each) => each.removed)],
    added: [...after.nodes.filter((_, i) => !met.has(i)).map(place), ...inner.flatMap((each) => each.added)],
    weightNames: new Map([...inner.flatMap((each) => [...each.weightNames]), ...weightNames]),
  };
}

const nodeAt = ({ nodes }: LinkedGraph, index: number): OnnxNode => {
  const node = nodes[index];
  if (!node) throw new RangeError(`no node ${index}`);
  return node;
};

/** The bodies of two nodes, by the attributes that hold them. */
function bodiesOf(before: OnnxNode, after: OnnxNode, within: string): readonly GraphDifferences[] {
  return before.attributes.flatMap(({ name, graphs }) => {
    const others = after.attributes.find((each) => each.name === name)?.graphs ?? [];
    const path = `${within}${nodeText(before)} / ${name}: `;
    return graphs.flatMap((graph, index) => {
      const other = others[index];
      return other ? [differencesOf(graph, other, path)] : [];
    });
  });
}

/** `Conv "/layer1/conv"`; an operator that is not ONNX's own with its domain. */
export function nodeText({ op, domain, name }: OnnxNode): string {
  const operator = domain === '' ? op : `${domain}.${op}`;
  return name === '' ? operator : `${operator} "${name}"`;
}

const operatorChange = (before: OnnxNode, after: OnnxNode): readonly CompareDifference[] =>
  before.op === after.op && before.domain === after.domain
    ? []
    : [{ what: 'operator', before: nodeText({ ...before, name: '' }), after: nodeText({ ...after, name: '' }) }];

function attributeChanges(before: OnnxNode, after: OnnxNode): readonly CompareDifference[] {
  const byName = ({ attributes }: OnnxNode): ReadonlyMap<string, OnnxAttribute> =>
    new Map(attributes.map((each) => [each.name, each]));
  const [left, right] = [byName(before), byName(after)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    const omitted = defaults.get(name);
    // Bodies are compared node by node.
    if ((one?.text ?? omitted) === (other?.text ?? omitted) || (one?.graphs.length && other?.graphs.length)) return [];
    return [difference(`attribute ${name}`, one?.text, other?.text)];
  });
}

/** What an attribute is where it is left out, for those that all operators and operator sets agree on (onnx/defs). */
const defaults: ReadonlyMap<string, string> = new Map([
  ['allowzero', '0'],
  ['auto_pad', '"NOTSET"'],
  ['ceil_mode', '0'],
  ['group', '1'],
  ['keepdims', '1'],
  ['noop_with_empty_axes', '0'],
  ['storage_order', '0'],
  ['training_mode', '0'],
  ['transA', '0'],
  ['transB', '0'],
]);

const difference = (what: string, before: string | undefined, after: string | undefined): CompareDifference => ({
  what,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

type Weights = readonly (OnnxInitialiser | undefined)[];

/** Types and sizes of weights, and the values of small constants of whole numbers, which say what a node does. */
function weightChanges(before: Weights, after: Weights): readonly CompareDifference[] {
  return before.flatMap((one, slot) => {
    const other = after[slot];
    if (!one || !other) return [];
    const what = `input ${slot} (${one.name || 'unnamed'})`;
    const [left, right] = [sizeText(one), sizeText(other)];
    if (left !== right) return [difference(what, left, right)];
    const [values, others] = [wholeConstant(one), wholeConstant(other)];
    return values === others ? [] : [difference(what, values, others)];
  });
}

const sizeText = ({ type, dims }: OnnxInitialiser): string => tensorText(elementTypeName(type), dims);
const wholeConstant = (weight: OnnxInitialiser): string | undefined =>
  [6, 7, 9].includes(weight.type) ? constantText(weight) : undefined;

/** Whether inputs come from where they came from. */
class Wiring {
  private readonly back: ReadonlyMap<number, number>;

  constructor(
    private readonly before: LinkedGraph,
    private readonly after: LinkedGraph,
    private readonly partners: ReadonlyMap<number, number>,
  ) {
    this.back = new Map([...partners].map(([one, other]) => [other, one]));
  }

  of(one: number, other: number): { readonly rewired: readonly CompareDifference[]; readonly hasMoved: boolean } {
    const [left, right] = [this.before.producers[one] ?? [], this.after.producers[other] ?? []];
    const rewired = left.flatMap((maker, slot) => {
      const now = right[slot] ?? -1;
      if (maker < 0 || now < 0 || this.leadsTo(maker, now)) return [];
      const from = (graph: LinkedGraph, node: number): string => `from ${nodeText(nodeAt(graph, node))}`;
      return [difference(`input ${slot}`, from(this.before, maker), from(this.after, now))];
    });
    const neighbours = [...left.filter((each) => each >= 0), ...(this.before.consumers[one] ?? [])];
    const now = new Set([...right, ...(this.after.consumers[other] ?? [])]);
    const hasMoved = rewired.length > 0 && !neighbours.some((each) => now.has(this.partners.get(each) ?? -2));
    return { rewired: hasMoved ? [] : rewired, hasMoved };
  }

  /** The same node, or one that is found behind nodes which were added or removed in between. */
  private leadsTo(maker: number, now: number): boolean {
    const left = paired(this.before, maker, (node) => this.partners.get(node));
    const right = paired(this.after, now, (node) => (this.back.has(node) ? node : undefined));
    return left.size === 0 || right.size === 0 || [...left].some((node) => right.has(node));
  }
}

/** Nodes that are looked through at most. */
const MOST_BETWEEN = 200;

/** The nearest nodes with a partner, upwards through those without; told as nodes of the second graph. */
function paired(graph: LinkedGraph, from: number, partner: (node: number) => number | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  const seen = new Set([from]);
  for (const node of seen) {
    const same = partner(node);
    if (same !== undefined) found.add(same);
    else if (seen.size < MOST_BETWEEN) for (const next of graph.producers[node] ?? []) if (next >= 0) seen.add(next);
  }
  return found;
}
