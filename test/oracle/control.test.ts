/** Commands reach a real training: its optimizer has the new rate, it waits while paused, it stops after a checkpoint. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { type ControlArguments, type ControlCommand, type RunSummary, bridgeRequests } from '../../protocol/src/bridge';
import { type Bridge, startBridge } from '../../runtime-bridge/node/transport/server';
import { folderWith } from '../harness/folder';
import { startCli } from '../harness/product';
import { BridgeClient, until } from '../bridge/client';
import { python } from './python';

/** A busy machine takes its time to import PyTorch. */
const startMillis = 100_000;

const script = `
import time, torch
from torch import nn
torch.set_num_threads(1)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD([{"params": [model.weight]}, {"params": [model.bias], "lr": 0.02}], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
end = time.time() + 60
step = 0
while time.time() < end:
    loss = model(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    step += 1
    if step % 10 == 0:
        print([group["lr"] for group in optimizer.param_groups], flush=True)
        torch.save(model.state_dict(), "model.pt")
    time.sleep(0.005)
`;

/** From step 40 on the derivative of a square root at 0 reaches the first block. */
const breaking = `
import torch
from torch import nn
torch.set_num_threads(1)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block1 = nn.Linear(4, 8)
        self.block2 = nn.Linear(8, 1)

    def forward(self, x, bad):
        x = torch.relu(self.block1(x))
        return self.block2(torch.sqrt(x * 0) if bad else x)

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(1, 61):
    loss = model(torch.randn(8, 4), step >= 40).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`;

interface Training {
  readonly folder: ReturnType<typeof folderWith>;
  readonly runs: string;
  readonly running: ReturnType<typeof startCli>;
  readonly asking: BridgeClient;
  readonly summary: () => Promise<RunSummary | undefined>;
}

/** A script that trains, and a bridge that follows it; both end with `steps`. */
async function training(text: string, options: readonly string[], steps: (training: Training) => Promise<void>) {
  const folder = folderWith({ 'train.py': text });
  const command = ['run', '--control', ...options, '--python', python ?? '', 'train.py'];
  const running = startCli(command, { cwd: folder.path });
  let bridge: Bridge | undefined;
  let client: BridgeClient | undefined;
  try {
    const runs = folder.at('.tensorwright/runs');
    bridge = await startBridge({ folders: [runs] });
    client = await BridgeClient.connect(bridge.address);
    const asking = client;
    const summary = async () => (await asking.ask(bridgeRequests.runs, null))[0];
    await steps({ folder, runs, running, asking, summary });
  } finally {
    running.child.kill('SIGTERM');
    client?.close();
    await bridge?.close();
    await running.ended;
    folder.dispose();
  }
}

describe('control of a training', function () {
  this.timeout(240_000);
  before(function () {
    // Without a Python that has PyTorch nothing can be trained.
    if (python === undefined) this.skip();
  });

  it('changes the rate of every group, pauses, steps, resumes, stops after a checkpoint', () =>
    training(script, [], async ({ folder, runs, running, asking, summary }) => {
      await until('some steps', summary, (run) => (run?.step ?? 0) > 5, startMillis);
      const [run = ''] = readdirSync(runs);
      const send = (command: ControlCommand, given: ControlArguments = {}): Promise<unknown> =>
        asking.ask(bridgeRequests.control, { run, command, arguments: given });

      await send('set-learning-rate', { value: 0.05 });
      await until('the rates in the script', running.out, (text) => text.includes('[0.05, 0.01]'));
      await send('pause');
      await until('a pause', summary, (now) => now?.state === 'paused');
      const paused = (await summary())?.step ?? 0;
      await new Promise((done) => setTimeout(done, 400));
      equal((await summary())?.step, paused);
      await send('step', { steps: 3 });
      await until('three steps', summary, (now) => now?.step === paused + 3);
      await new Promise((done) => setTimeout(done, 300));
      equal((await summary())?.step, paused + 3);
      await send('resume');
      await until('it goes on', summary, (now) => (now?.step ?? 0) > paused + 10);
      await send('set-batch-size', { value: 4 });
      await send('stop-after-checkpoint');
      const { code } = await running.ended;
      ok(code !== 0, `it ended with ${code}`);
      ok(existsSync(folder.at('model.pt')));
      const marks = await asking.ask(bridgeRequests.marks, { run });
      deepEqual(
        marks.map(({ command, applied }) => [command, applied]),
        [
          ['set-learning-rate', true],
          ['pause', true],
          ['step', true],
          ['resume', true],
          ['set-batch-size', false],
          ['stop-after-checkpoint', true],
        ],
      );
    }));

  it('pauses where a condition first holds, names the layer, and goes on', () => {
    const condition = 'block*.grad is non-finite';
    return training(breaking, ['--pause-when', condition], async ({ runs, running, asking, summary }) => {
      await until('a pause', summary, (now) => now?.state === 'paused', startMillis);
      equal((await summary())?.error, `block1.weight.grad (nan, and 1 more) in step 40: ${condition}`);
      const [run = ''] = readdirSync(runs);
      const [mark] = await asking.ask(bridgeRequests.marks, { run });
      equal(mark?.command, 'breakpoint');
      equal(mark.step, 40);
      await asking.ask(bridgeRequests.control, { run, command: 'pause-when', arguments: { condition: 'no sense' } });
      await asking.ask(bridgeRequests.control, { run, command: 'resume', arguments: {} });
      const { code } = await running.ended;
      equal(code, 0);
      const refused = (await asking.ask(bridgeRequests.marks, { run })).find(({ command }) => command === 'pause-when');
      equal(refused?.applied, false);
      match(refused.reason ?? '', /^a condition reads as/);
    });
  });
});
