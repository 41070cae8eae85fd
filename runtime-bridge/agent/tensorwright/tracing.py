"""What happens between the layers, call by call, in the few steps that are traced.

A mode of torch's own override protocol sees every call of torch; it is only on in traced steps, and only where no
other mode is.
"""

import sys

import torch
from torch.overrides import TorchFunctionMode, _get_current_function_mode

from tensorwright.places import as_fact, is_user_file, user_place

ACTIVATIONS = {
    *("relu relu_ relu6 leaky_relu elu selu gelu silu mish softplus tanh tanh_ sigmoid sigmoid_ hardtanh".split()),
    *("hardswish hardsigmoid celu rrelu prelu logsigmoid softsign softmax log_softmax glu threshold".split()),
}
# Their values are those of their input, in another form: what made the input made the output.
PASSING = {
    *("flatten view reshape dropout dropout2d feature_dropout permute transpose squeeze unsqueeze contiguous".split()),
    *("to float double half mean max_pool1d max_pool2d avg_pool2d adaptive_avg_pool2d getitem expand clone".split()),
}
# Their derivative, or they themselves, are infinite somewhere.
SINGULAR = {
    *("sqrt rsqrt norm vector_norm log log2 log10 log1p div true_divide truediv rtruediv reciprocal".split()),
    *("pow rpow acos asin atan2 exp expm1 cdist std var logit atanh pairwise_distance cosine_similarity".split()),
}
BINARY = {"sub", "rsub", "add", "mul", "div", "truediv", "pow", "mse_loss"}


