"""
Recipes: how to make a good call of an operator or layer, one function a family.

A recipe gets a `Dice` and returns the arguments by parameter name (`Layer(build, call)` for a module).
Calls should nearly all be valid; mutate.py makes the bad ones. The first key may be called `input`
whatever the first parameter is called. To add one: write a function under `@recipe(names...)` in the
file of its family. Operators without a recipe are called as their signature says (default.py).
"""

from __future__ import annotations

import random
import re
import typing

from spec import T

Arguments = typing.Any  # dict[str, value] or Layer
Recipe = typing.Callable[["Dice", str], Arguments]

registry: dict[str, Recipe] = {}


class Dice:
    """Seeded choices in terms of tensors."""

    def __init__(self, rng: random.Random):
        self.rng = rng

    def maybe(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    def pick(self, *options: typing.Any) -> typing.Any:
        return self.rng.choice(options)

    def int(self, low: int, high: int) -> int:
        """Both ends included."""
        return self.rng.randint(low, high)

    def size(self, high: int = 6) -> int:
        return self.rng.choice([1, 2, 3, 4, 5, 6, 7, 8][:high] + [2, 3, 4])

    def sizes(self, rank: int, high: int = 6) -> tuple[int, ...]:
        return tuple(self.size(high) for _ in range(rank))

    def shape(self, low: int = 0, high: int = 4) -> tuple[int, ...]:
        return self.sizes(self.int(low, high))

    def axis(self, rank: int) -> int:
        """An axis of a tensor of this rank, counted from either end."""
        return self.int(-rank, rank - 1) if rank else self.int(-1, 0)

    def axes(self, rank: int, count: int) -> list[int]:
        chosen = self.rng.sample(range(rank), min(count, rank))
        return [a - rank if self.maybe(0.3) else a for a in chosen]

    def float(self) -> float:
        return self.rng.choice([0.5, 1.0, 2.0, -1.5, 0.1, 3.0])

    def broadcast(self, shape: typing.Sequence[int]) -> tuple[int, ...]:
        """A shape that broadcasts with this one: some sizes 1, some leading ones gone."""
        out = [1 if self.maybe(0.25) else n for n in shape]
        return tuple(out[self.int(0, len(out)) if self.maybe(0.3) else 0 :])

    def dtype(self) -> str:
        return self.rng.choice(["float32"] * 12 + ["float64", "int64", "int64", "bool", "float16", "bfloat16", "int32", "complex64", "uint8"])

    def floating(self) -> str:
        return self.rng.choice(["float32"] * 9 + ["float64"])

    def options(self, share: float = 0.4, **values: typing.Any) -> dict[str, typing.Any]:
        """Each of these optional arguments with some probability."""
        return {k: v for k, v in values.items() if self.maybe(share)}

    def tensor(self, low: int = 0, high: int = 4, dtype: str | None = None, fill: str = "any") -> T:
        return T(self.shape(low, high), dtype or self.floating(), fill)

    def factor(self, n: int) -> list[int]:
        """Some sizes with this product."""
        out, rest = [], n
        while rest > 1 and len(out) < 3:
            d = self.rng.choice([k for k in range(1, rest + 1) if rest % k == 0])
            out.append(d)
            rest //= d
        if rest > 1 or not out:
            out.append(rest)
        self.rng.shuffle(out)
        return out


def recipe(*names: str) -> typing.Callable[[Recipe], Recipe]:
    def add(function: Recipe) -> Recipe:
        for name in names:
            assert name not in registry, name
            registry[name] = function
        return function

    return add


def both(*names: str) -> list[str]:
    """'view' -> 'torch.view', 'torch.Tensor.view': whichever exists."""
    import torch

    out = []
    for name in names:
        if hasattr(torch, name):
            out.append(f"torch.{name}")
        if hasattr(torch.Tensor, name):
            out.append(f"torch.Tensor.{name}")
    return out


# Where a name without a recipe finds one: other names of the same function, and in-place forms.
_KIN = (("torch.functional.", "torch."), ("einops.packing.", "einops."), ("torch.special.", "torch."), ("torch.nn.functional.", "torch."), ("torch.linalg.", "torch."))


# Needs a device or a graph that these tests don't have.
NOT_RUN = frozenset(f"torch.Tensor.{n}" for n in ("cuda", "xpu", "pin_memory", "retain_grad", "backward", "coalesce", "share_memory_", "grad"))


def recipe_for(name: str) -> Recipe | None:
    candidates = [name, *(name.replace(a, b, 1) for a, b in _KIN if name.startswith(a))]
    own = next((registry[c] for c in candidates if c in registry), None)
    if own is not None or not re.search(r"[a-z0-9]_$", name):
        return own
    plain = next((registry[c[:-1]] for c in candidates if c[:-1] in registry), None)
    return plain and (lambda dice, full: in_place(plain(dice, full)))


def in_place(arguments: Arguments) -> Arguments:
    """The first tensor takes the result, so it has the shape that all of them broadcast to."""
    tensors = [v for v in arguments.values() if isinstance(v, T)] if isinstance(arguments, dict) else []
    if tensors and all(isinstance(v, T) for k, v in arguments.items() if k not in ("index", "indices")):
        sizes = [t.shape for t in tensors]
        rank = max(map(len, sizes))
        padded = [(1,) * (rank - len(s)) + s for s in sizes]
        if all(len({n for n in column if n != 1}) <= 1 for column in zip(*padded)):
            tensors[0].shape = tuple(max(column) if 0 not in column else 0 for column in zip(*padded))
    return arguments


def load_all() -> dict[str, Recipe]:
    from recipes import arithmetic, attention, convolution, creation, indexing, layers, linear_algebra, losses, patterns, recurrent, reductions, sizes  # noqa: F401

    return registry
