/** What constructors and forwards of layers have in common. */
import type { Built, Call, Layer, Solve } from '../../core/infer/operator';
import { built, known } from '../../core/infer/operator';
import { tensor, unknown, type TensorValue, type Value } from '../../core/infer/value';
import type { DType } from '../../core/shape/dtype';
import { num, type Dim } from '../../core/shape/dim';
import type { Shape } from '../../core/shape/shape';
import { refuse, Settled } from './answer';
import { brackets } from './sizes';

/** Makes `build` of a function that refuses or gives up by throwing. */
export const building =
  (make: (call: Call, solve: Solve, name: string) => Built): Layer['build'] =>
  (call, solve, name) => {
    try {
      return make(call, solve, name);
    } catch (thrown) {
      if (thrown instanceof Settled) return thrown.outcome;
      throw thrown;
    }
  };

/** Makes `forward` of a function that returns the value. */
export const applying =
  (value: (self: Call, call: Call, solve: Solve, name: string) => Value): Layer['forward'] =>
  (self, call, solve, name) => {
    try {
      return known(value(self, call, solve, name));
    } catch (thrown) {
      if (thrown instanceof Settled) return thrown.outcome;
      throw thrown;
    }
  };

/** The element type of new parameters: the `dtype` argument, float32 without one. */
export function factoryDtype(call: Call): DType | undefined {
  const dtype = call.dtype('dtype');
  if (dtype === null) return 'float32';
  if (dtype !== undefined && !/float|complex/.test(dtype)) {
    refuse('dtype-not-supported', 'Only Tensors of floating point and complex dtype can require gradients', {
      argument: 'dtype',
    });
  }
  return dtype;
}

/** A flag; undefined where it may be either. */
export function flag(call: Call, name: string): boolean | undefined {
  const value = call.value(name);
  if (value.kind === 'bool') return value.value;
  return value.kind === 'none' ? false : undefined;
}

/** A text; undefined where not known or None. */
export function textOf(call: Call, name: string): string | undefined {
  const value = call.value(name);
  return value.kind === 'str' ? value.value : undefined;
}

/** Whether a module is in training mode; undefined where that can't be told. */
export function inTraining(self: Call): boolean | undefined {
  try {
    return flag(self, 'training');
  } catch {
    return undefined;
  }
}

type Parameters = Readonly<
  Record<string, readonly [present: boolean | undefined, shape: Shape, dtype: DType | undefined]>
>;

/**
 * The layer made: its parameters, and None where one is absent. A parameter that may or may not be
 * there is unknown.
 */
export function withParameters(
  parameters: Parameters,
  attributes: Readonly<Record<string, Value>> = {},
  buffers: Parameters = {},
): Built {
  const tensors: Record<string, TensorValue | null> = {};
  const others: Record<string, Value> = { ...attributes };
  for (const [table, parameter] of [
    [parameters, true],
    [buffers, false],
  ] as const) {
    for (const [name, [present, shape, dtype]] of Object.entries(table)) {
      if (present === undefined) others[name] = unknown(`${name} depends on a flag`);
      else tensors[name] = present ? tensor(shape, dtype, parameter ? { parameter } : {}) : null;
    }
  }
  return built({ tensors, attributes: others });
}

/** A layer without parameters. */
export const plain = (attributes: Readonly<Record<string, Value>> = {}): Built => built({ attributes });

/** A tensor argument or parameter; null where there is none or it isn't known whether there is. */
export function tensorIfKnown(call: Call, name: string): TensorValue | null {
  const value = call.value(name);
  return value.kind === 'tensor' ? value : null;
}

/**
 * Parameters can't have negative sizes. Sizes that are not known are taken to be positive: a model that works with
 * empty parameters alone does not work.
 *
 * @param given those that the constructor is given; a lazy layer's others come with its first input, which may be empty
 */
export function notNegative(solve: Solve, sizes: readonly Dim[], given = sizes): void {
  const bad = sizes.find((size) => !solve.atLeast(size, 0, 'sizes are not negative'));
  if (bad !== undefined) {
    refuse(
      'negative-size',
      `Trying to create tensor with negative dimension ${solve.text(bad)}: ${brackets(solve, sizes)}`,
    );
  }
  for (const size of given) if (solve.less(size, num(1)) === 'maybe') solve.atLeast(size, 1);
}
