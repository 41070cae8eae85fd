/**
 * Real trainings under the agent: pairs of test/training that differ in one fault, healthy scripts of other shapes in
 * test/training-healthy, and scripts that end in every way.
 * TRAINING_PAIRS=all runs all of them (many minutes); else some of them run.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { filesUnder } from '../../scripts/paths.mjs';
import { half, pairsIn, told, train } from './trainings';

const some = ['missing-zero-grad-mlp', 'double-softmax-layer', 'dead-bias', 'optimizer-before-head'];

describe('trainings and their healthy twins', function () {
  this.timeout(300_000);
  const pairs = pairsIn('test/training');
  const chosen = process.env['TRAINING_PAIRS'] === 'all' ? pairs : pairs.filter(({ name }) => some.includes(name));
  for (const pair of chosen) {
    it(`${pair.name}: ${pair.fault}`, () => {
      const outcome = train(half(pair, 'fault'));
      equal(outcome.code, 0, outcome.stderr);
      const right = outcome.findings.find(({ rule }) => [pair.fault, ...pair.also].includes(rule));
      ok(right, `found ${told(outcome).join(', ') || 'nothing'}`);
      deepEqual(outcome.replayed, outcome.findings, 'the replayed verdict is the live one');
    });
    it(`${pair.name}: its healthy twin is silent`, () => {
      const outcome = train(half(pair, 'healthy'));
      equal(outcome.code, 0, outcome.stderr);
      deepEqual(told(outcome), []);
      const symptoms = outcome.findings.filter(({ rule }) => rule === pair.fault);
      deepEqual(symptoms, [], 'nor is it a hint');
    });
  }
});

const someHealthy = ['accumulation', 'checkpointed', 'glance', 'own_hash', 'shared'];

describe('healthy trainings of other shapes', function () {
  this.timeout(300_000);
  for (const file of filesUnder('test/training-healthy')) {
    const name = basename(file, '.py');
    if (process.env['TRAINING_PAIRS'] !== 'all' && !someHealthy.includes(name)) continue;
    it(`${name} runs to its end, watched and silent`, () => {
      const outcome = train(readFileSync(file, 'utf8'));
      equal(outcome.code, 0, outcome.stderr);
      ok(!/not watched|no longer watched/.test(outcome.stderr), outcome.stderr);
      deepEqual(told(outcome), []);
    });
  }
});

const steps = `import os, signal, sys, torch
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(30):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
print('args', sys.argv[1:], __name__)
`;

describe('a script under the agent', function () {
  this.timeout(120_000);

  it('sees its arguments, its own output and its exit code', () => {
    const { code, stdout } = train(`${steps}sys.exit(3)\n`, ['--epochs', '2', '-h']);
    equal(code, 3);
    match(stdout, /args \['--epochs', '2', '-h'\] __main__/);
  });

  it('that raises ends with 1 and its own traceback', () => {
    const { code, stderr } = train(`${steps}raise ValueError('of its own')\n`);
    equal(code, 1);
    match(stderr, /ValueError: of its own/);
    match(stderr, /30 steps/);
  });

  it('that calls os._exit keeps its code and what was recorded', () => {
    const { code, stderr } = train(`${steps}os._exit(7)\n`);
    equal(code, 7);
    match(stderr, /30 steps/);
  });

  it('that is killed ends the command by the same signal', () => {
    const { signal, stderr } = train(`${steps}os.kill(os.getpid(), signal.SIGKILL)\n`);
    equal(signal, 'SIGKILL');
    match(stderr, /30 steps/);
  });

  it('whose disk is full trains to its end, with one sentence, and keeps what was written', () => {
    const limit = 'import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n';
    const { code, stdout, stderr } = train(`${limit}${steps}`);
    equal(code, 0, stderr);
    match(stdout, /args/);
    equal(stderr.split('nothing more of this run is recorded').length, 2, stderr);
    match(stderr, /torn at byte/);
  });

  it('that raises in a thread and loads in forked workers is recorded to its end', () => {
    const { code, stderr, findings, replayed } = train(`import threading, torch
from torch.utils.data import DataLoader, TensorDataset
threading.Thread(target=lambda: 1 / 0).start()
data = TensorDataset(torch.randn(64, 4), torch.randn(64, 2))
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(2):
    for x, y in DataLoader(data, batch_size=8, num_workers=2, multiprocessing_context='fork'):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
`);
    equal(code, 0, stderr);
    match(stderr, /ZeroDivisionError/);
    match(stderr, /16 steps/);
    deepEqual(replayed, findings);
  });

  it('that is edited while it runs has its lines and edits in the text that ran', () => {
    const stale = steps.replace('    optimizer.zero_grad()\n', '');
    const { findings, stderr } = train(`${stale}open(__file__, 'w').write('# another text\\n')\n`);
    const [finding] = findings.filter(({ rule }) => rule === 'missing-zero-grad');
    equal(finding?.line, 5, stderr);
    equal(finding.suggestions[0]?.edits[0]?.newText, '    optimizer.zero_grad()\n');
  });

  it('without torch runs as it is', () => {
    const { code, stdout, findings } = train("print('plain')\n");
    equal(code, 0);
    equal(stdout, 'plain\n');
    deepEqual(findings, []);
  });
});
