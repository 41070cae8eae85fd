"""Commands to a running training: read from the run's folder, applied at step boundaries, written to the journal."""

import json
import math
import os
import sys
import time

import torch

from tensorwright.attach import say
from tensorwright.breakpoints import Breakpoint
from tensorwright.journal import number

COMMANDS = {
    *("pause", "pause-when", "resume", "step", "set-learning-rate", "set-batch-size", "stop-after-checkpoint"),
}
LOOK_SECONDS = 0.02
PAUSED_LOOK_SECONDS = 0.05
LONGEST_LINE = 4096


def allowed():
    """Whether whoever started the run lets it take commands."""
    return os.environ.get("TENSORWRIGHT_CONTROL") == "1"


class Refused(Exception):
    """A command that can't be done; the sentence says why."""


class Control:
    """Follows `control.jsonl`; a foreign or torn line is passed over."""

    def __init__(self, watcher):
        self.watcher = watcher
        self.path = os.path.join(watcher.run, "control.jsonl")
        self.on = allowed()
        self._offset = 0
        self._due = 0.0
        self._done = set()
        self._paused = False
        self._steps_left = 0
        self._stops = False
        self._saved = False
        self._breakpoint = None
        condition = os.environ.get("TENSORWRIGHT_PAUSE_WHEN")
        if condition:
            try:
                self._breakpoint = Breakpoint(condition)
            except ValueError as error:
                say(f"the training is not paused when {condition!r}: {error}")

    def before_step(self, optimizer):
        """Whether the condition to pause on holds, which is told once; the pause comes after the step."""
        if self._breakpoint is None:
            return
        found = self._breakpoint.holds(self.watcher, optimizer)
        if found is None:
            return
        given = {"condition": self._breakpoint.text, **found, "value": number(found["value"])}
        self._breakpoint = None
        self.watcher.record("control", command="breakpoint", arguments=given, applied=True)
        self.watcher.journal.flush()
        debugger = sys.modules.get("debugpy")
        if debugger is not None and debugger.is_client_connected():
            # Stops here, before the step: the user's frame is the next one up.
            debugger.breakpoint()
        else:
            self._paused = self.on

    def boundary(self):
        """Between two steps. Returns whether it has waited; raises KeyboardInterrupt where the run is to stop."""
        if not self.on:
            return False
        if self._stops and self._saved:
            raise KeyboardInterrupt("stopped after a checkpoint, as asked")
        if self._steps_left > 0:
            self._steps_left -= 1
            self._paused = self._steps_left == 0
        now = time.monotonic()
        if now < self._due and not self._paused:
            return False
        self._due = now + LOOK_SECONDS
        self._look()
        waited = self._paused
        if waited:
            # What happened before the pause is seen during it.
            self.watcher.journal.flush()
        while self._paused:
            time.sleep(PAUSED_LOOK_SECONDS)
            self._look()
        return waited

    def _look(self):
        try:
            if os.stat(self.path).st_size <= self._offset:
                return
            with open(self.path, "rb") as file:
                file.seek(self._offset)
                text = file.read(1 << 20)
        except OSError:
            return
        whole = text.rfind(b"\n") + 1
        self._offset += whole
        for line in text[:whole].splitlines():
            command = _command(line)
            if command is not None and command["id"] not in self._done:
                self._done.add(command["id"])
                self._apply(command)
        self.watcher.journal.flush()

    def _apply(self, command):
        name, given = command["command"], command["arguments"]
        facts = {"id": command["id"], "command": name, "arguments": given}
        try:
            getattr(self, "_" + name.replace("-", "_"))(given)
        except Refused as refused:
            self.watcher.record("control", **facts, applied=False, reason=str(refused))
        except Exception as error:  # The training is worth more than the command.
            self.watcher.record("control", **facts, applied=False, reason=f"{type(error).__name__}: {error}")
        else:
            self.watcher.record("control", **facts, applied=True)

    def _pause(self, _given):
        self._paused = True

    def _pause_when(self, given):
        """In place of the condition before; an empty one takes it back."""
        condition = given.get("condition", "")
        try:
            self._breakpoint = Breakpoint(condition) if condition else None
        except ValueError as error:
            raise Refused(str(error)) from None

    def _resume(self, _given):
        self._paused = False
        self._steps_left = 0

    def _step(self, given):
        self._steps_left = max(1, int(given.get("steps", 1)))
        self._paused = False

    def _set_learning_rate(self, given):
        """The first group gets the rate, the others keep their proportion; schedulers go on from there."""
        rate = float(given["value"])
        if not (rate >= 0 and math.isfinite(rate)):
            raise Refused(f"a learning rate is a number from 0 on, not {rate}")
        optimizing = self.watcher.optimizing
        optimizers = [state.optimizer() for state in list(optimizing.states.values())]
        optimizers = [optimizer for optimizer in optimizers if optimizer is not None]
        if not optimizers:
            raise Refused("no optimizer has been seen yet")
        for optimizer in optimizers:
            _set_rate(optimizer, rate, given.get("group"), optimizing.scheduled)

    def _set_batch_size(self, given):
        """Takes effect where a loader begins its next epoch."""
        size = int(given["value"])
        if size < 1:
            raise Refused("a batch has at least one example")
        changed = 0
        for loader in list(self.watcher.loading.loaders):
            sampler = getattr(loader, "batch_sampler", None)
            if type(sampler) is torch.utils.data.BatchSampler:
                sampler.batch_size = size
                changed += 1
        if changed == 0:
            raise Refused("no data loader makes its batches with torch's own BatchSampler")

    def _stop_after_checkpoint(self, _given):
        """After the next torch.save; the interrupt is the one of Ctrl-C, so the script can clean up."""
        if self._stops:
            return
        self._stops = True
        save = torch.save

        def saved(*args, **kwargs):
            result = save(*args, **kwargs)
            self._saved = True
            return result

        torch.save = saved


def _set_rate(optimizer, rate, group, scheduled):
    groups = optimizer.param_groups
    chosen = range(len(groups)) if group is None else [int(group)]
    first = float(groups[chosen[0]]["lr"])
    for index in chosen:
        old = groups[index]["lr"]
        factor = rate / first if first > 0 else None
        new = rate if factor is None else float(old) * factor
        if torch.is_tensor(old):
            old.fill_(new)
        else:
            groups[index]["lr"] = new
        if factor is None:
            continue
        # Schedulers compute from these: without them the next step would undo the change.
        if "initial_lr" in groups[index] and not torch.is_tensor(groups[index]["initial_lr"]):
            groups[index]["initial_lr"] *= factor
        for scheduler in list(scheduled):
            rates = getattr(scheduler, "base_lrs", None)
            if getattr(scheduler, "optimizer", None) is optimizer and isinstance(rates, list) and index < len(rates):
                rates[index] = rates[index] * factor


def _command(line):
    if len(line) > LONGEST_LINE:
        return None
    try:
        command = json.loads(line)
    except ValueError:
        return None
    if not isinstance(command, dict) or command.get("command") not in COMMANDS:
        return None
    if not isinstance(command.get("id"), str) or not isinstance(command.get("arguments"), dict):
        return None
    return command
