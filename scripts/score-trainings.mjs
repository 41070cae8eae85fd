/**
 * Scores the diagnosis on the pairs of test/training with the real command: `node scripts/score-trainings.mjs [FILTER...]`.
 *
 * A fix is right where one of the first three findings, or a suggestion of it, is within two lines of a line in which
 * the halves of the pair differ, or of one that contains a text of the pair's `near`. `--jobs N` runs N at a time;
 * TENSORWRIGHT_PYTHON is the interpreter. Build first.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { filesUnder, inRoot } from './paths.mjs';

const words = process.argv.slice(2);
const at = words.indexOf('--jobs');
const jobs = at < 0 ? 1 : Number(words.splice(at, 2)[1]);
const python = process.env.TENSORWRIGHT_PYTHON ?? 'python3';

/** The half of a pair, and its lines (1-based) in which it differs from the other. */
function half(lines, kind) {
  const kept = [];
  const differing = [];
  for (const line of lines) {
    const marked = /^#\[(fault|healthy)\] ?(.*)$/.exec(line);
    if (marked === null) kept.push(line);
    else if (marked[1] !== kind) differing.push(kept.length, kept.length + 1);
    else if (marked[2] !== '') {
      kept.push(marked[2]);
      differing.push(kept.length);
    }
  }
  return { text: kept.join('\n'), lines: kept, differing };
}

function run(text) {
  const folder = mkdtempSync(join(tmpdir(), 'score-'));
  writeFileSync(join(folder, 'train.py'), text);
  const report = join(folder, 'report.json');
  const args = [inRoot('dist', 'cli.js'), 'run', '--python', python, '--report-file', report, 'train.py'];
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += data));
    child.on('close', (code) => {
      const found = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, stderr, findings: found?.findings ?? [], reported: found !== undefined });
    });
  });
}

function judge(pair, { lines, differing }, outcome) {
  const right = [pair.fault, ...pair.also];
  const loud = (each) => each.severity !== 'info' || pair.info === true;
  const accepted = outcome.findings.filter((each) => loud(each) && right.includes(each.rule));
  const near = lines.flatMap((line, i) => ((pair.near ?? []).some((text) => line.includes(text)) ? [i + 1] : []));
  const places = [...differing, ...near];
  const close = (line) => typeof line === 'number' && places.some((each) => Math.abs(each - line) <= 2);
  const layers = [pair.layer, ...pair.layers].filter((each) => each !== null);
  return {
    detected: accepted.length > 0,
    exact: accepted.some(({ rule }) => rule === pair.fault),
    layer: pair.layer === null ? null : accepted.some(({ layer }) => layers.includes(layer)),
    fix: outcome.findings
      .slice(0, 3)
      .some(
        ({ rule, line, suggestions }) =>
          right.includes(rule) && (close(line) || suggestions.some((each) => close(each.line))),
      ),
  };
}

const tell = ({ rule, severity, layer, line, suggestions }) =>
  `${severity}:${rule}@${layer ?? '-'}:${line ?? '?'}[${suggestions.map((each) => each.line ?? '').join(',')}]`;

const pairs = filesUnder('test/training')
  .map((file) => {
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    return { name: basename(file, '.py'), ...JSON.parse(head.replace('# pair: ', '')), lines };
  })
  .filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const sum = { pairs: 0, detected: 0, exact: 0, layers: 0, rightLayer: 0, fix: 0, falseAlarms: 0, failed: 0 };
const queue = [...pairs];

async function work() {
  for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
    const fault = half(pair.lines, 'fault');
    const faulty = await run(fault.text);
    const healthy = await run(half(pair.lines, 'healthy').text);
    const verdict = judge(pair, fault, faulty);
    const alarms = healthy.findings.filter(({ severity }) => severity !== 'info');
    const broken = [faulty, healthy].filter(
      ({ code, reported, stderr }) => code !== 0 || !reported || /not watched|no longer watched/.test(stderr),
    );
    sum.pairs += 1;
    sum.detected += verdict.detected;
    sum.exact += verdict.exact;
    sum.layers += verdict.layer !== null;
    sum.rightLayer += verdict.layer === true;
    sum.fix += verdict.fix;
    sum.falseAlarms += alarms.length > 0;
    sum.failed += broken.length;
    const missing = [
      ...Object.entries(verdict).flatMap(([key, value]) => (value === false ? [`not ${key}`] : [])),
      ...(alarms.length > 0 ? [`false alarm ${alarms.map(tell).join(' ')}`] : []),
      ...broken.map(({ code, stderr }) => `failed (${String(code)}): ${stderr.slice(-300)}`),
    ];
    const told = faulty.findings.map(tell).join(' ');
    console.log(
      `${pair.name} (${pair.fault}): ${missing.join('; ') || 'right'}\n    ${told} | wanted ${fault.differing}`,
    );
  }
}

await Promise.all(Array.from({ length: jobs }, work));
console.log(JSON.stringify(sum));
