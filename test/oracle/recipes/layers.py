"""Normalisation, activation, dropout and containers."""

from __future__ import annotations

from recipes import Arguments, Dice, recipe
from spec import Layer, Raw, T

NF = "torch.nn.functional."


@recipe("torch.nn.LayerNorm", NF + "layer_norm", "torch.nn.RMSNorm", NF + "rms_norm", "torch.layer_norm", "torch.rms_norm")
def layer_norm(dice: Dice, name: str) -> Arguments:
    tail = dice.shape(1, 2)
    x = T((*dice.shape(0, 2), *tail))
    normalized: object = tail[0] if len(tail) == 1 and dice.maybe() and name[9].isupper() else dice.pick(tail, list(tail))
    if name[9].isupper():
        return Layer({"normalized_shape": normalized, **dice.options(0.2, elementwise_affine=False, eps=1e-6)}, {"input": x})
    weights = {"weight": T(tail)} if dice.maybe() else {}
    if weights and "layer" in name and dice.maybe():
        weights["bias"] = T(tail)
    return {"input": x, "normalized_shape": normalized, **weights}


@recipe("torch.nn.GroupNorm", NF + "group_norm", "torch.group_norm")
def group_norm(dice: Dice, name: str) -> Arguments:
    groups = dice.int(1, 3)
    channels = groups * dice.int(1, 3)
    x = T((dice.size(4) + 1, channels, *(n + 1 for n in dice.shape(0, 3))))
    if name.endswith("GroupNorm"):
        return Layer({"num_groups": groups, "num_channels": channels, **dice.options(0.2, affine=False)}, {"input": x})
    return {"input": x, "num_groups": groups, **({"weight": T((channels,)), "bias": T((channels,))} if dice.maybe() else {})}


@recipe(*(f"torch.nn.{kind}Norm{n}d" for kind in ("Batch", "Instance") for n in (1, 2, 3)))
def norm_layer(dice: Dice, name: str) -> Arguments:
    n, channels = int(name[-2]), dice.size()
    sizes = tuple(s + 1 for s in dice.sizes(n))
    batch: tuple[int, ...] = (dice.size(4) + 1,)
    if "Instance" in name and dice.maybe(0.2):
        batch = ()
    if "Batch" in name and n == 1 and dice.maybe():
        sizes = ()
    build: dict[str, object] = {"num_features": channels, **dice.options(0.2, affine=False, eps=1e-3), **dice.options(0.15, track_running_stats=dice.maybe())}
    return Layer(build, {"input": T((*batch, channels, *sizes))})


@recipe(NF + "batch_norm", NF + "instance_norm")
def norm_function(dice: Dice, name: str) -> Arguments:
    channels = dice.size()
    x = T((dice.size(4) + 1, channels, *(s + 1 for s in dice.sizes(dice.int(1, 3)))))
    training = {"training": True} if dice.maybe() else {}
    stats = {"running_mean": T((channels,)), "running_var": T((channels,), "float32", "unit")}
    out: dict[str, object] = {"input": x}
    if name.endswith("batch_norm"):
        out |= {**stats, **training}
    return {**out, **({"weight": T((channels,)), "bias": T((channels,))} if dice.maybe() else {})}


# Layers of one elementwise function, and what their constructors take.
POINTWISE: dict[str, dict[str, tuple[object, ...]]] = {
    "ReLU": {}, "ReLU6": {}, "GELU": {"approximate": ("none", "tanh")}, "SiLU": {}, "Mish": {}, "Sigmoid": {}, "Tanh": {}, "Hardswish": {},
    "Hardsigmoid": {}, "Hardtanh": {}, "ELU": {"alpha": (1.0, 2.0)}, "SELU": {}, "CELU": {}, "LeakyReLU": {"negative_slope": (0.1, 0.2)},
    "LogSigmoid": {}, "Softplus": {"beta": (1.0, 2.0)}, "Softshrink": {}, "Hardshrink": {}, "Softsign": {}, "Tanhshrink": {}, "RReLU": {},
    "Identity": {}, "Dropout": {"p": (0.1, 0.5)}, "AlphaDropout": {"p": (0.1, 0.5)},
}  # fmt: skip


@recipe(*(f"torch.nn.{n}" for n in POINTWISE))
def pointwise(dice: Dice, name: str) -> Arguments:
    options = {k: dice.pick(*v) for k, v in POINTWISE[name[9:]].items() if dice.maybe()}
    dtype = dice.dtype() if name.endswith((".ReLU", "Identity")) else dice.floating()
    return Layer(options, {"input": T(dice.shape(0, 4), dtype)})


