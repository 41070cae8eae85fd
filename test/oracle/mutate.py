"""One-place changes of a good call: a size, a rank, an option, a dtype. Some of the results fail, some don't."""

from __future__ import annotations

import typing

from recipes import Dice
from spec import Call, Raw, T

# Where a change applies: the container and the key in it.
Slot = tuple[typing.Any, typing.Any]

DTYPES = ("float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "complex64")


def slots(container: typing.Any) -> list[Slot]:
    """Every value in the arguments, nested ones too."""
    out: list[Slot] = []
    for key, value in container.items() if isinstance(container, dict) else enumerate(container):
        out.append((container, key))
        if isinstance(value, (list, dict)):
            out += slots(value)
    return out


def listed(value: typing.Any) -> typing.Any:
    """Tuples as lists, so that they can be changed in place."""
    if isinstance(value, tuple):
        return [listed(v) for v in value]
    if isinstance(value, list):
        return [listed(v) for v in value]
    return value


def mutate(dice: Dice, call: Call) -> Call:
    """A copy with one change (seldom two); `note` says which."""
    out = call.copy()
    for _ in range(2 if dice.maybe(0.1) else 1):
        parts = [out.arguments] + ([out.build] if out.build is not None else [])
        found = [s for part in parts for s in slots(part)]
        if not found:
            return out
        weights = [5 if isinstance(c[k], T) else 2 if isinstance(c[k], (list, tuple, str)) else 3 for c, k in found]
        container, key = dice.rng.choices(found, weights)[0]
        before = container[key]
        after = changed(dice, before)
        if after is REMOVE:
            if isinstance(container, dict) and list(container).index(key) == 0:
                continue
            del container[key]
        else:
            container[key] = after
        out.note += f" {key}: {brief(before)} -> {'gone' if after is REMOVE else brief(after)};"
    return out


REMOVE = object()


def brief(value: typing.Any) -> str:
    return f"{value.dtype}{value.shape}" if isinstance(value, T) else value.text if isinstance(value, Raw) else repr(value)


def changed(dice: Dice, value: typing.Any) -> typing.Any:
    if isinstance(value, T):
        return changed_tensor(dice, value)
    if isinstance(value, bool):
        return not value if dice.maybe(0.8) else REMOVE
    if isinstance(value, int):
        return dice.pick(value + 1, value - 1, -value, 0, value * 2, value + 2, float(value), REMOVE, None, [value], [value, value])
    if isinstance(value, float) and abs(value) != float("inf"):
        return dice.pick(-value, int(value), value * 2, None, REMOVE)
    if isinstance(value, (list, tuple)):
        return type(value)(changed_list(dice, list(value)))
    if isinstance(value, str):
        return changed_text(dice, value)
    return REMOVE


def changed_list(dice: Dice, items: list[typing.Any]) -> list[typing.Any]:
    how = dice.pick("drop", "repeat", "swap", "item", "item", "item")
    i = dice.int(0, len(items) - 1) if items else 0
    if how == "drop" and items:
        del items[i]
    elif how == "repeat" or not items:
        items.insert(i, items[i] if items else 1)
    elif how == "swap" and len(items) > 1:
        items[0], items[i] = items[i], items[0]
    else:
        after = changed(dice, items[i])
        items[i : i + 1] = [] if after is REMOVE else [after]
    return items


def changed_text(dice: Dice, text: str) -> str:
    """Patterns lose, gain or swap a letter; other words stay words."""
    if " " not in text and "->" not in text:
        return text + "x" if dice.maybe(0.2) else text
    i = dice.int(0, len(text) - 1)
    letters = [c for c in text if c.isalpha()] or ["a"]
    return dice.pick(text[:i] + text[i + 1 :], text[:i] + dice.rng.choice(letters) + text[i + 1 :], text[:i] + dice.rng.choice(letters) + text[i:])


def changed_tensor(dice: Dice, t: T) -> T:
    shape, rank = list(t.shape), len(t.shape)
    how = dice.rng.choices(["size", "drop", "insert", "dtype", "swap"], [6, 2, 2, 2, 1])[0]
    if how == "dtype":
        return T(t.shape, dice.pick(*DTYPES), t.fill if t.fill.startswith("index") else "any")
    if how == "swap" and rank > 1:
        i, j = dice.rng.sample(range(rank), 2)
        shape[i], shape[j] = shape[j], shape[i]
    elif how == "drop" and rank:
        del shape[dice.int(0, rank - 1)]
    elif how == "insert" or not rank:
        shape.insert(dice.int(0, rank), dice.pick(1, 2, 3))
    else:
        i = dice.int(0, rank - 1)
        shape[i] = dice.pick(shape[i] + 1, max(0, shape[i] - 1), shape[i] * 2, 1, 0, shape[i] + 2)
    return T(tuple(shape), t.dtype, t.fill)
