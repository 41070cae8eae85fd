"""Facts about the run as a whole: run.json."""

import json
import os
import sys
import time


def write_run_facts(run):
    """Writes run.json. Git is asked by whoever reads it: the start of a training is no time for processes."""
    # sys.argv is not set yet while `site` runs; the interpreter's own list is.
    argv = list(getattr(sys, "orig_argv", sys.argv))
    now = time.time()
    facts = {
        "version": 1,
        "id": os.path.basename(run),
        "argv": argv,
        "cwd": os.getcwd(),
        "script": os.environ.get("TENSORWRIGHT_SCRIPT", ""),
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
