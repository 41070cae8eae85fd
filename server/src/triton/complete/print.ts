/** The completed configuration: what `GET /v2/models/M/config` would answer, as text format and as JSON. */
import { isDecoupled } from '../rules/shared/ensembleTensors';
import type { Model } from '../repository/model';
import { type Field, isEnum, isMessage } from '../schema/types';
import { Message, type Scalar } from '../textFormat/message';
import { fillInstances } from './instances';

export interface CompletedConfig {
  /** Text format, without what is not set. */
  readonly text: string;
  /** As the server's HTTP answer: numbers and texts that are not set are printed too. */
  readonly json: JsonObject;
  /** False where a backend may complete more than can be seen from the files. */
  readonly isCertain: boolean;
}

export type Json = string | number | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The configuration of a model on a machine with so many GPUs. */
export function completedConfig(model: Model, gpus: number): CompletedConfig {
  const { config, isCertain } = completedMessage(model, gpus);
  return { text: textOf(config, ''), json: jsonOf(config), isCertain };
}

/** The same before it is printed, with the places of what was written. */
export function completedMessage(
  model: Model,
  gpus: number,
): { readonly config: Message; readonly isCertain: boolean } {
  const { config: base, isCertain } = model.completed;
  const config = base.copy();
  fillInstances(config, model.backend, gpus);
  if (config.has('ensemble_scheduling')) {
    const policy = config.make('model_transaction_policy');
    if (isDecoupled(model, config)) policy.set('decoupled', true);
    else policy.remove('decoupled');
  }
  const isReadable = model.isReadable && model.backendProblem === undefined;
  return { config, isCertain: isCertain && isReadable };
}

/** A message in text format, fields in the order of the schema. */
export function textOf(message: Message, indent: string): string {
  return [...message.type.fields.values()]
    .flatMap((field) => valuesOf(message, field).map((value) => line(field, value, indent)))
    .join('');
}

function line(field: Field, value: Scalar | Message, indent: string): string {
  if (!(value instanceof Message)) return `${indent}${field.name}: ${scalarText(field, value)}\n`;
  const inside = textOf(value, `${indent}  `);
  return inside === '' ? `${indent}${field.name} {\n${indent}}\n` : `${indent}${field.name} {\n${inside}${indent}}\n`;
}

/** A value that is no message, in text format. */
export function scalarText(field: Field, { value, exact }: Scalar): string {
  if (isEnum(field.type)) return field.type.values.find(({ number }) => number === value)?.name ?? String(value);
  return typeof value === 'string' ? quoted(value) : String(exact ?? value);
}

/** A text as text format writes it: everything outside printable ASCII by its bytes. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\\n\r\t]/g, (each) => escapes[each] ?? each);
  return `"${escaped}"`;
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The values of a field; of one that occurs once, the last if it is not the type's zero; of a map, the last by key. */
export function valuesOf(message: Message, field: Field): readonly (Scalar | Message)[] {
  if (field.map) return [...message.entries(field.name).values()];
  const values = message.itemsOf(field.name).map(({ value }) => value);
  if (field.repeated) return values;
  const last = values.at(-1);
  if (last === undefined) return [];
  const isZero = !(last instanceof Message) && field.oneof === undefined && [0, '', false].includes(last.value);
  return isZero ? [] : [last];
}

/** A message as the server's JSON. */
export function jsonOf(message: Message): JsonObject {
  const made: Record<string, Json> = {};
  for (const field of message.type.fields.values()) {
    const value = fieldJson(message, field);
    if (value !== undefined) made[field.name] = value;
  }
  return made;
}

function fieldJson(message: Message, field: Field): Json | undefined {
  if (field.map) return mapJson(message, field);
  const values = message.itemsOf(field.name).map(({ value }) => valueJson(field, value));
  if (field.repeated) return values;
  const last = values.at(-1);
  if (last !== undefined || isMessage(field.type) || field.oneof !== undefined) return last;
  return zeroOf(field);
}

function mapJson(message: Message, field: Field): Json {
  const valueField = isMessage(field.type) ? field.type.fields.get('value') : undefined;
  const entries = [...message.entries(field.name)].map(([key, entry]): [string, Json] => {
    const value = entry.item('value')?.value;
    return [
      key,
      value && valueField
        ? valueJson(valueField, value)
        : valueField && !isMessage(valueField.type)
          ? zeroOf(valueField)
          : {},
    ];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function valueJson(field: Field, value: Scalar | Message): Json {
  if (value instanceof Message) return jsonOf(value);
  if (isEnum(field.type)) return field.type.values.find(({ number }) => number === value.value)?.name ?? value.value;
  return value.value;
}

function zeroOf({ type }: Field): Json {
  if (isEnum(type)) return type.values[0]?.name ?? 0;
  return type === 'string' || type === 'bytes' ? '' : type === 'bool' ? false : 0;
}
