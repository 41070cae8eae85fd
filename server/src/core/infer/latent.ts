/** Arguments about which nothing has been said yet, and what uses teach about them. */
import { freshSym, sym } from '../shape/dim';
import { fresh } from '../shape/fresh';
import { anyShape } from '../shape/shape';
import type { Evaluator } from './evaluator';
import { int, tensor, type LatentValue, type TensorValue, type Value } from './value';

/** The value with what was learned about it in place of the argument. */
export function settle(ev: Evaluator, value: Value): Value {
  if (value.kind !== 'latent') return value;
  return ev.machine.latents.get(value.id) ?? value;
}

export function learnLatent(ev: Evaluator, latent: LatentValue, value: Value): Value {
  ev.machine.latents = new Map(ev.machine.latents).set(latent.id, value);
  return value;
}

/** The value as a tensor; an argument of which nothing is known is taken to be one from here on. */
export function tensorOf(ev: Evaluator, value: Value): TensorValue | undefined {
  const settled = settle(ev, value);
  if (settled.kind === 'tensor') return settled;
  if (settled.kind !== 'latent') return undefined;
  // A model that works for empty inputs alone does not work.
  return learnLatent(ev, settled, tensor(anyShape(settled.name, 1), undefined)) as TensorValue;
}

/** The value as a number: an argument that was passed where a size is needed is an int. */
export function intOf(ev: Evaluator, value: Value): Value {
  const settled = settle(ev, value);
  if (settled.kind !== 'latent') return settled;
  return learnLatent(ev, settled, int(sym(freshSym(settled.name, -Infinity))));
}

/** An argument of which nothing is known. */
export const freshLatent = (name: string, hint: LatentValue['hint']): LatentValue =>
  fresh(`argument ${name}`, (id) => ({ kind: 'latent', id, name, hint }));
