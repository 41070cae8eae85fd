"""
Runs calls in child processes, several at once: a call may crash its process, hang or ask for all memory.

A child is a script that is started with `--worker` and hands a `Source` to `work`.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import threading
import typing

SECONDS_A_NAME = 240


class Source(typing.Protocol):
    """Makes the cases of a name; says {"starting": number} before each, so that a crash can be told from its place."""

    def cases(self, name: str, count: int, start: int = 0) -> typing.Iterator[dict[str, typing.Any]]: ...


def work(make: typing.Callable[[], Source]) -> None:
    """Child: reads `name start count` lines, writes cases, then an empty line."""
    from judge import limit_memory

    limit_memory()
    generator = make()
    for line in sys.stdin:
        name, start, count = line.split()
        for case in generator.cases(name, int(count), int(start)):
            print(json.dumps(case), flush=True)
        print(flush=True)


class Pool:
    """Children that are given one name at a time; a child that dies is replaced and goes on after its last case."""

    def __init__(self, command: list[str], counts: dict[str, int], jobs: int, what: str):
        self.command, self.counts, self.names = command, counts, list(reversed(counts))
        self.jobs, self.what = jobs, what
        self.lock = threading.Lock()
        self.cases: dict[str, list[dict[str, typing.Any]]] = {}
        self.lost: list[str] = []
        self.done = 0
        self.failed = ""

    def run(self) -> None:
        threads = [threading.Thread(target=self.serve, daemon=True) for _ in range(min(self.jobs, len(self.names) or 1))]
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
                    print(f"  {self.what}: {self.done} of {max(total, self.done)} names", file=sys.stderr, end=end)
        if child is not None:
            child.stdin.close()  # type: ignore[union-attr]  # started with pipes
            child.wait()

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, *self.command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, child: subprocess.Popen[str], name: str, start: int, cases: list[dict[str, typing.Any]]) -> tuple[bool, int]:
        """Whether the child finished the name, and the number to go on with if not."""
        timer = threading.Timer(SECONDS_A_NAME, child.kill)
        timer.start()
        try:
            try:
                child.stdin.write(f"{name} {start} {self.counts[name]}\n")  # type: ignore[union-attr]  # started with pipes
                child.stdin.flush()  # type: ignore[union-attr]  # started with pipes
            except BrokenPipeError:
                return False, start + 1
            for line in child.stdout:  # type: ignore[union-attr]  # started with pipes
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

    def write(self, folder: pathlib.Path | None, only: int | None = None) -> None:
        """The cases of every name to its file, or to standard output; `only` takes the one of that number."""
        for name, count in self.counts.items():
            if name not in self.cases:
                continue
            lines = [json.dumps(c) + "\n" for c in self.cases[name] if only in (None, c["case"])]
            if folder:
                (folder / f"{name}.{count}.jsonl").write_text("".join(lines))
            else:
                sys.stdout.writelines(lines)

    def finish(self, folder: pathlib.Path | None, only: int | None = None) -> None:
        """Runs all names, writes what they gave and says on standard error what was left out."""
        self.run()
        self.write(folder, only)
        if self.failed:
            sys.exit(self.failed)
        print(self.summary(), file=sys.stderr)
        if self.lost:
            print(f"crashed or hung, left out: {', '.join(self.lost)}", file=sys.stderr)

    def summary(self) -> str:
        every = [c for group in self.cases.values() for c in group]
        valid = sum(c["truth"]["kind"] != "raises" for c in every)
        varies = sum(c["truth"]["kind"] == "varies" for c in every)
        return f"{len(every)} calls of {len(self.cases)} names, {100 * valid / max(1, len(every)):.0f} % valid, {varies} depend on values"
