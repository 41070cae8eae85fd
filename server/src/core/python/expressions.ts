/** Expressions: from the parser's nodes to the tree. */
import type { Anchor } from '../text/place';
import { floatValue, integerValue } from './literals';
import { F, K, KIND_COUNT, type NodeName, type Nodes } from './nodes';
import { parameters } from './parameters';
import { concatenation, string } from './strings';
import type {
  Argument,
  BinaryOperator,
  CompareOperator,
  Comprehension,
  Dict,
  Expr,
  Invalid,
  Slice,
  Unary,
} from './tree';

/** A piece that was read and where it stands: a node's place starts at its own start plus `shift` from `at`. */
export interface Reading {
  readonly nodes: Nodes;
  readonly at: Anchor;
  readonly shift: number;
}

type Lower = (r: Reading, node: number) => Expr;

/** Lowers one expression, pattern or type node. */
export const expression = (r: Reading, node: number): Expr =>
  node < 0 ? { kind: 'invalid', at: r.at, start: 0, end: 0 } : (BY_KIND[r.nodes.kind(node)] as Lower)(r, node);

/** The same for a node that may be absent. */
export const optional = (r: Reading, node: number): Expr | undefined => (node < 0 ? undefined : expression(r, node));

/** Where a node stands. */
export const placeOf = (r: Reading, node: number) => ({
  at: r.at,
  start: r.nodes.start(node) + r.shift,
  end: r.nodes.end(node) + r.shift,
});

export const invalid: (r: Reading, node: number) => Invalid = (r, node) => ({ kind: 'invalid', ...placeOf(r, node) });

/** Text of an identifier as Python compares it. */
export function identifier(r: Reading, node: number): string {
  const text = r.nodes.slice(node);
  return r.nodes.ascii ? text : text.normalize('NFKC');
}

/** One expression as it is, several or a trailing comma as a tuple; `node` holds nothing else. */
export function oneOrTuple(r: Reading, node: number): Expr {
  const items = r.nodes.named(node);
  if (items.length === 1 && !r.nodes.hasToken(node, ',')) return expression(r, items[0] as number);
  return { kind: 'tuple', items: items.map((item) => expression(r, item)), ...placeOf(r, node) };
}

/** Several sibling nodes: one as it is, more as a tuple that spans them. */
export function joined(r: Reading, items: readonly number[], comma = items.length > 1): Expr {
  if (!comma) return expression(r, items[0] ?? -1);
  return {
    kind: 'tuple',
    at: r.at,
    start: r.nodes.start(items[0] as number) + r.shift,
    end: r.nodes.end(items[items.length - 1] as number) + r.shift,
    items: items.map((item) => expression(r, item)),
  };
}

/** The nodes with a field, in order. */
export function withField(r: Reading, node: number, field: number): number[] {
  return r.nodes.named(node).filter((child) => r.nodes.field(child) === field);
}

const first = (r: Reading, node: number): Expr => expression(r, r.nodes.named(node)[0] ?? -1);

const display =
  (kind: 'tuple' | 'list' | 'set'): Lower =>
  (r, node) => ({ kind, items: r.nodes.named(node).map((item) => expression(r, item)), ...placeOf(r, node) });

/** `(a, b)` among targets; `(a)` is `a`. */
const group: Lower = (r, node) => {
  const items = r.nodes.named(node);
  return items.length === 1 && !r.nodes.hasToken(node, ',')
    ? expression(r, items[0] as number)
    : display('tuple')(r, node);
};

// The commonest nodes spell their places out: a spread costs as much as all else about them.
const name: Lower = (r, node) => ({
  at: r.at,
  start: r.nodes.start(node) + r.shift,
  end: r.nodes.end(node) + r.shift,
  kind: 'name',
  name: identifier(r, node),
});

const integer: Lower = (r, node) => {
  const source = r.nodes.slice(node);
  if (/j$/i.test(source)) return { kind: 'imaginary', ...placeOf(r, node) };
  const value = integerValue(source);
  return value === undefined ? invalid(r, node) : { kind: 'int', value, ...placeOf(r, node) };
};

const float: Lower = (r, node) => {
  const source = r.nodes.slice(node);
  if (/j$/i.test(source)) return { kind: 'imaginary', ...placeOf(r, node) };
  return { kind: 'float', value: floatValue(source), ...placeOf(r, node) };
};

