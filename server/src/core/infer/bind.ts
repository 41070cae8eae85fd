/**
 * Signatures in the notation of `operators/signatures.generated.ts`, and binding of a call's
 * arguments to the first overload that takes them, as torch's argument parser does.
 */
import { shownDims } from '../shape/axis';
import { num } from '../shape/dim';
import { bool, float, int, none, str, tuple, unknown, type Value } from './value';
import type { Place } from '../text/place';

export interface Parameter {
  readonly name: string;
  /** Type word without `?`: 'Tensor', 'int[]', 'int[2]', 'any'. */
  readonly type: string;
  readonly optional: boolean;
  readonly form: 'positional' | 'keyword-only' | '*' | '**';
  readonly default: Value | undefined;
}

/** An argument of a call as written. */
export interface Given {
  readonly value: Value;
  readonly place?: Place | undefined;
}
export interface Arguments {
  readonly positional: readonly Given[];
  readonly keywords: ReadonlyMap<string, Given>;
  /** Whether a `*` of unknown length was passed: there may be more positional arguments. */
  readonly openPositional?: boolean;
  /** Whether a `**` of unknown content was passed: any other parameter may have a value. */
  readonly openKeywords?: boolean;
}

export interface Bound {
  readonly values: ReadonlyMap<string, Value>;
  readonly given: ReadonlyMap<string, Given>;
  readonly parameters: readonly Parameter[];
}

const parsed = new Map<string, readonly Parameter[]>();

/** Parses one overload: `self: Tensor, dim: int[1]? = None, *, dtype: ScalarType? = None`. */
export function parseSignature(text: string): readonly Parameter[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const parameters: Parameter[] = [];
  let keywordOnly = false;
  for (const part of splitTop(text)) {
    if (part === '*') keywordOnly = true;
    if (part === '*' || part === '/' || part === '') continue;
    const match = /^(\*{0,2})(\w+)\s*(?::\s*([^=]*?))?\s*(?:=\s*(.*))?$/.exec(part);
    if (match === null) throw new Error(`signature ${JSON.stringify(text)}: can't read ${JSON.stringify(part)}`);
    const [, star = '', name = '', type = 'any', written] = match;
    parameters.push({
      name,
      type: type.replace(/\?$/, '').trim(),
      optional: type.trim().endsWith('?'),
      form: star === '*' ? '*' : star === '**' ? '**' : keywordOnly ? 'keyword-only' : 'positional',
      default: written === undefined ? undefined : literal(written.trim()),
    });
    if (star === '*') keywordOnly = true;
  }
  parsed.set(text, parameters);
  return parameters;
}

