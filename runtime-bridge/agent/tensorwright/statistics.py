"""Mergeable statistics of tensors from a strided sample, without synchronising an accelerator.

A row of 73 numbers is made on the tensor's device; rows of one step go to the host together.
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


def digest(tensor):
    """The 9 numbers and 64 bins of a tensor's sample, as one float64 (float32 on devices without) row."""
    values = sample_of(tensor)
    if values.is_complex():
        values = torch.view_as_real(values).reshape(-1)
    values = values.float()
    finite = torch.isfinite(values)
    clean = torch.where(finite, values, values.new_zeros(()))
    size = clean.abs()
    zeros = (values == 0).sum()
    nan = torch.isnan(values).sum()
    inf = (~finite).sum() - nan
    low, high = torch.aminmax(clean) if clean.numel() else (clean.sum(), clean.sum())
    exponent = (torch.frexp(size)[1] - 1 - LOWEST).clamp_(0, BINS - 1)
    # Zeros and what is not finite go to a bin of their own, which is cut off.
    bin_of = torch.where(size > 0, exponent + BINS * (clean > 0), 2 * BINS)
    counts = torch.zeros(2 * BINS + 1, device=values.device).index_add_(
        0, bin_of.long(), torch.ones_like(size)
    )
    numbers = torch.stack(
        [
            nan.float(),
            inf.float(),
            zeros.float(),
            clean.sum(),
            (clean * clean).sum(),
            low,
            high,
            size.max() if size.numel() else clean.sum(),
        ]
    )
    return torch.cat([numbers, counts[: 2 * BINS]]), values.numel()


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
        """Adds a tensor's statistics; nothing of the tensor itself is kept."""
        row, count = digest(tensor)
        extremes = None
        if channel_dim is not None:
            high, low = channel_extremes(tensor, channel_dim)
            extremes = torch.cat([high, low])
        self._items.append((what, name, rows, count, count < tensor.numel(), row, extremes))

    def __len__(self):
        return len(self._items)

    def fetch(self):
        """Starts bringing everything to the host; (ready, blocks): blocks() is only asked once ready() is true."""
        parts = []
        for *_, row, extremes in self._items:
            parts.append(row)
            if extremes is not None:
                parts.append(extremes)
        devices = {part.device for part in parts}
        if all(device.type == "cpu" for device in devices):
            joined = torch.cat(parts)
            return _always, lambda: self._blocks(joined.numpy())
        return self._fetch_from(parts)

    def _fetch_from(self, parts):
        device = next(part.device for part in parts if part.device.type != "cpu")
        joined = torch.cat([part.to(device, non_blocking=True) for part in parts])
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
        at = 0
        for what, name, rows, count, estimated, row, extremes in self._items:
            part = numbers[at : at + len(row)]
            at += len(row)
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
