/** How tensors flow through the steps of one ensemble, as ValidateEnsembleSchedulingConfig sees it. */
import { openingOf, placeOf, type Problem } from '../../rule';
import type { Message } from '../../textFormat/message';

interface Node {
  readonly name: string;
  readonly from: Node[];
  readonly to: Node[];
  isWritten: boolean;
  isReady: boolean;
  /** The entries of maps that name it. */
  readonly entries: Message[];
}

export function* dataFlowProblems(config: Message): Iterable<Problem> {
  const name = config.text('name');
  const steps = config.one('ensemble_scheduling')?.all('step') ?? [];
  const nodes = new Map<string, Node>();
  const repeated: Problem[] = [];
  for (const [index, step] of steps.entries()) connect(step, index, name, nodes, repeated);
  if (repeated.length > 0) {
    yield* repeated;
    return;
  }
  if (steps.some((step) => !step.has('input_map') || !step.has('output_map'))) return;
  yield* unused(config, 'input', name, nodes);
  yield* unused(config, 'output', name, nodes);
  spread(config, nodes);
  if (['input', 'output'].some((side) => config.all(side).some((tensor) => !nodes.has(tensor.text('name'))))) {
    // What is written otherwise at the other end is the likely cause.
    yield* loose(config, name, nodes);
    return;
  }
  yield* unwritten(config, name, nodes);
  yield* lost(config, name, nodes);
}

function connect(step: Message, index: number, name: string, nodes: Map<string, Node>, repeated: Problem[]): void {
  const outputs: Node[] = [];
  for (const entry of step.entries('output_map').values()) {
    const node = nodeOf(nodes, entry);
    if (node.isWritten)
      repeated.push({
        message: `ensemble tensor '${node.name}' can appear in an output map only once for ensemble '${name}' step ${index}`,
        at: placeOf(entry, 'value'),
      });
    node.isWritten = true;
    outputs.push(node);
  }
  for (const entry of step.entries('input_map').values()) {
    const node = nodeOf(nodes, entry);
    for (const output of outputs) {
      output.from.push(node);
      node.to.push(output);
    }
  }
}

function nodeOf(nodes: Map<string, Node>, entry: Message): Node {
  const name = entry.text('value');
  const known = nodes.get(name) ?? { name, from: [], to: [], isWritten: false, isReady: false, entries: [] };
  nodes.set(name, known);
  known.entries.push(entry);
  return known;
}

function* unused(config: Message, side: string, name: string, nodes: ReadonlyMap<string, Node>): Iterable<Problem> {
  for (const tensor of config.all(side))
    if (!nodes.has(tensor.text('name')))
      yield {
        message: `ensemble ${side} '${tensor.text('name')}' for ensemble ${name}' is not used`,
        at: placeOf(tensor, 'name'),
      };
}

/** Marks what the inputs reach: a tensor is ready once all that its step takes are. */
function spread(config: Message, nodes: ReadonlyMap<string, Node>): void {
  const waiting = config.all('input').flatMap((input) => nodes.get(input.text('name')) ?? []);
  for (const node of waiting) node.isReady = true;
  for (let node = waiting.shift(); node; node = waiting.shift())
    for (const next of node.to)
      if (!next.isReady && next.from.every(({ isReady }) => isReady)) {
        next.isReady = true;
        waiting.push(next);
      }
}

function* unwritten(config: Message, name: string, nodes: ReadonlyMap<string, Node>): Iterable<Problem> {
  for (const output of config.all('output')) {
    const node = nodes.get(output.text('name'));
    if (!node || node.isReady) continue;
    const cause = deepest(node);
    const because =
      cause.name === node.name ? '' : `: at least one of its depending tensors, '${cause.name}', is not connected`;
    const entry = cause.entries[0];
    yield {
      message: `output '${node.name}' for ensemble '${name}' is not written${because}`,
      at: entry && cause !== node ? placeOf(entry, 'value') : placeOf(output, 'name'),
      related: [{ at: placeOf(output, 'name'), message: `the output ${node.name}` }],
    };
  }
}

/** The first tensor on the way back that nothing provides. */
function deepest(node: Node): Node {
  const seen = new Set<Node>();
  let last = node;
  for (;;) {
    const next = last.from.find((each) => !each.isReady && !seen.has(each));
    if (!next) return last;
    seen.add(next);
    last = next;
  }
}

/** Tensors that nobody writes, or nobody reads. */
function* loose(config: Message, name: string, nodes: ReadonlyMap<string, Node>): Iterable<Problem> {
  const names = (side: string): readonly string[] => config.all(side).map((tensor) => tensor.text('name'));
  const [inputs, outputs] = [names('input'), names('output')];
  for (const node of nodes.values()) {
    const isLoose = node.isWritten ? node.to.length === 0 && !outputs.includes(node.name) : !inputs.includes(node.name);
    for (const entry of isLoose ? node.entries : [])
      yield {
        message: `ensemble tensor '${node.name}' is unused in ensemble '${name}'`,
        at: placeOf(entry, 'value'),
        fixes: renamings(
          entry,
          [...inputs, ...outputs].filter((each) => !nodes.has(each)),
        ),
      };
  }
}

function renamings(entry: Message, names: readonly string[]): Problem['fixes'] {
  const span = entry.scalar('value')?.span;
  return span
    ? names.map((each) => ({ title: `Connect it to ${each}`, changes: [{ span, newText: JSON.stringify(each) }] }))
    : [];
}

function* lost(config: Message, name: string, nodes: ReadonlyMap<string, Node>): Iterable<Problem> {
  const outputs = new Set(config.all('output').map((output) => output.text('name')));
  for (const node of nodes.values()) {
    if (outputs.has(node.name) || (node.isReady && node.to.length > 0)) continue;
    const [entry] = node.entries;
    yield {
      message: `ensemble tensor '${node.name}' is unused in ensemble '${name}'`,
      at: entry ? placeOf(entry, 'value') : openingOf(config),
    };
  }
}
