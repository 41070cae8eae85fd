"""Writes server/src/operators/signatures.generated.ts and callables.generated.ts from the installed PyTorch.

Run it with the Python of an environment that has torch; it prints how many names it wrote:

    python scripts/generate-signatures.py [--output FILE]

Sources, the most exact first:

- functions written in Python (most of torch.nn.functional, every module): `inspect.signature`;
- functions bound from C++: the signature strings that PyTorch's own argument parser is built with.
  They are constants of libtorch_python and hold what the schemas don't: Python's names (`input`
  instead of `self`), overloads that one call can mean, sizes of int lists (`IntArrayRef[2]`);
- what has no such string (`Tensor.dim()` takes no arguments): the stubs shipped with torch.

The order of overloads is that of the stubs, which torch's build sorts as its parser tries them.
Left out: `out=` parameters, named tensors (Dimname), private names.
"""

from __future__ import annotations

import argparse
import inspect
import pathlib
import re
import sys
import types
import typing

import einops
import einops.layers.torch
import torch
import torch.fft
import torch.linalg
import torch.masked
import torch.signal.windows
import torch.special

from signature_sources import Parameter, Signature, deprecated, parser_strings, python_signatures, read_stubs, show, unread, with_out

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "server" / "src" / "operators" / "signatures.generated.ts"
CALLABLES = OUTPUT.with_name("callables.generated.ts")

FUNCTION_NAMESPACES = {
    "torch": torch,
    "torch.nn.functional": torch.nn.functional,
    "torch.linalg": torch.linalg,
    "torch.fft": torch.fft,
    "torch.special": torch.special,
    "torch.masked": torch.masked,
    "torch.signal.windows": torch.signal.windows,
    "torch.nn.init": torch.nn.init,
    "torch.nn.utils": torch.nn.utils,
    "torch.nn.utils.rnn": torch.nn.utils.rnn,
    "einops": einops,
}

# Dunder methods that are another method under an operator's name (python_variable_methods.cpp, _tensor.py).
DUNDERS = {
    "__add__": "add", "__radd__": "add", "__iadd__": "add_",
    "__sub__": "sub", "__isub__": "sub_", "__rsub__": "sub",
    "__mul__": "mul", "__rmul__": "mul", "__imul__": "mul_",
    "__truediv__": "div", "__itruediv__": "div_", "__rtruediv__": "div",
    "__floordiv__": "floor_divide", "__ifloordiv__": "floor_divide_", "__rfloordiv__": "floor_divide",
    "__mod__": "remainder", "__imod__": "remainder_", "__rmod__": "remainder",
    "__pow__": "pow", "__ipow__": "pow_", "__rpow__": "pow",
    "__matmul__": "matmul", "__rmatmul__": "matmul",
    "__and__": "bitwise_and", "__or__": "bitwise_or", "__xor__": "bitwise_xor",
    "__rand__": "bitwise_and", "__ror__": "bitwise_or", "__rxor__": "bitwise_xor",
    "__iand__": "bitwise_and_", "__ior__": "bitwise_or_", "__ixor__": "bitwise_xor_",
    "__lshift__": "bitwise_left_shift", "__rshift__": "bitwise_right_shift",
    "__eq__": "eq", "__ne__": "ne", "__lt__": "lt", "__le__": "le", "__gt__": "gt", "__ge__": "ge",
    "__neg__": "neg", "__pos__": "positive", "__invert__": "bitwise_not", "__abs__": "abs",
}  # fmt: skip


# --- joining -------------------------------------------------------------------------------------


def key_of(signature: Signature) -> tuple[str, ...]:
    """What the two spellings of one overload have in common."""
    options = ("dtype", "layout", "device", "pin_memory", "requires_grad", "generator", "memory_format")
    return tuple(p.name.lstrip("*") for p in signature if p.name.lstrip("*") not in options)


def coarse(type_: str) -> str:
    return "number" if type_.rstrip("?") in ("int", "float", "Scalar", "bool") else re.sub(r"\d", "", type_.rstrip("?"))


# Functions whose tensors may be Python numbers (should_allow_numbers_as_tensors in python_arg_parser.cpp).
NUMBERS_AS_TENSORS = {"add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide"}


def with_numbers(signature: Signature) -> list[Signature]:
    """The overload itself and those with a number as its second or its first tensor."""
    tensors = [p.name for p in signature if p.type == "Tensor"]
    return [signature, *(tuple(p._replace(type="Scalar") if p.name == t else p for p in signature) for t in reversed(tensors))]


