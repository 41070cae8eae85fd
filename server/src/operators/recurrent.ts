/**
 * Recurrent layers over a sequence: RNN, LSTM, GRU.
 *
 * Shapes, with D directions and H hidden (or projected) sizes: (L, *n, in), or (*n, L, in) with batch_first, ->
 * (L, *n, D*H) or (*n, L, D*H), and the last states (D*layers, *n, H); *n is a batch dim or nothing. An LSTM has
 * two states, the second with its hidden size.
 * Errors: `rnn-input-size-mismatch`, `hidden-state-mismatch`, `input-rank-mismatch`, `empty-sequence`, `invalid-argument`,
 * `dtype-mismatch`.
 * Source: torch.nn.RNN, LSTM, GRU, PyTorch 2.13.
 */
import { layer, type Built, type Call, type Solve } from '../core/infer/operator';
import { int, tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, factoryDtype, flag, textOf, withParameters } from './common/construction';
import { pythonNumber } from './common/literals';
import { append, brackets, prepend, setTo, sizeTexts } from './common/sizes';
import { signatures } from './signature';

type Kind = 'RNN' | 'LSTM' | 'GRU';
const kindOf = (name: string): Kind => name.slice('torch.nn.'.length) as Kind;
const gatesOf = (kind: Kind): number => (kind === 'LSTM' ? 4 : kind === 'GRU' ? 3 : 1);

function checkConstructor(call: Call, solve: Solve, kind: Kind): void {
  const invalid = (message: string, argument: string): never => refuse('invalid-argument', message, { argument });
  const dropout = pythonNumber(call.value('dropout'));
  if (dropout !== undefined && !(Number(dropout) >= 0 && Number(dropout) <= 1))
    invalid(
      'dropout should be a number in range [0, 1] representing the probability of an element being zeroed',
      'dropout',
    );
  for (const name of ['bias', 'batch_first']) mustBe(call, name, 'bool');
  for (const name of ['input_size', 'hidden_size']) mustBe(call, name, 'int');
  for (const name of ['input_size', 'hidden_size', 'num_layers'])
    if (!solve.atLeast(call.int(name), 1)) invalid(`${name} must be greater than zero`, name);
  if (kind === 'RNN') {
    const word = textOf(call, 'nonlinearity');
    if (word !== undefined && word !== 'tanh' && word !== 'relu')
      invalid(`Unknown nonlinearity '${word}'. Select from 'tanh' or 'relu'.`, 'nonlinearity');
  }
  if (kind !== 'LSTM') return;
  const projection = call.int('proj_size');
  if (!solve.atLeast(projection, 0))
    invalid('proj_size should be a positive integer or zero to disable projections', 'proj_size');
  if (solve.less(projection, call.int('hidden_size')) === 'no')
    invalid('proj_size has to be smaller than hidden_size', 'proj_size');
}

/** What the constructor asks for by type; a bool is an int to Python. */
function mustBe(call: Call, name: string, type: 'bool' | 'int'): void {
  const { kind } = call.value(name);
  const found = kind === 'none' ? 'NoneType' : kind;
  const wrong = type === 'bool' ? ['int', 'float', 'str', 'NoneType'] : ['float', 'str', 'NoneType'];
  if (wrong.includes(found))
    refuse('call-arguments', `${name} should be of type ${type}, got: ${found}`, { argument: name });
}

