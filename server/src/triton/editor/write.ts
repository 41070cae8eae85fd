/** A configuration in text format as people write it: lists of numbers on one line, several tensors in one list. */
import { scalarText, valuesOf } from '../complete/print';
import { type Field, isMessage } from '../schema/types';
import { Message } from '../textFormat/message';

/** A message laid out as the formatter leaves it, fields in the order of the schema. */
export const written = (message: Message): string => [...message.type.fields.values()].map(field(message, '')).join('');

/** One field with all its values, each line behind `indent`; '' where it is not set. */
export const writtenField = (message: Message, name: string, indent: string): string => {
  const type = message.type.fields.get(name);
  return type ? field(message, indent)(type) : '';
};

/** A value on one line: `{ name: "x" dims: [ 1 ] }`. */
export function inline(of: Field, value: Message['items'][number]['value']): string {
  if (!(value instanceof Message)) return scalarText(of, value);
  const inside = fieldsInline(value, [...value.type.fields.values()]);
  return inside === '' ? '{ }' : `{ ${inside} }`;
}

/** Some fields of a message on one line. */
export const fieldsInline = (message: Message, fields: readonly Field[]): string =>
  fields
    .flatMap((of) => {
      const values = valuesOf(message, of).map((value) => inline(of, value));
      if (values.length === 0) return [];
      if (isPlainList(of, message)) return [`${of.name}: [ ${values.join(', ')} ]`];
      return values.map((value) => `${of.name}${isMessage(of.type) ? '' : ':'} ${value}`);
    })
    .join(' ');

const isPlainList = (of: Field, message: Message): boolean =>
  of.repeated && valuesOf(message, of).every((value) => !(value instanceof Message));

const field =
  (message: Message, indent: string) =>
  (of: Field): string => {
    const values = valuesOf(message, of);
    if (values.length === 0) return '';
    if (isPlainList(of, message))
      return `${indent}${of.name}: [ ${values.map((value) => inline(of, value)).join(', ')} ]\n`;
    if (values.length === 1 || of.map) return values.map((value) => single(of, value, indent)).join('');
    const items = values.map((value) => block(value, `${indent}  `));
    return `${indent}${of.name} [\n${items.join(',\n')}\n${indent}]\n`;
  };

function single(of: Field, value: Message['items'][number]['value'], indent: string): string {
  if (!(value instanceof Message)) return `${indent}${of.name}: ${scalarText(of, value)}\n`;
  return `${indent}${of.name} ${block(value, indent).trimStart()}\n`;
}

function block(value: Message['items'][number]['value'], indent: string): string {
  if (!(value instanceof Message)) return '';
  const inside = [...value.type.fields.values()].map(field(value, `${indent}  `)).join('');
  return inside === '' ? `${indent}{ }` : `${indent}{\n${inside}${indent}}`;
}
