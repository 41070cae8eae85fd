/** A/B tests: outcomes reach the engine from the real front, and what it says of them holds under watching. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { DeployHeader } from '../../protocol/src/deploy';
import type { OutcomeObservation } from '../../protocol/src/front';
import { experimentVerdict, type ExperimentVerdict } from '../../runtime-bridge/node/deploy/engine/experiment';
import { seeded } from '../../runtime-bridge/node/deploy/engine/statistics/random';
import { Watch } from '../../runtime-bridge/node/deploy/engine/watch';
import { choose } from '../../runtime-bridge/node/inference/front/routes';
import { findFront } from '../../runtime-bridge/node/inference/frontProcess';
import { until } from '../inference/frontHarness';
import { type Running, startCli } from '../harness/product';
import { noSteps, Scene } from './harness';
import { header, plan } from './world';

const tested = (effect: number, minRequests = 200): DeployHeader => ({
  ...header,
  mode: 'experiment',
  plan: {
    ...plan,
    experiment: { metric: 'clicked', better: 'higher', weight: 50, effect, minRequests, limit: 3600 },
  },
});

/** Outcomes of new units, one of each arm in turn, told one after another. */
class Told {
  private readonly watch: Watch;
  private sequence = 0;

  constructor(private readonly header: DeployHeader) {
    this.watch = new Watch('canary', header, 0);
    this.watch.setWeight(0.5);
  }

  add(baseline: number, candidate: number, unit?: string): void {
    const one = (arm: 'baseline' | 'candidate', value: number): OutcomeObservation => ({
      kind: 'outcome',
      sequence: (this.sequence += 1),
      at: 0,
      unit: unit ?? `u${this.sequence}`,
      arm,
      name: 'clicked',
      value,
    });
    this.watch.take([one('baseline', baseline), one('candidate', candidate)]);
  }

  get verdict(): ExperimentVerdict {
    return experimentVerdict(this.header, this.watch);
  }
}

describe('an A/B test', () => {
  const after = (n: number, effect: number, values: (i: number) => readonly [number, number]): ExperimentVerdict => {
    const told = new Told(tested(effect));
    for (let i = 0; i < n; i++) told.add(...values(i));
    return told.verdict;
  };
  const share = (i: number, percent: number): number => (i % 100 < percent ? 1 : 0);

  it('has no verdict on few outcomes, however far they are apart', () => {
    const { gate, isDecided } = after(100, 0.01, () => [0, 1]);
    deepEqual([gate.decision, isDecided], ['insufficient', false]);
  });
  it('recommends the version that does better', () => {
    const { gate, recommendation } = after(1_000, 0.01, (i) => [share(i, 10), share((i * 37) % 100, 30)]);
    equal(gate.decision, 'pass');
    match(recommendation, /Recommendation: promote version 4$/);
  });
  it('recommends to keep the version that does better', () =>
    match(
      after(1_000, 0.01, (i) => [share(i, 30), share((i * 37) % 100, 10)]).recommendation,
      /Recommendation: keep version 3$/,
    ));
  it('does not take two hundred times nothing for a proof that rare things are equally rare', () => {
    const { gate, isDecided } = after(200, 0.001, () => [0, 0]);
    equal(isDecided, false);
    ok((gate.upper ?? 0) > 0.001, String(gate.upper));
  });
  it('says that only successes were told', () => {
    const { isDecided, recommendation } = after(5_000, 0.5, () => [1, 1]);
    equal(isDecided, false);
    match(recommendation, /tell those of the units without success too, as 0$/);
  });
  it('counts outcomes of one unit for what they are worth', () => {
    const told = new Told(tested(0.01));
    // Twenty units of each arm that always do the same: as good as forty outcomes.
    for (let i = 0; i < 2_000; i++) told.add(i % 20 < 8 ? 1 : 0, i % 20 < 12 ? 1 : 0, `u${i % 20}`);
    equal(told.verdict.isDecided, false);
  });
  it('names a winner between equal versions in at most one of twenty tests, though it is watched all the time', () => {
    const tests = Number(process.env['AB_TESTS'] ?? 60);
    const next = seeded(7);
    let wrong = 0;
    for (let test = 0; test < tests; test++) {
      const told = new Told(tested(0));
      for (let i = 0; i < 600; i++) {
        told.add(next() < 0.2 ? 1 : 0, next() < 0.2 ? 1 : 0);
        if (i % 20 === 19 && told.verdict.isDecided) {
          wrong += 1;
          break;
        }
      }
    }
    ok(wrong <= tests * 0.05, `${wrong} of ${tests}`);
  });
});

