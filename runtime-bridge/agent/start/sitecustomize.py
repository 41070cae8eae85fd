"""Starts the agent in a Python process whose PYTHONPATH has this folder, then gives way to the user's sitecustomize.

The script itself is run by Python as always: argv, working directory, __main__ and exit code are its own.
"""

import os
import sys


def _begin():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    run = os.environ.get("TENSORWRIGHT_RUN")
    if not run:
        return
    # At the end: nothing of the user's is hidden by it.
    sys.path.append(os.path.dirname(here))
    try:
        from tensorwright import attach

        attach.begin(run)
    except Exception as error:  # whatever it is, training comes first
        sys.stderr.write(f"tensorwright: this run is not watched: {type(error).__name__}: {error}\n")


def _give_way():
    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401  the one that ours hides
    except ImportError as error:
        if getattr(error, "name", None) != "sitecustomize":
            raise
    finally:
        if own is not None:
            sys.modules.setdefault("sitecustomize", own)


_begin()
_give_way()
