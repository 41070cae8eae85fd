"""
The samples and error samples of PyTorch's own tests, run in real PyTorch: every entry of `op_db` and of `module_db`.

    python database.py --list
    python database.py --names FILE --seed N --jobs 2 [--folder FOLDER]

`--list` prints the entries as JSON: {"torch.add": ["torch.add", "torch.Tensor.add", ...]}, each with the names that it
tests. `--names` is such a list, or an object from entries to the most calls of each. Output and repeating of one case
are those of random_calls.py; `origin` says where a call comes from: "sample", "error sample", or "changed" for a
sample with a one-place change.

What an entry has of each is a seeded few. Samples of functions are written in turns as function, as method and under
every other name. A good sample that fails as it is written (it needs strides or values that the source lost) is left
out: it would test nothing that the entry means.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import pathlib
import random
import re
import sys
import typing

from observed import observe
from pool import Pool, work

SAMPLES = 8  # good ones of an entry
SAMPLES_A_VARIANT = 3  # of each further variant of an entry
OTHER_TYPES = 2  # how many of the good ones have another dtype than float32
ERRORS = 30
CHANGED = 5
AT_MOST = 80  # calls of an entry

# Private functions, functions of a GPU, and tensors in formats that have no literal.
LEFT_OUT = re.compile(r"(jiterator|_|ops\.|torch\.|max_pool2d_with_indices_backward|native_dropout_backward|sparse\.|to_sparse$)(?!_\w+__$)")

# Entries that test methods or attributes only, or that Python's operators stand for.
METHODS_ONLY = {"T", "mT", "H", "mH"}
IN_PLACE_ONLY = {"uniform", "exponential", "cauchy", "geometric", "log_normal"}


@dataclasses.dataclass(frozen=True)
class Form:
    """A way to write the call of an entry."""

    name: str
    method: bool


@dataclasses.dataclass
class Planned:
    """A call before it is run. `exact` is the same with its whole numbers written out."""

    call: typing.Any
    origin: str
    exact: typing.Any = None


def forms_of(op: typing.Any) -> list[Form]:
    import torch

    out: list[Form] = []
    for name in [op.name, *(a.name for a in op.aliases)]:
        name = name.removeprefix("torch.")
        plain = re.fullmatch(r"[\w.]+", name) is not None
        target: typing.Any = torch
        for part in name.split("."):
            target = getattr(target, part, None)
        if plain and callable(target) and not isinstance(target, type) and name not in IN_PLACE_ONLY:
            out.append(Form(f"torch.{name}", False))
        if name in METHODS_ONLY or "." not in name and callable(getattr(torch.Tensor, name, None)):
            out.append(Form(f"torch.Tensor.{name}", True))
        if plain and "." not in name and callable(getattr(torch.Tensor, f"{name}_", None)) and not name.endswith("_"):
            out.append(Form(f"torch.Tensor.{name}_", True))
    # In place comes last: it takes fewer samples.
    return sorted(dict.fromkeys(out), key=lambda form: form.name.endswith("_") and not form.name.endswith("__"))


# Entries whose samples don't stand in the order of the function's parameters.
REORDERED: dict[str, typing.Callable[[list[typing.Any]], list[typing.Any]]] = {
    "where": lambda a: [a[1], a[0], *a[2:]],
    "einsum": lambda a: [a[1], *a[0]],
    "nn.functional.embedding": lambda a: [a[1], a[0], *a[2:]],
    "nn.functional.embedding_bag": lambda a: [a[1], a[0], *a[2:]],
    "polygamma": lambda a: [a[1], a[0], *a[2:]],
    "special.polygamma": lambda a: [a[1], a[0], *a[2:]],
    "normal.number_mean": lambda a: [a[1], a[0], *a[2:]],
    "svd_lowrank": lambda a: [product(a[0], a[1]), *a[2:]],
    "pca_lowrank": lambda a: [product(a[0], a[1]), *a[2:]],
    "linalg.pinv.singular": lambda a: [product(a[0], a[1]), *a[2:]],
}


def product(a: typing.Any, b: typing.Any) -> typing.Any:
    """A tensor of the size of `a @ b.mT`."""
    from spec import T

    return T((*a.shape[:-1], b.shape[-2]), a.dtype)


def exactly(value: typing.Any, t: typing.Any) -> typing.Any:
    """The converted argument `t` with small tensors of whole numbers written out."""
    import torch
    from spec import Raw

    if isinstance(value, torch.Tensor) and not value.is_floating_point() and not value.is_complex() and value.numel() <= 50:
        return Raw(f"torch.tensor({value.tolist()}, dtype={value.dtype})")
    if isinstance(value, (list, tuple)) and isinstance(t, (list, tuple)) and len(value) == len(t):
        return type(t)(exactly(v, u) for v, u in zip(value, t))
    return t


class Database:
    """Entries by the first of their names."""

    def __init__(self, seed: str = "1"):
        from torch.testing._internal.common_methods_invocations import op_db, python_ref_db
        from torch.testing._internal.common_modules import module_db

        self.seed = seed
        self.forms: dict[str, list[Form]] = {}
        self.ops: dict[str, list[typing.Any]] = {}
        self.modules: dict[str, typing.Any] = {}
        for op in op_db:
            if LEFT_OUT.match(op.name) and not op.name.startswith("torch.special"):
                continue
            forms = forms_of(op)
            if forms:
                own = self.forms.setdefault(forms[0].name, [])
                own += [f for f in forms if f not in own]
                self.ops.setdefault(forms[0].name, []).append(op)
        for info in module_db:
            self.modules.setdefault(f"torch.nn.{info.module_cls.__name__}", info)
        # The references know about more errors.
        self.references = {ref.name.removeprefix("_refs."): ref for ref in python_ref_db if ref.error_inputs_func is not None}

    def listed(self) -> dict[str, list[str]]:
        return {**{name: [f.name for f in self.forms[name]] for name in self.ops}, **{name: [name] for name in self.modules}}

    # --- what is planned ---

    def plan(self, name: str) -> list[Planned]:
        import torch
        from mutate import mutate
        from recipes import Dice

        torch.manual_seed(0)
        random.seed(0)
        rng = random.Random(f"{self.seed}:{name}")
        good, bad = self.of_module(name) if name in self.modules else self.of_ops(name, rng)
        dice = Dice(rng)
        changed = [Planned(mutate(dice, p.call), "changed") for p in rng.sample(good, min(CHANGED, len(good)))]
        return [*good, *bad[:ERRORS], *changed][:AT_MOST]

    def of_ops(self, name: str, rng: random.Random) -> tuple[list[Planned], list[Planned]]:
        good: list[Planned] = []
        bad: list[Planned] = []
        for variant, op in enumerate(self.ops[name]):
            samples = self.samples(op, rng, SAMPLES_A_VARIANT if variant else SAMPLES)
            good += [p for i, sample in enumerate(samples) if (p := self.planned(name, op, sample, i, "sample"))]
            for source in (op, *([self.references[op.name]] if op.name in self.references and not variant else [])):
                errors = list(attempted(lambda: source.error_inputs("cpu"), 100)) if source.error_inputs_func is not None else []
                bad += [p for e in errors if (p := self.planned(name, op, e.sample_input, 0, "error sample"))]
        return unique(good), unique(bad)

    @staticmethod
    def samples(op: typing.Any, rng: random.Random, count: int) -> list[typing.Any]:
        """Most of float32 where the operator has it, a few of another dtype."""
        import torch

        supported = sorted((d for d in op.supported_dtypes("cpu") if d != torch.complex32 and d != torch.chalf), key=str)
        first = next((d for d in (torch.float32, torch.int64, torch.complex64) if d in supported), next(iter(supported), None))
        if first is None:  # an entry for GPUs
            return []
        found = list(attempted(lambda: op.sample_inputs("cpu", first), 100))
        rng.shuffle(found)
        others = [d for d in supported if d != first]
        few = []
        for dtype in rng.sample(others, min(OTHER_TYPES, len(others))):
            more = list(attempted(lambda: op.sample_inputs("cpu", dtype), 30))
            few += rng.sample(more, min(1, len(more)))
        return [*found[: max(1, count - len(few))], *few]

    def planned(self, name: str, op: typing.Any, sample: typing.Any, turn: int, origin: str) -> Planned | None:
        from op_samples import Unwritable, convert
        from spec import Call, T

        values = [sample.input, *sample.args]
        try:
            given = [convert(v) for v in values]
            keywords = {k: convert(v) for k, v in sample.kwargs.items() if k != "out"}
        except Unwritable:
            return None
        forms = [f for f in self.forms[name] if not f.method or isinstance(given[0], T)]
        if not forms or any(k == "out" for k in sample.kwargs):
            return None
        form = forms[turn % len(forms)]
        reorder = REORDERED.get(f"{op.name}.{op.variant_test_name}") or REORDERED.get(op.name)

        def call(arguments: list[typing.Any]) -> Call:
            if form.method:
                return Call(form.name, {"self": arguments[0], "*": arguments[1:], **keywords})
            return Call(form.name, {"*": reorder(arguments) if reorder else arguments, **keywords})

        return Planned(call(given), origin, call([exactly(v, t) for v, t in zip(values, given)]) if not form.method else None)

    def of_module(self, name: str) -> tuple[list[Planned], list[Planned]]:
        import torch

        info = self.modules[name]
        good: list[Planned] = []
        bad: list[Planned] = []
        for training in (True, False):
            options = dict(device="cpu", dtype=torch.float32, requires_grad=False, training=training)
            good += self.layers(name, attempted(lambda: info.module_inputs_func(info, **options), 100), "sample")
            if info.module_error_inputs_func is not None:
                errors = attempted(lambda: info.module_error_inputs_func(info, **options), 100)
                bad += self.layers(name, (e.module_error_input for e in errors), "error sample")
        rng = random.Random(f"{self.seed}:{name}")
        good, bad = unique(good), unique(bad)
        rng.shuffle(good)
        return good[:SAMPLES], bad

    @staticmethod
    def layers(name: str, inputs: typing.Iterable[typing.Any], origin: str) -> list[Planned]:
        from op_samples import Unwritable, convert
        from spec import Call

        def arguments(given: typing.Any, how: typing.Callable[[typing.Any], typing.Any]) -> dict[str, typing.Any]:
            return {} if given is None else {"*": [how(v) for v in given.args], **{k: how(v) for k, v in given.kwargs.items()}}

        out = []
        for sample in inputs:
            try:
                build, forward = arguments(sample.constructor_input, convert), arguments(sample.forward_input, convert)
                exact = arguments(sample.forward_input, lambda v: exactly(v, convert(v)))
            except Unwritable:
                continue
            out.append(Planned(Call(name, forward, build), origin, Call(name, exact, build)))
        return out

    # --- what is run ---

    def cases(self, name: str, count: int, start: int = 0) -> typing.Iterator[dict[str, typing.Any]]:
        seen: set[str] = set()
        for number, planned in enumerate(self.plan(name)[:count]):
            if number < start:
                continue
            yield {"starting": number}
            case = self.case(name, number, planned)
            if case is not None and "\n".join(case["lines"]) not in seen:
                seen.add("\n".join(case["lines"]))
                yield case

    def case(self, name: str, number: int, planned: Planned) -> dict[str, typing.Any] | None:
        from judge import judge
        from spec import Writer

        for call in (planned.call, planned.exact):
            if call is None:
                continue
            program = Writer(random.Random(number), [], []).program(call)
            truth = judge(program)
            if truth is None:
                return None
            if truth["kind"] != "raises" or planned.origin != "sample":
                more, results = observe(truth)
                # A data-dependent outcome can't be taken apart by the lines that follow it.
                return {"name": name, "case": number, "lines": program.lines() + more, "origin": planned.origin, "note": call.note.strip(), "truth": truth, "results": results}
        return None


def attempted(make: typing.Callable[[], typing.Iterable[typing.Any]], limit: int) -> typing.Iterator[typing.Any]:
    """What a generator gives before it needs something that this machine lacks."""
    try:
        yield from itertools.islice(make(), limit)
    except Exception:
        return


def unique(planned: list[Planned]) -> list[Planned]:
    return list({repr((p.call.name, p.call.build, p.call.arguments)): p for p in planned}.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--names", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--case", type=int)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--worker", action="store_true")
    args = parser.parse_args()
    if args.worker:
        work(lambda: Database(args.seed))
        return
    if args.list:
        json.dump(Database().listed(), sys.stdout)
        return
    given = args.only or json.loads(args.names.read_text())
    counts = dict.fromkeys(given, AT_MOST) if isinstance(given, list) else given
    Pool([__file__, "--worker", "--seed", args.seed], counts, args.jobs, "PyTorch's samples").finish(args.folder, args.case)


if __name__ == "__main__":
    main()
