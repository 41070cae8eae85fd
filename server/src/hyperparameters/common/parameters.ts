/** What modules have to learn. */
import { FROZEN, HANDED_OUT } from '../../core/infer/builtins/modules';
import type { Known, Scene } from '../../core/infer/scene';
import type { Value } from '../../core/infer/value';

/** Layers without parameters. */
const PLAIN =
  /^torch\.nn\.(Module|Sequential|ModuleList|ModuleDict|Identity|Flatten|Unflatten|(Alpha|FeatureAlpha)?Dropout[123]?d?|Re[Ll]U6?|LeakyReLU|ELU|SELU|CELU|GELU|SiLU|Mish|Hard\w+|Soft\w+|LogSoftmax|LogSigmoid|Sigmoid|Tanh\w*|(Max|Avg|LP|AdaptiveAvg|AdaptiveMax)Pool[123]d|Upsample|\w+Pad[123]d|PixelShuffle|PixelUnshuffle|\w+Loss)$/;

/** Whether a layer or module has parameters of its own; undefined where it isn't known. */
export function hasOwnParameters({ cls, attributes, built }: Known): boolean | undefined {
  if ([...attributes.values()].some((value) => value.kind === 'tensor' && value.parameter === true)) return true;
  // A class that is looked at by itself may be there for others to derive from.
  if (cls === undefined && (built === undefined || built.place.start === built.place.end)) return undefined;
  return cls === undefined || PLAIN.test(cls) ? false : undefined;
}

/** Whether a module or one below it has parameters; undefined where it isn't known. */
export function hasParameters(scene: Scene, module: Value): boolean | undefined {
  const own = scene.modules(module)?.map(hasOwnParameters);
  if (own === undefined) return undefined;
  return own.includes(true) ? true : own.includes(undefined) ? undefined : false;
}

/** What `parameters()` and `requires_grad_()` leave on modules. */
const isMarked = (module: Known, mark: string): boolean => {
  const value = module.attributes.get(mark);
  return value?.kind === 'bool' && value.value === true;
};
/** Whether no parameter of the module gets a gradient. */
export const isFrozen = (module: Known): boolean => isMarked(module, FROZEN);
/** Whether nobody can have the module's parameters: they were never asked for. */
export const isUntouched = (module: Known): boolean => !module.attributes.has(HANDED_OUT);
