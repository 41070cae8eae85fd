/** Findings about code that PyTorch runs. */
import type { Fix, Related } from '../../core/finding';
import type { Scene } from '../../core/infer/scene';
import type { Mismatch } from '../../core/infer/operator';
import type { Trait } from '../../core/infer/value';
import type { Expr } from '../../core/python/tree';
import type { Place } from '../../core/text/place';

export const advice = (
  id: string,
  severity: 'warning' | 'information',
  message: string,
  more: { readonly place?: Place; readonly related?: readonly Related[]; readonly edits?: readonly Fix[] } = {},
): Mismatch => ({ kind: 'mismatch', id, severity, message, notes: [], fixes: [], ...more });

/** Where a trait was given, in words: `the softmax is here`. */
export const givenAt = (trait: Trait, what: string): Related => ({
  place: trait.built ?? trait.place,
  message: `the ${what} is here`,
});

/** The edit that takes an activation away: `F.softmax(x, 1)` becomes `x`, `nn.Softmax(1)` becomes `nn.Identity()`. */
export function removal(scene: Scene, trait: Trait, what: string): readonly Fix[] {
  const fix = (place: Place, newText: string): readonly Fix[] => [
    { title: `Remove the ${what}`, edits: [{ place, newText }] },
  ];
  if (trait.built !== undefined) {
    const prefix = /^([\w.]*\.)?[A-Z]\w*\(/.exec(scene.text(trait.built))?.[1];
    return prefix === undefined ? [] : fix(trait.built, `${prefix}Identity()`);
  }
  const call = trait.place as Expr;
  if (call.kind === 'attribute') return fix(call, scene.text(call.object));
  if (call.kind !== 'call') return [];
  const [first] = call.args;
  const inner =
    trait.by.startsWith('torch.Tensor.') && call.callee.kind === 'attribute'
      ? call.callee.object
      : first?.star === '' && (first.name === undefined || first.name === 'input' || first.name === 'data')
        ? first.value
        : undefined;
  return inner === undefined ? [] : fix(call, scene.text(inner));
}
