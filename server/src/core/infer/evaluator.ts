/**
 * Abstract evaluation of expressions.
 *
 * The evaluator holds what one entry needs (the machine, the program, the report); the other files
 * of this folder are its parts: statements, calls, objects, arithmetic, built-ins.
 */
import { constantOf, freshSym, num, sym, type Dim } from '../shape/dim';
import { freshSegment, type Segment } from '../shape/shape';
import type * as tree from '../python/tree';
import type { Place } from '../text/place';
import { BoundCall, type ValueAccess } from './arguments';
import { beside, binaryOperation, unaryOperation } from './arithmetic';
import type { Arguments, Given } from './bind';
import { callValue } from './calls';
import { askWhetherNone, comparison, truth } from './compare';
import { distinct, itemsOf, subscript } from './containers';
import { getAttribute } from './objects';
import { assign } from './assignment';
import { evaluateComprehension } from './comprehension';
import { intOf, settle, tensorOf } from './latent';
import { TooDeep, PathEnds, type Branch, type Machine, type State } from './machine';
import type { Memo } from './memo';
import type { Module, Program } from './program';
import type { Report } from './report';
import { dictKey, plainText } from './plain';
import { PathSolve } from './solve';
import {
  bool,
  float,
  int,
  none,
  str,
  tuple,
  unknown,
  type ClassValue,
  type FunctionValue,
  type TensorValue,
  type Value,
  type LatentValue,
} from './value';

/** One call in progress. */
export interface Activation {
  readonly frame: number;
  readonly module: Module;
  readonly function: FunctionValue | undefined;
  readonly self: Value | undefined;
  readonly owner: ClassValue | undefined;
  /** The call that started it. */
  readonly calledAt: Place | undefined;
  readonly caller: Activation | undefined;
  readonly depth: number;
  /** In a class body: the frame that functions close over. */
  readonly enclosing?: number | undefined;
  /** Names declared global or nonlocal, with the frame they live in. */
  elsewhere: Map<string, number> | undefined;
  /** Sizes and stretches that annotations of this call have named. */
  named: Map<string, Dim | Segment> | undefined;
}

/** A dict of more calls than this is a table of data: what stands below is left open. */
const MAX_CALLS_IN_DISPLAY = 32;

/** Calls deeper than this are unknown. */
const MAX_DEPTH = 60;

export class Evaluator implements ValueAccess {
  readonly solve: PathSolve;
  activation: Activation;
  /** How many `try` bodies or expected-error blocks enclose the present statement. */
  guarded = 0;
  /** How many `autocast` blocks do: operators in them choose the element type themselves. */
  autocast = 0;
  /** Whether the calls of modules and operators are kept in the path's trace. */
  tracing = false;
  /** What constructors have made, shared by the entries of one evaluation of a file. */
  memo: Memo = new Map();
  /** What `training` of new modules is: on in scripts, either where only a class is looked at. */
  training: Value = bool(true);

  constructor(
    readonly program: Program,
    readonly machine: Machine,
    public report: Report,
    private readonly root: Module,
    frame: number,
  ) {
    this.solve = new PathSolve(machine);
    this.activation = {
      frame,
      module: root,
      function: undefined,
      self: undefined,
      owner: undefined,
      calledAt: undefined,
      caller: undefined,
      depth: 0,
      enclosing: undefined,
      elsewhere: undefined,
      named: undefined,
    };
  }

  // ---- access for operators

  itemsOf(value: Value): readonly Value[] | undefined {
    return itemsOf(this, value);
  }

  asTensor(value: Value): TensorValue | undefined {
    return tensorOf(this, value);
  }

  settle(value: Value): Value {
    return settle(this, value);
  }

  asSize(value: LatentValue): Dim | undefined {
    const size = value.hint === 'number' ? intOf(this, value) : undefined;
    return size?.kind === 'int' ? size.dim : undefined;
  }

  isNone(value: LatentValue): boolean {
    return askWhetherNone(this, value.id, value.name);
  }

