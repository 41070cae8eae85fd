/** Names, types and shapes along the steps of an ensemble, as ValidateEnsembleConfig compares them. */
import type { Model } from '../../repository/model';
import { nameOfField, placeOf, type Problem } from '../../rule';
import type { Message } from '../../textFormat/message';

/** A tensor as its first occurrence defines it. */
interface Node {
  /** The ensemble's own input or output. */
  readonly own: Message | undefined;
  readonly model: string;
  readonly type: number;
  readonly typeName: string;
  readonly dims: readonly number[];
  readonly full: readonly number[];
  readonly from: Node[];
  readonly to: Node[];
  isDecoupled: boolean;
  sibling: { label: number; isVisited: boolean } | undefined;
  isVisited: boolean;
  label: number;
}

interface Flow {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly sink: Node;
}

const nodeOf = (
  model: string,
  tensor: Message | undefined,
  dims: readonly number[],
  batched: boolean,
  own?: Message,
): Node => ({
  own,
  model,
  type: tensor?.number('data_type') ?? 0,
  typeName: tensor?.enumName('data_type') ?? '',
  dims,
  full: batched ? [-1, ...dims] : dims,
  from: [],
  to: [],
  isDecoupled: false,
  sibling: undefined,
  isVisited: false,
  label: 0,
});

/** Problems of an ensemble; of a step whose model is not certain nothing is said. */
export function* ensembleProblems(model: Model, config: Message): Iterable<Problem> {
  const name = config.text('name');
  const { nodes, sink } = ownTensors(config, name);
  let isWhole = true;
  for (const step of config.one('ensemble_scheduling')?.all('step') ?? []) {
    const part = model.repository.model(step.text('model_name'));
    const parts = part && part !== model && part.isReadable ? part.completed : undefined;
    // A model without a configuration file has tensors that only its backend knows.
    if (!parts?.isCertain || parts.problems.length > 0) {
      isWhole = false;
      continue;
    }
    yield* batchProblem(step, parts.config, config, name);
    yield* mapped(step, parts.config, name, nodes);
  }
  if (!isWhole) return;
  const mixed = spread(config, nodes, sink);
  if (mixed !== undefined)
    yield {
      message: `in ensemble ${name}, step of model '${mixed}' receives inputs originated from different decoupled models`,
      at: stepPlace(config, mixed),
    };
}

/** Whether an ensemble is decoupled, as the server works it out. */
export function isDecoupled(model: Model, config: Message): boolean {
  const { nodes, sink } = ownTensors(config, config.text('name'));
  for (const step of config.one('ensemble_scheduling')?.all('step') ?? []) {
    const part = model.repository.model(step.text('model_name'));
    if (part && part !== model) for (const _ of mapped(step, part.completed.config, '', nodes));
  }
  spread(config, nodes, sink);
  return [...nodes.values(), sink].some(({ label }) => label > 0);
}

function ownTensors(config: Message, name: string): Flow & { readonly nodes: Map<string, Node> } {
  const batched = config.number('max_batch_size') > 0;
  const nodes = new Map<string, Node>();
  const sink = nodeOf(name, undefined, [], false);
  for (const side of ['input', 'output'])
    for (const tensor of config.all(side)) {
      const dims = tensor.one('reshape')?.numbers('shape') ?? tensor.numbers('dims');
      const node = nodes.get(tensor.text('name')) ?? nodeOf(name, tensor, dims, batched, tensor);
      nodes.set(tensor.text('name'), node);
      if (side === 'output') {
        sink.from.push(node);
        node.to.push(sink);
      }
    }
  return { nodes, sink };
}

function* batchProblem(step: Message, part: Message, config: Message, name: string): Iterable<Problem> {
  const [own, other] = [config.number('max_batch_size'), part.number('max_batch_size')];
  if (other !== 0 && other < own)
    yield {
      message: `ensemble ${name} allows maximum batch size ${own}, but it contains model ${step.text('model_name')} which only allows maximum batch size to be ${other}`,
      at: placeOf(config, 'max_batch_size'),
      related: [{ at: placeOf(step, 'model_name'), message: `${step.text('model_name')} is used here` }],
    };
}

