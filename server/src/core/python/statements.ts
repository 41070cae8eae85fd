/** Statements: from the parser's nodes to the tree. */
import {
  argumentsOf,
  expression,
  identifier,
  joined,
  oneOrTuple,
  optional,
  placeOf,
  withField,
  type Reading,
} from './expressions';
import { anchorOf, LoweredFunction } from './functions';
import { F, K, KIND_COUNT, type NodeName } from './nodes';
import { parameters } from './parameters';
import { casePattern } from './patterns';
import type {
  BinaryOperator,
  ClassDef,
  Expr,
  FunctionDef,
  If,
  ImportFrom,
  InvalidStmt,
  Match,
  Stmt,
  Try,
  With,
} from './tree';

/** A reading in which some blocks were lowered before: `blocks` holds them by the offset of their first character. */
export interface BlockReading extends Reading {
  readonly blocks?: ReadonlyMap<number, readonly Stmt[]> | undefined;
}

type Lower = (r: BlockReading, node: number) => Stmt | undefined;

/** `elif` nests in the tree; a chain longer than this is cut off. */
const MAX_ELIFS = 200;

/** The statements of a module or block; none for -1. */
export function statements(r: BlockReading, node: number): readonly Stmt[] {
  if (node < 0) return [];
  const known = r.blocks?.get(r.nodes.start(node));
  if (known !== undefined) return known;
  return r.nodes.named(node).map((child) => statement(r, child));
}

function statement(r: BlockReading, node: number): Stmt {
  return BY_KIND[r.nodes.kind(node)]?.(r, node) ?? invalidStatement(r, node);
}

/** Every identifier in a text, each once. */
export const namesIn = (text: string): string[] => [...new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu))];

const invalidStatement = (r: Reading, node: number): InvalidStmt => ({
  kind: 'invalidstmt',
  names: namesIn(r.nodes.slice(node)),
  ...placeOf(r, node),
});

const COMMENT = /[ \t]*;?[ \t]*#([^\r\n]*)/y;

/** The comment that follows a node on its line, without the mark. */
function commentAfter(r: Reading, node: number): string | undefined {
  COMMENT.lastIndex = r.nodes.end(node);
  return COMMENT.exec(r.nodes.text)?.[1]?.trim();
}

const expressionStatement: Lower = (r, node) => {
  const [child] = r.nodes.named(node);
  if (child === undefined) return undefined;
  const kind = r.nodes.kind(child);
  if (kind === K.assignment) return assignment(r, child);
  if (kind === K.augmented_assignment) return augmented(r, child);
  return { kind: 'expr', value: oneOrTuple(r, node), ...placeOf(r, node) };
};

function assignment(r: Reading, node: number): Stmt | undefined {
  const annotation = r.nodes.child(node, F.type);
  if (annotation >= 0) {
    return {
      kind: 'annassign',
      target: expression(r, r.nodes.child(node, F.left)),
      annotation: expression(r, annotation),
      value: optional(r, r.nodes.child(node, F.right)),
      ...placeOf(r, node),
    };
  }
  const targets: Expr[] = [];
  let right = node;
  while (r.nodes.kind(right) === K.assignment) {
    if (r.nodes.child(right, F.type) >= 0) return undefined;
    targets.push(expression(r, r.nodes.child(right, F.left)));
    right = r.nodes.child(right, F.right);
  }
  if (r.nodes.kind(right) === K.augmented_assignment) return undefined;
  return { kind: 'assign', targets, value: expression(r, right), comment: commentAfter(r, node), ...placeOf(r, node) };
}

function augmented(r: Reading, node: number): Stmt | undefined {
  const right = r.nodes.child(node, F.right);
  if (r.nodes.kind(right) === K.assignment || r.nodes.kind(right) === K.augmented_assignment) return undefined;
  return {
    kind: 'augassign',
    target: expression(r, r.nodes.child(node, F.left)),
    op: r.nodes.typeName(r.nodes.child(node, F.operator)).slice(0, -1) as BinaryOperator,
    value: expression(r, right),
    ...placeOf(r, node),
  };
}

const returns: Lower = (r, node) => ({
  kind: 'return',
  value: optional(r, r.nodes.named(node)[0] ?? -1),
  ...placeOf(r, node),
});

