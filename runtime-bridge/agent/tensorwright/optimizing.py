"""Optimizers and schedulers: steps, what belongs to whom, the order of calls, gradients and updates."""

import weakref

import torch

from tensorwright.forwards import acts_differently
from tensorwright.identity import WeakTable
from tensorwright.journal import number
from tensorwright.losses import KEPT
from tensorwright.memory import compiled_graphs, memory, recompiled
from tensorwright.places import as_fact, keeping_lines, user_place
from tensorwright.sampling import clock, now
from tensorwright.statistics import Batch, sample_of

# Tensors whose statistics one sample may hold; more are taken in turns.
MOST_TENSORS = 64
# Steps from one look at the process's memory to the next: it takes 15 us.
MEMORY_GAP = 10


class State:
    """What is known of an optimizer."""

    def __init__(self, optimizer, identity, place):
        self.optimizer = weakref.ref(optimizer)
        self.id = identity
        self.place = place
        self.steps = 0
        self.clean = True
        self.backwards = 0
        self.stale = 0
        self.without_gradient = 0
        self.order = []
        self.probe = None
        self.described = None
        self.before = []
        self.moved = []
        self.zero_place = None
        self.step_place = None
        self.bare = False
        self.closure = False
        self.backwards_before = 0


class Optimizing:
    """All optimizers of a process."""

    def __init__(self, watcher):
        self.watcher = watcher
        self.states = WeakTable()
        # Of the optimizers that live, as a plain list: it is walked several times a step.
        self.living = []
        self.scheduled = WeakTable()
        self.scaled = False
        self.scaler = {"calls": 0, "skipped": 0}
        self.clips = {"calls": 0, "clipped": 0, "limit": None}
        self.places = {}
        self._round = set()
        self._last_end = None
        self._gradient_due = 0
        self._turn = 0
        self._numbers = 0

    # Making.

    def made(self, optimizer, place):
        self._numbers += 1
        state = State(optimizer, self._numbers, place)
        state.optimizer = weakref.ref(optimizer, lambda _: self._died(state))
        self.states[optimizer] = state
        self.living.append(state)
        # A new optimizer is a new training: its first steps are looked at as those of the first are.
        if self.watcher.step > 0:
            self.watcher.sampler.force(8)

    def _died(self, state):
        # A new list: the old one may be walked just now.
        self.living = [each for each in self.living if each is not state]

    def scheduler_made(self, scheduler, place):
        optimizer = getattr(scheduler, "optimizer", None)
        state = self.states.get(optimizer) if optimizer is not None else None
        identity = len(self.scheduled) + 1
        self.scheduled[scheduler] = {"id": identity, "steps": 0, "early": False, "place": None}
        settings = {
            key: value
            for key, value in vars(scheduler).items()
            if isinstance(value, (int, float, str, bool)) and not key.startswith("_")
        }
        self.watcher.record(
            "scheduler",
            id=identity,
            optimizer=None if state is None else state.id,
            type=type(scheduler).__name__,
            settings=settings,
            **as_fact(place),
        )

    # Calls.

    def called(self, what, place=None):
        """A call whose order counts: zero_grad, clip, scheduler."""
        for state in self.living:
            if len(state.order) < 12:
                state.order.append(what)
        if place is not None:
            self.places[what] = place

    def zeroed(self):
        place = user_place() if self.watcher.sampling else None
        self.called("zero_grad", place)

    def scheduler_stepped(self, scheduler):
        known = self.scheduled.get(scheduler)
        if known is None:
            return
        known["steps"] += 1
        if known["steps"] == 1 and self.watcher.step == 0:
            known["early"] = True
        place = user_place() if known["place"] is None else None
        if place is not None:
            known["place"] = place
        self.called("scheduler", place)

    def clipped(self, limit, norm):
        clips = self.clips
        clips["calls"] += 1
        clips["limit"] = limit if isinstance(limit, (int, float)) else None
        place = user_place() if self.watcher.sampling else None
        self.called("clip", place)
        if norm is not None and self.watcher.sampling:
            clips.setdefault("norms", []).append(norm)

    def before_backward(self):
        """Whether gradients of the last step are still there."""
        for state in self.living:
            state.backwards += 1
            if len(state.order) < 12:
                state.order.append("backward")
            if not state.clean and not self._stale(state):
                state.clean = True

    def _stale(self, state):
        parameter = state.probe
        if parameter is None or parameter.grad is None:
            return False
        if not self.watcher.sampling and state.steps > 20:
            return False  # zeroed in place, or not: that is looked at in sampled steps
        return bool(parameter.grad.count_nonzero() > 0)

    # Steps.

    def before_step(self, optimizer):
        """Global hook: the gradients are final."""
        watcher = self.watcher
        state = self.states.get(optimizer)
        if state is None:
            self.made(optimizer, None)
            state = self.states[optimizer]
        if optimizer in self._round or watcher.step == 0:
            if self._round:
                self._round_ends()
            self._round = set()
            watcher.losses.write_validation()
            watcher.step += 1
            self._step_begins()
        self._round.add(optimizer)
        state.steps += 1
        state.backwards_before = state.backwards
        if state.probe is None:
            state.probe = next((p for p in _parameters(optimizer) if p.grad is not None), None)
        bare = state.probe is None or (state.probe.grad is None and not any_gradient(optimizer))
        state.bare = bare
        state.without_gradient += bare
        if state.steps > 1 and state.backwards > 0 and not state.clean:
            state.stale += 1
        watcher.control.before_step(optimizer)
        if not watcher.sampling:
            self._flag(optimizer)
            return
        start = now()
        state.step_place = user_place() or state.step_place
        self._describe(optimizer, state)
        self._before(optimizer, state)
        watcher.sampler.pay(now() - start)

    def _step_begins(self):
        """Before the first optimizer of a round."""
        watcher = self.watcher
        watcher.open()
        loss = watcher.losses.take()
        if isinstance(loss, float):
            watcher.scalar("loss", loss)
        elif loss is not None:
            at = watcher.at()
            watcher.later(loss.reshape(1).float(), _scalar_sender(watcher, at, "loss"))
        if watcher.sampling:
            start = now()
            watcher.step -= 1
            watcher.forwards.step_begins_to_end()
            watcher.step += 1
            watcher.sampler.pay(now() - start)

    def after_step(self, optimizer):
        """Global hook: the parameters are new."""
        watcher = self.watcher
        state = self.states.get(optimizer)
        if state is None:
            return
        # A closure has called backward inside of the step.
        state.closure = state.closure or state.order[-1:] == ["backward"] and state.backwards > state.backwards_before
        if watcher.sampling:
            start = now()
            self._after(optimizer, state)
            watcher.sampler.pay(now() - start)
        state.clean = False
        state.backwards = 0
        state.order = []
        if len(self.living) == 1:
            self._round_ends()
            self._round = {optimizer}

    def _round_ends(self):
        """All optimizers of a round have stepped."""
        if self._last_end is not None and self._last_end[0] == self.watcher.step:
            return
        watcher = self.watcher
        end, worked = clock(), now()
        seconds = None if self._last_end is None else end - self._last_end[1]
        own = None if self._last_end is None else worked - self._last_end[2]
        self._last_end = (watcher.step, end, worked)
        for state in self.living:
            optimizer = state.optimizer()
            if optimizer in self._round:
                suffix = "" if state.id == 1 else f"/{state.id}"
                watcher.scalar(f"lr{suffix}", float(optimizer.param_groups[0]["lr"]))
        waited = watcher.loading.take_wait()
        if seconds is not None:
            watcher.scalar("time/step", round(seconds, 7))
            watcher.scalar("time/data", round(min(waited, seconds), 7))
        if watcher.step % MEMORY_GAP == 0:
            for name, megabytes in memory().items():
                watcher.scalar(f"memory/{name}", megabytes)
        watcher.flush_scalars()
        watcher.loading.step_ended()
        watcher.sampler.step_done(watcher.step, own)
        watcher.forwards.step_ended()
        if watcher._arriving:
            watcher.arrivals()
        # A step that is over is with the kernel: whatever ends this process, it is not lost.
        watcher.journal.flush()
        if watcher.journal.full:
            watcher.full()
        if watcher.control.boundary():
            # A pause is no part of a step.
            self._last_end = (watcher.step, clock(), now())

    def _flag(self, optimizer):
        """Between samples: the norm of all gradients, as often as the budget allows."""
        if self.watcher.step < self._gradient_due:
            return
        start = now()
        self._norm(optimizer)
        seconds = now() - start
        self.watcher.sampler.spent += seconds
        self._gradient_due = self.watcher.step + self.watcher.sampler.norm_gap(seconds)

    def _norm(self, optimizer):
        gradients = [p.grad for p in _parameters(optimizer) if p.grad is not None and not p.grad.is_sparse]
        if not gradients:
            return None
        norms = torch._foreach_norm(gradients)
        if len({norm.device for norm in norms}) > 1:
            norms = [norm.to(norms[0].device) for norm in norms]
        total = torch.linalg.vector_norm(torch.stack([norm.float() for norm in norms]))
        state = self.states[optimizer]
        name = "gradient_norm" if state.id == 1 else f"gradient_norm/{state.id}"
        if total.device.type == "cpu":
            self.watcher.scalar(name, float(total))
        else:
            self.watcher.later(total.reshape(1), _scalar_sender(self.watcher, self.watcher.at(), name))
        return norms

    # A sampled step.

    def _describe(self, optimizer, state):
        """Writes the optimizer where it is new or has changed."""
        facts = (
            len(optimizer.param_groups),
            sum(len(group["params"]) for group in optimizer.param_groups),
            sum(p.requires_grad for p in _parameters(optimizer)),
        )
        if facts == state.described:
            return
        state.described = facts
        self.watcher.record(
            "optimizer",
            id=state.id,
            type=type(optimizer).__name__,
            **as_fact(state.place),
            groups=[self._group(group) for group in optimizer.param_groups],
        )

    def _group(self, group):
        simple = {
            key: float(value) if isinstance(value, torch.Tensor) else value
            for key, value in group.items()
            if key != "params" and (isinstance(value, (int, float, bool, str, tuple, torch.Tensor)) or value is None)
        }
        found = {
            "lr": simple.get("lr", 0.0),
            "settings": {key: value for key, value in simple.items() if key != "lr"},
            "parameters": [self.watcher.names.name_of(p) or "?" for p in group["params"]],
        }
        for key, name in (("weight_decay", "weightDecay"), ("momentum", "momentum")):
            if key in simple:
                found[name] = simple[key]
        return found

    def _before(self, optimizer, state):
        watcher = self.watcher
        self._norm(optimizer)
        self._calls(optimizer, state)
        batch = Batch(watcher.step, watcher.now())
        missing = []
        named = [(watcher.names.name_of(p), p) for p in _parameters(optimizer)]
        for name, parameter in named:
            if name is None or not parameter.requires_grad:
                continue
            if parameter.grad is None and name.rpartition(".")[0] in watcher.forwards.ran | {""}:
                missing.append(name)
        self._put_back(state)
        shown = self._shown([(n, p) for n, p in named if n is not None and p.grad is not None])
        state.before = []
        for name, parameter in shown:
            batch.add("gradient", name, parameter.grad)
            state.before.append((name, parameter, sample_of(parameter)))
        watcher.event(
            "gradients",
            optimizer=state.id,
            missing=missing[:50],
            missingCount=len(missing),
            parameters=len(named),
            graphless=sorted(watcher.forwards.graphless)[:20],
            unowned=self._unowned(optimizer)[:50],
            strangers=sum(name is None for name, _ in named),
        )
        watcher.statistics(batch)

    def _put_back(self, state):
        """Parameters that the last step changed and that have their old values again before this one."""
        (step, moved), state.moved = state.moved or (0, []), []
        if step != state.steps - 1:
            return
        known = [(name, sample_of(parameter), before, after) for name, parameter, before, after in moved]
        known = [each for each in known if each[1].shape == each[2].shape and each[1].device == moved[0][2].device]
        if not known:
            return
        flags = [(now == before).all() & (after != before).any() for _, now, before, after in known]
        names, watcher, at = [name for name, *_ in known], self.watcher, self.watcher.at()

        def send(values):
            back = [name for name, value in zip(names, values) if value]
            if back:
                watcher.journal.record(
                    {"kind": "event", **at, "event": "put-back", "optimizer": state.id, "parameters": back[:50]}
                )

        watcher.later(torch.stack(flags).float(), send)

    def _shown(self, named):
        """The parameters of this sample: all where they are few."""
        if len(named) <= MOST_TENSORS:
            return named
        self._turn = (self._turn + 1) % (len(named) // MOST_TENSORS + 1)
        ends = named[:4] + named[-4:]
        return ends + named[4 + self._turn : -4 : len(named) // MOST_TENSORS + 1]

    def _unowned(self, optimizer):
        """Parameters with a gradient that no optimizer has."""
        owned = {id(p) for each in list(self.states) for p in _parameters(each)}
        mine = {id(p) for p in _parameters(optimizer)}
        found = []
        for model in list(self.watcher.names.models.values()):
            root = model.module()
            if root is None:
                continue
            inside = any(id(p) in mine for p in root.parameters())
            for name, parameter in root.named_parameters():
                if parameter.grad is not None and parameter.requires_grad and id(parameter) not in owned:
                    full = self.watcher.names.name_of(parameter) or name
                    found.append({"name": full, "sameModel": inside})
        return found

    def _calls(self, optimizer, state):
        """The calls since this optimizer's last step, counted."""
        watcher = self.watcher
        kept = watcher.losses.most_kept
        places = {key: as_fact(place) for key, place in {**self.places, **watcher.places}.items()}
        if watcher.losses.backward_place:
            places["backward"] = as_fact(watcher.losses.backward_place)
        if state.step_place:
            places["step"] = as_fact(state.step_place)
        clips = dict(self.clips)
        norms = clips.pop("norms", None)
        if norms:
            clips["norm"] = number(norms[-1])
            self.clips["norms"] = norms[-1:]
        watcher.event(
            "calls",
            optimizer=state.id,
            steps=state.steps,
            stale=state.stale,
            withoutGradient=state.without_gradient,
            bare=int(state.bare),
            closure=state.closure,
            backwards=state.backwards,
            order=list(state.order),
            clips=clips,
            scaler=dict(self.scaler) if self.scaled else None,
            graphs={"row": kept, "age": KEPT},
            keepers=self.keepers if kept else [],
            schedulers=[
                {"id": each["id"], "steps": each["steps"], "early": each["early"], **as_fact(each["place"])}
                for each in self.scheduled.values()
            ],
            modes=self._modes(optimizer),
            places=places,
            compiledGraphs=compiled_graphs(),
            recompiled=recompiled(),
        )

    @property
    def keepers(self):
        """Lines that add up or collect a loss as it is, near where backward is called."""
        place = self.watcher.losses.backward_place
        return [] if place is None else [as_fact(each) for each in keeping_lines(*place)]

    def _modes(self, optimizer):
        """Layers that are trained while they are switched for evaluation."""
        mine = {id(p) for p in _parameters(optimizer)}
        asleep, awake = [], 0
        rooted = False
        for model in list(self.watcher.names.models.values()):
            root = model.module()
            if root is None or not any(id(p) in mine for p in root.parameters()):
                continue
            for name, reference in model.names.items():
                module = reference()
                if module is None or name not in self.watcher.forwards.ran:
                    continue
                kind = acts_differently(module)
                if kind and module.training:
                    awake += 1
                elif kind:
                    asleep.append(name)
            rooted = rooted or not root.training
        return {"asleep": asleep[:20], "awake": awake, "rootAsleep": rooted}

    def _after(self, optimizer, state):
        watcher = self.watcher
        batch = Batch(watcher.step, watcher.now())
        moved = []
        with torch.no_grad():
            for name, parameter, before in state.before:
                after = sample_of(parameter)
                batch.add_sample("update", name, after - before, parameter.numel())
                batch.add_sample("weight", name, after, parameter.numel())
                moved.append((name, parameter, before, after))
        state.before = []
        # Whether someone undoes the first steps is seen in the next one.
        state.moved = (state.steps, moved) if state.steps <= 40 else []
        watcher.statistics(batch)

    def end(self):
        """The last word of each optimizer."""
        for optimizer, state in list(self.states.items()):
            if state.steps and state.described:
                self._calls(optimizer, state)
        self.watcher.losses.write_validation()


def _parameters(optimizer):
    for group in optimizer.param_groups:
        yield from group["params"]


def any_gradient(optimizer):
    """Whether any parameter has a gradient."""
    return any(p.grad is not None for p in _parameters(optimizer))


def _scalar_sender(watcher, at, name):
    def send(values):
        watcher.journal.record({"kind": "scalars", **at, "values": {name: float(values[0])}})

    return send
