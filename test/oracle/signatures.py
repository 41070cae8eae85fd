"""Reads server/src/operators/signatures.generated.ts."""

from __future__ import annotations

import ast
import dataclasses
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parents[2] / "server" / "src" / "operators" / "signatures.generated.ts"


@dataclasses.dataclass(frozen=True)
class Parameter:
    name: str  # with its stars
    type: str  # without `?`
    optional: bool
    default: str | None
    keyword_only: bool

    @property
    def required(self) -> bool:
        return self.default is None and not self.name.startswith("*")


def parse(text: str) -> list[Parameter]:
    out, keyword_only = [], False
    for part in re.findall(r"(?:[^,\[\](){}'\"]|'[^']*'|\[[^\]]*\]|\([^)]*\)|\{[^}]*\})+", text):
        m = re.fullmatch(r"\s*(\*{0,2}\w*)(?:: ([^=]*?))?(?: = (.*))?\s*", part)
        assert m is not None, (text, part)
        if m[1] == "*":
            keyword_only = True
            continue
        type_ = m[2] or "any"
        out.append(Parameter(m[1], type_.removesuffix("?"), type_.endswith("?"), m[3], keyword_only))
    return out


def load() -> dict[str, list[list[Parameter]]]:
    """Full name -> overloads."""
    table = {}
    for line in TABLE.read_text().splitlines():
        m = re.fullmatch(r"  ('[^']+'): (\[.*\]),", line)
        if m:
            table[ast.literal_eval(m[1])] = [parse(s) for s in ast.literal_eval(m[2])]
    return table
