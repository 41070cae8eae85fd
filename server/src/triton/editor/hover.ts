/** What is told of a field or a value when the pointer rests on it. */
import type { Span } from '../../core/text/place';
import type { Model } from '../repository/model';
import { chosenVersions } from '../repository/versions';
import { type Field, isEnum, isMessage } from '../schema/types';
import { Message } from '../textFormat/message';
import { hitAt } from './context';
import { tensorAt } from './tensorPlaces';

/** So many tensors of a model are listed. */
const MOST_TENSORS = 20;

export interface ConfigHover {
  readonly span: Span;
  readonly markdown: string;
}

/** @param model the model that the configuration belongs to, where it is one of Triton's */
export function hoverIn(root: Message, offset: number, model?: Model): ConfigHover | undefined {
  const hit = hitAt(root, offset);
  if (!hit) return undefined;
  const { item, span, isName } = hit;
  const { field, value } = item;
  if (isName) return { span, markdown: [fieldText(field), ...extras(field, item.value, model)].join('\n\n') };
  if (value instanceof Message) return undefined;
  if (!isEnum(field.type)) return model && nameText(model, offset, span);
  const known = field.type.values.find(({ number }) => number === value.value);
  return known && { span, markdown: `\`${known.name}\` = ${known.number}${known.doc ? `\n\n${known.doc}` : ''}` };
}

/** What a name stands for: a tensor with its type and sizes, or a model with its tensors. */
function nameText(model: Model, offset: number, span: Span): ConfigHover | undefined {
  const hit = hitAt(model.file.root, offset);
  if (!hit || hit.item.value instanceof Message) return undefined;
  const name = String(hit.item.value.value);
  if (hit.item.field.name === 'model_name') {
    const part = model.repository.model(name);
    return part && { span, markdown: modelText(part) };
  }
  const found = tensorAt(model, offset);
  if (!found || 'unknown' in found) return undefined;
  const { tensor } = found;
  const declared = declarationOf(tensor.model, name, tensor.side ? [tensor.side] : sides) ?? writerOf(model, name);
  return declared && { span, markdown: `\`${tensorText(declared.tensor)}\`\n\nOf model \`${declared.model.name}\`.` };
}

interface Declared {
  readonly model: Model;
  readonly tensor: Message;
}
const sides = ['input', 'output'];

function declarationOf(model: Model | undefined, name: string, within: readonly string[]): Declared | undefined {
  const { config } = model?.completed ?? {};
  const tensor = within.flatMap((side) => config?.all(side) ?? []).find((each) => each.text('name') === name);
  return model && tensor && { model, tensor };
}

/** The output behind a name that flows between the steps of an ensemble. */
function writerOf(model: Model, name: string): Declared | undefined {
  for (const step of model.file.root.one('ensemble_scheduling')?.all('step') ?? []) {
    const entry = step.all('output_map').find((each) => each.text('value') === name);
    if (entry) return declarationOf(model.repository.model(step.text('model_name')), entry.text('key'), ['output']);
  }
  return undefined;
}

/** `x: TYPE_FP32 [ 3, -1 ]` */
export const tensorText = (tensor: Message): string =>
  `${tensor.text('name')}: ${tensor.enumName('data_type')} [ ${tensor.numbers('dims').join(', ')} ]`;

/** Who runs a model, what goes in and comes out, and which versions are served. */
export function modelText(model: Model): string {
  const { config } = model.completed;
  const lists = ['input', 'output'].flatMap((side) =>
    config
      .all(side)
      .slice(0, MOST_TENSORS)
      .map((tensor) => `- ${side} \`${tensorText(tensor)}\``),
  );
  const runs = model.isEnsemble ? 'An ensemble' : config.text('backend') ? `Backend \`${config.text('backend')}\`` : '';
  const served = model.loaded ?? [];
  const versions = served.length === 0 ? 'none' : served.join(', ');
  const facts = [`${runs && `${runs}, `}\`max_batch_size: ${config.number('max_batch_size')}\`.`, lists.join('\n')];
  return [`Model \`${model.name}\``, ...facts, `Served versions: ${versions}.`]
    .filter((fact) => fact !== '')
    .join('\n\n');
}

/** The documentation of a field: its type, what it does, what it is when omitted. */
export function fieldText(field: Field): string {
  const facts = [
    `\`${field.repeated && !field.map ? 'repeated ' : ''}${typeName(field)} ${field.name}\``,
    field.doc,
    field.omitted === undefined ? '' : `Omitted: ${field.omitted}.`,
    field.oneof === undefined ? '' : `One of the choices of \`${field.oneof}\`.`,
    field.since === undefined ? '' : `Since Triton ${field.since}.`,
  ];
  return facts.filter((fact) => fact !== '').join('\n\n');
}

export function typeName({ type, map }: Field): string {
  if (map && isMessage(type)) {
    const [key, value] = [...type.fields.values()];
    return `map<${key ? typeName(key) : ''}, ${value ? typeName(value) : ''}>`;
  }
  return typeof type === 'string' ? type : type.name.slice(type.name.lastIndexOf('.') + 1);
}

function extras(field: Field, value: unknown, model: Model | undefined): readonly string[] {
  if (!model) return [];
  if (field.name === 'version_policy' && model.entries !== undefined) {
    const there = model.versions.flatMap(({ number }) => number ?? []).sort((a, b) => a - b);
    const chosen = chosenVersions(model.filled, model.versions);
    return [
      `On the disk: ${there.join(', ') || 'no version'}. Served: ${chosen.join(', ') || 'none'}. Requests without a version go to ${chosen[0] ?? 'none'}.`,
    ];
  }
  if (field.name === 'dims' && model.filled.number('max_batch_size') > 0 && !(value instanceof Message))
    return ['`max_batch_size` is above 0: the full shape is [-1] and then these sizes.'];
  return [];
}
