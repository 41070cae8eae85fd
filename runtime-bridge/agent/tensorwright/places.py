"""Lines of the user's code: the first frame outwards that is neither torch, nor an installed package, nor ours."""

import os
import sys
import sysconfig

_paths = sysconfig.get_paths()
_foreign = tuple(
    {os.path.join(os.path.realpath(_paths[key]), "") for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {os.path.join(_paths[key], "") for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {os.path.join(os.path.dirname(os.path.abspath(__file__)), "")}
)
_known = {}


def is_user_file(name):
    """Whether a code object's file is the user's."""
    known = _known.get(name)
    if known is None:
        path = os.path.abspath(name)
        # Frozen modules and generated code have names in angle brackets.
        known = not (
            name.startswith("<") or path.startswith(_foreign) or f"{os.sep}site-packages{os.sep}" in path
        )
        _known[name] = known
    return known


def user_frame(start, maker_of=None):
    """The first user frame from `start` outwards, or None.

    maker_of: an object that is being made; frames of its own __init__ are passed over.
    """
    frame = start
    while frame is not None:
        code = frame.f_code
        if is_user_file(code.co_filename):
            if maker_of is None or code.co_name != "__init__" or _self_of(frame) is not maker_of:
                return frame
        frame = frame.f_back
    return None


def _self_of(frame):
    names = frame.f_code.co_varnames
    return frame.f_locals.get(names[0]) if names else None


def user_place(maker_of=None):
    """(file, line) of the nearest user code, or None."""
    frame = user_frame(sys._getframe(1), maker_of)
    return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)


def innermost_user_place(trace):
    """(file, line) of the innermost user code in a traceback, or None."""
    place = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_user_file(code.co_filename):
            place = code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return place


def called_by_user():
    """(file, line) where the caller of the caller is user code, else None."""
    frame = sys._getframe(2)
    if is_user_file(frame.f_code.co_filename):
        return frame.f_code.co_filename, frame.f_lineno
    return None


def as_fact(place):
    """A place as records carry it."""
    return {"file": None, "line": None} if place is None else {"file": os.path.abspath(place[0]), "line": place[1]}


def keeping_lines(file, line):
    """Lines around a backward() that keep a tensor: `total += loss`, `losses.append(loss)`."""
    import linecache
    import re

    kept = re.compile(r"^\s*[\w.\[\]\"']+\s*(\+=\s*|=\s*[\w.]+\s*\+\s*)(?!.*(item|detach|float|data)\b)\w*[a-zA-Z_]\w*")
    collected = re.compile(r"\.append\((?!.*(item|detach|float|tolist|numpy)\b)")
    found = []
    for number_ in range(max(1, line - 25), line + 25):
        text = linecache.getline(file, number_)
        if kept.match(text) or collected.search(text):
            found.append((file, number_))
    return sorted(found, key=lambda place: (place[1] < line, abs(place[1] - line)))[:3]
