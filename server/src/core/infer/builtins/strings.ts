/** Methods of texts. */
import { constantOf, num } from '../../shape/dim';
import { itemsOf } from '../containers';
import type { Evaluator } from '../evaluator';
import { bool, int, str, tuple, unknown, type Value } from '../value';

/** Questions about the characters of a text, for texts of ASCII: what Python asks of others is not the same. */
const QUESTIONS: Readonly<Record<string, RegExp>> = {
  isalnum: /^[A-Za-z0-9]+$/,
  isalpha: /^[A-Za-z]+$/,
  isdecimal: /^\d+$/,
  isdigit: /^\d+$/,
  isidentifier: /^[A-Za-z_]\w*$/,
  islower: /^[^A-Z]*[a-z][^A-Z]*$/,
  isnumeric: /^\d+$/,
  isspace: /^\s+$/,
  isupper: /^[^a-z]*[A-Z][^a-z]*$/,
};
// eslint-disable-next-line no-control-regex -- all of ASCII is what is meant
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

const textOf = (value: Value | undefined): string | undefined => (value?.kind === 'str' ? value.value : undefined);
const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'int' ? constantOf(value.dim) : undefined;

/** What a method of a text gives; of an unknown text what kind of thing. */
export function stringMethod(ev: Evaluator, text: string | undefined, name: string, given: readonly Value[]): Value {
  const known = text === undefined ? undefined : ofKnown(ev, text, name, given);
  if (known !== undefined) return known;
  if (/^(startswith|endswith|is\w+)$/.test(name)) return bool(undefined);
  if (/^r?partition$/.test(name)) return tuple([str(undefined), str(undefined), str(undefined)]);
  if (/^(r?split|splitlines)$/.test(name)) return ev.machine.newList(undefined, 'list', str(undefined));
  return /^(count|r?find|r?index|encode)$/.test(name) ? unknown(`str.${name}`) : str(undefined);
}

/** Undefined where the arguments aren't known or Python's answer may be another. */
function ofKnown(ev: Evaluator, text: string, name: string, given: readonly Value[]): Value | undefined {
  const [first, second] = given;
  const [argument, other] = [textOf(first), textOf(second)];
  if (given.length > 0 && given.some((value) => value.kind === 'unknown' || value.kind === 'latent')) return undefined;
  switch (name) {
    case 'lower':
    case 'casefold':
      return isAscii(text) ? str(text.toLowerCase()) : undefined;
    case 'upper':
      return isAscii(text) ? str(text.toUpperCase()) : undefined;
    case 'capitalize':
      return isAscii(text) ? str(text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()) : undefined;
    case 'strip':
    case 'lstrip':
    case 'rstrip':
      return stripped(text, name, given, argument);
    case 'startswith':
    case 'endswith':
      return affix(text, name, given);
    case 'removeprefix':
      return argument === undefined ? undefined : str(text.startsWith(argument) ? text.slice(argument.length) : text);
    case 'removesuffix':
      return argument === undefined
        ? undefined
        : str(argument !== '' && text.endsWith(argument) ? text.slice(0, -argument.length) : text);
    case 'replace':
      return given.length !== 2 || argument === undefined || other === undefined
        ? undefined
        : str(text.split(argument).join(other));
    case 'split':
    case 'rsplit':
      return parts(ev, text, name, given);
    case 'partition':
    case 'rpartition': {
      if (argument === undefined || argument === '') return undefined;
      const at = name === 'partition' ? text.indexOf(argument) : text.lastIndexOf(argument);
      const cut = [text.slice(0, at), argument, text.slice(at + argument.length)];
      return tuple((at >= 0 ? cut : name === 'partition' ? [text, '', ''] : ['', '', text]).map(str));
    }
    case 'join': {
      const texts = (first === undefined ? undefined : itemsOf(ev, first))?.map(textOf);
      return texts === undefined || texts.includes(undefined) ? undefined : str(texts.join(text));
    }
    case 'zfill': {
      const width = numberOf(first);
      return width === undefined || /^[+-]/.test(text) ? undefined : str(text.padStart(width, '0'));
    }
    case 'count':
      return given.length === 1 && argument !== undefined && argument !== ''
        ? int(num(text.split(argument).length - 1))
        : undefined;
    case 'find':
    case 'index':
    case 'rfind':
    case 'rindex': {
      if (given.length !== 1 || argument === undefined) return undefined;
      const at = name.startsWith('r') ? text.lastIndexOf(argument) : text.indexOf(argument);
      return at < 0 && name.endsWith('index') ? undefined : int(num(at));
    }
    default: {
      const question = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
      return question !== undefined && isAscii(text) ? bool(question.test(text)) : undefined;
    }
  }
}

function stripped(
  text: string,
  name: 'strip' | 'lstrip' | 'rstrip',
  given: readonly Value[],
  characters: string | undefined,
): Value | undefined {
  if (given.length > 0 && characters === undefined && given[0]?.kind !== 'none') return undefined;
  const goes = (character: string | undefined): boolean =>
    character !== undefined && (characters === undefined ? /\s/.test(character) : characters.includes(character));
  let [start, end] = [0, text.length];
  if (name !== 'rstrip') while (start < end && goes(text[start])) start++;
  if (name !== 'lstrip') while (end > start && goes(text[end - 1])) end--;
  return str(text.slice(start, end));
}

/** `name.startswith('vit')` and `name.endswith(('.py', '.pyc'))`. */
function affix(text: string, name: 'startswith' | 'endswith', given: readonly Value[]): Value | undefined {
  const [first] = given;
  if (given.length !== 1 || first === undefined) return undefined;
  const wanted = (first.kind === 'tuple' ? first.items : [first]).map(textOf);
  const answers = wanted.map((part) =>
    part === undefined ? undefined : name === 'startswith' ? text.startsWith(part) : text.endsWith(part),
  );
  return answers.includes(true) ? bool(true) : answers.includes(undefined) ? undefined : bool(false);
}

/** `split` and `rsplit`, with at most so many cuts where a number is given. */
function parts(ev: Evaluator, text: string, name: 'split' | 'rsplit', given: readonly Value[]): Value | undefined {
  const [first, second] = given;
  const separator = textOf(first);
  const most = second === undefined ? -1 : numberOf(second);
  if (most === undefined || given.length > 2) return undefined;
  if (separator === undefined || separator === '') {
    if ((first !== undefined && first.kind !== 'none') || most >= 0 || separator === '') return undefined;
    return ev.machine.newList(
      text
        .split(/\s+/)
        .filter((part) => part !== '')
        .map(str),
    );
  }
  const all = text.split(separator);
  const cuts = most < 0 ? all.length - 1 : Math.min(most, all.length - 1);
  const whole =
    name === 'split'
      ? [...all.slice(0, cuts), all.slice(cuts).join(separator)]
      : [all.slice(0, all.length - cuts).join(separator), ...all.slice(all.length - cuts)];
  return ev.machine.newList(whole.map(str));
}
