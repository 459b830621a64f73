"""The date of a regular meeting in a month: day n, or the k-th weekday. Pure, and nothing else decides it.

No library: “day 31, else the last” is what RFC 5545 does not say plainly, and two rules need no language of rules.
"""

from calendar import monthrange
from datetime import date
from typing import NamedTuple

from cadrenet.periods import Month

# Of the weeks in which a weekday falls: the first to the fourth, and the last, be it the fourth or the fifth.
LAST = 5


class Rule(NamedTuple):
    """A day of the month, or a weekday (Monday is 0) and which of those in the month."""

    day_of_month: int | None = None
    week: int | None = None
    weekday: int | None = None

    def date_in(self, month: Month) -> date:
        """Return the date of a month. Where the month lacks the day, it is the month's last."""
        if self.day_of_month is not None:
            return date(month.year, month.number, min(self.day_of_month, month.last_day.day))
        if self.week is None or self.weekday is None:
            raise ValueError("A rule names a day of the month, or a weekday and which one.")
        starts_on, length = monthrange(month.year, month.number)
        first = 1 + (self.weekday - starts_on) % 7
        last = first + (length - first) // 7 * 7
        return date(month.year, month.number, last if self.week == LAST else first + 7 * (self.week - 1))
