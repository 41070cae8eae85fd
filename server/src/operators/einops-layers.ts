/**
 * einops.layers.torch.Rearrange and Reduce: patterns as layers.
 *
 * Shapes: as einops.rearrange and einops.reduce.
 * Errors: `einops-pattern-invalid`, `einops-size-mismatch`, `dtype-not-supported`.
 * Source: einops 0.8, einops/layers.
 */
import { built, known, layer, type Call } from '../core/infer/operator';
import { int, str, tuple } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { giveUp, Settled } from './common/answer';
import { parsePattern, transformed, type Operation } from './common/einops';
import { shortName } from './common/names';
import { result } from './common/results';
import { checkUsed, namedSizes, reducedType, reductionOf, subject } from './einops';

/** The attribute that keeps the sizes which the constructor was given by name. */
const SIZES = 'axes_lengths';

const patternOf = (call: Call): string => call.string('pattern') ?? giveUp('the pattern is not known');
const operationOf = (call: Call, name: string): Operation =>
  shortName(name) === 'Reduce' ? reductionOf(call) : 'rearrange';

/** The sizes that `build` kept. */
function keptSizes(self: Call): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  for (const pair of self.items(self.value(SIZES)) ?? []) {
    const [name, size] = pair.kind === 'tuple' ? pair.items : [];
    if (name?.kind === 'str' && name.value !== undefined && size?.kind === 'int') sizes.set(name.value, size.dim);
  }
  return sizes;
}

/** Answers with what was thrown. */
function settling<T, U>(run: () => T, otherwise: (thrown: Settled) => U): T | U {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof Settled) return otherwise(thrown);
    throw thrown;
  }
}

export const einopsLayers = layer({
  id: 'einops-layers',
  names: ['einops.layers.torch.Rearrange', 'einops.layers.torch.Reduce'],
  params: (name) => [
    shortName(name) === 'Reduce'
      ? 'pattern: str, reduction: any, **axes_lengths: any'
      : 'pattern: str, **axes_lengths: any',
  ],
  inputs: ['input: any'],
  build: (call, _solve, name) =>
    settling(
      () => {
        const pattern = patternOf(call);
        const sizes = namedSizes(call, pattern);
        checkUsed(
          call,
          parsePattern(pattern, operationOf(call, name), (axis) => sizes.has(axis)),
        );
        return built({
          attributes: { [SIZES]: tuple([...sizes].map(([axis, size]) => tuple([str(axis), int(size)]))) },
        });
      },
      (thrown) => thrown.outcome,
    ),
  forward: (self, call, solve, name) =>
    settling(
      () => {
        const t = subject(call, solve, 'input');
        const sizes = keptSizes(self);
        const operation = operationOf(self, name);
        const pattern = parsePattern(patternOf(self), operation, (axis) => sizes.has(axis));
        const shape = transformed(solve, t, pattern, sizes);
        return known(
          result(shape, operation === 'rearrange' ? t.dtype : reducedType(solve, operation, pattern, t, true)),
        );
      },
      (thrown) => thrown.outcome,
    ),
});
