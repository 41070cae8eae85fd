/** Weights, tensor by tensor; tensors of ONNX models that have other names are paired by the nodes that use them. */
import type { CompareChange, CompareDifference } from '../../../../protocol/src/compare';
import { tensorText } from '../../../../server/src/models/onnxTypes';
import { count, section, type Section, unknown } from '../section';
import { diffWeights, type TensorDiff, type TensorHead } from '../weights/diff';
import { readWeights } from '../weights/read';

export const weights: Section = async ({ before, after, weightNames, signal, onProgress }) => {
  if (before.model === undefined || after.model === undefined) return undefined;
  const [left, right] = [readWeights(before.model), readWeights(after.model)];
  for (const [side, read] of [
    [before, left],
    [after, right],
  ] as const)
    if ('reason' in read)
      return unknown('weights', 'Weights', `Weights were not compared: ${side.name} ${read.reason}.`);
  if ('reason' in left || 'reason' in right) return undefined;
  const { tensors, counts } = await diffWeights(left, right, {
    renames: weightNames,
    ...(signal ? { signal } : {}),
    onProgress: ({ doneBytes, allBytes, tensor }) => onProgress(`weights ${tensor}`, doneBytes / Math.max(1, allBytes)),
  });
  const changed = tensors.filter(({ change }) => change !== 'none');
  const most = (of: (diff: TensorDiff) => number | undefined): number =>
    tensors.reduce((high, each) => Math.max(high, of(each) ?? 0), 0);
  const figures = {
    tensors: tensors.length,
    // What was zero and is no more has changed by more than any share.
    relativeL2: most(({ figures: known }) => known?.relativeL2 ?? (known && known.l2 > 0 ? Number.MAX_VALUE : 0)),
    maxAbsolute: most(({ figures: known }) => known?.maxAbsolute),
    nonFinite: tensors.reduce((sum, { figures: known }) => sum + (known?.rightNonFinite ?? 0), 0),
  };
  const told = (Object.entries(counts) as [TensorDiff['change'], number][]).filter(([, n]) => n > 0);
  const summary = `${count(tensors.length, 'tensor')}: ${told.map(([change, n]) => `${n.toLocaleString('en')} ${changeWords[change]}`).join(', ') || 'none'}.`;
  const changes = changed
    .sort((a, b) => (b.figures?.relativeL2 ?? 0) - (a.figures?.relativeL2 ?? 0))
    .map((diff) => changeOf(diff));
  return section({ id: 'weights', title: 'Weights', summary, changes, figures });
};

const changeWords: Readonly<Record<TensorDiff['change'], string>> = {
  none: 'the same byte for byte',
  values: 'with other values',
  dtype: 'with another dtype',
  shape: 'with another shape',
  added: 'added',
  removed: 'removed',
  unread: 'not compared',
};

function changeOf({ name, renamed, change, left, right, figures, reason }: TensorDiff): CompareChange {
  const head = (of: TensorHead | undefined): string | undefined => of && tensorText(of.dtype, of.shape);
  const [one, other] = [head(left), head(right)];
  const differences: CompareDifference[] = [];
  if (one !== other)
    differences.push({ what: '', ...(one ? { before: one } : {}), ...(other ? { after: other } : {}) });
  if (renamed !== undefined && renamed !== name) differences.push({ what: 'name', before: name, after: renamed });
  if (figures) differences.push(...figureRows(figures));
  const broken = (figures?.rightNonFinite ?? 0) > (figures?.leftNonFinite ?? 0);
  return {
    kind: change === 'added' || change === 'removed' ? change : 'changed',
    subject: name,
    risk: broken ? 'high' : change === 'values' ? 'low' : 'medium',
    differences,
    ...(broken
      ? { reason: 'There are NaN or infinite values that were not there before.' }
      : reason === undefined
        ? {}
        : { reason: `It was not compared: it ${reason}.` }),
  };
}

const brief = (value: number): string => String(Number(value.toPrecision(3)));

function figureRows(figures: NonNullable<TensorDiff['figures']>): readonly CompareDifference[] {
  const { changedShare, l2, relativeL2, cosine, maxAbsolute, leftNonFinite, rightNonFinite } = figures;
  const rows: [string, number | undefined][] = [
    ['relative L2', relativeL2],
    ['L2', l2],
    ['cosine', cosine],
    ['max', maxAbsolute],
    ['changed %', changedShare * 100],
  ];
  const known = rows.flatMap(([what, value]) => (value === undefined ? [] : [{ what, after: brief(value) }]));
  const broken = { what: 'NaN or infinite', before: String(leftNonFinite), after: String(rightNonFinite) };
  return leftNonFinite + rightNonFinite > 0 ? [...known, broken] : known;
}
