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
import sys
import typing

from observed import observe
from pool import Pool, work

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
        work(lambda: Generator(args.seed, not args.no_samples))
        return
    import recipes

    given = args.only or (json.loads(args.names.read_text()) if args.names else sorted(recipes.load_all()))
    counts = given if isinstance(given, dict) else dict.fromkeys(given, args.count)
    counts = {name: count for name, count in counts.items() if name not in recipes.NOT_RUN}
    options = ["--seed", args.seed, *(["--no-samples"] if args.no_samples else [])]
    Pool([__file__, "--worker", *options], counts, args.jobs, "random calls").finish(args.folder, args.case)


if __name__ == "__main__":
    main()
