/** A module where its parameters are wanted: `Adam(model)`. */
import { mismatch, type Mismatch } from '../../core/infer/operator';
import type { Scene } from '../../core/infer/scene';
import type { Value } from '../../core/infer/value';
import type { Expr } from '../../core/python/tree';

/** What Python says of it; undefined where the value may be iterated. `name` is the parameter, the call's first one. */
export function wholeModule(scene: Scene, given: Value, name: string): Mismatch | undefined {
  const cls = scene.classOfModule(given);
  if (cls === undefined) return undefined;
  const made = scene.place as Expr;
  const args = made.kind === 'call' ? made.args : [];
  const place = (args.find((arg) => arg.name === name) ?? args.find((arg) => arg.name === undefined))?.value;
  const written = place === undefined ? '' : scene.text(place);
  const edits =
    place !== undefined && /^[\w.]+$/.test(written)
      ? [{ title: `Give ${written}.parameters()`, edits: [{ place, newText: `${written}.parameters()` }] }]
      : [];
  return { ...mismatch('invalid-argument', `'${cls}' object is not iterable`, { argument: name }), edits };
}
