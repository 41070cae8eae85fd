"""einsum and einops: patterns over named axes."""

from __future__ import annotations

import math

from recipes import Arguments, Dice, recipe
from spec import Layer, T

NAMES = ["a", "b", "c", "d", "e", "h", "w"]


@recipe("torch.einsum", "einops.einsum")
def einsum(dice: Dice, name: str) -> Arguments:
    letters = dice.rng.sample("abcdefgh", dice.int(1, 5))
    sizes = {c: dice.size(5) for c in letters}
    operands = ["".join(dice.rng.sample(letters, dice.int(1, min(3, len(letters))))) for _ in range(dice.int(1, 3))]
    lead = dice.shape(1, 2) if dice.maybe(0.2) else ()
    tensors = [T((*lead, *(sizes[c] for c in term))) for term in operands]
    used = sorted(set("".join(operands)))
    output = "".join(dice.rng.sample(used, dice.int(0, min(3, len(used)))))
    if name.startswith("einops"):
        dots = "... " if lead else ""
        pattern = ", ".join(dots + " ".join(t) for t in operands) + " -> " + dots + " ".join(output)
        return {"*tensors_and_pattern": [*tensors, pattern]}
    dots = "..." if lead else ""
    equation = dice.pick(", ", ",").join(dots + t for t in operands)
    equation += "" if dice.maybe(0.1) else dice.pick(" -> ", "->") + dots + output
    return {"*args": [equation, *tensors] if dice.maybe(0.8) else [equation, tensors]}


class Axes:
    """Named axes with sizes, written as groups: `b (h w) c` or with `...`."""

    def __init__(self, dice: Dice):
        self.dice = dice
        self.names = dice.rng.sample(NAMES, dice.int(1, 4))
        self.sizes = {n: dice.size(4) for n in self.names}

    def side(self, names: list[str], ellipsis: bool, ones: bool = True) -> list[list[str]]:
        """Groups of axes; ['...'] and ['1'] stand for themselves."""
        names = list(names)
        self.dice.rng.shuffle(names)
        groups: list[list[str]] = []
        while names:
            take = self.dice.pick(1, 1, 1, 2) if len(names) > 1 else 1
            groups.append([names.pop() for _ in range(take)])
        if ellipsis:
            groups.insert(self.dice.int(0, len(groups)), ["..."])
        if ones and self.dice.maybe(0.15):
            groups.insert(self.dice.int(0, len(groups)), ["1"])
        return groups

    def shape(self, groups: list[list[str]], lead: tuple[int, ...]) -> tuple[int, ...]:
        out: list[int] = []
        for g in groups:
            if g == ["..."]:
                out += lead
            else:
                out.append(math.prod(self.sizes.get(n, 1) for n in g))
        return tuple(out)

    def lengths(self, groups: list[list[str]]) -> dict[str, int]:
        """What must be said about the axes of compositions: all but one of each."""
        out = {}
        for g in groups:
            if len(g) > 1:
                for n in g[1:] if self.dice.maybe() else g[:-1]:
                    out[n] = self.sizes[n]
        return out


def write(groups: list[list[str]]) -> str:
    return " ".join(g[0] if len(g) == 1 else "(" + " ".join(g) + ")" for g in groups)


@recipe("einops.rearrange", "einops.layers.torch.Rearrange", "einops.reduce", "einops.layers.torch.Reduce", "einops.repeat")
def einops_pattern(dice: Dice, name: str) -> Arguments:
    axes = Axes(dice)
    lead = dice.shape(0, 2) if dice.maybe(0.25) else None
    left = axes.side(axes.names, lead is not None)
    kept, lengths = list(axes.names), axes.lengths(left)
    if name.lower().endswith("reduce"):
        kept = [n for n in kept if dice.maybe(0.6)]
    if name.endswith("repeat") and dice.maybe(0.8):
        new = next(n for n in NAMES if n not in kept)
        axes.sizes[new] = lengths[new] = dice.size(4)
        kept.append(new)
    right = axes.side(kept, lead is not None)
    pattern = f"{write(left)} -> {write(right)}"
    x = T(axes.shape(left, lead or ()))
    reduction = {"reduction": dice.pick("mean", "sum", "max", "min")} if name.lower().endswith("reduce") else {}
    if name.startswith("einops.layers"):
        return Layer({"pattern": pattern, **reduction, "**axes_lengths": lengths}, {"input": x})
    return {"tensor": x, "pattern": pattern, **reduction, "**axes_lengths": lengths}


@recipe("einops.pack")
def pack(dice: Dice, name: str) -> Arguments:
    before, after = dice.sizes(dice.int(0, 2)), dice.sizes(dice.int(0, 2))
    tensors = [T((*before, *dice.shape(0, 2), *after)) for _ in range(dice.int(1, 3))]
    pattern = " ".join([*"ab"[: len(before)], "*", *"cd"[: len(after)]])
    return {"tensors": tensors, "pattern": pattern}


@recipe("einops.unpack")
def unpack(dice: Dice, name: str) -> Arguments:
    before, after = dice.sizes(dice.int(0, 2)), dice.sizes(dice.int(0, 2))
    parts = [dice.shape(0, 2) for _ in range(dice.int(1, 3))]
    length = sum(math.prod(p) for p in parts)
    if dice.maybe(0.2):
        parts[0] = (-1,)
    pattern = " ".join([*"ab"[: len(before)], "*", *"cd"[: len(after)]])
    return {"tensor": T((*before, length, *after)), "packed_shapes": parts, "pattern": pattern}


@recipe("einops.layers.torch.EinMix")
def einmix(dice: Dice, name: str) -> Arguments:
    b, t, c, d = (dice.size(4) for _ in range(4))
    return Layer({"pattern": "b t c -> b t d", "weight_shape": "c d", **dice.options(bias_shape="d"), "**axes_lengths": {"c": c, "d": d}}, {"input": T((b, t, c))})
