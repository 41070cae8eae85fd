/** When two values are the same for everything that follows. */
import type { Indices, Test, Value } from './value';
import type { Shape } from '../shape/shape';

/** Pairs of heap objects that must be the same for the values to be. */
export type ObjectPairs = (a: number, b: number) => boolean;

const sameId: ObjectPairs = (a, b) => a === b;

export function sameShape(a: Shape, b: Shape): boolean {
  return (
    a === b ||
    (a.rest?.id === b.rest?.id &&
      a.lead.length === b.lead.length &&
      a.tail.length === b.tail.length &&
      a.lead.every((dim, i) => dim.key === b.lead[i]?.key) &&
      a.tail.every((dim, i) => dim.key === b.tail[i]?.key))
  );
}

/** Equal keys are equal questions. */
export function testKey(test: Test | undefined): string {
  switch (test?.kind) {
    case undefined:
      return '';
    case 'flag':
      return test.key;
    case 'none':
      return `none ${test.latent}`;
    case 'compare':
      return `${test.left.key}${test.op}${test.right.key}`;
    case 'rank':
      return `rank ${test.shape.rest?.id ?? 0} ${test.shape.lead.length + test.shape.tail.length} == ${test.rank}`;
  }
}

/**
 * Counts pairs of tensors that were taken for the same although only one is known to be a softmax's,
 * say. Who merges on the strength of it must forget the trait.
 */
export const differingTraits = { count: 0 };

const sameIndices = (a: Indices | undefined, b: Indices | undefined): boolean =>
  a === b ||
  (b !== undefined && a?.low.key === b.low.key && a.high.key === b.high.key && a.drawn?.key === b.drawn?.key);

/** The value with nothing known of its tensors but shape and dtype. */
export function withoutTraits(value: Value): Value {
  if (value.kind === 'tensor' && (value.trait !== undefined || value.indices !== undefined))
    return { ...value, trait: undefined, indices: undefined };
  return value.kind === 'tuple' ? { ...value, items: value.items.map(withoutTraits) } : value;
}

const sameNumbers = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a === b || (a !== undefined && a.length === b?.length && a.every((item, i) => item === b[i]));

/** Structural equality; references are compared by `objects`. Reasons, origins and traits don't count. */
export function sameValue(a: Value, b: Value, objects: ObjectPairs = sameId): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  const all = (x: readonly Value[], y: readonly Value[]): boolean =>
    x.length === y.length && x.every((item, i) => sameValue(item, y[i] as Value, objects));
  switch (a.kind) {
    case 'tensor': {
      const other = b as typeof a;
      if (a.trait?.kind !== other.trait?.kind || !sameIndices(a.indices, other.indices)) differingTraits.count++;
      return (
        a.dtype === other.dtype &&
        a.parameter === other.parameter &&
        sameShape(a.shape, other.shape) &&
        sameNumbers(a.numbers, other.numbers)
      );
    }
    case 'int':
      return a.dim.key === (b as typeof a).dim.key;
    case 'bool': {
      const other = b as typeof a;
      return a.value === other.value && a.negated === other.negated && testKey(a.test) === testKey(other.test);
    }
    case 'float': {
      const other = b as typeof a;
      return (
        a.value === other.value &&
        a.ratio?.over.key === other.ratio?.over.key &&
        a.ratio?.under.key === other.ratio?.under.key
      );
    }
    case 'str':
      return a.value === (b as typeof a).value;
    // Where a tensor lies depends on the machine: paths that differ only in its device are one.
    case 'none':
    case 'ellipsis':
    case 'unknown':
    case 'device':
      return true;
    case 'slice': {
      const other = b as typeof a;
      return all([a.lower, a.upper, a.step], [other.lower, other.upper, other.step]);
    }
    case 'dtype':
      return a.dtype === (b as typeof a).dtype;
    case 'shape':
      return sameShape(a.shape, (b as typeof a).shape);
    case 'tuple':
      return all(a.items, (b as typeof a).items);
    case 'parts': {
      const other = b as typeof a;
      return (
        sameValue(a.of, other.of) &&
        a.size?.key === other.size?.key &&
        a.cut.size.key === other.cut.size.key &&
        sameShape(a.cut.before, other.cut.before)
      );
    }
    case 'ref':
      return objects(a.id, (b as typeof a).id);
    case 'class': {
      const other = b as typeof a;
      return a.node === other.node && a.namespace === other.namespace;
    }
    case 'function': {
      const other = b as typeof a;
      return a.node === other.node && objects(a.frame, other.frame);
    }
    case 'method': {
      const other = b as typeof a;
      if (typeof a.target === 'string' || typeof other.target === 'string')
        return a.target === other.target && sameValue(a.self, other.self, objects);
      return sameValue(a.target, other.target, objects) && sameValue(a.self, other.self, objects);
    }
    case 'partial': {
      const other = b as typeof a;
      return (
        sameValue(a.callee, other.callee, objects) &&
        all(a.args, other.args) &&
        a.keywords.length === other.keywords.length &&
        a.keywords.every(
          ([name, value], i) => name === other.keywords[i]?.[0] && sameValue(value, other.keywords[i][1], objects),
        )
      );
    }
    case 'external':
      return a.path === (b as typeof a).path;
    case 'module':
      return a.file === (b as typeof a).file;
    case 'latent':
      return a.id === (b as typeof a).id;
    case 'super':
      return sameValue(a.self, (b as typeof a).self, objects);
  }
}
