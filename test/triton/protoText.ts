/** A schema as a .proto file, so that protobuf's own compiler can read texts against it. */
import { type EnumType, type Field, isEnum, isMessage, type MessageType } from '../../server/src/triton/schema/types';

export { modelConfig } from '../../server/src/triton/schema/modelConfig';
export { allTexts } from './texts';

/** The .proto file of a message and all that it uses. */
export function protoText(root: MessageType): string {
  const all = new Map<string, string>();
  collect(root, all);
  const names = [...all.keys()].sort();
  const top = names.filter((name) => !names.includes(name.slice(0, name.lastIndexOf('.'))));
  const packageName = root.name.slice(0, root.name.lastIndexOf('.'));
  return `syntax = "proto3";\npackage ${packageName};\n${top.map((name) => nested(name, names, all)).join('\n')}\n`;
}

/** A type with those that its name holds. */
function nested(name: string, names: readonly string[], all: ReadonlyMap<string, string>): string {
  const inside = names.filter((each) => each.slice(0, each.lastIndexOf('.')) === name);
  return (all.get(name) ?? '').replace('@nested', inside.map((each) => nested(each, names, all)).join('\n'));
}

function collect(type: MessageType | EnumType, all: Map<string, string>): void {
  if (all.has(type.name)) return;
  const short = type.name.slice(type.name.lastIndexOf('.') + 1);
  if (type.kind === 'enum') {
    const values = type.values.map(({ name, number }) => `${name} = ${number};`);
    all.set(type.name, `enum ${short} { ${values.join(' ')} }`);
    return;
  }
  const fields = [...type.fields.values()];
  const plain = fields.filter(({ oneof }) => oneof === undefined);
  const choices = [...new Set(fields.flatMap(({ oneof }) => oneof ?? []))];
  const numbers = new Map(fields.map(({ name }, index) => [name, index + 1]));
  const line = (field: Field): string => `${declaration(field)} = ${numbers.get(field.name) ?? 0};`;
  const oneofs = choices.map(
    (oneof) =>
      `oneof ${oneof} { ${fields
        .filter((field) => field.oneof === oneof)
        .map(line)
        .join(' ')} }`,
  );
  all.set(type.name, `message ${short} { @nested ${[...plain.map(line), ...oneofs].join(' ')} }`);
  for (const field of fields) {
    const used =
      field.map && isMessage(field.type) ? [...field.type.fields.values()].map((each) => each.type) : [field.type];
    for (const each of used) if (typeof each === 'object') collect(each, all);
  }
}

function declaration(field: Field): string {
  if (field.map && isMessage(field.type)) {
    const [key, value] = [...field.type.fields.values()];
    return `map<${typeName(key?.type)}, ${typeName(value?.type)}> ${field.name}`;
  }
  return `${field.repeated ? 'repeated ' : ''}${typeName(field.type)} ${field.name}`;
}

const typeName = (type: Field['type'] | undefined): string =>
  type === undefined ? '' : isMessage(type) || isEnum(type) ? `.${type.name}` : type;
