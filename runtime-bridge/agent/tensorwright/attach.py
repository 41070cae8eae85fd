"""How the agent gets into a process: it waits for torch to be imported, and costs nothing until then."""

import os
import sys

# The watcher of this process; None where nothing is watched.
watcher = None

_run = None
_started = None
# What the script raised, and the line of the user's that was innermost.
_raised = None
_raised_at = None


def begin(run):
    """Waits for torch. run: folder of the run, made by whoever started this process."""
    global _run, _started
    import time

    _run, _started = run, time.perf_counter()
    sys.meta_path.insert(0, _TorchFinder())
    import atexit

    atexit.register(_end)
    _watch_exceptions()
    # The first process of a run describes it; processes that it starts only add journals.
    if "TENSORWRIGHT_PARENT" not in os.environ:
        os.environ["TENSORWRIGHT_PARENT"] = str(os.getpid())
        from tensorwright.facts import write_run_facts

        write_run_facts(run)


class _TorchFinder:
    """Sees the import of torch and of nothing else."""

    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec("torch")
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """torch's own loader; after it, the agent attaches."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        spec = module.__spec__
        spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _attach()


def _attach():
    global watcher
    # Our own modules stay compiled, also where Python is told to keep none: that is most of the start.
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        from tensorwright.watcher import Watcher
        from tensorwright import patches

        watcher = Watcher(_run, _started)
        patches.install(watcher)
    except Exception as error:  # training goes on without us
        watcher = None
        say(f"this run is not watched: {type(error).__name__}: {error}")
    finally:
        sys.dont_write_bytecode = before


def _watch_exceptions():
    before = sys.excepthook

    def hook(kind, error, trace):
        global _raised, _raised_at
        _raised = f"{kind.__name__}: {error}"[:500]
        try:
            from tensorwright.places import innermost_user_place

            _raised_at = innermost_user_place(trace)
        except Exception:
            pass  # the traceback is on its way to the user
        before(kind, error, trace)

    sys.excepthook = hook


def _end():
    if watcher is not None:
        watcher.end(_raised, _raised_at)
    elif os.environ.get("TENSORWRIGHT_PARENT") == str(os.getpid()):
        from tensorwright.facts import write_empty_journal

        try:
            write_empty_journal(_run, _raised, "torch" in sys.modules)
        except OSError:
            pass  # nothing was seen, and nothing can be said


def say(sentence):
    """One line for the user, on stderr."""
    try:
        sys.stderr.write(f"tensorwright: {sentence}\n")
    except Exception:
        pass
