"""Which steps are looked at closely: many at the start, then as many as the budget pays for."""

import os
import time

# Share of the run's time that watching may take after the start, in all.
BUDGET = 0.04
# Parts of the budget: looks at tensors, and the gradient's norm between them. The rest is for what can't be measured:
# calls that go through a trace, caches that the training finds cold.
LOOKS, NORMS = 0.55, 0.15
# Seconds that the first looks may take whatever the share is.
START = 0.12
LONGEST_GAP = 200
MOST_WITHOUT_NORM = 50


class Sampler:
    """Decides after each step whether the next one is sampled. All times in seconds."""

    def __init__(self, budget=None):
        if budget is None:
            budget = float(os.environ.get("TENSORWRIGHT_BUDGET", BUDGET))
        self.budget = max(1e-4, budget)
        # Who pays less altogether pays less at the start.
        self.start = START * min(1.0, self.budget / BUDGET)
        self.active = True
        self.spent = 0.0
        self.cost = 0.0
        self.plain = 0.0
        self.samples = 0
        self._since = 0
        self._forced = 0
        self._loaded = 0.0

    def pay(self, seconds):
        """Counts time spent inside the agent."""
        self.spent += seconds
        if self.active:
            self.cost_now += seconds

    cost_now = 0.0
    # Several processes look at the same steps, so that they can be compared.
    shared = False

    def step_done(self, step, seconds):
        """Called after each step; seconds: what the training's thread worked in it, the agent's work included. The time
        by the clock would say that a busy machine has time to spare."""
        if self.active:
            self.samples += 1
            # The first looks load code; that comes once and says nothing of the next.
            if self.samples == 2:
                self._loaded = self.spent
            self.cost = self.cost_now if self.cost == 0 else 0.7 * self.cost + 0.3 * self.cost_now
        elif seconds is not None:
            # An evaluation or a checkpoint in between makes no longer steps.
            self.plain = seconds if self.plain == 0 else 0.9 * self.plain + 0.1 * min(seconds, 1.25 * self.plain)
        self.cost_now = 0.0
        self._since = 0 if self.active else self._since + 1
        self.active = self._wanted(step + 1)

    def force(self, steps):
        """Samples the next steps whatever they cost: something is going wrong."""
        self._forced = max(self._forced, steps)

    def _wanted(self, step):
        if self.shared:
            return step <= 10 or step % 25 == 0
        if self._forced > 0:
            self._forced -= 1
            return True
        if self.spent - self._loaded < self.start and (step <= 10 or (step <= 40 and step % 2 == 0) or (step <= 200 and step % 5 == 0)):
            return True
        return self._since + 1 >= self.gap()

    def gap(self):
        """Steps from one sample to the next."""
        if step_free(self.plain):
            return 10
        return max(1, min(LONGEST_GAP, int(self.cost / (LOOKS * self.budget * self.plain)) + 1))

    def norm_gap(self, seconds):
        """Steps from one norm of all gradients to the next, where one takes so many seconds."""
        return 1 if step_free(self.plain) else min(MOST_WITHOUT_NORM, int(seconds / (NORMS * self.budget * self.plain)) + 1)


def step_free(seconds):
    """Whether nothing is known about the duration of a step."""
    return seconds <= 0


# Processor time of this thread: what a busy machine does in between is not our cost.
now = time.thread_time
clock = time.perf_counter
