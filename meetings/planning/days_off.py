"""Days off: what the calendar of the office says, and for years of which it says nothing yet, what a library does.

The library knows the lunar New Year as Vietnam counts it. It does not know what is announced a week before (a Friday
off for a Saturday worked), so it only proposes: an administrator confirms each year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from holidays.version import __version__ as version

from cadrenet.periods import ONE_DAY
from meetings.models import Holiday

SATURDAY = 5
# The names of days are stored, so they are in the language of the office and not of whoever looks first.
WORKED_INSTEAD = "Ngày làm bù"
# Kept with what is proposed, for whoever confirms it.
SOURCE = f"holidays {version}"


@dataclass(frozen=True)
class Proposal:
    """A day of a year as the library knows it."""

    day: date
    name: str
    kind: str


@lru_cache(16)
def proposed(year: int) -> tuple[Proposal, ...]:
    """Return the days off of a year, and the weekend days worked instead, in order; commemorations are none."""
    # Each year by itself: asked for one, the library adds a neighbour where a day off is carried over.
    calendar = holidays.country_holidays("VN", years=year, language="vi", expand=False)
    off = [Proposal(day, name, Holiday.Kind.OFF.value) for day, name in calendar.items() if day.year == year]
    worked = [
        Proposal(day, WORKED_INSTEAD, Holiday.Kind.WORKING.value)
        for day in calendar.weekend_workdays
        if day.year == year
    ]
    return tuple(sorted(off + worked, key=lambda row: row.day))


@dataclass(frozen=True)
class DaysOffTogether:
    """Days off that follow each other, with weekends between them, and what the day that was asked for is called."""

    name: str
    first_day: date
    last_day: date


class DaysOff:
    """The days off of some years, in memory."""

    def __init__(self, rows: Iterable[Holiday | Proposal], unconfirmed: Iterable[int] = ()) -> None:
        self.names: dict[date, str] = {}
        self.worked: set[date] = set()
        for row in rows:
            if row.kind == Holiday.Kind.OFF:
                self.names[row.day] = row.name
            else:
                self.worked.add(row.day)
        # Years whose days are the library's, or have not all been confirmed.
        self.unconfirmed = sorted(unconfirmed)

    @classmethod
    def between(cls, first_day: date, last_day: date) -> "DaysOff":
        """Read the days off of the years from one day to another."""
        years = range(first_day.year, last_day.year + 1)
        stored: dict[int, list[Holiday]] = {year: [] for year in years}
        for row in Holiday.objects.of_years(years[0], years[-1]):
            stored[row.day.year].append(row)
        rows: list[Holiday | Proposal] = []
        for year, known in stored.items():
            rows += known or proposed(year)
        unconfirmed = [
            year for year, known in stored.items() if not known or any(row.confirmed_at is None for row in known)
        ]
        return cls(rows, unconfirmed)

    def covers(self, day: date) -> bool:
        """Return whether a day is off. A weekend is not off by itself, but between two days off it is."""
        return day in self.names or self._between(day)

    def _between(self, day: date) -> bool:
        if not self._plain_weekend(day):
            return False
        before = after = day
        while self._plain_weekend(before):
            before -= ONE_DAY
        while self._plain_weekend(after):
            after += ONE_DAY
        return before in self.names and after in self.names

    def _plain_weekend(self, day: date) -> bool:
        return day.weekday() >= SATURDAY and day not in self.worked and day not in self.names

    def next_day(self, day: date) -> date:
        """Return a day, or where it is off, the next one that is not."""
        while self.covers(day):
            day += ONE_DAY
        return day

    def around(self, day: date) -> DaysOffTogether | None:
        """Return the days off of which a day is one, or None."""
        if not self.covers(day):
            return None
        first = last = day
        while self.covers(first - ONE_DAY):
            first -= ONE_DAY
        while self.covers(last + ONE_DAY):
            last += ONE_DAY
        named = day
        while named not in self.names:
            named -= ONE_DAY
        own = self.names[named]
        # “Giao thừa Tết Nguyên Đán” is a day of “Tết Nguyên Đán”, which is what people call all of them.
        shared = {name for known, name in self.names.items() if first <= known <= last and name in own}
        return DaysOffTogether(min(shared, key=len), first, last)
