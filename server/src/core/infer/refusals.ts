/**
 * Calls that Python or PyTorch refuses for their arguments alone: too many, too few, unknown names, wrong types.
 *
 * The sentences are those of PyTorch's parser (python_arg_parser.cpp, FunctionSignature::parse) for functions of one
 * signature, and of Python for what is written in Python. Nothing is said where an argument isn't known well enough.
 */
import { constantOf } from '../shape/dim';
import { NUMPY_NAMES, parseSignature, type Arguments, type Given, type Parameter } from './bind';
import type { Value } from './value';

/** How a function takes its arguments. */
export interface Exact {
  /** `parser`: PyTorch's parser, `parsers` for several signatures; `python`: a Python function; `none`: C code without arguments. */
  readonly how: 'parser' | 'parsers' | 'python' | 'none';
  /** The name in messages. */
  readonly spoken: string;
  /** One, except for `parsers`. */
  readonly signatures: readonly string[];
  /** Places of signatures that PyTorch takes and doesn't speak of. */
  readonly hidden: ReadonlySet<number>;
  /** Places of signatures that have `out` beside what is written. */
  readonly withOut: ReadonlySet<number>;
}

export interface Refusal {
  readonly message: string;
  /** The argument that is refused. */
  readonly given?: Given | undefined;
}

type Items = (value: Value) => readonly Value[] | undefined;

/** `receiver`: whether the first positional argument is the tensor that a method is called on. */
export function refusal(exact: Exact, args: Arguments, items: Items, receiver: boolean): Refusal | undefined {
  if (args.openPositional === true || args.openKeywords === true || args.keywords.has('out')) return undefined;
  if (exact.how === 'python') return refusedByPython(exact, args);
  const positional = receiver ? args.positional.slice(1) : args.positional;
  if (exact.how === 'none') {
    if (positional.length > 0)
      return { message: `${exact.spoken}() takes no arguments (${positional.length} given)`, given: positional[0] };
    const [keyword] = args.keywords.values();
    return keyword && { message: `${exact.spoken}() takes no keyword arguments`, given: keyword };
  }
  const overloads = exact.signatures.map((signature) => {
    const all = parseSignature(signature);
    return receiver ? all.slice(1) : all;
  });
  return refusedByAll(exact, overloads, { ...args, positional }, items);
}

const leastOf = (parameters: readonly Parameter[]): number =>
  parameters.filter((parameter) => parameter.default === undefined).length;

const plural = (count: number): string => (count === 1 ? '' : 's');

// ---- PyTorch's parser

/** Where no signature takes the arguments, and not just one of them has room for as many, the parser lists all. */
function refusedByAll(
  { spoken: name, hidden, withOut }: Exact,
  overloads: readonly (readonly Parameter[])[],
  args: Arguments,
  items: Items,
): Refusal | undefined {
  const found = overloads.map((parameters) => refusedByParser(name, parameters, args, items));
  if (found.length <= 1 || found.includes(undefined)) return found.length === 1 ? found[0] : undefined;
  const values = [...args.positional, ...args.keywords.values()].map(({ value }) => typeName(value, items));
  // Names of axes are text, and have signatures that are not in the table.
  if (values.includes('str') || values.includes(undefined)) return undefined;
  const plausible = overloads.filter((parameters, at) => {
    if (hidden.has(at)) return false;
    const most = parameters.length + (withOut.has(at) ? 1 : 0);
    return values.length >= leastOf(parameters) && values.length <= most;
  });
  const only = plausible.length === 1 ? overloads.findIndex((each) => each === plausible[0]) : -1;
  if (only >= 0) return found[only];
  const plain = args.keywords.size === 0 && !values.some((type) => type === 'list' || type === 'tuple');
  const message = `${name}() received an invalid combination of arguments`;
  return { message: plain ? `${message} - got (${values.join(', ')})` : message };
}

