/**
 * What `auto_complete_config` of a model.py makes of a configuration.
 *
 * Literal calls are followed: names bound to dicts, lists and numbers, loops over them, calls of the configuration's
 * setters. At anything else the answer is that it is not certain.
 */
import type { Argument, Expr, FunctionDef, PythonFile, Stmt } from '../../core/python/tree';
import type { Model } from '../repository/model';
import type { Problem } from '../rule';
import type { Message } from '../textFormat/message';
import { ConfigCalls, type Failure } from './pythonCalls';

export type Value = string | number | boolean | null | readonly Value[] | ReadonlyMap<string, Value> | typeof theConfig;

/** The configuration object that the function is given. */
export const theConfig = Symbol('config');

interface Answer {
  readonly isCertain: boolean;
  readonly problems: readonly Problem[];
}

const uncertain: Answer = { isCertain: false, problems: [] };
const unchanged: Answer = { isCertain: true, problems: [] };

export function completeByPython(model: Model, config: Message): Answer {
  const file = model.filled.text('default_model_filename') || 'model.py';
  const path = model.versionFile(file);
  const tree = path === undefined ? undefined : model.world.python(path);
  if (!tree || tree.syntaxErrors) return uncertain;
  const found = functionIn(tree);
  if (found === 'unclear') return uncertain;
  if (found === undefined) return unchanged;
  return new Follower(model, config).run(found);
}

/** The function, undefined where the class has none. */
function functionIn(tree: PythonFile): FunctionDef | 'unclear' | undefined {
  const classes = tree.body.filter((statement) => statement.kind === 'class' && statement.name === 'TritonPythonModel');
  const [only, more] = classes;
  if (only?.kind !== 'class' || more || only.bases.length > 0) return 'unclear';
  const found = only.body.findLast((each) => each.kind === 'function' && each.name === 'auto_complete_config');
  if (found?.kind === 'function') return found;
  return only.body.some((each) => each.kind === 'if' || each.kind === 'try') ? 'unclear' : undefined;
}

type Outcome = 'on' | 'returned' | 'returned nothing' | 'unclear' | Failure;

class Follower {
  private readonly names = new Map<string, Value | undefined>();
  private readonly calls: ConfigCalls;
  private steps = 0;

  constructor(
    private readonly model: Model,
    config: Message,
  ) {
    this.calls = new ConfigCalls(config, model.name);
  }

  run(definition: FunctionDef): Answer {
    const parameter = definition.params.find(({ name }) => name !== 'self' && name !== 'cls');
    if (!parameter || definition.generator) return uncertain;
    this.names.set(parameter.name, theConfig);
    const outcome = this.block(definition.body);
    if (outcome === 'unclear') return uncertain;
    if (typeof outcome === 'object') return { isCertain: true, problems: [outcome] };
    if (outcome === 'returned') return unchanged;
    const message = `auto_complete_config function in model '${this.model.name}' must return a valid pb.ModelConfig object.`;
    return { isCertain: true, problems: [{ message, at: undefined }] };
  }

  private block(statements: readonly Stmt[]): Outcome {
    for (const statement of statements) {
      const outcome = this.statement(statement);
      if (outcome !== 'on') return outcome;
    }
    return 'on';
  }

  private statement(statement: Stmt): Outcome {
    if (++this.steps > 10_000) return 'unclear';
    switch (statement.kind) {
      case 'pass':
      case 'import':
      case 'importfrom':
        return 'on';
      case 'expr':
        return this.expression(statement.value);
      case 'assign':
        return this.assign(statement.targets, statement.value);
      case 'annassign':
        return statement.value === undefined ? 'on' : this.assign([statement.target], statement.value);
      case 'for':
        return this.loop(statement.target, statement.iterable, statement.body);
      case 'return': {
        if (statement.value === undefined || statement.value.kind === 'none') return 'returned nothing';
        const value = this.value(statement.value);
        return value === theConfig ? 'returned' : value === undefined ? 'unclear' : 'returned nothing';
      }
      default:
        return 'unclear';
    }
  }

  private expression(expression: Expr): Outcome {
    if (expression.kind === 'str') return 'on';
    if (expression.kind !== 'call') return 'unclear';
    const { callee, args } = expression;
    if (callee.kind === 'name' && callee.name === 'print') return 'on';
    if (callee.kind !== 'attribute' || this.value(callee.object) !== theConfig) return 'unclear';
    const values = args.map((each) => (each.star === '' ? this.value(each.value) : undefined));
    if (values.some((value) => value === undefined)) return 'unclear';
    return this.calls.call(callee.name, values as readonly Value[]) ?? 'on';
  }

  private assign(targets: readonly Expr[], from: Expr): Outcome {
    const value = this.value(from);
    for (const target of targets) {
      if (target.kind !== 'name') return 'unclear';
      this.names.set(target.name, value);
    }
    // A call that is not understood may change the configuration on its way.
    return value === undefined && from.kind === 'call' && mentions(from, this.names) ? 'unclear' : 'on';
  }

  private loop(target: Expr, iterable: Expr, body: readonly Stmt[]): Outcome {
    const values = this.value(iterable);
    if (!Array.isArray(values) || target.kind !== 'name') return 'unclear';
    for (const value of values as readonly Value[]) {
      this.names.set(target.name, value);
      const outcome = this.block(body);
      if (outcome !== 'on') return outcome;
    }
    return 'on';
  }

  private value(expression: Expr): Value | undefined {
    switch (expression.kind) {
      case 'str':
      case 'int':
      case 'bool':
        return expression.value;
      case 'none':
        return null;
      case 'name':
        return this.names.get(expression.name);
      case 'list':
      case 'tuple': {
        const items = expression.items.map((item) => this.value(item));
        return items.some((item) => item === undefined) ? undefined : (items as readonly Value[]);
      }
      case 'unary': {
        const operand = this.value(expression.operand);
        return expression.op === '-' && typeof operand === 'number' ? -operand : undefined;
      }
      case 'dict':
        return this.dict(expression.entries.map(({ key, value }) => [key && this.value(key), value]));
      case 'call':
        return expression.callee.kind === 'name' && expression.callee.name === 'dict'
          ? this.keywords(expression.args)
          : undefined;
      default:
        return undefined;
    }
  }

  private keywords(args: readonly Argument[]): Value | undefined {
    return this.dict(args.map(({ name, value }) => [name, value]));
  }

  private dict(entries: readonly (readonly [Value | undefined, Expr])[]): Value | undefined {
    const made = new Map<string, Value>();
    for (const [key, expression] of entries) {
      const value = this.value(expression);
      if (typeof key !== 'string' || value === undefined) return undefined;
      made.set(key, value);
    }
    return made;
  }
}

/** Whether the configuration is among the arguments or the object of a call. */
function mentions(call: Expr, names: ReadonlyMap<string, Value | undefined>): boolean {
  if (call.kind === 'name') return names.get(call.name) === theConfig;
  if (call.kind === 'attribute') return mentions(call.object, names);
  if (call.kind !== 'call') return false;
  return mentions(call.callee, names) || call.args.some(({ value }) => mentions(value, names));
}
