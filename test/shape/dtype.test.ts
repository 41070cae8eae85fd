/** The promotion of element types against the tables that torch has written (write-promotion.py). */
import { equal } from 'node:assert/strict';
import {
  type DType,
  type ScalarKind,
  dtypeNamed,
  dtypes,
  isComplex,
  isDType,
  isFloating,
  promote,
  resultType,
  resultWithScalar,
} from '../../server/src/core/shape/dtype';
import * as torch from './promotion.generated';

const named = (name: string): DType => dtypeNamed(name) ?? 'bool';
const scalars: readonly ScalarKind[] = ['bool', 'int', 'float', 'complex'];

describe('dtype: as torch says', () => {
  for (const [a, row] of Object.entries(torch.promoted))
    it(`promote_types(${a}, ...)`, () => {
      for (const [i, b] of dtypes.entries()) equal(promote(named(a), b) ?? null, row[i], `${a}, ${b}`);
    });
  for (const [a, row] of Object.entries(torch.withNumber))
    it(`result_type(${a} tensor, number)`, () => {
      for (const [i, kind] of scalars.entries())
        equal(resultWithScalar(named(a), kind) ?? null, row[i], `${a}, ${kind}`);
    });
  for (const [a, row] of Object.entries(torch.withNoDims))
    it(`result_type(${a} tensor, tensor of no dims)`, () => {
      for (const [i, b] of dtypes.entries())
        equal(
          resultType([
            { dtype: named(a), rank: 'dims' },
            { dtype: b, rank: 'none' },
          ]) ?? null,
          row[i],
          `${a}, ${b}`,
        );
    });
  it('names', () => {
    for (const [alias, name] of Object.entries(torch.aliases)) equal(dtypeNamed(alias), name);
    equal(dtypeNamed('float'), 'float32');
    equal(dtypeNamed('constructor'), undefined);
    equal(isDType('long'), false);
  });
  it('kinds', () => {
    for (const d of dtypes) {
      equal(isFloating(d), torch.floating.includes(d), d);
      equal(isComplex(d), torch.complex.includes(d), d);
    }
  });
});
