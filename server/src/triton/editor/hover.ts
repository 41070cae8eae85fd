/** What is told of a field or a value when the pointer rests on it. */
import type { Span } from '../../core/text/place';
import type { Model } from '../repository/model';
import { chosenVersions } from '../repository/versions';
import { type Field, isEnum, isMessage } from '../schema/types';
import { Message } from '../textFormat/message';
import { hitAt } from './context';

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
  if (!isEnum(field.type) || value instanceof Message) return undefined;
  const known = field.type.values.find(({ number }) => number === value.value);
  return known && { span, markdown: `\`${known.name}\` = ${known.number}${known.doc ? `\n\n${known.doc}` : ''}` };
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
