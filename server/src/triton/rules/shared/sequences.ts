import type { Message } from '../../textFormat/message';

/** Every control of a sequence batcher. */
export const controlsOf = (config: Message): readonly Message[] =>
  (config.one('sequence_batching')?.all('control_input') ?? []).flatMap((input) => input.all('control'));
