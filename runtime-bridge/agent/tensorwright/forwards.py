"""Forward passes: which models there are, what their layers give, in which mode they run.

Hooks are torch's global ones, so that nothing is written into the user's modules, and they are only there while a
step is sampled or an evaluation begins.
"""

import weakref

import torch
from torch import nn
from torch.nn.modules import module as hooks

from tensorwright.places import as_fact, is_user_file, user_place
from tensorwright.sampling import now
from tensorwright.statistics import Batch, sample_of
from tensorwright.tracing import Trace

# Layers that only pass their input on are not looked at.
PLAIN = (nn.Dropout, nn.Identity, nn.Flatten, nn.modules.dropout._DropoutNd)
WEIGHTED = (nn.Linear, nn.modules.conv._ConvNd)
SQUASHING = {"Tanh": 0.999, "Sigmoid": 0.999, "tanh": 0.999, "sigmoid": 0.999}
MOST_EVALUATIONS = 40


class Forwards:
    """Everything about forward passes of one process."""

    def __init__(self, watcher):
        self.watcher = watcher
        self.stack = []
        self.in_training = False
        self.in_backward = False
        self.order = {}
        self.ran = set()
        self.graphless = set()
        self.unrecorded = []
        self.batch = None
        self.trace = None
        self.traced = 0
        self.inputs = {}
        self.outputs = []
        self._handles = []
        self._evaluations = 0
        self._awaiting = False
        self._idle = 0
        self._seen = set()
        self._saturations = []
        self._recipe = None
        self._args = None

    # Hooks.

    def arm(self):
        """Puts the hooks in place for the next forward."""
        if not self._handles and not self.watcher.compiled:
            self._handles = [
                hooks.register_module_forward_pre_hook(self._before),
                hooks.register_module_forward_hook(self._after, always_call=True),
            ]

    def disarm(self):
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self.stack = []

    def await_evaluation(self):
        """The user's code has switched gradients off: is the next forward an evaluation?"""
        if self._evaluations < MOST_EVALUATIONS and not self.stack and self.watcher.step > 0:
            self._awaiting = True
            self.arm()

    def current(self):
        """Name of the innermost layer that is running."""
        for module in reversed(self.stack):
            name = self.watcher.names.layers.get(module)
            if name:
                return name
        return None

    def current_activation(self):
        """Name of the running layer where it is an activation."""
        if self.stack and type(self.stack[-1]).__module__ == "torch.nn.modules.activation":
            return self.watcher.names.layers.get(self.stack[-1])
        return None

    def _before(self, module, args):
        watcher = self.watcher
        if not watcher.on or self.in_backward:
            return None
        start = now()
        try:
            if not self.stack:
                self._begin(module, args)
            self.stack.append(module)
            if self.in_training:
                self._entered(module, args)
        except Exception as error:
            watcher.fail(error)
        watcher.sampler.pay(now() - start)
        return None

    def _after(self, module, args, output):
        watcher = self.watcher
        if not watcher.on or self.in_backward or not self._runs(module):
            return None
        start = now()
        try:
            while self.stack and self.stack.pop() is not module:
                pass  # an exception left the inner ones
            if self.in_training and output is not None:
                self._left(module, args, output)
            if not self.stack:
                self._end(module, output)
        except Exception as error:
            watcher.fail(error)
        watcher.sampler.pay(now() - start)
        return None

    def _runs(self, module):
        """Whether it is on the stack; a user's class may say of equality what it likes."""
        return any(each is module for each in reversed(self.stack))

    # The outermost call.

    def _begin(self, module, args):
        watcher = self.watcher
        model = None
        if not isinstance(module, nn.modules.loss._Loss):
            known = watcher.names.layers.get(module)
            root = module if known == "" else watcher.names.root_of(module)
            before = watcher.names.models.get(root)
            model = watcher.names.model(root)
            if model is not None and before is None:
                self.unrecorded.append(model)
        self.in_training = model is not None and torch.is_grad_enabled()
        if model is None:
            return
        if not self.in_training:
            self._evaluation(module, args)
            return
        self._args = args
        if not watcher.sampling:
            return
        self._recipe = self._recipe_of(module, args)
        if self.batch is None:
            self.batch = Batch(watcher.step + 1, watcher.now())
        if self.trace is None and self.traced < 12:
            self.traced += 1
            self.trace = Trace(watcher)
        if self.trace is not None:
            self.trace.begin()
        key = watcher.names.layers.get(module) or model.label
        if key not in self._seen:
            self._seen.add(key)
            self._inputs(args, key)

    @property
    def last_call(self):
        """(module, args, kwargs) of the last training forward, as far as it is known."""
        if self._recipe is None:
            return None
        module, paths = self._recipe
        if self._args is not None:
            return module, self._args, {}
        parts = parts_of(self.watcher.loading.batch)
        if any(path is None or path >= len(parts) for path in paths):
            return None
        return module, [parts[path] for path in paths], {}

    def _recipe_of(self, module, args):
        """Which parts of a batch a model is called with."""
        parts = parts_of(self.watcher.loading.batch)
        paths = []
        for value in args:
            same = [i for i, part in enumerate(parts) if part is value]
            paths.append(same[0] if same else None)
        return (weakref.ref(module), paths) if args else None

    def _inputs(self, args, key):
        for i, value in enumerate(args):
            if isinstance(value, torch.Tensor) and value.numel() and value.dim() > 0:
                name = key if i == 0 else f"{key}#{i}"
                channel = 1 if value.dim() >= 3 and value.is_floating_point() else None
                if value.dtype is not torch.bool:
                    self.batch.add("input", name, value, value.size(0), channel)
                self.watcher.loading.note_input(name, value)

    def _end(self, module, output):
        if self._awaiting and not self.in_training:
            self._awaiting = False
            if not self.watcher.sampling:
                self.disarm()
        if self.in_training:
            self.watcher.losses.note_output(module, output)
            self._idle += 1
            if self._idle > 60:
                self.disarm()  # a script that never trains is not slowed down
        self.in_training = False

    def _evaluation(self, module, args):
        """A forward without gradients: are dropout and batch norm switched for it?"""
        if not self._awaiting or self.watcher.step == 0:
            return
        self._evaluations += 1
        if self._evaluations <= 2:
            # Training goes on in whatever mode the evaluation leaves: that is looked at at once.
            self.watcher.sampler.force(3)
        acting = [
            self.watcher.names.layers.get(each) or type(each).__name__
            for each in module.modules()
            if each.training and acts_differently(each)
        ]
        self.watcher.event(
            "evaluation",
            user_place(),
            root=self.watcher.names.layers.get(module),
            training=module.training,
            acting=acting[:8],
            byUser=_called_by_user(),
            trainingBatch=self.watcher.loading.is_training_batch(),
            **_scale_of(args),
        )
        if args and isinstance(args[0], torch.Tensor):
            self.watcher.loading.note_rows(args[0], "evaluate")

    # Each layer.

    def _entered(self, module, args):
        name = self.watcher.names.layers.get(module)
        if name is None:
            return
        self.order.setdefault(name, len(self.order))
        self.ran.add(name)
        if not torch.is_grad_enabled():
            self.graphless.add(name)
        trace = self.trace
        if trace is not None and isinstance(module, WEIGHTED) and args and isinstance(args[0], torch.Tensor):
            origin = trace.origins.get(id(args[0]))
            if origin is not None and origin[2]:
                known = trace.feeds.get(origin[0])
                # What goes into several layers, as into query, key and value, has several uses.
                if known is None:
                    trace.feeds[origin[0]] = {"layer": name, **as_fact(user_place())}
                elif known["layer"] != name:
                    trace.shared.add(origin[0])

    def _left(self, module, args, output):
        self._see(module, output)
        if self.batch is None or module._modules or isinstance(module, PLAIN):
            if isinstance(module, PLAIN) and self.trace is not None:
                self._pass_on(args, output)
            return
        name = self.watcher.names.layers.get(module)
        tensor = first_tensor(output)
        if not name or tensor is None or not tensor.is_floating_point() or tensor.numel() == 0:
            return
        channel = self._channel(module, args, tensor)
        if self.trace is not None:
            self.trace.keep(tensor, (name, channel, isinstance(module, WEIGHTED)))
        if name in self._seen:
            return
        self._seen.add(name)
        self.batch.add("activation", name, tensor, tensor.size(0) if tensor.dim() > 1 else 1, channel)
        level = SQUASHING.get(type(module).__name__)
        if level is not None:
            self._saturations.append((name, saturation(tensor, channel, type(module).__name__)))

    def _see(self, module, output):
        """A layer's output: where the layer was made, and in traced steps where it was called."""
        watcher, tensor = self.watcher, first_tensor(output)
        name = watcher.names.layers.get(module)
        if tensor is None or name is None or not watcher.sampling:
            return
        watcher.seen.note(watcher.names.made.get(module), name or type(module).__name__, tensor)
        # Inside a container of torch's own nobody called it on a line of the user's.
        inside = self.stack and type(self.stack[-1]).__module__.startswith("torch.")
        if self.trace is not None and not inside:
            watcher.seen.note(user_place(), name or type(module).__name__, tensor)

    def _pass_on(self, args, output):
        if args and isinstance(output, torch.Tensor) and id(args[0]) in self.trace.origins:
            self.trace.keep(output, self.trace.origins[id(args[0])])

    def _channel(self, module, args, tensor):
        if tensor.dim() < 2:
            return None
        if isinstance(module, (nn.modules.conv._ConvNd, nn.modules.batchnorm._BatchNorm)):
            return 1 if tensor.dim() > 2 or isinstance(module, nn.modules.batchnorm._BatchNorm) else None
        if isinstance(module, (nn.Linear, nn.LayerNorm)) or tensor.dim() == 2:
            return tensor.dim() - 1
        if self.trace is not None and args and id(args[0]) in self.trace.origins:
            return self.trace.origins[id(args[0])][1]
        return 1 if tensor.dim() >= 4 else tensor.dim() - 1

    # The end of a step.

    def step_begins_to_end(self):
        """Before the first optimizer's step: what was collected goes out."""
        watcher = self.watcher
        self._idle = 0
        self.write_models()
        watcher.seen.write()
        if self.trace is not None:
            trace, self.trace = self.trace, None
            trace.finish()
            watcher.event("trace", **trace.facts())
            if trace.attention:
                heads = [
                    {"layer": name, "entropy": float(value), **as_fact(place)}
                    for name, (value, place) in trace.attention.items()
                ]
                watcher.event("attention", heads=heads)
        if self.batch is not None:
            batch, self.batch = self.batch, None
            watcher.statistics(batch)
        if self._saturations:
            shares = {name: float(share) for name, share in self._saturations}
            self._saturations = []
            watcher.event("saturation", layers=shares)

    def write_models(self):
        """Model records that are due; layers that have come since are named."""
        watcher = self.watcher
        for model in self.unrecorded:
            if model.module() is None:
                continue
            activations = self.trace.activations if self.trace is not None else {}
            feeds = {}
            if self.trace is not None:
                feeds = {key: fed for key, fed in self.trace.feeds.items() if key not in self.trace.shared}
            watcher.journal.record(
                {**watcher.at(), **watcher.names.record(model, self.order, activations, feeds)}
            )
        self.unrecorded = []

    def step_ended(self):
        """After a step, with the sampler's decision for the next."""
        self._seen = set()
        self._args = None
        self.ran = set()
        self.graphless = set()
        if self.watcher.sampling:
            self.arm()
        elif not self._awaiting:
            self.disarm()


