"""Trains in child processes and kills each at a random moment; prints what each had acknowledged by then.

Arguments: folder for the runs, how many, seed. Run under the agent. The children are forks, so that torch is loaded once.
"""

import json
import os
import random
import signal
import sys
import time

import torch
from torch import nn

root, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)


def train(acknowledge):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    while True:
        loss = nn.functional.cross_entropy(model(torch.randn(16, 8)), torch.randint(0, 4, (16,)))
        loss.backward()  # nothing is ever cleared: there is something to find
        optimizer.step()
        os.write(acknowledge, b".")


chance = random.Random(seed)
for number in range(count):
    folder = os.path.join(root, f"run-{number}")
    os.mkdir(folder)
    seen, acknowledge = os.pipe()
    child = os.fork()
    if child == 0:
        from tensorwright import attach

        attach.watcher.run = folder
        train(acknowledge)
    os.close(acknowledge)
    first = os.read(seen, 1)
    time.sleep(chance.random() * 0.3)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    steps = len(first)
    while part := os.read(seen, 65536):
        steps += len(part)
    os.close(seen)
    print(json.dumps({"folder": folder, "steps": steps}), flush=True)
