"""Products, decompositions and Fourier transforms."""

from __future__ import annotations

from recipes import Arguments, Dice, both, recipe
from spec import Layer, T


@recipe(*both("matmul"), "torch.Tensor.__matmul__", "torch.Tensor.__rmatmul__", "torch.linalg.matmul")
def matmul(dice: Dice, name: str) -> Arguments:
    n, k, m = dice.size(), dice.size(), dice.size()
    batch = dice.shape(0, 2)
    first = (k,) if dice.maybe(0.2) else (*dice.broadcast(batch), n, k) if dice.maybe(0.7) else (n, k)
    second = (k,) if dice.maybe(0.2) else (*batch, k, m) if dice.maybe(0.7) else (k, m)
    if name.endswith("__rmatmul__"):
        first, second = second, first
    dtype = dice.pick("float32", "float32", "float32", "float64", "int64")
    return {"input": T(first, dtype), "other": T(second, dtype)}


@recipe(*both("mm", "bmm", "mv", "dot", "vdot", "inner", "outer", "ger", "kron", "cross"), "torch.linalg.cross", "torch.linalg.vecdot")
def products(dice: Dice, name: str) -> Arguments:
    short = name.rsplit(".", 1)[1]
    b, n, k, m = (dice.size() for _ in range(4))
    if short in ("mm", "bmm"):
        lead = (b,) if short == "bmm" else ()
        return {"input": T((*lead, n, k)), "mat2": T((*lead, k, m))}
    if short == "mv":
        return {"input": T((n, k)), "vec": T((k,))}
    if short in ("dot", "vdot"):
        k = dice.int(1, 60)
        return {"input": T((k,)), "tensor" if short == "dot" else "other": T((k,))}
    if short in ("outer", "ger"):
        return {"input": T((n,)), "vec2": T((m,))}
    if short == "kron":
        return {"input": T(dice.shape(0, 3)), "other": T(dice.shape(0, 3))}
    if short == "inner":
        return {"input": T((*dice.shape(0, 2), k)), "other": T((*dice.shape(0, 2), k))}
    if short == "vecdot":
        shape = dice.shape(1, 3)
        return {"x": T(shape), "y": T(shape)}
    shape = [*dice.shape(0, 2), 3]
    dice.rng.shuffle(shape)
    return {"input": T(tuple(shape)), "other": T(tuple(shape)), "dim": shape.index(3)}


@recipe(*both("addmm", "addbmm", "baddbmm", "addmv", "addr", "addmm_", "addbmm_", "baddbmm_", "addmv_", "addr_"))
def added_products(dice: Dice, name: str) -> Arguments:
    short, here = name.rsplit(".", 1)[1].rstrip("_"), name.endswith("_")
    b, n, k, m = (dice.size() for _ in range(4))
    scale = dice.options(0.2, beta=0.5, alpha=2.0)
    if short == "addmv":
        return {"input": T((n,) if here else dice.pick((n,), (1,))), "mat": T((n, k)), "vec": T((k,)), **scale}
    if short == "addr":
        return {"input": T((n, m) if here else dice.pick((n, m), (m,), (1, 1))), "vec1": T((n,)), "vec2": T((m,)), **scale}
    base = (b, n, m) if short == "baddbmm" else (n, m)
    bias = T(base if here else dice.broadcast(base) or (1,))
    if short == "addmm":
        return {"input": bias, "mat1": T((n, k)), "mat2": T((k, m)), **scale}
    return {"input": bias, "batch1": T((b, n, k)), "batch2": T((b, k, m)), **scale}


@recipe("torch.tensordot")
def tensordot(dice: Dice, name: str) -> Arguments:
    shared = dice.shape(0, 2)
    a, b = (*dice.shape(0, 2), *shared), (*shared, *dice.shape(0, 2))
    if dice.maybe() and shared:
        count = len(shared)
        return {"a": T(a), "b": T(b), "dims": ([len(a) - count + i for i in range(count)], list(range(count)))}
    return {"a": T(a), "b": T(b), "dims": len(shared)}


@recipe("torch.nn.functional.linear", "torch.nn.Linear")
def linear(dice: Dice, name: str) -> Arguments:
    ins, outs = dice.size(8), dice.size(8)
    x = T((*dice.shape(0, 3), ins))
    if name.endswith("Linear"):
        return Layer({"in_features": ins, "out_features": outs, **dice.options(0.3, bias=False)}, {"input": x})
    return {"input": x, "weight": T((outs, ins)), **({"bias": T((outs,))} if dice.maybe() else {})}


@recipe("torch.nn.functional.bilinear", "torch.nn.Bilinear", "torch.bilinear")
def bilinear(dice: Dice, name: str) -> Arguments:
    a, b, o = dice.size(), dice.size(), dice.size()
    lead = dice.shape(0, 2)
    call = {"input1": T((*lead, a)), "input2": T((*lead, b))}
    if name.endswith("Bilinear"):
        return Layer({"in1_features": a, "in2_features": b, "out_features": o, **dice.options(0.3, bias=False)}, call)
    return {**call, "weight": T((o, a, b)), **({"bias": T((o,))} if dice.maybe() else {})}


