"""
Runs fixtures in real PyTorch: what each function raises, and the shapes of marked expressions.

Reads JSON from standard input:
    [{"id", "files": [{"name", "code", "probes": [{"line", "column", "endLine", "endColumn"}]}]}]
with lines from 0, columns in UTF-16 units, and code without markers. Writes
    [{"id", "files": [{"name", "runs": [...], "probes": [[{"shape", "dtype"}, ...], ...]}]}]

A run is one top-level statement of the module or one call of a function that needs no arguments:
    {"what": "module" | function's name, "line", "endLine", "raised": null | {"type", "message", "frames": [{"file", "line"}]}}
`frames` are the places in the fixture's files that the exception passed, the innermost last.
"""

from __future__ import annotations

import __future__
import ast
import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import traceback
import types
import typing

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from judge import Hanging, clean, describe, limits  # noqa: E402  # after the path is set

PROBE = "_tensorwright_probe"
SECONDS = 20
Range = tuple[int, int, int, int]


class Lines:
    """Columns of `ast` (UTF-8 bytes) as UTF-16 units."""

    def __init__(self, code: str):
        self.lines = [line.encode() for line in code.split("\n")]

    def column(self, line: int, offset: int) -> int:
        return len(self.lines[line][:offset].decode(errors="replace").encode("utf-16-le")) // 2

    def range(self, node: typing.Any) -> Range:
        first, last = node.lineno - 1, node.end_lineno - 1
        return first, self.column(first, node.col_offset), last, self.column(last, node.end_col_offset)