const attribute: Lower = (r, node) => {
  const own = r.nodes.child(node, F.attribute);
  return {
    at: r.at,
    start: r.nodes.start(node) + r.shift,
    end: r.nodes.end(node) + r.shift,
    kind: 'attribute',
    object: expression(r, r.nodes.child(node, F.object)),
    name: identifier(r, own),
    nameStart: r.nodes.start(own) + r.shift,
  };
};

const subscript: Lower = (r, node) => {
  const items = withField(r, node, F.subscript);
  const index = joined(r, items, r.nodes.hasToken(node, ','));
  return {
    kind: 'subscript',
    object: expression(r, r.nodes.child(node, F.value)),
    // `x[*i]` is a tuple even without a comma.
    index: index.kind === 'starred' ? { ...index, kind: 'tuple', items: [index] } : index,
    ...placeOf(r, node),
  };
};

const slice: Lower = (r, node) => {
  const parts: (Expr | undefined)[] = [undefined];
  for (let at = node + 1; at < r.nodes.next(node); at = r.nodes.next(at)) {
    if (r.nodes.isNamed(at)) parts[parts.length - 1] = expression(r, at);
    else parts.push(undefined);
  }
  const [lower, upper, step] = parts;
  return { kind: 'slice', lower, upper, step, ...placeOf(r, node) } satisfies Slice;
};

const call: Lower = (r, node) => {
  const list = r.nodes.child(node, F.arguments);
  const args = r.nodes.kind(list) === K.argument_list ? argumentsOf(r, list) : [positional(r, list)];
  return {
    at: r.at,
    start: r.nodes.start(node) + r.shift,
    end: r.nodes.end(node) + r.shift,
    kind: 'call',
    callee: expression(r, r.nodes.child(node, F.function)),
    args,
  };
};

function positional(r: Reading, node: number): Argument {
  const value = expression(r, node);
  const starred = value.kind === 'starred';
  return {
    at: r.at,
    start: r.nodes.start(node) + r.shift,
    end: r.nodes.end(node) + r.shift,
    name: undefined,
    star: starred ? '*' : '',
    value: starred ? value.value : value,
  };
}

/** The arguments of a call or the bases of a class. */
export function argumentsOf(r: Reading, list: number): Argument[] {
  if (list < 0) return [];
  return r.nodes.named(list).map((node): Argument => {
    const kind = r.nodes.kind(node);
    if (kind === K.keyword_argument) {
      const value = expression(r, r.nodes.child(node, F.value));
      return { name: identifier(r, r.nodes.child(node, F.name)), star: '', value, ...placeOf(r, node) };
    }
    if (kind !== K.list_splat && kind !== K.dictionary_splat) return positional(r, node);
    return { name: undefined, star: kind === K.list_splat ? '*' : '**', value: first(r, node), ...placeOf(r, node) };
  });
}

const unary: Lower = (r, node) => ({
  kind: 'unary',
  op: operatorOf(r, node) as Unary['op'],
  operand: expression(r, r.nodes.child(node, F.argument)),
  ...placeOf(r, node),
});

const not: Lower = (r, node) => ({
  kind: 'unary',
  op: 'not',
  operand: expression(r, r.nodes.child(node, F.argument)),
  ...placeOf(r, node),
});

const operatorOf = (r: Reading, node: number): string => r.nodes.typeName(r.nodes.child(node, F.operator));

const binary: Lower = (r, node) => {
  const left = r.nodes.child(node, F.left);
  const right = r.nodes.child(node, F.right);
  const op = operatorOf(r, node) as BinaryOperator;
  // The grammar binds ^ tighter than &, Python does not.
  if (op === '&' && (isXor(r, left) || isXor(r, right))) return invalid(r, node);
  return { kind: 'binary', op, left: expression(r, left), right: expression(r, right), ...placeOf(r, node) };
};

const isXor = (r: Reading, node: number): boolean =>
  r.nodes.kind(node) === K.binary_operator && operatorOf(r, node) === '^';

const boolean: Lower = (r, node) => ({
  kind: 'boolop',
  op: operatorOf(r, node) as 'and' | 'or',
  left: expression(r, r.nodes.child(node, F.left)),
  right: expression(r, r.nodes.child(node, F.right)),
  ...placeOf(r, node),
});

const comparison: Lower = (r, node) => {
  const operands: Expr[] = [];
  const operators: string[] = [];
  for (let at = node + 1; at < r.nodes.next(node); at = r.nodes.next(at)) {
    if (r.nodes.field(at) === F.operators) operators.push(r.nodes.typeName(at));
    else if (r.nodes.isNamed(at)) operands.push(expression(r, at));
  }
  const [head, ...others] = operands;
  if (head === undefined || operators.length !== others.length || operators.includes('<>')) return invalid(r, node);
  const rest = others.map((operand, at) => ({ op: operators[at] as CompareOperator, operand }));
  return { kind: 'compare', first: head, rest, ...placeOf(r, node) };
};

