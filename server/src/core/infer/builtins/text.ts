/** Formatting of texts: what `%`, `str.format` and format specifications make of known values. */
import { plainText } from '../plain';
import type { Value } from '../value';

/** A value under a format specification (`03d`, `>4`); undefined where that isn't known. */
export function formatted(value: Value, spec: string): string | undefined {
  const text = plainText(value);
  if (text === undefined || spec === '') return text;
  const form = /^(?<zero>0?)(?<width>\d*)(?<type>[ds]?)$/.exec(spec)?.groups;
  if (
    form === undefined ||
    (value.kind !== 'int' && value.kind !== 'str') ||
    (form['type'] === 'd') !== (value.kind === 'int' && form['type'] !== '')
  )
    return undefined;
  const width = Number(form['width']);
  if (width === 0) return text;
  if (value.kind === 'str') return form['zero'] === '' ? text.padEnd(width) : undefined;
  return text.startsWith('-') ? undefined : text.padStart(width, form['zero'] === '0' ? '0' : ' ');
}

/** `text % args`; undefined where the result isn't known. */
export function percentFormatted(text: string, argument: Value): string | undefined {
  const values = argument.kind === 'tuple' ? argument.items : [argument];
  let next = 0;
  let unreadable = 0;
  const result = text.replace(/%(%|0?\d*[ds]|.)/g, (_, spec: string) => {
    if (spec === '%') return '%';
    const value = values[next++];
    const shown = value === undefined || !/[ds]$/.test(spec) ? undefined : formatted(value, spec.replace(/s$/, ''));
    if (shown === undefined) unreadable += 1;
    return shown ?? '';
  });
  return unreadable === 0 && next === values.length ? result : undefined;
}

/** `text.format(*args, **names)`; undefined where the result isn't known. */
export function bracesFormatted(
  text: string,
  args: readonly Value[],
  names: ReadonlyMap<string, Value>,
): string | undefined {
  if (/\{\{|\}\}/.test(text)) return undefined;
  let next = 0;
  let unreadable = 0;
  const result = text.replace(/\{(\w*)(?::([^{}]*))?\}/g, (_, name: string, spec: string | undefined) => {
    const value = name === '' ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : names.get(name);
    const shown = value === undefined ? undefined : formatted(value, spec ?? '');
    if (shown === undefined) unreadable += 1;
    return shown ?? '';
  });
  return unreadable === 0 && !/[{}]/.test(result) ? result : undefined;
}
