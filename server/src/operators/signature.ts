/**
 * Signatures of PyTorch functions, methods and layers, as generated from the installed PyTorch.
 *
 * Notation: `input: Tensor, dim: int[1]? = None, keepdim: bool = False, *, dtype: ScalarType? = None`.
 * Types are those of PyTorch's schemas: Tensor, Scalar (a Python number), ScalarType (a dtype), Device,
 * Generator, int, float, bool, str, any; `T[]` a list, `T[2]` a list of two that one value may stand
 * for, `T?` or None. `*` starts keyword-only parameters, `*name` and `**name` take the rest. Methods
 * have `self` first, constructors don't. Defaults are Python literals or dotted names.
 */
import type { Signatures } from '../core/infer/operator';
import type { Exact } from '../core/infer/refusals';
import { callableTable } from './callables.generated';
import { signatureTable } from './signatures.generated';

/**
 * The overloads of a full name ('torch.Tensor.view', 'torch.nn.Linear.forward').
 * @throws Error for a name that PyTorch doesn't have: a mistake in a declaration.
 */
export const signatures = (name: string): Signatures => {
  const found = Object.hasOwn(signatureTable, name) ? signatureTable[name] : undefined;
  if (found === undefined)
    throw new Error(
      `no signature of ${name} in signatures.generated.ts; check the name, or write the signature in the declaration`,
    );
  return found;
};

const kinds = ['parser', 'parsers', 'python', 'none'] as const;

const placesOf = (marks: readonly string[], mark: string): ReadonlySet<number> =>
  new Set(marks.filter((each) => each.endsWith(mark)).map((each) => Number(each.slice(0, -1))));

/** How a function, a method, a class or a `forward` takes its arguments, where that is known to the letter. */
export function exactNamed(name: string): Exact | undefined {
  const how = kinds.find((kind) => Object.hasOwn(callableTable[kind], name));
  // The name in messages; `1h` and `1o` say that the signature at 1 is hidden in them, and that it has `out`.
  const [spoken, ...marks] = how === undefined ? [] : (callableTable[how][name]?.split(' ') ?? []);
  const found = Object.hasOwn(signatureTable, name) ? signatureTable[name] : undefined;
  return how === undefined || spoken === undefined || found === undefined
    ? undefined
    : { how, spoken, signatures: found, hidden: placesOf(marks, 'h'), withOut: placesOf(marks, 'o') };
}
