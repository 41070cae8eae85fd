"""Where the agent sits in torch: functions that are wrapped and torch's own global hooks.

Every wrapper calls the original as it was called and gives back what it gave; the agent's part around it can't raise.
"""

import functools
import sys
import time

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from tensorwright.identity import WeakTable
from tensorwright.losses import WATCHED
from tensorwright.places import called_by_user, is_user_file, user_place

_removable = []
_temporary = []

INIT_IN_PLACE = ("normal_", "uniform_", "fill_", "zero_", "mul_", "div_", "copy_", "add_", "sub_")


def install(watcher):
    """Puts everything in place."""
    _modules(watcher)
    _inits(watcher)
    _losses(watcher)
    _backward(watcher)
    _optimizers(watcher)
    _schedulers(watcher)
    _clipping(watcher)
    _loaders(watcher)
    _modes(watcher)
    watcher.forwards.arm()


def remove_hooks():
    """Takes torch's hooks away; wrapped functions stay and only pass on."""
    for handle in _removable:
        handle.remove()
    _removable.clear()
    end_of_setup()


def end_of_setup():
    """Training begins: what only watches the making of a model goes."""
    for owner, name in _temporary:
        try:
            delattr(owner, name)
        except AttributeError:
            pass
    _temporary.clear()


def _wrap(owner, name, make):
    original = getattr(owner, name)
    setattr(owner, name, functools.wraps(original)(make(original)))


def _safely(watcher, act, *args):
    if not watcher.on:
        return
    try:
        act(*args)
    except Exception as error:
        watcher.fail(error)


def _modules(watcher):
    made = watcher.names.made

    def init(original):
        def __init__(self, *args, **kwargs):
            original(self, *args, **kwargs)
            if watcher.on:
                try:
                    made[self] = user_place(self)
                except Exception as error:
                    watcher.fail(error)

        return __init__

    def train(original):
        depth = [0]

        def train(self, mode=True):
            if depth[0] == 0 and watcher.on:
                try:
                    place = user_place()
                    if place is not None:
                        watcher.places["train" if mode else "eval"] = place
                except Exception as error:
                    watcher.fail(error)
            depth[0] += 1
            try:
                return original(self, mode)
            finally:
                depth[0] -= 1

        return train

    def zero(original):
        def zero_grad(self, *args, **kwargs):
            _safely(watcher, watcher.optimizing.zeroed)
            return original(self, *args, **kwargs)

        return zero_grad

    _wrap(nn.Module, "__init__", init)
    _wrap(nn.Module, "train", train)
    _wrap(nn.Module, "zero_grad", zero)


def _inits(watcher):
    """Initialisations that the user's own code does."""

    def init(name):
        def make(original):
            def initialise(*args, **kwargs):
                out = original(*args, **kwargs)
                if watcher.on and watcher.step == 0:
                    _safely(watcher, note, name, args, kwargs, user_place_of_init(sys._getframe(1)))
                return out

            return initialise

        return make

    def note(name, args, kwargs, place):
        if place is not None and args:
            values = {str(i): each for i, each in enumerate(args[1:], 1) if isinstance(each, (int, float, str))}
            values.update({key: each for key, each in kwargs.items() if isinstance(each, (int, float, str))})
            watcher.names.note_init(args[0], name, values, place)

    for name in dir(nn.init):
        if name.endswith("_") and not name.startswith("_") and callable(getattr(nn.init, name)):
            _wrap(nn.init, name, init(name))

    def in_place(name):
        def make(original):
            def method(self, *args, **kwargs):
                out = original(self, *args, **kwargs)
                if watcher.on and not self.requires_grad:
                    _safely(watcher, note, name, (self, *args), kwargs, called_by_user())
                elif watcher.on and not torch.is_grad_enabled():
                    _safely(watcher, note, name, (self, *args), kwargs, called_by_user())
                return out

            return method

        return make

    for name in INIT_IN_PLACE:
        _wrap(torch.Tensor, name, in_place(name))
        _temporary.append((torch.Tensor, name))


def user_place_of_init(frame):
    """The caller's line where it is the user's; torch's own layers initialise themselves too."""
    while frame is not None and frame.f_globals.get("__name__") == "torch.nn.init":
        frame = frame.f_back
    if frame is None or not is_user_file(frame.f_code.co_filename):
        return None
    return frame.f_code.co_filename, frame.f_lineno


def _losses(watcher):
    losses = watcher.losses

    def make(name):
        def wrap(original):
            def loss(*args, **kwargs):
                if losses.nested or not watcher.on:
                    return original(*args, **kwargs)
                # A mode of torch's, such as our own trace, calls the function once more from inside.
                losses.nested = True
                try:
                    out = original(*args, **kwargs)
                finally:
                    losses.nested = False
                try:
                    losses.called(name, args, kwargs, out)
                except Exception as error:
                    watcher.fail(error)
                return out

            return loss

        return wrap

    for name in WATCHED:
        if hasattr(nn.functional, name):
            _wrap(nn.functional, name, make(name))


