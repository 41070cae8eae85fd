/** Declarations of operators and layers by name. The catalogue is handed in, so that the core knows no operator. */
import type { Declaration, Layer, Operator } from './operator';

const declarations = new Map<string, Declaration>();

export function register(all: readonly Declaration[]): void {
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

export const isOperatorName = (name: string): boolean => declarations.get(name)?.kind === 'operator';
