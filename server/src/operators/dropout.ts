/**
 * Dropout in all its forms: the shape stays.
 *
 * Shapes: (*) -> (*); the forms that drop whole channels need at least 2 dims, dropout1d 2 or 3.
 * Errors: `invalid-argument`, `input-rank-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.dropout and its variants, torch.nn.Dropout and its variants, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, flag, inTraining, plain } from './common/construction';
import { isComplex, isIntegral, kernelTakes, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { signatures } from './signature';

function checkProbability(call: Call): void {
  if (call.value('p').kind === 'tensor') giveUp('a tensor as probability');
  const p = pythonNumber(call.value('p'));
  if (p !== undefined && !(Number(p) >= 0 && Number(p) <= 1))
    refuse('invalid-argument', `dropout probability has to be between 0 and 1, but got ${p}`, { argument: 'p' });
}

/**
 * @param form 'dropout', 'dropout1d', 'feature_alpha_dropout', ...
 * @param training undefined: either
 */
function drop(solve: Solve, input: TensorValue, form: string, training: boolean | undefined): TensorValue {
  const rank = rankOf(solve, input);
  if (form === 'dropout1d' && !solve.rank(input, [2, 3]))
    refuse(
      'input-rank-mismatch',
      `dropout1d: Expected 2D or 3D input, but received a ${rank ?? 'another '}D input. Note that dropout1d exists to provide channel-wise ` +
        'dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).',
      { argument: 'input' },
    );
  if (training !== false && rank !== undefined && rank < 2 && form !== 'dropout' && form !== 'alpha_dropout') {
    if (training === undefined) giveUp('dropout that may be on or off');
    if (form === 'dropout2d' || form === 'feature_alpha_dropout' || form === 'feature_dropout')
      refuse('input-rank-mismatch', 'Feature dropout requires at least 2 dimensions in the input', {
        argument: 'input',
      });
    if (form === 'dropout3d') giveUp('dropout3d of less than 2 dims');
  }
  if (training === true) checkDtype(input);
  else if (training === undefined && (isIntegral(input.dtype) || isComplex(input.dtype)))
    giveUp('dropout that may be on or off');
  return tensor(solve.shape(input), input.dtype);
}

function checkDtype(input: TensorValue): void {
  kernelTakes(input, 'bernoulli_scalar_cpu_', isComplex);
  if (input.dtype === undefined || !isIntegral(input.dtype)) return;
  if (input.dtype === 'bool') giveUp('dropout of bool');
  refuse(
    'dtype-not-supported',
    `result type Float can't be cast to the desired output type ${scalarName(input.dtype)}`,
    { argument: 'input' },
  );
}

const forms = ['alpha_dropout', 'dropout', 'dropout1d', 'dropout2d', 'dropout3d', 'feature_alpha_dropout'];

export const dropout = operator({
  id: 'dropout',
  names: [
    ...forms.map((form) => `torch.nn.functional.${form}`),
    ...['alpha_dropout', 'feature_alpha_dropout', 'feature_dropout'].flatMap((form) => [
      `torch.${form}`,
      `torch.${form}_`,
    ]),
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const form = name.slice(name.lastIndexOf('.') + 1).replace(/_$/, '');
    checkProbability(call);
    const p = call.value('p');
    const training = flag(call, name.startsWith('torch.nn.') ? 'training' : 'train');
    // Nothing is dropped with p = 0, all with p = 1, whatever the element type.
    const share = Number(pythonNumber(p) ?? 0);
    const sure = training === true && share > 0 && share < 1;
    return drop(solve, call.tensor('input'), form, training === false ? false : sure ? true : undefined);
  }),
});

const layers: Readonly<Record<string, string>> = {
  'torch.nn.AlphaDropout': 'alpha_dropout',
  'torch.nn.Dropout': 'dropout',
  'torch.nn.Dropout1d': 'dropout1d',
  'torch.nn.Dropout2d': 'dropout2d',
  'torch.nn.Dropout3d': 'dropout3d',
  'torch.nn.FeatureAlphaDropout': 'feature_alpha_dropout',
};

export const dropoutLayer = layer({
  id: 'dropout',
  names: Object.keys(layers),
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call) => {
    checkProbability(call);
    return plain();
  }),
  forward: applying((self, call, solve, name) => {
    const training = inTraining(self);
    const p = Number(pythonNumber(self.value('p')) ?? 0);
    return drop(
      solve,
      call.tensor('input'),
      layers[name] ?? 'dropout',
      training === false ? false : training === true && p > 0 && p < 1 ? true : undefined,
    );
  }),
});