def _backward(watcher):
    losses, forwards = watcher.losses, watcher.forwards

    def wrap(original):
        def backward(*args, **kwargs):
            if forwards.in_backward:
                # Checkpointing calls it again from inside: that is no loss.
                return original(*args, **kwargs)
            if watcher.on:
                try:
                    losses.backward(args[0] if args else kwargs.get("tensors"))
                except Exception as error:
                    watcher.fail(error)
            forwards.in_backward = True
            try:
                return original(*args, **kwargs)
            finally:
                forwards.in_backward = False

        return backward

    _wrap(torch.autograd, "backward", wrap)


def _optimizers(watcher):
    optimizing = watcher.optimizing

    def init(original):
        def __init__(self, *args, **kwargs):
            original(self, *args, **kwargs)
            _safely(watcher, lambda: optimizing.made(self, user_place(self)))

        return __init__

    def zero(original):
        def zero_grad(self, *args, **kwargs):
            _safely(watcher, optimizing.zeroed)
            return original(self, *args, **kwargs)

        return zero_grad

    def before(optimizer, args, kwargs):
        if _temporary:
            end_of_setup()
        _safely(watcher, optimizing.before_step, optimizer)

    def after(optimizer, args, kwargs):
        _safely(watcher, optimizing.after_step, optimizer)

    _wrap(torch.optim.Optimizer, "__init__", init)
    _wrap(torch.optim.Optimizer, "zero_grad", zero)
    _removable.append(register_optimizer_step_pre_hook(before))
    _removable.append(register_optimizer_step_post_hook(after))


def _schedulers(watcher):
    from torch.optim import lr_scheduler

    optimizing = watcher.optimizing
    making = [0]

    def init(original):
        def __init__(self, *args, **kwargs):
            making[0] += 1
            try:
                original(self, *args, **kwargs)
            finally:
                making[0] -= 1
            if making[0] == 0:
                _safely(watcher, lambda: optimizing.scheduler_made(self, user_place(self)))

        return __init__

    def step(original):
        def step(self, *args, **kwargs):
            out = original(self, *args, **kwargs)
            if making[0] == 0:
                _safely(watcher, optimizing.scheduler_stepped, self)
            return out

        return step

    for kind in vars(lr_scheduler).values():
        if isinstance(kind, type) and issubclass(kind, lr_scheduler.LRScheduler):
            if "__init__" in vars(kind):
                _wrap(kind, "__init__", init)
            if "step" in vars(kind):
                _wrap(kind, "step", step)


def _clipping(watcher):
    from torch.nn.utils import clip_grad

    def wrap(original):
        def clip(*args, **kwargs):
            out = original(*args, **kwargs)
            limit = args[1] if len(args) > 1 else kwargs.get("max_norm", kwargs.get("clip_value"))
            _safely(watcher, watcher.optimizing.clipped, limit, out)
            return out

        return clip

    for name in ("clip_grad_norm_", "clip_grad_value_"):
        _wrap(clip_grad, name, wrap)
        setattr(nn.utils, name, getattr(clip_grad, name))


def _loaders(watcher):
    from torch.utils.data import DataLoader
    from torch.utils.data.dataloader import _BaseDataLoaderIter

    loading = watcher.loading
    clock = time.perf_counter
    owners = WeakTable()

    def init(original):
        def __init__(self, *args, **kwargs):
            original(self, *args, **kwargs)
            _safely(watcher, lambda: loading.made(self, user_place(self)))

        return __init__

    def iterate(original):
        def __iter__(self):
            _safely(watcher, loading.starts, self)
            iterator = original(self)
            _safely(watcher, owners.__setitem__, iterator, self)
            return iterator

        return __iter__

    def following(original):
        def __next__(self):
            start = clock()
            batch = original(self)
            if watcher.on:
                try:
                    loading.fetched(owners.get(self), batch, clock() - start)
                except Exception as error:
                    watcher.fail(error)
            return batch

        return __next__

    _wrap(DataLoader, "__init__", init)
    _wrap(DataLoader, "__iter__", iterate)
    _wrap(_BaseDataLoaderIter, "__next__", following)


def _modes(watcher):
    """Evaluations, compilation and scaled gradients."""

    def enter(original):
        def __enter__(self):
            if watcher.on and watcher.step > 0:
                frame = sys._getframe(1)
                name = frame.f_code.co_filename
                if is_user_file(name) or name.endswith("_contextlib.py"):
                    _safely(watcher, watcher.forwards.await_evaluation)
            return original(self)

        return __enter__

    def compiled(original):
        def compile(*args, **kwargs):
            watcher.compiled = True
            watcher.forwards.disarm()
            return original(*args, **kwargs)

        return compile

    def scaled(original):
        def step(self, optimizer, *args, **kwargs):
            optimizing = watcher.optimizing
            if not watcher.on or not self.is_enabled():
                return original(self, optimizer, *args, **kwargs)
            optimizing.scaled = True
            state = optimizing.states.get(optimizer)
            before = state.steps if state is not None else 0
            out = original(self, optimizer, *args, **kwargs)
            if state is not None:
                optimizing.scaler["calls"] += 1
                optimizing.scaler["skipped"] += state.steps == before
            return out

        return step

    _wrap(torch.no_grad, "__enter__", enter)
    _wrap(torch.inference_mode, "__enter__", enter)
    _wrap(torch, "compile", compiled)
    from torch.amp import grad_scaler

    _wrap(grad_scaler.GradScaler, "step", scaled)


__all__ = ["install", "remove_hooks", "end_of_setup"]
