/** How a configuration language is described: messages, their fields, and enums; the facts of a .proto file as data. */

export type ScalarType = 'string' | 'bool' | 'int32' | 'int64' | 'uint32' | 'uint64' | 'float' | 'double' | 'bytes';

export interface EnumType {
  readonly kind: 'enum';
  /** 'inference.DataType'. */
  readonly name: string;
  readonly values: readonly EnumValue[];
}

export interface EnumValue {
  readonly name: string;
  readonly number: number;
  readonly doc?: string;
}

export interface MessageType {
  readonly kind: 'message';
  /** 'inference.ModelConfig'; an entry of a map has a type of its own, as in protobuf. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** An entry of a map: fields `key` and `value`. */
  readonly isEntry: boolean;
  /** `google.protobuf.Any`. */
  readonly isAny: boolean;
  readonly doc?: string;
}

export interface Field {
  readonly name: string;
  readonly type: ScalarType | EnumType | MessageType;
  readonly repeated: boolean;
  /** A repeated message whose entries are `{ key: … value: … }`. */
  readonly map: boolean;
  /** Name of the oneof that it is a member of. */
  readonly oneof: string | undefined;
  /** Markdown in our own words: what it does, what it is when omitted. */
  readonly doc: string;
  /** The value that the server uses when it is omitted, where that is not the type's zero. */
  readonly omitted: string | undefined;
  /** The server release that knows it first. */
  readonly since: string | undefined;
}

export const isMessage = (type: Field['type']): type is MessageType =>
  typeof type === 'object' && type.kind === 'message';
export const isEnum = (type: Field['type']): type is EnumType => typeof type === 'object' && type.kind === 'enum';