const raise: Lower = (r, node) => {
  const value = r.nodes.named(node).find((child) => r.nodes.field(child) !== F.cause) ?? -1;
  if (value >= 0 && r.nodes.kind(value) === K.expression_list) return undefined;
  return { kind: 'raise', value: optional(r, value), ...placeOf(r, node) };
};

const assertion: Lower = (r, node) => {
  const [test, message, more] = r.nodes.named(node);
  if (test === undefined || more !== undefined) return undefined;
  return { kind: 'assert', test: expression(r, test), message: optional(r, message ?? -1), ...placeOf(r, node) };
};

const deletion: Lower = (r, node) => {
  const [child] = r.nodes.named(node);
  if (child === undefined) return undefined;
  const value = expression(r, child);
  const spread = value.kind === 'tuple' && r.nodes.kind(child) === K.expression_list;
  return { kind: 'delete', targets: spread ? value.items : [value], ...placeOf(r, node) };
};

const plain =
  (kind: 'pass' | 'break' | 'continue'): Lower =>
  (r, node) => ({ kind, ...placeOf(r, node) });

const declaration =
  (nonlocal: boolean): Lower =>
  (r, node) => ({
    kind: 'global',
    names: r.nodes.named(node).map((name) => identifier(r, name)),
    nonlocal,
    ...placeOf(r, node),
  });

const dotted = (r: Reading, node: number): string => identifier(r, node).replace(/[\s\\]+/g, '');

/** The imported names: paths, with the alias where one is given. */
function imported(r: Reading, node: number) {
  return withField(r, node, F.name).map((name) => {
    if (r.nodes.kind(name) !== K.aliased_import) return { path: dotted(r, name), alias: undefined };
    return { path: dotted(r, r.nodes.child(name, F.name)), alias: identifier(r, r.nodes.child(name, F.alias)) };
  });
}

const importStatement: Lower = (r, node) => ({ kind: 'import', names: imported(r, node), ...placeOf(r, node) });

const importFrom: Lower = (r, node) => {
  const names: ImportFrom['names'][number][] =
    r.nodes.childOfKind(node, K.wildcard_import) >= 0
      ? [{ name: '*', alias: undefined }]
      : imported(r, node).map(({ path, alias }) => ({ name: path, alias }));
  if (r.nodes.kind(node) === K.future_import_statement)
    return { kind: 'importfrom', module: '__future__', level: 0, names, ...placeOf(r, node) };
  const source = r.nodes.child(node, F.module_name);
  if (r.nodes.kind(source) === K.dotted_name)
    return { kind: 'importfrom', module: dotted(r, source), level: 0, names, ...placeOf(r, node) };
  const prefix = r.nodes.childOfKind(source, K.import_prefix);
  const module = r.nodes.childOfKind(source, K.dotted_name);
  return {
    kind: 'importfrom',
    module: module < 0 ? '' : dotted(r, module),
    level: prefix < 0 ? 0 : r.nodes.slice(prefix).replace(/[^.]/g, '').length,
    names,
    ...placeOf(r, node),
  };
};

const conditional: Lower = (r, node) => {
  const alternatives = withField(r, node, F.alternative);
  let otherwise: readonly Stmt[] = [];
  for (const clause of alternatives.reverse()) {
    if (r.nodes.kind(clause) === K.else_clause) otherwise = statements(r, r.nodes.child(clause, F.body));
  }
  const elifs = alternatives.filter((clause) => r.nodes.kind(clause) === K.elif_clause);
  if (elifs.length > MAX_ELIFS) {
    otherwise = [invalidStatement(r, elifs[elifs.length - MAX_ELIFS - 1] as number)];
    elifs.splice(0, elifs.length - MAX_ELIFS);
  }
  const end = r.nodes.end(node) + r.shift;
  for (const clause of elifs) otherwise = [{ ...ifOf(r, clause, otherwise), end }];
  return ifOf(r, node, otherwise);
};

const ifOf = (r: BlockReading, node: number, otherwise: readonly Stmt[]): If => ({
  kind: 'if',
  test: expression(r, r.nodes.child(node, F.condition)),
  then: statements(r, r.nodes.child(node, F.consequence)),
  otherwise,
  ...placeOf(r, node),
});

/** The statements of the `else` of a loop or `try`. */
const elseOf = (r: BlockReading, node: number): readonly Stmt[] => {
  const clause = r.nodes.childOfKind(node, K.else_clause);
  return clause < 0 ? [] : statements(r, r.nodes.child(clause, F.body));
};

