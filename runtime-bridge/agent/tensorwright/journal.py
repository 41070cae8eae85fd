"""The journal: framed records appended to a file. docs/journal.md describes the bytes.

What has been written survives the death of this process, since the kernel holds it.
"""

import json
import math
import os
import struct
import time
import zlib

HEADER = b"TWJOURNAL\0\0\0" + struct.pack("<I", 1)
MAX_PAYLOAD = 16 * 1024 * 1024
# Records between the ends of two steps wait this long, so that they don't pay a system call each.
PATIENCE = 0.005

_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)
# Names of values as JSON.
_labels = {}
_u32 = struct.Struct("<I")
_frame = struct.Struct("<III")


def number(value):
    """A float as the journal's JSON carries it."""
    value = float(value)
    if math.isfinite(value):
        return value
    return "nan" if value != value else "inf" if value > 0 else "-inf"


def tidy(value):
    """Simple values for JSON; whatever is not simple becomes text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (list, tuple)):
        return [tidy(each) for each in value]
    if isinstance(value, dict):
        return {str(key): tidy(each) for key, each in value.items()}
    return str(value)[:200]


class Journal:
    """Appends frames. Until it is opened it keeps them, since the rank is only known when training starts."""

    def __init__(self):
        self.file = None
        self.full = None  # why nothing is written any more
        self._sequence = 0
        self._waiting = []
        self._size = 0
        self._due = 0.0

    def open(self, path):
        """Creates the file; one that is there belongs to another process, and a second name is taken."""
        for attempt in range(100):
            name = path if attempt == 0 else path.replace(".journal", f"-{os.getpid()}-{attempt}.journal")
            try:
                self.file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
                break
            except FileExistsError:
                continue
        self._waiting.insert(0, HEADER)
        self.flush()

    def record(self, record):
        """Adds a record: a dictionary with kind, step and time."""
        try:
            text = _json.encode(record)
        except (ValueError, TypeError):
            text = _json.encode(tidy(record))
        self.payload(b"\x01" + text.encode())

    def scalars(self, step, seconds, values):
        """A point of the curves, the record of every step: put together by hand, as `record` would."""
        parts = []
        for name, value in values.items():
            value = number(value)
            label = _labels.get(name)
            if label is None:
                label = _labels[name] = _json.encode(name) + ":"
            parts.append(label + (repr(value) if type(value) is float else f'"{value}"'))
        text = f'{{"kind":"scalars","step":{step},"time":{seconds!r},"values":{{{",".join(parts)}}}}}'
        self.payload(b"\x01" + text.encode())

    def payload(self, payload):
        if self.full is not None or len(payload) > MAX_PAYLOAD:
            return
        self._sequence += 1
        sequence = _u32.pack(self._sequence)
        crc = zlib.crc32(payload, zlib.crc32(sequence))
        self._waiting.append(_frame.pack(len(payload), self._sequence, crc))
        self._waiting.append(payload)
        if self.file is not None and time.perf_counter() >= self._due:
            self.flush()

    def flush(self):
        """Hands everything to the kernel. A full disk ends the journal, not the training."""
        if self.file is None or not self._waiting or self.full is not None:
            return
        data = b"".join(self._waiting)
        self._waiting.clear()
        try:
            while data:
                data = data[os.write(self.file, data) :]
        except OSError as error:
            self.full = f"{error.strerror or error}"
        self._due = time.perf_counter() + PATIENCE

    def close(self):
        self.flush()
        if self.file is not None:
            os.close(self.file)
            self.file = None

    def forget(self):
        """After a fork: the parent's records are the parent's."""
        if self.file is not None:
            os.close(self.file)
        self.__init__()
