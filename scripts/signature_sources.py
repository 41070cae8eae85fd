"""What the installed PyTorch says about its signatures; generate-signatures.py joins it."""

from __future__ import annotations

import ast
import collections
import inspect
import pathlib
import re
import sys
import textwrap
import types
import typing

import torch

TORCH = pathlib.Path(torch.__file__).resolve().parent


class Parameter(typing.NamedTuple):
    name: str  # "*name" and "**name" for variadics
    type: str
    default: str | None = None
    keyword_only: bool = False


Signature = tuple[Parameter, ...]


def show(signature: Signature) -> str:
    parts, star = [], False
    for p in signature:
        if p.name.startswith("*") and not p.name.startswith("**"):
            star = True
        if p.keyword_only and not star and not p.name.startswith("**"):
            parts.append("*")
            star = True
        parts.append(f"{p.name}: {p.type}" + ("" if p.default is None else f" = {p.default}"))
    return ", ".join(parts)


# --- the argument parser's own strings ---------------------------------------------------------

SIGNATURE_STRING = re.compile(rb"(?<![ -~])([a-zA-Z_][a-zA-Z_0-9]*)\(([ -~]*)\)(\|deprecated)?\0")
CPP_TYPES = {
    "int64_t": "int", "SymInt": "int", "IntArrayRef": "int[]", "SymIntArrayRef": "int[]",
    "ArrayRef<double>": "float[]", "double": "float", "bool": "bool", "c10::string_view": "str", "std::string_view": "str",
    "Tensor": "Tensor", "TensorList": "Tensor[]", "ITensorListRef": "Tensor[]",
    "c10::List<std::optional<Tensor>>": "Tensor?[]", "c10::List<c10::optional<Tensor>>": "Tensor?[]",
    "c10::List<::std::optional<Tensor>>": "Tensor?[]", "c10::List<at::Tensor>": "Tensor[]",
    "Scalar": "Scalar", "ScalarList": "Scalar[]", "ArrayRef<Scalar>": "Scalar[]",
    "ScalarType": "ScalarType", "Device": "Device", "Generator": "Generator", "DeviceIndex": "int",
    "Layout": "any", "MemoryFormat": "any", "PyObject*": "any", "Storage": "any", "Stream": "any", "QScheme": "any",
    "DispatchKeySet": "any", "complex<double>": "Scalar", "PyObject": "any",
}  # fmt: skip


def split_top(text: str) -> list[str]:
    """Splits at commas outside brackets and quotes."""
    parts, depth, start, quote = [], 0, 0, False
    for i, c in enumerate(text):
        if c == '"':
            quote = not quote
        elif not quote and c in "([{<":
            depth += 1
        elif not quote and c in ")]}>":
            depth -= 1
        elif c == "," and depth == 0 and not quote:
            parts.append(text[start:i].strip())
            start = i + 1
    last = text[start:].strip()
    return parts + ([last] if last else [])


def cpp_type(text: str) -> str | None:
    optional = text.endswith("?")
    text = text.removesuffix("?")
    sized = re.fullmatch(r"(.*)\[(\d+)\]", text)
    size = None
    if sized:
        text, size = sized[1], sized[2]
    base = CPP_TYPES.get(text)
    if base is None:
        return None
    if size is not None and base.endswith("[]"):
        base = base[:-1] + size + "]"
    return base + ("?" if optional else "")


def cpp_default(text: str) -> str | None:
    if text in ("None", "True", "False") or re.fullmatch(r"-?\d+(\.\d*)?(e-?\d+)?", text):
        return text
    if re.fullmatch(r'"[^"]*"', text):
        return repr(text[1:-1])
    if text == "{}":
        return "[]"
    if re.fullmatch(r"\{[-\d, ]+\}", text):
        return "[" + text[1:-1] + "]"
    known = {"at::Reduction::Mean": "1", "c10::nullopt": "None", "at::kInt": "torch.int32", "at::kLong": "torch.int64"}
    if text in known:
        return known[text]
    if "_format" in text or "MemoryFormat" in text or text == "torch.strided":
        return "None"
    if re.fullmatch(r"torch\.\w+", text):
        return text
    return None


unread: collections.Counter[str] = collections.Counter()
# Signatures that the parser still takes and hides in its messages, by function name.
deprecated: dict[str, set[str]] = collections.defaultdict(set)
# Signatures with `out=`, which is left out here and counts as an argument there.
with_out: dict[str, set[str]] = collections.defaultdict(set)