  /** Arguments of a call as operators see them. */
  argumentsOf(values: ReadonlyMap<string, Value>, given: ReadonlyMap<string, unknown>): BoundCall {
    return new BoundCall(
      this,
      (name) => values.get(name),
      (name) => given.has(name),
    );
  }

  /** The module of a function: the file that is being checked is not the module that others import. */
  moduleOf(file: string): Module | undefined {
    return file === this.root.path ? this.root : this.program.module(file);
  }

  // ---- running

  /** Runs `body` as a call of its own, ending in the caller's activation whatever happens. */
  within<T>(activation: Omit<Activation, 'caller' | 'depth' | 'enclosing' | 'elsewhere' | 'named'>, body: () => T): T {
    const caller = this.activation;
    if (caller.depth >= MAX_DEPTH) throw new TooDeep();
    const { frame, module, function: running, self, owner, calledAt } = activation;
    // Written out: V8 takes a hundred times as long for a spread that gets more properties.
    this.activation = {
      frame,
      module,
      function: running,
      self,
      owner,
      calledAt,
      caller,
      depth: caller.depth + 1,
      enclosing: undefined,
      elsewhere: undefined,
      named: undefined,
    };
    try {
      return body();
    } finally {
      this.activation = caller;
    }
  }

  /** Evaluates in every way undecided questions can be answered; paths that raise go to the report. */
  branches<T>(start: State, body: () => T): Branch<T>[] {
    const activation = this.activation;
    const { guarded, autocast } = this;
    return this.machine.explore(
      start,
      () => {
        this.activation = activation;
        this.guarded = guarded;
        this.autocast = autocast;
        return body();
      },
      (state, raised) => {
        this.activation = activation;
        if (raised && guarded === 0) this.report.raised(state.conditions);
      },
    );
  }

  /** Ends the path as an exception would. */
  raise(): never {
    throw new PathEnds(true);
  }

  // ---- expressions

  evaluate(expr: tree.Expr): Value {
    this.machine.tick();
    const value = this.compute(expr);
    if (this.report.recording) this.report.record(expr, value, this.machine);
    return value;
  }

  private compute(expr: tree.Expr): Value {
    switch (expr.kind) {
      case 'name':
        return this.lookup(expr.name, expr);
      case 'int':
        return int(num(expr.value));
      case 'float':
        return float(expr.value);
      case 'str':
        return str(expr.value);
      case 'bool':
        return bool(expr.value);
      case 'none':
        return none;
      case 'ellipsis':
        return { kind: 'ellipsis' };
      case 'attribute':
        return getAttribute(this, this.evaluate(expr.object), expr.name, expr);
      case 'subscript':
        return subscript(this, this.evaluate(expr.object), this.evaluate(expr.index), expr);
      case 'slice':
        return {
          kind: 'slice',
          lower: expr.lower ? this.evaluate(expr.lower) : none,
          upper: expr.upper ? this.evaluate(expr.upper) : none,
          step: expr.step ? this.evaluate(expr.step) : none,
        };
      case 'call':
        return this.call(expr);
      case 'unary':
        return unaryOperation(this, expr.op, this.evaluate(expr.operand), expr);
      case 'binary':
        return this.binaryChain(expr);
      case 'compare':
        return this.compareChain(expr);
      case 'boolop':
        return this.boolOperation(expr);
      case 'conditional':
        return this.conditional(expr);
      case 'tuple':
        return this.tupleDisplay(expr);
      case 'list':
      case 'set': {
        const items = this.displayItems(expr.items);
        return this.machine.newList(
          items !== undefined && expr.kind === 'set' ? distinct(this, items) : items,
          expr.kind,
        );
      }
      case 'dict':
        return this.dictDisplay(expr);
      case 'comprehension':
        return evaluateComprehension(this, expr);
      case 'lambda':
        return this.lambda(expr);
      case 'fstring':
        return this.fstring(expr);
      case 'walrus': {
        const value = this.evaluate(expr.value);
        assign(this, expr.target, value);
        return value;
      }
      case 'starred':
        return this.evaluate(expr.value);
      case 'await':
        return this.evaluate(expr.value);
      case 'bytes':
      case 'imaginary':
        return unknown(`${expr.kind} literals are not followed`, expr);
      case 'yield':
        if (expr.value !== undefined) this.evaluate(expr.value);
        return unknown('what a generator is sent', expr);
      case 'invalid':
        return unknown('text that does not parse', expr);
    }
  }

