"""
Runs the examples of the pages of findings in real PyTorch.

Reads JSON from standard input: [{"id", "bad", "good"}]; writes [{"id", "bad", "good"}] with what each raised or null.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings


def raised(code: str) -> str | None:
    """The exception's name and text; None where the code runs."""
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(code, "<example>", "exec"), {"__name__": "__main__"})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


pages = json.load(sys.stdin)
json.dump([{"id": page["id"], "bad": raised(page["bad"]), "good": raised(page["good"])} for page in pages], sys.stdout)
