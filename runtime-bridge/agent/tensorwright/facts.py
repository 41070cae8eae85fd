"""Facts about the run as a whole: run.json."""

import json
import os
import sys
import time


def write_run_facts(run):
    """Writes run.json. Git is asked by whoever reads it: the start of a training is no time for processes."""
    # sys.argv is not set yet while `site` runs; the interpreter's own list is.
    argv = list(getattr(sys, "orig_argv", sys.argv))
    script = os.environ.get("TENSORWRIGHT_SCRIPT", "")
    if script in argv:
        # What stands before the script is the interpreter's and, with its token, a debugger's.
        argv = [argv[0], *argv[argv.index(script) :]]
    now = time.time()
    facts = {
        "version": 1,
        "id": os.path.basename(run),
        "argv": argv,
        "cwd": os.getcwd(),
        "script": script,
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "platform": sys.platform,
        "pid": os.getpid(),
        "control": os.environ.get("TENSORWRIGHT_CONTROL") == "1",
        # To the millisecond: a script that was saved in the same second is older than its run.
        "startedAt": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1000):03d}Z",
    }
    os.makedirs(run, exist_ok=True)
    with open(os.path.join(run, "run.json"), "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=1)


# A run keeps at most so much of the user's code.
MOST_FILES, MOST_BYTES = 300, 2 << 20


def keep_sources(run, started):
    """Copies the user's modules as they were loaded, so that a line is found again after an edit: sources.json has
    the copy of each path. A file that was written after `started` (seconds since 1970) may not be what runs, and is left out.
    """
    from tensorwright.places import is_user_file

    folder = os.path.join(run, "source")
    os.makedirs(folder, exist_ok=True)
    kept, size = {}, 0
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py") or not is_user_file(path):
            continue
        path = os.path.abspath(path)
        try:
            about = os.stat(path)
            if path in kept or about.st_mtime > started or size + about.st_size > MOST_BYTES:
                continue
            with open(path, "rb") as file:
                text = file.read(MOST_BYTES)
        except OSError:
            continue
        name = f"{len(kept)}.py"
        with open(os.path.join(folder, name), "wb") as file:
            file.write(text)
        kept[path] = f"source/{name}"
        size += len(text)
        if len(kept) == MOST_FILES:
            break
    # Whoever finds this file finds all that it names.
    unfinished = os.path.join(run, "sources.json.new")
    with open(unfinished, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)
    os.replace(unfinished, os.path.join(run, "sources.json"))


def write_empty_journal(run, raised, saw_torch):
    """A run in which nothing was watched still says so."""
    from tensorwright.journal import Journal

    journal = Journal()
    journal.open(os.path.join(run, "rank-0.journal"))
    at = {"step": 0, "time": 0.0}
    name = os.path.basename(run)
    journal.record({"kind": "start", **at, "run": name, "rank": 0, "world": 1, "pid": os.getpid()})
    why = "the agent could not attach to torch" if saw_torch else "the script never imported torch"
    journal.record({"kind": "log", **at, "level": "information", "message": f"nothing to watch: {why}"})
    end = {"kind": "end", **at, "reason": "raised" if raised else "finished"}
    journal.record({**end, "error": raised} if raised else end)
    journal.close()
