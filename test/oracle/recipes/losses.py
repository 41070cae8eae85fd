"""Losses: functions of torch.nn.functional and their layers, from one description each."""

from __future__ import annotations

import typing

from recipes import Arguments, Dice, recipe
from spec import Layer, T

NF = "torch.nn.functional."

# function, layer, how its tensors are made
Tensors = typing.Callable[[Dice], "dict[str, typing.Any]"]


def same(*names: str, fill: str = "any") -> Tensors:
    def make(dice: Dice) -> dict[str, typing.Any]:
        shape = dice.shape(0, 4)
        return {n: T(shape, "float32", fill) for n in names}

    return make


def classes(dice: Dice) -> dict[str, typing.Any]:
    """(N, C, *d) scores with (N, *d) class numbers."""
    n, c, rest = dice.size(), dice.size(), dice.shape(0, 2) if dice.maybe(0.4) else ()
    if not rest and dice.maybe(0.15):
        return {"input": T((c,)), "target": T((), "int64", f"index:{c}")}
    return {"input": T((n, c, *rest)), "target": T((n, *rest), "int64", f"index:{c}")}


def cross_entropy(dice: Dice) -> dict[str, typing.Any]:
    if dice.maybe(0.2):
        shape = dice.shape(1, 4)
        return {"input": T(shape), "target": T(shape, "float32", "unit")}
    return classes(dice)


def rows(dice: Dice) -> dict[str, typing.Any]:
    n, c = dice.size(), dice.size()
    return {"input": T((n, c)), "target": T((n,), "int64", f"index:{c}")}


def ranking(dice: Dice) -> dict[str, typing.Any]:
    n = dice.sizes(1)
    return {"input1": T(n), "input2": T(n), "target": T(n)}


def cosine(dice: Dice) -> dict[str, typing.Any]:
    n, d = dice.size(), dice.size()
    return {"input1": T((n, d)), "input2": T((n, d)), "target": T((n,))}


def triplet(dice: Dice) -> dict[str, typing.Any]:
    shape = dice.shape(1, 3)
    return {n: T(shape) for n in ("anchor", "positive", "negative")}


def gaussian(dice: Dice) -> dict[str, typing.Any]:
    shape = dice.shape(1, 3)
    var = dice.pick(shape, shape[:-1], (*shape[:-1], 1))
    return {"input": T(shape), "target": T(shape), "var": T(var, "float32", "unit")}


def multilabel(dice: Dice) -> dict[str, typing.Any]:
    shape = dice.shape(1, 2)
    return {"input": T(shape), "target": T(shape, "int64", f"index:{shape[-1]}")}


LOSSES: list[tuple[str, str, Tensors]] = [
    ("mse_loss", "MSELoss", same("input", "target")),
    ("l1_loss", "L1Loss", same("input", "target")),
    ("smooth_l1_loss", "SmoothL1Loss", same("input", "target")),
    ("huber_loss", "HuberLoss", same("input", "target")),
    ("kl_div", "KLDivLoss", same("input", "target")),
    ("binary_cross_entropy", "BCELoss", same("input", "target", fill="unit")),
    ("binary_cross_entropy_with_logits", "BCEWithLogitsLoss", same("input", "target", fill="unit")),
    ("soft_margin_loss", "SoftMarginLoss", same("input", "target")),
    ("hinge_embedding_loss", "HingeEmbeddingLoss", same("input", "target")),
    ("cross_entropy", "CrossEntropyLoss", cross_entropy),
    ("nll_loss", "NLLLoss", classes),
    ("multi_margin_loss", "MultiMarginLoss", rows),
    ("multilabel_margin_loss", "MultiLabelMarginLoss", multilabel),
    ("multilabel_soft_margin_loss", "MultiLabelSoftMarginLoss", same("input", "target")),
    ("margin_ranking_loss", "MarginRankingLoss", ranking),
    ("cosine_embedding_loss", "CosineEmbeddingLoss", cosine),
    ("triplet_margin_loss", "TripletMarginLoss", triplet),
    ("gaussian_nll_loss", "GaussianNLLLoss", gaussian),
]


def declare(function: str, layer: str, tensors: Tensors) -> None:
    @recipe(NF + function, "torch.nn." + layer)
    def loss(dice: Dice, name: str) -> Arguments:
        options: dict[str, object] = {"reduction": dice.pick("mean", "sum", "none")} if dice.maybe(0.6) else {}
        given = tensors(dice)
        if function in ("cross_entropy", "nll_loss"):
            options |= dice.options(0.15, ignore_index=0)
        if function == "cross_entropy":
            options |= dice.options(0.15, label_smoothing=0.1)
        return Layer(options, given) if name.startswith("torch.nn.") and name[9].isupper() else {**given, **options}


for loss in LOSSES:
    declare(*loss)


@recipe("torch.nn.PoissonNLLLoss", NF + "poisson_nll_loss")
def poisson(dice: Dice, name: str) -> Arguments:
    shape = dice.shape()
    options: dict[str, object] = {"reduction": dice.pick("mean", "sum", "none")} if dice.maybe() else {}
    if name.startswith(NF):
        return {"input": T(shape), "target": T(shape), **options}
    return Layer(options, {"log_input": T(shape), "target": T(shape)})


@recipe("torch.nn.CTCLoss", NF + "ctc_loss")
def ctc(dice: Dice, name: str) -> Arguments:
    steps, batch, classes_ = dice.int(4, 8), dice.size(3), dice.int(3, 6)
    labels = dice.int(1, 2)
    call = {"log_probs": T((steps, batch, classes_)), "targets": T((batch, labels), "int64", "positive"), "input_lengths": (steps,) * batch, "target_lengths": (labels,) * batch}
    options: dict[str, object] = {"reduction": dice.pick("mean", "sum", "none")} if dice.maybe() else {}
    return {**call, **options} if name.startswith(NF) else Layer(options, call)
