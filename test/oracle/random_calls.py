"""
Random calls of operators and layers, run in real PyTorch: the truth that the static checker is compared with.

    python random_calls.py --names FILE --seed N --count 100 --jobs 2 [--folder FOLDER]

`--names` is a JSON list of full names ('torch.cat', 'torch.Tensor.view', 'torch.nn.Linear'), or an object from
names to the numbers of calls to make; without it every name that has a recipe. Writes one JSON object a line, to FOLDER/<name>.<count>.jsonl or to standard output:

    {"name", "case", "lines": [source of the function's body], "note": what was changed in a good call,
     "truth": {"kind": "value" | "raises" | "varies", ...see judge.py}, "results": [{"variable", "shape", "dtype"}]}

A case depends on seed, name and number only, so `--only torch.cat --case 17` repeats it. Calls run in child
processes; one that crashes or hangs is left out and counted.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import random
import subprocess
import sys
import threading
import typing

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

SECONDS_A_NAME = 240
CHANGED = 0.6  # share of calls that get a change
FROM_SAMPLES = 0.3  # share of calls taken from PyTorch's own samples, where there are any


class Generator:
    """Makes and judges the cases of one name after another."""

    def __init__(self, seed: str, with_samples: bool):
        import recipes
        import signatures

        self.seed = seed
        recipes.load_all()
        self.recipe_for, self.signatures = recipes.recipe_for, signatures.load()
        self.samples: typing.Any = None
        if with_samples:
            try:
                from op_samples import Samples

                self.samples = Samples()
            except ImportError as error:
                print(f"  PyTorch's own samples are left out: {error}", file=sys.stderr)

    def cases(self, name: str, count: int, start: int = 0) -> typing.Iterator[dict[str, typing.Any]]:
        from recipes.default import Default

        overloads = self.signatures.get(name, [])
        default = Default(overloads) if self.recipe_for(name) is None and overloads else None
        seen: set[str] = set()
        made = 0
        for number in range(start, start + count * 4):
            if made >= count:
                return
            yield {"starting": number}
            case = self.case(name, number, default, seen)
            if case is not None:
                made += 1
                yield case

    def case(self, name: str, number: int, default: typing.Any, seen: set[str]) -> dict[str, typing.Any] | None:
        from judge import judge
        from mutate import mutate
        from recipes import Dice
        from spec import Writer

        dice = Dice(random.Random(f"{self.seed}:{name}:{number}"))
        call = self.call(name, dice, default)
        if call is None:
            return None
        if dice.maybe(CHANGED):
            call = mutate(dice, call)
        overloads, forward = ([[(p.name, p.keyword_only) for p in o] for o in self.signatures.get(n, [])] for n in (name, f"{name}.forward"))
        program = Writer(dice.rng, overloads, forward).program(call)
        source = "\n".join(program.lines())
        if source in seen:
            return None
        seen.add(source)
        truth = judge(program)
        if default is not None and not call.note:
            default.learn(truth is not None and truth["kind"] != "raises")
        if truth is None:
            return None
        more, results = observe(truth)
        return {"name": name, "case": number, "lines": program.lines() + more, "note": call.note.strip(), "truth": truth, "results": results}

    def call(self, name: str, dice: typing.Any, default: typing.Any) -> typing.Any:
        from spec import Call, Layer

        samples = self.samples.of(name) if self.samples is not None else []
        if samples and dice.maybe(FROM_SAMPLES if default is None else 0.7):
            return dice.rng.choice(samples).copy()
        make = self.recipe_for(name) or default
        if make is None:
            return None
        made = make(dice, name)
        if isinstance(made, Layer):
            return Call(name, self.named(f"{name}.forward", made.call), self.named(name, made.build))
        return Call(name, self.named(name, made))

    def named(self, name: str, arguments: dict[str, typing.Any]) -> dict[str, typing.Any]:
        """The first argument under the name that the signature has for it."""
        overloads = self.signatures.get(name, [])
        known = {p.name for o in overloads for p in o}
        first = next(iter(arguments), "*")
        if first.startswith("*") or first in known or not overloads or not overloads[0] or any(p.name.startswith("*") for p in overloads[0][:1]):
            return arguments
        return {(overloads[0][0].name if k == first else k): v for k, v in arguments.items()}


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


def work(args: argparse.Namespace) -> None:
    """Child: reads `name start count` lines, writes cases, then an empty line."""
    from judge import limit_memory

    limit_memory()
    generator = Generator(args.seed, not args.no_samples)
    for line in sys.stdin:
        name, start, count = line.split()
        for case in generator.cases(name, int(count), int(start)):
            print(json.dumps(case), flush=True)
        print(flush=True)


class Pool:
    """Children that are given one name at a time; a child that dies is replaced and goes on after its last case."""

    def __init__(self, args: argparse.Namespace, counts: dict[str, int]):
        self.args, self.counts, self.names = args, counts, list(reversed(counts))
        self.lock = threading.Lock()
        self.cases: dict[str, list[dict[str, typing.Any]]] = {}
        self.lost: list[str] = []
        self.done = 0
        self.failed = ""

    def run(self) -> None:
        threads = [threading.Thread(target=self.serve, daemon=True) for _ in range(min(self.args.jobs, len(self.names) or 1))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def next(self) -> str | None:
        with self.lock:
            return self.names.pop() if self.names else None

    def serve(self) -> None:
        child: subprocess.Popen[str] | None = None
        total = len(self.names)
        while (name := self.next()) is not None:
            start, cases = 0, []
            for _ in range(5):  # a name may crash its child that often
                if self.failed:
                    return
                child = child or self.start()
                finished, start = self.ask(child, name, start, cases)
                if finished:
                    break
                self.lost.append(f"{name} case {start - 1}")
                child = None
            with self.lock:
                self.cases[name] = cases[: self.counts[name]]
                self.done += 1
                if self.done % 50 == 0 or sys.stderr.isatty():
                    end = "\r" if sys.stderr.isatty() else "\n"
                    print(f"  random calls: {self.done} of {max(total, self.done)} names", file=sys.stderr, end=end)
        if child is not None:
            child.stdin.close()  # type: ignore[union-attr]
            child.wait()

    def start(self) -> subprocess.Popen[str]:
        options = ["--seed", self.args.seed, *(["--no-samples"] if self.args.no_samples else [])]
        return subprocess.Popen([sys.executable, __file__, "--worker", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, child: subprocess.Popen[str], name: str, start: int, cases: list[dict[str, typing.Any]]) -> tuple[bool, int]:
        """Whether the child finished the name, and the number to go on with if not."""
        timer = threading.Timer(SECONDS_A_NAME, child.kill)
        timer.start()
        try:
            try:
                child.stdin.write(f"{name} {start} {self.counts[name]}\n")  # type: ignore[union-attr]
                child.stdin.flush()  # type: ignore[union-attr]
            except BrokenPipeError:
                return False, start + 1
            for line in child.stdout:  # type: ignore[union-attr]
                if line == "\n":
                    return True, start
                case = json.loads(line)
                if "starting" in case:
                    start = case["starting"] + 1
                else:
                    cases.append(case)
            if child.wait() > 0:  # not a signal: a mistake in a recipe
                self.failed = f"child failed at {name} case {start - 1}; see above"
            return False, start
        finally:
            timer.cancel()


def summary(cases: dict[str, list[dict[str, typing.Any]]]) -> str:
    every = [c for group in cases.values() for c in group]
    valid = sum(c["truth"]["kind"] != "raises" for c in every)
    varies = sum(c["truth"]["kind"] == "varies" for c in every)
    return f"{len(every)} calls of {len(cases)} names, {100 * valid / max(1, len(every)):.0f} % valid, {varies} depend on values"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--case", type=int)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-samples", action="store_true")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--worker", action="store_true")
    args = parser.parse_args()
    if args.worker:
        work(args)
        return
    import recipes

    given = args.only or (json.loads(args.names.read_text()) if args.names else sorted(recipes.load_all()))
    counts = given if isinstance(given, dict) else dict.fromkeys(given, args.count)
    counts = {name: count for name, count in counts.items() if name not in recipes.NOT_RUN}
    pool = Pool(args, counts)
    pool.run()
    if pool.failed:
        sys.exit(pool.failed)
    for name in counts:
        lines = [json.dumps(c) + "\n" for c in pool.cases.get(name, []) if args.case in (None, c["case"])]
        if args.folder:
            (args.folder / f"{name}.{counts[name]}.jsonl").write_text("".join(lines))
        else:
            sys.stdout.writelines(lines)
    print(summary(pool.cases), file=sys.stderr)
    if pool.lost:
        print(f"crashed or hung, left out: {', '.join(pool.lost)}", file=sys.stderr)


if __name__ == "__main__":
    main()