def parse_cpp(text: str) -> Signature | None:
    """The parameters of one parser string; None for named tensors and types outside the notation."""
    out, keyword_only = [], False
    for part in split_top(text):
        if part == "*":
            keyword_only = True
            continue
        m = re.fullmatch(r"(\S+) (\w+)(?:=(.*))?", part)
        if not m:
            return None
        if m[2] == "out":
            continue
        if "Dimname" in m[1]:
            return None
        type_ = cpp_type(m[1])
        if type_ is None:
            unread[m[1]] += 1
            return None
        default = None
        if m[3] is not None:
            default = cpp_default(m[3])
            if default is None:
                unread[f"default {m[3]}"] += 1
                return None
            if default == "None" and not type_.endswith("?") and type_ != "any":
                type_ += "?"
        out.append(Parameter(m[2], type_, default, keyword_only))
    return tuple(out)


def parser_strings() -> dict[str, list[Signature]]:
    """All signatures in libtorch_python by function name, current ones before deprecated ones."""
    library = next(p for p in (TORCH / "lib").iterdir() if re.fullmatch(r"(lib)?torch_python\.(so|dylib|dll)", p.name))
    current: dict[str, list[Signature]] = collections.defaultdict(list)
    old: dict[str, list[Signature]] = collections.defaultdict(list)
    for m in SIGNATURE_STRING.finditer(library.read_bytes()):
        signature = parse_cpp(m[2].decode())
        if signature is None:
            continue
        group = (old if m[3] else current)[m[1].decode()]
        if re.search(rb"\bTensor(List)?(\[\d\])? out=", m[2]):
            with_out[m[1].decode()].add(show(signature))
        if m[3]:
            deprecated[m[1].decode()].add(show(signature))
        if signature not in group:
            group.append(signature)
    return {name: current.get(name, []) + [s for s in old.get(name, []) if s not in current.get(name, [])] for name in {*current, *old}}


# --- stubs --------------------------------------------------------------------------------------

STUB_TYPES = {
    "Tensor": "Tensor", "_int": "int", "int": "int", "SymInt": "int", "_int | SymInt": "int", "_bool": "bool", "bool": "bool",
    "_float": "float", "float": "float", "str": "str", "_size": "int[]", "Sequence[_int | SymInt]": "int[]", "Sequence[_int]": "int[]",
    "Sequence[int]": "int[]", "Sequence[_float]": "float[]", "_int | _size": "int[]", "_int | SymInt | Sequence[_int | SymInt]": "int[]", "Number": "Scalar", "Number | _complex": "Scalar",
    "_dtype": "ScalarType", "DeviceLikeType": "Device", "_device": "Device", "Generator": "Generator",
    "tuple[Tensor, ...] | list[Tensor]": "Tensor[]", "list[Tensor]": "Tensor[]", "Sequence[Tensor]": "Tensor[]",
    "Tensor | Number": "Tensor", "Tensor | Number | _complex": "Tensor",
}  # fmt: skip


def stub_type(node: ast.expr | None) -> str:
    if node is None:
        return "any"
    text = ast.unparse(node)
    optional = text.endswith(" | None") or text.startswith("None | ")
    text = text.removesuffix(" | None").removeprefix("None | ")
    if text == "None":
        return "any"
    base = STUB_TYPES.get(text, "any")
    return base + ("?" if optional and base != "any" else "")


def stub_default(node: ast.expr | None) -> str | None:
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return "None"  # strided, torch.preserve_format, ...
    return "None" if value is ... else repr(value)


def parse_stub(function: ast.FunctionDef) -> Signature | None:
    a, out = function.args, []
    positional = [*a.posonlyargs, *a.args]
    for i, (arg, default) in enumerate(zip(positional, [None] * (len(positional) - len(a.defaults)) + list(a.defaults))):
        if i == 0 and arg.arg == "self" and arg.annotation is None:
            continue
        out.append(Parameter(arg.arg, stub_type(arg.annotation), stub_default(default)))
    if a.vararg is not None:
        out.append(Parameter("*" + a.vararg.arg, stub_type(a.vararg.annotation)))
    for arg, default in zip(a.kwonlyargs, a.kw_defaults):
        if arg.arg == "out":
            continue
        if arg.arg == "names":
            return None
        out.append(Parameter(arg.arg, stub_type(arg.annotation), stub_default(default), True))
    if any("Ellipsis" in ast.unparse(x.annotation or ast.Constant(0)) or "str | ellipsis" in ast.unparse(x.annotation or ast.Constant(0)) for x in positional):
        return None
    return tuple(out)