class Trace(TorchFunctionMode):
    """Calls of one training step, from the outermost forward to the backward."""

    def __init__(self, watcher):
        super().__init__()
        self.watcher = watcher
        self.live = False
        self.origins = {}
        self.kept = []
        self.activations = {}
        self.feeds = {}
        self.shared = set()
        self.softmaxes = {}
        self.singular = {}
        self.broadcasts = {}
        self.detaches = {}
        self.graphless = {}
        self.nonlinear = 0
        self.attention = {}

    def __torch_function__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if self.live:
            try:
                self._note(getattr(func, "__name__", "").strip("_"), args, out, sys._getframe(1))
            except Exception as error:
                self.live = False
                self.watcher.fail(error)
        return out

    def begin(self):
        """Puts the mode on, where no other is."""
        if self.live or _get_current_function_mode() is not None:
            return
        self.__enter__()
        self.live = True

    def finish(self):
        """Takes the mode off again, where it is the innermost; else it stays and only passes calls on."""
        self.live = False
        if _get_current_function_mode() is self:
            self.__exit__(None, None, None)

    def keep(self, tensor, origin):
        """Remembers where a tensor comes from: (layer, dimension of the channels, nothing non-linear since)."""
        self.kept.append(tensor)
        self.origins[id(tensor)] = origin

    def _note(self, name, args, out, caller):
        if name == "get" or not isinstance(out, torch.Tensor):
            return
        source = args[0] if args and isinstance(args[0], torch.Tensor) else None
        if name in ACTIVATIONS:
            self._activation(name, source, out)
        elif name in PASSING and source is not None and id(source) in self.origins:
            origin = self.origins[id(source)]
            self.keep(out, (*origin[:2], origin[2] and not name.startswith("max_pool")))
        if self.watcher.forwards.in_training and not torch.is_grad_enabled() and len(self.graphless) < 8:
            self.graphless.setdefault(user_place(), self.watcher.forwards.current())
        outside = _outside(caller)
        if is_user_file(outside.f_code.co_filename):
            self.watcher.seen.note((outside.f_code.co_filename, outside.f_lineno), name, out)
        if outside is not caller or not is_user_file(caller.f_code.co_filename):
            return
        place = (caller.f_code.co_filename, caller.f_lineno)
        if name in SINGULAR and source is not None:
            self._singular(name, place, args, out)
        if name in BINARY and len(args) > 1:
            self._binary(name, place, args, out)
        if name in ("detach", "data") and source is not None and source.requires_grad and torch.is_grad_enabled():
            self.detaches.setdefault(place, self._layer_of(source))

    def _layer_of(self, tensor):
        return self.origins.get(id(tensor), (None, None))[0]

    def _activation(self, name, source, out):
        name = name.rstrip("_")
        self.nonlinear += 1
        place = user_place()
        if name in ("softmax", "log_softmax", "sigmoid", "logsigmoid"):
            self.kept.append(out)
            self.softmaxes[id(out)] = (name, place, self.watcher.forwards.current())
        if name == "softmax" and out.dim() >= 3 and out.size(-1) > 1 and self.watcher.forwards.stack:
            self._attention(out)
        if source is None:
            return
        origin = self.origins.get(id(source))
        if origin is None:
            return
        fact = {"name": name, **as_fact(place)}
        layer = self.watcher.forwards.current_activation()
        if layer is not None:
            fact["layer"] = layer
        self.activations.setdefault(origin[0], fact)

    def _attention(self, weights):
        """Entropy of attention weights, as a part of what it could be."""
        part = weights.detach().reshape(-1, weights.size(-1))[:512].float()
        seen = (part > 0).sum(1).clamp(min=2).float()
        entropy = -(part * part.clamp(min=1e-30).log()).sum(1) / seen.log()
        self.attention.setdefault(self.watcher.forwards.current(), (entropy.mean(), user_place()))

    def _singular(self, name, place, args, out):
        looked_at = args[1] if name in ("div", "true_divide", "truediv") and len(args) > 1 else args[0]
        if not isinstance(looked_at, torch.Tensor) or not looked_at.is_floating_point() or looked_at.numel() == 0:
            return
        if name in ("pow", "rpow"):
            power = args[1] if len(args) > 1 else None
            if not isinstance(power, (int, float)) or (power >= 1):
                return
        value = looked_at.detach()
        # sqrt(0), log(0) and 1/0; the norm of a vector of zeros.
        least = out.detach().abs().min() if name in ("norm", "vector_norm", "cdist", "std") else value.abs().min()
        self.singular.setdefault((name, place), []).append(least)

    def _binary(self, name, place, args, out):
        left, right = args[0], args[1]
        if not isinstance(left, torch.Tensor) or not isinstance(right, torch.Tensor):
            return
        if self.watcher.forwards.stack or not (left.requires_grad or right.requires_grad):
            return
        if is_outer(left.shape, right.shape):
            self.broadcasts.setdefault(place, (list(left.shape), list(right.shape), list(out.shape)))

    def facts(self):
        """Everything seen, as the fields of an event; numbers are read here."""

        def placed(table, key):
            return [{**as_fact(place), key: value} for place, value in table.items()]

        return {
            "nonlinear": self.nonlinear,
            "feeds": dict(self.feeds),
            "singular": [
                {"call": name, **as_fact(place), "least": min(float(each) for each in least), "count": len(least)}
                for (name, place), least in self.singular.items()
            ],
            "broadcasts": [
                {**as_fact(place), "left": left, "right": right, "out": out}
                for place, (left, right, out) in self.broadcasts.items()
            ],
            "detaches": placed(self.detaches, "layer"),
            "graphless": placed(self.graphless, "layer"),
        }


def _outside(caller):
    """The frame that called a function of torch: those written in Python reach a mode by way of a helper."""
    return caller.f_back.f_back if caller.f_code.co_name == "handle_torch_function" else caller


def is_outer(left, right):
    """Whether (N,) meets (N, 1): every example with every other, where one with its own was meant."""
    if len(left) == len(right) or min(len(left), len(right)) < 1:
        return False
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return len(longer) == 2 and len(shorter) == 1 and longer[1] == 1 and longer[0] == shorter[0] and shorter[0] > 1
