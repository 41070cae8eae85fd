/** Writing a schema down: one line a field, types by what they are. */
import type { EnumType, EnumValue, Field, MessageType } from './types';

/** A field without its name. */
export type FieldOf = Omit<Field, 'name'>;

interface Extras {
  readonly omitted?: string;
  readonly since?: string;
  readonly oneof?: string;
}

const field = (type: Field['type'], doc: string, extras: Extras, repeated = false): FieldOf => ({
  type,
  repeated,
  map: false,
  doc,
  oneof: extras.oneof,
  omitted: extras.omitted,
  since: extras.since,
});

/** A field that occurs once. */
export const one = (type: Field['type'], doc: string, extras: Extras = {}): FieldOf => field(type, doc, extras);

/** A list. */
export const many = (type: Field['type'], doc: string, extras: Extras = {}): FieldOf => field(type, doc, extras, true);

/** A map; its entry type is named by `message`. */
export const map = (
  key: Field['type'],
  value: Field['type'],
  doc: string,
  extras: Extras = {},
): FieldOf & { readonly entry: readonly [Field['type'], Field['type']] } => ({
  ...field(key, doc, extras, true),
  map: true,
  entry: [key, value],
});

/** A message type from its fields in the order of the .proto file. */
export function message(
  name: string,
  fields: Readonly<Record<string, FieldOf & { readonly entry?: readonly [Field['type'], Field['type']] }>>,
  doc?: string,
): MessageType {
  const made = Object.entries(fields).map(([fieldName, { entry, ...rest }]): [string, Field] => [
    fieldName,
    { ...rest, name: fieldName, type: entry ? entryType(`${name}.${entryName(fieldName)}`, entry) : rest.type },
  ]);
  return {
    kind: 'message',
    name,
    fields: new Map(made),
    isEntry: false,
    isAny: name === 'google.protobuf.Any',
    ...(doc === undefined ? {} : { doc }),
  };
}

function entryType(name: string, [key, value]: readonly [Field['type'], Field['type']]): MessageType {
  const of = (fieldName: string, type: Field['type'], doc: string): [string, Field] => [
    fieldName,
    { ...one(type, doc), name: fieldName },
  ];
  return {
    kind: 'message',
    name,
    fields: new Map([of('key', key, 'The key of this entry.'), of('value', value, 'The value of this entry.')]),
    isEntry: true,
    isAny: false,
  };
}

/** 'cc_model_filenames' -> 'CcModelFilenamesEntry', as protobuf names it. */
const entryName = (field: string): string =>
  `${field.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Entry`;

/** An enum whose values count from zero, or carry their number. */
export const enumeration = (name: string, values: Readonly<Record<string, string>>): EnumType => ({
  kind: 'enum',
  name,
  values: Object.entries(values).map(([valueName, doc], number): EnumValue => ({
    name: valueName,
    number,
    ...(doc === '' ? {} : { doc }),
  })),
});
