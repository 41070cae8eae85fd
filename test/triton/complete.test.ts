/** Completed configurations, equal to those that a real server reported. */
import { deepEqual, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { completedConfig, jsonOf } from '../../server/src/triton/complete/print';
import { modelConfig } from '../../server/src/triton/schema/modelConfig';
import { readTextFormat } from '../../server/src/triton/textFormat/reader';
import { type Case, isDecidable, modelOf, readCases } from './cases';

const path = join(process.env['TRITON_CASES'] ?? '', 'qa-dev.jsonl');

/** Backends whose completion is followed. */
const followed = ['custom', 'ensemble', 'python', 'onnx', 'pytorch'];

describe('completed configurations', () => {
  if (!process.env['TRITON_CASES'] || !existsSync(path)) {
    it.skip('of qa-dev.jsonl (TRITON_CASES names its folder)');
    return;
  }
  const cases = readCases(path).filter(
    (each) =>
      isDecidable(each) && each.expect?.complete_config && followed.some((backend) => each.id.includes(`/${backend}/`)),
  );
  for (const each of cases)
    it(`${each.id} equals the server's`, async () => {
      // The suite ran on one GPU.
      const { json, isCertain } = completedConfig(await modelOf(each), 1);
      ok(isCertain, 'it is certain');
      const wanted = expectedOf(each);
      if (!wanted.some((one) => JSON.stringify(one) === JSON.stringify(json))) deepEqual(json, wanted[0]);
    });
});

const expectedOf = ({ expect }: Case): readonly unknown[] =>
  (expect?.complete_config ?? []).map((text) => jsonOf(readTextFormat(text, modelConfig).root));