const conditional: Lower = (r, node) => {
  const [then, test, otherwise] = r.nodes.named(node).map((part) => expression(r, part));
  if (then === undefined || test === undefined || otherwise === undefined) return invalid(r, node);
  // `x := a if b else c` assigns all of it, which the grammar reads as `(x := a) if b else c`.
  if (then.kind !== 'walrus' || then.start !== r.nodes.start(node) + r.shift)
    return { kind: 'conditional', test, then, otherwise, ...placeOf(r, node) };
  const value: Expr = {
    kind: 'conditional',
    at: r.at,
    start: then.value.start,
    end: r.nodes.end(node) + r.shift,
    test,
    then: then.value,
    otherwise,
  };
  return { ...then, end: value.end, value };
};

const lambda: Lower = (r, node) => {
  const params = parameters(r, r.nodes.child(node, F.parameters));
  if (params === undefined) return invalid(r, node);
  return { kind: 'lambda', params, body: expression(r, r.nodes.child(node, F.body)), ...placeOf(r, node) };
};

const dictionary: Lower = (r, node) => {
  const entries = r.nodes.named(node).map((entry): Dict['entries'][number] => {
    if (r.nodes.kind(entry) !== K.pair) return { key: undefined, value: first(r, entry) };
    return {
      key: expression(r, r.nodes.child(entry, F.key)),
      value: expression(r, r.nodes.child(entry, F.value)),
    };
  });
  return { kind: 'dict', entries, ...placeOf(r, node) };
};

const comprehension =
  (form: Comprehension['form']): Lower =>
  (r, node) => {
    const body = r.nodes.child(node, F.body);
    const pair = r.nodes.kind(body) === K.pair;
    return {
      kind: 'comprehension',
      form,
      element: expression(r, pair ? r.nodes.child(body, F.key) : body),
      value: pair ? expression(r, r.nodes.child(body, F.value)) : undefined,
      clauses: clauses(r, node),
      ...placeOf(r, node),
    };
  };

function clauses(r: Reading, node: number): Comprehension['clauses'] {
  const found: { target: Expr; iterable: Expr; conditions: Expr[] }[] = [];
  for (const clause of r.nodes.named(node)) {
    if (r.nodes.kind(clause) === K.if_clause) found[found.length - 1]?.conditions.push(first(r, clause));
    if (r.nodes.kind(clause) !== K.for_in_clause) continue;
    const target = expression(r, r.nodes.child(clause, F.left));
    found.push({ target, iterable: joined(r, withField(r, clause, F.right)), conditions: [] });
  }
  return found;
}

const starred: Lower = (r, node) => ({ kind: 'starred', value: first(r, node), ...placeOf(r, node) });

const walrus: Lower = (r, node) => {
  const target = r.nodes.child(node, F.name);
  return {
    kind: 'walrus',
    target: { kind: 'name', name: identifier(r, target), ...placeOf(r, target) },
    value: expression(r, r.nodes.child(node, F.value)),
    ...placeOf(r, node),
  };
};

const yields: Lower = (r, node) => {
  const [value] = r.nodes.named(node);
  const from = r.nodes.hasToken(node, 'from');
  return { kind: 'yield', value: optional(r, value ?? -1), from, ...placeOf(r, node) };
};

/** `List[int]` where the grammar takes it for a type. */
const generic: Lower = (r, node) => {
  const [object, params] = r.nodes.named(node);
  if (object === undefined || params === undefined) return invalid(r, node);
  const items = r.nodes.named(params);
  return {
    kind: 'subscript',
    object: expression(r, object),
    index: joined(r, items, r.nodes.hasToken(params, ',')),
    ...placeOf(r, node),
  };
};

/** `A | B | C` among types, which the grammar groups from the right. */
const union: Lower = (r, node) => {
  const [left, right] = r.nodes.named(node).map((part) => expression(r, part));
  if (left === undefined || right === undefined) return invalid(r, node);
  const operands: Expr[] = [];
  let rest = right;
  const grouped = r.nodes.childOfKind(r.nodes.named(node)[1] as number, K.parenthesized_expression) >= 0;
  while (!grouped && rest.kind === 'binary' && rest.op === '|' && rest.start === rest.left.start) {
    operands.unshift(rest.right);
    rest = rest.left;
  }
  const joinedBy = (sum: Expr, operand: Expr): Expr => ({
    kind: 'binary',
    at: r.at,
    start: left.start,
    end: operand.end,
    op: '|',
    left: sum,
    right: operand,
  });
  return [rest, ...operands].reduce(joinedBy, left);
};

