/** Statements without blocks. */
import type * as tree from '../python/tree';
import { assign, extendInPlace, setName } from './assignment';
import { binaryOperation } from './arithmetic';
import { callMethodIfAny, callOperator } from './calls';
import { knownTruth, truth } from './compare';
import { unpack } from './containers';
import { defineClass, defineFunction } from './define';
import { deleteTarget } from './deletion';
import type { Evaluator } from './evaluator';
import { forgetIndices } from './indices';
import { settle } from './latent';
import { mismatch } from './operator';
import { tuple, unknown, type Value } from './value';
import { importFrom, importNames } from './imports';

/** Kinds of expressions that change nothing and rarely have a question. */
const QUIET = new Set<tree.Expr['kind']>([
  'name',
  'int',
  'float',
  'str',
  'bool',
  'none',
  'attribute',
  'binary',
  'unary',
  'tuple',
]);

export const isQuiet = (expr: tree.Expr): boolean => {
  switch (expr.kind) {
    case 'attribute':
      return isQuiet(expr.object);
    case 'binary':
      return isQuiet(expr.left) && isQuiet(expr.right);
    case 'unary':
      return isQuiet(expr.operand);
    case 'tuple':
      return expr.items.every(isQuiet);
    default:
      return QUIET.has(expr.kind);
  }
};

export function executeSimple(ev: Evaluator, stmt: tree.Stmt): void {
  switch (stmt.kind) {
    case 'expr':
      ev.evaluate(stmt.value);
      return;
    case 'assign': {
      const value = spreadAssignment(ev, stmt) ?? ev.evaluate(stmt.value);
      for (const target of stmt.targets) assign(ev, target, value);
      return;
    }
    case 'augassign':
      augmented(ev, stmt);
      return;
    case 'annassign':
      if (stmt.value !== undefined) assign(ev, stmt.target, ev.evaluate(stmt.value));
      return;
    case 'assert':
      assertion(ev, stmt);
      return;
    case 'delete':
      for (const target of stmt.targets) deleteTarget(ev, target);
      return;
    case 'global':
      for (const name of stmt.names) ev.declare(name, stmt.nonlocal);
      return;
    case 'import':
      importNames(ev, stmt);
      return;
    case 'importfrom':
      importFrom(ev, stmt);
      return;
    case 'function':
      setName(ev, stmt.name, defineFunction(ev, stmt));
      return;
    case 'class':
      setName(ev, stmt.name, defineClass(ev, stmt));
      return;
    case 'typealias':
      setName(ev, stmt.name, unknown('a type', stmt));
      return;
    default:
      return;
  }
}

/** `b, n, _, h = *x.shape, self.heads`: the number of targets says how many dims there are. */
function spreadAssignment(ev: Evaluator, stmt: tree.Assign): Value | undefined {
  const [target, more] = stmt.targets;
  if (stmt.value.kind !== 'tuple' || target?.kind !== 'tuple' || more !== undefined) return undefined;
  const items = stmt.value.items;
  const spread = items.findIndex((item) => item.kind === 'starred');
  if (
    spread < 0 ||
    target.items.length < items.length - 1 ||
    [...target.items, ...items.slice(spread + 1)].some((item) => item.kind === 'starred')
  )
    return undefined;
  const count = target.items.length - items.length + 1;
  const names = target.items.slice(spread, spread + count).map((item) => (item.kind === 'name' ? item.name : ''));
  const values: Value[] = [];
  for (const item of items) {
    const value = ev.evaluate(item);
    if (item.kind !== 'starred') values.push(value);
    else {
      const parts = unpack(ev, value, count, names, item);
      if (parts === undefined) return unknown('a tuple of unknown length', item);
      values.push(...parts);
    }
  }
  return tuple(values);
}

const IN_PLACE: Partial<Record<tree.BinaryOperator, string>> = {
  '+': '__iadd__',
  '-': '__isub__',
  '*': '__imul__',
  '/': '__itruediv__',
  '//': '__ifloordiv__',
  '%': '__imod__',
  '**': '__ipow__',
  '&': '__iand__',
  '|': '__ior__',
  '^': '__ixor__',
  '<<': '__ilshift__',
  '>>': '__irshift__',
};

function augmented(ev: Evaluator, stmt: tree.AugAssign): void {
  const left = settle(ev, ev.evaluate(stmt.target));
  const right = settle(ev, ev.evaluate(stmt.value));
  const inPlace = IN_PLACE[stmt.op];
  let result: Value;
  // Findings underline the target to the value, as a traceback's line does.
  const span: tree.Expr = {
    kind: 'binary',
    op: stmt.op,
    left: stmt.target,
    right: stmt.value,
    at: stmt.at,
    start: stmt.start,
    end: stmt.end,
  };
  if (
    left.kind === 'tensor' &&
    inPlace !== undefined &&
    (right.kind === 'tensor' || right.kind === 'int' || right.kind === 'float' || right.kind === 'bool')
  ) {
    forgetIndices(left);
    result = callOperator(ev, `torch.Tensor.${inPlace}`, [left, right], span);
  } else
    result =
      (stmt.op === '+' ? extendInPlace(ev, left, right) : undefined) ??
      callMethodIfAny(ev, left, inPlace ?? '', [right], span) ??
      binaryOperation(ev, stmt.op, left, right, span);
  assign(ev, stmt.target, result);
}

/**
 * Whether a test is about sizes or options. `assert False` marks code that isn't meant to be reached, and
 * `assert head is not None` says that the default stands for "give one", which every caller does. So does
 * `assert self.key != ''`.
 */
function saysSomething(test: tree.Expr): boolean {
  if (test.kind !== 'compare') return test.kind === 'boolop' || test.kind === 'unary';
  if (test.rest.every(({ op }) => op === 'is' || op === 'is not')) return false;
  const [only, more] = test.rest;
  const isNamed = test.first.kind === 'name' || test.first.kind === 'attribute';
  return !(isNamed && more === undefined && only !== undefined && asksForOne(only));
}

/** `!= ''`, `!= -1`, `> 0`, `>= 1`: any true value passes. */
function asksForOne({ op, operand }: tree.Compare['rest'][number]): boolean {
  if (operand.kind === 'str') return op === '!=' && operand.value === '';
  const number = operand.kind === 'unary' && operand.op === '-' ? operand.operand : operand;
  if (number.kind !== 'int' || number.value > 1) return false;
  return op === '!=' || op === '>' || op === '>=';
}

function assertion(ev: Evaluator, stmt: tree.Assert): void {
  const value = ev.evaluate(stmt.test);
  if (knownTruth(ev, settle(ev, value)) === false) {
    if (saysSomething(stmt.test)) {
      const message = stmt.message === undefined ? undefined : ev.evaluate(stmt.message);
      const text =
        message?.kind === 'str' && message.value !== undefined ? message.value : ev.program.textOf(stmt.test);
      ev.report.mismatch(ev, mismatch('assertion-fails', `AssertionError: ${text}`), stmt.test);
    }
    ev.raise();
  }
  if (!truth(ev, value, stmt.test)) ev.raise();
}
