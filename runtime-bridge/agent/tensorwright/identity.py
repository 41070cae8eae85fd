"""A table of objects that live elsewhere: by which object it is, whatever its class says of equality and hashes."""

import weakref
from collections.abc import MutableMapping


class WeakTable(MutableMapping):
    """As weakref.WeakKeyDictionary, but two keys are the same only where they are one object; none is ever hashed."""

    def __init__(self):
        self._entries = {}

    def __setitem__(self, key, value):
        entries, number = self._entries, id(key)
        entries[number] = (weakref.ref(key, lambda _: entries.pop(number, None)), value)

    def get(self, key, default=None):
        entry = self._entries.get(id(key))
        return entry[1] if entry is not None and entry[0]() is key else default

    def __getitem__(self, key):
        entry = self._entries.get(id(key))
        if entry is None or entry[0]() is not key:
            raise KeyError(type(key).__name__)
        return entry[1]

    def __contains__(self, key):
        return id(key) in self._entries and self._entries[id(key)][0]() is key

    def __delitem__(self, key):
        del self._entries[id(key)]

    def __iter__(self):
        """The keys that live, as they are now: the table may change meanwhile."""
        return iter([key for reference, _ in list(self._entries.values()) if (key := reference()) is not None])

    def __len__(self):
        return len(self._entries)
