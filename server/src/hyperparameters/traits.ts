/** What operators and layers of PyTorch make of their input, as far as checks ask for it. */
import type { Gives } from '../core/infer/check';

const everyForm = (...names: readonly string[]): string[] =>
  names.flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`, `torch.nn.functional.${name}`]);
const layers = (...names: readonly string[]): string[] => names.map((name) => `torch.nn.${name}`);

const named: readonly (readonly [Gives, readonly string[]])[] = [
  ['softmax', [...everyForm('softmax'), 'torch.special.softmax', ...layers('Softmax', 'Softmax2d')]],
  ['log_softmax', [...everyForm('log_softmax', 'logsigmoid'), ...layers('LogSoftmax', 'LogSigmoid')]],
  ['sigmoid', [...everyForm('sigmoid'), 'torch.special.expit', ...layers('Sigmoid')]],
  [
    'scores',
    [
      ...layers('Linear', 'LazyLinear', 'Bilinear', 'Conv1d', 'Conv2d', 'Conv3d', 'ConvTranspose1d', 'ConvTranspose2d'),
      ...['linear', 'conv1d', 'conv2d', 'conv3d'].map((name) => `torch.nn.functional.${name}`),
    ],
  ],
  // A tensor that asks for a gradient is where gradients lead.
  ['nothing', ['torch.Tensor.requires_grad_']],
  ['detached', ['torch.Tensor.detach', 'torch.detach', 'torch.tensor']],
  [
    'kept',
    [
      ...everyForm('squeeze', 'unsqueeze', 'flatten', 'transpose', 'permute', 'reshape', 'clone', 'ravel', 'unflatten'),
      ...everyForm('movedim', 'swapaxes', 'narrow', 'select', 't'),
      ...['view', 'contiguous', 'to', 'float', 'double', 'half', 'bfloat16', 'cpu', 'cuda', 'type', '__getitem__'].map(
        (name) => `torch.Tensor.${name}`,
      ),
      ...layers('Flatten', 'Unflatten', 'Identity'),
    ],
  ],
];

export const traits: Readonly<Record<string, Gives>> = Object.fromEntries(
  named.flatMap(([gives, names]) => names.map((name) => [name, gives] as const)),
);
