/**
 * One step of a recurrent layer: RNNCell, LSTMCell, GRUCell.
 *
 * Shapes: (*n, in) and states (*n, H) -> (*n, H), an LSTMCell gives two; *n is a batch dim or nothing.
 * Errors: `rnn-input-size-mismatch`, `hidden-state-mismatch`, `input-rank-mismatch`, `invalid-argument`, `negative-size`,
 * `dtype-mismatch`.
 * Source: torch.nn.RNNCell, LSTMCell, GRUCell, PyTorch 2.13.
 */
import { layer, type Call, type Solve } from '../core/infer/operator';
import { int, tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, factoryDtype, flag, notNegative, textOf, withParameters } from './common/construction';
import { onlyFloats, refuseDtypes, scalarName } from './common/dtypes';
import { append, setTo } from './common/sizes';
import { signatures } from './signature';

type Kind = 'RNNCell' | 'LSTMCell' | 'GRUCell';
const kindOf = (name: string): Kind => name.slice('torch.nn.'.length) as Kind;
const gatesOf = (kind: Kind): number => (kind === 'LSTMCell' ? 4 : kind === 'GRUCell' ? 3 : 1);

function checkRank(solve: Solve, t: TensorValue, kind: Kind, what: string, id: string, argument: string): void {
  if (!solve.rank(t, [1, 2]))
    refuse(id, `${kind}: Expected ${what} to be 1D or 2D, got ${rankOf(solve, t) ?? 'another '}D instead`, {
      argument,
    });
}

/** The states given; null in place of one that isn't known. */
function statesOf(call: Call, kind: Kind): readonly (TensorValue | null)[] {
  const value = call.value('hx');
  if (value.kind === 'none') return [];
  if (kind !== 'LSTMCell') return [value.kind === 'tensor' ? value : null];
  if (value.kind === 'tensor') giveUp('a tensor as the states of an LSTMCell');
  const items = call.items(value);
  if (items !== undefined && items.length !== 2) giveUp('not two states');
  return (items ?? []).slice(0, 2).map((item) => (item.kind === 'tensor' ? item : null));
}

function checkState(solve: Solve, input: TensorValue, state: TensorValue, at: number, kind: Kind, hidden: Dim): void {
  const [dims, sizes] = [dimsOf(solve.shape(input)), dimsOf(solve.shape(state))];
  if (dims === undefined || sizes === undefined) return;
  if (dims.length !== sizes.length) giveUp('input and state with different numbers of dims');
  if (dims.length === 2 && !solve.same(dims[0] as Dim, sizes[0] as Dim)) {
    const [batch, rows] = [solve.text(dims[0] as Dim), solve.text(sizes[0] as Dim)];
    refuse('hidden-state-mismatch', `Input batch size ${batch} doesn't match hidden${at} batch size ${rows}`, {
      argument: 'hx',
    });
  }
  const size = sizes[sizes.length - 1] as Dim;
  if (solve.same(size, hidden, `the ${kind} has hidden_size ${solve.text(hidden)}`)) return;
  const message = `hidden${at} has inconsistent hidden_size: got ${solve.text(size)}, expected ${solve.text(hidden)}`;
  refuse('hidden-state-mismatch', message, { argument: 'hx' });
}

function step(self: Call, call: Call, solve: Solve, kind: Kind): Value {
  const input = call.tensor('input');
  checkRank(solve, input, kind, 'input', 'input-rank-mismatch', 'input');
  const states = statesOf(call, kind);
  states.forEach((state, i) => {
    if (state !== null)
      checkRank(solve, state, kind, kind === 'LSTMCell' ? `hx[${i}]` : 'hidden', 'hidden-state-mismatch', 'hx');
  });
  const { before, last } = solve.trailing(input, 1);
  const [found, wanted, hidden] = [last[0] as Dim, self.int('input_size'), self.int('hidden_size')];
  if (!solve.same(found, wanted, `the ${kind} has input_size ${solve.text(wanted)}`))
    refuse(
      'rnn-input-size-mismatch',
      `input has inconsistent input_size: got ${solve.text(found)} expected ${solve.text(wanted)}`,
      {
        fixes: setTo(solve, 'layer', 'input_size', found),
        argument: 'input',
      },
    );
  states.forEach((state, i) => {
    if (state !== null) checkState(solve, input, state, i, kind, hidden);
  });
  if (kind === 'RNNCell') {
    const word = textOf(self, 'nonlinearity');
    if (word !== undefined && word !== 'tanh' && word !== 'relu')
      refuse('invalid-argument', `Unknown nonlinearity: ${word}`, { argument: 'nonlinearity' });
  }
  const weight = self.tensor('weight_ih').dtype;
  if (input.dtype !== undefined && weight !== undefined && input.dtype !== weight) {
    if (flag(self, 'bias') !== true) giveUp('element types differ');
    refuseDtypes(
      `mat1 and mat2 must have the same dtype, but got ${scalarName(input.dtype)} and ${scalarName(weight)}`,
      'input',
    );
  }
  onlyFloats('a recurrent cell', input, ...states);
  const state = tensor(append(before, [hidden]), input.dtype ?? weight);
  return kind === 'LSTMCell' ? tuple([state, state]) : state;
}

export const recurrentCellLayer = layer({
  id: 'recurrent-cell',
  names: ['torch.nn.GRUCell', 'torch.nn.LSTMCell', 'torch.nn.RNNCell'],
  // Any value counts as true or false.
  params: (name) => signatures(name).map((signature) => signature.replace('bias: bool', 'bias: any')),
  inputs: ['input: Tensor, hx: any = None'],
  build: building((call, solve, name) => {
    const [inputSize, hidden] = [call.int('input_size'), call.int('hidden_size')];
    const gates = mul(num(gatesOf(kindOf(name))), hidden);
    notNegative(solve, [gates, inputSize]);
    const [dtype, biased] = [factoryDtype(call), flag(call, 'bias')];
    return withParameters(
      {
        weight_ih: [true, shapeOf([gates, inputSize]), dtype],
        weight_hh: [true, shapeOf([gates, hidden]), dtype],
        bias_ih: [biased, shapeOf([gates]), dtype],
        bias_hh: [biased, shapeOf([gates]), dtype],
      },
      { input_size: int(inputSize), hidden_size: int(hidden) },
    );
  }),
  forward: applying((self, call, solve, name) => step(self, call, solve, kindOf(name))),
});
