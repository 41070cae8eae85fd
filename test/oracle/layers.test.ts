/** What the bridge tells of layers beside what the training itself saw of them: a real script, its own hooks, its journal. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bridgeRequests, type LayerMeasure } from '../../protocol/src/bridge';
import { exponentBins, type StatsSubject } from '../../protocol/src/journal';
import { type Bridge, startBridge } from '../../runtime-bridge/node/transport/server';
import { inRoot } from '../../scripts/paths.mjs';
import { BridgeClient } from '../bridge/client';
import { folderWith } from '../harness/folder';

const python = process.env['TENSORWRIGHT_PYTHON'] ?? 'python3';

/** 12 of 32 hidden units can't fire; the frozen layer is let go at step 30. Tensors are small enough to be seen whole. */
const script = `import json
import math

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 3))
with torch.no_grad():
    model[0].bias[:12] = -50.0
model[4].requires_grad_(False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
criterion = nn.CrossEntropyLoss()
inputs = torch.randn(512, 10)
labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0).long()
seen = {}
fired = torch.zeros(32, dtype=torch.bool)
bins = {}


def rms(tensor):
    return float(tensor.double().pow(2).mean().sqrt())


def counts(values):
    bins = [0] * 64
    for value in values:
        if value != 0:
            bins[(32 if value > 0 else 0) + min(31, max(0, math.floor(math.log2(abs(value))) + 24))] += 1
    return bins


def look(name, step):
    def hook(module, args, output):
        global fired
        values = output.detach().double()
        seen[f"activation {name} {step}"] = {
            "deviation": float(values.std(correction=0)),
            "mean": float(values.mean()),
            "zeros": float((values == 0).double().mean()),
        }
        if name == "3":
            bins[step] = counts(output.detach().reshape(-1).tolist())
        if name == "1":
            fired |= output.detach().amax(0) > 0

    return hook


for step in range(1, 61):
    if step == 30:
        model[4].requires_grad_(True)
    handles = [layer.register_forward_hook(look(str(i), step)) for i, layer in enumerate(model)]
    batch = torch.randint(0, 512, (64,))
    optimizer.zero_grad()
    loss = criterion(model(inputs[batch]), labels[batch])
    loss.backward()
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    for i in (0, 2, 4):
        if model[i].weight.grad is not None:
            seen[f"gradient {i} {step}"] = {"rms": rms(model[i].weight.grad)}
    optimizer.step()
    for i in (0, 2, 4):
        weight = model[i].weight.detach()
        seen[f"update {i} {step}"] = {"relative": rms(weight - before[f"{i}.weight"]) / rms(weight)}
    for handle in handles:
        handle.remove()
with open("truth.json", "w") as file:
    json.dump({"seen": seen, "dead": int((~fired).sum()), "bins": bins}, file)
`;

interface Truth {
  readonly seen: Readonly<Record<string, Readonly<Partial<Record<LayerMeasure, number>>>>>;
  readonly dead: number;
  readonly bins: Readonly<Record<string, readonly number[]>>;
}

