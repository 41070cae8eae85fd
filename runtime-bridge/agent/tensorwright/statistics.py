"""Mergeable statistics of tensors from a strided sample, without synchronising an accelerator.

All tensors of a step are digested together on their device, and their numbers go to the host together.
"""

import struct

import torch

from tensorwright.journal import MAX_PAYLOAD

SAMPLE = 4096
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
    """Up to about SAMPLE elements of a tensor, flat, strided over all of it; a view where that is possible."""
    flat = tensor.detach()
    if flat.is_sparse or flat.layout is not torch.strided:
        flat = flat.coalesce().values() if flat.layout is torch.sparse_coo else flat.to_dense()
    flat = flat.reshape(-1) if flat.is_contiguous() else _corner(flat).reshape(-1)
    count = flat.numel()
    if count <= SAMPLE:
        return flat
    # An odd stride doesn't run along a single channel.
    return flat[:: (count // SAMPLE) | 1]


def _corner(tensor):
    """A part of a tensor that is not contiguous, small enough to be copied."""
    while tensor.numel() > 4 * SAMPLE:
        dim = max(range(tensor.dim()), key=tensor.size)
        tensor = tensor.narrow(dim, 0, max(1, tensor.size(dim) // 2))
    return tensor


def digests(samples):
    """9 numbers and 64 bins of each of some flat samples, as the rows of one matrix: few calls for many tensors."""
    values = torch.cat(samples)
    sizes = [len(each) for each in samples]
    device = values.device
    owner = torch.repeat_interleave(
        torch.arange(len(samples), device=device), torch.tensor(sizes, device=device), output_size=len(values)
    )
    finite = torch.isfinite(values)
    clean = torch.where(finite, values, 0.0)
    size = clean.abs()
    nan = torch.isnan(values)
    parts = torch.stack([nan.float(), (~finite).float() - nan.float(), (values == 0).float(), clean, clean * clean])
    sums = torch.zeros(5, len(samples), device=device).index_add_(1, owner, parts)
    ends = torch.zeros(3, len(samples), device=device)
    ends.scatter_reduce_(1, owner.expand(3, -1), torch.stack([-clean, clean, size]), "amax", include_self=False)
    ends[0].neg_()
    exponent = (torch.frexp(size)[1] - 1 - LOWEST).clamp_(0, BINS - 1)
    # Zeros and what is not finite go to a bin of their own, which is cut off.
    bins = torch.where(size > 0, exponent + BINS * (clean > 0), 2 * BINS) + owner * (2 * BINS + 1)
    counts = torch.zeros(len(samples) * (2 * BINS + 1), device=device)
    counts.index_add_(0, bins, torch.ones_like(size))
    return torch.cat([sums.t(), ends.t(), counts.view(len(samples), -1)[:, : 2 * BINS]], 1)


def channel_extremes(tensor, dim):
    """(max, min) of each channel over everything else; tensors that are large are looked at in their first rows."""
    view = tensor.detach()
    if view.size(dim) > CHANNELS:
        view = view.narrow(dim, 0, CHANNELS)
    while view.numel() > DIGEST:
        others = [d for d in range(view.dim()) if d != dim]
        widest = max(others, key=view.size, default=None)
        if widest is None or view.size(widest) == 1:
            break
        view = view.narrow(widest, 0, (view.size(widest) + 1) // 2)
    others = [d for d in range(view.dim()) if d != dim]
    if not others:
        return view.float(), view.float()
    return view.amax(others).float(), view.amin(others).float()


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
        sample = sample_of(tensor)
        if sample.is_complex():
            sample = torch.view_as_real(sample).reshape(-1)
        sample = sample.float() if sample.dtype is not torch.float32 else sample.clone()
        extremes = None
        if channel_dim is not None:
            extremes = torch.cat(channel_extremes(tensor, channel_dim))
        self._items.append((what, name, rows, len(sample), len(sample) < tensor.numel(), sample, extremes))

    def __len__(self):
        return len(self._items)

    def fetch(self):
        """Starts bringing everything to the host; (ready, blocks): blocks() is only asked once ready() is true."""
        device = self._items[0][5].device
        samples = [item[5].to(device, non_blocking=True) for item in self._items]
        extremes = [item[6].to(device, non_blocking=True) for item in self._items if item[6] is not None]
        joined = torch.cat([digests(samples).reshape(-1), *extremes])
        if device.type != "cuda":
            host = joined.cpu()
            return _always, lambda: self._blocks(host.numpy())
        host = torch.empty(joined.shape, dtype=joined.dtype, pin_memory=True)
        host.copy_(joined, non_blocking=True)
        event = torch.cuda.Event()
        event.record()
        return event.query, lambda: self._blocks(host.numpy())

    def _blocks(self, numbers):
        """Payloads of the journal's second form, one for each subject."""
        by_subject = {}
        at = len(self._items) * ROW
        for i, (what, name, rows, count, estimated, _, extremes) in enumerate(self._items):
            part = numbers[i * ROW : (i + 1) * ROW]
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
