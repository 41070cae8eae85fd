"""A training that goes on plain and watched in turns, in one process, and says what each step took.

One process, because two that do the same differ by several percent for as long as they live: their memory lies
elsewhere. Between two blocks everything that the agent put into torch is taken out or put back.

usage: trainer.py MODEL full|small AGENT_FOLDER RUN_FOLDER ROUNDS STEPS_OF_A_BLOCK BUDGET...

`small` trains on next to no data: what the agent does between two looks does not depend on the data, and a step of a
tenth of the time shows a tenth of the noise.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import optimizer as optimizers


class Residual(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.relu = nn.ReLU()
        self.shortcut = nn.Identity()
        if stride != 1 or before != after:
            self.shortcut = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


def resnet18(small):
    """ResNet-18 with the first layers that are usual for pictures of 32 x 32: 11.2 million parameters."""
    widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
    widths.append((512, 512, 1))
    first = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    last = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]
    model = nn.Sequential(*first, *[Residual(*each) for each in widths], *last)
    rows, size = (2, 8) if small else (8, 32)
    return model, lambda: (torch.randn(rows, 3, size, size), torch.randint(0, 10, (rows,)))


class Transformer(nn.Module):
    def __init__(self, tokens=1000, width=256, layers=6):
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        layer = nn.TransformerEncoderLayer(width, 8, 4 * width, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, tokens)

    def forward(self, tokens):
        return self.head(self.layers(self.embedding(tokens)).mean(1))


def transformer(small):
    """Six layers of width 256 over 64 tokens: 5.2 million parameters."""
    rows, tokens = (1, 8) if small else (8, 64)
    return Transformer(), lambda: (torch.randint(0, 1000, (rows, tokens)), torch.randint(0, 1000, (rows,)))


class Agent:
    """The agent, which can be taken out of torch and put back."""

    ABSENT = object()

    def __init__(self, folder, run):
        sys.path.append(folder)
        from tensorwright import attach, patches

        self.wrapped = []
        wrap = patches._wrap

        def noted(owner, name, make):
            before = vars(owner).get(name, self.ABSENT)
            wrap(owner, name, make)
            # What watches initialisations goes by itself when training begins.
            if owner is not torch.Tensor:
                self.wrapped.append((owner, name, before, vars(owner)[name]))

        patches._wrap = noted
        attach.begin(run)
        attach._attach()
        self.watcher = attach.watcher
        self.hooks = [(each, dict(each)) for each in (optimizers._global_optimizer_pre_hooks, optimizers._global_optimizer_post_hooks)]
        self.last = None

    def take_out(self):
        for owner, name, before, _ in reversed(self.wrapped):
            if before is self.ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        for hooks, _ in self.hooks:
            hooks.clear()
        self.watcher.forwards.disarm()
        step, end, worked = self.watcher.optimizing._last_end
        self.last = step, time.perf_counter() - end, time.thread_time() - worked

    def put_back(self):
        for owner, name, _, wrapper in self.wrapped:
            setattr(owner, name, wrapper)
        for hooks, kept in self.hooks:
            hooks.update(kept)
        if self.watcher.sampling:
            self.watcher.forwards.arm()
        # The plain steps in between are no part of a watched one.
        step, wall, worked = self.last
        self.watcher.optimizing._last_end = step, time.perf_counter() - wall, time.thread_time() - worked


# What of the agent is called while a model trains, by the part of the watcher that has it.
ENTRIES = {
    "forwards": ("_before", "_after"),
    "losses": ("called", "backward"),
    "optimizing": ("before_step", "after_step", "zeroed"),
}


class Meter:
    """Processor seconds of this thread inside of the agent's entries: what the agent does, counted, not compared."""

    def __init__(self, watcher):
        self.seconds = 0.0
        self._inside = False
        for part, names in ENTRIES.items():
            for name in names:
                owner = getattr(watcher, part)
                setattr(owner, name, self._metered(getattr(owner, name)))

    def _metered(self, entry):
        def metered(*args):
            if self._inside:
                return entry(*args)
            self._inside = True
            start = time.thread_time()
            try:
                return entry(*args)
            finally:
                self.seconds += time.thread_time() - start
                self._inside = False

        return metered


class Budget:
    """One budget's sampler, and when its next norm of all gradients is due: budgets take turns in one agent."""

    def __init__(self, agent, sampler):
        self.agent, self.sampler, self.due, self.counted, self.first = agent, sampler, 0, 0.0, 0.0
        self.spent = 0.0

    def begin(self):
        watcher = self.agent.watcher
        watcher.sampler = self.sampler
        watcher.optimizing._gradient_due = self.due
        self.agent.put_back()

    def end(self):
        self.due = self.agent.watcher.optimizing._gradient_due
        self.agent.take_out()


def main():
    name, size, agent_folder, run = sys.argv[1:5]
    rounds, steps = (int(each) for each in sys.argv[5:7])
    budgets = [float(each) for each in sys.argv[7:]]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    agent = Agent(agent_folder, run)
    from tensorwright.sampling import Sampler

    meter = Meter(agent.watcher)
    model, batch = {"resnet18": resnet18, "transformer": transformer}[name](size == "small")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        """Processor seconds of all threads."""
        x, y = batch()
        start = time.process_time()
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        return time.process_time() - start

    watched = {}
    for i, share in enumerate(budgets):
        budget = watched[f"watched{i}"] = Budget(agent, Sampler(share))
        if i > 0:
            budget.begin()
        else:
            agent.watcher.sampler = budget.sampler
        sampler = budget.sampler
        for _ in range(12):
            step()
        budget.first = sampler.spent
        # The looks at the start are paid out of a budget of their own: from here on it is the share that counts.
        while sampler.spent - sampler._loaded < sampler.start and sampler.samples < 40:
            step()
        budget.end()
        budget.spent = sampler.spent
    arms = ["plain", *watched, "again"]
    found = {arm: [] for arm in arms}
    for i in range(rounds):
        turn = i % len(arms)
        for arm in arms[turn:] + arms[:turn]:
            budget = watched.get(arm)
            if budget:
                budget.begin()
            counted = meter.seconds
            block = []
            for _ in range(steps):
                sampled = bool(budget and budget.sampler.active)
                block.append([step(), sampled])
            if budget:
                budget.counted += meter.seconds - counted
                budget.end()
            found[arm].append(block)
    for arm, budget in watched.items():
        found[arm] = {
            "blocks": found[arm],
            "counted": budget.counted,
            "own": budget.sampler.spent - budget.spent,
            "first": budget.first,
            "gap": budget.sampler.gap(),
        }
    print(json.dumps(found), flush=True)


main()
