"""Convolutions, pooling, padding, resizing and folding."""

from __future__ import annotations

import re

from recipes import Arguments, Dice, both, recipe
from spec import Layer, T

NF = "torch.nn.functional."


def rank_in(name: str) -> int:
    """2 for 'max_pool2d_with_indices'."""
    return int(re.findall(r"(\d)d", name)[-1])


def per_dim(dice: Dice, n: int, low: int, high: int) -> object:
    """One int for all dims, or one each."""
    if dice.maybe(0.6):
        return dice.int(low, high)
    return tuple(dice.int(low, high) for _ in range(n))


def each(value: object, n: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple) else (value,) * n  # type: ignore[return-value]  # of ints, as options are


def space(dice: Dice, n: int, kernel: object, padding: object, dilation: object) -> tuple[int, ...]:
    """Sizes that the kernel fits into."""
    need = [d * (k - 1) + 1 - 2 * p for k, p, d in zip(each(kernel, n), each(padding, n), each(dilation, n))]
    return tuple(max(1, m) + dice.int(0, 5) for m in need)


@recipe(*(f"torch.nn.Conv{n}d" for n in (1, 2, 3)), *(f"torch.nn.functional.conv{n}d" for n in (1, 2, 3)), *(f"torch.conv{n}d" for n in (1, 2, 3)))
def conv(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    groups = dice.pick(1, 1, 1, 2, 3)
    ins, outs = groups * dice.int(1, 3), groups * dice.int(1, 3)
    kernel, dilation = per_dim(dice, n, 1, 3), per_dim(dice, n, 1, 2)
    stride = per_dim(dice, n, 1, 3)
    padding: object = per_dim(dice, n, 0, 2)
    if dice.maybe(0.2):
        padding = dice.pick("same", "valid")
        stride = 1 if padding == "same" and dice.maybe(0.9) else stride
    sizes = space(dice, n, kernel, 0 if isinstance(padding, str) else padding, dilation)
    batch = () if dice.maybe(0.2) else (dice.size(4),)
    options = dice.options(0.5, stride=stride, dilation=dilation)
    options = {**options, **({"groups": groups} if groups > 1 or dice.maybe(0.1) else {}), "padding": padding}
    if padding == "same" and "stride" in options:
        options["stride"] = stride
    bias = dice.maybe(0.3)
    x = T((*batch, ins, *sizes))
    if ".nn.Conv" in name:
        modes = {"padding_mode": dice.pick("reflect", "replicate", "circular")} if dice.maybe(0.1) else {}
        return Layer({"in_channels": ins, "out_channels": outs, "kernel_size": kernel, **options, **modes, **({"bias": False} if bias else {})}, {"input": x})
    weight = T((outs, ins // groups, *each(kernel, n)))
    return {"input": x, "weight": weight, **({"bias": T((outs,))} if bias else {}), **options}


@recipe(*(f"torch.nn.ConvTranspose{n}d" for n in (1, 2, 3)), *(f"torch.nn.functional.conv_transpose{n}d" for n in (1, 2, 3)), *(f"torch.conv_transpose{n}d" for n in (1, 2, 3)))
def conv_transpose(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    groups = dice.pick(1, 1, 1, 2)
    ins, outs = groups * dice.int(1, 3), groups * dice.int(1, 3)
    kernel, stride = per_dim(dice, n, 2, 4), per_dim(dice, n, 1, 3)
    padding = per_dim(dice, n, 0, 1)
    more = tuple(dice.int(0, s - 1) for s in each(stride, n))
    sizes = tuple(dice.int(2, 5) for _ in range(n))
    batch = () if dice.maybe(0.2) else (dice.size(3),)
    options = {"stride": stride, **dice.options(0.5, padding=padding), **dice.options(0.3, output_padding=more)}
    groups_option = {"groups": groups} if groups > 1 else {}
    x, bias = T((*batch, ins, *sizes)), dice.maybe(0.3)
    if ".nn.Conv" in name:
        call: dict[str, object] = {"input": x}
        return Layer({"in_channels": ins, "out_channels": outs, "kernel_size": kernel, **options, **groups_option, **({"bias": False} if bias else {})}, call)
    return {"input": x, "weight": T((ins, outs // groups, *each(kernel, n))), **({"bias": T((outs,))} if bias else {}), **options, **groups_option}


POOLS = [f"{kind}_pool{n}d" for kind in ("max", "avg") for n in (1, 2, 3)] + [f"max_pool{n}d_with_indices" for n in (1, 2, 3)]


@recipe(
    *(NF + p for p in POOLS), "torch.max_pool1d", "torch.max_pool2d", "torch.max_pool3d", "torch.avg_pool1d", "torch.max_pool1d_with_indices",
    *(f"torch.nn.{kind}Pool{n}d" for kind in ("Max", "Avg") for n in (1, 2, 3)),
)  # fmt: skip
def pool(dice: Dice, name: str) -> Arguments:
    n, maximum = rank_in(name), "ax" in name.rsplit(".", 1)[1]
    kernel = per_dim(dice, n, 2, 3)
    half = tuple(k // 2 for k in each(kernel, n))
    padding: object = dice.pick(0, 0, min(half), half)
    dilation = per_dim(dice, n, 1, 2) if maximum and dice.maybe(0.3) else 1
    sizes = space(dice, n, kernel, padding, dilation)
    options = {**dice.options(0.5, stride=per_dim(dice, n, 1, 3)), **dice.options(0.25, ceil_mode=True)}
    if padding:
        options["padding"] = padding
    if maximum and dilation != 1:
        options["dilation"] = dilation
    if maximum and dice.maybe(0.15) and not name.startswith("torch.max") and not name.startswith("torch.avg"):
        options["return_indices"] = True
    if not maximum:
        options |= dice.options(0.15, count_include_pad=False)
    batch = () if dice.maybe(0.2) else (dice.size(4),)
    x = T((*batch, dice.size(4), *sizes))
    if ".nn.Max" in name or ".nn.Avg" in name:
        return Layer({"kernel_size": kernel, **options}, {"input": x})
    return {"input": x, "kernel_size": kernel, **options}


ADAPTIVE = [f"adaptive_{kind}_pool{n}d" for kind in ("avg", "max") for n in (1, 2, 3)] + [f"adaptive_max_pool{n}d_with_indices" for n in (1, 2, 3)]


@recipe(*(NF + p for p in ADAPTIVE), "torch.adaptive_avg_pool1d", "torch.adaptive_max_pool1d", *(f"torch.nn.Adaptive{kind}Pool{n}d" for kind in ("Avg", "Max") for n in (1, 2, 3)))
def adaptive_pool(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    size: object = per_dim(dice, n, 1, 5)
    if n > 1 and dice.maybe(0.2) and "torch.ada" not in name:
        size = tuple(dice.pick(None, k) for k in each(size, n))
    batch = () if dice.maybe(0.2) else (dice.size(4),)
    x = T((*batch, dice.size(4), *(dice.size() for _ in range(n))))
    options = {"return_indices": True} if "max_pool" in name and name.startswith(NF) and dice.maybe(0.2) else {}
    if ".nn.Adaptive" in name:
        return Layer({"output_size": size}, {"input": x})
    return {"input": x, "output_size": size, **options}


@recipe(*(f"{p}lp_pool{n}d" for p in (NF,) for n in (1, 2, 3)), *(f"torch.nn.LPPool{n}d" for n in (1, 2, 3)))
def lp_pool(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    kernel = per_dim(dice, n, 1, 3) if n > 1 else dice.int(1, 3)
    x = T((*(() if dice.maybe(0.2) else (dice.size(3),)), dice.size(3), *space(dice, n, kernel, 0, 1)))
    options = {**dice.options(0.5, stride=dice.int(1, 3)), **dice.options(0.25, ceil_mode=True)}
    if ".nn.LP" in name:
        return Layer({"norm_type": 2, "kernel_size": kernel, **options}, {"input": x})
    return {"input": x, "norm_type": 2, "kernel_size": kernel, **options}


@recipe(*(f"{p}max_unpool{n}d" for p in (NF,) for n in (1, 2, 3)), *(f"torch.nn.MaxUnpool{n}d" for n in (1, 2, 3)))
def max_unpool(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    shape = (dice.size(3), dice.size(3), *(dice.int(1, 3) for _ in range(n)))
    call = {"input": T(shape), "indices": T(shape, "int64", "index:1")}
    options = {"kernel_size": 2, **dice.options(stride=2)}
    return Layer(options, call) if ".nn.MaxU" in name else {**call, **options}


@recipe(*(f"torch.nn.FractionalMaxPool{n}d" for n in (2, 3)), *(f"{NF}fractional_max_pool{n}d" for n in (2, 3)))
def fractional(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    sizes = tuple(dice.int(4, 8) for _ in range(n))
    x = T((*(() if dice.maybe(0.2) else (dice.size(3),)), dice.size(3), *sizes))
    out = {"output_size": tuple(s - dice.int(2, 3) for s in sizes)} if dice.maybe(0.6) else {"output_ratio": (0.5,) * n}
    options = {"kernel_size": 2, **out}
    return Layer(options, {"input": x}) if ".nn.Frac" in name else {"input": x, **options}


@recipe(NF + "pad")
def pad(dice: Dice, name: str) -> Arguments:
    rank = dice.int(1, 5)
    shape = dice.sizes(rank)
    mode = dice.pick("constant", "constant", "constant", "reflect", "replicate", "circular")
    if mode == "constant":
        count = dice.int(1, rank)
        amounts = [dice.int(-1, 3) if dice.maybe(0.15) else dice.int(0, 3) for _ in range(2 * count)]
        return {"input": T(tuple(n + 1 for n in shape), dice.dtype()), "pad": dice.pick(amounts, tuple(amounts)), **dice.options(0.3, mode="constant", value=1.0)}
    n = dice.int(1, 3)
    shape = tuple(s + 2 for s in dice.sizes(n + dice.int(1, 2)))
    amounts = tuple(dice.int(0, min(shape[-1 - i // 2] - 1, 2)) for i in range(2 * n))
    return {"input": T(shape), "pad": amounts, "mode": mode}


@recipe(*(f"torch.nn.{kind}Pad{n}d" for kind in ("Reflection", "Replication", "Circular", "Zero", "Constant") for n in (1, 2, 3)))
def pad_layer(dice: Dice, name: str) -> Arguments:
    n = rank_in(name)
    sizes = tuple(dice.int(3, 6) for _ in range(n))
    amount: object = dice.int(0, 2) if dice.maybe() else tuple(dice.int(0, 2) for _ in range(2 * n))
    build = {"padding": amount, **({"value": 1.0} if "Constant" in name else {})}
    batch = () if dice.maybe(0.2) else (dice.size(3),)
    return Layer(build, {"input": T((*batch, dice.size(3), *sizes))})


RESIZE = {"nearest": (1, 3), "linear": (1, 1), "bilinear": (2, 2), "bicubic": (2, 2), "trilinear": (3, 3), "area": (1, 3), "nearest-exact": (1, 3)}


@recipe(NF + "interpolate", NF + "upsample", "torch.nn.Upsample", "torch.nn.UpsamplingNearest2d", "torch.nn.UpsamplingBilinear2d")
def interpolate(dice: Dice, name: str) -> Arguments:
    mode = dice.pick(*RESIZE) if "Upsampling" not in name else "nearest"
    low, high = RESIZE[mode] if "Upsampling" not in name else (2, 2)
    n = dice.int(low, high)
    x = T((dice.size(3), dice.size(3), *dice.sizes(n)))
    target: dict[str, object]
    if dice.maybe():
        target = {"size": per_dim(dice, n, 1, 8)}
    else:
        target = {"scale_factor": dice.pick(2, 2.0, 0.5, 1.5, 3, tuple(dice.pick(2.0, 1.5, 3.0) for _ in range(n)))}
        if min(x.shape[2:]) < 2 and "scale_factor" in target:
            target = {"scale_factor": 2}
    options = {} if mode == "nearest" else {"mode": mode}
    if mode.endswith("linear") or mode == "bicubic":
        options |= dice.options(0.3, align_corners=dice.maybe())
    if "Upsampling" in name:
        options = {}
    if ".nn.Up" in name:
        return Layer({**target, **options}, {"input": x})
    extra = dice.options(0.1, recompute_scale_factor=True) if "scale_factor" in target and name.endswith("interpolate") else {}
    return {"input": x, **target, **options, **extra}


@recipe(NF + "unfold", "torch.nn.Unfold")
def unfold(dice: Dice, name: str) -> Arguments:
    kernel, dilation, padding = per_dim(dice, 2, 1, 3), per_dim(dice, 2, 1, 2), per_dim(dice, 2, 0, 1)
    x = T((*(() if dice.maybe(0.2) else (dice.size(3),)), dice.size(3), *space(dice, 2, kernel, padding, dilation)))
    options = {"kernel_size": kernel, "dilation": dilation, "padding": padding, **dice.options(0.5, stride=per_dim(dice, 2, 1, 2))}
    return Layer(options, {"input": x}) if name.endswith("Unfold") else {"input": x, **options}


@recipe(NF + "fold", "torch.nn.Fold")
def fold(dice: Dice, name: str) -> Arguments:
    kernel, stride, padding, dilation = (per_dim(dice, 2, 1, 3), per_dim(dice, 2, 1, 2), per_dim(dice, 2, 0, 1), 1)
    sizes = tuple(s + 1 for s in space(dice, 2, kernel, padding, dilation))
    blocks = 1
    for s, k, p, st in zip(sizes, each(kernel, 2), each(padding, 2), each(stride, 2)):
        blocks *= (s + 2 * p - k) // st + 1
    area = each(kernel, 2)[0] * each(kernel, 2)[1]
    x = T((*(() if dice.maybe(0.2) else (dice.size(3),)), dice.size(3) * area, blocks))
    options = {"output_size": sizes, "kernel_size": kernel, "padding": padding, "stride": stride}
    return Layer(options, {"input": x}) if name.endswith("Fold") else {"input": x, **options}


@recipe("torch.Tensor.unfold")
def unfold_method(dice: Dice, name: str) -> Arguments:
    shape = dice.shape(1, 3)
    dim = dice.axis(len(shape))
    return {"self": T(shape), "dimension": dim, "size": dice.int(1, shape[dim]), "step": dice.int(1, 3)}


@recipe(NF + "pixel_shuffle", NF + "pixel_unshuffle", *both("pixel_shuffle", "pixel_unshuffle"), "torch.nn.PixelShuffle", "torch.nn.PixelUnshuffle")
def pixels(dice: Dice, name: str) -> Arguments:
    factor, down = dice.int(1, 3), "nshuffle" in name
    c, h, w = dice.size(3), dice.size(4), dice.size(4)
    lead = dice.shape(0, 2)
    shape = (*lead, c, h * factor, w * factor) if down else (*lead, c * factor * factor, h, w)
    key = "downscale_factor" if down else "upscale_factor"
    return Layer({key: factor}, {"input": T(shape)}) if ".nn.Pixel" in name else {"input": T(shape), key: factor}


@recipe("torch.nn.ChannelShuffle", "torch.channel_shuffle", NF + "channel_shuffle", NF + "native_channel_shuffle")
def channel_shuffle(dice: Dice, name: str) -> Arguments:
    groups = dice.int(1, 3)
    x = T((dice.size(3), groups * dice.size(3), *dice.sizes(dice.int(1, 2))))
    return Layer({"groups": groups}, {"input": x}) if "ChannelShuffle" in name else {"input": x, "groups": groups}


@recipe(NF + "grid_sample", NF + "affine_grid")
def grids(dice: Dice, name: str) -> Arguments:
    n = dice.int(2, 3)
    batch = dice.size(3)
    sizes = dice.sizes(n)
    if name.endswith("affine_grid"):
        return {"theta": T((batch, n, n + 1)), "size": [batch, dice.size(3), *sizes], **dice.options(0.5, align_corners=False)}
    return {"input": T((batch, dice.size(3), *dice.sizes(n))), "grid": T((batch, *sizes, n)), **dice.options(0.3, mode="nearest", padding_mode="border", align_corners=True)}


@recipe(NF + "local_response_norm", "torch.nn.LocalResponseNorm")
def local_response(dice: Dice, name: str) -> Arguments:
    x = T(dice.shape(3, 5))
    return Layer({"size": dice.int(1, 4)}, {"input": x}) if ".nn.Local" in name else {"input": x, "size": dice.int(1, 4)}
