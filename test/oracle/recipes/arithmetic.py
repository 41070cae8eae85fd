"""Elementwise operators of one, two and three operands."""

from __future__ import annotations

import re

from recipes import Arguments, Dice, both, recipe
from spec import Raw, T

TWO = ["add", "sub", "mul", "div", "true_divide", "floor_divide", "remainder", "fmod", "subtract", "multiply", "divide"]
COMPARE = ["eq", "ne", "lt", "le", "gt", "ge", "less", "less_equal", "greater", "greater_equal", "not_equal"]
TENSORS_ONLY = ["maximum", "minimum", "fmax", "fmin", "atan2", "arctan2", "hypot", "logaddexp", "logaddexp2", "nextafter", "logical_and", "logical_or", "logical_xor"]
BITS = ["gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"]
_DUNDERS = ["add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod", "eq", "ne", "lt", "le", "gt", "ge"]
DUNDERS = [f"torch.Tensor.__{n}__" for n in _DUNDERS]


def two_shapes(dice: Dice) -> tuple[tuple[int, ...], tuple[int, ...]]:
    base = dice.shape(0, 4)
    return (base, dice.broadcast(base)) if dice.maybe() else (dice.broadcast(base), base)


def number(dice: Dice) -> object:
    return dice.pick(1, 2, 2.0, 0.5, True)


@recipe(*both(*TWO, *COMPARE), *DUNDERS)
def two_operands(dice: Dice, name: str) -> Arguments:
    left, right = two_shapes(dice)
    out = {"input": T(left, dice.dtype()), "other": T(right, dice.dtype()) if dice.maybe(0.75) else number(dice)}
    if name.endswith((".add", ".sub")) and dice.maybe(0.15):
        out["alpha"] = dice.pick(1, 2)
    if name.endswith(".div") and dice.maybe(0.15):
        out["rounding_mode"] = dice.pick("floor", "trunc", None)
    return out


@recipe(*both(*TENSORS_ONLY))
def tensors_only(dice: Dice, name: str) -> Arguments:
    left, right = two_shapes(dice)
    return {"input": T(left, dice.floating()), "other": T(right, dice.floating())}


@recipe(*both(*BITS), *(f"torch.Tensor.__{n}__" for n in ("and", "or", "xor", "rand", "ror", "rxor", "lshift", "rshift", "iand", "ior", "ixor")))
def bits(dice: Dice, name: str) -> Arguments:
    left, right = two_shapes(dice)
    kinds = ("int64", "int32", "uint8") if re.search("shift|gcd|lcm", name) else ("bool", "bool", "int64", "int32", "uint8")
    if re.search(r"__i\w+__", name):
        left, right = sorted((left, right), key=len, reverse=True)
    tensor = dice.maybe(0.8) or name.endswith(("gcd", "lcm"))
    return {"input": T(left, dice.pick(*kinds)), "other": T(right, dice.pick(*kinds)) if tensor else dice.pick(1, 2)}


@recipe(*both("pow"), "torch.Tensor.__pow__", "torch.Tensor.__rpow__")
def power(dice: Dice, name: str) -> Arguments:
    left, right = two_shapes(dice)
    return {"input": T(left, dice.dtype(), "positive"), "exponent": T(right, dice.dtype()) if dice.maybe(0.4) else dice.pick(2, 3, 0.5, 2.0)}


