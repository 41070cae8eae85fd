"""Operators that reduce, sort or count along axes."""

from __future__ import annotations

from recipes import Arguments, Dice, both, recipe
from spec import Raw, T

MANY = ["sum", "mean", "amax", "amin", "logsumexp", "nansum", "nanmean", "count_nonzero"]
SPREAD = ["std", "var", "std_mean", "var_mean"]
ONE = ["argmax", "argmin", "prod", "cummax", "cummin", "median", "nanmedian", "mode", "aminmax"]


def axes(dice: Dice, rank: int) -> object:
    if rank == 0 or dice.maybe():
        return dice.axis(rank)
    chosen = dice.axes(rank, dice.int(1, rank))
    return dice.pick(chosen, tuple(chosen))


@recipe(*both(*MANY))
def over_many(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    short = name.rsplit(".", 1)[1]
    dtype = dice.floating() if short in ("mean", "nanmean", "logsumexp") else dice.dtype()
    out: dict[str, object] = {"input": T(shape, dtype)}
    if dice.maybe(0.75) or short == "logsumexp":
        out["dim"] = axes(dice, len(shape))
        if short != "count_nonzero":
            out |= dice.options(0.4, keepdim=True)
    if short in ("sum", "mean", "nansum") and dice.maybe(0.1):
        out["dtype"] = Raw("torch.float64")
    return out


@recipe(*both(*SPREAD))
def spread(dice: Dice, name: str) -> Arguments:
    shape = tuple(n + 1 for n in dice.shape(1, 4))
    out: dict[str, object] = {"input": T(shape, dice.floating())}
    if dice.maybe(0.8):
        out["dim"] = axes(dice, len(shape))
        out |= dice.options(0.4, keepdim=True)
        out |= dice.options(0.2, unbiased=False) if dice.maybe() else dice.options(0.2, correction=0)
    return out


@recipe(*both(*ONE))
def over_one(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    short = name.rsplit(".", 1)[1]
    out: dict[str, object] = {"input": T(shape, dice.pick("float32", "float32", "int64", "float64"))}
    if dice.maybe(0.8) or short.startswith("cum"):
        out["dim"] = dice.axis(len(shape))
        if not short.startswith("cum"):
            out |= dice.options(0.4, keepdim=True)
    return out


@recipe(*both("max", "min"))
def extreme(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    how = dice.int(0, 3)
    if how == 0:
        return {"input": T(shape, dice.dtype())}
    if how == 1:
        return {"input": T(shape), "other": T(dice.broadcast(shape))}
    return {"input": T(shape, dice.pick("float32", "float32", "int64", "bool")), "dim": dice.axis(len(shape)), **dice.options(0.4, keepdim=True)}


@recipe(*both("any", "all"))
def truth(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    out: dict[str, object] = {"input": T(shape, dice.pick("bool", "bool", "float32", "uint8"))}
    if dice.maybe(0.75):
        out["dim"] = axes(dice, len(shape))
        out |= dice.options(0.4, keepdim=True)
    return out


@recipe(*both("sort", "argsort", "msort"))
def sort(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    if name.endswith("msort"):
        return {"input": T(shape)}
    return {"input": T(shape, dice.pick("float32", "int64")), **dice.options(0.6, dim=dice.axis(len(shape))), **dice.options(0.3, descending=True)}


@recipe(*both("topk"))
def topk(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape)) if dice.maybe(0.6) else -1
    return {"input": T(shape), "k": dice.int(1, shape[dim]), **({"dim": dim} if dim != -1 else {}), **dice.options(0.2, largest=False, sorted=False)}


@recipe(*both("kthvalue"))
def kthvalue(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape))
    return {"input": T(shape), "k": dice.int(1, shape[dim]), "dim": dim, **dice.options(keepdim=True)}


@recipe(*both("norm"))
def norm(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    out: dict[str, object] = {"input": T(shape), **dice.options(0.5, p=dice.pick(2, 1, "fro", float("inf")))}
    if dice.maybe(0.7):
        out["dim"] = axes(dice, len(shape)) if "p" not in out or out["p"] != "fro" else dice.axis(len(shape))
        out |= dice.options(0.4, keepdim=True)
    return out


@recipe("torch.linalg.norm", "torch.linalg.vector_norm")
def linalg_norm(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    vector = name.endswith("vector_norm")
    out: dict[str, object] = {"x" if vector else "input": T(shape), **(dice.options(0.4, ord=dice.pick(2, 1, float("inf"))) if vector or len(shape) < 3 else {})}
    if dice.maybe(0.7):
        out["dim"] = axes(dice, len(shape)) if vector else dice.axis(len(shape))
        out |= dice.options(0.4, keepdim=True)
    return out


@recipe("torch.linalg.matrix_norm")
def matrix_norm(dice: Dice, name: str) -> Arguments:
    return {"input": T(dice.shape(2, 4)), **dice.options(0.4, ord=dice.pick("fro", "nuc", 1, 2)), **dice.options(0.4, keepdim=True)}


@recipe(*both("quantile", "nanquantile"))
def quantile(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    q: object = 0.5 if dice.maybe() else T((dice.size(3),), "float32", "unit")
    return {"input": T(shape), "q": q, **dice.options(0.6, dim=dice.axis(len(shape))), **dice.options(0.4, keepdim=True)}


@recipe(*both("bincount", "histc", "unique", "unique_consecutive", "nonzero", "argwhere"))
def depends_on_values(dice: Dice, name: str) -> Arguments:
    if name.endswith("bincount"):
        return {"input": T(dice.shape(1, 1), "int64", "index:4"), **dice.options(0.4, minlength=dice.int(0, 6))}
    if name.endswith("histc"):
        return {"input": T(dice.shape()), **dice.options(0.6, bins=dice.int(1, 10))}
    if "unique" in name:
        return {"input": T(dice.shape(1, 2), "int64", "index:5"), **dice.options(0.4, return_inverse=True, return_counts=True)}
    return {"input": T(dice.shape()), **(dice.options(0.3, as_tuple=True) if name.endswith("nonzero") else {})}


@recipe(*both("diff"))
def diff(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    return {"input": T(shape), **dice.options(0.4, n=dice.int(0, 3)), **dice.options(0.5, dim=dice.axis(len(shape)))}


@recipe(*both("cdist"))
def cdist(dice: Dice, name: str) -> Arguments:
    lead, m = dice.shape(0, 2), dice.size()
    return {"x1": T((*lead, dice.size(), m)), "x2": T((*dice.broadcast(lead), dice.size(), m))}


@recipe(*both("searchsorted", "bucketize"))
def bucketize(dice: Dice, name: str) -> Arguments:
    if name.endswith("bucketize"):
        return {"input": T(dice.shape()), "boundaries": T(dice.sizes(1)), **dice.options(0.3, right=True, out_int32=True)}
    lead = dice.shape(0, 2)
    values: object = T((*lead, dice.size())) if dice.maybe(0.8) or lead else 0.5
    return {"sorted_sequence": T((*lead, dice.size())), "input": values, **dice.options(0.3, right=True)}


@recipe("torch.Tensor.item")
def item(dice: Dice, name: str) -> Arguments:
    return {"self": T((1,) * dice.int(0, 3), dice.dtype())}
