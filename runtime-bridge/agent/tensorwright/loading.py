"""Data loaders: how they were made, how long the training waits for them, what a batch looks like."""

import torch

from tensorwright.identity import WeakTable
from tensorwright.places import as_fact, is_user_file


class Loading:
    """All data loaders of a process."""

    def __init__(self, watcher):
        self.watcher = watcher
        self.loaders = WeakTable()
        self.batch = None
        self.current = None
        self._wait = 0.0
        self._number = 0
        self._fetched_at = -1
        self._epoch = {}
        self._wanted = None

    def made(self, loader, place):
        """A loader was constructed; it is written once it is used."""
        self._number += 1
        self.loaders[loader] = {"id": self._number, "place": place, "written": False, "batches": 0, "epochs": 0}

    def starts(self, loader):
        """An epoch over a loader begins."""
        known = self.loaders.get(loader)
        if known is None:
            return
        known["epochs"] += 1
        if not known["written"]:
            known["written"] = True
            self._describe(loader, known)
        if known["epochs"] <= 200:
            self.watcher.event("epoch", loader=known["id"], epoch=known["epochs"], training=torch.is_grad_enabled())

    def _describe(self, loader, known):
        dataset = loader.dataset
        sampler = getattr(loader, "sampler", None)
        kind = type(sampler).__name__ if sampler is not None else "none"
        self.watcher.record(
            "loader",
            id=known["id"],
            **as_fact(known["place"]),
            batchSize=loader.batch_size,
            shuffle=kind not in ("SequentialSampler", "none", "_InfiniteConstantSampler"),
            sampler=kind,
            dropLast=bool(getattr(loader, "drop_last", False)),
            workers=loader.num_workers,
            length=_length(loader),
            samples=_length(dataset),
            dataset=type(dataset).__name__,
            item=item_place(dataset),
        )

    def fetched(self, loader, batch, seconds):
        """A batch came out of a loader."""
        self._wait += seconds
        self.batch = batch
        self.current = self.loaders.get(loader) if loader is not None else None
        self._fetched_at = self.watcher.step
        if self.current is not None:
            self.current["batches"] += 1

    def take_wait(self):
        """Seconds waited for data since the last step."""
        wait, self._wait = self._wait, 0.0
        return wait

    def is_training_batch(self):
        """Whether the batch at hand came after the last step, out of a loader that training uses."""
        fresh = self._fetched_at == self.watcher.step
        return fresh and self.current is not None and self.current.get("trains", False)

    def note_input(self, name, value):
        """What went into a model: a few bytes of it say whether it comes again."""
        facts = {
            "input": name,
            "shape": list(value.shape),
            "type": str(value.dtype).replace("torch.", ""),
            "loader": None if self.current is None else self.current["id"],
            "epoch": None if self.current is None else self.current["epochs"],
        }
        numbers = fingerprint(value)
        at = self.watcher.at()
        at["step"] += 1

        def send(values):
            facts["print"] = [float(each) for each in values[:4]]
            facts["commonest"] = float(values[4])
            facts["differentRows"] = float(values[5])
            self.watcher.journal.record({"kind": "event", **at, "event": "batch", **facts})

        self.watcher.later(numbers, send)

    def step_ended(self):
        """The loader of the last batch is one that training uses."""
        if self.current is not None and self._fetched_at == self.watcher.step - 1:
            self.current["trains"] = True


def fingerprint(value):
    """Four sums that differ where batches do, the share of the commonest value, and how many rows differ."""
    flat = value.detach().reshape(value.size(0), -1)
    part = flat[:64, :64].double() if value.device.type != "mps" else flat[:64, :64].float()
    part = torch.nan_to_num(part)
    steps = torch.arange(1, part.numel() + 1, device=part.device, dtype=part.dtype).reshape(part.shape)
    sums = [part.sum(), (part * steps).sum(), (part * part).sum(), part.abs().max()]
    whole = flat[:64]
    commonest = (whole == whole.reshape(-1)[-1]).double().mean() if whole.numel() else part.sum()
    different = (part[1:] != part[:1]).any(1).sum().double() if part.size(0) > 1 else part.sum() * 0
    return torch.stack([*sums, commonest.to(part.dtype), different.to(part.dtype)])


def _length(thing):
    try:
        return len(thing)
    except Exception:
        return None


def item_place(dataset):
    """Where a data set of the user's makes its items."""
    for _ in range(5):
        for name in ("__getitem__", "__iter__"):
            code = getattr(getattr(type(dataset), name, None), "__code__", None)
            if code is not None and is_user_file(code.co_filename):
                last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
                return {**as_fact((code.co_filename, code.co_firstlineno)), "last": last}
        inner = getattr(dataset, "dataset", None)
        if inner is None or inner is dataset:
            return None
        dataset = inner
    return None

