/** Declarations of operators and layers by name. The catalogue is handed in, so that the core knows no operator. */
import type { Declaration, Layer, Operator } from './operator';
import type { Exact } from './refusals';

const declarations = new Map<string, Declaration>();
let exact: (name: string) => Exact | undefined = () => undefined;

/** `exactNamed` knows how functions and classes take their arguments. */
export function register(all: readonly Declaration[], exactNamed: typeof exact): void {
  exact = exactNamed;
  for (const declaration of all) for (const name of declaration.names) declarations.set(name, declaration);
}

export const operatorNamed = (name: string): Operator | undefined => {
  const found = declarations.get(name);
  return found?.kind === 'operator' ? found : undefined;
};

export const layerNamed = (name: string): Layer | undefined => {
  const found = declarations.get(name);
  return found?.kind === 'layer' ? found : undefined;
};

/** How the function or class of this name takes its arguments; undefined where that isn't known to the letter. */
export const exactNamed = (name: string): Exact | undefined => exact(name);

/** Whether a framework has this name. */
export const isDeclared = (name: string): boolean => declarations.has(name);

export const isOperatorName = (name: string): boolean => declarations.get(name)?.kind === 'operator';