/** The weights, named as PyTorch names them: weight_ih_l0, bias_hh_l1_reverse, ... */
function parametersOf(call: Call, solve: Solve, kind: Kind, inputSize: Dim, hidden: Dim): Built {
  const dtype = factoryDtype(call);
  const [layers, two, biased] = [solve.number(call.int('num_layers')), flag(call, 'bidirectional'), flag(call, 'bias')];
  const projection = kind === 'LSTM' ? solve.number(call.int('proj_size')) : 0;
  const known = layers !== undefined && layers <= 64 && two !== undefined && projection !== undefined;
  const gates = mul(num(gatesOf(kind)), hidden);
  const out = projection === undefined || projection === 0 ? hidden : num(projection);
  const parameters: Record<string, readonly [boolean | undefined, Shape, typeof dtype]> = {};
  for (let at = 0; known && at < layers; at++) {
    for (const suffix of two ? ['', '_reverse'] : ['']) {
      const from = at === 0 ? inputSize : mul(num(two ? 2 : 1), out);
      parameters[`weight_ih_l${at}${suffix}`] = [true, shapeOf([gates, from]), dtype];
      parameters[`weight_hh_l${at}${suffix}`] = [true, shapeOf([gates, out]), dtype];
      if (biased !== false) {
        parameters[`bias_ih_l${at}${suffix}`] = [biased, shapeOf([gates]), dtype];
        parameters[`bias_hh_l${at}${suffix}`] = [biased, shapeOf([gates]), dtype];
      }
      if (projection !== 0) parameters[`weight_hr_l${at}${suffix}`] = [true, shapeOf([out, hidden]), dtype];
    }
  }
  return withParameters(parameters, {
    input_size: int(inputSize),
    hidden_size: int(hidden),
    num_layers: int(call.int('num_layers')),
  });
}

/** The sizes of the two states, of the output and of the number of states. */
interface Sizes {
  /** D * layers */
  readonly states: Dim;
  /** What the output and the first state carry for each direction. */
  readonly out: Dim;
  readonly hidden: Dim;
  readonly directions: number;
}

function sizesOf(self: Call, solve: Solve, kind: Kind): Sizes {
  const directions = (flag(self, 'bidirectional') ?? giveUp('bidirectional is not known')) ? 2 : 1;
  const hidden = self.int('hidden_size');
  const projection = kind === 'LSTM' ? self.int('proj_size') : num(0);
  const disabled = solve.equal(projection, num(0));
  if (disabled === 'maybe') giveUp('proj_size is not known');
  return {
    states: mul(num(directions), self.int('num_layers')),
    out: disabled === 'yes' ? hidden : projection,
    hidden,
    directions,
  };
}

/** The batch dim or nothing, after checking the number of dims. */
function batchOf(solve: Solve, input: TensorValue, kind: Kind, batchFirst: boolean): Shape {
  const rank = rankOf(solve, input);
  if (!solve.rank(input, [2, 3]))
    refuse(
      'input-rank-mismatch',
      `${kind}: Expected input to be 2D or 3D, got ${rank ?? 'another '}D${kind === 'RNN' ? ' tensor' : ''} instead`,
      {
        argument: 'input',
      },
    );
  if (batchFirst) return solve.trailing(input, 2).before;
  const dims = solve.dims(input);
  return shapeOf(dims.slice(1, -1));
}

/** Checks one given state against its size. */
function checkState(solve: Solve, state: TensorValue, wanted: Shape, label: string): void {
  const [sizes, expected] = [dimsOf(solve.shape(state)), dimsOf(wanted)];
  if (sizes === undefined || expected === undefined) return;
  if (
    sizes.length === expected.length &&
    sizes.every((size, i) => solve.same(size, expected[i] as Dim, 'the state fits the layer'))
  )
    return;
  // Without a batch, PyTorch compares after putting one in.
  const batched = (dims: readonly Dim[]): readonly Dim[] =>
    dims.length === 2 ? [dims[0] as Dim, num(1), dims[1] as Dim] : dims;
  refuse(
    'hidden-state-mismatch',
    `Expected ${label} size (${sizeTexts(solve, batched(expected)).join(', ')}), got ${brackets(solve, batched(sizes))}`,
    { argument: 'hx' },
  );
}

/** The states given; null in place of one that isn't known. */
function statesOf(call: Call, kind: Kind): readonly (TensorValue | null)[] {
  const value = call.value('hx');
  if (value.kind === 'none') return [];
  if (kind !== 'LSTM') return [value.kind === 'tensor' ? value : null];
  // PyTorch takes the first two rows of a tensor for the two states.
  if (value.kind === 'tensor') giveUp('a tensor as the states of an LSTM');
  const items = call.items(value);
  if (items !== undefined && items.length < 2) giveUp('less than two states');
  return (items ?? []).slice(0, 2).map((item) => (item.kind === 'tensor' ? item : null));
}