/** The grammar binds the star of `*f(x)` to `f`; here it comes to stand before the whole. */
const starBeforeAll =
  (lower: Lower): Lower =>
  (r, node) => {
    const whole = lower(r, node);
    const starred = leftmost(whole);
    if (starred?.kind !== 'starred') return whole;
    const value = withLeftmost({ ...whole, start: starred.value.start }, starred.value);
    return { kind: 'starred', at: r.at, start: whole.start, end: whole.end, value };
  };

function leftmost(expr: Expr): Expr | undefined {
  switch (expr.kind) {
    case 'attribute':
    case 'subscript':
      return expr.object;
    case 'call':
      return expr.callee;
    case 'binary':
    case 'boolop':
      return expr.left;
    case 'compare':
      return expr.first;
    case 'conditional':
      return expr.then;
    default:
      return undefined;
  }
}

function withLeftmost(expr: Expr, inner: Expr): Expr {
  switch (expr.kind) {
    case 'attribute':
    case 'subscript':
      return { ...expr, object: inner };
    case 'call':
      return { ...expr, callee: inner };
    case 'binary':
    case 'boolop':
      return { ...expr, left: inner };
    case 'compare':
      return { ...expr, first: inner };
    case 'conditional':
      return { ...expr, then: inner };
    default:
      return expr;
  }
}

const member: Lower = (r, node) => {
  const [object, own] = r.nodes.named(node);
  if (object === undefined || own === undefined) return invalid(r, node);
  return {
    kind: 'attribute',
    object: expression(r, object),
    name: identifier(r, own),
    nameStart: r.nodes.start(own) + r.shift,
    ...placeOf(r, node),
  };
};

/** `a: b` where the grammar takes the slice of an annotation for a bounded type. */
const constrained: Lower = (r, node) => {
  const [lower, upper] = r.nodes.named(node).map((part) => expression(r, part));
  return { kind: 'slice', lower, upper, step: undefined, ...placeOf(r, node) };
};

const constant =
  (kind: 'none' | 'ellipsis'): Lower =>
  (r, node) => ({ kind, ...placeOf(r, node) });
const truth =
  (value: boolean): Lower =>
  (r, node) => ({ kind: 'bool', value, ...placeOf(r, node) });

const LOWER: Partial<Record<NodeName, Lower>> = {
  identifier: name,
  integer,
  float,
  // The modules of strings and expressions need each other, so neither may be read while they load.
  string: (r, node) => string(r, node),
  concatenated_string: (r, node) => concatenation(r, node),
  true: truth(true),
  false: truth(false),
  none: constant('none'),
  ellipsis: constant('ellipsis'),
  attribute: starBeforeAll(attribute),
  subscript: starBeforeAll(subscript),
  slice,
  call: starBeforeAll(call),
  unary_operator: unary,
  not_operator: not,
  binary_operator: starBeforeAll(binary),
  boolean_operator: starBeforeAll(boolean),
  comparison_operator: starBeforeAll(comparison),
  conditional_expression: starBeforeAll(conditional),
  lambda,
  tuple: display('tuple'),
  tuple_pattern: group,
  pattern_list: oneOrTuple,
  expression_list: oneOrTuple,
  list: display('list'),
  list_pattern: display('list'),
  set: display('set'),
  dictionary,
  list_comprehension: comprehension('list'),
  set_comprehension: comprehension('set'),
  dictionary_comprehension: comprehension('dict'),
  generator_expression: comprehension('generator'),
  list_splat: starred,
  list_splat_pattern: starred,
  splat_type: starred,
  named_expression: walrus,
  await: (r, node) => ({ kind: 'await', value: first(r, node), ...placeOf(r, node) }),
  yield: yields,
  parenthesized_expression: first,
  as_pattern_target: first,
  type: first,
  generic_type: generic,
  union_type: union,
  member_type: member,
  constrained_type: constrained,
};

const BY_KIND: readonly Lower[] = Array.from({ length: KIND_COUNT }, (_, kind): Lower => {
  const found = Object.entries(LOWER).find(([node]) => K[node as NodeName] === kind);
  return found?.[1] ?? invalid;
});
