/** Inputs and outputs of ONNX models, and what a change of them means for who sends requests. */
import type { ChangeRisk, CompareChange, CompareDifference } from '../../../../protocol/src/compare';
import type { OnnxValue } from '../../../../server/src/models/onnxGraph';
import { tensorText } from '../../../../server/src/models/onnxTypes';
import { count, section, type Section, unknown } from '../section';

export const signature: Section = ({ before, after }) => {
  if (!before.onnx && !after.onnx) return undefined;
  if (!before.onnx || !after.onnx)
    return unknown(
      'signature',
      'Signature',
      'Only one side is an ONNX model; only ONNX files say what goes in and out.',
    );
  const [left, right] = [before.onnx.graph, after.onnx.graph];
  const changes = [
    ...tensorChanges('input', left.inputs, right.inputs),
    ...tensorChanges('output', left.outputs, right.outputs),
  ];
  const breaking = changes.filter(({ risk }) => risk === 'breaking').length;
  const said =
    changes.length === 0
      ? `The same ${count(left.inputs.length, 'input')} and ${count(left.outputs.length, 'output')}.`
      : breaking === 0
        ? `${count(changes.length, 'change')}; requests that were answered still are.`
        : `${count(breaking, 'change')} of ${changes.length} would break clients.`;
  return section({ id: 'signature', title: 'Signature', summary: said, changes, figures: { breaking } });
};

type Direction = 'input' | 'output';

interface Consequence {
  readonly risk: ChangeRisk;
  readonly reason: string;
}

function tensorChanges(
  direction: Direction,
  before: readonly OnnxValue[],
  after: readonly OnnxValue[],
): readonly CompareChange[] {
  const byName = (list: readonly OnnxValue[]): ReadonlyMap<string, OnnxValue> =>
    new Map(list.map((each) => [each.name, each]));
  const [left, right] = [byName(before), byName(after)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name): readonly CompareChange[] => {
    const [one, other] = [left.get(name), right.get(name)];
    const subject = `${direction} ${name}`;
    const whole = (value: OnnxValue): string => tensorText(value.type, value.dims);
    if (!one && other)
      return [{ kind: 'added', subject, differences: [{ what: '', after: whole(other) }], ...appeared[direction] }];
    if (one && !other)
      return [{ kind: 'removed', subject, differences: [{ what: '', before: whole(one) }], ...disappeared[direction] }];
    return one && other ? changed(direction, subject, one, other) : [];
  });
}

const appeared: Readonly<Record<Direction, Consequence>> = {
  input: { risk: 'breaking', reason: 'Requests that do not send it are refused.' },
  output: { risk: 'low', reason: 'Clients that do not ask for it see no difference.' },
};
const disappeared: Readonly<Record<Direction, Consequence>> = {
  input: { risk: 'breaking', reason: 'Requests that send it are refused.' },
  output: { risk: 'breaking', reason: 'Clients that read it get no answer.' },
};

function changed(direction: Direction, subject: string, one: OnnxValue, other: OnnxValue): readonly CompareChange[] {
  const differences: CompareDifference[] = [];
  const consequences: Consequence[] = [];
  if (one.type !== other.type) {
    differences.push({ what: 'dtype', before: one.type || 'not known', after: other.type || 'not known' });
    consequences.push(
      one.type === '' || other.type === ''
        ? { risk: 'low', reason: 'One of the files does not say the dtype.' }
        : {
            risk: 'breaking',
            reason:
              direction === 'input'
                ? 'Requests with the old dtype are refused.'
                : 'Clients read the bytes as the old dtype.',
          },
    );
  }
  const [left, right] = [sizesText(one), sizesText(other)];
  if (left !== right) {
    differences.push({ what: 'dims', before: left, after: right });
    consequences.push(dimsConsequence(direction, one.dims, other.dims));
  }
  if (differences.length === 0) return [];
  const worst = consequences.find(({ risk }) => risk === 'breaking') ?? consequences[0];
  return [{ kind: 'changed', subject, differences, risk: worst?.risk ?? 'low', reason: worst?.reason }];
}

const sizesText = ({ dims }: OnnxValue): string => (dims === undefined ? 'any rank' : `[${dims.join(', ')}]`);

type Dims = OnnxValue['dims'];

/** The worst that a change of sizes does, for the first size that does it. */
function dimsConsequence(direction: Direction, before: Dims, after: Dims): Consequence {
  const isInput = direction === 'input';
  if (after === undefined || before === undefined)
    return isInput && before === undefined
      ? { risk: 'breaking', reason: 'Requests of another rank are refused now.' }
      : { risk: 'low', reason: 'The rank is open now.' };
  if (before.length !== after.length)
    return {
      risk: 'breaking',
      reason: isInput
        ? `Requests have ${count(before.length, 'dim')}, the model wants ${after.length}.`
        : `Answers have ${count(after.length, 'dim')} instead of ${before.length}.`,
    };
  const moved = before
    .map((size, axis) => ({ axis, size, now: after[axis] ?? '?' }))
    .filter(({ size, now }) => size !== now);
  const fixed = moved.find(({ size, now }) => typeof size === 'number' && typeof now === 'number');
  if (fixed)
    return {
      risk: 'breaking',
      reason: isInput
        ? `Requests with ${fixed.size} in dim ${fixed.axis} are refused.`
        : `Answers have ${fixed.now} in dim ${fixed.axis} instead of ${fixed.size}.`,
    };
  const closed = moved.find(({ now }) => typeof now === 'number');
  if (closed)
    return isInput
      ? { risk: 'breaking', reason: `Only ${closed.now} is taken in dim ${closed.axis} now.` }
      : { risk: 'low', reason: `Dim ${closed.axis} is always ${closed.now} now.` };
  const opened = moved.find(({ size }) => typeof size === 'number');
  if (opened)
    return isInput
      ? { risk: 'low', reason: `Dim ${opened.axis} takes any size now.` }
      : { risk: 'medium', reason: `Clients may count on ${opened.size} in dim ${opened.axis}, which varies now.` };
  return { risk: 'low', reason: 'Variable sizes have other names.' };
}
