"""Whether the gradients of two looks point the same way."""

import torch

from tensorwright.journal import number

# Parameters that are compared.
COMPARED = 8


def agreement(watcher, state, gradients):
    """Writes the cosine of an optimizer's gradients at its last look and now, 0 where they are noise.

    gradients: samples by parameter. Returns those that the next look is to be compared with.
    """
    compared = dict(list(gradients.items())[:COMPARED])
    last = state.direction
    both = [(last[name], each) for name, each in compared.items() if name in last and last[name].shape == each.shape]
    if not both or len({each.device for pair in both for each in pair}) > 1:
        return compared
    one, other = (torch.cat([pair[i].float() for pair in both]) for i in (0, 1))
    at = watcher.at()

    def send(values):
        facts = {"event": "agreement", "optimizer": state.id, "cosine": number(values[0])}
        watcher.journal.record({"kind": "event", **at, **facts})

    watcher.later(torch.nn.functional.cosine_similarity(one, other, 0).reshape(1), send)
    return compared
