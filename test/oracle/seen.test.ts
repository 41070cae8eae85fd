/** Shapes that real runs see by line, as the bridge gives them to editors. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenFile } from '../../protocol/src/seen';
import { inRoot } from '../../scripts/paths.mjs';
import { startBridge } from '../../runtime-bridge/node/transport/server';
import { bridgeRequests } from '../../protocol/src/bridge';
import { BridgeClient } from '../bridge/client';
import { folderWith } from '../harness/folder';

const python = process.env['TENSORWRIGHT_PYTHON'] ?? 'python3';
const script = `import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.body(x)
        x = torch.flatten(F.adaptive_avg_pool2d(x, 1), 1)
        return self.head(x)


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for size in (6, 6, 5):
    optimizer.zero_grad()
    F.cross_entropy(model(torch.randn(size, 3, 9, 9)), torch.zeros(size, dtype=torch.long)).backward()
    optimizer.step()
`;

describe('what a run sees', function () {
  this.timeout(120_000);
  let folder: ReturnType<typeof folderWith>;
  beforeEach(() => (folder = folderWith()));
  afterEach(() => folder.dispose());

  async function seenOf(text: string): Promise<readonly SeenFile[]> {
    writeFileSync(folder.at('train.py'), text);
    const args = [inRoot('dist', 'cli.js'), 'run', '--no-diagnosis', '--python', python, 'train.py'];
    spawnSync(process.execPath, args, { cwd: folder.path, env: { ...process.env, OMP_NUM_THREADS: '1' } });
    const runs = join(folder.path, '.tensorwright', 'runs');
    const bridge = await startBridge({ folders: [runs] });
    const client = await BridgeClient.connect(bridge.address);
    try {
      const [run = ''] = readdirSync(runs);
      await client.ask(bridgeRequests.load, { run });
      return await client.ask(bridgeRequests.seen, { run });
    } finally {
      client.close();
      await bridge.close();
    }
  }
  const at = (found: readonly SeenFile[], line: number): readonly string[] =>
    (found[0]?.lines.find((each) => each.line === line)?.tensors ?? []).map(
      ({ name, shape, type }) => `${name} ${shape.join('x')} ${type}`,
    );

  it('is the output of each layer where it is made and called, with every size, and of functions where they are called', async () => {
    const found = await seenOf(script);
    equal(found.length, 1);
    deepEqual(at(found, 10), ['head 6x4 float32', 'head 5x4 float32']);
    deepEqual(at(found, 13), ['body 6x8x7x7 float32', 'body 5x8x7x7 float32']);
    deepEqual(at(found, 14).slice(0, 2), ['adaptive_avg_pool2d 6x8x1x1 float32', 'flatten 6x8 float32']);
    equal(found[0]?.raised, undefined);
  });

  it('has the line that raised', async () => {
    const [found] = await seenOf(`${script}model(torch.randn(2, 4, 9, 9))\n`);
    equal(found?.raised?.line, 13);
    match(found.raised.message, /^RuntimeError: Given groups=1/);
  });
});
