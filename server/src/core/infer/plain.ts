/** Simple values as plain text: keys of dicts, what `str()` gives. */
import { constantOf } from '../shape/dim';
import type { Value } from './value';

/** The key of a dict entry as text; undefined where the key isn't known. */
export function dictKey(key: Value): string | undefined {
  switch (key.kind) {
    case 'str':
      return key.value === undefined ? undefined : `s${key.value}`;
    case 'int': {
      const value = constantOf(key.dim);
      return value === undefined ? undefined : `i${value}`;
    }
    case 'bool':
      return key.value === undefined ? undefined : `i${key.value ? 1 : 0}`;
    case 'none':
      return 'none';
    case 'tuple': {
      const items = key.items.map(dictKey);
      return items.includes(undefined) ? undefined : `(${items.join(',')})`;
    }
    case 'external':
      return `e${key.path}`;
    case 'class':
      return `c${key.file}:${key.node.at.base + key.node.start}`;
    case 'float':
      return key.value === undefined ? undefined : `f${key.value}`;
    default:
      return undefined;
  }
}

/** What `str()` makes of simple values. */
export function plainText(value: Value): string | undefined {
  switch (value.kind) {
    case 'str':
      return value.value;
    case 'int':
      return constantOf(value.dim)?.toString();
    case 'none':
      return 'None';
    case 'bool':
      return value.value === undefined ? undefined : value.value ? 'True' : 'False';
    default:
      return undefined;
  }
}
