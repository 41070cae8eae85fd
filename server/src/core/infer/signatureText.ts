/** What a `forward` accepts, in words: `x: (B, 3, H, W) where H >= 262`. */
import { symbolsOf, type Sym } from '../shape/dim';
import { showShape } from '../shape/shape';
import type { Evaluator } from './evaluator';
import { settle } from './latent';
import type { Value } from './value';

export function forwardText(ev: Evaluator, args: readonly { readonly name: string; readonly value: Value }[]): string {
  const { facts } = ev.machine;
  const nameOf = (s: Sym): string => facts.nameOf(s);
  const lines: string[] = [];
  const symbols = new Map<number, Sym>();
  for (const { name, value } of args) {
    const settled = settle(ev, value);
    if (settled.kind !== 'tensor') continue;
    const shape = facts.shape(settled.shape);
    for (const dim of [...shape.lead, ...shape.tail]) for (const s of symbolsOf(dim)) symbols.set(s.id, s);
    lines.push(`${name}: ${showShape(shape, nameOf)}`);
  }
  // That a size is not negative or not zero goes without saying.
  const constraints = facts.constraintsOn([...symbols.values()]).filter((text) => !/^\w+ >= [01]$/.test(text));
  if (lines.length === 0) return '';
  return constraints.length === 0 ? lines.join(', ') : `${lines.join(', ')} where ${constraints.join(', ')}`;
}