function refusedByParser(
  name: string,
  parameters: readonly Parameter[],
  { positional, keywords }: Arguments,
  items: Items,
): Refusal | undefined {
  if (parameters.some(({ form }) => form === '*' || form === '**')) return undefined;
  if ([...keywords.keys()].some((key) => NUMPY_NAMES.has(key))) return undefined;
  const places = parameters.filter(({ form }) => form === 'positional');
  const packs = places.length === 1 && /^int\[\d*\]$/.test(places[0]?.type ?? '');
  // One list of ints may be written without brackets; what it says of others is another matter.
  if (packs && positional.length > 1) return undefined;
  if (positional.length > places.length) {
    return {
      message: tooMany(name, leastOf(parameters), places.length, positional.length),
      given: positional[places.length],
    };
  }
  for (const [at, parameter] of parameters.entries()) {
    const byPosition = positional[at];
    const given = byPosition ?? keywords.get(parameter.name);
    if (given === undefined && parameter.default === undefined) return { message: missing(name, parameters.slice(at)) };
    if (given === undefined) continue;
    const fault = faultOf(
      given.value,
      parameter,
      items,
      byPosition === undefined ? 'name' : packs && at === 0 ? 'packed' : 'place',
    );
    if (fault === 'unknown') return undefined;
    if (fault !== undefined) {
      const place = byPosition === undefined ? '' : ` (position ${at + 1})`;
      return { message: `${name}(): argument '${parameter.name}'${place} must be ${fault}`, given };
    }
  }
  for (const [key, given] of keywords) {
    const at = parameters.findIndex((parameter) => parameter.name === key);
    if (at < 0) return { message: `${name}() got an unexpected keyword argument '${key}'`, given };
    if (at < positional.length) return { message: `${name}() got multiple values for argument '${key}'`, given };
  }
  return undefined;
}

/** All that have no default from the first that is missing; the parser has its plural the wrong way round. */
function missing(name: string, rest: readonly Parameter[]): string {
  const names = rest.filter((parameter) => parameter.default === undefined).map((parameter) => `"${parameter.name}"`);
  return `${name}() missing ${names.length} required positional argument${names.length === 1 ? 's' : ''}: ${names.join(', ')}`;
}

const tooMany = (name: string, least: number, most: number, count: number, named = 0): string => {
  const wanted =
    least === most ? `${most} positional argument${plural(most)}` : `from ${least} to ${most} positional arguments`;
  // Python counts those by name apart.
  const given =
    named === 0
      ? `${count} ${count === 1 && least === most ? 'was' : 'were'}`
      : `${count} positional argument${plural(count)} (and ${named} keyword-only argument${plural(named)}) were`;
  return `${name}() takes ${wanted} but ${given} given`;
};

const expected: Readonly<Record<string, string>> = {
  Tensor: 'Tensor',
  Scalar: 'Number',
  int: 'int',
  float: 'float',
  bool: 'bool',
  str: 'str',
  'int[]': 'tuple of ints',
  'Tensor[]': 'tuple of Tensors',
};

/** The types of values that each type of parameter takes, and those that may do (a tensor without dims as a number). */
const takes: Readonly<Record<string, { readonly yes: readonly string[]; readonly maybe: readonly string[] }>> = {
  Tensor: { yes: ['Tensor'], maybe: [] },
  Scalar: { yes: ['int', 'float', 'bool'], maybe: ['Tensor'] },
  int: { yes: ['int'], maybe: ['Tensor'] },
  float: { yes: ['int', 'float', 'bool'], maybe: ['Tensor'] },
  bool: { yes: ['bool'], maybe: ['Tensor'] },
  str: { yes: ['str'], maybe: [] },
  'int[]': { yes: [], maybe: ['Tensor'] },
  'Tensor[]': { yes: [], maybe: [] },
};

/** `Tensor, not int`; undefined where the value is taken, 'unknown' where that can't be told. */
function faultOf(
  value: Value,
  parameter: Parameter,
  items: Items,
  passed: 'name' | 'place' | 'packed',
): string | undefined {
  if (parameter.type === 'any') return undefined;
  const type = typeName(value, items);
  if (type === undefined) return 'unknown';
  if (type === 'NoneType' && parameter.optional) return undefined;
  const list = /^(int|Tensor)\[(\d*)\]$/.exec(parameter.type);
  const key = list === null ? parameter.type : `${list[1]}[]`;
  const [rule, wanted] = [takes[key], expected[key]];
  if (rule === undefined || wanted === undefined) return 'unknown';
  if (rule.yes.includes(type)) return undefined;
  if (rule.maybe.includes(type) && (list === null ? mayBeNumber(value) : list[2] !== '' || passed === 'packed'))
    return 'unknown';
  if (list === null) return `${wanted}, not ${type}`;
  if (type === 'tuple' || type === 'list') {
    const first = items(value)?.[0];
    if (first === undefined) return items(value) === undefined ? 'unknown' : undefined;
    const inner = typeName(first, items);
    // The parser looks at the first item; the others are looked at later.
    if (inner === list[1]) return undefined;
    if (list[1] === 'Tensor' || inner === undefined || inner === 'Tensor') return 'unknown';
    return passed === 'name' ? `${wanted}, not ${type}` : `${wanted}, but found element of type ${inner} at pos 0`;
  }
  if (type === 'torch.Size') return list[1] === 'int' ? undefined : 'unknown';
  if (type === 'int' && list[1] === 'int' && (list[2] !== '' || passed === 'packed')) return undefined;
  return `${wanted}, not ${type}`;
}

