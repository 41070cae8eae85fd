/** `del`: names, attributes, items of sequences, mappings and module containers. */
import type * as tree from '../python/tree';
import { setName } from './assignment';
import { removeChild } from './builtins/modules';
import { loseContent } from './calls';
import { itemPosition } from './containers';
import type { Evaluator } from './evaluator';
import { dictKey } from './plain';
import { settle } from './latent';
import { unknown } from './value';

export function deleteTarget(ev: Evaluator, target: tree.Expr): void {
  switch (target.kind) {
    case 'name':
      setName(ev, target.name, unknown('a deleted name', target));
      return;
    case 'attribute':
      deleteAttribute(ev, target);
      return;
    case 'subscript':
      deleteItem(ev, target);
      return;
    case 'tuple':
    case 'list':
      for (const item of target.items) deleteTarget(ev, item);
      return;
    default:
      return;
  }
}

function deleteAttribute(ev: Evaluator, target: tree.Attribute): void {
  const object = settle(ev, ev.evaluate(target.object));
  const own = object.kind === 'ref' ? ev.machine.write(object.id) : undefined;
  if (own?.kind === 'instance' && !own.attrs.delete(target.name))
    removeChild(ev, own, { kind: 'str', value: target.name });
}

function deleteItem(ev: Evaluator, target: tree.Subscript): void {
  const object = settle(ev, ev.evaluate(target.object));
  const index = settle(ev, ev.evaluate(target.index));
  const own = object.kind === 'ref' ? ev.machine.write(object.id) : undefined;
  if (own?.kind === 'dict') {
    const key = dictKey(index);
    if (key === undefined) loseContent(ev, object);
    else own.entries.delete(key);
  } else if (own?.kind === 'list') {
    const positions = itemPosition(ev, index, own.items?.length);
    if (positions === undefined) loseContent(ev, object);
    else own.items = own.items?.filter((_, i) => !positions.includes(i));
  } else if (own?.kind === 'instance') removeChild(ev, own, index);
}
