"""Losses: what goes into them, what comes out, and what backward() is called on."""

import weakref

import torch

from tensorwright.places import as_fact, user_place
from tensorwright.sampling import now

# Functions of torch.nn.functional that are watched; loss modules call them.
CLASSES = ("cross_entropy", "nll_loss", "multi_margin_loss")
PROBABILITIES = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
DISTANCES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
OTHERS = ("kl_div", "poisson_nll_loss", "gaussian_nll_loss", "hinge_embedding_loss", "soft_margin_loss")
WATCHED = CLASSES + PROBABILITIES + DISTANCES + OTHERS

MOST_CLASSES = 1000
# Wrong guesses that one call tells of.
CONFUSED = 64
# A graph that lives for so many backward passes after its own is kept.
KEPT = 20


class Sentinel:
    """Lives as long as the graph that it is attached to."""

    __slots__ = ("__weakref__",)


class Losses:
    """What the watcher knows of losses."""

    def __init__(self, watcher):
        self.watcher = watcher
        self.call = None
        self.values = []
        self._last = None
        self.backwards = 0
        self.graphs = []
        # Losses in a row whose graphs were kept: now, and at most.
        self._kept = 0
        self.most_kept = 0
        self.said_nonfinite = 0
        self.backward_place = None
        self.output = None
        self._waiting = []
        self._validation = {}
        self._known = set()
        self.nested = False

    # Calls of loss functions.

    def called(self, name, args, kwargs, out):
        """After a loss function of torch; its input may be anything."""
        watcher = self.watcher
        if not isinstance(out, torch.Tensor) or len(args) + len(kwargs) < 2:
            return
        given = args[0] if args else kwargs.get("input")
        target = args[1] if len(args) > 1 else kwargs.get("target")
        if not isinstance(given, torch.Tensor) or not isinstance(target, torch.Tensor):
            return
        if not torch.is_grad_enabled() or not out.requires_grad:
            self._validated(name, given, target, out)
            return
        self.call = (name, weakref.ref(out))
        if not watcher.sampling:
            return
        start = now()
        place = user_place()
        if (name, place) not in self._known:
            self._known.add((name, place))
            watcher.record("loss", type=name, **as_fact(place))
        self._look(name, given, target, out, place, kwargs, len(args))
        watcher.sampler.pay(now() - start)

    def _validated(self, name, given, target, out):
        """A loss without gradients: part of an evaluation."""
        if out.dim() != 0 or self.watcher.step == 0:
            return
        value = out.detach()
        total, count, right, examples = self._validation.get(name, (0.0, 0, 0, 0))
        if value.device.type == "cpu":
            value = float(value)
        if name == "cross_entropy" and given.dim() == 2 and target.dim() == 1:
            right = right + (given.argmax(1) == target).sum()
            examples += target.numel()
        self._validation[name] = (total + value, count + 1, right, examples)

    def write_validation(self):
        """Before the next training step: the evaluation since the last one."""
        if not self._validation:
            return
        found, self._validation = self._validation, {}
        watcher = self.watcher
        total, count, right, examples = next(iter(found.values()))
        watcher.flush_scalars()
        watcher.scalar("val/loss", float(total) / count)
        if examples:
            watcher.scalar("val/accuracy", float(right) / examples)
        watcher.record("phase", phase="evaluate")
        watcher.flush_scalars()
        watcher.record("phase", phase="train")

    def _look(self, name, given, target, out, place, kwargs, positional):
        """Facts of a call in a sampled step; numbers that lie on a device come later."""
        facts = {
            "loss": name,
            **as_fact(place),
            "input": list(given.shape),
            "target": list(target.shape),
            "targetType": str(target.dtype).replace("torch.", ""),
            "graph": type(given.grad_fn).__name__ if given.grad_fn is not None else None,
            "weighted": kwargs.get("weight") is not None or positional > 2,
        }
        trace = self.watcher.forwards.trace
        if trace is not None:
            softmax = trace.softmaxes.get(id(given))
            if softmax is not None:
                facts["from"] = {"call": softmax[0], **as_fact(softmax[1]), "layer": softmax[2]}
            origin = trace.origins.get(id(given))
            if origin is not None:
                facts["layer"] = origin[0]
        numbers = {"value": out.detach().float().mean()}
        with torch.no_grad():
            self._numbers(name, given.detach(), target.detach(), numbers, facts)
        self._send("loss-call", facts, numbers)

    def _numbers(self, name, given, target, numbers, facts):
        values = given.float()
        if values.numel() == 0 or target.numel() == 0:
            return
        head = values[:256] if values.dim() > 0 else values
        numbers["inputMin"], numbers["inputMax"] = torch.aminmax(head)
        wanted = target[:256] if target.dim() > 0 else target
        if not target.is_complex():
            numbers["targetMin"], numbers["targetMax"] = torch.aminmax(wanted.float())
        if wanted.is_floating_point():
            numbers["targetBad"] = (~torch.isfinite(target)).sum().float()
        if name in CLASSES and values.dim() >= 2 and not target.is_floating_point():
            self._classes(values, target, numbers, facts)
        if name in DISTANCES + PROBABILITIES and target.is_floating_point():
            if wanted.numel() > 1:
                numbers["targetDeviation"] = wanted.float().std()
                numbers["inputDeviation"] = head.std() if head.numel() > 1 else head.sum() * 0
            facts["dims"] = values.dim()
        if values.dim() == 2 and values.size(1) > 1 and name in CLASSES:
            rows = head.softmax(1) if name != "nll_loss" else head.exp()
            numbers["rowSumError"] = (head.sum(1) - 1).abs().max()
            numbers["logRowSumError"] = (head.exp().sum(1) - 1).abs().max()
            numbers["rowDeviation"] = rows.std(0).max() if head.size(0) > 1 else rows.sum() * 0

    def _classes(self, values, target, numbers, facts):
        count = values.size(1)
        facts["classes"] = count
        if count > MOST_CLASSES:
            return
        if values.dim() > 2:
            values = values.movedim(1, -1).reshape(-1, count)
        labels = target.reshape(-1)
        if labels.numel() > 4096:
            labels, values = labels[:4096], values[:4096]
        valid = (labels >= 0) & (labels < count)
        labels, values = labels[valid], values[valid]
        if labels.numel() == 0:
            return
        guesses = values.argmax(1)
        numbers["labels"] = torch.bincount(labels, minlength=count).float()
        numbers["guesses"] = torch.bincount(guesses, minlength=count).float()
        numbers["hits"] = torch.bincount(labels[guesses == labels], minlength=count).float()
        wrong = guesses != labels
        # Which class is taken for which: label times the number of classes, and the guess.
        numbers["confused"] = (labels[wrong] * count + guesses[wrong])[:CONFUSED].float()
        numbers["changes"] = (labels[1:] != labels[:-1]).sum().float()

    def _send(self, event, facts, numbers):
        """Writes an event once its numbers have arrived."""
        names = list(numbers)
        shapes = [numbers[name].numel() for name in names]
        at = self.watcher.at()
        at["step"] += 1
        joined = torch.cat([numbers[name].reshape(-1).float() for name in names])
        self.watcher.later(joined, _sender(self.watcher, event, at, facts, names, shapes))

    # Backward.

    def note_output(self, module, output):
        """The outermost module's output: its graph is followed."""

    def backward(self, tensors):
        """Before a backward pass: value, stale gradients, graphs that are kept."""
        watcher = self.watcher
        forwards = watcher.forwards
        self.backwards += 1
        loss = tensors[0] if isinstance(tensors, (tuple, list)) and tensors else tensors
        watcher.optimizing.before_backward()
        if not isinstance(loss, torch.Tensor):
            return
        if watcher.sampling:
            start = now()
            self.backward_place = user_place()
            if forwards.trace is not None:
                forwards.trace.finish()
            watcher.sampler.pay(now() - start)
        self._follow(loss)
        value = loss.detach()
        if value.numel() != 1:
            value = value.float().mean()
        if value.device.type == "cpu":
            number = float(value)
            self.values.append(number)
            self._last = number
            if number - number != 0:
                self._nonfinite(number)
        else:
            self._last = value.clone()
            self.values.append(self._last)

    def _follow(self, loss):
        graph = loss.grad_fn
        if graph is None:
            return
        sentinel = Sentinel()
        graph.metadata["tensorwright"] = sentinel
        self.graphs.append(weakref.ref(sentinel))
        if len(self.graphs) > KEPT:
            self._kept = 0 if self.graphs.pop(0)() is None else self._kept + 1
            self.most_kept = max(self.most_kept, self._kept)

    def _nonfinite(self, value):
        self.said_nonfinite += 1
        if self.said_nonfinite > 3:
            return
        from tensorwright.replay import find_first_nonfinite

        watcher = self.watcher
        start = now()
        place = user_place()
        facts = find_first_nonfinite(watcher)
        watcher.journal.record(
            {
                "kind": "event",
                "step": watcher.step + 1,
                "time": round(watcher.now(), 6),
                "event": "loss-nonfinite",
                **as_fact(place),
                "value": value,
                "scaled": watcher.optimizing.scaled,
                "lossCall": self.call[0] if self.call else None,
                **facts,
            }
        )
        watcher.sampler.pay(now() - start)
        watcher.sampler.force(3)

    @property
    def last(self):
        """What the last backward began with, brought over from its device; None where it is none."""
        return self._last if self._last is None or isinstance(self._last, float) else float(self._last)

    def take(self):
        """Mean loss since the last step, or None; on a device it is brought over when it is ready."""
        values, self.values = self.values, []
        self.backwards = 0
        if not values:
            return None
        if all(isinstance(each, float) for each in values):
            return sum(values) / len(values)
        return torch.stack([torch.as_tensor(each, device=values[-1].device) for each in values]).mean()


def _sender(watcher, event, at, facts, names, shapes):
    def send(values):
        found, start = dict(facts), 0
        for name, size in zip(names, shapes):
            part = values[start : start + size]
            start += size
            found[name] = float(part[0]) if size == 1 and name not in LISTS else [float(each) for each in part]
        watcher.journal.record({"kind": "event", **at, "event": event, **found})

    return send


LISTS = ("labels", "guesses", "hits", "confused")
