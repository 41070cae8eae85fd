"""Writes pairs of weight files into a folder and says, in JSON, what numpy finds between them."""

import json
import math
import os
import sys

import numpy
import onnx
import onnx.helper
import onnx.numpy_helper
import torch
from safetensors.torch import save_file

folder, seed = sys.argv[1], int(sys.argv[2])
torch.manual_seed(seed)

floats = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
eights = [torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz]
integers = [torch.int8, torch.uint8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64, torch.uint64]


def random(dtype, shape):
    if dtype in integers:
        return torch.randint(0, 100, shape).to(dtype)
    if dtype is torch.bool:
        return torch.randn(shape) > 0
    if dtype.is_complex:
        return torch.randn(shape, dtype=dtype)
    return torch.randn(shape).to(dtype)


def moved(tensor, share):
    """The same tensor with some values changed."""
    other = random(tensor.dtype, tensor.shape)
    if tensor.is_floating_point():
        near = tensor.to(torch.float64) + other.to(torch.float64) * 10.0 ** torch.randint(-6, 1, (1,)).item()
        other = near.to(tensor.dtype)
    chosen = torch.rand(tensor.shape) < share
    return torch.where(chosen, other.to(torch.float64), tensor.to(torch.float64)).to(tensor.dtype) \
        if not tensor.is_complex() else torch.where(chosen, other, tensor)


def flat(tensor):
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    return tensor.to(torch.float64).numpy().reshape(-1)


def figures(left, right):
    a, b = flat(left), flat(right)
    same = (a == b) | (numpy.isnan(a) & numpy.isnan(b))
    finite = numpy.isfinite(a) & numpy.isfinite(b)
    nonfinite = (int((~numpy.isfinite(a)).sum()), int((~numpy.isfinite(b)).sum()))
    a, b = a[finite], b[finite]
    d = b - a
    norms = float(numpy.linalg.norm(a)), float(numpy.linalg.norm(b))
    exponents = numpy.frexp(numpy.abs(d[d != 0]).astype(numpy.float64))[1] - 1
    signs = d[d != 0] < 0
    bins = {}
    for exponent, negative in zip(exponents.tolist(), signs.tolist()):
        found = bins.setdefault(exponent, [0, 0])
        found[0 if negative else 1] += 1
    return {
        "values": int(same.size),
        "changed": int((~same).sum()),
        "l2": float(numpy.linalg.norm(d)),
        "relativeL2": float(numpy.linalg.norm(d)) / norms[0] if norms[0] > 0 else None,
        "leftNorm": norms[0],
        "rightNorm": norms[1],
        "cosine": float(a @ b) / (norms[0] * norms[1]) if min(norms) > 0 else None,
        "maxAbsolute": float(numpy.abs(d).max()) if d.size else 0.0,
        "leftNonFinite": nonfinite[0],
        "rightNonFinite": nonfinite[1],
        "bins": [[exponent, *counts] for exponent, counts in sorted(bins.items())],
    }


def pair():
    left, right, truth = {}, {}, {}

    def add(name, a, b, change=None):
        left[name], right[name] = a, b
        if change is None:
            change = "none" if a.view(torch.uint8).equal(b.view(torch.uint8)) else "values"
        truth[name] = {"change": change, **({} if change in ("none", "shape") else {"figures": figures(a, b)})}

    for dtype in [*floats, *eights, *integers, torch.bool, torch.complex64]:
        for shape in [(3,), (70, 41), (5, 1, 300)]:
            a = random(dtype, shape)
            add(f"{str(dtype)[6:]}.{'x'.join(map(str, shape))}", a, moved(a, 0.3))
    add("same", t := torch.randn(1000), t.clone())
    add("empty", torch.zeros(0, 3), torch.zeros(0, 3))
    add("large", t := torch.randn(700_000), moved(t, 0.01))
    add("late", t := torch.randn(700_000), torch.cat([t[:-1], t[-1:] + 1]))
    add("zero", torch.zeros(50), torch.randn(50))
    add("negated", t := torch.randn(5000), -t)
    add("signs of zero", torch.zeros(5), -torch.zeros(5))
    broken = torch.randn(5000)
    broken[[3, 77, 4999]] = torch.tensor([math.nan, math.inf, -math.inf])
    mended = broken.clone()
    mended[77], mended[100] = 1.0, math.nan
    add("non-finite", broken, mended)
    add("rounded", t := torch.randn(3000), t.to(torch.bfloat16), "dtype")
    add("halved", t := torch.randn(3000), t.to(torch.float16), "dtype")
    add("longer", t := torch.randn(3000), t.to(torch.float64), "dtype")
    add("reshaped", torch.randn(4, 3), torch.randn(3, 4), "shape")
    return left, right, truth


