/** The patterns of `match`. */
import { expression, identifier, placeOf, type Reading } from './expressions';
import { floatValue, integerValue } from './literals';
import { F, K } from './nodes';
import type { Expr, Pattern } from './tree';

/** The pattern of a `case` clause; several with commas are a sequence. */
export function casePattern(r: Reading, clause: number): Pattern {
  const { nodes } = r;
  const items = nodes.named(clause).filter((child) => nodes.kind(child) === K.case_pattern);
  const [first] = items;
  if (first === undefined) return { kind: 'other', binds: [], ...placeOf(r, clause) };
  if (items.length === 1 && !hasCommaAfter(r, clause, first)) return pattern(r, first);
  const place = { at: r.at, start: placeOf(r, first).start, end: placeOf(r, items[items.length - 1] as number).end };
  return sequence(r, items, place);
}

function hasCommaAfter(r: Reading, clause: number, pattern: number): boolean {
  const after = r.nodes.next(pattern);
  return after < r.nodes.next(clause) && r.nodes.typeName(after) === ',';
}

function pattern(r: Reading, node: number): Pattern {
  const { nodes } = r;
  const place = placeOf(r, node);
  switch (nodes.kind(node)) {
    case K.case_pattern:
      return wrapped(r, node);
    case K.dotted_name: {
      const names = nodes.named(node);
      if (names.length === 1) return capture(r, names[0] as number);
      return { kind: 'value', value: dottedValue(r, names), ...place };
    }
    case K.identifier:
      return capture(r, node);
    case K.union_pattern:
      return union(r, node);
    case K.list_pattern:
      return sequence(r, nodes.named(node), place);
    case K.tuple_pattern: {
      const items = nodes.named(node);
      return items.length === 1 && !nodes.hasToken(node, ',')
        ? pattern(r, items[0] as number)
        : sequence(r, items, place);
    }
    case K.string:
    case K.concatenated_string:
    case K.true:
    case K.false:
    case K.none:
      return { kind: 'value', value: expression(r, node), ...place };
    case K.integer:
    case K.float:
      return { kind: 'value', value: number(r, node, node), ...place };
    default:
      return other(r, node);
  }
}

/** `case_pattern` holds a pattern, or the tokens of a negative number or `_`. */
function wrapped(r: Reading, node: number): Pattern {
  const { nodes } = r;
  const text = nodes.slice(node);
  if (text === '_') return { kind: 'wildcard', ...placeOf(r, node) };
  const [inner] = nodes.named(node);
  if (inner === undefined) return { kind: 'other', binds: [], ...placeOf(r, node) };
  if (nodes.kind(inner) === K.integer || nodes.kind(inner) === K.float)
    return { kind: 'value', value: number(r, inner, node), ...placeOf(r, node) };
  return pattern(r, inner);
}

function capture(r: Reading, node: number): Pattern {
  const name = identifier(r, node);
  return name === '_' ? { kind: 'wildcard', ...placeOf(r, node) } : { kind: 'capture', name, ...placeOf(r, node) };
}

/** A number; `whole` may hold a minus before it. */
function number(r: Reading, node: number, whole: number): Expr {
  const source = r.nodes.slice(node);
  const place = placeOf(r, node);
  if (/j$/i.test(source)) return { kind: 'imaginary', ...place };
  const value = r.nodes.kind(node) === K.integer ? integerValue(source) : floatValue(source);
  if (value === undefined) return { kind: 'invalid', ...place };
  const operand: Expr =
    r.nodes.kind(node) === K.integer ? { kind: 'int', ...place, value } : { kind: 'float', ...place, value };
  return r.nodes.slice(whole).startsWith('-') ? { kind: 'unary', op: '-', operand, ...placeOf(r, whole) } : operand;
}

function dottedValue(r: Reading, names: readonly number[]): Expr {
  const [first, ...rest] = names;
  let value = expression(r, first as number);
  for (const node of rest) {
    const place = placeOf(r, node);
    const name = identifier(r, node);
    value = {
      kind: 'attribute',
      at: r.at,
      start: value.start,
      end: place.end,
      object: value,
      name,
      nameStart: place.start,
    };
  }
  return value;
}

/** `a | -1 | b`: the minus of a number is a token of its own here. */
function union(r: Reading, node: number): Pattern {
  const { nodes } = r;
  const options: Pattern[] = [];
  let minus = -1;
  for (let at = node + 1; at < nodes.next(node); at = nodes.next(at)) {
    if (nodes.isNamed(at)) {
      const option = pattern(r, at);
      const negative = minus >= 0 && option.kind === 'value';
      options.push(negative ? negated(r, minus, option) : option);
      minus = -1;
    } else if (nodes.typeName(at) === '-') minus = at;
    else if (nodes.typeName(at) === '_') options.push({ kind: 'wildcard', ...placeOf(r, at) });
  }
  return { kind: 'or', options, ...placeOf(r, node) };
}

function negated(r: Reading, minus: number, option: Pattern & { readonly kind: 'value' }): Pattern {
  const start = placeOf(r, minus).start;
  const value: Expr = { kind: 'unary', at: r.at, start, end: option.end, op: '-', operand: option.value };
  return { ...option, start, value };
}

function sequence(r: Reading, items: readonly number[], place: ReturnType<typeof placeOf>): Pattern {
  const patterns = items.map((item) => pattern(r, item));
  const starred = items.some((item) => holdsSplat(r, item));
  if (starred) return { kind: 'other', binds: patterns.flatMap(bindsOf), ...place };
  return { kind: 'sequence', items: patterns, ...place };
}

function holdsSplat(r: Reading, node: number): boolean {
  const { nodes } = r;
  if (nodes.kind(node) === K.splat_pattern) return true;
  return (
    nodes.kind(node) === K.case_pattern && nodes.named(node).some((inner) => nodes.kind(inner) === K.splat_pattern)
  );
}

/** The names that a pattern binds. */
export function bindsOf(pattern: Pattern): readonly string[] {
  switch (pattern.kind) {
    case 'capture':
      return [pattern.name];
    case 'or':
      return pattern.options.flatMap(bindsOf);
    case 'sequence':
      return pattern.items.flatMap(bindsOf);
    case 'other':
      return pattern.binds;
    default:
      return [];
  }
}

/** Patterns of classes, mappings, `as` and stars: only what they bind is kept. */
function other(r: Reading, node: number): Pattern {
  const { nodes } = r;
  const binds: string[] = [];
  for (const child of nodes.named(node)) {
    const kind = nodes.kind(child);
    if (kind === K.identifier) {
      // The class of a class pattern and the name before `=` are read, not bound; both come first.
      const bound = nodes.kind(node) === K.as_pattern || nodes.kind(node) === K.splat_pattern;
      if (bound && identifier(r, child) !== '_') binds.push(identifier(r, child));
    } else if (!(kind === K.dotted_name && nodes.kind(node) === K.class_pattern) && nodes.field(child) !== F.key) {
      binds.push(...bindsOf(pattern(r, child)));
    }
  }
  return { kind: 'other', binds, ...placeOf(r, node) };
}
