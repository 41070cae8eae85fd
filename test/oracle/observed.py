"""What a checker can be asked about the result of a call: its tensors, one variable each."""

from __future__ import annotations

import typing


def observe(truth: dict[str, typing.Any]) -> tuple[list[str], list[dict[str, typing.Any]]]:
    """Lines that take the result apart, and what the tensors among the variables must be. None stands for 'varies'."""
    if truth["kind"] == "raises":
        return [], []
    outcomes = [truth["value"]] if truth["kind"] == "value" else [o for o in truth["outcomes"] if "raises" not in o]
    lines: list[str] = []
    results: list[dict[str, typing.Any]] = []

    def visit(path: str, variable: str, values: list[typing.Any]) -> None:
        first = values[0]
        if all("shape" in v for v in values):
            if variable != "y":
                lines.append(f"{variable} = y{path}")
            results.append({"variable": variable, **agreed(values)})
        elif "items" in first and all("items" in v and len(v["items"]) == len(first["items"]) for v in values) and len(first["items"]) <= 6:
            for i in range(len(first["items"])):
                visit(f"{path}[{i}]", f"{variable}_{i}", [v["items"][i] for v in values])
        elif "size" in first and all(v == first for v in values):
            lines.append(f"{variable}_made = torch.empty(y{path})")
            results.append({"variable": f"{variable}_made", "shape": first["size"], "dtype": "float32"})
        elif type(first.get("constant")) is int and 0 <= first["constant"] < 100 and all(v == first for v in values):
            lines.append(f"{variable}_made = torch.empty(y{path}, 1)")
            results.append({"variable": f"{variable}_made", "shape": [first["constant"], 1], "dtype": "float32"})

    visit("", "y", outcomes)
    return lines, results


def agreed(values: list[typing.Any]) -> dict[str, typing.Any]:
    shapes, dtypes = [v["shape"] for v in values], {v["dtype"] for v in values}
    rank = len(shapes[0])
    if any(len(s) != rank for s in shapes):
        shape: typing.Any = None
    else:
        shape = [s[0] if len(set(s)) == 1 else None for s in zip(*shapes)]
    return {"shape": shape, "dtype": dtypes.pop() if len(dtypes) == 1 else None}