class Instrument(ast.NodeTransformer):
    """Wraps the expressions at the probed ranges; a name that is bound there is looked at after its statement."""

    def __init__(self, code: str, probes: list[Range]):
        self.lines, self.probes = Lines(code), probes
        self.text = code.split("\n")
        self.found: set[int] = set()
        self.bound: list[tuple[int, ast.expr]] = []

    def probes_of(self, node: ast.expr) -> list[int]:
        own = self.lines.range(node)
        return [i for i, probe in enumerate(self.probes) if probe == own or self.is_operator_of(node, probe)]

    def is_operator_of(self, node: ast.expr, probe: Range) -> bool:
        """Carets under the operator of a binary expression or comparison."""
        if isinstance(node, ast.BinOp):
            left, right = node.left, node.right
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = node.left, node.comparators[0]
        else:
            return False
        return self.lines.range(left)[2:] <= probe[:2] and probe[2:] <= self.lines.range(right)[:2]

    def call(self, index: int, value: ast.expr) -> ast.Call:
        made = ast.Call(ast.Name(PROBE, ast.Load()), [ast.Constant(index), value], [])
        return ast.fix_missing_locations(ast.copy_location(made, value))

    def visit(self, node: ast.AST) -> typing.Any:
        if isinstance(node, ast.stmt):
            return self.statement(node)
        wanted = self.probes_of(node) if isinstance(node, ast.expr) and hasattr(node, "end_lineno") else []
        self.found.update(wanted)
        if wanted and isinstance(getattr(node, "ctx", None), ast.Store):
            copy = ast.parse(ast.unparse(node), mode="eval").body
            self.bound += [(i, ast.copy_location(copy, node)) for i in wanted]
            return super().generic_visit(node)
        if isinstance(node, (ast.JoinedStr, ast.Constant)):
            return node
        result: typing.Any = super().generic_visit(node)
        for i in wanted:
            result = self.call(i, result)
        return result

    def statement(self, node: ast.stmt) -> typing.Any:
        outer, self.bound = self.bound, []
        body_first = isinstance(node, (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            for arg in every:
                first, column = arg.lineno - 1, self.lines.column(arg.lineno - 1, arg.col_offset)
                width = len(arg.arg.encode("utf-16-le")) // 2
                for i, probe in enumerate(self.probes):
                    if probe == (first, column, first, column + width):
                        self.found.add(i)
                        node.body.insert(0, self.expression(i, ast.copy_location(ast.Name(arg.arg, ast.Load()), node.body[0])))
        if body_first:
            body, node.body = node.body, []  # type: ignore[attr-defined]  # only of nodes with a body
            super().generic_visit(node)
            heads, self.bound = self.bound, []
            node.body = body  # type: ignore[attr-defined]  # only of nodes with a body
            node.body = [x for s in body for x in as_list(self.visit(s))]  # type: ignore[attr-defined]  # only of nodes with a body
            node.body[:0] = [self.expression(i, e) for i, e in heads]  # type: ignore[attr-defined]  # only of nodes with a body
        else:
            super().generic_visit(node)
        after, self.bound = self.bound, outer
        return [node, *(self.expression(i, e) for i, e in after)] if after else node

    def expression(self, index: int, value: ast.expr) -> ast.Expr:
        return ast.copy_location(ast.Expr(self.call(index, value)), value)


def as_list(result: typing.Any) -> list[typing.Any]:
    return result if isinstance(result, list) else [result]


class File:
    def __init__(self, folder: pathlib.Path, given: dict[str, typing.Any]):
        self.name, self.code = given["name"], given["code"]
        self.path = folder / self.name
        self.probes: list[Range] = [(p["line"], p["column"], p["endLine"], p["endColumn"]) for p in given["probes"]]
        self.seen: list[list[dict[str, typing.Any]]] = [[] for _ in self.probes]
        self.tree = ast.parse(self.code)
        self.functions = [n for n in self.tree.body if isinstance(n, ast.FunctionDef) and callable_as_is(n)]
        self.instrument = Instrument(self.code, self.probes)
        self.flags = 0
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for alias in node.names:
                    self.flags |= getattr(__future__, alias.name).compiler_flag

    def probe(self, index: int, value: typing.Any) -> typing.Any:
        seen = describe(value)
        if "shape" in seen and seen not in self.seen[index]:
            self.seen[index].append(seen)
        return value

    def runs(self, folder: pathlib.Path) -> typing.Iterator[dict[str, typing.Any]]:
        module = types.ModuleType("__main__")
        package = ".".join(pathlib.PurePosixPath(self.name).parent.parts)
        module.__dict__.update({"__file__": str(self.path), "__package__": package, PROBE: self.probe})
        sys.modules["__main__"] = module
        places = {id(n): (n.lineno - 1, (n.end_lineno or n.lineno) - 1) for n in ast.walk(self.tree) if isinstance(n, ast.stmt)}
        for node in list(self.tree.body):
            line, end_line = places[id(node)]
            statements = as_list(self.instrument.visit(node))
            code = compile(ast.Module(statements, []), str(self.path), "exec", flags=self.flags, dont_inherit=True)
            raised = attempt(lambda: exec(code, module.__dict__), folder)
            if raised is not None or not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
                yield {"what": "module", "line": line, "endLine": end_line, "raised": raised}
        for function in self.functions:
            torch.manual_seed(0)
            line, end_line = places[id(function)]
            target = module.__dict__.get(function.name)
            raised = attempt(target, folder) if callable(target) else None
            yield {"what": function.name, "line": line, "endLine": end_line, "raised": raised}

    def result(self, folder: pathlib.Path) -> dict[str, typing.Any]:
        runs = list(self.runs(folder))
        missing = [i for i in range(len(self.probes)) if i not in self.instrument.found]
        return {"name": self.name, "runs": runs, "probes": self.seen, "noExpression": missing}


def callable_as_is(function: ast.FunctionDef) -> bool:
    a = function.args
    return len(a.posonlyargs) + len(a.args) <= len(a.defaults) and all(d is not None for d in a.kw_defaults)


def attempt(call: typing.Callable[[], typing.Any], folder: pathlib.Path) -> dict[str, typing.Any] | None:
    try:
        with limits(SECONDS), contextlib.redirect_stdout(io.StringIO()):
            call()
    except Hanging:
        return {"type": "TimeoutError", "message": f"took more than {SECONDS} s", "frames": []}
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # SystemExit too: fixtures may call sys.exit
        frames = [f for f in traceback.extract_tb(error.__traceback__) if pathlib.Path(f.filename).is_relative_to(folder)]
        listed = [{"file": pathlib.Path(f.filename).relative_to(folder).as_posix(), "line": (f.lineno or 1) - 1} for f in frames]
        return {"type": type(error).__name__, "message": clean(str(error)), "frames": listed}
    return None


def run_fixture(fixture: dict[str, typing.Any]) -> dict[str, typing.Any]:
    before = set(sys.modules)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        for given in fixture["files"]:
            path = folder / given["name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(given["code"], encoding="utf-8")
        sys.path.insert(0, str(folder))
        here = os.getcwd()
        os.chdir(folder)
        try:
            files = [File(folder, given).result(folder) for given in fixture["files"]]
        finally:
            os.chdir(here)
            sys.path.remove(str(folder))
            for added in set(sys.modules) - before:
                if getattr(sys.modules[added], "__file__", None) and str(folder) in str(sys.modules[added].__file__):
                    del sys.modules[added]
    return {"id": fixture["id"], "files": files}


def main() -> None:
    fixtures = json.load(sys.stdin)
    own = sys.modules["__main__"]
    results = []
    for fixture in fixtures:
        results.append(run_fixture(fixture))
        sys.modules["__main__"] = own
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
