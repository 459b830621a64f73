"""Ratios that hold on a machine that others use too: two things timed in turn, and a gate against noise.

Fixed work is timed on every core before and after each pair. A pair counts only when the fixed work took at most
``NOISE`` times its best: what is measured while somebody else computes says nothing.
"""

import multiprocessing
import os
import time
from dataclasses import dataclass
from statistics import median

NOISE = 1.15
PAIRS = 31
SECONDS = 120
# Fewer quiet pairs than this, and the ratio is a hint and no result.
ENOUGH = 11


@dataclass
class Comparison:
    """Two things timed in turn, in milliseconds: what is measured, and what it is measured against."""

    ours: float
    reference: float
    kept: int
    run: int

    @property
    def ratio(self):
        """How many times as long as the reference."""
        return self.ours / self.reference

    @property
    def sound(self):
        """Whether the machine was quiet for enough of the pairs."""
        return self.kept >= ENOUGH

    def __str__(self):
        text = (
            f"{self.ours:8.2f} ms : {self.reference:8.2f} ms = {self.ratio:5.2f}  ({self.kept} of {self.run} pairs)"
        )
        return text if self.sound else f"{text} NOISY, measure again"


class Gate:
    """Fixed work on every core at once; how long the slowest took tells how quiet the machine is."""

    def __enter__(self):
        self.cores = os.cpu_count()
        self.pool = multiprocessing.get_context("spawn").Pool(self.cores)
        self.best = min(self() for _ in range(50))
        return self

    def __exit__(self, *error):
        self.pool.terminate()

    def __call__(self):
        return max(self.pool.map(fixed_work, [None] * self.cores, chunksize=1))


def fixed_work(_):
    """Return how long some work took that is always the same."""
    started = time.perf_counter()
    total = 0
    for number in range(250_000):
        total += number * number % 7
    return time.perf_counter() - started


def compare(ours, reference, gate, pairs=PAIRS, seconds=SECONDS):
    """Time two functions in turn until enough pairs were quiet, or time is up, and return a ``Comparison``."""
    ours(), reference()
    found, before, until = [], gate(), time.monotonic() + seconds
    while time.monotonic() < until:
        took = timed(ours), timed(reference)
        after = gate()
        found.append((max(before, after), *took))
        before, gate.best = after, min(gate.best, after)
        quiet = [pair for pair in found if pair[0] <= NOISE * gate.best]
        if len(quiet) >= pairs:
            break
    # With too few quiet pairs the others must do; the comparison says so.
    counted = quiet if len(quiet) >= ENOUGH else sorted(found)[: max(ENOUGH, len(found) // 4)]
    return Comparison(
        median(pair[1] for pair in counted) * 1000, median(pair[2] for pair in counted) * 1000, len(quiet), len(found)
    )


def timed(function):
    """Return how many seconds a call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started
