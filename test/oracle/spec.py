"""A call of an operator or layer as data: made by recipes, changed by mutate.py, written and run here."""

from __future__ import annotations

import copy
import dataclasses
import random
import re
import typing


@dataclasses.dataclass
class T:
    """A tensor argument. `fill` says what values it must have; shapes must not depend on them."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    # "any"; "index:5" ints in [0, 5); "positive"; "definite" (symmetric, positive); "upto:3.0" floats in [0, 3)
    fill: str = "any"

    def source(self) -> str:
        size = ", ".join(map(str, self.shape)) if self.shape else "()"
        of_dtype = "" if self.dtype == "float32" else f", dtype=torch.{self.dtype}"
        if self.fill.startswith("index:"):
            of_dtype = "" if self.dtype == "int64" else of_dtype
            listed = "(" + "".join(f"{n}, " for n in self.shape).strip() + ")"
            return f"torch.randint(0, {self.fill[6:]}, {listed}{of_dtype})"
        if self.dtype == "bool":
            return f"torch.ones({size}{of_dtype})"
        if self.dtype in INTEGERS:
            return f"torch.ones({size}{of_dtype})" if self.fill == "positive" else f"torch.zeros({size}{of_dtype})"
        if self.fill in ("positive", "unit"):
            return f"torch.rand({size}{of_dtype})"
        if self.fill == "definite" and len(self.shape) == 2 and self.shape[0] == self.shape[1]:
            return f"torch.eye({self.shape[0]}{of_dtype})"
        if self.dtype.startswith("float8"):
            return f"torch.zeros({size}{of_dtype})"
        return f"torch.randn({size}{of_dtype})"


INTEGERS = ("int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64")


@dataclasses.dataclass
class Raw:
    """Source text as it is: `torch.int64`, `slice(1, None)`, `...`."""

    text: str


class Layer(typing.NamedTuple):
    """What a recipe for a module class gives: constructor arguments, then those of `forward`."""

    build: dict[str, typing.Any]
    call: dict[str, typing.Any]


@dataclasses.dataclass
class Call:
    """
    Arguments by parameter name in the order of the signature. A key starting with `*` holds a list
    of further positional arguments. `build` is None for functions and methods.
    """

    name: str
    arguments: dict[str, typing.Any]
    build: dict[str, typing.Any] | None = None
    # "mutated: ..." for reports
    note: str = ""

    def copy(self) -> Call:
        return copy.deepcopy(self)


@dataclasses.dataclass
class Program:
    """Source lines: those that make the argument tensors `x0`, `x1`, ..., then those that call and bind `y`."""

    setup: list[str]
    body: list[str]
    tensors: int

    def lines(self) -> list[str]:
        return self.setup + self.body


_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
}  # fmt: skip
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

# Dunder method -> how its use is written; a is self, b the other operand.
OPERATORS = {
    **{f"__{n}__": f"a {o} b" for n, o in {**_BINARY, **_COMPARE}.items()},
    **{f"__r{n}__": f"b {o} a" for n, o in _BINARY.items()},
    **{f"__i{n}__": f"a {o}= b" for n, o in _BINARY.items()},
    "__neg__": "-a", "__pos__": "+a", "__invert__": "~a", "__abs__": "abs(a)", "__len__": "len(a)",
}  # fmt: skip

Overloads = list[list[tuple[str, bool]]]


class Writer:
    """Turns one Call into a Program; an overload is a list of (parameter, keyword only), `forward` those of a layer."""

    def __init__(self, rng: random.Random, overloads: Overloads, forward: Overloads):
        self.rng, self.overloads, self.forward = rng, overloads, forward
        self.setup: list[str] = []

    def value(self, value: typing.Any) -> str:
        if isinstance(value, T):
            name = f"x{len(self.setup)}"
            self.setup.append(f"{name} = {value.source()}")
            return name
        if isinstance(value, Raw):
            return value.text
        if isinstance(value, list):
            return "[" + ", ".join(map(self.value, value)) + "]"
        if isinstance(value, tuple):
            return "(" + ", ".join(map(self.value, value)) + (",)" if len(value) == 1 else ")")
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            return f"float('{value}')"
        return repr(value)

    def arguments(self, given: dict[str, typing.Any], overloads: Overloads, skip: int = 0) -> str:
        """Positional as far as the signature and a coin allow, then by keyword; `skip` leaves out the first ones."""
        plain = {k for k in given if not k.startswith("*")}
        order = next((o for o in overloads if plain <= {n for n, _ in o}), [])
        place = {n: i for i, (n, _) in enumerate(order)}
        by_position = [n for n, keyword_only in order if not keyword_only and not n.startswith("*")]
        star = next((i for i, k in enumerate(given) if re.match(r"\*(?!\*)", k)), None)
        # What stands before `*args` is positional, what comes after it is by keyword.
        keys = list(given) if star is not None else sorted(given, key=lambda k: place.get(k, len(order)))
        written, positional = [], True
        for i, key in enumerate(keys):
            if i < skip:
                continue
            if key.startswith("**"):
                written += [f"{k}={self.value(v)}" for k, v in given[key].items()]
            elif key.startswith("*"):
                written += [self.value(v) for v in given[key]]
                positional = False
            elif star is not None and i < star:
                written.append(self.value(given[key]))
            elif positional and (by_position[i : i + 1] == [key] or not order) and (i < 2 or self.rng.random() < 0.6):
                written.append(self.value(given[key]))
            else:
                positional = False
                written.append(f"{key}={self.value(given[key])}")
        return ", ".join(written)

    def spread(self, call: Call) -> str | None:
        """`2, 3` of `x.view(2, 3)` for `x.view((2, 3))`, half of the time."""
        rest = list(call.arguments.items())[1 if is_method(call.name) else 0 :]
        if len(rest) != 1 or not (is_method(call.name) or call.name in SPREADING) or self.rng.random() < 0.5:
            return None
        key, values = rest[0]
        if key not in ("size", "shape", "dims", "repeats", "sizes") or not isinstance(values, (list, tuple)):
            return None
        if not values or not all(type(v) is int for v in values):
            return None
        return ", ".join(map(str, values))

    def program(self, call: Call) -> Program:
        return self.finish(self.body(call))

    def finish(self, body: list[str]) -> Program:
        return Program(self.setup, body, len(self.setup))

    def body(self, call: Call) -> list[str]:
        short = call.name.rsplit(".", 1)[1]
        if call.build is not None:
            built = self.arguments(call.build, self.overloads)
            return [f"layer = {call.name}({built})", f"y = layer({self.arguments(call.arguments, self.forward)})"]
        if not is_method(call.name):
            return [f"y = {call.name}({self.spread(call) or self.arguments(call.arguments, self.overloads)})"]
        values = [v for k, given in call.arguments.items() for v in (given if k.startswith("*") else [given])]
        if short == "__getitem__" and len(values) > 1:
            return [f"y = {self.value(values[0])}[{self.index(values[1])}]"]
        if short == "__setitem__" and len(values) > 2:
            target = self.value(values[0])
            return [f"{target}[{self.index(values[1])}] = {self.value(values[2])}", f"y = {target}"]
        if short in OPERATORS and 1 <= len(values) <= 2:
            return self.operator(OPERATORS[short], [self.value(v) for v in values])
        target = self.value(values[0])
        if short in ATTRIBUTES:
            return [f"y = {target}.{short}"]
        return [f"y = {target}.{short}({self.spread(call) or self.arguments(call.arguments, self.overloads, skip=1)})"]

    def index(self, index: typing.Any) -> str:
        """What stands between the brackets of a subscript: tuples without their own."""
        if isinstance(index, tuple) and index:
            return ", ".join(map(self.value, index)) + ("," if len(index) == 1 else "")
        return self.value(index)

    @staticmethod
    def operator(form: str, operands: list[str]) -> list[str]:
        text = re.sub(r"\b[ab]\b", lambda m: operands[0] if m[0] == "a" else operands[-1], form)
        augmented = form.startswith("a ") and form[2:-3] in _BINARY.values() and form.endswith("= b")
        return [text, f"y = {operands[0]}"] if augmented else [f"y = {text}"]


def is_method(name: str) -> bool:
    return name.startswith("torch.Tensor.")


# Functions that take their list of sizes written out.
SPREADING = ("torch.zeros", "torch.ones", "torch.empty", "torch.rand", "torch.randn")

ATTRIBUTES = {"T", "mT", "H", "mH", "shape", "ndim", "real", "imag", "data"}  # fmt: skip

