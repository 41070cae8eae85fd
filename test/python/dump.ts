/** Writes the tree down compactly, for tests that compare trees. */
import type { Argument, Expr, Param, Pattern, Stmt } from '../../server/src/core/python/tree';
import { spanOf, type Place } from '../../server/src/core/text/place';

/** How places are written. */
export type Where = (place: Place) => string;
export const nowhere: Where = () => '';
/** Absolute offsets: `@3-7`. */
export const absolute: Where = (place) => `@${spanOf(place).start}-${spanOf(place).end}`;

const list = (parts: readonly string[]): string => `[${parts.join(' ')}]`;

export const dumpBody = (body: readonly Stmt[], where: Where = nowhere): string =>
  body.map((statement) => dumpStatement(statement, where)).join('\n');

export function dumpExpression(expr: Expr | undefined, where: Where = nowhere): string {
  if (expr === undefined) return '-';
  const show = (part: Expr | undefined): string => dumpExpression(part, where);
  const write = (...parts: readonly string[]): string => `(${[expr.kind + where(expr), ...parts].join(' ')})`;
  switch (expr.kind) {
    case 'name':
      return write(expr.name);
    case 'int':
    case 'float':
      return write(String(expr.value));
    case 'bool':
      return write(expr.value ? 'True' : 'False');
    case 'str':
      return write(JSON.stringify(expr.value));
    case 'fstring':
      return write(...expr.parts.map((part) => (typeof part === 'string' ? JSON.stringify(part) : show(part))));
    case 'attribute':
      return write(show(expr.object), expr.name);
    case 'subscript':
      return write(show(expr.object), show(expr.index));
    case 'slice':
      return write(show(expr.lower), show(expr.upper), show(expr.step));
    case 'call':
      return write(show(expr.callee), ...dumpArguments(expr.args, where));
    case 'unary':
      return write(expr.op, show(expr.operand));
    case 'binary':
    case 'boolop':
      return write(expr.op, show(expr.left), show(expr.right));
    case 'compare':
      return write(show(expr.first), ...expr.rest.map(({ op, operand }) => `${op} ${show(operand)}`));
    case 'conditional':
      return write(show(expr.test), show(expr.then), show(expr.otherwise));
    case 'lambda':
      return write(list(expr.params.map((param) => dumpParameter(param, where))), show(expr.body));
    case 'tuple':
    case 'list':
    case 'set':
      return write(...expr.items.map(show));
    case 'dict':
      return write(...expr.entries.map(({ key, value }) => `${key === undefined ? '**' : show(key)}:${show(value)}`));
    case 'comprehension':
      return write(
        expr.form,
        show(expr.element),
        show(expr.value),
        ...expr.clauses.map(
          ({ target, iterable, conditions }) =>
            `for ${show(target)} in ${show(iterable)} ${list(conditions.map(show))}`,
        ),
      );
    case 'starred':
    case 'await':
      return write(show(expr.value));
    case 'walrus':
      return write(show(expr.target), show(expr.value));
    case 'yield':
      return write(expr.from ? 'from' : '', show(expr.value));
    default:
      return write();
  }
}

const dumpArguments = (args: readonly Argument[], where: Where): string[] =>
  args.map(({ name, star, value }) => `${star}${name === undefined ? '' : `${name}=`}${dumpExpression(value, where)}`);

function dumpParameter(param: Param, where: Where): string {
  const form = { 'positional-only': '/', positional: '', 'keyword-only': '!', '*': '*', '**': '**' }[param.form];
  const annotation = param.annotation === undefined ? '' : `:${dumpExpression(param.annotation, where)}`;
  return `${form}${param.name}${annotation}${param.default === undefined ? '' : `=${dumpExpression(param.default, where)}`}`;
}

function dumpPattern(pattern: Pattern, where: Where): string {
  switch (pattern.kind) {
    case 'value':
      return `(value ${dumpExpression(pattern.value, where)})`;
    case 'capture':
      return `(capture ${pattern.name})`;
    case 'or':
      return `(or ${pattern.options.map((option) => dumpPattern(option, where)).join(' ')})`;
    case 'sequence':
      return `(sequence ${pattern.items.map((item) => dumpPattern(item, where)).join(' ')})`;
    case 'other':
      return `(other ${[...pattern.binds].sort().join(' ')})`;
    case 'wildcard':
      return '(wildcard)';
  }
}

export function dumpStatement(statement: Stmt, where: Where = nowhere): string {
  const show = (expr: Expr | undefined): string => dumpExpression(expr, where);
  const block = (body: readonly Stmt[]): string => `{${body.map((inner) => dumpStatement(inner, where)).join('; ')}}`;
  const write = (...parts: readonly string[]): string => `(${[statement.kind + where(statement), ...parts].join(' ')})`;
  const aliased = (name: string, alias: string | undefined): string =>
    alias === undefined ? name : `${name} as ${alias}`;
  switch (statement.kind) {
    case 'expr':
    case 'return':
    case 'raise':
      return write(show(statement.value));
    case 'assign':
      return write(list(statement.targets.map(show)), show(statement.value));
    case 'augassign':
      return write(statement.op, show(statement.target), show(statement.value));
    case 'annassign':
      return write(show(statement.target), show(statement.annotation), show(statement.value));
    case 'assert':
      return write(show(statement.test), show(statement.message));
    case 'delete':
      return write(...statement.targets.map(show));
    case 'global':
      return write(statement.nonlocal ? 'nonlocal' : 'global', ...statement.names);
    case 'import':
      return write(...statement.names.map(({ path, alias }) => aliased(path, alias)));
    case 'importfrom':
      return write(
        `${'.'.repeat(statement.level)}${statement.module}`,
        ...statement.names.map(({ name, alias }) => aliased(name, alias)),
      );
    case 'if':
      return write(show(statement.test), block(statement.then), block(statement.otherwise));
    case 'while':
      return write(show(statement.test), block(statement.body), block(statement.otherwise));
    case 'for':
      return write(
        statement.async ? 'async' : 'sync',
        show(statement.target),
        show(statement.iterable),
        block(statement.body),
        block(statement.otherwise),
      );
    case 'with':
      return write(
        ...statement.items.map(({ context, target }) => `${show(context)} as ${show(target)}`),
        block(statement.body),
      );
    case 'try':
      return write(
        block(statement.body),
        ...statement.handlers.map(({ type, name, body }) => `except ${show(type)} ${name ?? '-'} ${block(body)}`),
        block(statement.otherwise),
        block(statement.finally),
      );
    case 'match':
      return write(
        show(statement.subject),
        ...statement.cases.map(
          ({ pattern, guard, body }) => `case ${dumpPattern(pattern, where)} ${show(guard)} ${block(body)}`,
        ),
      );
    case 'function':
      return write(
        statement.async ? 'async' : 'sync',
        statement.name,
        list(statement.decorators.map(show)),
        list(statement.params.map((param) => dumpParameter(param, where))),
        show(statement.returns),
        block(statement.body),
      );
    case 'class':
      return write(
        statement.name,
        list(statement.decorators.map(show)),
        list(dumpArguments(statement.bases, where)),
        block(statement.body),
      );
    case 'typealias':
      return write(statement.name, show(statement.value));
    case 'invalidstmt':
      return write(...statement.names);
    default:
      return write();
  }
}
