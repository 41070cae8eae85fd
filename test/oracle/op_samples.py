"""
Good and bad calls from the databases of PyTorch's own tests: `op_db` (functions, methods) and `module_db` (layers).

They know about every option; recipes know about sizes. Needs expecttest, hypothesis, pytest and scipy beside torch.
"""

from __future__ import annotations

import itertools
import random
import re
import typing

import torch

from spec import Call, Raw, T

LIMIT = 60  # samples a name

# Entries whose samples don't stand in the order of the function's parameters, or that can't be written out.
REORDERED = {"where", "einsum", "nn.functional.embedding", "nn.functional.embedding_bag", "polygamma", "svd_lowrank", "pca_lowrank", "tensordot", "uniform", "normal", "arange", "full", "ones", "zeros", "eye", "empty", "linspace", "logspace", "randn", "randint"}


WIDE = (torch.uint16, torch.uint32, torch.uint64)


class Unwritable(Exception):
    """Has no literal: sparse tensors, generators, functions."""


def convert(value: typing.Any) -> typing.Any:
    if isinstance(value, torch.Tensor):
        if type(value) not in (torch.Tensor, torch.nn.Parameter) or value.layout != torch.strided or value.device.type != "cpu" or value.is_quantized or value.numel() > 5_000 or value.dim() > 8:
            raise Unwritable
        return T(tuple(value.shape), str(value.dtype).removeprefix("torch."), filling(value))
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(convert(v) for v in value) if type(value) in (list, tuple) else tuple(convert(v) for v in value)
    if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
        return Raw(str(value))
    if value is Ellipsis:
        return Raw("...")
    if isinstance(value, slice):
        return Raw(f"slice({value.start!r}, {value.stop!r}, {value.step!r})")
    if isinstance(value, torch.device):
        return str(value)
    if value is None or type(value) in (bool, int, float, complex, str):
        if isinstance(value, float) and value != value:
            raise Unwritable
        return value
    raise Unwritable


def filling(value: torch.Tensor) -> str:
    """What the values of a sample are like, as far as calls depend on it."""
    if value.dtype.is_floating_point and value.numel() and bool((value >= 0).all()):
        return "positive"
    if value.dtype in WIDE:  # they can hardly be asked anything
        return "any"
    if not value.dtype.is_floating_point and not value.dtype.is_complex and value.dtype != torch.bool and value.numel():
        low, high = int(value.min()), int(value.max())
        if low >= 0:
            return f"index:{high + 1}" if high < 1000 else "any"
    return "any"


def op_names(op: typing.Any) -> list[tuple[str, bool]]:
    """(full name, is a method) of everything an entry tests."""
    aliases = [a.name for a in getattr(op, "aliases", ())]
    out = []
    for name in [op.name, *aliases]:
        if re.fullmatch(r"[\w.]+", name) and not name.startswith(("_", "ops.", "signal.", "masked.")):
            target: typing.Any = torch
            for part in name.split("."):
                target = getattr(target, part, None)
            if callable(target):
                out.append((f"torch.{name}", False))
            if "." not in name and callable(getattr(torch.Tensor, name, None)):
                out.append((f"torch.Tensor.{name}", True))
            inplace = getattr(op, "inplace_variant", None)
            if inplace is not None and getattr(inplace, "__name__", "").endswith("_") and "." not in name and hasattr(torch.Tensor, name + "_"):
                out.append((f"torch.Tensor.{name}_", True))
    return out


class Samples:
    """Calls by full name, made when asked for and remembered."""

    def __init__(self) -> None:
        from torch.testing._internal.common_methods_invocations import op_db
        from torch.testing._internal.common_modules import module_db

        self.ops: dict[str, list[tuple[typing.Any, bool]]] = {}
        for op in op_db:
            if op.name in REORDERED:
                continue
            for name, method in op_names(op):
                self.ops.setdefault(name, []).append((op, method))
        self.modules: dict[str, typing.Any] = {}
        for info in module_db:
            self.modules.setdefault(f"torch.nn.{info.module_cls.__name__}", info)
        self.made: dict[str, list[Call]] = {}

    def of(self, name: str) -> list[Call]:
        if name not in self.made:
            torch.manual_seed(0)
            random.seed(0)
            found = self.of_module(name) if name in self.modules else self.of_op(name)
            unique = {repr((c.build, c.arguments)): c for c in found}
            calls = list(unique.values())
            random.Random(name).shuffle(calls)
            self.made[name] = calls[:LIMIT]
        return self.made[name]

    def of_op(self, name: str) -> list[Call]:
        calls: list[Call] = []
        for op, method in self.ops.get(name, []):
            dtype = torch.float32 if op.supports_dtype(torch.float32, "cpu") else torch.int64 if op.supports_dtype(torch.int64, "cpu") else torch.complex64
            samples: list[typing.Any] = []
            try:
                samples += itertools.islice(op.sample_inputs("cpu", dtype), 300)
                if op.error_inputs_func is not None:
                    samples += [e.sample_input for e in itertools.islice(op.error_inputs("cpu"), 100)]
            except Exception:  # a generator that needs what this machine lacks
                pass
            for sample in samples:
                try:
                    rest = [convert(v) for v in sample.args]
                    keywords = {k: convert(v) for k, v in sample.kwargs.items() if k != "out"}
                    first = convert(sample.input)
                except Unwritable:
                    continue
                if not method:
                    calls.append(Call(name, {"*": [first, *rest], **keywords}))
                elif isinstance(first, T):
                    calls.append(Call(name, {"self": first, "*": rest, **keywords}))
        return calls

    def of_module(self, name: str) -> list[Call]:
        info, calls = self.modules[name], []
        for training in (True, False):
            inputs: list[typing.Any] = []
            options = dict(device="cpu", dtype=torch.float32, requires_grad=False, training=training)
            try:
                inputs += info.module_inputs_func(info, **options)
                if info.module_error_inputs_func is not None:
                    inputs += [e.module_error_input for e in info.module_error_inputs_func(info, **options)]
            except Exception:
                pass
            for sample in inputs:
                if sample.forward_input is None:
                    continue
                try:
                    build = {"*": [convert(v) for v in sample.constructor_input.args], **{k: convert(v) for k, v in sample.constructor_input.kwargs.items()}}
                    call = {"*": [convert(v) for v in sample.forward_input.args], **{k: convert(v) for k, v in sample.forward_input.kwargs.items()}}
                except Unwritable:
                    continue
                calls.append(Call(name, call, build))
        return calls
