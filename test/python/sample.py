# coding: utf-8
"""A small vision model with most of what Python has. It runs: see the bottom."""
from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Optional, Tuple

import torch
import torch.nn as nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SIZE = 0x100
EPSILON, RATES = 1e-6, {"low": 1_000, "high": 2.5e3, **{}}
NAME = "emoji 😀 and \t escapes" 'joined' f"size {MAX_SIZE:>{len('abc')}} {EPSILON!r}"


@dataclass(frozen=True)
class Config:
    channels: int = 3
    width: int = 16
    depths: Tuple[int, ...] = (2, 2)  # blocks per stage
    drop: float = field(default=0.1)


def make_block(inside, outside=None, *, stride=1, norm=nn.BatchNorm2d, **rest):
    """Convolution, norm, activation."""
    outside = inside if outside is None else outside
    layers = [nn.Conv2d(inside, outside, 3, stride=stride, padding=1, **rest)]
    if norm is not None:
        layers += [norm(outside)]
    elif stride > 1:
        layers.append(nn.Identity())
    else:
        pass
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


class Residual(nn.Module):
    expansion: int = 4

    def __init__(self, inside, outside, /, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            make_block(inside, outside, stride=stride),
            make_block(outside, bias=False),
        )
        self.downsample = None
        if stride != 1 or inside != outside:
            self.downsample = nn.Sequential(
                nn.Conv2d(inside, outside, 1, stride, bias=False),
                nn.BatchNorm2d(outside),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.body(x)  # (B, C, H, W)
        out += identity
        return F.relu(out)

    @property
    def size(self):
        return sum(p.numel() for p in self.parameters() if p.requires_grad)


class Net(nn.Module):
    def __init__(self, config: Config = Config(), classes=10):
        super().__init__()
        self.config = config
        stages, width = [], config.width
        for index, depth in enumerate(config.depths):
            inside = width if index else config.channels
            width = width * 2 ** index
            blocks = [Residual(inside if i == 0 else width, width) for i in range(depth)]
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Linear(width, classes)
        self.scale = math.sqrt(width) if (root := width) > 1 else root

    def features(self, x, mask: Optional[torch.Tensor] = None):
        for stage in self.stages:
            x = stage(x)
        else:
            x = x.mean(dim=(-2, -1))
        match mask:
            case None:
                return x
            case torch.Tensor(shape=(b, *_)) if b > 0:
                x = x[:b, ..., None]
            case [first, second] | (first, second):
                x = x[first:second:1]
            case _:
                raise ValueError(f"bad mask {mask=}") from None
        return x

    def forward(self, x, *args, scale=lambda v, k=2: v * k, **kwargs):
        B, C, H, W = x.shape
        assert H % 2 == 0 and W // 2 >= 1, "odd"
        try:
            x = self.features(x, **kwargs)
        except (TypeError, ValueError) as error:
            print("failed", error, sep="\n")
            raise
        finally:
            del C
        with torch.no_grad(), torch.autograd.profiler.record_function("head") as _:
            y = self.head(x).view(B, -1)
        while not 0 < y.numel() <= MAX_SIZE * MAX_SIZE:
            y = y[: len(y) // 2]
            if y.numel() == 0:
                break
            continue
        return scale(y) if scale is not None else y


async def stream(loader, model):
    global MAX_SIZE
    async for batch in loader:
        yield await model(batch)


def counter():
    total = 0

    def step(by=1):
        nonlocal total
        total += by
        return total

    return step


step = functools.partial(counter(), by=2)
pairs = {key: value for key, value in zip("ab", [1, 2]) if value is not None}
unique = {x ** -2 for x in (1, 2)} | {*pairs}
flags = [not a or b in (1, 2) for a in range(2) for b in range(a) if a if b]
matrix = torch.eye(3) @ torch.ones(3, 2) - ~torch.zeros(3, 2).long()
first, *middle, last = range(5)
nested = [[1, 2], (3,), {}, set(), ..., None, True, b"bytes" rb"\n", 3j]

if __name__ == "__main__":
    model = Net()
    image = torch.randn(2, 3, 32, 32)
    print(model(image).shape)  # (2, 10)
