/**
 * Hooks of modules: what they may do to inputs and outputs.
 *
 * A hook that is known is called where torch calls it. One whose module isn't known may sit on any module, so from
 * there on calls of modules are unknown; the mark lies in the frame of the module's text, where later statements see it.
 */
import type * as tree from '../python/tree';
import type { Arguments } from './bind';
import { callValue, havoc } from './calls';
import type { Evaluator } from './evaluator';
import type { Instance } from './heap';
import { settle } from './latent';
import { bool, none, str, tuple, unknown, type Value } from './value';

type Reference = Value & { kind: 'ref' };

/** Attribute of a module: tuples of when the hook is called, the hook, and the handle that removes it. */
const HOOKS = '<hooks>';
/** Variables of a text's frame: some module has a hook, or was put into a mode, and nobody knows which one. */
const ANY_HOOKED = '<any module hooked>';
const ANY_MODE = '<any module in another mode>';

/** Named so that a call of any of its methods opens it. */
const HANDLE = 'hooks.RemovableHandle';
const HOOKING = /^register_(?:module_)?forward_(?:pre_)?hook$/;

/** `module.register_forward_hook(hook)`: keeps the hook; answers with its handle. */
export function registerHook(ev: Evaluator, self: Reference, name: string, args: Arguments): Value {
  const handle = ev.machine.newInstance(HANDLE);
  const hook = args.positional[0]?.value ?? args.keywords.get('hook')?.value ?? none;
  const options = args.positional.length > 1 || [...args.keywords.keys()].some((key) => key !== 'hook');
  const own = ev.machine.write(self.id);
  if (own?.kind !== 'instance') return handle;
  const when = options ? 'somehow' : name.includes('_pre_') ? 'before' : 'after';
  own.attrs.set(HOOKS, tuple([...hooksOf(own), tuple([str(when), hook, handle])]));
  return handle;
}

const hooksOf = (module: Instance): readonly Value[] => {
  const hooks = module.attrs.get(HOOKS);
  return hooks?.kind === 'tuple' ? hooks.items : [];
};

/** Looks at a call of a method whose object isn't known: it may hook any module, or change its mode. */
export function noteLooseCall(ev: Evaluator, method: string): void {
  if (HOOKING.test(method)) mark(ev, ANY_HOOKED);
  else if (method === 'eval' || method === 'train') mark(ev, ANY_MODE);
}

/** `module.apply(function)`: the function is not run; what its text names may happen to any module. */
export function noteApplied(ev: Evaluator, applied: Value | undefined): void {
  if (applied?.kind !== 'function') return;
  const text = ev.program.textOf(applied.node);
  if (/\bregister_(?:module_)?forward_(?:pre_)?hook\b/.test(text)) mark(ev, ANY_HOOKED);
  if (/\.(?:eval|train)\(|\.training\b/.test(text)) mark(ev, ANY_MODE);
}

function mark(ev: Evaluator, name: string): void {
  const frame = ev.machine.write(ev.rootFrame);
  if (frame?.kind === 'frame') frame.vars.set(name, bool(true));
}

const isMarked = (ev: Evaluator, name: string): boolean => {
  const frame = ev.machine.read(ev.rootFrame);
  return frame?.kind === 'frame' && frame.vars.has(name);
};

/** Whether some module of unknown identity was put into training or out of it. */
export const anyModeChanged = (ev: Evaluator): boolean => isMarked(ev, ANY_MODE);

/** Calls a module through its hooks; `run` is the call without them. */
export function throughHooks(
  ev: Evaluator,
  self: Reference,
  module: Instance,
  args: Arguments,
  node: tree.Expr,
  run: (args: Arguments) => Value,
): Value {
  if (module.attrs.has('training') && isMarked(ev, ANY_HOOKED)) return unfollowed(ev, args, node);
  const hooks = hooksOf(module);
  if (hooks.length === 0) return run(args);
  const known = hooks.map((entry) => (entry.kind === 'tuple' ? entry.items : []));
  const certain = known.every(([when, , handle]) => isText(when, 'before', 'after') && isInPlace(ev, handle));
  if (!certain || args.openPositional === true) return unfollowed(ev, args, node);
  let given = args;
  for (const [when, hook] of known)
    if (isText(when, 'before')) {
      const inputs = tuple(given.positional.map(({ value }) => value));
      const changed = call(ev, hook, [self, inputs], node);
      if (changed.kind === 'unknown') return unfollowed(ev, args, node);
      if (changed.kind === 'tuple') given = { ...given, positional: changed.items.map((value) => ({ value })) };
      else if (changed.kind !== 'none') given = { ...given, positional: [{ value: changed }] };
    }
  let output = run(given);
  for (const [when, hook] of known)
    if (isText(when, 'after')) {
      const inputs = tuple(given.positional.map(({ value }) => value));
      const changed = call(ev, hook, [self, inputs, output], node);
      if (changed.kind !== 'none') output = changed;
    }
  return output;
}

const call = (ev: Evaluator, hook: Value | undefined, values: readonly Value[], node: tree.Expr): Value =>
  settle(
    ev,
    callValue(ev, hook ?? none, { positional: values.map((value) => ({ value })), keywords: new Map() }, node),
  );

const isText = (value: Value | undefined, ...texts: readonly string[]): boolean =>
  value?.kind === 'str' && value.value !== undefined && texts.includes(value.value);

/** Whether nothing has been done with the handle that could take the hook away. */
function isInPlace(ev: Evaluator, handle: Value | undefined): boolean {
  const object = handle?.kind === 'ref' ? ev.machine.read(handle.id) : undefined;
  return object?.kind === 'instance' && !object.open;
}

function unfollowed(ev: Evaluator, args: Arguments, node: tree.Expr): Value {
  havoc(ev, args);
  return unknown('a call of a module whose hooks may change what goes in or comes out', node);
}

/** Functions that hook every module there is. */
export const globalHooks: readonly string[] = ['forward_hook', 'forward_pre_hook'].map(
  (name) => `torch.nn.modules.module.register_module_${name}`,
);

export function hookAll(ev: Evaluator): Value {
  mark(ev, ANY_HOOKED);
  return unknown('the handle of a hook of every module');
}
