"""The watcher of one process: what the patches report comes together here and goes into the journal.

Whatever fails in here switches the watcher off, once, with one line; training goes on.
"""

import os
import time
import weakref

import torch

from tensorwright.attach import say
from tensorwright.journal import Journal
from tensorwright.naming import Names
from tensorwright.places import as_fact
from tensorwright.sampling import Sampler, now as thread_time


def guarded(method):
    """Nothing leaves this method but its result; without a watcher it answers None."""

    def run(self, *args, **kwargs):
        if not self.on:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self.fail(error)
            return None

    run.__name__ = method.__name__
    run.__doc__ = method.__doc__
    return run


class Watcher:
    """State of a watched process."""

    def __init__(self, run, started):
        from tensorwright.control import Control
        from tensorwright.forwards import Forwards
        from tensorwright.loading import Loading
        from tensorwright.losses import Losses
        from tensorwright.optimizing import Optimizing
        from tensorwright.seen import Seen

        self.run = os.path.abspath(run)
        self.started = started
        self.on = True
        self.pid = os.getpid()
        self.step = 0
        self.compiled = False
        self.journal = Journal()
        self.names = Names()
        self.sampler = Sampler()
        self.places = {}
        self.seen = Seen(self)
        self.forwards = Forwards(self)
        self.losses = Losses(self)
        self.optimizing = Optimizing(self)
        self.loading = Loading(self)
        self.control = Control(self)
        self._scalars = {}
        self._arriving = []
        self._opened = False
        os.register_at_fork(after_in_child=_forked(weakref.ref(self)))

    # Time and place.

    def now(self):
        """Seconds since the run started."""
        return time.perf_counter() - self.started

    def at(self):
        return {"step": self.step, "time": round(self.now(), 6)}

    @property
    def sampling(self):
        return self.sampler.active

    # Records.

    def record(self, kind, **facts):
        self.journal.record({"kind": kind, **self.at(), **facts})

    def event(self, event, place=None, **facts):
        where = {} if place is None else as_fact(place)
        self.journal.record({"kind": "event", **self.at(), "event": event, **where, **facts})

    def scalar(self, name, value):
        """A value of the current step's point; a name that is there already starts the next point."""
        if name in self._scalars:
            self.flush_scalars()
        self._scalars[name] = value

    def flush_scalars(self):
        """Writes the current point."""
        if not self._scalars:
            return
        values, self._scalars = self._scalars, {}
        self.journal.scalars(self.step, round(self.now(), 6), values)

    @guarded
    def log_values(self, values):
        """`tensorwright.log`: the user's own curves."""
        for name, value in values.items():
            self.scalar(str(name), float(value))

    def statistics(self, batch):
        """Writes a batch of statistics once it has come from the device."""
        if len(batch) == 0:
            return
        ready, blocks = batch.fetch()
        self._arriving.append((ready, blocks))
        self.arrivals()

    def later(self, tensor, use):
        """Calls use(values) once a flat tensor's values are at the host; at once where they are there already."""
        tensor = tensor.detach()
        if tensor.device.type != "cuda":
            use(tensor.tolist())
            return
        host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        host.copy_(tensor, non_blocking=True)
        event = torch.cuda.Event()
        event.record()
        self._arriving.append((event.query, lambda: use(host.tolist())))

    def arrivals(self, wait=False):
        """Writes what has arrived, in order."""
        while self._arriving:
            ready, blocks = self._arriving[0]
            if wait and torch.cuda.is_initialized():
                torch.cuda.synchronize()
            if not (wait or ready()):
                return
            del self._arriving[0]
            for payload in blocks() or ():
                self.journal.payload(payload)

    # Life.

    def open(self):
        """Opens the journal once the rank can be known."""
        if self._opened:
            return
        self._opened = True
        rank, world = rank_and_world()
        self.sampler.shared = world > 1
        self.journal.open(os.path.join(self.run, f"rank-{rank}.journal"))
        self.record(
            "start",
            run=os.path.basename(self.run),
            rank=rank,
            world=world,
            pid=os.getpid(),
            torch=torch.__version__,
        )
        if self.journal.full:
            self.full()
        elif os.environ.get("TENSORWRIGHT_PARENT") == str(os.getpid()):
            self._keep_sources()

    def _keep_sources(self):
        """At the end of the start: everything is imported, and nothing has been edited yet."""
        from tensorwright.facts import keep_sources

        start = thread_time()
        try:
            keep_sources(self.run, time.time() - self.now())
        except OSError:
            pass  # lines are looked for in today's files then
        self.sampler.spent += thread_time() - start

    def full(self):
        """Says once that the journal can't be written, and stops."""
        self.on = False
        say(f"nothing more of this run is recorded: {self.journal.full}; the training goes on")

    def fail(self, error):
        """Switches the watcher off."""
        if not self.on:
            return
        self.on = False
        place = _place_of(error)
        sentence = f"{type(error).__name__}: {error} ({place})"[:300]
        say(f"this run is no longer watched: {sentence}; the training goes on")
        try:
            self.record("log", level="error", message=sentence)
            self.journal.flush()
        except Exception:
            pass
        from tensorwright import patches

        patches.remove_hooks()

    def forked(self):
        """In a child of a fork: its parent's journal is not its own. It starts anew where it trains itself."""
        self.journal.forget()
        self._opened = False
        self._scalars = {}
        self._arriving = []
        self.pid = os.getpid()

    def end(self, raised, raised_at=None):
        """At the end of the process; raised_at: the user's line that raised."""
        try:
            if not self._opened:
                if os.environ.get("TENSORWRIGHT_PARENT") != str(os.getpid()):
                    return
                self.open()
            if self.on:
                self.optimizing.end()
                self.flush_scalars()
                self.arrivals(wait=True)
            seconds = self.now()
            reason = {"reason": "raised", "error": raised, **as_fact(raised_at)} if raised else {"reason": "finished"}
            overhead = {
                "seconds": round(self.sampler.spent, 4),
                "share": round(self.sampler.spent / max(seconds, 1e-9), 5),
                "samples": self.sampler.samples,
                "gap": self.sampler.gap(),
            }
            self.record("end", **reason, overhead=overhead)
            self.journal.close()
        except Exception as error:
            say(f"the end of this run was not recorded: {type(error).__name__}: {error}")
        self.on = False


def _forked(reference):
    def after():
        watcher = reference()
        if watcher is not None:
            watcher.forked()

    return after


def rank_and_world():
    """Of torch.distributed where it is set up, else of the environment that torchrun makes."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    try:
        return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    except ValueError:
        return 0, 1


def _place_of(error):
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