@recipe("torch.chain_matmul", "torch.linalg.multi_dot")
def chain(dice: Dice, name: str) -> Arguments:
    sizes = dice.sizes(dice.int(3, 5))
    parts = [T((a, b)) for a, b in zip(sizes, sizes[1:])]
    return {"*matrices": parts} if name.endswith("chain_matmul") else {"tensors": parts}


SQUARE = ["inverse", "det", "logdet", "slogdet", "matrix_exp", "cholesky"]
LINALG_SQUARE = ["inv", "det", "slogdet", "matrix_exp", "cholesky", "eigh", "eigvalsh", "eig", "eigvals", "cholesky_ex", "inv_ex", "lu_factor", "lu_factor_ex"]
LINALG_ANY = ["qr", "svd", "svdvals", "pinv", "matrix_rank", "lu"]


@recipe(*both(*SQUARE), *(f"torch.linalg.{n}" for n in LINALG_SQUARE))
def square(dice: Dice, name: str) -> Arguments:
    n = dice.size()
    return {"input": T((n, n), dice.pick("float32", "float32", "float64"), "definite") if dice.maybe(0.6) else T((*dice.shape(1, 2), n, n))}


@recipe(*(f"torch.linalg.{n}" for n in LINALG_ANY), *both("svd", "qr", "pinverse"))
def decompositions(dice: Dice, name: str) -> Arguments:
    out: dict[str, object] = {"input": T(dice.shape(2, 4) if not name.endswith("pinverse") else dice.shape(2, 3))}
    if name == "torch.linalg.svd":
        out |= dice.options(0.5, full_matrices=False)
    elif name.endswith("svd"):
        out |= dice.options(0.3, some=False)
    elif name == "torch.linalg.qr":
        out |= dice.options(0.5, mode=dice.pick("complete", "reduced", "r"))
    return out


@recipe("torch.linalg.matrix_power", *both("matrix_power"))
def matrix_power(dice: Dice, name: str) -> Arguments:
    n = dice.size()
    return {"input": T((*dice.shape(0, 2), n, n)), "n": dice.int(0, 4)}


@recipe("torch.linalg.solve")
def solve(dice: Dice, name: str) -> Arguments:
    n = dice.size()
    return {"A": T((n, n), "float32", "definite"), "B": T((n, dice.size()) if dice.maybe() else (n,))}


@recipe("torch.linalg.lstsq", "torch.linalg.solve_triangular", *both("cholesky_solve", "triangular_solve"))
def more_solvers(dice: Dice, name: str) -> Arguments:
    n, m, k = dice.size(), dice.size(), dice.size()
    if name.endswith("lstsq"):
        return {"A": T((n + m, n)), "B": T((n + m, k))}
    if name.endswith("solve_triangular"):
        return {"A": T((n, n), "float32", "definite"), "B": T((n, k)), "upper": dice.maybe()}
    return {"input": T((n, k)), "A" if "triangular" in name else "input2": T((n, n), "float32", "definite")}


ONE = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
TWO = ["fft2", "ifft2", "rfft2", "irfft2"]
MANY = ["fftn", "ifftn", "rfftn", "irfftn"]


@recipe(*(f"torch.fft.{n}" for n in ONE + TWO + MANY))
def fourier(dice: Dice, name: str) -> Arguments:
    short = name.rsplit(".", 1)[1]
    rank_low = 2 if short in TWO else 1
    shape = tuple(n + 1 for n in dice.shape(rank_low, 3))
    real = short in ("rfft", "ihfft", "rfft2", "rfftn")
    x = T(shape, "float32" if real else dice.pick("complex64", "float32", "complex64", "float64"))
    norm = dice.options(0.2, norm=dice.pick("ortho", "forward", "backward"))
    if short in ONE:
        return {"input": x, **dice.options(0.4, n=dice.int(2, 8)), **dice.options(0.4, dim=dice.axis(len(shape))), **norm}
    count = 2 if short in TWO else dice.int(1, len(shape))
    chosen = tuple(dice.axes(len(shape), count))
    how = dice.int(0, 2)
    sizes = tuple(dice.int(2, 6) for _ in chosen)
    return {"input": x, **({"s": sizes} if how == 1 else {}), **({"dim": chosen} if how >= 1 and short in MANY + TWO else {}), **norm}


@recipe("torch.fft.fftshift", "torch.fft.ifftshift", "torch.fft.fftfreq", "torch.fft.rfftfreq")
def frequencies(dice: Dice, name: str) -> Arguments:
    if name.endswith("freq"):
        return {"n": dice.int(1, 9), **dice.options(d=0.5)}
    shape = dice.shape(1, 3)
    return {"input": T(shape), **dice.options(dim=dice.axis(len(shape)))}


@recipe(*both("stft"))
def stft(dice: Dice, name: str) -> Arguments:
    n = dice.pick(4, 8)
    shape = (*((dice.size(3),) if dice.maybe() else ()), dice.int(16, 40))
    return {"input": T(shape), "n_fft": n, **dice.options(0.5, hop_length=dice.int(1, 4)), "return_complex": True}
