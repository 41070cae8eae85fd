"""Which shapes and dtypes the user's lines had: facts for whoever reads the code.

Calls of torch are seen in traced steps, layers in all that are sampled. A line keeps what it had first and few others.
"""

from tensorwright.places import as_fact

MOST_LINES = 2000
MOST_OF_LINE = 8
# Times that a run writes what it saw: a shape that is another in each step is not told each time.
MOST_RECORDS = 8


class Seen:
    """What one process saw, by line and by what was called there."""

    def __init__(self, watcher):
        self.watcher = watcher
        self.lines = {}
        self._new = False
        self._records = 0

    def note(self, place, name, tensor):
        """A call that gave a tensor, or a layer that did, where it was made or called."""
        if place is None:
            return
        here = self.lines.get(place)
        if here is None:
            if len(self.lines) >= MOST_LINES:
                return
            here = self.lines[place] = []
        fact = (name, tuple(tensor.shape), tensor.dtype)
        if fact not in here and len(here) < MOST_OF_LINE:
            here.append(fact)
            self._new = True

    def write(self):
        """Writes everything once more where there is something new; the last record counts."""
        if not self._new or self._records >= MOST_RECORDS:
            return
        self._new = False
        self._records += 1
        self.watcher.event(
            "seen",
            lines=[
                {
                    **as_fact(place),
                    "tensors": [
                        {"name": name, "shape": list(shape), "type": str(dtype).replace("torch.", "")}
                        for name, shape, dtype in here
                    ],
                }
                for place, here in self.lines.items()
            ],
        )
