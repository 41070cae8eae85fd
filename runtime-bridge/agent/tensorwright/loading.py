"""Data loaders: how they were made, how long the training waits for them, what a batch looks like."""

import torch

from tensorwright.identity import WeakTable
from tensorwright.places import as_fact, is_user_file

# Rows of a batch that are known again where they come again, and what of a row is looked at.
ROWS, WIDTH = 64, 4096
# Rows of fewer values are equal by chance.
LEAST_WIDTH = 4


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
        self.loaders[loader] = {
            **{"id": self._number, "place": place, "written": False, "batches": 0, "epochs": 0},
            "data": _sources(getattr(loader, "dataset", loader)),
        }

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
        self.note_rows(value, "train")

    def note_rows(self, value, phase):
        """Which examples are in a batch; of evaluations only where their data is not the training's own."""
        if phase == "evaluate" and not self._is_other_data():
            return
        prints = row_prints(value)
        if prints is not None:
            at, loader = self.watcher.at(), None if self.current is None else self.current["id"]
            self.watcher.later(
                prints,
                lambda values: self.watcher.journal.record(
                    {"kind": "event", **at, "event": "rows", "phase": phase, "loader": loader, "rows": values}
                ),
            )

    def _is_other_data(self):
        """Whether the batch at hand came after the last step, out of a loader of data that is not trained on."""
        trained = {known["data"][0] for known in list(self.loaders.values()) if known.get("trains")}
        fresh = self._fetched_at == self.watcher.step and self.current is not None
        # A part of the training's own data is looked at on purpose; two parts of one whole are not each other's.
        return fresh and len(trained) > 0 and trained.isdisjoint(self.current["data"])

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


def row_prints(value):
    """A number below 2 ** 48 for each of the first rows, the same where a row is; None where rows say too little."""
    if value.dim() < 2 or value.is_complex() or value.dtype is torch.bool or value.is_quantized or value.is_sparse:
        return None
    rows = value.detach()[:ROWS].flatten(1)[:, :WIDTH]
    if rows.size(1) < LEAST_WIDTH or rows.size(0) == 0:
        return None
    if rows.is_floating_point():
        rows = rows.float().contiguous().view(torch.int32)
    # Integers, which wrap: the sum is the same in whatever order it is made.
    weights = torch.arange(1, rows.size(1) + 1, device=rows.device) * 0x5851F42D4C957F2D | 1
    mixed = rows.to(torch.int64) * weights
    return (mixed ^ (mixed >> 29)).sum(1) & (2**48 - 1)


def _sources(data):
    """Ids of a data set, and of those that it takes its examples from, as a Subset does."""
    found = []
    while data is not None and id(data) not in found:
        found.append(id(data))
        data = getattr(data, "dataset", None)
    return found


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

