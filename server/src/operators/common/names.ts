/** Names of one operator as function, method and in-place method. */
import type { Signatures } from '../../core/infer/operator';
import { signatureTable } from '../signatures.generated';

const METHOD = 'torch.Tensor.';

export const isMethod = (name: string): boolean => name.startsWith(METHOD);

/** 'add_' of 'torch.Tensor.add_'. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Whether a call of this name writes into its tensor: `add_`, `__iadd__`. */
export const isInPlace = (name: string): boolean => {
  const short = shortName(name);
  return short.endsWith('__') ? /^__i(?!nvert__|nt__)/.test(short) : short.endsWith('_');
};

/** The name without what marks it as in-place: 'add' of 'torch.Tensor.add_'. */
export const plainName = (name: string): string => {
  const short = shortName(name);
  return short.startsWith('__') ? short : short.replace(/_$/, '');
};

/** The parameter that PyTorch calls `input` in functions and `self` in methods. */
export const subjectOf = (name: string): 'self' | 'input' => (isMethod(name) ? 'self' : 'input');

/** Every name under which PyTorch has these: `torch.x`, `torch.x_`, `torch.Tensor.x`, `torch.Tensor.x_`, `torch.special.x`. */
export const everyForm = (...plain: readonly string[]): readonly string[] =>
  plain.flatMap((name) =>
    [`torch.${name}`, `torch.${name}_`, `${METHOD}${name}`, `${METHOD}${name}_`, `torch.special.${name}`].filter(
      (full) => Object.hasOwn(signatureTable, full),
    ),
  );

/** Signatures that begin with the tensor under its name: `subject(', dim: int')`. */
export const written =
  (...rest: readonly string[]) =>
  (name: string): Signatures =>
    rest.map((text) => `${subjectOf(name)}: Tensor${text}`);
