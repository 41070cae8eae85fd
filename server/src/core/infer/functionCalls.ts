/** Calls of functions of source: their arguments bound, their bodies run in a frame of their own. */
import type * as tree from '../python/tree';
import { entersAutocast } from './autocast';
import type { Arguments } from './bind';
import { havoc } from './calls';
import type { Evaluator } from './evaluator';
import { TooDeep, type Branch } from './machine';
import { rememberedResult } from './memo';
import { bindParameters, isOverfull } from './parameters';
import { runFunction } from './statements';
import { none, unknown, type FunctionValue, type Value } from './value';

/** Whether a function looks for the files of a data set: what it finds is of no interest, its many ends cost much. */
const readsData = ({ node, file }: FunctionValue): boolean =>
  node.name === '__init__' && file.includes('/torchvision/datasets/');

/** A constructor that is not run: the object has what it was given. */
function keepArguments(ev: Evaluator, fn: FunctionValue, args: Arguments, node: tree.Expr): Value {
  const frame = ev.machine.newFrame(fn.frame);
  bindParameters(ev, fn, args, frame, node);
  const given = ev.machine.frame(frame)?.vars ?? new Map<string, Value>();
  const self = args.positional[0]?.value;
  const own = self?.kind === 'ref' ? ev.machine.write(self.id) : undefined;
  if (own?.kind === 'instance') for (const [name, value] of given) if (value !== self) own.attrs.set(name, value);
  return none;
}

/** How often one function may be on the stack of calls. */
const MAX_RECURSION = 6;

export function callFunction(
  ev: Evaluator,
  fn: FunctionValue,
  args: Arguments,
  node: tree.Expr,
  self: Value | undefined,
): Value {
  if (isOverfull(fn, args)) return unknown('a call that Python refuses', node);
  if (readsData(fn)) return keepArguments(ev, fn, args, node);
  let recursion = 0;
  for (let active: typeof ev.activation | undefined = ev.activation; active !== undefined; active = active.caller)
    if (active.function?.node === fn.node && ++recursion >= MAX_RECURSION)
      return unknown('recursion that is too deep to follow', node);
  const module = ev.moduleOf(fn.file);
  if (module === undefined) return unknown('a function whose file is gone', node);
  if (fn.node.kind === 'function' && fn.node.generator) {
    havoc(ev, args);
    return ev.machine.newList(undefined, 'list', unknown('what a generator yields', node));
  }
  ev.report.runs(fn);
  const autocast = Number(fn.node.kind === 'function' && entersAutocast(ev, fn.node.decorators));
  ev.autocast += autocast;
  try {
    const run = (): Branch<Value>[] => {
      const frame = ev.machine.newFrame(fn.frame);
      const receiver =
        self ?? (fn.owner !== undefined && fn.binding !== 'static' ? args.positional[0]?.value : undefined);
      return ev.within({ frame, module, function: fn, self: receiver, owner: fn.owner, calledAt: node }, () =>
        runFunction(ev, fn, () => {
          bindParameters(ev, fn, args, frame, node);
        }),
      );
    };
    return ev.machine.fork(() => (self === undefined ? rememberedResult(ev, fn, args, run) : run()));
  } catch (error) {
    if (error instanceof TooDeep) return unknown(error.reason, node);
    throw error;
  } finally {
    ev.autocast -= autocast;
  }
}
