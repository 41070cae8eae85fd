"""What the process holds: memory, and graphs that were compiled."""

import re
import sys

import torch

from tensorwright.places import as_fact, is_user_file


def memory():
    """Megabytes: resident, and allocated on the accelerator."""
    found = {}
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            found["resident"] = round(int(file.read().split()[1]) * 4096 / 1e6, 1)
    except (OSError, ValueError, IndexError):
        pass
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        found["allocated"] = round(torch.cuda.memory_allocated() / 1e6, 1)
    return found


def compiled_graphs():
    """How many graphs torch.compile has made; None where it has made none."""
    utils = sys.modules.get("torch._dynamo.utils")
    return None if utils is None else utils.counters["stats"]["unique_graphs"]


def recompiled():
    """The user's functions that were compiled again, the most often compiled first, with what had changed last.

    torch keeps the check that failed as text: `0/7: self.calls == 7   # self.calls += 1  # train.py:14 in forward`.
    """
    utils = sys.modules.get("torch._dynamo.utils")
    failures = getattr(utils, "guard_failures", None) or {}
    found = []
    for code, reasons in sorted(failures.items(), key=lambda each: -len(each[1])):
        if not reasons or not is_user_file(getattr(code, "co_filename", "<")):
            continue
        check = re.sub(r"^\d+/\d+: ", "", str(reasons[-1])).split("  #")[0].strip()[:120]
        line = re.search(rf":(\d+) in {re.escape(code.co_name)}\b", str(reasons[-1]))
        place = code.co_filename, int(line[1]) if line else code.co_firstlineno
        found.append({**as_fact(place), "function": getattr(code, "co_qualname", code.co_name), "check": check, "times": len(reasons)})
    return found[:4]