@recipe(*both("add_", "sub_", "mul_", "div_", "eq_", "lt_", "gt_", "remainder_", "fmod_"), *(f"torch.Tensor.__i{n}__" for n in ("add", "sub", "mul", "truediv")))
def in_place(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    dtype = dice.pick("float32", "float32", "float32", "float64", "int64")
    other = T(dice.broadcast(shape), dice.pick("float32", "float32", "int64")) if dice.maybe(0.75) else number(dice)
    return {"input": T(shape, dtype), "other": other}


@recipe(*both("addcmul", "addcdiv", "addcmul_", "addcdiv_"))
def three(dice: Dice, name: str) -> Arguments:
    base = dice.shape(0, 4)
    first = base if name.endswith("_") else dice.broadcast(base)
    return {"input": T(first), "tensor1": T(base), "tensor2": T(dice.broadcast(base)), **dice.options(0.2, value=0.5)}


@recipe(*both("lerp", "lerp_"))
def lerp(dice: Dice, name: str) -> Arguments:
    base = dice.shape(0, 4)
    first = base if name.endswith("_") else dice.broadcast(base)
    return {"input": T(first), "end": T(base), "weight": T(dice.broadcast(base)) if dice.maybe() else 0.5}


@recipe(*both("where"))
def where(dice: Dice, name: str) -> Arguments:
    base = dice.shape(0, 4)
    method = ".Tensor." in name
    if method:
        other = T(dice.broadcast(base), dice.dtype()) if dice.maybe(0.7) else number(dice)
        return {"input": T(base, dice.dtype()), "condition": T(dice.broadcast(base), "bool"), "other": other}
    if dice.maybe(0.06):
        return {"condition": T(base, "bool")}
    first, second = T(base, dice.dtype()), T(dice.broadcast(base), dice.dtype())
    if dice.maybe(0.25):
        return {"condition": T(dice.broadcast(base), "bool"), "input": first, "other": number(dice)}
    if dice.maybe(0.2):
        return {"condition": T(dice.broadcast(base), "bool"), "self": number(dice), "other": second}
    return {"condition": T(dice.broadcast(base), "bool"), "input": first, "other": second}


@recipe(*both("clamp", "clip", "clamp_", "clip_"))
def clamp(dice: Dice, name: str) -> Arguments:
    base = dice.shape(0, 4)
    bound = (lambda: T(dice.broadcast(base), "float32")) if dice.maybe(0.3) else (lambda: dice.pick(0, 0.5, 1, 2))
    how = dice.int(0, 2)
    return {"input": T(base, dice.pick("float32", "float32", "float64", "int64")), **({"min": bound()} if how != 1 else {}), **({"max": bound()} if how != 0 else {})}


@recipe(*both("clamp_min", "clamp_max"))
def clamp_one(dice: Dice, name: str) -> Arguments:
    base = dice.shape(0, 4)
    return {"input": T(base), name.rsplit("_", 1)[1]: T(dice.broadcast(base)) if dice.maybe(0.3) else dice.pick(0, 1, 0.5)}


@recipe(*both("masked_fill", "masked_fill_"))
def masked_fill(dice: Dice, name: str) -> Arguments:
    base = dice.shape(0, 4)
    first = base if name.endswith("_") else dice.broadcast(base) if dice.maybe(0.3) else base
    value = dice.pick(0, 1.5, float("-inf"), True, T((), "float32")) if dice.maybe(0.9) else T((), "int64")
    return {"input": T(first, dice.pick("float32", "float32", "float32", "float64")), "mask": T(dice.broadcast(base), "bool"), "value": value}


@recipe(*both("masked_scatter", "masked_scatter_"))
def masked_scatter(dice: Dice, name: str) -> Arguments:
    base = dice.shape(1, 3)
    return {"input": T(base), "mask": T(base, "bool"), "source": T(base)}


@recipe("torch.Tensor.to", "torch.Tensor.type")
def convert(dice: Dice, name: str) -> Arguments:
    dtype = Raw(f"torch.{dice.pick('float32', 'float64', 'float16', 'int64', 'bool', 'bfloat16', 'complex64', 'int32', 'uint8')}")
    self_ = T(dice.shape(), dice.dtype())
    if name.endswith(".type"):
        return {"self": self_, "dtype": dtype}
    how = dice.int(0, 4)
    if how == 0:
        return {"self": self_, "tensor": T(dice.shape(), dice.dtype())}
    if how == 1:
        return {"self": self_, "device": "cpu", **dice.options(dtype=dtype)}
    return {"self": self_, "dtype": dtype, **dice.options(0.15, non_blocking=True, copy=True)}


@recipe("torch.Tensor.type_as", "torch.Tensor.copy_", "torch.Tensor.expand_as", "torch.Tensor.view_as", "torch.Tensor.reshape_as")
def like_other(dice: Dice, name: str) -> Arguments:
    base = dice.shape()
    if name.endswith("type_as"):
        return {"self": T(base, dice.dtype()), "other": T(dice.shape(), dice.dtype())}
    if name.endswith("copy_"):
        return {"self": T(base, dice.dtype()), "src": T(dice.broadcast(base), dice.dtype())}
    if name.endswith("expand_as"):
        return {"self": T(dice.broadcast(base), dice.dtype()), "other": T(base)}
    other = list(base)
    dice.rng.shuffle(other)
    return {"self": T(base, dice.dtype()), "other": T(tuple(other))}


@recipe("torch.nn.functional.softmax", "torch.nn.functional.log_softmax", "torch.nn.functional.softmin", *both("softmax", "log_softmax", "cumsum", "cumprod", "logcumsumexp"))
def along(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(0, 4)
    dtypes = {"dtype": Raw("torch.float64")} if "cumsum" not in name and dice.maybe(0.15) and "logcumsumexp" not in name else {}
    return {"input": T(shape, dice.floating()), "dim": dice.axis(len(shape)), **dtypes}


@recipe("torch.nn.functional.glu", "torch.nn.GLU")
def glu(dice: Dice, name: str) -> Arguments:
    from spec import Layer

    shape = list(dice.shape(1, 4))
    dim = dice.axis(len(shape))
    shape[dim] *= 2
    if name.endswith("GLU"):
        return Layer({"dim": dim}, {"input": T(tuple(shape))})
    return {"input": T(tuple(shape)), "dim": dim}


@recipe("torch.nn.functional.prelu", *both("prelu"))
def prelu(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    channels = shape[1] if len(shape) > 1 else 1
    return {"input": T(shape), "weight": T((dice.pick(1, channels),))}


@recipe("torch.nn.functional.normalize", "torch.nn.functional.cosine_similarity", "torch.nn.functional.pairwise_distance", "torch.cosine_similarity", "torch.pairwise_distance")
def distances(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    if name.endswith("normalize"):
        return {"input": T(shape), **dice.options(p=2.0, dim=dice.axis(len(shape)))}
    first, second = (shape, shape) if dice.maybe() else (shape, dice.broadcast(shape) or (1,))
    option = {"dim": dice.axis(len(shape))} if "cosine" in name else {"keepdim": True}
    return {"x1": T(first), "x2": T(second), **dice.options(0.5, **option)}
