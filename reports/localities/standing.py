"""Where a locality stood on the day of its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assignments.models import Place, User
from assignments.scope import reach_of
from assignments.visibility import can_see_place


@dataclass
class Standing:
    """Where a locality stood, as the page shows it: on the day asked for, or on the nearest one that can be shown.

    ``why`` says why it is another day: "ended", "elsewhere" (it has left the reader's part of the tree), or "later"
    (it did not exist yet, or lay elsewhere).
    """

    place: Place
    day: date
    asked: date
    why: str = ""

    @property
    def seen_on(self) -> date:
        """The day up to which the page looks: what outlives a locality counts where it last stood."""
        return self.asked if self.why == "ended" else self.day


def standing(places: Sequence[Place], day: date, user: User) -> Standing | None:
    """Return the ``Standing`` of a locality whose places are given in order of days; None where none is in sight.

    Where it will only come into sight on a day to come, it is not in sight yet.
    """
    seen = [place for place in places if can_see_place(place, user)]
    if not seen or seen[0].counts_from > reach_of(user).day:
        return None
    before = [place for place in seen if place.first_day <= day]
    if not before:
        return Standing(seen[0], seen[0].first_day, day, "later")
    place = before[-1]
    if day <= place.last_day:
        return Standing(place, day, day)
    exists = any(other.first_day <= day <= other.last_day for other in places)
    return Standing(place, place.last_day, day, "elsewhere" if exists else "ended")
