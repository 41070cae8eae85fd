"""Functions that make tensors from sizes, numbers and lists."""

from __future__ import annotations

from recipes import Arguments, Dice, both, recipe
from spec import Raw, T

KINDS = ("torch.float64", "torch.int64", "torch.bool", "torch.float16", "torch.complex64", "torch.int32", "torch.uint8")
FLOATS = ("torch.float64", "torch.float16", "torch.float32", "torch.complex64")


def dtype_option(dice: Dice, share: float = 0.3, kinds: tuple[str, ...] = KINDS) -> dict[str, object]:
    return {"dtype": Raw(dice.pick(*kinds))} if dice.maybe(share) else {}


@recipe("torch.zeros", "torch.ones", "torch.empty", "torch.rand", "torch.randn")
def from_sizes(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    kinds = FLOATS if "rand" in name else KINDS
    return {"size": dice.pick(shape, list(shape)), **dtype_option(dice, kinds=kinds), **dice.options(0.1, device="cpu")}


@recipe("torch.full", "torch.Tensor.new_full")
def full(dice: Dice, name: str) -> Arguments:
    first = {"self": T(dice.shape(), dice.dtype())} if ".Tensor." in name else {}
    return {**first, "size": dice.shape(0, 4), "fill_value": dice.pick(0, 1, 0.5, True, float("-inf")), **dtype_option(dice)}


@recipe("torch.Tensor.new_zeros", "torch.Tensor.new_ones", "torch.Tensor.new_empty")
def new_sizes(dice: Dice, name: str) -> Arguments:
    return {"self": T(dice.shape(), dice.dtype()), "size": dice.shape(1, 3), **dtype_option(dice)}


@recipe("torch.zeros_like", "torch.ones_like", "torch.empty_like", "torch.rand_like", "torch.randn_like", "torch.full_like", "torch.randint_like")
def like(dice: Dice, name: str) -> Arguments:
    random = "rand" in name and "randint" not in name
    first = T(dice.shape(0, 4), dice.floating() if random else dice.dtype())
    extra = {"fill_value": 2} if "full" in name else {"high": 5} if "randint" in name else {}
    return {"input": first, **extra, **dtype_option(dice, 0.2, FLOATS if random else KINDS)}


@recipe("torch.randint")
def randint(dice: Dice, name: str) -> Arguments:
    low = {"low": dice.int(-3, 2)} if dice.maybe() else {}
    return {**low, "high": dice.int(3, 9), "size": dice.shape(0, 4), **dtype_option(dice, 0.2)}


@recipe("torch.randperm")
def randperm(dice: Dice, name: str) -> Arguments:
    return {"n": dice.int(0, 9), **dtype_option(dice, 0.2, ("torch.int32", "torch.float32"))}


@recipe("torch.arange", "torch.range")
def arange(dice: Dice, name: str) -> Arguments:
    how = dice.int(0, 2)
    end = dice.pick(dice.int(0, 12), dice.int(1, 9) + 0.5)
    if name.endswith("range") and not name.endswith("arange"):
        return {"start": 0, "end": end, **dice.options(step=dice.pick(1, 2, 0.5))}
    if how == 0:
        return {"end": end, **dtype_option(dice)}
    start = dice.pick(0, 1, 2, -1, 0.5)
    if how == 1:
        return {"start": start, "end": start + dice.int(0, 9), **dtype_option(dice, 0.2)}
    step = dice.pick(1, 2, 3, 0.5, -1)
    return {"start": start, "end": start + dice.int(0, 9) * (1 if step > 0 else -1), "step": step, **dtype_option(dice, 0.2)}


@recipe("torch.linspace", "torch.logspace")
def linspace(dice: Dice, name: str) -> Arguments:
    return {"start": dice.pick(0, -1, 0.5), "end": dice.pick(1, 2.0, 3), "steps": dice.int(0, 9), **dtype_option(dice, 0.2, FLOATS)}


@recipe("torch.eye")
def eye(dice: Dice, name: str) -> Arguments:
    return {"n": dice.int(0, 6), **dice.options(m=dice.int(0, 6)), **dtype_option(dice)}


@recipe("torch.tril_indices", "torch.triu_indices")
def triangle(dice: Dice, name: str) -> Arguments:
    return {"row": dice.int(0, 5), "col": dice.int(0, 5), **dice.options(offset=dice.int(-2, 2))}


def nested(dice: Dice, shape: tuple[int, ...], leaf: object) -> object:
    return leaf if not shape else [nested(dice, shape[1:], leaf) for _ in range(shape[0])]


@recipe("torch.tensor", "torch.as_tensor", "torch.asarray", "torch.Tensor.new_tensor")
def literal(dice: Dice, name: str) -> Arguments:
    first = {"self": T(dice.shape(), dice.dtype())} if ".Tensor." in name else {}
    data: object = nested(dice, dice.sizes(dice.int(0, 3), 3), dice.pick(1, 0.5, True, 2.0, 0))
    if dice.maybe(0.1):
        data = T(dice.shape(), dice.dtype())
    key = "obj" if name.endswith("asarray") else "data"
    return {**first, key: data, **dtype_option(dice)}


@recipe("torch.scalar_tensor")
def scalar_tensor(dice: Dice, name: str) -> Arguments:
    return {"s": dice.pick(1, 0.5, True), **dtype_option(dice)}


@recipe("torch.hann_window", "torch.hamming_window", "torch.blackman_window", "torch.bartlett_window", "torch.kaiser_window")
def window(dice: Dice, name: str) -> Arguments:
    return {"window_length": dice.int(0, 9), **dice.options(0.3, periodic=False)}


@recipe("torch.normal")
def normal(dice: Dice, name: str) -> Arguments:
    how = dice.int(0, 3)
    shape = dice.shape()
    if how == 0:
        return {"mean": 0.0, "std": 1.0, "size": shape}
    if how == 1:
        return {"mean": T(shape), **dice.options(std=2.0)}
    if how == 2:
        return {"mean": T(shape), "std": T(shape, "float32", "unit")}
    return {"mean": 0.5, "std": T(shape, "float32", "unit")}


@recipe(*both("bernoulli", "multinomial", "poisson", "bernoulli_"), "torch.Tensor.uniform_", "torch.Tensor.normal_", "torch.Tensor.random_", "torch.Tensor.exponential_", "torch.Tensor.fill_", "torch.Tensor.zero_")
def random_values(dice: Dice, name: str) -> Arguments:
    short = name.rsplit(".", 1)[1]
    if short == "multinomial":
        shape = dice.shape(1, 2)
        replacement = dice.maybe()
        count = dice.int(1, 6) if replacement else dice.int(1, shape[-1])
        return {"input": T(shape, "float32", "unit"), "num_samples": count, **({"replacement": True} if replacement else {})}
    if short == "fill_":
        return {"input": T(dice.shape(), dice.dtype()), "value": dice.pick(1, 0.5, True)}
    x = T(dice.shape(), dice.dtype() if short == "zero_" else dice.floating(), "unit")
    return {"input": x, **(dice.options(0.2, p=0.5) if short.startswith("bernoulli") else {})}


@recipe("torch.complex", "torch.polar")
def complex_pairs(dice: Dice, name: str) -> Arguments:
    base, dtype = dice.shape(), dice.pick("float32", "float64")
    first, second = ("abs", "angle") if name.endswith("polar") else ("real", "imag")
    return {first: T(base, dtype), second: T(dice.broadcast(base), dtype)}
