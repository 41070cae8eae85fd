"""Where the first NaN or infinity comes from: the last batch goes through the model once more, call by call.

Only after the loss is lost already. Random numbers and buffers are put back afterwards.
"""

import sys

import torch
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode, _get_current_function_mode

from tensorwright.places import as_fact, is_user_file, user_place


def find_first_nonfinite(watcher):
    """Facts of the first layer and call whose result is not finite where its inputs are."""
    facts = {"weights": bad_parameters(watcher), "gradients": bad_parameters(watcher, gradients=True)}
    if facts["weights"] or watcher.optimizing.scaled or watcher.compiled:
        return facts
    kept = watcher.forwards.last_call
    if kept is None:
        return facts
    module, args, kwargs = kept[0](), kept[1], kept[2]
    if module is None:
        return facts
    facts["inputBad"] = any(_bad(each) for each in args)
    if not facts["inputBad"] and _get_current_function_mode() is None:
        facts.update(_replay(watcher, module, args, kwargs))
    return facts


def bad_parameters(watcher, gradients=False):
    """Names of parameters (or of their gradients) that are not finite, at most 8."""
    found = []
    for model in list(watcher.names.models.values()):
        root = model.module()
        if root is None:
            continue
        for _, parameter in root.named_parameters():
            tensor = parameter.grad if gradients else parameter
            if tensor is not None and _bad(tensor):
                found.append(watcher.names.name_of(parameter) or "?")
                if len(found) >= 8:
                    return found
    return found


def _bad(value):
    return (
        isinstance(value, torch.Tensor)
        and (value.is_floating_point() or value.is_complex())
        and not bool(torch.isfinite(value.detach()).all())
    )


def _nan(value):
    return (value.is_floating_point() or value.is_complex()) and bool(torch.isnan(value.detach()).any())


def _replay(watcher, module, args, kwargs):
    search = _Search(watcher)
    buffers = [(buffer, buffer.clone()) for buffer in module.buffers()]
    random = torch.get_rng_state()
    device = next((p.device for p in module.parameters()), None)
    on_device = torch.cuda.get_rng_state(device) if device is not None and device.type == "cuda" else None
    handles = [
        hooks.register_module_forward_pre_hook(search.enter),
        hooks.register_module_forward_hook(search.leave, always_call=True),
    ]
    try:
        with torch.no_grad(), search:
            module(*args, **kwargs)
    except Exception:
        pass  # what was found until then counts
    finally:
        for handle in handles:
            handle.remove()
        torch.set_rng_state(random)
        if on_device is not None:
            torch.cuda.set_rng_state(on_device, device)
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
    return search.facts


class _Search(TorchFunctionMode):
    def __init__(self, watcher):
        super().__init__()
        self.watcher = watcher
        self.facts = {"replayed": True}
        self._stack = []

    def enter(self, module, args):
        self._stack.append(module)

    def leave(self, module, args, output):
        while self._stack and self._stack.pop() is not module:
            pass

    def __torch_function__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if "call" not in self.facts and isinstance(out, torch.Tensor) and _bad(out):
            given = [each for each in args if isinstance(each, torch.Tensor)]
            # All of a row masked with -inf gives NaN: then the softmax is the place.
            if not any(_bad(each) for each in given) or (_nan(out) and not any(_nan(each) for each in given)):
                self._found(func, given, out)
        return out

    def _found(self, func, given, out):
        name = getattr(func, "__name__", "?").strip("_")
        caller = sys._getframe(2)
        place = user_place()
        # A mask of -inf before a softmax is no fault.
        if name in ("masked_fill", "full", "full_like", "new_full", "where", "triu", "tril", "fill"):
            return
        self.facts["call"] = name
        self.facts["direct"] = is_user_file(caller.f_code.co_filename)
        self.facts["at"] = as_fact(place)
        for module in reversed(self._stack):
            layer = self.watcher.names.layers.get(module)
            if layer:
                self.facts["layer"] = layer
                break
        if given and given[0].numel():
            values = given[0].detach().float()
            self.facts["inputMin"], self.facts["inputMax"] = float(values.min()), float(values.max())
