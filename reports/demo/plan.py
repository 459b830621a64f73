"""What kind of district is wanted: how big, over which time, around which day."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from cadrenet.periods import Month, Quarter

SEED = 2130
FULL_SIZE = 21  # communes of the district on which all numbers in this package are measured
DISTRICT = "Huyện Cồn Lá"
# Localities plan their meetings about a month ahead.
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Plan:
    """One district to invent. The same plan gives the same rows, on every machine.

    ``prefix`` goes in front of every code, so that several districts fit into one database; ``quarters`` counts
    back from the running one, which is among them.
    """

    today: date
    seed: int = SEED
    quarters: int = 5
    communes: int = FULL_SIZE
    prefix: str = ""
    district: str = DISTRICT

    def __post_init__(self):
        if not 2 <= self.communes <= FULL_SIZE:
            raise ValueError(f"A district has 2 to {FULL_SIZE} communes, not {self.communes}.")
        if self.quarters < 1:
            raise ValueError("The running quarter is the least that can be asked for.")

    def random(self, *topic):
        """Return a stream of chance of its own, so that a change in one place leaves all others as they were."""
        return random.Random("/".join(map(str, (self.seed, self.prefix, *topic))))

    def scaled(self, number):
        """A number of the full-size district, for this one; never none at all."""
        return max(1, round(number * self.communes / FULL_SIZE))

    @cached_property
    def periods(self):
        """The quarters, the running one last."""
        found = [Quarter.of(self.today)]
        while len(found) < self.quarters:
            found.insert(0, found[0].previous)
        return found

    @cached_property
    def first_day(self):
        """The day on which the records begin."""
        return self.periods[0].first_day

    @cached_property
    def planned_until(self):
        """The last day for which meetings are planned."""
        return self.today + AHEAD

    @cached_property
    def months(self):
        """The months from the first day to the last planned one."""
        found = [Month.of(self.first_day)]
        while found[-1].last_day < self.planned_until:
            found.append(found[-1].next)
        return found

    @property
    def term_first_day(self):
        """The day from which most people serve: the start of a term, well before the records begin."""
        return date(self.first_day.year - 3, 3, 1)

    @property
    def closed_years(self):
        """The years that organisations are rated for: those of the records that are over, at least two."""
        first = min(self.first_day.year, self.today.year - 2)
        return list(range(first, self.today.year))

    def progress(self, day):
        """How far a day lies between the start of the records and today, from 0 to 1."""
        length = max((self.today - self.first_day).days, 1)
        return min(max((day - self.first_day).days / length, 0), 1)


def some_day(rng, first, last):
    return first + timedelta(days=rng.randint(0, max((last - first).days, 0)))
