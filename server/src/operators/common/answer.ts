/** How operators answer: the value where all is well, a refusal in PyTorch's words, or "not known". */
import {
  known,
  mismatch,
  notKnown,
  type Call,
  type Mismatch,
  type NotKnown,
  type Operator,
  type Solve,
} from '../../core/infer/operator';
import type { Value } from '../../core/infer/value';
import { lacksKernel } from './kernels';

/** Thrown to end an operator with an answer that is not a value. */
export class Settled {
  constructor(readonly outcome: Mismatch | NotKnown) {}
}

/** Ends the operator: PyTorch raises `message` here. */
export function refuse(id: string, message: string, more: Parameters<typeof mismatch>[2] = {}): never {
  throw new Settled(mismatch(id, message, more));
}

/** Ends the operator: the result can't be known. */
export function giveUp(reason: string): never {
  throw new Settled(notKnown(reason));
}

/** Whether the tensor that the operator is named for has a type that PyTorch has no kernel for. */
function kernelIsMissing(call: Call, name: string): boolean {
  if (call.given('dtype')) return false;
  const subject = ['self', 'input', 'tensor', 'x1', 'a'].find((argument) => call.given(argument));
  const value = subject === undefined ? undefined : call.value(subject);
  return value?.kind === 'tensor' && lacksKernel(name, value.dtype);
}

/** Makes `infer` of a function that returns the value, and refuses or gives up by throwing. */
export const answering =
  (value: (call: Call, solve: Solve, name: string) => Value): Operator['infer'] =>
  (call, solve, name) => {
    try {
      const answer = value(call, solve, name);
      return kernelIsMissing(call, name) ? notKnown('no kernel for this element type') : known(answer);
    } catch (thrown) {
      if (thrown instanceof Settled) return thrown.outcome;
      throw thrown;
    }
  };