/** The number of dims of the states must be that of the input. */
function checkStateRanks(solve: Solve, states: readonly (TensorValue | null)[], rank: number | undefined): void {
  if (rank === undefined || states.every((state) => state === null || solve.rank(state, [rank]))) return;
  const found = states.map((state) => `${(state === null ? undefined : rankOf(solve, state)) ?? '?'}-D`);
  const kind = rank === 3 ? 'batched 3-D' : 'unbatched 2-D';
  refuse(
    'hidden-state-mismatch',
    states.length === 2
      ? `For ${kind} input, hx and cx should also be ${rank}-D but got (${found.join(', ')}) tensors`
      : `For ${kind} input, hx should also be ${rank}-D but got ${found[0]} tensor`,
    { argument: 'hx' },
  );
}

function run(self: Call, call: Call, solve: Solve, kind: Kind): Value {
  const value = call.value('input');
  if (value.kind !== 'tensor' && value.kind !== 'latent') giveUp('a packed sequence or unknown input');
  const input = call.tensor('input');
  const batchFirst = flag(self, 'batch_first') ?? giveUp('batch_first is not known');
  const batch = batchOf(solve, input, kind, batchFirst);
  const sizes = sizesOf(self, solve, kind);
  const states = statesOf(call, kind);
  checkStateRanks(solve, states, rankOf(solve, input));
  checkDtype(input, self);
  const { before, last } = solve.trailing(input, 1);
  const [found, wanted] = [last[0] as Dim, self.int('input_size')];
  if (!solve.same(found, wanted, `the ${kind} has input_size ${solve.text(wanted)}`))
    refuse(
      'rnn-input-size-mismatch',
      `input.size(-1) must be equal to input_size. Expected ${solve.text(wanted)}, got ${solve.text(found)}`,
      {
        fixes: setTo(solve, 'layer', 'input_size', found),
        argument: 'input',
      },
    );
  const shapes = [sizes.out, sizes.hidden].map((size) => prepend([sizes.states], append(batch, [size]))) as [
    Shape,
    Shape,
  ];
  states.forEach((state, i) => {
    if (state !== null) checkState(solve, state, shapes[i] as Shape, kind === 'LSTM' ? `hidden[${i}]` : 'hidden');
  });
  checkSequence(solve, input, batchFirst);
  const output = tensor(append(before, [mul(num(sizes.directions), sizes.out)]), input.dtype);
  const [first, second] = shapes.map((shape) => tensor(shape, input.dtype)) as [TensorValue, TensorValue];
  return tuple([output, kind === 'LSTM' ? tuple([first, second]) : first]);
}

function checkSequence(solve: Solve, input: TensorValue, batchFirst: boolean): void {
  const dims = dimsOf(solve.shape(input));
  const length = dims?.[batchFirst ? dims.length - 2 : 0];
  if (length !== undefined && !solve.atLeast(length, 1))
    refuse('empty-sequence', 'Expected sequence length to be larger than 0 in RNN', { argument: 'input' });
}

function checkDtype(input: TensorValue, self: Call): void {
  const weight = self.value('weight_ih_l0');
  const wanted = weight.kind === 'tensor' ? weight.dtype : undefined;
  if (input.dtype === undefined || wanted === undefined || input.dtype === wanted) return;
  refuse(
    'dtype-mismatch',
    `RNN input dtype (torch.${input.dtype}) does not match weight dtype (torch.${wanted}). ` +
      `Convert input: input.to(torch.${wanted}), or convert model: model.to(torch.${input.dtype})`,
    { argument: 'input' },
  );
}

export const recurrentLayer = layer({
  id: 'recurrent',
  names: ['torch.nn.GRU', 'torch.nn.LSTM', 'torch.nn.RNN'],
  // Without the catch-all overload that Python has.
  params: (name) =>
    signatures(name)
      .filter((signature) => !signature.startsWith('*args'))
      .map((signature) => signature.replace(/\b(input_size|hidden_size|bias|batch_first): (int|bool)/g, '$1: any')),
  inputs: ['input: any, hx: any = None'],
  build: building((call, solve, name) => {
    const kind = kindOf(name);
    checkConstructor(call, solve, kind);
    return parametersOf(call, solve, kind, call.int('input_size'), call.int('hidden_size'));
  }),
  forward: applying((self, call, solve, name) => run(self, call, solve, kindOf(name))),
});
