/** Names of tensors of PyTorch models: `<name>__<index>`. */
import type { Message } from '../../textFormat/message';

/** Whether a name ends in two underscores and an index; digits are read after the first pair, and none at all count as 0. */
export const hasIndex = (name: string): boolean => {
  const start = name.indexOf('__');
  return start !== -1 && /^\d*$/.test(name.slice(start + 2));
};

/** Whether the backend's own reader of TorchScript loads the model; a python based runtime has no such rules. */
export const isTorchScript = (config: Message): boolean =>
  config.text('backend') === 'pytorch' &&
  config.text('platform') === 'pytorch_libtorch' &&
  config.text('runtime') === '';
