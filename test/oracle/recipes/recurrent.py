"""Recurrent layers and cells."""

from __future__ import annotations

from recipes import Arguments, Dice, recipe
from spec import Layer, T


@recipe("torch.nn.RNN", "torch.nn.LSTM", "torch.nn.GRU")
def recurrent(dice: Dice, name: str) -> Arguments:
    lstm = name.endswith("LSTM")
    ins, hidden, layers = dice.size(5), dice.size(5) + 1, dice.int(1, 2)
    two = dice.maybe(0.4)
    build: dict[str, object] = {"input_size": ins, "hidden_size": hidden, **({"num_layers": layers} if layers > 1 else {}), **({"bidirectional": True} if two else {})}
    build |= dice.options(0.5, batch_first=True) | dice.options(0.1, bias=False) | dice.options(0.15, dropout=0.1)
    projection = 1 if lstm and dice.maybe(0.15) else 0
    if projection:
        build["proj_size"] = projection
    batch, steps = dice.size(4), dice.size(4)
    batched = dice.maybe(0.8)
    shape = (steps, ins) if not batched else (batch, steps, ins) if build.get("batch_first") else (steps, batch, ins)
    call: dict[str, object] = {"input": T(shape)}
    if dice.maybe(0.4):
        lead = layers * (2 if two else 1)
        middle = (batch,) if batched else ()
        h, c = T((lead, *middle, projection or hidden)), T((lead, *middle, hidden))
        call["hx"] = (h, c) if lstm else h
    return Layer(build, call)


@recipe("torch.nn.RNNCell", "torch.nn.LSTMCell", "torch.nn.GRUCell")
def cell(dice: Dice, name: str) -> Arguments:
    ins, hidden = dice.size(5), dice.size(5)
    lead = (dice.size(4),) if dice.maybe(0.8) else ()
    call: dict[str, object] = {"input": T((*lead, ins))}
    if dice.maybe():
        h = T((*lead, hidden))
        call["hx"] = (h, T((*lead, hidden))) if name.endswith("LSTMCell") else h
    return Layer({"input_size": ins, "hidden_size": hidden, **dice.options(0.2, bias=False)}, call)