function* mapped(step: Message, part: Message, name: string, nodes: Map<string, Node>): Iterable<Problem> {
  const other = step.text('model_name');
  const batched = part.number('max_batch_size') > 0;
  const [inputs, outputs] = [step.entries('input_map'), step.entries('output_map')];
  const prefix = `in ensemble ${name}, `;
  const names = (side: string): readonly string[] => part.all(side).map((tensor) => tensor.text('name'));
  for (const [key, entry] of inputs)
    if (!names('input').includes(key))
      yield {
        message: `${prefix}ensemble tensor ${entry.text('value')} is mapping to non-existing input ${key} in model ${other}`,
        at: placeOf(entry, 'key'),
      };
  for (const tensor of part.all('input')) {
    const entry = inputs.get(tensor.text('name'));
    if (entry) yield* meet(entry, tensor, other, batched, prefix, nodes);
    else if (!tensor.flag('optional'))
      yield {
        message: `${prefix}input ${tensor.text('name')} in model ${other} is not mapped to any ensemble tensors`,
        at: placeOf(step, 'model_name'),
      };
  }
  const sibling = { label: 0, isVisited: false };
  for (const [key, entry] of outputs) {
    const tensor = part.all('output').find((each) => each.text('name') === key);
    if (!tensor) {
      yield {
        message: `${prefix}ensemble tensor ${entry.text('value')} is mapped from non-existing output ${key} in model ${other}`,
        at: placeOf(entry, 'key'),
      };
      continue;
    }
    yield* meet(entry, tensor, other, batched, prefix, nodes);
    const node = nodes.get(entry.text('value'));
    if (!node) continue;
    node.sibling = sibling;
    node.isDecoupled = part.one('model_transaction_policy')?.flag('decoupled') ?? false;
    for (const input of inputs.values()) {
      const before = nodes.get(input.text('value'));
      if (!before) continue;
      node.from.push(before);
      before.to.push(node);
    }
  }
}

/** A tensor of a model where it meets the tensor of the ensemble. */
function* meet(
  entry: Message,
  tensor: Message,
  model: string,
  batched: boolean,
  prefix: string,
  nodes: Map<string, Node>,
): Iterable<Problem> {
  const name = entry.text('value');
  const made = nodeOf(model, tensor, tensor.numbers('dims'), batched);
  const known = nodes.get(name);
  if (!known) {
    nodes.set(name, made);
    return;
  }
  const start = `${prefix}ensemble tensor ${name}: `;
  const at = placeOf(entry, 'value');
  // Where the ensemble itself says something else than the model, the model is right.
  const place = (field: string): Problem['at'] => (known.own ? nameOfField(known.own, field) : at);
  const related = known.own ? [{ at, message: `it meets ${model} here` }] : [];
  if (known.type !== made.type)
    yield {
      message: `${start}inconsistent data type: ${known.typeName} is inferred from model ${known.model} while ${made.typeName} is inferred from model ${made.model}`,
      at: place('data_type'),
      related,
    };
  else if (!agree(known.dims, made.dims) && !agree(known.full, made.full))
    yield {
      message: `${start}inconsistent shape: ${shown(known.full)} is inferred from model ${known.model} while ${shown(made.full)} is inferred from model ${made.model}`,
      at: place('dims'),
      related,
    };
}

const agree = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((dim, index) => dim === other[index] || dim === -1 || other[index] === -1);

const shown = (dims: readonly number[]): string => `[${dims.join(',')}]`;

/** Follows the responses of decoupled models; the model of a step that would mix them. */
function spread(config: Message, nodes: ReadonlyMap<string, Node>, sink: Node): string | undefined {
  const waiting = config.all('input').flatMap((input) => nodes.get(input.text('name')) ?? []);
  for (const node of waiting) node.isVisited = true;
  let labels = 0;
  for (let node = waiting.shift(); node; node = waiting.shift())
    for (const next of node.to) {
      if (next.isVisited || !next.from.every(({ isVisited }) => isVisited)) continue;
      const label = next.from[0]?.label ?? 0;
      if (next.from.some((each) => each.label !== label)) return next === sink ? sink.model : next.model;
      if (next.sibling?.isVisited) next.label = next.sibling.label;
      else {
        labels += next.isDecoupled ? 1 : 0;
        next.label = next.isDecoupled ? labels : label;
        if (next.sibling) Object.assign(next.sibling, { label: next.label, isVisited: true });
      }
      next.isVisited = true;
      waiting.push(next);
    }
  return undefined;
}

function stepPlace(config: Message, model: string): Problem['at'] {
  const steps = config.one('ensemble_scheduling')?.all('step') ?? [];
  const step = steps.find((each) => each.text('model_name') === model);
  return step ? placeOf(step, 'model_name') : placeOf(config, 'name');
}
