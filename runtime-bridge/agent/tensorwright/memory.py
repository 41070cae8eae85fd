"""What the process holds: memory, and graphs that were compiled."""

import sys

import torch


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