class Builder:
    def __init__(self) -> None:
        self.strings = parser_strings()
        self.functions, self.methods = read_stubs()
        self.table: dict[str, list[str]] = {}

    def ordered(self, found: list[Signature], stubs: list[Signature]) -> list[Signature]:
        def rank(signature: Signature) -> float:
            exact = [(key_of(s), [coarse(p.type) for p in s][: len(key_of(signature))]) for s in stubs]
            mine = (key_of(signature), [coarse(p.type) for p in signature][: len(key_of(signature))])
            if mine in exact:
                return exact.index(mine)
            keys = [k for k, _ in exact]
            return keys.index(mine[0]) + 0.5 if mine[0] in keys else len(stubs)

        return sorted(found, key=rank)

    def builtin(self, name: str, method: bool) -> list[Signature]:
        """Signatures of a function or Tensor method bound from C++, without self."""
        stubs = (self.methods if method else self.functions).get(name, [])
        keys, others = {key_of(s) for s in stubs}, {key_of(s) for s in (self.functions if method else self.methods).get(name, [])}
        both = hasattr(torch.Tensor, name) and (hasattr(torch, name) or hasattr(torch._C._nn, name))
        found = []
        for signature in self.strings.get(name, []):
            key = key_of(signature)
            if both and not (key in keys and key not in others):
                # `input`, or a number in its place, says that it's the function.
                looks_function = any(p.name in ("input", "self") for p in signature)
                if key in others and key not in keys or looks_function == method:
                    continue
            found += with_numbers(signature) if name.removesuffix("_") in NUMBERS_AS_TENSORS else [signature]
        return self.ordered(found, stubs) if found else self.unpacked(stubs)

    @staticmethod
    def unpacked(stubs: list[Signature]) -> list[Signature]:
        """Drops `*size: int` beside `size: int[]`: the binder packs positional ints."""
        plain = {key_of(s) for s in stubs if not any(p.name.startswith("*") for p in s)}
        return [s for s in stubs if not (any(p.name.startswith("*") for p in s) and key_of(s) in plain)]

    def add(self, name: str, signatures: list[Signature | None]) -> None:
        texts = [show(s) for s in signatures if s is not None]
        if texts:
            self.table[name] = list(dict.fromkeys(texts))

    def add_functions(self, prefix: str, namespace: types.ModuleType) -> None:
        public = namespace.__all__ if prefix.startswith("torch.nn.utils") else dir(namespace)
        for name in public:
            function = getattr(namespace, name)
            if name.startswith("_") or isinstance(function, type) or not callable(function):
                continue
            if isinstance(function, types.BuiltinFunctionType):
                self.add(f"{prefix}.{name}", self.builtin(function.__name__, method=False) or self.builtin(name, method=False))
            elif isinstance(function, types.FunctionType) and function.__module__.startswith(prefix.split(".")[0]):
                self.add(f"{prefix}.{name}", python_signatures(function, skip_self=False))

    def add_methods(self) -> None:
        self_parameter = Parameter("self", "Tensor")
        for name in dir(torch.Tensor):
            method = getattr(torch.Tensor, name)
            if not callable(method) or isinstance(method, type) or name.startswith("_"):
                continue
            if isinstance(method, types.FunctionType):
                found = python_signatures(method, skip_self=True)
            else:
                found = self.builtin(name, method=True)
            self.add(f"torch.Tensor.{name}", [(self_parameter, *s) for s in found if s is not None])
        for dunder, name in DUNDERS.items():
            if f"torch.Tensor.{name}" in self.table:
                # An operator has one operand more at most: the deprecated `add(alpha, other)` is out.
                self.table[f"torch.Tensor.{dunder}"] = [s for s in self.table[f"torch.Tensor.{name}"] if "alpha: Scalar, other" not in s]

    def add_modules(self, prefix: str, namespace: types.ModuleType) -> None:
        for name in dir(namespace):
            cls = getattr(namespace, name)
            if name.startswith("_") or not isinstance(cls, type) or not issubclass(cls, torch.nn.Module):
                continue
            self.add(f"{prefix}.{name}", python_signatures(cls, skip_self=True))
            forward = getattr(cls, "forward", None)
            if isinstance(forward, types.FunctionType) and forward.__name__ == "forward":
                self.add(f"{prefix}.{name}.forward", python_signatures(forward, skip_self=True))

    def add_parameters(self) -> None:
        for cls in (torch.nn.Parameter, torch.nn.Buffer):
            self.add(f"torch.nn.{cls.__name__}", [s[1:] for s in python_signatures(cls.__new__, skip_self=False)])


# --- who takes the arguments ---------------------------------------------------------------------


class Nonsense:
    """What no parameter takes."""