def stubs_of(body: list[ast.stmt]) -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = collections.defaultdict(list)
    for node in body:
        if isinstance(node, ast.FunctionDef):
            signature = parse_stub(node)
            if signature is not None and signature not in found[node.name]:
                found[node.name].append(signature)
    return found


def read_stubs() -> tuple[dict[str, list[Signature]], dict[str, list[Signature]]]:
    """(functions, Tensor methods) of the stubs."""
    functions = stubs_of(ast.parse((TORCH / "_C" / "_VariableFunctions.pyi").read_text()).body)
    for extra in ("_nn.pyi",):
        for name, signatures in stubs_of(ast.parse((TORCH / "_C" / extra).read_text()).body).items():
            functions.setdefault(name, signatures)
    module = ast.parse((TORCH / "_C" / "__init__.pyi").read_text())
    for name, signatures in stubs_of(module.body).items():
        functions.setdefault(name, signatures)
    base = next(n for n in module.body if isinstance(n, ast.ClassDef) and n.name == "TensorBase")
    return functions, stubs_of(base.body)


# --- functions and classes written in Python ----------------------------------------------------


def python_type(annotation: object, default: object) -> str:
    """The notation's type of an annotation of a Python function, guessed from the default where there is none."""
    none = type(None)
    if isinstance(annotation, str):
        return text_type(annotation)
    if annotation is inspect.Parameter.empty:
        guess = {bool: "bool", int: "int", float: "float", str: "str"}
        return guess.get(type(default), "any")
    simple = {
        torch.Tensor: "Tensor", int: "int", float: "float", bool: "bool", str: "str", torch.dtype: "ScalarType",
        torch.device: "Device", torch.Generator: "Generator", torch.Size: "int[]", torch.nn.Module: "any",
    }  # fmt: skip
    if isinstance(annotation, collections.abc.Hashable) and annotation.__hash__ and not isinstance(annotation, (typing.ParamSpecArgs, typing.ParamSpecKwargs)) and annotation in simple:
        return simple[annotation]
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        optional = "?" if none in args else ""
        kinds = [a for a in args if a is not none]
        names = [python_type(a, None) for a in kinds]
        if len(names) == 1:
            return names[0] if names[0] == "any" or names[0].endswith("?") else names[0] + optional
        unsized = [re.sub(r"\[\d+\]", "[]", n) for n in names]
        if set(unsized) == {"int", "int[]"}:  # int | tuple[int, int]
            return sorted(n for n in names if n != "int")[-1] + optional
        if set(names) == {"int", "float"} or set(names) == {"int", "float", "complex"} or set(names) == {"float", "int", "bool"}:
            return "Scalar" + optional
        if set(names) <= {"Device", "str", "int"} and "Device" in names:
            return "Device" + optional
        if len(set(names)) == 1:
            return names[0] + optional
        return "any"
    if origin in (tuple, list, collections.abc.Sequence):
        if origin is tuple and args and args[-1] is not ... and len(set(args)) == 1 and args[0] in (int, float):
            return f"{args[0].__name__}[{len(args)}]"
        if args:
            inner = python_type(args[0], None)
            return inner + "[]" if inner in ("int", "float", "Tensor") else "any"
    return "any"


def text_type(text: str) -> str:
    """The same for annotations that are still text (`from __future__ import annotations`)."""
    table = {
        "Tensor": "Tensor", "torch.Tensor": "Tensor", "int": "int", "float": "float", "bool": "bool", "str": "str",
        "Tensor | None": "Tensor?", "Optional[Tensor]": "Tensor?", "Optional[int]": "int?", "int | None": "int?", "float | None": "float?", "Optional[float]": "float?",
        "BroadcastingList1[int]": "int[1]", "BroadcastingList2[int]": "int[2]", "BroadcastingList3[int]": "int[3]",
        "torch.dtype": "ScalarType", "DType | None": "ScalarType?", "Optional[DType]": "ScalarType?", "list[int]": "int[]", "list[int] | None": "int[]?",
        "_size": "int[]", "torch.types._size": "int[]",
    }  # fmt: skip
    return table.get(text, "any")


