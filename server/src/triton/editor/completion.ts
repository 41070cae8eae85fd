/** What can be written at a place of a configuration: fields, values, names of models and tensors. */
import { knownBackends } from '../backends';
import type { Model } from '../repository/model';
import { type Field, isEnum, isMessage, type MessageType } from '../schema/types';
import type { Message } from '../textFormat/message';
import { fieldBefore, messageAt } from './context';
import { fieldText, modelText, tensorText, typeName } from './hover';

export interface Proposal {
  readonly label: string;
  readonly kind: 'field' | 'value' | 'name';
  /** A snippet: `$1` and so on are places to fill in. */
  readonly insert: string;
  readonly detail: string;
  readonly documentation: string;
}

/** Fields in the order in which configurations use them; the others follow as in the schema. */
const usual = [
  'name',
  'backend',
  'platform',
  'max_batch_size',
  'input',
  'output',
  'data_type',
  'dims',
  'instance_group',
  'dynamic_batching',
  'version_policy',
  'parameters',
];

export function proposalsAt(text: string, root: Message, offset: number, model?: Model): readonly Proposal[] {
  const message = messageAt(root, offset);
  const field = fieldBefore(text, offset, message.type);
  return field ? valuesOf(field, message, model) : fieldsOf(message, text, offset);
}

function fieldsOf(message: Message, text: string, offset: number): readonly Proposal[] {
  const taken = (field: Field): boolean =>
    message.items.some(
      (item) =>
        // The word that is being written does not count.
        !(item.name && item.name.start <= offset && offset <= item.name.end) &&
        ((item.field === field && !field.repeated) || (field.oneof !== undefined && item.field.oneof === field.oneof)),
    );
  const rank = ({ name }: Field): number => (usual.includes(name) ? usual.indexOf(name) : usual.length);
  const followed = /^\w*\s*[:{[]/.test(text.slice(offset, offset + 80));
  return [...message.type.fields.values()]
    .filter((field) => !taken(field))
    .sort((a, b) => rank(a) - rank(b))
    .map((field) => ({
      label: field.name,
      kind: 'field',
      insert: followed ? field.name : snippet(field),
      detail: typeName(field),
      documentation: fieldText(field),
    }));
}

function snippet(field: Field): string {
  if (field.map) return `${field.name} {\n  key: "$1"\n  value: $2\n}`;
  if (isMessage(field.type))
    return field.repeated ? `${field.name} [\n  {\n    $1\n  }\n]` : `${field.name} {\n  $1\n}`;
  if (field.repeated) return `${field.name}: [ $1 ]`;
  return field.type === 'string' ? `${field.name}: "$1"` : `${field.name}: $1`;
}

function valuesOf(field: Field, message: Message, model: Model | undefined): readonly Proposal[] {
  const value = (label: string, documentation = ''): Proposal => ({
    label,
    kind: 'value',
    insert: label,
    detail: field.name,
    documentation,
  });
  if (isEnum(field.type)) {
    const isNothing = ({ name }: { readonly name: string }): boolean => name.endsWith('_INVALID');
    const values = [...field.type.values].sort((a, b) => Number(isNothing(a)) - Number(isNothing(b)));
    return values.map(({ name, doc }) => value(name, doc));
  }
  if (field.type === 'bool') return [value('true'), value('false')];
  return namesFor(field, message.type, message, model).map(({ name, detail, says }) => ({
    ...value(name, says),
    kind: 'name',
    detail: detail ?? field.name,
  }));
}

interface Name {
  readonly name: string;
  /** Of a tensor its type and sizes. */
  readonly detail?: string;
  readonly says?: string;
}
const plain = (names: readonly string[]): readonly Name[] => names.map((name) => ({ name }));

/** Names that the repository knows. */
function namesFor(field: Field, type: MessageType, message: Message, model: Model | undefined): readonly Name[] {
  if (field.name === 'backend') return plain(knownBackends);
  if (field.name === 'platform')
    return plain(['ensemble', 'onnxruntime_onnx', 'pytorch_libtorch', 'tensorrt_plan', 'torch_aoti']);
  if (field.name === 'model_name') return model ? otherModels(model) : [];
  const side = /\.(Input|Output)MapEntry$/.exec(type.name)?.[1]?.toLowerCase();
  if (!model || side === undefined) return [];
  if (field.name === 'value') return ensembleTensors(model);
  const step = model.file.root
    .one('ensemble_scheduling')
    ?.all('step')
    .find((each) => each.all(`${side}_map`).includes(message));
  const part = model.repository.model(step?.text('model_name') ?? '');
  return part?.completed.config.all(side).map(tensorName) ?? [];
}

/** Models are read only for the first names: a repository may have thousands. */
const DESCRIBED = 50;

function otherModels({ repository, name: own }: Model): readonly Name[] {
  const names = repository.names()?.filter((name) => name !== own) ?? [];
  return names.map((name, index) => {
    const model = index < DESCRIBED ? repository.model(name) : undefined;
    return model ? { name, says: modelText(model) } : { name };
  });
}

const tensorName = (tensor: Message): Name => ({ name: tensor.text('name'), detail: tensorText(tensor) });

/** What an ensemble declares, and what flows between its steps. */
function ensembleTensors({ file: { root } }: Model): readonly Name[] {
  const found = new Map<string, Name>();
  for (const side of ['input', 'output'])
    for (const tensor of root.all(side)) found.set(tensor.text('name'), tensorName(tensor));
  for (const step of root.one('ensemble_scheduling')?.all('step') ?? [])
    for (const entry of [...step.all('input_map'), ...step.all('output_map')]) {
      const name = entry.text('value');
      if (!found.has(name)) found.set(name, { name });
    }
  found.delete('');
  return [...found.values()];
}