  /** Left-deep chains (`a + b + c ...`) are walked in a loop: their depth is the user's. */
  private binaryChain(expr: tree.Binary): Value {
    const spine: tree.Binary[] = [];
    let leftmost: tree.Expr = expr;
    while (leftmost.kind === 'binary') {
      spine.push(leftmost);
      leftmost = leftmost.left;
    }
    let value = this.evaluate(leftmost);
    for (const node of spine.reverse()) {
      const right = this.evaluate(node.right);
      value = binaryOperation(this, node.op, beside(right, node.left, value), beside(value, node.right, right), node);
      if (node !== expr && this.report.recording) this.report.record(node, value, this.machine);
    }
    return value;
  }

  private compareChain(expr: tree.Compare): Value {
    let left = this.evaluate(expr.first);
    let result: Value = bool(true);
    for (const { op, operand } of expr.rest) {
      const right = this.evaluate(operand);
      result = comparison(this, op, left, right, expr);
      if (expr.rest.length > 1 && !truth(this, result, expr)) return bool(false);
      left = right;
    }
    return result;
  }

  private boolOperation(expr: tree.BoolOp): Value {
    const left = this.evaluate(expr.left);
    return truth(this, left, expr.left) === (expr.op === 'and') ? this.evaluate(expr.right) : left;
  }

  private conditional(expr: tree.Conditional): Value {
    const test = this.settle(this.evaluate(expr.test));
    // `'cuda' if torch.cuda.is_available() else 'cpu'` is not worth a path of its own.
    if (test.kind === 'unknown' && expr.then.kind === 'str' && expr.otherwise.kind === 'str') return str(undefined);
    const answer = this.machine.choose(() => truth(this, test, expr.test));
    return this.evaluate(answer ? expr.then : expr.otherwise);
  }

  /** Items of a display with `*rest` spread; undefined where a spread has an unknown number. */
  private displayItems(items: readonly tree.Expr[]): Value[] | undefined {
    const values: Value[] = [];
    for (const item of items) {
      const value = this.evaluate(item);
      if (item.kind !== 'starred') values.push(value);
      else {
        const spread = itemsOf(this, value);
        if (spread === undefined) return undefined;
        values.push(...spread);
      }
    }
    return values;
  }

  private tupleDisplay(expr: tree.Tuple): Value {
    const items = this.displayItems(expr.items);
    return items === undefined ? unknown('a tuple of unknown length', expr) : tuple(items);
  }

  private dictDisplay(expr: tree.Dict): Value {
    const entries = new Map<string, { readonly key: Value; readonly value: Value }>();
    let open = false;
    let calls = 0;
    for (const { key, value } of expr.entries) {
      if (value.kind === 'call' && ++calls > MAX_CALLS_IN_DISPLAY) {
        open = true;
        continue;
      }
      const evaluated = this.evaluate(value);
      if (key === undefined) {
        const inner = evaluated.kind === 'ref' ? this.machine.read(evaluated.id) : undefined;
        if (inner?.kind === 'dict') {
          for (const [name, entry] of inner.entries) entries.set(name, entry);
          open ||= inner.open;
        } else open = true;
        continue;
      }
      const keyValue = this.evaluate(key);
      const name = dictKey(keyValue);
      if (name === undefined) open = true;
      else entries.set(name, { key: keyValue, value: evaluated });
    }
    return this.machine.newDict(entries, open);
  }

  private lambda(expr: tree.Lambda): FunctionValue {
    this.capture();
    return {
      kind: 'function',
      node: expr,
      frame: this.activation.frame,
      defaults: expr.params.map((param) => param.default && this.evaluate(param.default)),
      file: this.activation.module.path,
      owner: this.activation.owner,
    };
  }

