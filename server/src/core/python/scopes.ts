/** What names a body binds, read off the lowered tree. */
import { bindsOf } from './patterns';
import type { Expr, Param, Stmt } from './tree';

/**
 * The names that become local to a function because its body binds them: parameters and names that
 * are declared `global` or `nonlocal` left out.
 */
export function boundNames(body: readonly Stmt[], params: readonly Param[]): ReadonlySet<string> {
  const bound = new Set<string>();
  const outer = new Set(params.map((param) => param.name));
  bindAll(body, bound, outer);
  for (const name of outer) bound.delete(name);
  return bound;
}

function bindAll(body: readonly Stmt[], bound: Set<string>, outer: Set<string>): void {
  for (const statement of body) {
    if (statement.kind === 'global') for (const name of statement.names) outer.add(name);
    bindStatement(statement, bound);
    for (const inner of blocksOf(statement)) bindAll(inner, bound, outer);
    for (const expr of expressionsOf(statement)) bindWalrus(expr, bound);
  }
}

function bindStatement(statement: Stmt, bound: Set<string>): void {
  switch (statement.kind) {
    case 'assign':
      for (const target of statement.targets) bindTarget(target, bound);
      return;
    case 'augassign':
    case 'annassign':
    case 'for':
      bindTarget(statement.target, bound);
      return;
    case 'with':
      for (const { target } of statement.items) if (target !== undefined) bindTarget(target, bound);
      return;
    case 'delete':
      for (const target of statement.targets) bindTarget(target, bound);
      return;
    case 'try':
      for (const { name } of statement.handlers) if (name !== undefined) bound.add(name);
      return;
    case 'import':
      for (const { path, alias } of statement.names) bound.add(alias ?? (path.split('.')[0] as string));
      return;
    case 'importfrom':
      for (const { name, alias } of statement.names) if (name !== '*') bound.add(alias ?? name);
      return;
    case 'match':
      for (const { pattern } of statement.cases) for (const name of bindsOf(pattern)) bound.add(name);
      return;
    case 'function':
    case 'class':
    case 'typealias':
      bound.add(statement.name);
      return;
    default:
  }
}

function bindTarget(target: Expr, bound: Set<string>): void {
  if (target.kind === 'name') bound.add(target.name);
  else if (target.kind === 'starred') bindTarget(target.value, bound);
  else if (target.kind === 'tuple' || target.kind === 'list') for (const item of target.items) bindTarget(item, bound);
}

function bindWalrus(expr: Expr, bound: Set<string>): void {
  if (expr.kind === 'walrus') bound.add(expr.target.name);
  // A lambda is a scope of its own; a comprehension hands its walrus targets out.
  if (expr.kind !== 'lambda') for (const part of partsOf(expr)) bindWalrus(part, bound);
}

/** Whether a body has a `yield` of its own. */
export function yields(body: readonly Stmt[]): boolean {
  return body.some(
    (statement) => expressionsOf(statement).some(yieldsHere) || blocksOf(statement).some((inner) => yields(inner)),
  );
}

const yieldsHere = (expr: Expr): boolean =>
  expr.kind === 'yield' || (expr.kind !== 'lambda' && partsOf(expr).some(yieldsHere));

/** The statement lists inside a statement that run in the same scope. */
export function blocksOf(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.kind) {
    case 'if':
      return [statement.then, statement.otherwise];
    case 'while':
    case 'for':
      return [statement.body, statement.otherwise];
    case 'with':
      return [statement.body];
    case 'try':
      return [statement.body, ...statement.handlers.map(({ body }) => body), statement.otherwise, statement.finally];
    case 'match':
      return statement.cases.map(({ body }) => body);
    default:
      return [];
  }
}

const present = (...exprs: readonly (Expr | undefined)[]): Expr[] => exprs.filter((expr) => expr !== undefined);

const paramParts = (params: readonly Param[]): Expr[] =>
  params.flatMap((param) => present(param.annotation, param.default));

/** The expressions that a statement evaluates itself, in the scope that it stands in; those of its blocks left out. */
function expressionsOf(statement: Stmt): readonly Expr[] {
  switch (statement.kind) {
    case 'expr':
      return [statement.value];
    case 'assign':
      return [statement.value, ...statement.targets];
    case 'augassign':
      return [statement.target, statement.value];
    case 'annassign':
      return present(statement.target, statement.annotation, statement.value);
    case 'return':
    case 'raise':
      return present(statement.value);
    case 'assert':
      return present(statement.test, statement.message);
    case 'delete':
      return statement.targets;
    case 'if':
    case 'while':
      return [statement.test];
    case 'for':
      return [statement.iterable, statement.target];
    case 'with':
      return statement.items.flatMap(({ context, target }) => present(context, target));
    case 'try':
      return statement.handlers.flatMap(({ type }) => present(type));
    case 'match':
      return [statement.subject, ...statement.cases.flatMap(({ guard }) => present(guard))];
    case 'function':
      return [...statement.decorators, ...paramParts(statement.params), ...present(statement.returns)];
    case 'class':
      return [...statement.decorators, ...statement.bases.map(({ value }) => value)];
    default:
      return [];
  }
}

/** The expressions directly inside an expression. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'fstring':
      return expr.parts.filter((part) => typeof part !== 'string');
    case 'attribute':
      return [expr.object];
    case 'subscript':
      return [expr.object, expr.index];
    case 'slice':
      return present(expr.lower, expr.upper, expr.step);
    case 'call':
      return [expr.callee, ...expr.args.map(({ value }) => value)];
    case 'unary':
      return [expr.operand];
    case 'binary':
    case 'boolop':
      return [expr.left, expr.right];
    case 'compare':
      return [expr.first, ...expr.rest.map(({ operand }) => operand)];
    case 'conditional':
      return [expr.test, expr.then, expr.otherwise];
    case 'lambda':
      return [...paramParts(expr.params), expr.body];
    case 'tuple':
    case 'list':
    case 'set':
      return expr.items;
    case 'dict':
      return expr.entries.flatMap(({ key, value }) => present(key, value));
    case 'comprehension':
      return [
        ...present(expr.element, expr.value),
        ...expr.clauses.flatMap(({ target, iterable, conditions }) => [target, iterable, ...conditions]),
      ];
    case 'starred':
    case 'await':
      return [expr.value];
    case 'walrus':
      return [expr.target, expr.value];
    case 'yield':
      return present(expr.value);
    default:
      return [];
  }
}
