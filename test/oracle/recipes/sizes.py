"""Operators that rearrange, join, cut and repeat."""

from __future__ import annotations

import math

from recipes import Arguments, Dice, both, recipe
from spec import Layer, Raw, T


def kind(dice: Dice) -> str:
    return dice.pick("float32", "float32", "float32", "int64", "bool", "float64")


@recipe("torch.Tensor.view", *both("reshape"), "torch.Tensor.resize_")
def view(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    target = dice.factor(math.prod(shape))
    if dice.maybe(0.3):
        target.insert(dice.int(0, len(target)), 1)
    if dice.maybe(0.5) and not name.endswith("resize_"):
        target[dice.int(0, len(target) - 1)] = -1
    key = "size" if ".view" in name or "resize" in name else "shape"
    if name.endswith("view") and dice.maybe(0.05):
        return {"input": T(shape), "dtype": Raw("torch.int32")}
    return {"input": T(shape, kind(dice)), key: dice.pick(tuple(target), target)}


@recipe(*both("flatten"), "torch.nn.Flatten")
def flatten(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 5)
    rank = max(len(shape), 1)
    ends = sorted((dice.int(0, rank - 1), dice.int(0, rank - 1)))
    start, end = (a - rank if dice.maybe(0.4) else a for a in ends)
    options = {**dice.options(0.7, start_dim=start), **dice.options(0.5, end_dim=end)}
    if "Flatten" in name:
        return Layer(options, {"input": T(shape if len(shape) > 1 else (2, 3))})
    return {"input": T(shape, kind(dice)), **options}


@recipe(*both("unflatten"), "torch.nn.Unflatten")
def unflatten(dice: Dice, name: str) -> Arguments:
    shape = list(dice.shape(1, 4))
    dim = dice.axis(len(shape))
    parts = dice.sizes(dice.int(1, 3), 4)
    shape[dim] = math.prod(parts)
    written = list(parts)
    if dice.maybe(0.5):
        written[dice.int(0, len(written) - 1)] = -1
    x = T(tuple(shape))
    if "Unflatten" in name:
        return Layer({"dim": dim, "unflattened_size": tuple(written)}, {"input": x})
    return {"input": x, "dim": dim, "sizes": tuple(written)}


@recipe(*both("transpose", "swapaxes", "swapdims"), "torch.Tensor.transpose_")
def transpose(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    first, second = ("axis0", "axis1") if "axes" in name else ("dim0", "dim1")
    return {"input": T(shape, kind(dice)), first: dice.axis(len(shape)), second: dice.axis(len(shape))}


@recipe(*both("permute"))
def permute(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 5)
    dims = dice.axes(len(shape), len(shape))
    return {"input": T(shape, kind(dice)), "dims": tuple(dims)}


@recipe(*both("movedim", "moveaxis"))
def movedim(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    if dice.maybe():
        return {"input": T(shape), "source": dice.axis(len(shape)), "destination": dice.axis(len(shape))}
    n = dice.int(1, len(shape))
    return {"input": T(shape), "source": tuple(dice.axes(len(shape), n)), "destination": tuple(dice.axes(len(shape), n))}


@recipe(*both("t", "adjoint"), "torch.Tensor.T", "torch.Tensor.mT", "torch.Tensor.H", "torch.Tensor.mH", "torch.Tensor.t_")
def matrix_views(dice: Dice, name: str) -> Arguments:
    short = name.rsplit(".", 1)[1]
    ranks = {"t": (0, 2), "t_": (0, 2), "T": (2, 2), "H": (2, 2)}.get(short, (2, 4))
    return {"input": T(dice.shape(*ranks), kind(dice))}


@recipe("torch.Tensor.shape", "torch.Tensor.ndim", "torch.Tensor.data", "torch.Tensor.real", "torch.Tensor.imag")
def attribute(dice: Dice, name: str) -> Arguments:
    return {"self": T(dice.shape(), "complex64" if name.endswith("imag") else kind(dice))}


@recipe(*both("squeeze"), "torch.Tensor.squeeze_")
def squeeze(dice: Dice, name: str) -> Arguments:
    shape = tuple(1 if dice.maybe() else n for n in dice.shape(0, 4))
    if dice.maybe(0.3):
        return {"input": T(shape, kind(dice))}
    dim = dice.axis(len(shape)) if dice.maybe(0.7) or not shape else tuple(dice.axes(len(shape), dice.int(1, len(shape))))
    return {"input": T(shape, kind(dice)), "dim": dim}


@recipe(*both("unsqueeze"), "torch.Tensor.unsqueeze_")
def unsqueeze(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    return {"input": T(shape, kind(dice)), "dim": dice.int(-len(shape) - 1, len(shape))}


@recipe(*both("cat", "concat", "concatenate"))
def cat(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape))
    count = dice.int(1, 4)
    parts = []
    for _ in range(count):
        part = list(shape)
        part[dim] = dice.size()
        parts.append(T(tuple(part), dice.dtype() if dice.maybe(0.2) else "float32"))
    if dice.maybe(0.05):
        parts.append(T((0,)))
    key = "axis" if dice.maybe(0.1) and name.endswith("concatenate") else "dim"
    return {"tensors": dice.pick(parts, parts, tuple(parts)), **({key: dim} if dice.maybe(0.85) or dim % len(shape) else {})}


@recipe(*both("stack", "hstack", "vstack", "dstack", "column_stack", "row_stack"))
def stack(dice: Dice, name: str) -> Arguments:
    plain = name.endswith(".stack")
    shape = dice.shape(0 if plain else 1, 3)
    parts = [T(shape, dice.dtype() if dice.maybe(0.2) else "float32") for _ in range(dice.int(1, 4))]
    return {"tensors": parts, **(dice.options(0.7, dim=dice.int(-len(shape) - 1, len(shape))) if plain else {})}


@recipe(*both("block_diag", "cartesian_prod", "broadcast_tensors", "atleast_1d", "atleast_2d", "atleast_3d"))
def several(dice: Dice, name: str) -> Arguments:
    if name.endswith("block_diag"):
        return {"*tensors": [T(dice.shape(0, 2)) for _ in range(dice.int(1, 3))]}
    if name.endswith("cartesian_prod"):
        return {"*tensors": [T(dice.shape(1, 1)) for _ in range(dice.int(1, 3))]}
    base = dice.shape()
    return {"*tensors": [T(dice.broadcast(base)) for _ in range(dice.int(1, 3))]}


@recipe(*both("meshgrid"))
def meshgrid(dice: Dice, name: str) -> Arguments:
    parts = [T(dice.shape(0, 1)) if dice.maybe(0.1) else T(dice.sizes(1)) for _ in range(dice.int(1, 3))]
    options = {"indexing": dice.pick("ij", "xy")} if dice.maybe(0.7) else {}
    return {"*tensors": parts if dice.maybe(0.7) else [parts], **options}


@recipe(*both("chunk", "unsafe_chunk"))
def chunk(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    return {"input": T(shape), "chunks": dice.int(1, 4), **dice.options(0.7, dim=dice.axis(len(shape)))}


@recipe(*both("split"))
def split(dice: Dice, name: str) -> Arguments:
    shape = list(dice.shape(1, 4))
    dim = dice.axis(len(shape)) if dice.maybe(0.7) else 0
    key = "split_size_or_sections" if name == "torch.split" else "split_size"
    size: object = dice.int(1, 4)
    if dice.maybe():
        size = list(dice.sizes(dice.int(1, 3), 4))
        shape[dim] = sum(size)
    return {"input": T(tuple(shape)), key: size, **({"dim": dim} if dim != 0 else {})}


@recipe(*both("split_with_sizes", "unsafe_split_with_sizes"))
def split_with_sizes(dice: Dice, name: str) -> Arguments:
    shape = list(dice.shape(1, 4))
    dim = dice.axis(len(shape))
    parts = list(dice.sizes(dice.int(1, 3), 4))
    shape[dim] = sum(parts)
    return {"input": T(tuple(shape)), "split_sizes": parts, "dim": dim}


@recipe(*both("tensor_split", "hsplit", "vsplit", "dsplit"))
def tensor_split(dice: Dice, name: str) -> Arguments:
    shape = list(dice.shape(3, 4))
    axis = {"hsplit": 1, "vsplit": 0, "dsplit": 2}.get(name.rsplit(".", 1)[1])
    if axis is None:
        dim = dice.axis(len(shape))
        how = {"sections": dice.int(1, 4)} if dice.maybe() else {"indices": sorted(dice.sizes(dice.int(1, 3)))}
        return {"input": T(tuple(shape)), **how, "dim": dim}
    n = dice.int(1, 3)
    shape[axis] = n * dice.size(3)
    return {"input": T(tuple(shape)), **({"sections": n} if dice.maybe() else {"indices": [1, 2]})}


@recipe(*both("unbind"))
def unbind(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    return {"input": T(shape), **dice.options(0.7, dim=dice.axis(len(shape)))}


@recipe("torch.Tensor.expand", *both("broadcast_to"))
def expand(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 3)
    target = [dice.size() if n == 1 else dice.pick(n, -1) for n in shape]
    target = [*dice.shape(0, 2), *target]
    base = tuple(1 if dice.maybe(0.4) else n for n in shape)
    target = [t if b != 1 or t == -1 else dice.size() for b, t in zip((*([0] * (len(target) - len(base))), *base), target)]
    return {"input": T(base, kind(dice)), "size": tuple(target)}


@recipe(*both("tile"), "torch.Tensor.repeat")
def repeat(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 3)
    counts = tuple(dice.int(1, 3) for _ in range(len(shape) + dice.int(0, 1)))
    if name.endswith("tile"):
        return {"input": T(shape), "dims": counts[: dice.int(0, len(counts))] or (2,)}
    return {"input": T(shape, kind(dice)), "repeats": counts or (2,)}


@recipe(*both("repeat_interleave"))
def repeat_interleave(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    dim = dice.axis(len(shape))
    if dice.maybe(0.15):
        return {"input": T(shape), "repeats": T((shape[dim],), "int64", "index:3"), "dim": dim}
    return {"input": T(shape), "repeats": dice.int(0, 3), **({"dim": dim} if dice.maybe(0.7) else {})}


@recipe(*both("flip", "fliplr", "flipud", "rot90"))
def flip(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(2, 4)
    if name.endswith("flip"):
        axes = dice.axes(len(shape), dice.int(1, len(shape)))
        return {"input": T(shape), "dims": dice.pick(axes, tuple(axes))}
    return {"input": T(shape), **({"k": dice.int(0, 3), "dims": dice.axes(len(shape), 2)} if name.endswith("rot90") else {})}


@recipe(*both("roll"))
def roll(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    if dice.maybe(0.3):
        return {"input": T(shape), "shifts": dice.int(-3, 3)}
    n = dice.int(1, len(shape))
    shifts, dims = tuple(dice.int(-2, 2) for _ in range(n)), tuple(dice.axes(len(shape), n))
    return {"input": T(shape), "shifts": shifts if n > 1 or dice.maybe() else shifts[0], "dims": dims if n > 1 or dice.maybe() else dims[0]}


@recipe(*both("narrow"))
def narrow(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape))
    start = dice.int(0, shape[dim] - 1)
    return {"input": T(shape), "dim": dim, "start": start if dice.maybe(0.8) else start - shape[dim], "length": dice.int(0, shape[dim] - start)}


@recipe(*both("select"))
def select(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape))
    return {"input": T(shape), "dim": dim, "index": dice.int(-shape[dim], shape[dim] - 1)}


@recipe(*both("diag", "diagonal", "diag_embed", "diagflat", "tril", "triu", "trace"))
def diagonals(dice: Dice, name: str) -> Arguments:
    short = name.rsplit(".", 1)[1]
    ranks = {"diag": (1, 2), "diagonal": (2, 4), "diag_embed": (1, 3), "diagflat": (0, 2), "trace": (2, 2)}.get(short, (2, 4))
    shape = dice.shape(*ranks)
    if short == "trace":
        return {"input": T(shape)}
    key = "diagonal" if short in ("diag", "tril", "triu") else "offset"
    out: dict[str, object] = {"input": T(shape, kind(dice)), **dice.options(0.5, **{key: dice.int(-2, 2)})}
    if short in ("diagonal", "diag_embed") and dice.maybe(0.4):
        rank = len(shape) + (short == "diag_embed")
        out["dim1"], out["dim2"] = dice.axes(rank, 2)
    return out


@recipe(*both("as_strided"))
def as_strided(dice: Dice, name: str) -> Arguments:
    return {"input": T((dice.int(12, 30),)), "size": dice.sizes(2, 3), "stride": (dice.int(1, 3), 1)}


@recipe(*both("view_as_real", "view_as_complex"))
def complex_views(dice: Dice, name: str) -> Arguments:
    return {"input": T(dice.shape(), "complex64") if name.endswith("real") else T((*dice.shape(0, 3), 2))}


@recipe("torch.Tensor.size", "torch.Tensor.dim", "torch.Tensor.ndimension", *both("numel"), "torch.Tensor.nelement", "torch.Tensor.__len__", "torch.Tensor.stride", "torch.Tensor.element_size")
def measures(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    return {"input": T(shape), **({"dim": dice.axis(len(shape))} if name.endswith((".size", ".stride")) and dice.maybe(0.7) else {})}


@recipe("torch.broadcast_shapes")
def broadcast_shapes(dice: Dice, name: str) -> Arguments:
    base = dice.shape(1, 4)
    return {"*shapes": [base, *(dice.broadcast(base) for _ in range(dice.int(0, 2)))]}


@recipe("torch.nn.utils.rnn.pad_sequence")
def pad_sequence(dice: Dice, name: str) -> Arguments:
    tail = dice.shape(0, 2)
    return {"sequences": [T((dice.size(), *tail)) for _ in range(dice.int(1, 3))], **dice.options(0.5, batch_first=True)}
