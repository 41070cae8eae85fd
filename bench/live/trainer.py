"""A training whose losses say which step it is, until one is NaN. Knows nothing of the agent.

usage: trainer.py STEPS SECONDS_BETWEEN_STEPS STAMPS [nan]

Writes the time of the clock at which each step began to end, before its backward pass, to STAMPS as JSON.
"""

import json
import sys
import time

import torch
from torch import nn

steps, pause, stamps, last = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4:]
torch.set_num_threads(1)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
times = []
for step in range(1, steps + 1):
    time.sleep(pause)
    optimizer.zero_grad()
    loss = 0 * model(torch.randn(4, 8)).mean() + 1 + step / 1000
    if last and step == steps:
        loss = loss * float("nan")
    times.append(time.time())
    loss.backward()
    optimizer.step()
with open(stamps, "w", encoding="utf-8") as file:
    json.dump(times, file)
# What is last shown is shown while the training lives.
time.sleep(2)
