/** What the front takes from a model's `config.pbtxt`. Without one, sizes are those of the model file, open ones open. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modelConfig as schema } from '../../../../server/src/triton/schema/modelConfig';
import type { Message } from '../../../../server/src/triton/textFormat/message';
import { readTextFormat } from '../../../../server/src/triton/textFormat/reader';
import { isRemote } from '../remoteVersion';
import type { Batching } from './batcher';

export interface ModelConfig {
  readonly batching: Batching;
  /** `default_model_filename`; '' where it is not set. */
  readonly fileName: string;
  /** As written; undefined where there is no file. */
  readonly written: Message | undefined;
}

const mostBytes = 4 << 20;

/**
 * Reads the configuration beside a version's folder.
 *
 * @throws Error with the place of the first mistake in its text
 */
export function readModelConfig(versionFolder: string): ModelConfig {
  if (isRemote(versionFolder)) return { batching: elsewhere, fileName: '', written: undefined };
  const path = join(dirname(versionFolder), 'config.pbtxt');
  if (!existsSync(path)) return noConfig;
  const text = readFileSync(path, 'utf8');
  if (text.length > mostBytes) throw new Error(`${path} is larger than ${mostBytes} bytes`);
  const { root, problems } = readTextFormat(text, schema);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`config.pbtxt can't be read: ${problem.message}`);
  const dynamic = root.one('dynamic_batching');
  const maxBatchSize = root.number('max_batch_size');
  return {
    batching: {
      ...none,
      maxBatchSize,
      dynamic: dynamic !== undefined && maxBatchSize > 1,
      preferred: dynamic?.numbers('preferred_batch_size') ?? [],
      delayMicroseconds: dynamic?.number('max_queue_delay_microseconds') ?? 0,
    },
    fileName: safeName(root.text('default_model_filename')),
    written: root,
  };
}

const none: Batching = { maxBatchSize: 0, dynamic: false, preferred: [], delayMicroseconds: 0, mostAtOnce: 2 };
/** As where there is no file. */
export const noConfig: ModelConfig = { batching: none, fileName: '', written: undefined };
/** A server of its own has a queue of its own. */
const elsewhere: Batching = { ...none, mostAtOnce: 256 };

function safeName(name: string): string {
  if (/[/\\]|^\.\.?$/.test(name)) throw new Error(`default_model_filename "${name}" leads out of the version's folder`);
  return name;
}