@recipe("torch.nn.Threshold", NF + "threshold", "torch.threshold")
def threshold(dice: Dice, name: str) -> Arguments:
    options = {"threshold": 0.1, "value": dice.pick(0.0, 20)}
    return Layer(options, {"input": dice.tensor()}) if name[9].isupper() else {"input": dice.tensor(), **options}


@recipe(*(f"torch.nn.{n}" for n in ("Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout")), *(f"{NF}dropout{n}d" for n in (1, 2, 3)))
def channel_dropout(dice: Dice, name: str) -> Arguments:
    n = int(name[-2]) if name[-1] == "d" else 2
    x = T(dice.shape(n + 1, n + 2) if name[-1] == "d" or dice.maybe(0.9) else dice.shape(2, 4))
    options = dice.options(p=dice.pick(0.1, 0.5))
    return Layer(options, {"input": x}) if ".nn.functional" not in name else {"input": x, **options}


@recipe("torch.nn.Softmax", "torch.nn.LogSoftmax", "torch.nn.Softmin")
def softmax_layer(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    return Layer({"dim": dice.axis(len(shape))}, {"input": T(shape)})


@recipe("torch.nn.Softmax2d")
def softmax2d(dice: Dice, name: str) -> Arguments:
    return Layer({}, {"input": T(dice.shape(3, 4))})


@recipe("torch.nn.PReLU")
def prelu_layer(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(2, 4)
    return Layer({"num_parameters": dice.pick(1, shape[1])}, {"input": T(shape)})


@recipe("torch.nn.CosineSimilarity", "torch.nn.PairwiseDistance")
def distance_layers(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 4)
    other = T(shape if dice.maybe() else dice.broadcast(shape) or (1,))
    if name.endswith("PairwiseDistance"):
        return Layer(dice.options(0.5, p=2.0, keepdim=True), {"x1": T(shape), "x2": other})
    return Layer(dice.options(0.6, dim=dice.axis(len(shape))), {"x1": T(shape), "x2": other})


@recipe("torch.nn.Parameter", "torch.nn.Buffer")
def parameter(dice: Dice, name: str) -> Arguments:
    options = dice.options(0.3, requires_grad=False) if name.endswith("Parameter") else dice.options(0.3, persistent=False)
    return {"data": T(dice.shape(), "float32"), **options}


@recipe("torch.nn.Sequential")
def sequential(dice: Dice, name: str) -> Arguments:
    sizes = dice.sizes(dice.int(2, 4), 8)
    parts: list[object] = []
    for a, b in zip(sizes, sizes[1:]):
        parts.append(Raw(f"torch.nn.Linear({a}, {b})"))
        if dice.maybe(0.4):
            parts.append(Raw(dice.pick("torch.nn.ReLU()", "torch.nn.Dropout(0.1)", f"torch.nn.LayerNorm({b})")))
    return Layer({"*args": parts}, {"input": T((*dice.shape(0, 2), sizes[0]))})


@recipe(*(f"torch.nn.LazyConv{n}d" for n in (1, 2, 3)), "torch.nn.LazyLinear", *(f"torch.nn.LazyBatchNorm{n}d" for n in (1, 2, 3)))
def lazy(dice: Dice, name: str) -> Arguments:
    if name.endswith("LazyLinear"):
        return Layer({"out_features": dice.size()}, {"input": T(dice.shape(1, 3))})
    n = int(name[-2])
    x = T((dice.size(3) + 1, dice.size(3), *(s + 2 for s in dice.sizes(n))))
    return Layer({} if "Norm" in name else {"out_channels": dice.size(), "kernel_size": dice.int(1, 3)}, {"input": x})


@recipe(*(f"torch.{n}" for n in ("dropout", "dropout_", "alpha_dropout", "alpha_dropout_", "feature_dropout", "feature_dropout_", "feature_alpha_dropout", "feature_alpha_dropout_")))
def plain_dropout(dice: Dice, name: str) -> Arguments:
    return {"input": T(dice.shape(2 if "feature" in name else 0, 4)), "p": dice.pick(0.1, 0.5, 0.9), "train": dice.maybe()}


@recipe("torch.batch_norm", "torch.instance_norm")
def plain_norm(dice: Dice, name: str) -> Arguments:
    channels = dice.size()
    x = T((dice.size(4) + 1, channels, *(s + 1 for s in dice.sizes(dice.int(1, 3)))))
    vectors = {n: T((channels,), "float32", "unit") for n in ("weight", "bias", "running_mean", "running_var")}
    how = "training" if "batch" in name else "use_input_stats"
    return {"input": x, **vectors, how: dice.maybe(), "momentum": 0.1, "eps": 1e-5, "cudnn_enabled": False}
