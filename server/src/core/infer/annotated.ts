/** What a parameter's annotation says about its value. */
import type { Expr, Param } from '../python/tree';
import { freshSym, parseDim, sym, type Dim } from '../shape/dim';
import { freshSegment, type Shape } from '../shape/shape';
import { num } from '../shape/dim';
import { shapeAnnotation, type AnnotatedDim } from '../python/annotations';
import type { Evaluator } from './evaluator';
import { learnLatent, settle } from './latent';
import { bool, float, int, str, tensor, type Value } from './value';

/** A latent argument becomes what its annotation says; other values stay as they are. */
export function annotatedValue(ev: Evaluator, written: Value, param: Param): Value {
  const value = settle(ev, written);
  if (value.kind !== 'latent' || param.annotation === undefined) return value;
  const made = valueOfAnnotation(ev, param.annotation, param.name);
  return made === undefined ? value : learnLatent(ev, value, made);
}

/** `"Float[Tensor, 'b c']"`: what is in the quotes; undefined where that is no expression. */
const unquoted = (ev: Evaluator, annotation: Expr): Expr | undefined =>
  annotation.kind === 'str' ? ev.program.expression(annotation.value) : annotation;

function valueOfAnnotation(ev: Evaluator, written: Expr, name: string): Value | undefined {
  const annotation = unquoted(ev, written);
  if (annotation === undefined) return undefined;
  const shape = shapeAnnotation(annotation, (text) => ev.program.expression(text));
  if (shape !== undefined) return tensor(annotatedShape(ev, shape.dims, name), shape.dtype);
  const plain = annotation.kind === 'name' || annotation.kind === 'attribute' ? annotation.name : '';
  switch (plain) {
    case 'int':
      return int(sym(freshSym(name, -Infinity)));
    case 'bool':
      return bool(undefined, { kind: 'flag', key: `parameter ${name} ${freshSym(name).id}` });
    case 'float':
      return float(undefined);
    case 'str':
      return str(undefined);
    case 'Tensor':
    case 'FloatTensor':
    case 'LongTensor':
      // `FloatTensor` is written for any floating-point type.
      return tensor({ lead: [], rest: freshSegment(name), tail: [] }, plain === 'LongTensor' ? 'int64' : undefined);
    default:
      return undefined;
  }
}

/** Names in annotations mean the same size in the whole function. */
function annotatedShape(ev: Evaluator, dims: readonly AnnotatedDim[], name: string): Shape {
  const lead: Dim[] = [];
  const tail: Dim[] = [];
  let rest: Shape['rest'];
  for (const dim of dims) {
    const into = rest === undefined ? lead : tail;
    if (dim.kind === 'variadic') {
      if (rest !== undefined) return { lead: [], rest: freshSegment(name), tail: [] };
      rest = ev.annotatedSegment(dim.name);
    } else if (dim.kind === 'int') into.push(num(dim.value));
    else if (dim.kind === 'name') into.push(ev.annotatedSize(dim.name));
    else if (dim.kind === 'expr') into.push(parseDim(dim.text, (size) => ev.annotatedSize(size)) ?? sym(freshSym('_')));
    else into.push(sym(freshSym('_')));
  }
  return rest === undefined ? { lead, tail: [] } : { lead, rest, tail };
}