def spoken_by_parser(call: typing.Any) -> tuple[str, str] | None:
    """
    (how, name in messages) of a function bound from C++, asked with far too many arguments: 'parser' for a function of
    one signature, 'parsers' of several, 'none' for one without arguments.
    """
    try:
        call(*[Nonsense()] * 40)
    except TypeError as error:
        none = re.match(r"([\w.]+)\(\) takes no arguments", str(error))
        if none:
            return "none", none[1].replace("Tensor.", "TensorBase.") if none[1].startswith("Tensor.") else none[1]
        if "received an invalid combination of arguments" in str(error):
            return "parsers", str(error).split("(", 1)[0]
        one = re.match(r"(\w+)\(\)(?: takes (?:from )?\d|: argument '\w+' \(position \d+\) must be)", str(error))
        return ("parser", one[1]) if one else None
    except Exception:
        pass
    return None


def spoken_by_python(function: typing.Any, bound: bool) -> tuple[str, str] | None:
    """The same of a function written in Python; none where it hands its arguments on."""
    own = inspect.unwrap(function)
    code = getattr(own, "__code__", None)
    if code is None or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS) or "if_false" in code.co_freevars:
        return None
    if own is not function and not code.co_name == function.__name__:
        return None
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return None if "out" in names or (bound and names[:1] != ("self",)) else ("python", own.__qualname__)


def callables(table: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    """How -> full name -> name in messages, of everything whose signatures in the table are all there are."""
    found: dict[str, dict[str, str]] = {"parser": {}, "parsers": {}, "python": {}, "none": {}}
    tensor = torch.randn(2)
    for name in sorted(table):
        if re.search(r"\.__\w+__$", name):
            continue
        owner, _, short = name.rpartition(".")
        target: typing.Any = torch if name.startswith("torch.") else einops
        for part in owner.split(".")[1:]:
            target = getattr(target, part)
        function = getattr(target, short)
        if isinstance(function, type):
            how = spoken_by_python(function.__init__, True) if isinstance(function.__init__, types.FunctionType) else None
        elif isinstance(function, types.FunctionType):
            how = spoken_by_python(function, owner == "torch.Tensor" or short == "forward")
        else:
            how = spoken_by_parser(getattr(tensor, short) if owner == "torch.Tensor" else function)
        # The table has more signatures than the parser where numbers may stand for tensors.
        exact = len(table[name]) > 1 and name.rpartition(".")[2].rstrip("_") not in NUMBERS_AS_TENSORS if how and how[0] == "parsers" else len(table[name]) == 1
        if how is not None and exact:
            texts = [text.removeprefix("self: Tensor, ") if owner == "torch.Tensor" else text for text in table[name]]
            hidden = [f"{i}h" for i, text in enumerate(texts) if text in deprecated[how[1]]]
            outs = [f"{i}o" for i, text in enumerate(texts) if how[0] == "parsers" and owner != "torch.Tensor" and text in with_out[how[1]]]
            found[how[0]][name] = " ".join([how[1], *hidden, *outs])
    return found


def write_callables(table: dict[str, list[str]]) -> None:
    found = callables(table)
    lines = [f"  {how}: {{\n" + "".join(f"    {quoted(name)}: {quoted(spoken)},\n" for name, spoken in names.items()) + "  }," for how, names in found.items()]
    CALLABLES.write_text(
        "/**\n"
        " * Functions and classes of one signature: who takes their arguments, and the name that the messages have for them.\n"
        " * Written by scripts/generate-signatures.py; do not edit. Meaning: see core/infer/refusals.ts.\n"
        " */\n"
        "// prettier-ignore\n"
        "export const callableTable: Readonly<Record<'parser' | 'parsers' | 'python' | 'none', Readonly<Record<string, string>>>> = {\n" + "\n".join(lines) + "\n};\n"
    )
    print(", ".join(f"{len(names)} by {how}" for how, names in found.items()))


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    args = parser.parse_args()
    builder = Builder()
    for prefix, namespace in FUNCTION_NAMESPACES.items():
        builder.add_functions(prefix, namespace)
    builder.add_methods()
    builder.add_modules("torch.nn", torch.nn)
    builder.add_modules("einops.layers.torch", einops.layers.torch)
    builder.add_parameters()
    lines = [f"  {quoted(name)}: [{', '.join(quoted(s) for s in builder.table[name])}]," for name in sorted(builder.table)]
    version = torch.__version__.split("+")[0]
    args.output.write_text(
        "/**\n"
        f" * Signatures of PyTorch {version}: full name -> overloads in the order in which its parser tries them.\n"
        " * Written by scripts/generate-signatures.py; do not edit. Notation: see signature.ts.\n"
        " */\n"
        "// prettier-ignore\n"
        "export const signatureTable: Readonly<Record<string, readonly string[]>> = {\n" + "\n".join(lines) + "\n};\n"
    )
    if args.output == OUTPUT:
        write_callables(builder.table)
    print(f"{len(lines)} names, {sum(map(len, builder.table.values()))} signatures, torch {version}")
    for what, count in unread.most_common():
        print(f"  not in the notation: {what} ({count})", file=sys.stderr)


if __name__ == "__main__":
    main()