def _scale_of(args):
    value = args[0] if args else None
    if not isinstance(value, torch.Tensor) or not value.is_floating_point() or value.numel() < 32:
        return {}
    sample = sample_of(value).float()
    return {"inputMean": float(sample.mean()), "inputDeviation": float(sample.std())}


def acts_differently(module):
    """Whether a layer does something else in training than in evaluation."""
    if isinstance(module, (nn.Dropout, nn.modules.dropout._DropoutNd)):
        return module.p > 0
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        return module.track_running_stats
    return False


def parts_of(batch):
    """The tensors of a batch in order."""
    if isinstance(batch, dict):
        batch = list(batch.values())
    if isinstance(batch, torch.Tensor):
        return [batch]
    if isinstance(batch, (list, tuple)):
        return [tensor for each in batch for tensor in parts_of(each)]
    return []


def first_tensor(value):
    """The tensor of an output; of a tuple or a dictionary its first."""
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for each in value:
            found = first_tensor(each)
            if found is not None:
                return found
    logits = getattr(value, "logits", None)
    return logits if isinstance(logits, torch.Tensor) else None


def saturation(tensor, channel, kind):
    """Share of the units whose output is at an end of the range in 95 % of the examples."""
    out = tensor.detach()
    ends = out.abs() > 0.999 if kind in ("Tanh", "tanh") else (out - 0.5).abs() > 0.4995
    dims = [d for d in range(out.dim()) if d != channel]
    if channel is None or not dims:
        return ends.float().mean()
    return (ends.float().mean(dims) > 0.95).float().mean()


def _called_by_user():
    """Whether user code calls the outermost forward itself; torch does where it renews batch norms."""
    import sys

    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if is_user_file(name):
            return True
        if name.endswith(("swa_utils.py",)):
            return False
        frame = frame.f_back
    return False
