"""Writes promotion.generated.ts: what torch says of promotion between element types.

Run with a Python that has torch: `python test/shape/write-promotion.py`.
"""

import json
import warnings
from pathlib import Path

import torch

NAMES = (
    "bool uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 bfloat16 float32 float64 "
    "complex32 complex64 complex128 float8_e4m3fn float8_e5m2"
).split()
NUMBERS = {"bool": True, "int": 1, "float": 1.5, "complex": 1j}
ALIASES = "float double half long int short chalf cfloat cdouble".split()


def name_of(ask):
    """The name of the dtype that `ask` returns, None where it raises."""
    try:
        return str(ask()).removeprefix("torch.")
    except RuntimeError:
        return None


def dtype(name):
    return getattr(torch, name)


def tensor(name, *size):
    return torch.empty(size, dtype=dtype(name))


def table(columns, ask):
    """Rows by element type: the answers for every column."""
    return {a: [name_of(lambda a=a, b=b: ask(a, b)) for b in columns] for a in NAMES}


def main():
    warnings.simplefilter("ignore")
    promoted = table(NAMES, lambda a, b: torch.promote_types(dtype(a), dtype(b)))
    with_number = table(NUMBERS, lambda a, kind: torch.result_type(tensor(a, 2), NUMBERS[kind]))
    with_no_dims = table(NAMES, lambda a, b: torch.result_type(tensor(a, 2), tensor(b)))
    tensors = {
        "promoted": promoted,
        "withNumber": with_number,
        "withNoDims": with_no_dims,
        "aliases": {alias: name_of(lambda alias=alias: dtype(alias)) for alias in ALIASES},
        "floating": [name for name in NAMES if dtype(name).is_floating_point],
        "complex": [name for name in NAMES if dtype(name).is_complex],
    }
    lines = [f"// Written by test/shape/write-promotion.py from torch {torch.__version__.split('+')[0]}."]
    for key, value in tensors.items():
        kind = "Record<string, string>" if key == "aliases" else "Record<string, (string | null)[]>"
        kind = "string[]" if isinstance(value, list) else kind
        lines.append(f"export const {key}: {kind} = {json.dumps(value)};")
    Path(__file__).with_name("promotion.generated.ts").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
