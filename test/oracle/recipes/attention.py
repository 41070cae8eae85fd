"""Attention and transformer layers."""

from __future__ import annotations

from recipes import Arguments, Dice, recipe
from spec import Layer, T


@recipe("torch.nn.functional.scaled_dot_product_attention")
def scaled_dot_product(dice: Dice, name: str) -> Arguments:
    lead = dice.shape(1, 2)
    n, s, e, v = (dice.size() for _ in range(4))
    out: dict[str, object] = {"query": T((*lead, n, e)), "key": T((*lead, s, e)), "value": T((*lead, s, v))}
    how = dice.int(0, 3)
    if how == 0:
        out["is_causal"] = True
    elif how == 1:
        out["attn_mask"] = T(dice.pick((n, s), (*lead, n, s), (1, s)), dice.pick("bool", "float32"))
    return {**out, **dice.options(0.2, scale=0.5, dropout_p=0.0)}


@recipe("torch.nn.MultiheadAttention")
def multihead(dice: Dice, name: str) -> Arguments:
    heads = dice.int(1, 3)
    width = heads * dice.size(3)
    kdim, vdim = (dice.size(4), dice.size(4)) if dice.maybe(0.2) else (width, width)
    build: dict[str, object] = {"embed_dim": width, "num_heads": heads, **dice.options(0.5, batch_first=True), **dice.options(0.1, bias=False, add_bias_kv=True, add_zero_attn=True)}
    if (kdim, vdim) != (width, width):
        build |= {"kdim": kdim, "vdim": vdim}
    batch, n, s = dice.size(3), dice.size(4), dice.size(4)
    batched = dice.maybe(0.8)

    def shaped(length: int, size: int) -> T:
        return T((length, size) if not batched else (batch, length, size) if build.get("batch_first") else (length, batch, size))

    call: dict[str, object] = {"query": shaped(n, width), "key": shaped(s, kdim), "value": shaped(s, vdim)}
    call |= dice.options(0.2, need_weights=False) | dice.options(0.1, average_attn_weights=False)
    if dice.maybe(0.25):
        lead = (batch * heads,) if batched and dice.maybe(0.3) else ()
        call["attn_mask"] = T((*lead, n, s), dice.pick("bool", "float32"))
    elif dice.maybe(0.25):
        call["key_padding_mask"] = T((batch, s) if batched else (s,), "bool")
    return Layer(build, call)


@recipe("torch.nn.TransformerEncoderLayer", "torch.nn.TransformerDecoderLayer")
def transformer_layer(dice: Dice, name: str) -> Arguments:
    heads = dice.int(1, 2)
    width = heads * dice.int(1, 3)
    build: dict[str, object] = {"d_model": width, "nhead": heads, "dim_feedforward": dice.size(), **dice.options(0.5, batch_first=True), **dice.options(0.2, norm_first=True, activation="gelu")}
    batch, n, s = dice.size(3), dice.size(4), dice.size(4)

    def shaped(length: int) -> T:
        return T((batch, length, width) if build.get("batch_first") else (length, batch, width))

    if name.endswith("DecoderLayer"):
        return Layer(build, {"tgt": shaped(n), "memory": shaped(s), **({"tgt_mask": T((n, n))} if dice.maybe(0.2) else {})})
    return Layer(build, {"src": shaped(n), **({"src_mask": T((n, n))} if dice.maybe(0.2) else {})})


@recipe("torch.nn.Transformer")
def transformer(dice: Dice, name: str) -> Arguments:
    heads = dice.int(1, 2)
    width = heads * dice.int(1, 3)
    build: dict[str, object] = {"d_model": width, "nhead": heads, "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 4, **dice.options(0.5, batch_first=True)}
    batch, n, s = dice.size(3), dice.size(4), dice.size(4)

    def shaped(length: int) -> T:
        return T((batch, length, width) if build.get("batch_first") else (length, batch, width))

    return Layer(build, {"src": shaped(s), "tgt": shaped(n)})
