/** Reads the values of fields that are no messages: texts, numbers, booleans, enums, as C++ `TextFormat` takes them. */
import type { Span } from '../../core/text/place';
import { type EnumType, type Field, isEnum } from '../schema/types';
import { floatOf, integerOf, isBased, stringOf } from './literals';
import type { Scalar } from './message';
import type { Noted, ProblemKind } from './problem';
import type { Token } from './tokens';

/** The reader that has come to a value. */
export interface Cursor {
  readonly token: Token;
  next(): void;
  /** Over a sign, if it stands here. */
  take(text: string): boolean;
  report(kind: ProblemKind, message: string, span: Span, more?: Noted): void;
}

const LIMITS: Readonly<Record<'int32' | 'int64' | 'uint32' | 'uint64', bigint>> = {
  int32: 0x7fff_ffffn,
  int64: 0x7fff_ffff_ffff_ffffn,
  uint32: 0xffff_ffffn,
  uint64: 0xffff_ffff_ffff_ffffn,
};

/** Reads one value of a field that is no message; undefined after a problem, which is reported. */
export function readScalar(cursor: Cursor, field: Field): Scalar | undefined {
  const { type } = field;
  if (isEnum(type)) return enumValue(cursor, field, type);
  switch (type) {
    case 'string':
    case 'bytes':
      return string(cursor);
    case 'bool':
      return boolean(cursor, field);
    case 'float':
    case 'double':
      return double(cursor);
    case 'int32':
    case 'int64':
      return signed(cursor, LIMITS[type], type === 'int64');
    case 'uint32':
    case 'uint64':
      return unsigned(cursor, LIMITS[type], type === 'uint64');
    default:
      return undefined;
  }
}

function string(cursor: Cursor): Scalar | undefined {
  if (!isString(cursor)) return no(cursor, 'Expected string, got: ');
  const { start } = cursor.token;
  let value = '';
  let end = start;
  while (isString(cursor)) {
    value += stringOf(cursor.token.text);
    end = cursor.token.end;
    cursor.next();
  }
  return { kind: 'scalar', value, exact: undefined, span: { start, end } };
}

function isString(cursor: Cursor): boolean {
  return cursor.token.kind === 'string';
}

function boolean(cursor: Cursor, field: Field): Scalar | undefined {
  const { kind, text, start, end } = cursor.token;
  if (kind === 'integer') {
    const read = unsigned(cursor, 1n, false);
    return read && { ...read, value: read.value === 1 };
  }
  if (kind !== 'identifier') return no(cursor, 'Expected identifier, got: ');
  cursor.next();
  const value = ['true', 'True', 't'].includes(text);
  if (!value && !['false', 'False', 'f'].includes(text)) {
    const said = `Invalid value for boolean field "${field.name}". Value: "${text}".`;
    cursor.report('value', said, { start, end }, { about: { written: text, known: ['true', 'false'] } });
    return undefined;
  }
  return { kind: 'scalar', value, exact: undefined, span: { start, end } };
}

function enumValue(cursor: Cursor, field: Field, type: EnumType): Scalar | undefined {
  const { kind, text, start, end } = cursor.token;
  if (kind === 'integer' || cursor.token.text === '-') return signed(cursor, LIMITS.int32, false);
  if (kind !== 'identifier') return no(cursor, 'Expected integer or identifier, got: ');
  cursor.next();
  const value = type.values.find((each) => each.name === text);
  if (value) return { kind: 'scalar', value: value.number, exact: undefined, span: { start, end } };
  cursor.report(
    'value',
    `Unknown enumeration value of "${text}" for field "${field.name}".`,
    { start, end },
    {
      about: { written: text, known: type.values.map(({ name }) => name) },
    },
  );
  return undefined;
}

function double(cursor: Cursor): Scalar | undefined {
  const { start } = cursor.token;
  const negative = cursor.take('-');
  const { kind, text, end } = cursor.token;
  const made = (value: number): Scalar => {
    cursor.next();
    return { kind: 'scalar', value: negative ? -value : value, exact: undefined, span: { start, end } };
  };
  if (kind === 'float') return made(floatOf(text));
  if (kind === 'integer') return isBased(text) ? no(cursor, 'Expect a decimal number, got: ') : made(Number(text));
  if (kind !== 'identifier') return no(cursor, 'Expected double, got: ');
  const lower = text.toLowerCase();
  if (lower === 'inf' || lower === 'infinity') return made(Infinity);
  if (lower === 'nan') return made(NaN);
  cursor.report('value', `Expected double, got: ${lower}`, cursor.token);
  return undefined;
}

function signed(cursor: Cursor, max: bigint, exact: boolean): Scalar | undefined {
  const { start } = cursor.token;
  if (!cursor.take('-')) return unsigned(cursor, max, exact);
  const read = unsigned(cursor, max + 1n, true);
  if (read === undefined) return undefined;
  const value = -(read.exact ?? BigInt(Number(read.value)));
  const span = { start, end: read.span?.end ?? start };
  return { kind: 'scalar', value: Number(value), exact: exact ? value : undefined, span };
}

function unsigned(cursor: Cursor, max: bigint, exact: boolean): Scalar | undefined {
  const { kind, text, start, end } = cursor.token;
  if (kind !== 'integer') return no(cursor, 'Expected integer, got: ');
  const value = integerOf(text, max);
  if (value === undefined) {
    cursor.report('value', `Integer out of range (${text})`, cursor.token);
    return undefined;
  }
  cursor.next();
  const whole = exact && typeof value === 'bigint' ? value : undefined;
  return { kind: 'scalar', value: Number(value), exact: whole, span: { start, end } };
}

/** What stands here is not what the field takes. */
function no(cursor: Cursor, sentence: string): Scalar | undefined {
  const { kind } = cursor.token;
  cursor.report(
    kind === 'symbol' || kind === 'end' ? 'structure' : 'value',
    `${sentence}${cursor.token.text}`,
    cursor.token,
  );
  return undefined;
}