/** A tensor of one element may stand for a number. */
const mayBeNumber = (value: Value): boolean =>
  value.kind !== 'tensor' || ![...value.shape.lead, ...value.shape.tail].some((size) => (constantOf(size) ?? 1) > 1);

/** The Python type of a value, for the kinds whose every instance has it. */
function typeName(value: Value, items: Items): string | undefined {
  switch (value.kind) {
    case 'tensor':
      // One whose number of dims nobody knows may only be taken for a tensor: a list of tensors is indexed as one is.
      return value.parameter === true || value.shape.rest !== undefined ? undefined : 'Tensor';
    // Annotations promise a type that nobody enforces: only a value that is known has it for certain.
    case 'int':
      return constantOf(value.dim) === undefined ? undefined : 'int';
    case 'float':
    case 'bool':
    case 'str':
      return value.value === undefined ? undefined : value.kind;
    case 'none':
      return 'NoneType';
    case 'shape':
      return 'torch.Size';
    case 'dtype':
      return 'torch.dtype';
    case 'tuple':
      return value.names === undefined ? 'tuple' : undefined;
    case 'ref':
      return items(value) === undefined ? undefined : 'list';
    default:
      return undefined;
  }
}

// ---- Python

function refusedByPython(
  { spoken, signatures: [signature = ''] }: Exact,
  { positional, keywords }: Arguments,
): Refusal | undefined {
  const parameters = parseSignature(signature);
  if (parameters.some(({ form }) => form === '*' || form === '**')) return undefined;
  // A method's own object counts; `signature` has it for methods, not for constructors and `forward`.
  const own = /\.(__init__|forward)$/.test(spoken) ? 1 : 0;
  const places = parameters.filter(({ form }) => form === 'positional');
  for (const [key, given] of keywords) {
    const at = places.findIndex((parameter) => parameter.name === key);
    if (at < 0 && !parameters.some(({ name, form }) => name === key && form === 'keyword-only'))
      return { message: `${spoken}() got an unexpected keyword argument '${key}'`, given };
    if (at >= 0 && at < positional.length)
      return { message: `${spoken}() got multiple values for argument '${key}'`, given };
  }
  if (positional.length > places.length) {
    const named = [...keywords.keys()].filter((key) => !places.some(({ name }) => name === key)).length;
    const least = places.filter((parameter) => parameter.default === undefined).length;
    const message = tooMany(spoken, least + own, places.length + own, positional.length + own, named);
    return { message, given: positional[places.length] };
  }
  const lacking = places
    .slice(positional.length)
    .filter(({ name, default: value }) => value === undefined && !keywords.has(name));
  if (lacking.length > 0) return { message: lackingSentence(spoken, 'positional', lacking) };
  const named = parameters.filter(
    ({ name, form, default: value }) => form === 'keyword-only' && value === undefined && !keywords.has(name),
  );
  return named.length === 0 ? undefined : { message: lackingSentence(spoken, 'keyword-only', named) };
}

function lackingSentence(spoken: string, kind: string, lacking: readonly Parameter[]): string {
  const names = lacking.map(({ name }) => `'${name}'`);
  const last = names.at(-1) ?? '';
  const listed = names.length < 3 ? names.join(' and ') : `${names.slice(0, -1).join(', ')}, and ${last}`;
  return `${spoken}() missing ${names.length} required ${kind} argument${plural(names.length)}: ${listed}`;
}
