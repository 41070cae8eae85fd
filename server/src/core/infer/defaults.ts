/**
 * What entries are called with: defaults where there are some, else anything of the kind that a name or a default shows.
 */
import type * as tree from '../python/tree';
import { freshSym, sym } from '../shape/dim';
import type { Arguments, Given } from './bind';
import { layerNamed } from './catalogue';
import { dataclassFields, resolutionOrder } from './classes';
import { construct, isModule } from './construct';
import type { Evaluator } from './evaluator';
import { freshLatent } from './latent';
import { isGiven, type Uses } from './mentions';
import { bool, float, int, str, unknown, type ClassValue, type FunctionValue, type Value } from './value';

/** The name in a definition, as the call of an entry. */
export const nameOf = (node: tree.ClassDef | tree.FunctionDef): tree.Name => ({
  kind: 'name',
  name: node.name,
  at: node.at,
  start: node.nameStart,
  end: node.nameStart,
});

/** @param parameters those that are given somewhere have any value */
export function constructorArguments(ev: Evaluator, cls: ClassValue, parameters: 'defaults' | Uses): Arguments {
  const init = findInit(ev, cls);
  if (init === undefined) {
    // A layer's constructor is called with what it needs.
    const open = resolutionOrder(cls).some((base) => typeof base === 'string' && layerNamed(base) !== undefined);
    return { positional: [], keywords: new Map(), openPositional: open, openKeywords: open };
  }
  const keywords = new Map<string, Given>();
  init.node.params.slice(1).forEach((param, i) => {
    if (param.form === '*' || param.form === '**') return;
    const fallback = init.defaults[i + 1];
    if (fallback === undefined) {
      const config = parameters === 'defaults' ? configClass(ev, param) : undefined;
      const value =
        config === undefined
          ? freshLatent(param.name, 'number')
          : construct(ev, config, { positional: [], keywords: new Map() }, nameOf(config.node));
      keywords.set(param.name, { value });
    } else if (isEmpty(ev, fallback)) keywords.set(param.name, { value: unknown(`what ${param.name} has`) });
    else if (parameters !== 'defaults' && isGiven(parameters, i, param.name))
      keywords.set(param.name, { value: generalised(param.name, fallback) });
    // Beside `**kwargs`, which may hold anything, an option that is not given still has its default.
    else if (param.form !== 'positional-only') keywords.set(param.name, { value: fallback });
  });
  return { positional: [], keywords, ...openness(init) };
}

/** Whether a default is an empty collection: it stands for "give some", as None does. */
function isEmpty(ev: Evaluator, fallback: Value): boolean {
  if (fallback.kind === 'tuple') return fallback.items.length === 0;
  const object = fallback.kind === 'ref' ? ev.machine.read(fallback.id) : undefined;
  return (
    (object?.kind === 'list' && object.items?.length === 0) || (object?.kind === 'dict' && object.entries.size === 0)
  );
}

/** Names of parameters and classes that carry options. */
const OPTIONS = /config|cfg|args|hparams|options|opts?$|params$/i;

/**
 * The class of a parameter that is a configuration: the one its annotation names, or the only
 * class of options that the file knows. Its defaults are the parameter's.
 */
export function configClass(ev: Evaluator, param: tree.Param): ClassValue | undefined {
  const vars = ev.machine.frame(ev.activation.module.frame)?.vars;
  const { annotation } = param;
  const named =
    annotation?.kind === 'name' ? annotation.name : annotation?.kind === 'str' ? annotation.value : undefined;
  const byName = named === undefined ? undefined : vars?.get(named);
  if (byName?.kind === 'class') return isOptions(ev, byName) ? byName : undefined;
  if (annotation !== undefined || !OPTIONS.test(param.name)) return undefined;
  const candidates = [...(vars?.values() ?? [])].filter(
    (value): value is ClassValue => value.kind === 'class' && OPTIONS.test(value.node.name) && isOptions(ev, value),
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Whether a class can be built without arguments, and is not a module. */
function isOptions(ev: Evaluator, cls: ClassValue): boolean {
  if (isModule(cls)) return false;
  const init = findInit(ev, cls);
  if (init !== undefined)
    return init.node.params
      .slice(1)
      .every((param, i) => init.defaults[i + 1] !== undefined || param.form === '*' || param.form === '**');
  return dataclassFields(cls).every(({ node }) => node.value !== undefined);
}

function findInit(ev: Evaluator, cls: ClassValue): FunctionValue | undefined {
  const found = ev.machine.frame(cls.namespace)?.vars.get('__init__');
  if (found?.kind === 'function') return found;
  for (const base of cls.bases) {
    const inherited = base.kind === 'class' ? findInit(ev, base) : undefined;
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

/** Any value of the kind that a default has. */
function generalised(name: string, fallback: Value): Value {
  switch (fallback.kind) {
    case 'int':
      return int(sym(freshSym(name, -Infinity)));
    case 'bool':
      return bool(undefined, { kind: 'flag', key: `parameter ${name}` });
    case 'float':
      return float(undefined);
    case 'str':
      return str(undefined);
    default:
      return unknown(`any value of ${name}`);
  }
}

/** Arguments of an entry: of defaults, None and flags stay open, the rest is as written. */
export function argumentsFor(
  fn: FunctionValue,
  hint: 'tensor' | undefined,
  defaults: 'defaults' | 'symbolic',
  skipSelf: boolean,
): { readonly name: string; readonly value: Value }[] {
  const args: { readonly name: string; readonly value: Value }[] = [];
  fn.node.params.forEach((param, i) => {
    if ((skipSelf && i === 0) || param.form === '*' || param.form === '**' || param.form === 'keyword-only') return;
    const fallback = fn.defaults[i];
    if (fallback === undefined || fallback.kind === 'none')
      args.push({ name: param.name, value: freshLatent(param.name, hint) });
    else if (fallback.kind === 'bool')
      args.push({ name: param.name, value: bool(undefined, { kind: 'flag', key: `parameter ${param.name}` }) });
    else args.push({ name: param.name, value: defaults === 'defaults' ? fallback : generalised(param.name, fallback) });
  });
  return args;
}

/** `*args` and `**kwargs` of an entry may be anything. */
export const openness = (fn: FunctionValue): { readonly openPositional: boolean; readonly openKeywords: boolean } => ({
  openPositional: fn.node.params.some((param) => param.form === '*'),
  openKeywords: fn.node.params.some((param) => param.form === '**'),
});
