/** What a `forward` accepts, in words: `x: (B, 3, H, W) where H >= 262`. */
import { symbolsOf, type Sym } from '../shape/dim';
import { showShape } from '../shape/shape';
import type { Evaluator } from './evaluator';
import { settle } from './latent';
import type { Value } from './value';

/** The sizes that a size is known by: of the half of H, H. */
const written = (s: Sym): readonly Sym[] => (s.part === undefined ? [s] : symbolsOf(s.part.of).flatMap(written));

/** That a size is not negative or not zero goes without saying; `h*(d//h) == d` says that h divides d. */
const readable = (text: string): string =>
  text.replace(/ or \w+ == 0/g, '').replace(/^(\w+)\*\((\w+)\/\/\1\) == \2$/, '$1 divides $2');

export function forwardText(ev: Evaluator, args: readonly { readonly name: string; readonly value: Value }[]): string {
  const { facts } = ev.machine;
  const nameOf = (s: Sym): string => facts.nameOf(s);
  const lines: string[] = [];
  const symbols = new Map<number, Sym>();
  for (const { name, value } of args) {
    const settled = settle(ev, value);
    if (settled.kind !== 'tensor') continue;
    const shape = facts.shape(settled.shape);
    for (const dim of [...shape.lead, ...shape.tail])
      for (const s of symbolsOf(dim).flatMap(written)) symbols.set(s.id, s);
    lines.push(`${name}: ${showShape(shape, nameOf)}`);
  }
  const constraints = facts
    .constraintsOn([...symbols.values()])
    .map(readable)
    .filter((text) => !/^\w+ >= [01]$/.test(text));
  if (lines.length === 0) return '';
  return constraints.length === 0 ? lines.join(', ') : `${lines.join(', ')} where ${constraints.join(', ')}`;
}