const whileLoop: Lower = (r, node) => ({
  kind: 'while',
  test: expression(r, r.nodes.child(node, F.condition)),
  body: statements(r, r.nodes.child(node, F.body)),
  otherwise: elseOf(r, node),
  ...placeOf(r, node),
});

const forLoop: Lower = (r, node) => ({
  kind: 'for',
  target: expression(r, r.nodes.child(node, F.left)),
  iterable: expression(r, r.nodes.child(node, F.right)),
  body: statements(r, r.nodes.child(node, F.body)),
  otherwise: elseOf(r, node),
  async: r.nodes.hasToken(node, 'async'),
  ...placeOf(r, node),
});

const withBlock: Lower = (r, node) => {
  const clause = r.nodes.childOfKind(node, K.with_clause);
  if (clause < 0) return undefined;
  const nodes = r.nodes.named(clause).map((item) => r.nodes.child(item, F.value));
  const [only] = nodes;
  // `with (a, b):` has two items, though the grammar may see a tuple.
  const spread = nodes.length === 1 && only !== undefined && r.nodes.kind(only) === K.tuple;
  const items = (spread ? r.nodes.named(only) : nodes).map((item) => withItem(r, item));
  return { kind: 'with', items, body: statements(r, r.nodes.child(node, F.body)), ...placeOf(r, node) };
};

function withItem(r: Reading, node: number): With['items'][number] {
  let item = node;
  while (r.nodes.kind(item) === K.parenthesized_expression) {
    const inner = r.nodes.named(item)[0] ?? -1;
    if (inner < 0) break;
    item = inner;
  }
  if (r.nodes.kind(item) === K.as_pattern)
    return { context: expression(r, firstOf(r, item)), target: aliasOf(r, item) };
  const context = expression(r, item);
  // In `a if b else c as d` the grammar gives the name to c alone.
  const last = r.nodes.named(item)[2] ?? -1;
  if (context.kind !== 'conditional' || last < 0 || r.nodes.kind(last) !== K.as_pattern)
    return { context, target: undefined };
  return { context: { ...context, otherwise: expression(r, firstOf(r, last)) }, target: aliasOf(r, last) };
}

const firstOf = (r: Reading, node: number): number => r.nodes.named(node)[0] ?? -1;
const aliasOf = (r: Reading, node: number): Expr | undefined => optional(r, r.nodes.child(node, F.alias));

const tryBlock: Lower = (r, node) => {
  const handlers = r.nodes
    .named(node)
    .filter((child) => r.nodes.kind(child) === K.except_clause)
    .map((child) => handler(r, child));
  const last = r.nodes.childOfKind(node, K.finally_clause);
  return {
    kind: 'try',
    body: statements(r, r.nodes.child(node, F.body)),
    handlers,
    otherwise: elseOf(r, node),
    finally: last < 0 ? [] : statements(r, r.nodes.childOfKind(last, K.block)),
    ...placeOf(r, node),
  };
};

function handler(r: BlockReading, node: number): Try['handlers'][number] {
  const body = statements(r, r.nodes.childOfKind(node, K.block));
  const values = withField(r, node, F.value);
  let alias = r.nodes.child(node, F.alias);
  const [only] = values;
  if (only !== undefined && r.nodes.kind(only) === K.as_pattern) {
    alias = r.nodes.child(only, F.alias);
    values[0] = r.nodes.named(only)[0] ?? -1;
  }
  const type = values.length === 0 ? undefined : joined(r, values);
  return { type, name: alias < 0 ? undefined : r.nodes.slice(alias), body };
}

const match: Lower = (r, node) => {
  const block = r.nodes.child(node, F.body);
  const cases = (block < 0 ? [] : r.nodes.named(block))
    .filter((clause) => r.nodes.kind(clause) === K.case_clause)
    .map((clause): Match['cases'][number] => {
      const guard = r.nodes.child(clause, F.guard);
      return {
        pattern: casePattern(r, clause),
        guard: guard < 0 ? undefined : expression(r, r.nodes.named(guard)[0] ?? -1),
        body: statements(r, r.nodes.child(clause, F.consequence)),
      };
    });
  const subject = joined(r, withField(r, node, F.subject), r.nodes.hasToken(node, ','));
  return { kind: 'match', subject, cases, ...placeOf(r, node) };
};

