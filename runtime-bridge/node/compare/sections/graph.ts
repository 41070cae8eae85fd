/** Nodes of ONNX graphs: added, removed, changed, moved; operator sets and producers. */
import type { CompareChange } from '../../../../protocol/src/compare';
import type { OnnxGraph, OnnxModel } from '../../../../server/src/models/onnxGraph';
import { differencesOf, type GraphDifferences, nodeText, type PlacedNode } from '../graph/differences';
import { pairReasons } from '../graph/match';
import { count, section, type Section } from '../section';

export const graph: Section = (comparison) => {
  const [left, right] = [comparison.before.onnx, comparison.after.onnx];
  if (!left || !right) return undefined;
  comparison.onProgress('matching nodes', 0);
  const parts = [differencesOf(left.graph, right.graph), ...functionDifferences(left, right)];
  const all = <T>(of: (part: GraphDifferences) => readonly T[]): readonly T[] => parts.flatMap(of);
  comparison.weightNames = new Map(parts.flatMap(({ weightNames }) => [...weightNames]));
  const pairs = all((part) => part.pairs);
  const changed = pairs.filter(({ differences }) => differences.length > 0);
  const moved = pairs.filter(({ differences, hasMoved }) => hasMoved && differences.length === 0);
  const [added, removed] = [all((part) => part.added), all((part) => part.removed)];
  const renamed = pairs.filter(({ before, after }) => before.node.name !== after.node.name).length;
  const changes: readonly CompareChange[] = [
    ...headChanges(left, right),
    ...changed.map(({ before, after, reason, differences }): CompareChange => ({
      kind: 'changed',
      subject: placedText(before),
      risk: differences.some(({ what }) => what === 'operator') ? 'high' : 'medium',
      differences:
        before.node.name === after.node.name
          ? differences
          : [...differences, { what: 'name', before: before.node.name, after: after.node.name }],
      reason: `Paired by ${pairReasons[reason]}.`,
    })),
    ...removed.map((node): CompareChange => ({
      kind: 'removed',
      subject: placedText(node),
      risk: 'medium',
      differences: [],
    })),
    ...added.map((node): CompareChange => ({
      kind: 'added',
      subject: placedText(node),
      risk: 'medium',
      differences: [],
    })),
    ...moved.map(({ before, reason }): CompareChange => ({
      kind: 'moved',
      subject: placedText(before),
      risk: 'medium',
      differences: [],
      reason: `It is connected to other nodes. Paired by ${pairReasons[reason]}.`,
    })),
  ];
  const figures = {
    nodesBefore: nodesIn(left),
    nodesAfter: nodesIn(right),
    paired: pairs.length,
    renamed,
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    moved: moved.length,
  };
  return {
    ...section({ id: 'graph', title: 'Graph', summary: summaryOf(figures), changes, figures }),
    pairs: pairs.map(({ before, after, reason }) => ({
      before: placedText(before),
      after: placedText(after),
      reason: pairReasons[reason],
    })),
  };
};

const placedText = ({ node, within }: PlacedNode): string => `${within}${nodeText(node)}`;

const nodesIn = ({ graph: main, functions }: OnnxModel): number => {
  const inside = ({ nodes }: OnnxGraph): number =>
    nodes.reduce(
      (sum, { attributes }) =>
        sum + 1 + attributes.flatMap(({ graphs }) => graphs.map(inside)).reduce((a, b) => a + b, 0),
      0,
    );
  return [main, ...functions].map(inside).reduce((a, b) => a + b, 0);
};

/** Functions of the same name; one that came or went is told by the nodes that call it. */
function functionDifferences(before: OnnxModel, after: OnnxModel): readonly GraphDifferences[] {
  return before.functions.flatMap((one) => {
    const other = after.functions.find(({ name, domain }) => name === one.name && domain === one.domain);
    return other ? [differencesOf(one, other, `function ${one.name}: `)] : [];
  });
}

function headChanges(before: OnnxModel, after: OnnxModel): readonly CompareChange[] {
  const changes: CompareChange[] = [];
  const add = (subject: string, one: number | undefined, other: number | undefined, reason: string): void => {
    if (one === other) return;
    changes.push({
      kind: one === undefined ? 'added' : other === undefined ? 'removed' : 'changed',
      subject,
      risk: 'medium',
      differences: [
        {
          what: '',
          ...(one === undefined ? {} : { before: String(one) }),
          ...(other === undefined ? {} : { after: String(other) }),
        },
      ],
      reason,
    });
  };
  for (const domain of new Set([...before.opsets.keys(), ...after.opsets.keys()]))
    add(
      `operator set ${domain === '' ? 'of ONNX' : domain}`,
      before.opsets.get(domain),
      after.opsets.get(domain),
      'Operators may be defined otherwise; the runtime must know this version.',
    );
  add('IR version', before.irVersion, after.irVersion, 'A runtime that is older than the file format refuses it.');
  return changes;
}

function summaryOf(figures: Readonly<Record<string, number>>): string {
  const { nodesBefore = 0, nodesAfter = 0, paired = 0, renamed = 0 } = figures;
  const told = (['changed', 'added', 'removed', 'moved'] as const)
    .filter((kind) => figures[kind])
    .map((kind) => `${(figures[kind] ?? 0).toLocaleString('en')} ${kind}`);
  const nodes =
    nodesBefore === nodesAfter
      ? count(nodesBefore, 'node')
      : `${nodesBefore.toLocaleString('en')} nodes before, ${nodesAfter.toLocaleString('en')} after`;
  const names = renamed === 0 ? '' : `; ${renamed.toLocaleString('en')} of the pairs have other names`;
  return `${nodes}, ${paired.toLocaleString('en')} paired: ${told.join(', ') || 'none differs'}${names}.`;
}