def python_default(value: object) -> str | None:
    if value is inspect.Parameter.empty:
        return None
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else f"float('{value}')"
    if isinstance(value, (list, tuple)):
        inner = [python_default(v) for v in value]
        if all(i is not None for i in inner):
            return ("[" + ", ".join(inner) + "]") if isinstance(value, list) else ("(" + ", ".join(inner) + ("," if len(inner) == 1 else "") + ")")
    if isinstance(value, torch.dtype):
        return str(value)
    if isinstance(value, types.FunctionType) and value.__module__.startswith("torch.nn.functional"):
        return f"torch.nn.functional.{value.__name__}"
    if value is not None and callable(value) and getattr(value, "__name__", ""):
        return f"torch.{value.__name__}"
    return "None"


def undispatched(function: object) -> object:
    """`boolean_dispatch` (max_pool2d with return_indices) hides two functions of one signature behind *args."""
    closure = getattr(function, "__closure__", None) or ()
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    cells = dict(zip(names, closure))
    return cells["if_false"].cell_contents if "if_false" in cells else function


class Broadcast:
    """Evaluates annotations such as BroadcastingList2[int], which torch keeps for TorchScript only."""

    def __init__(self, size: int):
        self.size = size

    def __getitem__(self, item: type) -> object:
        return typing.Union[item, tuple.__class_getitem__((item,) * self.size)]


def source_annotations(function: typing.Any) -> dict[str, str]:
    """Annotations as written: BroadcastingList2[int] is None once Python has evaluated it."""
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        return {}
    if not isinstance(node, ast.FunctionDef):
        return {}
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return {a.arg: ast.unparse(a.annotation) for a in every if a.annotation is not None}


def hints_of(function: typing.Any) -> dict[str, object]:
    target = function.__init__ if isinstance(function, type) else function
    names = dict(vars(sys.modules[getattr(target, "__module__", None) or "torch"]))
    names.update({f"BroadcastingList{n}": Broadcast(n) for n in (1, 2, 3)})
    hints: dict[str, object] = {}
    for name, annotation in source_annotations(target).items():
        try:
            hints[name] = eval(annotation, names)
        except Exception:
            hints[name] = getattr(target, "__annotations__", {}).get(name)
    return hints


# Types that the parameter's name says better than its annotation.
NAMED_TYPES = {
    "device": "Device?", "dtype": "ScalarType?", "padding_mode": "str", "split_size": "int[]",
    "embed_dim": "int", "num_heads": "int", "kdim": "int?", "vdim": "int?", "size_average": "bool?", "reduce": "bool?",
}  # fmt: skip
# Python functions whose annotations are those of one TorchScript overload.
NAMED_HERE = {
    ("interpolate", "size"): "int[]?", ("interpolate", "scale_factor"): "float[]?",
    ("upsample", "size"): "int[]?", ("upsample", "scale_factor"): "float[]?",
}  # fmt: skip


def python_signatures(function: typing.Any, skip_self: bool) -> list[Signature]:
    """The signature of a Python function, or those of its overloads where it takes (*args, **kwargs) itself."""
    target = function.__init__ if isinstance(function, type) else function
    own = python_signature(function, skip_self)
    overloads = typing.get_overloads(target) if [p.name for p in own or ()] == ["*args", "**kwargs"] else []
    read = [python_signature(o, skip_self) for o in overloads] or [own]
    return [s for s in read if s is not None and not (overloads and s[0].name == "*args")]


def python_signature(function: typing.Any, skip_self: bool) -> Signature | None:
    function = undispatched(function)
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None
    if skip_self and parameters and parameters[0].name == "self":
        parameters = parameters[1:]
    hints, out = hints_of(function), []
    for p in parameters:
        if p.name == "out":
            continue
        type_ = python_type(hints.get(p.name, p.annotation), p.default)
        type_ = NAMED_HERE.get((function.__name__, p.name)) or (NAMED_TYPES.get(p.name, type_))
        default = python_default(p.default)
        if default == "None" and type_ != "any" and not type_.endswith("?"):
            type_ += "?"
        if p.kind is p.VAR_POSITIONAL:
            out.append(Parameter("*" + p.name, type_.removesuffix("?")))
        elif p.kind is p.VAR_KEYWORD:
            out.append(Parameter("**" + p.name, type_.removesuffix("?")))
        else:
            out.append(Parameter(p.name, type_, default, p.kind is p.KEYWORD_ONLY))
    return tuple(out)
