"""Names and facts of the user's models, without writing anything into them."""

import weakref

import torch
from torch import nn

from tensorwright.identity import WeakTable
from tensorwright.places import as_fact
from tensorwright.statistics import sample_of

# What a layer was told that says how it works.
SETTINGS = (
    "in_features out_features in_channels out_channels kernel_size stride padding groups num_features p "
    "normalized_shape eps momentum affine track_running_stats num_embeddings embedding_dim padding_idx hidden_size "
    "num_layers nonlinearity bidirectional batch_first num_heads embed_dim negative_slope dim"
).split()

HELD_ELEMENTS = 1 << 24


class Model:
    """A root module: the outermost module that is called."""

    def __init__(self, module, label):
        self.module = weakref.ref(module)
        self.label = label
        self.names = {}
        self.version = 0


class Names:
    """Side tables: where modules were made, what they are called, how parameters were initialised."""

    def __init__(self):
        self.made = WeakTable()
        self.models = WeakTable()
        self.layers = WeakTable()
        self.parameters = {}
        self.inits = {}
        # Keeps what was initialised alive until a model is named, so that addresses are not used twice.
        self._held = []
        self._taken = set()
        self._places = {}

    def init_of(self, parameter):
        return self.inits.get(_address(parameter))

    def note_init(self, tensor, call, values, place):
        """Remembers the user's own initialisation; the last one counts."""
        if isinstance(tensor, torch.Tensor) and tensor.numel() <= HELD_ELEMENTS:
            self._held.append(tensor)
            self.inits[_address(tensor)] = {"call": call, "values": values, **as_fact(place)}

    def root_of(self, module):
        """The outermost module that holds this one, of those that are alive."""
        holders = {}
        for each in self.made:
            for child in each._modules.values():
                if child is not None:
                    holders.setdefault(id(child), each)
        seen = set()
        while id(module) in holders and id(module) not in seen:
            seen.add(id(module))
            module = holders[id(module)]
        return module

    def model(self, root):
        """Names a root and all below it; None for what has no parameters, as a loss."""
        known = self.models.get(root)
        if known is not None:
            return known
        if next(root.parameters(), None) is None:
            return None
        label = self._free(type(root).__name__)
        known = self.models[root] = Model(root, label)
        self.name_layers(known)
        return known

    def name_layers(self, model):
        """Gives every layer and parameter its qualified name; again where layers have come since."""
        root = model.module()
        if root is None:
            return
        names = {name: module for name, module in root.named_modules() if name}
        others = {name for each in self.models.values() if each is not model for name in each.names}
        prefix = f"{model.label}." if others & set(names) else ""
        model.names = {}
        for name, module in names.items():
            full = prefix + name
            model.names[full] = weakref.ref(module)
            self.layers[module] = full
            place = self.made.get(module)
            if place is not None:
                self._places.setdefault((type(module).__name__, name), place)
        self.layers.setdefault(root, prefix.rstrip("."))
        for name, parameter in root.named_parameters():
            self.parameters[id(parameter)] = (weakref.ref(parameter), prefix + name)
        model.version += 1

    def name_of(self, parameter):
        """Qualified name of a parameter, or None."""
        reference, name = self.parameters.get(id(parameter), (None, None))
        return name if reference is not None and reference() is parameter else None

    def place_of(self, module, name):
        """Where a module was made; a copy is where its original was, a clone where its owner was."""
        place = self.made.get(module)
        if place is not None:
            return place
        parts = name.split(".")
        for start in range(min(2, len(parts))):
            place = self._places.get((type(module).__name__, ".".join(parts[start:])))
            if place is not None:
                return place
        return None

    def _free(self, label):
        name, count = label, 1
        while name in self._taken:
            count += 1
            name = f"{label}{count}"
        self._taken.add(name)
        return name

    def record(self, model, order, activations, feeds):
        """The `model` record, without step and time."""
        root = model.module()
        self._held.clear()
        layers = [self._layer("", root, root, order, activations, feeds)]
        above = {"": self.place_of(root, "")}
        for full, reference in model.names.items():
            module = reference()
            if module is None:
                continue
            fact = self._layer(full, module, root, order, activations, feeds)
            owner = full.rpartition(".")[0]
            if fact["line"] is None and above.get(owner) is not None:
                fact.update(as_fact(above[owner]))
            above[full] = (fact["file"], fact["line"]) if fact["line"] is not None else None
            layers.append(fact)
        return {
            "kind": "model",
            "root": model.label,
            "type": type(root).__name__,
            **as_fact(self.place_of(root, "")),
            "layers": layers,
        }

    def _layer(self, name, module, root, order, activations, feeds):
        fact = {
            "name": name,
            "type": type(module).__name__,
            **as_fact(self.place_of(module, name)),
            "settings": settings_of(module),
            "parameters": [
                self._parameter(f"{name}.{key}" if name else key, parameter)
                for key, parameter in module._parameters.items()
                if parameter is not None
            ],
        }
        if name in activations:
            fact["activation"] = activations[name]
        if name in order:
            fact["order"] = order[name]
        if name in feeds:
            fact["feeds"] = feeds[name]["layer"]
            fact["fedAt"] = {key: feeds[name][key] for key in ("file", "line")}
        return fact

    def _parameter(self, name, parameter):
        fact = {
            "name": name,
            "shape": list(parameter.shape),
            "dtype": str(parameter.dtype).replace("torch.", ""),
            "trainable": parameter.requires_grad,
            "elements": parameter.numel(),
        }
        init = self.init_of(parameter)
        if init is not None:
            fact["init"] = init
        first = _first_values(parameter)
        if first is not None:
            fact["first"] = first
        return fact


def settings_of(module):
    """Simple settings of a layer; only of PyTorch's own, whose names have a meaning."""
    if not type(module).__module__.startswith("torch."):
        return {}
    found = {}
    for key in SETTINGS:
        value = module.__dict__.get(key)
        if isinstance(value, (bool, int, float, str)):
            found[key] = value
        elif isinstance(value, tuple) and value and all(isinstance(each, (int, float)) for each in value):
            found[key] = list(value)
    return found


def _first_values(parameter):
    if parameter.numel() == 0 or not parameter.is_floating_point() or parameter.device.type == "meta":
        return None
    with torch.no_grad():
        values = sample_of(parameter).float()
        facts = {
            "standardDeviation": float(values.std(unbiased=False)),
            "mean": float(values.mean()),
            "absMax": float(values.abs().max()),
        }
        if parameter.dim() >= 2 and parameter.size(0) >= 2:
            rows = parameter.detach()[:8].reshape(min(8, parameter.size(0)), -1)[:, :SAMPLE_COLUMNS]
            facts["equalRows"] = bool((rows == rows[:1]).all())
    return facts


SAMPLE_COLUMNS = 4096


def _address(tensor):
    """The same for a parameter, its .data and views of its start."""
    try:
        return tensor.data_ptr() or id(tensor)
    except RuntimeError:
        return id(tensor)


def is_normalisation(module):
    return isinstance(module, (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm))
