/**
 * `npm run bench [NAME ...]`, one of timm, coverage, latency, start, curves, agent, live, mutants, peers, triton, front,
 * rollback, weights, compare, canary: measures the built product, prints a table and writes bench/results.json and
 * docs/benchmarks.md. A missed goal is said, never a failure; what can't be measured is said and skipped.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { measureCanaries } from '../bench/canary.mjs';
import { measureAgent } from '../bench/agent/index.mjs';
import { measureCompare } from '../bench/compare.mjs';
import { measureCoverage } from '../bench/coverage/index.mjs';
import { measureCurves } from '../bench/curves.mjs';
import { measureLatency, measureStart } from '../bench/latency.mjs';
import { measureLive } from '../bench/live/index.mjs';
import { measureFront } from '../bench/front.mjs';
import { modelFile } from '../bench/modelFile.mjs';
import { measureMutants } from '../bench/mutants.mjs';
import { writePage } from '../bench/page.mjs';
import { measurePeers, peerRows } from '../bench/peers/index.mjs';
import { measureRollback } from '../bench/rollback.mjs';
import { measureTimm } from '../bench/timm.mjs';
import { measureConfigEdits, measureRepository } from '../bench/triton.mjs';
import { measureWeights } from '../bench/weights.mjs';
import { buildAll, isStale } from './build.mjs';
import { fromRoot, inRoot } from './paths.mjs';
import { log } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

const cli = inRoot('dist', 'cli.js');
const server = inRoot('dist', 'server.js');
const results = inRoot('bench', 'results.json');

const atMost = (value, goal, unit) => ({ value: `${value} ${unit}`.trim(), goal: `<= ${goal}`, met: value <= goal });
const atLeast = (value, goal, unit) => ({ value: `${value} ${unit}`, goal: `>= ${goal}`, met: value >= goal });
const plain = (value) => ({ value: String(value), goal: '', met: undefined });

const answersOf = ({ answers, published }) =>
  plain(`${answers}${published === null ? '' : ` (asymptotic sequence: ${published})`}`);

/** What watching one model costs. */
function watchedRows({ title, usual, onePercent }, steps) {
  const both = (key) => plain(`${usual[key]}, ${onePercent[key]} %`);
  const intervals = (key) => plain(`${usual[key].join(' to ')}, ${onePercent[key].join(' to ')} %`);
  return [
    [
      `agent: ${title}, counted inside and beyond on small steps: processor time added`,
      atMost(usual.togetherPercent, 5, '%'),
    ],
    ['  with a budget of 1 %', atMost(onePercent.togetherPercent, 1, '%')],
    ['  95 % intervals, both budgets', intervals('togetherPercentBetween')],
    ['  beyond what is counted, a step', plain(`${usual.beyondMillis}, ${onePercent.beyondMillis} ms`)],
    [`  compared directly, ${steps} steps of ${usual.stepMillis} ms, both budgets`, both('processorPercent')],
    ['  its 95 % intervals, both budgets', intervals('processorPercentBetween')],
    ['  a second plain arm, the noise: 95 % intervals', intervals('noisePercentBetween')],
    ['  on steps that are not looked at, both budgets', both('unsampledPercent')],
    ["  processor time inside of the agent's calls, both budgets", both('countedPercent')],
    ['  what the agent itself counts, both budgets', both('ownPercent')],
    ['  once, in the first 12 steps', plain(`${usual.firstMillis}, ${onePercent.firstMillis} ms`)],
  ];
}

