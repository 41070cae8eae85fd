"""Watches a PyTorch training. `tensorwright.log({"name": value})` adds values of your own to the curves."""

__all__ = ["log"]


def log(values):
    """Adds numbers to the curves at the current step; does nothing where no run is watched.

    values: name -> number, or a tensor of one element.
    """
    from tensorwright import attach

    if attach.watcher is not None:
        attach.watcher.log_values(values)