def write(name, save, *sides):
    paths = [os.path.join(folder, f"{side}-{name}") for side in ("left", "right")]
    for path, tensors in zip(paths, sides):
        save(tensors, path)
    return paths


def only(names, *sides):
    return [{name: side[name] for name in names} for side in sides]


def save_onnx(tensors, path, **how):
    """Initialisers as raw bytes; with `typed`, in the fields that ONNX has for their type."""
    typed, external = how.get("typed", False), how.get("external", False)
    initialisers = []
    for name, tensor in tensors.items():
        if typed:
            kind = onnx.helper.np_dtype_to_tensor_dtype(tensor.numpy().dtype)
            values = tensor.numpy().reshape(-1)
            made = onnx.helper.make_tensor(name, kind, tensor.shape, values)
        else:
            made = onnx.TensorProto(name=name, dims=tensor.shape, raw_data=tensor.contiguous().view(torch.uint8).numpy().tobytes())
            made.data_type = onnx_types[tensor.dtype]
        initialisers.append(made)
    graph = onnx.helper.make_graph([], "weights", [], [], initialisers)
    location = os.path.basename(path) + ".data"
    onnx.save_model(onnx.helper.make_model(graph), path, save_as_external_data=external, location=location, size_threshold=64)


onnx_types = {
    torch.float32: 1, torch.uint8: 2, torch.int8: 3, torch.uint16: 4, torch.int16: 5, torch.int32: 6, torch.int64: 7,
    torch.bool: 9, torch.float16: 10, torch.float64: 11, torch.uint32: 12, torch.uint64: 13, torch.complex64: 14,
    torch.bfloat16: 16, torch.float8_e4m3fn: 17, torch.float8_e4m3fnuz: 18, torch.float8_e5m2: 19, torch.float8_e5m2fnuz: 20,
}


def save_module(tensors, path):
    """A whole pickled module, as torch.save(model) leaves it."""
    module = torch.nn.Module()
    module.layer = torch.nn.Module()
    for name, tensor in tensors.items():
        module.layer.register_buffer(name, tensor)
    torch.save({"model": module, "epoch": 3}, path)


def save_strided(tensors, path):
    """Views of larger storages, transposed ones among them."""
    torch.save({name: torch.cat([tensor, tensor]).t()[:, : tensor.shape[0]].t() if tensor.dim() == 2 else tensor
                for name, tensor in tensors.items()}, path)


def save_transposed(tensors, path):
    torch.save({name: tensor.t().contiguous().t() if tensor.dim() == 2 else tensor for name, tensor in tensors.items()}, path)


def sided(first, second):
    """Saves the left side one way and the right side another."""
    return lambda tensors, path: (first if os.path.basename(path).startswith("left") else second)(tensors, path)


def save_npz(tensors, path):
    numpy.savez(path, **{name: numpy.asfortranarray(tensor.numpy()) if name.endswith("70x41") else tensor.numpy()
                         for name, tensor in tensors.items()})


left, right, truth = pair()
plain = [name for name in truth if not any(name.startswith(strange) for strange in ("bfloat16", "float8", "rounded"))]
matrices = [name for name in truth if name.endswith("70x41") or name == "same"]
typed = [name for name in plain if not name.startswith("complex")]


def case(name, save, names=truth, path=lambda name: name):
    return {"paths": write(name, save, *only(names, left, right)), "tensors": {path(n): truth[n] for n in names}}


def under(prefix):
    return lambda name: f"{prefix}.{name}"


dotless = [name for name in truth if "." not in name]
cases = [
    case("model.safetensors", save_file),
    case("state.pt", torch.save),
    case("nested.pt", lambda tensors, path: torch.save({"model": tensors, "step": 3}, path), path=under("model")),
    case("module.pt", save_module, dotless, path=under("model.layer")),
    case("strided.pt", save_strided),
    case("transposed.pt", sided(save_transposed, save_strided), matrices),
    case("raw.onnx", save_onnx),
    case("typed.onnx", lambda tensors, path: save_onnx(tensors, path, typed=True), typed),
    case("external.onnx", lambda tensors, path: save_onnx(tensors, path, external=True)),
    case("arrays.npz", save_npz, plain),
]
json.dump(cases, sys.stdout)