/** The parts: what is measured, and the table's rows made of it. */
const parts = {
  canary: {
    says: 'deploying to simulated traffic, seeded canaries of 18 kinds (about three minutes; CANARIES=1000 for the whole)',
    measure: measureCanaries,
    rows: ({ runs, healthy, bad, scarce }) => [
      ...healthy.flatMap((kind) => [
        [`${runs} canaries, ${kind.name}: wrong aborts`, atMost(kind.percent, 5, '%')],
        ['  answers of the new version until promotion, mean', answersOf(kind)],
      ]),
      ...bad.flatMap((kind) => [
        [`${runs} canaries, ${kind.name}: found`, atLeast(kind.percent, 95, '%')],
        ['  answers of the new version until then, mean', answersOf(kind)],
      ]),
      ...scarce.map((kind) => [`${runs} canaries, ${kind.name}: insufficient`, atLeast(kind.percent, 100, '%')]),
    ],
  },
  timm: {
    says: 'checking timm, three times',
    measure: () => measureTimm(cli),
    rows: (found) => [
      [`timm ${found.version}: errors (${found.files} files, ${found.lines} lines)`, atMost(found.errors, 0, '')],
      ['timm: warnings', atMost(found.warnings, 10, '')],
      ['timm: whole run', atMost(found.seconds, 8, 's')],
      ['timm: most memory', plain(`${found.mostMemoryMiB} MiB`)],
    ],
  },
  coverage: {
    says: "asking for the shapes of timm's forward methods (about ten minutes)",
    measure: () => measureCoverage(cli),
    rows: (found) => [
      [
        `tensors in forward methods of timm with a shape of known rank (${found.ranked} of ${found.tensors})`,
        atLeast(found.rankedPercent, 60, '%'),
      ],
      [`  of those with a rank that was seen`, plain(`${found.seen} of ${found.ranked}`)],
      [
        `  judged by running ${found.models} models of ${found.files} files: forward methods reached`,
        plain(`${found.methodsRun} of ${found.methods}`),
      ],
    ],
  },
  latency: {
    says: 'typing 1,000 edits into a 1,000-line file (about a minute)',
    measure: () => measureLatency(server),
    rows: ({ lines, edits, millis, byPlace, memoryMiB, processorMillisPerEdit }) => [
      [`edit to findings, ${lines} lines, ${edits} edits: p50`, atMost(millis.p50, 15, 'ms')],
      ['edit to findings: p95', atMost(millis.p95, 50, 'ms')],
      ['edit to findings: max', plain(`${millis.max} ms`)],
      ...Object.entries(byPlace).map(([place, { p50, p95 }]) => [
        `  in a ${place}: p50, p95`,
        plain(`${p50}, ${p95} ms`),
      ]),
      ...(processorMillisPerEdit === undefined
        ? []
        : [['processor time per edit, idle work included', plain(`${processorMillisPerEdit} ms`)]]),
      ...(memoryMiB
        ? [
            [
              `memory before and after ${edits} edits`,
              plain(`${memoryMiB.before}, ${memoryMiB.after} MiB (most ${memoryMiB.most})`),
            ],
          ]
        : []),
    ],
  },
  start: {
    says: 'starting the server',
    async measure() {
      const example = readFileSync(inRoot('examples', 'first-classifier', 'classifier.py'), 'utf8');
      return { example: await measureStart(server, example), thousandLines: await measureStart(server, modelFile()) };
    },
    rows: ({ example, thousandLines }) => [
      ['server start to first findings, an example', atMost(example.median, 400, 'ms')],
      ['  the first start after an installation', plain(`${example.newly} ms`)],
      ['server start to first findings, 1,000 lines', atMost(thousandLines.median, 400, 'ms')],
      ['  the first start after an installation', plain(`${thousandLines.newly} ms`)],
    ],
  },
  curves: {
    says: 'drawing 1,000,000 points of four runs (some minutes)',
    measure: measureCurves,
    rows: (found) => [
      ...Object.entries(found.frameMillis).map(([what, { p95 }]) => [
        `curves: a frame while the hand does a ${what}, ${found.runs} runs of ${found.points}: p95`,
        atMost(p95, 16, 'ms'),
      ]),
      ['curves: points that are missing or differ', atMost(found.lost, 0, '')],
      ['curves: answer of the bridge: p95', plain(`${found.answerMillis.p95} ms`)],
      ['curves: reading all journals', plain(`${found.readSeconds} s`)],
      ...(found.bridgeMemoryMiB
        ? [
            ['curves: memory of the bridge, all read and shown', atMost(found.bridgeMemoryMiB.now, 300, 'MiB')],
            ['curves: at its most', plain(`${found.bridgeMemoryMiB.most} MiB`)],
          ]
        : []),
    ],
  },
  agent: {
    says: 'training two models plain and watched (some minutes)',
    measure: measureAgent,
    rows: (found) => [
      ['agent: its start, where torch is imported', atMost(found.startMillis, 25, 'ms')],
      ...Object.values(found.models).flatMap((model) => watchedRows(model, found.steps)),
    ],
  },
  live: {
    says: 'training under the eyes of a Curves view, then failing twenty times (about three minutes)',
    measure: measureLive,
    rows: ({ points, alerts }) => [
      [
        `live: a step to its point on the drawn curve, ${points.steps} steps: p95`,
        atMost(points.millis.p95, 300, 'ms'),
      ],
      ['  p50, max', plain(`${points.millis.p50}, ${points.millis.max} ms`)],
      [
        `live: a step whose loss is NaN to the alert at the editor, ${alerts.runs} runs: p95`,
        atMost(alerts.millis.p95, 500, 'ms'),
      ],
      ['  p50, max', plain(`${alerts.millis.p50}, ${alerts.millis.max} ms`)],
    ],
  },
  mutants: {
    says: 'scoring the mutants',
    measure: () => measureMutants(cli),
    rows: (found) => [
      [`mutants: decidable ones detected (of ${found.decidable})`, atLeast(found.decidableDetectedPercent, 85, '%')],
      ['mutants: decidable ones located', atLeast(found.decidableLocatedPercent, 75, '%')],
      [`mutants: errors in files that run (of ${found.running})`, atMost(found.falseAlarms, 0, '')],
    ],
  },
  peers: {
    says: 'running other shape checkers on the mutants (some minutes)',
    measure: () => measurePeers(cli),
    rows: (found) => peerRows(found, plain),
  },
  triton: {
    says: 'typing into a configuration of 500 lines, checking 2,000 models',
    measure: async () => ({ edits: await measureConfigEdits(server), repository: await measureRepository(cli) }),
    rows: ({ edits, repository }) => [
      [`configuration of ${edits.lines} lines, edit to findings: p50`, plain(`${edits.millis.p50} ms`)],
      ['configuration, edit to findings: p95', atMost(edits.millis.p95, 10, 'ms')],
      ['processor time per edit, idle work included', plain(`${edits.processorMillisPerEdit} ms`)],
      [`check of ${repository.models} models, the whole command`, atMost(repository.seconds, 2, 's')],
      ['its processor time', plain(`${repository.processorSeconds} s`)],
      ['findings in those models, which have no mistake', atMost(repository.findings, 0, '')],
    ],
  },
  front: {
    says: 'requests through the front, beside ONNX Runtime alone and a real Triton (about two minutes)',
    measure: () => measureFront(cli),
    rows: ({ models, clients }) =>
      models.flatMap(({ name, bytes, direct, front, hop, relay, triton, throughputShare }) => [
        [
          `front, ${name} model (${bytes} bytes of input): ONNX Runtime alone: p50, p95`,
          plain(`${direct.p50}, ${direct.p95} ms`),
        ],
        ['  through the front: p50, p95', plain(`${front.p50}, ${front.p95} ms`)],
        ['  added by the front: p50', atMost(Number((front.p50 - direct.p50).toFixed(3)), 0.5, 'ms')],
        [
          '  of which the least that a call over a socket costs here, without HTTP and front: p50',
          plain(`${(hop.p50 - direct.p50).toFixed(3)} ms`),
        ],
        [
          '  and with a process in between that only passes the bytes on: p50',
          plain(relay ? `${(relay.p50 - direct.p50).toFixed(3)} ms` : 'not measured'),
        ],
        ...(triton
          ? [['  through Triton with its python backend: p50, p95', plain(`${triton.p50}, ${triton.p95} ms`)]]
          : []),
        [
          `  a second, ${clients} clients: alone, front${triton ? ', Triton' : ''}`,
          plain([direct, front, triton].flatMap((arm) => (arm ? [Math.round(arm.perSecond)] : [])).join(', ')),
        ],
        [
          '  throughput of the front, of ONNX Runtime alone',
          name === 'large'
            ? atLeast(Math.round(throughputShare * 100), 85, '%')
            : plain(`${Math.round(throughputShare * 100)} %`),
        ],
      ]),
  },
  rollback: {
    says: 'taking a version back in its soak, fifty times under load (about five minutes)',
    measure: () => measureRollback(cli),
    rows: ({ rounds, perSecond, requests, failed, untilLast, untilEnd }) => [
      [
        `rollback to a warm version, ${rounds} at ${perSecond} requests a second: command to last answer of the old one, p95`,
        atMost(untilLast.p95, 1_000, 'ms'),
      ],
      ['  p50, max', plain(`${untilLast.p50}, ${untilLast.max} ms`)],
      ['  until the command ends, the version unloaded: p50, p95', plain(`${untilEnd.p50}, ${untilEnd.p95} ms`)],
      [`  requests that failed, of ${requests}`, atMost(failed, 0, '')],
    ],
  },
  compare: {
    says: 'finding the nodes of a model again after edits, 20 seeds (a quarter of a minute)',
    measure: measureCompare,
    rows: ({ seeds, edits, kinds }) =>
      kinds.flatMap(({ name, nodes, leastRightPercent, seconds, processorSeconds }) => [
        [
          `graph of ${nodes} nodes, ${edits} edits, ${seeds} seeds, ${name}: pairs right, worst`,
          atLeast(leastRightPercent, 99, '%'),
        ],
        ['  slowest', atMost(seconds.most, 1, 's')],
        [
          '  median; by processor time: median, slowest',
          plain(`${seconds.median}; ${processorSeconds.median}, ${processorSeconds.most} s`),
        ],
      ]),
  },
  weights: {
    says: 'comparing two safetensors files of 2 GB (a few minutes, 4 GB of the disk)',
    measure: measureWeights,
    rows: ({ fileBytes, float32, bfloat16, tuned, equal }) =>
      [
        ['float32, all values differ', float32],
        ['bfloat16, all values differ', bfloat16],
        ['bfloat16, one tensor of eight differs', tuned],
        ['equal files', equal],
      ].flatMap(([what, { gigabytesPerSecond, perProcessorSecond, mostMemoryMiB }]) => [
        [`weights of two files of ${fileBytes / 1e9} GB, ${what}: read`, atLeast(gigabytesPerSecond, 1, 'GB/s')],
        ['  by processor time', plain(`${perProcessorSecond} GB/s`)],
        ['  most memory', atMost(mostMemoryMiB, 300, 'MiB')],
      ]),
  },
};