describe('layers: a real training', function () {
  this.timeout(180_000);
  let folder: ReturnType<typeof folderWith>;
  let bridge: Bridge;
  let client: BridgeClient;
  let truth: Truth;
  let run: string;

  before(async () => {
    folder = folderWith({ 'train.py': script });
    const env = { ...process.env, OMP_NUM_THREADS: '1', VIRTUAL_ENV: undefined };
    // With the budget that is meant for real steps, a step of a millisecond would hardly ever be looked at.
    const command = [inRoot('dist', 'cli.js'), 'run', '--budget', '100', '--python', python, 'train.py'];
    const ran = spawnSync(process.execPath, command, {
      cwd: folder.path,
      env,
      encoding: 'utf8',
    });
    ok(ran.stderr.includes('recorded in'), ran.stderr);
    truth = JSON.parse(readFileSync(folder.at('truth.json'), 'utf8')) as Truth;
    bridge = await startBridge({ folders: [join(folder.path, '.tensorwright', 'runs')] });
    client = await BridgeClient.connect(bridge.address);
    const [summary] = await client.ask(bridgeRequests.runs, null);
    run = summary?.id ?? '';
    await client.ask(bridgeRequests.load, { run });
  });
  after(async () => {
    client.close();
    await bridge.close();
    folder.dispose();
  });

  for (const [what, measure, layers] of [
    ['activation', 'deviation', ['0', '1', '2', '3', '4']],
    ['activation', 'mean', ['0', '1', '2', '3', '4']],
    ['activation', 'zeros', ['0', '1', '2', '3', '4']],
    ['gradient', 'rms', ['0', '2', '4']],
    ['update', 'relative', ['0', '2', '4']],
  ] as const satisfies readonly (readonly [StatsSubject, LayerMeasure, readonly string[]])[])
    it(`${measure} of each ${what} at each captured step`, async () => {
      const heat = await client.ask(bridgeRequests.heat, { run, what, measure });
      deepEqual(heat.layers, layers);
      ok(heat.steps.length >= 10, `${heat.steps.length} columns`);
      let compared = 0;
      layers.forEach((layer, row) =>
        heat.steps.forEach((step, column) => {
          const value = heat.values[row * heat.steps.length + column] as number;
          const own = truth.seen[`${what} ${layer} ${step}`]?.[measure];
          // What had no gradient yet was not captured.
          if (layer === '4' && what !== 'activation' && step < 30)
            return ok(Number.isNaN(value), `${layer} at ${step}`);
          ok(own !== undefined, `${what} ${layer} ${step}`);
          const room = 1e-3 * Math.max(Math.abs(own), measure === 'mean' ? 0.01 : 1e-6);
          ok(Math.abs(value - own) <= room, `${layer} at step ${step}: ${value} instead of ${own}`);
          compared++;
        }),
      );
      ok(compared >= 2 * heat.steps.length, `${compared} values`);
      equal(heat.nonfinite.some(Boolean), false);
    });

  it('the rows have the places, types and newest numbers', async () => {
    const rows = await client.ask(bridgeRequests.layers, { run });
    const own = rows.filter(({ name }) => name !== '');
    deepEqual(
      own.map(({ name, type, parameters }) => [name, type, parameters]),
      [
        ['0', 'Linear', 352],
        ['1', 'ReLU', 0],
        ['2', 'Linear', 528],
        ['3', 'Tanh', 0],
        ['4', 'Linear', 51],
      ],
    );
    const line = script.split('\n').findIndex((text) => text.startsWith('model =')) + 1;
    for (const row of own) equal(row.line, line);
    equal(own[0]?.lineText, script.split('\n')[line - 1]);
    deepEqual(Object.keys(own[1]?.newest ?? {}), ['activation']);
    ok((own[0]?.newest.update?.relative ?? 0) > 0);
    ok(Number.isNaN(own[0]?.newest.activation?.relative), 'an activation has no weights to compare with');
  });

  it('units that never fire are counted', async () => {
    const rows = await client.ask(bridgeRequests.layers, { run });
    ok(truth.dead >= 12, `${truth.dead}`);
    deepEqual(rows.find(({ name }) => name === '1')?.dead, { channels: truth.dead, of: 32 });
    equal(rows.find(({ name }) => name === '3')?.dead, undefined);
  });

  it('the histogram of each captured step', async () => {
    const detail = await client.ask(bridgeRequests.layer, { run, layer: '3', what: 'activation' });
    const heat = await client.ask(bridgeRequests.heat, { run, what: 'activation', measure: 'rms' });
    deepEqual([...detail.steps], [...heat.steps]);
    const width = 2 * exponentBins;
    detail.steps.forEach((step, column) =>
      deepEqual([...detail.exponents.slice(column * width, (column + 1) * width)], truth.bins[step], `step ${step}`),
    );
    equal(detail.channelMax.length, 16);
  });
});
