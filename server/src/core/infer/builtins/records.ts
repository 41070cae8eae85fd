/** Records: named tuples, and what the standard library does with dataclasses. */
import type * as tree from '../../python/tree';
import type { Arguments } from '../bind';
import { itemsOf } from '../containers';
import type { Evaluator } from '../evaluator';
import { settle } from '../latent';
import { none, str, tuple, unknown, type Value } from '../value';
import { copyGraph } from './copy';

type Builtin = (ev: Evaluator, args: Arguments, node: tree.Expr) => Value;

const first = (ev: Evaluator, args: Arguments): Value => settle(ev, args.positional[0]?.value ?? none);

/** Field names of `namedtuple('P', 'x y')` or `namedtuple('P', ['x', 'y'])`. */
function fieldNames(ev: Evaluator, fields: Value): readonly string[] | undefined {
  if (fields.kind === 'str') return fields.value?.split(/[\s,]+/).filter((name) => name !== '');
  const names = itemsOf(ev, fields)?.map((item) => (item.kind === 'str' ? item.value : undefined));
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

/** The class that `namedtuple` makes: a call of `makeNamed` with the names of the fields. */
const NAMED = '<named tuple>';

const namedTuple: Builtin = (ev, args, node) => {
  const fields = settle(ev, args.positional[1]?.value ?? args.keywords.get('field_names')?.value ?? none);
  const names = fieldNames(ev, fields);
  if (names === undefined || args.keywords.has('defaults')) return unknown('a named tuple of unknown fields', node);
  return { kind: 'partial', callee: { kind: 'external', path: NAMED }, args: [tuple(names.map(str))], keywords: [] };
};

const makeNamed: Builtin = (_ev, args, node) => {
  const [fields, ...given] = args.positional;
  const names =
    fields?.value.kind === 'tuple'
      ? fields.value.items.map((item) => (item.kind === 'str' ? (item.value ?? '') : ''))
      : [];
  if (args.openPositional === true || args.openKeywords === true)
    return unknown('a named tuple of unknown content', node);
  const items = names.map(
    (name, i) => given[i]?.value ?? args.keywords.get(name)?.value ?? unknown(`${name} is not passed`, node),
  );
  return { kind: 'tuple', items, names };
};

/** A copy of a dataclass's instance with some fields changed. */
const replace: Builtin = (ev, args, node) => {
  const copy = copyGraph(ev, first(ev, args), false);
  const own = copy.kind === 'ref' ? ev.machine.write(copy.id) : undefined;
  if (own?.kind !== 'instance') return unknown('a changed copy of this value', node);
  for (const [name, { value }] of args.keywords) own.attrs.set(name, value);
  own.open ||= args.openKeywords ?? false;
  return copy;
};

/** The attributes of an object as a dict; of objects inside it too where `deep`. */
const attributesOf =
  (deep: boolean): Builtin =>
  (ev, args, node) => {
    const convert = (value: Value, depth: number): Value => {
      const object = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
      if (object?.kind !== 'instance') return depth === 0 ? unknown('the attributes of this value', node) : value;
      const entries = [...object.attrs].map(
        ([name, item]) =>
          [`s${name}`, { key: str(name), value: deep && depth < 8 ? convert(item, depth + 1) : item }] as const,
      );
      return ev.machine.newDict(entries, object.open);
    };
    return convert(first(ev, args), 0);
  };

/** The parameters and names of the function that asks, as they are now. */
const locals: Builtin = (ev, _args, node) => {
  const { function: asker, frame, owner } = ev.activation;
  const vars = asker === undefined ? undefined : ev.machine.frame(frame)?.vars;
  if (asker === undefined || vars === undefined) return unknown('the names of a module', node);
  const entries = [...vars].map(([name, value]) => [`s${name}`, { key: str(name), value }] as const);
  // A method that says super() has one name more.
  const isMethod = owner !== undefined && /\bsuper\b|\b__class__\b/.test(ev.program.textOf(asker.node));
  return ev.machine.newDict([
    ...entries,
    ...(isMethod ? [['s__class__', { key: str('__class__'), value: owner }] as const] : []),
  ]);
};

export const recordFunctions: Readonly<Record<string, Builtin>> = {
  'collections.namedtuple': namedTuple,
  [NAMED]: makeNamed,
  'dataclasses.replace': replace,
  'copy.replace': replace,
  'dataclasses.asdict': attributesOf(true),
  'builtins.vars': attributesOf(false),
  'builtins.locals': locals,
};