/** What a `def` says before its body; undefined where Python 3 has no such parameters. */
export function signatureOf(r: Reading, node: number) {
  const own = r.nodes.child(node, F.name);
  const params = parameters(r, r.nodes.child(node, F.parameters));
  if (own < 0 || params === undefined) return undefined;
  return {
    name: identifier(r, own),
    nameStart: r.nodes.start(own) + r.shift,
    async: r.nodes.hasToken(node, 'async'),
    params,
    returns: optional(r, r.nodes.child(node, F.return_type)),
  };
}

const functionDefinition: Lower = (r, node) => definedFunction(r, node, node, []);

/** A function met inside a piece: it is lowered with the piece, from an anchor of its own. */
function definedFunction(
  r: BlockReading,
  node: number,
  whole: number,
  decorators: readonly number[],
): FunctionDef | undefined {
  const { nodes } = r;
  const at = anchorOf(r.at, nodes.start(whole) + r.shift);
  const own: BlockReading = { nodes, at, shift: -nodes.start(whole), blocks: r.blocks };
  const signature = signatureOf(own, node);
  if (signature === undefined) return undefined;
  const body = statements(own, nodes.child(node, F.body));
  return new LoweredFunction(
    {
      at,
      start: 0,
      end: nodes.end(whole) - nodes.start(whole),
      decorators: decorators.map((decorator) => expression(own, decorator)),
      ...signature,
    },
    nodes.slice(whole),
    0,
    () => body,
  );
}

const classDefinition: Lower = (r, node) => definedClass(r, node, node, []);

function definedClass(
  r: BlockReading,
  node: number,
  whole: number,
  decorators: readonly number[],
): ClassDef | undefined {
  const own = r.nodes.child(node, F.name);
  if (own < 0) return undefined;
  return {
    kind: 'class',
    name: identifier(r, own),
    nameStart: r.nodes.start(own) + r.shift,
    decorators: decorators.map((decorator) => expression(r, decorator)),
    bases: argumentsOf(r, r.nodes.child(node, F.superclasses)),
    body: statements(r, r.nodes.child(node, F.body)),
    text: r.nodes.slice(whole),
    ...placeOf(r, whole),
  };
}

const decorated: Lower = (r, node) => {
  const decorators = r.nodes
    .named(node)
    .filter((child) => r.nodes.kind(child) === K.decorator)
    .map((child) => r.nodes.named(child)[0] ?? -1);
  const definition = r.nodes.child(node, F.definition);
  return r.nodes.kind(definition) === K.class_definition
    ? definedClass(r, definition, node, decorators)
    : definedFunction(r, definition, node, decorators);
};

const typeAlias: Lower = (r, node) => {
  let own = r.nodes.child(node, F.left);
  // The grammar also takes `type(x).y = z` for an alias.
  for (const kind of [K.type, K.generic_type, K.subscript])
    if (own >= 0 && r.nodes.kind(own) === kind) own = r.nodes.named(own)[0] ?? -1;
  if (own < 0 || r.nodes.kind(own) !== K.identifier) return undefined;
  const value = expression(r, r.nodes.child(node, F.right));
  return { kind: 'typealias', name: identifier(r, own), value, ...placeOf(r, node) };
};

const LOWER: Partial<Record<NodeName, Lower>> = {
  expression_statement: expressionStatement,
  return_statement: returns,
  raise_statement: raise,
  assert_statement: assertion,
  delete_statement: deletion,
  pass_statement: plain('pass'),
  break_statement: plain('break'),
  continue_statement: plain('continue'),
  global_statement: declaration(false),
  nonlocal_statement: declaration(true),
  import_statement: importStatement,
  import_from_statement: importFrom,
  future_import_statement: importFrom,
  if_statement: conditional,
  while_statement: whileLoop,
  for_statement: forLoop,
  with_statement: withBlock,
  try_statement: tryBlock,
  match_statement: match,
  function_definition: functionDefinition,
  class_definition: classDefinition,
  decorated_definition: decorated,
  type_alias_statement: typeAlias,
};

const BY_KIND: readonly (Lower | undefined)[] = Array.from(
  { length: KIND_COUNT },
  (_, kind) => Object.entries(LOWER).find(([node]) => K[node as NodeName] === kind)?.[1],
);
