"""A call as the signature says: broadcastable tensors, axes in range, options by name and type."""

from __future__ import annotations

import typing

from recipes import Dice
from signatures import Parameter
from spec import Raw, T

DTYPES = ("torch.float32", "torch.float64", "torch.int64", "torch.bool", "torch.float16", "torch.int32", "torch.complex64")
CHOICES = {
    "reduction": ("mean", "sum", "none"), "padding_mode": ("zeros", "reflect", "replicate", "circular"), "mode": ("constant",),
    "approximate": ("none", "tanh"), "nonlinearity": ("tanh", "relu"), "rounding_mode": ("floor", "trunc"), "norm": ("ortho", "forward"),
    "indexing": ("ij", "xy"), "interpolation": ("linear", "nearest"), "side": ("left", "right"), "driver": ("gelsd",),
}  # fmt: skip
AXES = ("dim", "axis", "start_dim", "end_dim", "dim0", "dim1", "axis0", "axis1", "dims", "source", "destination")
# Options that say nothing about shapes, or that a CPU test can't give.
SKIPPED = ("device", "generator", "memory_format", "layout", "pin_memory", "size_average", "reduce", "requires_grad", "inplace", "names", "_stacklevel", "async", "non_blocking")

# What the tensors of a call may be like; calls adapt to what worked before.
PROFILES = [(kind, low, high) for kind in ("float", "int", "bool", "complex") for low, high in ((0, 4), (1, 1), (2, 2), (3, 4))]
KINDS = {"float": ("float32", "float32", "float32", "float64", "float16", "bfloat16"), "int": ("int64", "int32", "uint8", "int64"), "bool": ("bool",), "complex": ("complex64",)}


class Default:
    """Makes calls of one name; learns which profile gives valid ones."""

    def __init__(self, overloads: list[list[Parameter]]):
        self.overloads = [o for o in overloads if all(makeable(p) for p in o if p.required)] or overloads
        self.scores = {(o, p): [1.0, 2.0 if p[0] == "float" else 4.0] for o in range(len(self.overloads)) for p in PROFILES}
        self.last: tuple[int, tuple[str, int, int]] | None = None

    def __call__(self, dice: Dice, name: str) -> dict[str, typing.Any]:
        weights = [good / tried for good, tried in self.scores.values()]
        self.last = dice.rng.choices(list(self.scores), weights)[0]
        overload, (kind, low, high) = self.overloads[self.last[0]], self.last[1]
        base = dice.shape(low, high)
        dtype = dice.pick(*KINDS[kind])
        out: dict[str, typing.Any] = {}
        for i, p in enumerate(overload):
            if p.name in SKIPPED or p.name.startswith("_") or p.name.startswith("**"):
                continue
            if not p.required and not p.name.startswith("*") and not dice.maybe(0.3):
                continue
            out[p.name] = argument(dice, p, base, dtype, first=i == 0)
        return out

    def learn(self, valid: bool) -> None:
        if self.last is not None:
            score = self.scores[self.last]
            score[0] += valid
            score[1] += 1
            self.last = None


def makeable(p: Parameter) -> bool:
    return p.type not in ("Generator", "Device")


def argument(dice: Dice, p: Parameter, base: tuple[int, ...], dtype: str, first: bool) -> typing.Any:
    rank, name = len(base), p.name.lstrip("*")
    if p.name.startswith("*"):
        return [T(dice.broadcast(base) if i else base, dtype) for i in range(dice.int(1, 3))]
    if p.type == "Tensor":
        if name in ("index", "indices"):
            return T(base, "int64", f"index:{max(1, min(base, default=1))}")
        if name == "mask":
            return T(dice.broadcast(base), "bool")
        return T(base if first or dice.maybe(0.6) else dice.broadcast(base), dtype)
    if p.type in ("Tensor[]", "Tensor?[]"):
        return [T(base, dtype) for _ in range(dice.int(1, 3))]
    if p.type in ("int", "int[]") and name in AXES or p.type.startswith("int[") and name in AXES:
        if p.type == "int":
            return dice.axis(rank)
        return dice.axes(rank, dice.int(1, max(1, rank))) if dice.maybe(0.6) or p.type == "int[]" else dice.axis(rank)
    if p.type.startswith("int["):
        return list(dice.sizes(dice.int(1, 3), 4))
    if p.type.startswith("float["):
        return [dice.float() for _ in range(2)]
    plain = {
        "int": lambda: dice.int(0, 3), "float": dice.float, "Scalar": lambda: dice.pick(2, 3, 0.5, 1), "bool": lambda: dice.maybe(),
        "ScalarType": lambda: Raw(dice.pick(*DTYPES)), "str": lambda: dice.pick(*CHOICES.get(name, ("mean",))),
    }  # fmt: skip
    if p.type in plain:
        return plain[p.type]()
    if name == "dtype":
        return Raw(dice.pick(*DTYPES))
    return T(base, dtype) if p.required else dice.int(1, 3)
