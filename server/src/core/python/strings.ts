/** String literals: joined, unescaped, their `{}` parts lowered. */
import { expression, invalid, placeOf, type Reading } from './expressions';
import { stringPrefix, stringValue } from './literals';
import { F, K } from './nodes';
import type { Argument, Expr, Name } from './tree';

type Part = string | Expr;

/** A string, bytes or f-string literal. */
export const string = (r: Reading, node: number): Expr => literal(r, node, [node]);

/** Adjacent literals: one value. */
export const concatenation = (r: Reading, node: number): Expr => literal(r, node, r.nodes.named(node));

function literal(r: Reading, node: number, pieces: readonly number[]): Expr {
  const parts: Part[] = [];
  let bytes = 0;
  let formatted = false;
  for (const piece of pieces) {
    const prefix = append(r, piece, parts);
    if (prefix === undefined) return invalid(r, node);
    if (prefix.bytes) bytes++;
    formatted ||= prefix.formatted;
  }
  if (bytes > 0) return bytes === pieces.length ? { ...placeOf(r, node), kind: 'bytes' } : invalid(r, node);
  const texts = merged(parts);
  const value = formatted ? undefined : textOf(texts);
  return value === undefined
    ? { ...placeOf(r, node), kind: 'fstring', parts: texts }
    : { ...placeOf(r, node), kind: 'str', value };
}

/** The text of parts that are nothing but text. */
function textOf(parts: readonly Part[]): string | undefined {
  const [text = '', more] = parts;
  return typeof text === 'string' && more === undefined ? text : undefined;
}

/** Parts with neighbouring texts joined. */
function merged(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result[result.length - 1];
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else if (part !== '') result.push(part);
  }
  return result;
}

function append(r: Reading, node: number, parts: Part[]) {
  const { nodes } = r;
  const opening = /^[a-z]*(?:"""|'''|"|')/i.exec(nodes.text.slice(nodes.start(node), nodes.start(node) + 6))?.[0];
  const prefix = opening === undefined ? undefined : stringPrefix(opening);
  if (opening === undefined || prefix === undefined) return undefined;
  const quote = (/["']+$/.exec(opening) as RegExpExecArray)[0].length;
  let from = nodes.start(node) + opening.length;
  const text = (to: number): void => {
    // A name such as \N{DASH} is in no table here, so the text is not known.
    parts.push(stringValue(nodes.text.slice(from, to), prefix) ?? invalid(r, node));
  };
  if (prefix.formatted)
    for (const child of nodes.named(node)) {
      if (nodes.kind(child) !== K.interpolation) continue;
      text(nodes.start(child));
      replacement(r, child, parts);
      from = nodes.end(child);
    }
  text(nodes.end(node) - quote);
  return prefix;
}

/** A `{value!r:spec}` part: the value itself, or the call of `repr` or `format` that Python makes of it. */
function replacement(r: Reading, node: number, parts: Part[]): void {
  const { nodes } = r;
  const inner = nodes.child(node, F.expression);
  const value = expression(r, inner);
  const debug = nodes.hasToken(node, '=');
  const spec = nodes.childOfKind(node, K.format_specifier);
  const conversionNode = nodes.childOfKind(node, K.type_conversion);
  const conversion = conversionNode >= 0 ? nodes.slice(conversionNode) : debug && spec < 0 ? '!r' : '';
  if (debug) {
    const equals = nodes.text.indexOf('=', nodes.end(inner));
    const after = (/^\s*/.exec(nodes.text.slice(equals + 1)) as RegExpExecArray)[0].length;
    parts.push(nodes.text.slice(nodes.start(node) + 1, equals + 1 + after));
  }
  const shown =
    conversion === '!r'
      ? callOf(r, node, 'repr', [value])
      : conversion === '!a'
        ? callOf(r, node, 'ascii', [value])
        : conversion === '!s' && spec >= 0
          ? callOf(r, node, 'str', [value])
          : value;
  parts.push(spec < 0 ? shown : callOf(r, node, 'format', [shown, specification(r, spec)]));
}

function callOf(r: Reading, node: number, callee: string, values: readonly Expr[]): Expr {
  const place = placeOf(r, node);
  const name: Name = { kind: 'name', at: place.at, start: place.start, end: place.start, name: callee };
  const args = values.map((value): Argument => ({
    at: value.at,
    start: value.start,
    end: value.end,
    name: undefined,
    star: '',
    value,
  }));
  return { kind: 'call', ...place, callee: name, args };
}

function specification(r: Reading, node: number): Expr {
  const { nodes } = r;
  const parts: Part[] = [];
  let from = nodes.start(node) + 1;
  for (const child of nodes.named(node)) {
    if (nodes.kind(child) !== K.format_expression && nodes.kind(child) !== K.interpolation) continue;
    parts.push(nodes.text.slice(from, nodes.start(child)));
    replacement(r, child, parts);
    from = nodes.end(child);
  }
  parts.push(nodes.text.slice(from, nodes.end(node)));
  const texts = merged(parts);
  const value = textOf(texts);
  return value === undefined
    ? { ...placeOf(r, node), kind: 'fstring', parts: texts }
    : { ...placeOf(r, node), kind: 'str', value };
}
