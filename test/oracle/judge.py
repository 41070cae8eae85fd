"""Runs programs in real PyTorch on the CPU and says what they give: shapes and dtypes, or what they raise."""

from __future__ import annotations

import collections
import contextlib
import re
import signal
import types
import typing
import warnings

import einops
import einops.layers.torch
import torch

from spec import Program

torch.set_num_threads(1)
warnings.simplefilter("ignore")

NAMESPACE = {"torch": torch, "einops": einops}

# Every program runs with its own values, with others, and with tensors of one kind: what a shape or a failure
# depends on values for shows as a difference.
FILLINGS = ("own", "other", "zeros", "ones", "rising")
# Tried when all of those fail: probabilities, and matrices that have an inverse.
CURES = ("unit", "identity")

SECONDS = 10


class Hanging(Exception):
    """Took too long: nothing is said about it."""


@contextlib.contextmanager
def limits(seconds: int = SECONDS) -> typing.Iterator[None]:
    """Raises Hanging after that time, where the system has an alarm clock."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(*_: object) -> None:
        raise Hanging

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def limit_memory(gigabytes: int = 6) -> None:
    """Of this process, so that a wild size raises instead of swapping the machine."""
    try:
        import resource
    except ImportError:  # Windows
        return
    size = gigabytes << 30
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def describe(value: object) -> dict[str, typing.Any]:
    """A value as JSON: a tensor is {shape, dtype}, a sequence {items, fields}."""
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "dtype": dtype_name(value.dtype)}
    if isinstance(value, torch.Size):
        return {"size": list(value)}
    if isinstance(value, (tuple, list)):
        fields = [f for f in getattr(value, "_fields", ())] or named_fields(value)
        return {"items": [describe(v) for v in value], "fields": fields}
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return {"other": "PackedSequence"}
    if value is None or isinstance(value, (bool, int)):
        return {"constant": value}
    return {"other": type(value).__name__}


def named_fields(value: object) -> list[str]:
    """Names of a torch.return_types tuple."""
    if not type(value).__module__.startswith("torch.return_types"):
        return []
    return [n for n in dir(type(value)) if not n.startswith(("_", "n_")) and n not in ("count", "index")]


def clean(message: str) -> str:
    return re.sub(r"\b0x[0-9a-f]{6,}", "0x...", message)


def refill(tensor: torch.Tensor, filling: str) -> None:
    if filling == "zeros":
        tensor.zero_()
    elif filling == "ones":
        tensor.fill_(1)
    elif filling == "rising":
        count = torch.arange(tensor.numel()) % 7
        tensor.copy_(count.reshape(tensor.shape).to(tensor.dtype))
    elif filling == "unit":
        tensor.copy_(torch.rand(tensor.shape))
    elif filling == "identity":
        tensor.copy_(torch.eye(*tensor.shape[-2:]) if tensor.dim() >= 2 else torch.ones(()))


def run_once(code: list[tuple[str, types.CodeType]], tensors: int, filling: str) -> dict[str, typing.Any]:
    """The description of `y`, or {raises, message, line}."""
    torch.default_generator.manual_seed(1 if filling == "other" else 0)
    scope: dict[str, typing.Any] = dict(NAMESPACE)
    line = ""
    try:
        for i, (line, statement) in enumerate(code):
            if i == tensors and filling not in ("own", "other"):
                for k in range(tensors):
                    refill(scope[f"x{k}"], filling)
            exec(statement, scope)
        return describe(scope["y"])
    except (Hanging, MemoryError):
        raise
    except Exception as error:
        if "can't allocate memory" in str(error) or "not enough memory" in str(error):
            raise MemoryError from None
        return {"raises": type(error).__name__, "message": clean(str(error)), "line": line}


def judge(program: Program) -> dict[str, typing.Any] | None:
    """
    {"kind": "value", "value"}, {"kind": "raises", "type", "messages"} with the most frequent one first, or
    {"kind": "varies", "outcomes"} where it depends on values. None where nothing can be said (time, memory).
    """
    code = [(line, compile(line, "<call>", "exec")) for line in program.lines()]
    try:
        with limits():
            outcomes = [run_once(code, program.tensors, f) for f in FILLINGS]
            if all("raises" in o for o in outcomes):
                outcomes += [run_once(code, program.tensors, f) for f in CURES]
    except (Hanging, MemoryError):
        return None
    raised = [o for o in outcomes if "raises" in o]
    if len(raised) == len(outcomes):
        counted = collections.Counter(o["message"] for o in raised)
        return {"kind": "raises", "type": raised[0]["raises"], "line": raised[0]["line"], "messages": [m for m, _ in counted.most_common()]}
    if not raised and all(o == outcomes[0] for o in outcomes):
        return {"kind": "value", "value": outcomes[0]}
    different = []
    for o in outcomes:
        if o not in different:
            different.append(o)
    return {"kind": "varies", "outcomes": different}
