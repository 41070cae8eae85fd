"""Subscripts, gathering and scattering."""

from __future__ import annotations

from recipes import Arguments, Dice, both, recipe
from spec import Layer, Raw, T


def subscript(dice: Dice, shape: tuple[int, ...]) -> object:
    """A good index of a tensor of this shape: ints, slices, None, ..., index tensors, masks."""
    items: list[object] = []
    rank, used = len(shape), 0
    count = dice.int(1, max(1, rank))
    lengths = dice.sizes(dice.int(0, 2), 4)
    ellipsis_at = dice.int(0, count) if dice.maybe(0.3) else -1
    for i in range(count):
        if i == ellipsis_at:
            items.append(Raw("..."))
            used = rank - (count - i)
        if used >= rank:
            break
        n = shape[used]
        how = dice.pick("int", "slice", "slice", "slice", "none", "tensor", "mask", "list")
        if how == "none":
            items.append(None)
            continue
        used += 1
        if how == "int":
            items.append(dice.int(-n, n - 1))
        elif how == "slice":
            items.append(Raw(slice_text(dice, n)))
        elif how == "tensor":
            items.append(T(dice.broadcast(lengths), "int64", f"index:{n}"))
        elif how == "mask" and dice.maybe(0.3):
            items.append(T((n,), "bool"))
        elif how == "list" and dice.maybe(0.3):
            items.append([dice.int(0, n - 1) for _ in range(lengths[-1] if lengths else 1)])
        else:
            items.append(Raw(":"))
    if not items:
        items.append(Raw("..."))
    return items[0] if len(items) == 1 and dice.maybe(0.8) else tuple(items)


def slice_text(dice: Dice, n: int) -> str:
    start = dice.pick("", "", str(dice.int(0, n)), str(dice.int(-n - 1, -1)), "1")
    stop = dice.pick("", "", str(dice.int(0, n + 2)), "-1")
    return f"{start}:{stop}" + (f":{dice.int(1, 3)}" if dice.maybe(0.25) else "")


@recipe("torch.Tensor.__getitem__")
def getitem(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    return {"self": T(shape, dice.pick("float32", "float32", "int64")), "index": subscript(dice, shape)}


@recipe("torch.Tensor.__setitem__")
def setitem(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    n = dice.int(0, len(shape))
    index = tuple(dice.int(0, s - 1) for s in shape[:n]) or Raw("...")
    value: object = T(dice.broadcast(shape[n:])) if dice.maybe(0.7) else 0.5
    return {"self": T(shape), "index": index, "value": value}


@recipe(*both("gather", "take_along_dim"))
def gather(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape))
    index = tuple(dice.size() if i == dim % len(shape) else dice.int(1, n) for i, n in enumerate(shape))
    if name.endswith("take_along_dim"):
        index = tuple(i if k == dim % len(shape) else n for k, (i, n) in enumerate(zip(index, shape)))
        return {"input": T(shape), "indices": T(index, "int64", f"index:{shape[dim]}"), "dim": dim}
    return {"input": T(shape), "dim": dim, "index": T(index, "int64", f"index:{shape[dim]}")}


@recipe(*both("index_select"))
def index_select(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    dim = dice.axis(len(shape))
    return {"input": T(shape), "dim": dim, "index": T(dice.sizes(1), dice.pick("int64", "int32"), f"index:{shape[dim]}")}


@recipe(*both("masked_select", "take"))
def picked(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    if name.endswith("take"):
        return {"input": T(shape), "index": T(dice.shape(), "int64", "index:1")}
    return {"input": T(shape), "mask": T(dice.broadcast(shape), "bool")}


@recipe(*both("scatter", "scatter_", "scatter_add", "scatter_add_", "scatter_reduce", "scatter_reduce_"))
def scatter(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    dim = dice.axis(len(shape))
    index = tuple(dice.size() if i == dim % len(shape) else dice.int(1, n) for i, n in enumerate(shape))
    out: dict[str, object] = {"input": T(shape), "dim": dim, "index": T(index, "int64", f"index:{shape[dim]}")}
    source = tuple(n + dice.int(0, 1) for n in index)
    short = name.rsplit(".", 1)[1].rstrip("_")
    if short == "scatter" and dice.maybe(0.4):
        return {**out, "value": 1.0}
    return {**out, "src": T(source), **({"reduce": dice.pick("sum", "amax", "mean")} if short == "scatter_reduce" else {})}


@recipe(*both("index_add", "index_add_", "index_copy", "index_copy_", "index_fill", "index_fill_"))
def index_writes(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    dim = dice.axis(len(shape))
    n = dice.int(1, 3)
    source = tuple(n if i == dim % len(shape) else s for i, s in enumerate(shape))
    out: dict[str, object] = {"input": T(shape), "dim": dim, "index": T((n,), "int64", f"index:{shape[dim]}")}
    return {**out, "value": 1.0} if "fill" in name else {**out, "source": T(source)}


@recipe(*both("index_put", "index_put_"))
def index_put(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    count = dice.int(1, len(shape))
    n = dice.int(1, 3)
    return {"input": T(shape), "indices": tuple(T((n,), "int64", f"index:{s}") for s in shape[:count]), "values": T((n, *shape[count:]))}


@recipe("torch.nn.functional.embedding", "torch.nn.Embedding")
def embedding(dice: Dice, name: str) -> Arguments:
    rows, width = dice.size(), dice.size()
    index = T(dice.shape(0, 3), dice.pick("int64", "int64", "int32"), f"index:{rows}")
    if name.endswith("Embedding"):
        return Layer({"num_embeddings": rows, "embedding_dim": width, **dice.options(0.2, padding_idx=0)}, {"input": index})
    return {"input": index, "weight": T((rows, width))}


@recipe("torch.embedding")
def plain_embedding(dice: Dice, name: str) -> Arguments:
    rows = dice.size()
    return {"weight": T((rows, dice.size())), "indices": T(dice.shape(0, 3), "int64", f"index:{rows}")}


@recipe("torch.nn.EmbeddingBag", "torch.nn.functional.embedding_bag")
def embedding_bag(dice: Dice, name: str) -> Arguments:
    rows, width, n = dice.size(), dice.size(), dice.size()
    call: dict[str, object] = {"input": T((dice.size(), n), "int64", f"index:{rows}")}
    if dice.maybe():
        call = {"input": T((n,), "int64", f"index:{rows}"), "offsets": Raw(f"torch.arange({dice.int(1, n)})")}
    mode = {"mode": dice.pick("sum", "mean", "max")} if dice.maybe() else {}
    if name.endswith("EmbeddingBag"):
        return Layer({"num_embeddings": rows, "embedding_dim": width, **mode}, call)
    return {"input": call["input"], "weight": T((rows, width)), **({"offsets": call["offsets"]} if "offsets" in call else {}), **mode}


@recipe("torch.nn.functional.one_hot")
def one_hot(dice: Dice, name: str) -> Arguments:
    n = dice.int(1, 6)
    return {"input": T(dice.shape(0, 3), "int64", f"index:{n}"), **({"num_classes": n + dice.int(1, 2)} if dice.maybe(0.85) else {})}
