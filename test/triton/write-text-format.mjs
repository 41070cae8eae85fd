/**
 * Writes textFormat.generated.ts: what C++ protobuf says of each text of texts.ts.
 *
 * Needs `protoc` 3.21 (Debian's protobuf-compiler), on the path or in PROTOC.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTypeScript } from '../../scripts/loadTypeScript.mjs';
import { inRoot } from '../../scripts/paths.mjs';

const { allTexts, modelConfig, protoText } = await loadTypeScript(inRoot('test', 'triton', 'protoText.ts'));
const folder = mkdtempSync(join(tmpdir(), 'text-format-'));
writeFileSync(join(folder, 'config.proto'), protoText(modelConfig));

/** 'ok', or the first complaint as `line:column: text`. */
const judge = (text) =>
  new Promise((resolve, reject) => {
    const command = process.env.PROTOC ?? 'protoc';
    const args = [`-I${folder}`, '--encode=inference.ModelConfig', 'config.proto'];
    const child = execFile(command, args, { cwd: folder, encoding: 'latin1' }, (error, _, said) => {
      if (!error) return resolve('ok');
      const [first] = said.split('\n').flatMap((line) => /^input:(\d+:\d+: .*)$/s.exec(line)?.[1] ?? []);
      if (first === undefined) return reject(new Error(`protoc: ${said || error.message}`));
      return resolve(Buffer.from(first, 'latin1').toString('utf8'));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(text, 'utf8');
  });

const verdicts = [];
for (const text of allTexts()) verdicts.push(await judge(text));
rmSync(folder, { recursive: true });
writeFileSync(
  inRoot('test', 'triton', 'textFormat.generated.ts'),
  `// Written by write-text-format.mjs with protoc 3.21: what C++ says of each text of texts.ts.\nexport const verdicts: readonly string[] = ${JSON.stringify(verdicts, undefined, 1)};\n`,
);
console.log(`${verdicts.length} texts, ${verdicts.filter((verdict) => verdict === 'ok').length} of them right`);