/** Splits at commas outside brackets and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let current = '';
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    if (char === ',' && depth === 0 && quote === '') {
      parts.push(current.trim());
      current = '';
    } else current += char;
  }
  if (current.trim() !== '') parts.push(current.trim());
  return parts;
}

/** The value of a Python literal of a signature; anything else is unknown. */
function literal(text: string): Value {
  if (text === 'None') return none;
  if (text === 'True' || text === 'False') return bool(text === 'True');
  if (/^[-+]?\d+$/.test(text)) return int(num(Number(text)));
  if (/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text)) return float(Number(text));
  if (/^(['"]).*\1$/.test(text)) return str(text.slice(1, -1));
  if (/^[[(].*[\])]$/.test(text)) return tuple(splitTop(text.slice(1, -1)).map(literal));
  return unknown(`default ${text}`);
}

type Fit = 'yes' | 'no' | 'maybe';

/**
 * How a value fits a parameter type. `items` gives the items of lists, which live in the heap.
 */
function fits(value: Value, parameter: Parameter, items: (value: Value) => readonly Value[] | undefined): Fit {
  if (value.kind === 'unknown') return 'maybe';
  if (value.kind === 'none') return parameter.optional || parameter.type === 'any' ? 'yes' : 'no';
  const type = parameter.type;
  switch (type) {
    case 'any':
      return 'yes';
    case 'Tensor':
      return value.kind === 'tensor' ? 'yes' : value.kind === 'latent' ? 'yes' : 'no';
    case 'int':
      // A boolean is an int to Python.
      return value.kind === 'int' || value.kind === 'bool' ? 'yes' : numberFit(value);
    case 'float':
    case 'Scalar':
    case 'number':
      return value.kind === 'int' || value.kind === 'float' || value.kind === 'bool' ? 'yes' : numberFit(value);
    case 'bool':
      return value.kind === 'bool' ? 'yes' : value.kind === 'latent' || value.kind === 'int' ? 'maybe' : 'no';
    case 'str':
      return value.kind === 'str' ? 'yes' : value.kind === 'latent' ? 'maybe' : 'no';
    case 'ScalarType':
      return value.kind === 'dtype' ? 'yes' : value.kind === 'latent' ? 'maybe' : 'no';
    case 'Device':
      if (value.kind === 'str' && value.value !== undefined && !DEVICE.test(value.value)) return 'no';
      return value.kind === 'device' || value.kind === 'str' || value.kind === 'int'
        ? 'yes'
        : value.kind === 'latent'
          ? 'maybe'
          : 'no';
    default:
      break;
  }
  const listOf = /^(\w+)\??\[(\d*)\]$/.exec(type);
  if (listOf === null) return 'maybe';
  const [, element = '', length = ''] = listOf;
  if (value.kind === 'latent') return 'maybe';
  if (value.kind === 'shape') return element === 'int' ? 'yes' : 'no';
  const inner = items(value);
  if (inner === undefined) {
    // One int stands for a list of them (dim=1, kernel_size=3).
    if (element !== 'Tensor' && value.kind !== 'ref' && value.kind !== 'tuple')
      return length !== '' || element === 'int' ? fits(value, { ...parameter, type: element }, items) : 'no';
    return value.kind === 'ref' ? 'maybe' : 'no';
  }
  let all: Fit = 'yes';
  for (const item of inner) {
    // An item of a list of sizes may be a tensor of one element.
    const fit =
      item.kind === 'tensor' && element === 'int'
        ? 'maybe'
        : fits(item, { ...parameter, type: element, optional: true }, items);
    if (fit === 'no') return 'no';
    if (fit === 'maybe') all = 'maybe';
  }
  return all;
}

/** Whether what is no number may be taken for one: torch takes tensors without dims. */
const numberFit = (value: Value): Fit =>
  value.kind === 'latent' || (value.kind === 'tensor' && shownDims(value.shape) === 0) ? 'maybe' : 'no';

/** What a device may be called: `cuda:0`. */
const DEVICE =
  /^(cpu|cuda|ipu|xpu|mkldnn|opengl|opencl|ideep|hip|ve|fpga|maia|xla|lazy|vulkan|mps|meta|hpu|mtia|privateuseone)(:\d+)?$/;

/** Binds to one overload; 'no' where it can't take the arguments. */
function bindOne(
  parameters: readonly Parameter[],
  args: Arguments,
  items: (value: Value) => readonly Value[] | undefined,
): { readonly bound: Bound; readonly fit: Fit } | undefined {
  const values = new Map<string, Value>();
  const given = new Map<string, Given>();
  let fit: Fit = args.openKeywords === true ? 'maybe' : 'yes';
  const take = (parameter: Parameter, argument: Given): boolean => {
    const how = fits(argument.value, parameter, items);
    if (how === 'maybe') fit = 'maybe';
    values.set(parameter.name, argument.value);
    given.set(parameter.name, argument);
    return how !== 'no';
  };
  let next = 0;
  const positional = args.positional;
  for (const parameter of parameters) {
    if (parameter.form === '*') {
      values.set(parameter.name, tuple(positional.slice(next).map((argument) => argument.value)));
      next = positional.length;
    } else if (parameter.form === 'positional' && next < positional.length) {
      const first = positional[next];
      if (first === undefined) return undefined;
      const rest = positional.slice(next);
      if (isVarargs(parameter, parameters, rest, items)) {
        const packed = { value: tuple(rest.map((argument) => argument.value)), place: first.place };
        if (!take(parameter, packed)) return undefined;
        next = positional.length;
        continue;
      }
      if (!take(parameter, first)) return undefined;
      next++;
    }
  }
  if (next < positional.length) return undefined;
  const collector = parameters.find((parameter) => parameter.form === '**');
  for (const [name, argument] of args.keywords) {
    const named = (wanted: string | undefined): Parameter | undefined =>
      parameters.find((p) => p.name === wanted && (p.form === 'positional' || p.form === 'keyword-only'));
    const parameter = named(name) ?? named(NUMPY_NAMES.get(name));
    if (parameter === undefined) {
      if (collector === undefined) return undefined;
      given.set(name, argument);
      values.set(name, argument.value);
    } else if (values.has(name) || !take(parameter, argument)) return undefined;
  }
  if (collector !== undefined) values.set(`**${collector.name}`, collectedNames(args, parameters));
  for (const parameter of parameters) {
    if (values.has(parameter.name) || parameter.form === '*' || parameter.form === '**') continue;
    if (args.openKeywords === true) values.set(parameter.name, unknown(`${parameter.name} may be passed by **`));
    else if (parameter.default !== undefined) values.set(parameter.name, parameter.default);
    else return undefined;
  }
  return { bound: { values, given, parameters }, fit };
}

/** NumPy's names for parameters, which torch's parser takes too (python_arg_parser.cpp, `numpy_compatibility_arg_names`). */
export const NUMPY_NAMES: ReadonlyMap<string, string> = new Map([
  ['axis', 'dim'],
  ['keepdims', 'keepdim'],
  ['x', 'input'],
  ['a', 'input'],
  ['x1', 'input'],
  ['x2', 'other'],
]);

/** The names of the arguments that no parameter has. */
function collectedNames(args: Arguments, parameters: readonly Parameter[]): Value {
  const own = new Set(parameters.map(({ name }) => name));
  return tuple([...args.keywords.keys()].filter((name) => !own.has(name)).map(str));
}

/**
 * torch packs `x.view(2, 3)` into a list of ints where that list is the only positional parameter.
 * Source: python_arg_parser.cpp, `allow_varargs_intlist`.
 */
function isVarargs(
  parameter: Parameter,
  parameters: readonly Parameter[],
  rest: readonly Given[],
  items: (value: Value) => readonly Value[] | undefined,
): boolean {
  if (rest.length < 2 || !/^int\[\d*\]$/.test(parameter.type)) return false;
  const positional = parameters.filter((other) => other.form === 'positional' && other.name !== 'self');
  if (positional.length !== 1) return false;
  return rest.every(
    ({ value }) =>
      value.kind !== 'shape' &&
      value.kind !== 'tuple' &&
      value.kind !== 'bool' &&
      items(value) === undefined &&
      fits(value, { ...parameter, type: 'int' }, items) !== 'no',
  );
}

/**
 * Binds a call to the first overload that takes it. `undefined` where none does;
 * 'ambiguous' where what is not known about the arguments decides between overloads.
 */
export function bindCall(
  signatures: readonly string[],
  args: Arguments,
  items: (value: Value) => readonly Value[] | undefined,
): Bound | 'ambiguous' | undefined {
  if (args.openPositional === true) return 'ambiguous';
  let candidate: Bound | undefined;
  for (const text of signatures) {
    const parameters = parseSignature(text);
    const result = bindOne(parameters, args, items);
    if (result === undefined) continue;
    // Nothing can be said of names that nobody has seen.
    if (args.openKeywords === true && parameters.some(({ form }) => form === '**')) return 'ambiguous';
    if (result.fit === 'yes') return candidate === undefined ? result.bound : 'ambiguous';
    if (candidate !== undefined) return 'ambiguous';
    candidate = result.bound;
  }
  return candidate;
}
