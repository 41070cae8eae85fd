"""Mergeable statistics of tensors from a strided sample, without synchronising an accelerator.

All tensors of a step are digested together on their device, and their numbers go to the host together.
"""

import struct

import torch

from tensorwright.journal import MAX_PAYLOAD

SAMPLE = 4096
# Neighbours that are taken together: a line of the processor's cache.
RUN = 16
BINS = 32
LOWEST = -24
# Channels of a digest; wider layers are digested in their first ones.
CHANNELS = 2048
# Elements that a channel digest may look at.
DIGEST = 65536

# Numbers of a row: nan, inf, zeros, sum, sum of squares, min, max, largest size; then the bins.
ROW = 8 + 2 * BINS

SUBJECTS = {"activation": 0, "input": 1, "gradient": 2, "weight": 3, "update": 4}

_head = struct.Struct("<BBHId")
_entry = struct.Struct("<HHI")


def sample_of(tensor):
    """A flat copy of at most SAMPLE elements, spread over all of a tensor: short runs, as memory is read in lines."""
    flat = tensor.detach()
    if flat.is_sparse or flat.layout is not torch.strided:
        flat = flat.coalesce().values() if flat.layout is torch.sparse_coo else flat.to_dense()
    if not flat.is_contiguous():
        flat = _corner(flat)
    if flat.numel() <= SAMPLE:
        return flat.reshape(-1).clone()
    runs = flat.numel() // RUN
    flat = flat.reshape(-1)[: runs * RUN].view(runs, RUN)
    return flat.index_select(0, _places(runs, flat.device)).view(-1)


_known_places = {}