async function main(wanted) {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Unavailable(`no benchmark '${unknown[0]}'; there are ${Object.keys(parts).join(', ')}`);
  if (isStale()) {
    log('building');
    await buildAll();
  }
  const before = machine();
  const measured = {};
  const skipped = {};
  const rows = [];
  for (const [name, { says, measure, rows: rowsOf }] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    log(`${name}: ${says}`);
    try {
      measured[name] = await measure();
      rows.push(...rowsOf(measured[name]));
    } catch (error) {
      skipped[name] = error.message;
      rows.push([name, plain(`not measured: ${error.message}`)]);
    }
  }
  console.log(`\n${table(rows)}\n\n${before}`);
  const kept = wanted.length > 0 && existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  const merged = { machine: before, measured: { ...kept.measured, ...measured }, skipped };
  writeFileSync(results, `${JSON.stringify(merged, null, 2)}\n`);
  await writePage(merged, (name, found) => parts[name]?.rows(found) ?? []);
  log(`written: ${fromRoot(results)} and docs/benchmarks.md`);
}

/** Columns: what, figure, goal. */
function table(rows) {
  const cells = rows.map(([what, { value, goal, met }]) => [
    what,
    value,
    met === undefined ? goal : `${goal} ${met ? 'met' : 'MISSED'}`,
  ]);
  const width = (column) => Math.max(...cells.map((row) => row[column].length));
  return cells
    .map(([what, value, goal]) =>
      `${what.padEnd(width(0))}  ${value.padStart(Math.min(width(1), 24))}  ${goal}`.trimEnd(),
    )
    .join('\n');
}

function machine() {
  const [{ model }] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${model.trim()}, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  log(error.message);
  process.exitCode = 2;
}
