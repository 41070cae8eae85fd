/**
 * How checks of hyperparameters are declared: what they look at, and what they may ask.
 *
 * A check answers with a mismatch or with nothing. One in PyTorch's own words, for what PyTorch refuses,
 * is an error; one with a severity is about code that runs and does something else than it says.
 */
import type * as tree from '../python/tree';
import type { Call, Mismatch, Signatures, Solve } from './operator';
import type { Scene } from './scene';
import type { TraitKind, Value } from './value';

/**
 * Looks at calls by their full names: of a function or constructor (`torch.optim.SGD`), of a layer that is
 * used (`torch.nn.NLLLoss.forward`), of a method of a thing (`torch.optim.Optimizer.step`).
 */
export interface CallCheck {
  readonly kind: 'call';
  /** The file's name. */
  readonly id: string;
  readonly names: readonly string[];
  /** Signature of what is neither an operator nor a layer. */
  readonly params?: (name: string) => Signatures;
  readonly look: (call: Call, scene: Scene, solve: Solve, name: string) => Mismatch | undefined;
}

/** Looks at loops whose text fits `marks`, before they are run. */
export interface LoopCheck {
  readonly kind: 'loop';
  readonly id: string;
  readonly marks: RegExp;
  readonly look: (loop: tree.For | tree.While, scene: Scene) => Mismatch | undefined;
}

/** A class of the framework that is no module (an optimizer, a scheduler): objects keep what `make` answers. */
export interface Thing {
  readonly kind: 'thing';
  readonly id: string;
  readonly names: readonly string[];
  /** The class that methods are looked at under. */
  readonly base: string;
  readonly params: (name: string) => Signatures;
  readonly make: (call: Call, scene: Scene, solve: Solve, name: string) => Readonly<Record<string, Value>> | Mismatch;
}

export type Check = CallCheck | LoopCheck | Thing;

/** What an operator or layer gives its result: a trait, (`kept`) that of its first argument, or `nothing`. */
export type Gives = TraitKind | 'kept' | 'nothing';

const byName = new Map<string, CallCheck[]>();
const things = new Map<string, Thing>();
const gives = new Map<string, Gives>();
let loops: readonly LoopCheck[] = [];

export function registerChecks(all: readonly Check[], traits: Readonly<Record<string, Gives>>): void {
  byName.clear();
  for (const check of all)
    if (check.kind === 'thing') for (const name of check.names) things.set(name, check);
    else if (check.kind === 'call')
      for (const name of check.names) byName.set(name, [...(byName.get(name) ?? []), check]);
  loops = all.filter((check) => check.kind === 'loop');
  for (const [name, trait] of Object.entries(traits)) gives.set(name, trait);
}

export const checksOf = (name: string): readonly CallCheck[] | undefined => byName.get(name);
export const thingNamed = (name: string): Thing | undefined => things.get(name);
export const givenBy = (name: string): Gives | undefined => gives.get(name);
export const loopChecks = (): readonly LoopCheck[] => loops;