def _places(runs, device):
    """Which runs are taken: one of each of SAMPLE / RUN equal parts, at another place in each, so that no stride fits."""
    places = _known_places.get((runs, device))
    if places is None:
        if len(_known_places) > 500:
            _known_places.clear()
        part = runs * RUN // SAMPLE
        number = torch.arange(SAMPLE // RUN, device=device)
        places = _known_places[runs, device] = number * runs // (SAMPLE // RUN) + number * 40503 % part
    return places


def _corner(tensor):
    """A part of a tensor that is not contiguous, small enough to be copied."""
    while tensor.numel() > 4 * SAMPLE:
        dim = max(range(tensor.dim()), key=tensor.size)
        tensor = tensor.narrow(dim, 0, max(1, tensor.size(dim) // 2))
    return tensor


def digests(samples):
    """8 numbers and 64 bins of each of some flat samples of float32; each group has samples of one length.

    Returns (rows, order): a matrix and, for each of its rows, the number of its sample.
    """
    groups = {}
    for i, sample in enumerate(samples):
        groups.setdefault(len(sample), []).append(i)
    order = [i for group in groups.values() for i in group]
    return torch.cat([_digest(torch.stack([samples[i] for i in group])) for group in groups.values()]), order


def _digest(values):
    """The rows of samples of one length. Sign, exponent and first bit of the fraction say nearly all: they are counted."""
    rows = len(values)
    codes = (values.view(torch.int32) >> 22) & 1023
    codes += torch.arange(0, rows * 1024, 1024, device=values.device, dtype=torch.int32)[:, None]
    counts = torch.zeros(rows * 1024, device=values.device)
    counts.index_add_(0, codes.view(-1), torch.ones(1, device=values.device).expand(values.numel()))
    # (sample, sign, exponent, first bit of the fraction)
    counts = counts.view(rows, 2, 256, 2)
    lost = counts[:, :, 255].sum(1)
    sizes = counts.sum(3)
    low, high = 127 + LOWEST, 127 + LOWEST + BINS
    bins = sizes[:, :, low:high].clone()
    bins[:, :, 0] += sizes[:, :, 1:low].sum(2)
    bins[:, :, -1] += sizes[:, :, high:255].sum(2)
    clean = torch.nan_to_num(values, 0.0, 0.0, 0.0)
    least, most = clean.amin(1), clean.amax(1)
    numbers = [
        *(lost[:, 1], lost[:, 0], sizes[:, :, 0].sum(1)),
        *(clean.sum(1), (clean * clean).sum(1), least, most, torch.maximum(-least, most)),
    ]
    # The sign bit is that of negative numbers, which come first in the record.
    return torch.cat([torch.stack(numbers, 1), bins.flip(1).reshape(rows, 2 * BINS)], 1)


def channel_extremes(tensor, dim):
    """(max, min) of each channel over everything else; large tensors are looked at in a part of every example."""
    view = tensor.detach()
    if view.size(dim) > CHANNELS:
        view = view.narrow(dim, 0, CHANNELS)
    if not view.is_contiguous():
        view = _few(view, dim)
    channels = view.size(dim)
    rows, inner = _product(view.shape[:dim]), _product(view.shape[dim + 1 :])
    view = view.reshape(rows, channels, inner)
    if view.numel() > DIGEST:
        kept = min(inner, max(64, DIGEST // (channels * rows)))
        view = view.narrow(2, (inner - kept) // 2, kept)[: max(1, DIGEST // (channels * kept))]
    if inner == 1:
        view = view.squeeze(2)
        return view.amax(0).float(), view.amin(0).float()
    return view.amax(2).amax(0).float(), view.amin(2).amin(0).float()


def _few(view, dim):
    """At most DIGEST elements, all channels among them: a part of each other dimension."""
    others = [d for d in range(view.dim()) if d != dim]
    while others and view.numel() > DIGEST:
        widest = max(others, key=view.size)
        if view.size(widest) == 1:
            break
        view = view.narrow(widest, 0, (view.size(widest) + 1) // 2)
    return view


def _product(sizes):
    product = 1
    for size in sizes:
        product *= size
    return product


class Batch:
    """Statistics of one step, collected on the device and written when they have arrived at the host."""

    def __init__(self, step, time):
        self.step = step
        self.time = time
        self._items = []

    def add(self, what, name, tensor, rows=0, channel_dim=None):
        """Adds a tensor; of it only a sample and the extremes of its channels are kept."""
        if tensor.numel() == 0:
            return
        extremes = None if channel_dim is None else torch.cat(channel_extremes(tensor, channel_dim))
        self.add_sample(what, name, sample_of(tensor), tensor.numel(), rows, extremes)

    def add_sample(self, what, name, sample, elements, rows=0, extremes=None):
        """Adds a sample that has been taken already, of a tensor of so many elements."""
        if sample.is_complex():
            sample = torch.view_as_real(sample).reshape(-1)
        self._items.append((what, name, rows, len(sample), len(sample) < elements, sample.float(), extremes))

    def __len__(self):
        return len(self._items)

    def fetch(self):
        """Starts bringing everything to the host; (ready, blocks): blocks() is only asked once ready() is true."""
        device = self._items[0][5].device
        samples = [item[5].to(device, non_blocking=True) for item in self._items]
        extremes = [item[6].to(device, non_blocking=True) for item in self._items if item[6] is not None]
        rows, order = digests(samples)
        joined = torch.cat([rows.reshape(-1), *extremes])
        if device.type != "cuda":
            host = joined.cpu()
            return _always, lambda: self._blocks(host.numpy(), order)
        host = torch.empty(joined.shape, dtype=joined.dtype, pin_memory=True)
        host.copy_(joined, non_blocking=True)
        event = torch.cuda.Event()
        event.record()
        return event.query, lambda: self._blocks(host.numpy(), order)

    def _blocks(self, numbers, order):
        """Payloads of the journal's second form, one for each subject; order: which item each row is of."""
        by_subject = {}
        at = len(self._items) * ROW
        row_of = {item: row for row, item in enumerate(order)}
        for i, (what, name, rows, count, estimated, _, extremes) in enumerate(self._items):
            part = numbers[row_of[i] * ROW : (row_of[i] + 1) * ROW]
            channels = b""
            width = 0
            if extremes is not None:
                width = len(extremes) // 2
                channels = numbers[at : at + 2 * width].astype("<f4").tobytes()
                at += 2 * width
            label = name.encode()[:65535]
            by_subject.setdefault(what, []).append(
                _entry.pack(len(label), width, (rows & 0x7FFFFFFF) | (0x80000000 if estimated else 0))
                + label
                + struct.pack("<d", count)
                + part[:8].astype("<f8").tobytes()
                + part[8:].astype("<u4").tobytes()
                + channels
            )
        for what, entries in by_subject.items():
            yield from _packed(SUBJECTS[what], self.step, self.time, entries)


def _packed(subject, step, time, entries):
    """Entries as payloads that are small enough for a frame."""
    start = size = 0
    for i, entry in enumerate(entries + [None]):
        if entry is not None and i - start < 65535 and size + len(entry) < MAX_PAYLOAD // 2:
            size += len(entry)
            continue
        yield _head.pack(2, subject, i - start, step, time) + b"".join(entries[start:i])
        start, size = i, 0 if entry is None else len(entry)


def _always():
    return True
