"""Tensor breakpoints: a condition over gradients, weights or the loss, looked at before each step until it holds.

The language is closed: `block.*.grad is non-finite`, `fc.weight norm > 100`, `loss > 5`.
"""

import fnmatch
import math
import re

import torch

_form = re.compile(r"\s*([\w.*?]+)\s+(?:is\s+(non-?finite)|(?:norm\s+)?>\s*([\d.]+(?:e[+-]?\d+)?))\s*", re.IGNORECASE)
LONGEST = 200


class Breakpoint:
    """A condition of the user's.

    Raises ValueError, with a sentence, for what is none.
    """

    def __init__(self, text):
        form = _form.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST else None
        if form is None:
            raise ValueError(
                "a condition reads as `block.*.grad is non-finite`, `fc.weight norm > 100` or `loss > 5`"
            )
        self.text = text.strip()
        self._pattern, self._limit = form[1], None if form[2] else float(form[3])
        self._of_gradients = self._pattern.endswith(".grad")
        if self._of_gradients:
            self._pattern = self._pattern[: -len(".grad")]

    def holds(self, watcher, optimizer):
        """What it holds for, before this optimizer's step: {"where", "value"}; None where it does not hold."""
        if self._pattern == "loss":
            value = watcher.losses.last
            return {"where": "loss", "value": value} if value is not None and self._is_hit(value) else None
        named = self._tensors(watcher, optimizer)
        if not named:
            return None
        norms = torch._foreach_norm([tensor for _, tensor in named])
        values = torch.stack([norm.float().cpu() for norm in norms]).tolist()
        hits = [(name, value) for (name, tensor), value in zip(named, values) if self._is_hit(value, tensor)]
        if not hits:
            return None
        first, value = self._first(watcher, hits)
        return {"where": f"{first}.grad" if self._of_gradients else first, "value": value, "others": len(hits) - 1}

    def _is_hit(self, value, tensor=None):
        if self._limit is not None:
            return value > self._limit
        # The norm of finite numbers may overflow.
        return not math.isfinite(value) and (tensor is None or not bool(torch.isfinite(tensor).all()))

    def _tensors(self, watcher, optimizer):
        found = []
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                name = watcher.names.name_of(parameter)
                tensor = parameter.grad if self._of_gradients else parameter.detach()
                if name is None or tensor is None or tensor.is_sparse or not tensor.is_floating_point():
                    continue
                owner = name.rpartition(".")[0]
                if fnmatch.fnmatchcase(name, self._pattern) or fnmatch.fnmatchcase(owner, self._pattern):
                    found.append((name, tensor))
        return found

    def _first(self, watcher, hits):
        """The culprit: what ran first has a bad weight first, what ran last a bad gradient."""
        order = watcher.forwards.order

        def place(hit):
            return order.get(hit[0].rpartition(".")[0], -1)

        return (max if self._of_gradients else min)(hits, key=place)
