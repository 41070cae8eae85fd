/**
 * Generated texts, read by C++ protobuf and by our reader: the same texts are right, and of the others the first
 * complaint is the same, with its line and column.
 *
 * `ORACLE_SEED=n` takes other texts, `TEXT_COUNT=n` more or fewer. The texts of the unit test are seed 20261; their
 * verdicts lie in test/triton/textFormat.generated.ts.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelConfig } from '../../../server/src/triton/schema/modelConfig';
import { readTextFormat } from '../../../server/src/triton/textFormat/reader';
import { protoText } from '../../triton/protoText';
import { allTexts } from '../../triton/texts';
import { triton, tritonIsMissing } from './environment';

const seed = Number(process.env['ORACLE_SEED'] ?? 1);
const count = Number(process.env['TEXT_COUNT'] ?? 2000);

describe('oracle: text format', function () {
  this.timeout(120_000);
  if (triton === undefined) {
    // The title says why the server can't be had here.
    it.skip(tritonIsMissing);
    return;
  }
  const python = join(triton, 'bin', 'python');

  it(`${count} texts of seed ${seed} are read as C++ reads them`, () => {
    const texts = allTexts(seed, count);
    const theirs = verdictsOf(python, texts);
    equal(theirs.length, count);
    const accepted = theirs.filter((verdict) => verdict === 'ok').length;
    const different = texts.flatMap((text, index) => {
      const [our, their] = [verdict(text), theirs[index] ?? ''];
      return plain(our) === plain(their) ? [] : [{ text, our, their }];
    });
    console.log(`      ${count} texts, ${accepted} of them right, ${different.length} differ`);
    deepEqual(different.slice(0, 5), [], `${different.length} of ${count} differ; seed ${seed}`);
  });
});

function verdictsOf(python: string, texts: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'text-format-'));
  try {
    writeFileSync(join(folder, 'config.proto'), protoText(modelConfig));
    const script = join('test', 'oracle', 'tritonserver', 'textFormat.py');
    const input = texts.map((text) => JSON.stringify(text)).join('\n');
    const { status, stdout, stderr } = spawnSync(python, [script, folder], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 27,
    });
    equal(status, 0, stderr);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as string);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What our reader says first, in the form that protobuf prints. */
function verdict(text: string): string {
  const [first] = readTextFormat(text, modelConfig).problems;
  return first === undefined ? 'ok' : `${first.line + 1}:${first.column + 1}: ${first.message}`;
}

/** A byte of a character that isn't ASCII is printed alone; neither side can write it as text. */
const plain = (said: string): string => said.replace(/[^\x20-\x7e].*$/s, '');
