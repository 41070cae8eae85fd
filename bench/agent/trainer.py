"""A training that goes on by a block of steps for each line it reads and answers with what the block took.

Started twice, plain and watched, the two can take turns. Nothing here knows of the agent.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


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


def resnet18():
    """ResNet-18 with the first layers that are usual for pictures of 32 x 32: 11.2 million parameters."""
    widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
    widths.append((512, 512, 1))
    first = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    last = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]
    model = nn.Sequential(*first, *[Residual(*each) for each in widths], *last)
    return model, lambda: (torch.randn(8, 3, 32, 32), torch.randint(0, 10, (8,)))


class Transformer(nn.Module):
    def __init__(self, tokens=1000, width=256, layers=6):
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        layer = nn.TransformerEncoderLayer(width, 8, 4 * width, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, tokens)

    def forward(self, tokens):
        return self.head(self.layers(self.embedding(tokens)).mean(1))


def transformer():
    """Six layers of width 256 over 64 tokens: 5.2 million parameters."""
    return Transformer(), lambda: (torch.randint(0, 1000, (8, 64)), torch.randint(0, 1000, (8,)))


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, batch = {"resnet18": resnet18, "transformer": transformer}[sys.argv[1]]()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for line in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            x, y = batch()
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        took = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
        print(json.dumps(took), flush=True)


main()