  private fstring(expr: tree.FString): Value {
    let text: string | undefined = '';
    for (const part of expr.parts) {
      if (typeof part === 'string') text = text === undefined ? undefined : text + part;
      else {
        const shown = plainText(this.evaluate(part));
        text = text === undefined || shown === undefined ? undefined : text + shown;
      }
    }
    return str(text);
  }

  call(expr: tree.Call): Value {
    const callee = this.evaluate(expr.callee);
    if (callee.kind === 'external' && callee.path === 'builtins.super' && expr.args.length === 0)
      return this.superValue();
    return callValue(this, callee, this.callArguments(expr.args), expr);
  }

  private superValue(): Value {
    const { owner, self } = this.activation;
    if (owner === undefined || self === undefined) return unknown('super() outside a method');
    return { kind: 'super', self, after: owner };
  }

  callArguments(args: readonly tree.Argument[]): Arguments {
    const positional: Given[] = [];
    const keywords = new Map<string, Given>();
    let openPositional = false;
    let openKeywords = false;
    for (const argument of args) {
      const value = this.evaluate(argument.value);
      const place = argument.value;
      if (argument.star === '*') {
        const items = itemsOf(this, value);
        if (items === undefined) openPositional = true;
        else for (const item of items) positional.push({ value: item });
      } else if (argument.star === '**') {
        const dict = value.kind === 'ref' ? this.machine.read(value.id) : undefined;
        if (dict?.kind !== 'dict') openKeywords = true;
        else {
          openKeywords ||= dict.open;
          for (const { key, value: item } of dict.entries.values())
            if (key.kind === 'str' && key.value !== undefined) keywords.set(key.value, { value: item });
        }
      } else if (argument.name !== undefined) keywords.set(argument.name, { value, place });
      else positional.push({ value, place });
    }
    return { positional, keywords, openPositional, openKeywords };
  }

  /** Marks the present frames as held by a closure. */
  capture(): void {
    for (let id: number | undefined = this.activation.frame; id !== undefined;) {
      const frame = this.machine.frame(id);
      if (frame === undefined || frame.captured) return;
      const own = this.machine.write(id);
      if (own?.kind === 'frame') own.captured = true;
      id = frame.parent;
    }
  }

  /** `global name` or `nonlocal name`. */
  declare(name: string, nonlocal: boolean): void {
    const { module, frame } = this.activation;
    let target: number | undefined = nonlocal ? this.machine.frame(frame)?.parent : module.frame;
    while (nonlocal && target !== undefined && this.machine.frame(target)?.vars.has(name) !== true)
      target = this.machine.frame(target)?.parent;
    if (target !== undefined) (this.activation.elsewhere ??= new Map()).set(name, target);
  }

  /** The frame of a name that was declared global or nonlocal. */
  declaredElsewhere(name: string): number | undefined {
    return this.activation.elsewhere?.get(name);
  }

  /** Frame of the text that is evaluated. */
  get rootFrame(): number {
    return this.root.frame;
  }

  /** `training` of a module that is being built. */
  trainingFlag(): Value {
    return this.training;
  }

  /** The size that an annotation of the present call names. */
  annotatedSize(name: string): Dim {
    const known = this.activation.named?.get(name);
    if (known !== undefined && 'key' in known) return known;
    const dim = sym(freshSym(name));
    (this.activation.named ??= new Map()).set(name, dim);
    return dim;
  }

  annotatedSegment(name: string): Segment {
    const known = this.activation.named?.get(`*${name}`);
    if (known !== undefined && 'id' in known) return known;
    const segment = freshSegment(name);
    (this.activation.named ??= new Map()).set(`*${name}`, segment);
    return segment;
  }

  lookup(name: string, place: Place): Value {
    const value = this.bound(name) ?? unknown(`${name} is not defined here`, place);
    if (value.kind === 'int' && constantOf(value.dim) === undefined) this.machine.pathLookups++;
    return value;
  }

  private bound(name: string): Value | undefined {
    let frame = this.machine.frame(this.activation.frame);
    while (frame !== undefined) {
      const value = frame.vars.get(name);
      if (value !== undefined) return value;
      frame = frame.parent === undefined ? undefined : this.machine.frame(frame.parent);
    }
    return this.program.global(this, this.activation.module, name);
  }
}
