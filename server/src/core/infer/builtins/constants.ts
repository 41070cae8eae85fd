/** Names of the standard library that stand for a plain value. */
import { bool, float, type Value } from '../value';

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['math.pi', float(Math.PI)],
  ['math.e', float(Math.E)],
  ['math.inf', float(Infinity)],
  ['math.nan', float(NaN)],
  ['numpy.pi', float(Math.PI)],
  ['numpy.inf', float(Infinity)],
  ['typing.TYPE_CHECKING', bool(false)],
]);

export const externalConstant = (owner: string, name: string): Value | undefined => CONSTANTS.get(`${owner}.${name}`);