describe('outcomes at the front', () => {
  const scene = new Scene();
  let running: Running | undefined;
  before(async () => {
    scene.version('1');
    scene.version('2');
    equal((await scene.deploy('1', noSteps)).state, 'promoted');
  });
  after(async () => {
    running?.child.kill();
    await running?.ended;
    await scene.dispose();
  });

  const post = async (body: unknown, headers: Record<string, string> = {}): Promise<readonly [number, unknown]> => {
    const endpoint = (await findFront(scene.stateFolder))?.endpoint ?? '';
    const answer = await fetch(`${endpoint}/v2/models/cnn/outcomes`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
  };

  it('are refused while nothing is compared', async () => {
    const [status, said] = await post({ name: 'clicked', value: 1, unit: 'u' });
    equal(status, 409);
    match(JSON.stringify(said), /no versions of cnn are compared at the moment/);
  });

  it('decide a test that the command line began', async () => {
    scene.folder.write(
      'ab.yaml',
      [
        'experiment: { metric: clicked, better: higher, effect: 0.01, minRequests: 150 }',
        'unit: { header: x-unit-id }',
        'gates: []',
        'shadow: off',
        'warmup: 1',
      ].join('\n'),
    );
    const args = ['deploy', 'models/cnn', '--version', '2', '--plan', 'ab.yaml', '--state-dir', 'state'];
    running = startCli([...args, '--format', 'json'], { cwd: scene.folder.path });
    await until(
      () => Promise.resolve(running?.out() ?? ''),
      (out) => out.includes('"state":"canary"'),
    );
    await until(
      () => scene.front(),
      (front) => front?.routings[0]?.weightPercent === 50,
    );
    const units = Array.from({ length: 900 }, (_, i) => `user-${i}`);
    const routing = (await scene.front())?.routings[0];
    const isNew = (unit: string): boolean => routing !== undefined && choose(routing, unit, 0).arm === 'candidate';
    const lines = units.map((unit, i) =>
      JSON.stringify({ name: 'clicked', unit, value: i % 10 < (isNew(unit) ? 6 : 1) ? 1 : 0 }),
    );
    scene.folder.write('clicks.jsonl', lines.join('\n'));
    const told = await startCli(['outcomes', 'cnn', 'clicks.jsonl', '--state-dir', 'state'], { cwd: scene.folder.path })
      .ended;
    deepEqual([told.code, told.out], [0, '900 taken\n'], told.err);
    const { code, out } = await running.ended;
    equal(code, 1, 'it ended as paused');
    const last = JSON.parse(out.trim().split('\n').at(-1) ?? '') as {
      state: string;
      reason: string;
      weightPercent: number;
    };
    deepEqual([last.state, last.weightPercent], ['paused', 0]);
    match(last.reason, /"clicked" of version 2 less that of version 1 is 0\.\d+.*Recommendation: promote version 2/);
  });

  for (const [what, body, words] of [
    ['no JSON', '{', /outcomes are JSON/],
    ['no name', { value: 1, unit: 'u' }, /the outcome has no \\"name\\"/],
    [
      'no number',
      [
        { name: 'a', value: 1, unit: 'u' },
        { name: 'a', value: 'x', unit: 'u' },
      ],
      /outcome 1 has no \\"value\\"/,
    ],
    ['neither unit nor version', { name: 'a', value: 1 }, /names neither the \\"unit\\" nor/],
    ['a unit that is none', { name: 'a', value: 1, unit: 7 }, /\\"unit\\" that is no text/],
  ] as const)
    it(`with ${what} are refused`, async () => {
      const [status, said] = await post(body);
      equal(status, 400);
      match(JSON.stringify(said), words);
    });

  it('of web pages are refused', async () =>
    equal((await post({ name: 'a', value: 1, unit: 'u' }, { origin: 'http://evil.example' }))[0], 403));
});
