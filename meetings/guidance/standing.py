"""How an item of guidance stands: place by place, by commune, in four figures, and in words to be sent on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from assignments.models import Place, Tier, User
from cadrenet.templatetags.figures import day as written
from meetings.guidance.queries import next_meetings, passed_on, places_of, unit_above, who_answers
from meetings.models import Guidance, PassedOn

# So many names stand in one line or one message; beyond that people open the list.
NAMES_AT_MOST = 12


class Show(TextChoices):
    """Which places a list holds; each is a figure of the item's page."""

    PASSED = "passed", pgettext_lazy("guidance", "Passed on")
    LEFT = "left", pgettext_lazy("guidance", "Not yet")
    LATE = "late", gettext_lazy("Will miss the date")
    NOBODY = "nobody", gettext_lazy("Nobody to pass it on")


@dataclass
class Line:
    """One place: how the item was passed on there, or when that may be, and by whom."""

    place: Place
    passed: list[PassedOn]
    next_day: date | None
    names: list[str]
    due_on: date | None

    @property
    def is_passed(self) -> bool:
        """Whether it was passed on."""
        return bool(self.passed)

    @property
    def first(self) -> PassedOn | None:
        """How it was passed on the first time."""
        return self.passed[0] if self.passed else None

    @property
    def is_late(self) -> bool:
        """Whether no meeting is planned there by the day by which it is to be passed on."""
        if self.is_passed or self.due_on is None:
            return False
        return self.next_day is None or self.next_day > self.due_on

    @property
    def is_nobody(self) -> bool:
        """Whether it is still to be passed on, and nobody answers for the place."""
        return not (self.is_passed or self.names)

    @property
    def state(self) -> str:
        """Where it stands in words, for a file."""
        return str(Show.PASSED.label if self.is_passed else Show.LEFT.label)

    def is_shown(self, show: str) -> bool:
        """Whether the list of a figure holds it."""
        return {
            Show.PASSED: self.is_passed,
            Show.LEFT: not self.is_passed,
            Show.LATE: self.is_late,
            Show.NOBODY: self.is_nobody,
        }.get(Show(show) if show in Show.values else None, True)


@dataclass
class Unit:
    """A commune, or what else is next above the places, with its places."""

    tier: Tier
    locality_id: int
    name: str
    above: str
    names: list[str]
    lines: list[Line] = field(default_factory=list)

    @property
    def left(self) -> list[Line]:
        """Places where it was not passed on yet."""
        return [line for line in self.lines if not line.is_passed]

    @property
    def passed(self) -> int:
        """At how many places it was passed on."""
        return len(self.lines) - len(self.left)

    @property
    def next_day(self) -> date | None:
        """The next meeting at any place where it was not passed on yet."""
        return next_of(self.left)

    @property
    def names_left(self) -> str:
        """The places left, as many as one reads in a line."""
        return named(self.left)


def next_of(lines: Iterable[Line]) -> date | None:
    """Return the first of the next meetings of some places."""
    return min((line.next_day for line in lines if line.next_day), default=None)


def named(lines: list[Line]) -> str:
    """Return the names of some places, as many as one reads in a line."""
    return listed([line.place.name for line in lines])


def named_with_units(lines: list[Line]) -> str:
    """Return the names of some places, each with what it lies in, as many as one reads in a line."""
    return listed([f"{line.place.name}, {unit_above(line.place)[2]}" for line in lines], "; ")


def by_unit(lines: list[Line]) -> str:
    """Return the names of some places of one commune, or of several communes with how many places lie in each."""
    units = Counter(unit_above(line.place)[2] for line in lines)
    if len(units) <= 1:
        return named(lines)
    return listed([f"{unit} ({number})" for unit, number in units.most_common()])


def listed(names: list[str], between: str = ", ") -> str:
    """Return as many names as one reads in a line, and how many more there are."""
    said, more = between.join(names[:NAMES_AT_MOST]), len(names) - NAMES_AT_MOST
    return _("%(names)s and %(number)s more") % {"names": said, "number": more} if more > 0 else said


class Standing:
    """How an item stands as far as a user sees it. Five queries, whatever there is."""

    def __init__(self, item: Guidance, user: User, day: date) -> None:
        self.item, self.user, self.day = item, user, day

    @cached_property
    def lines(self) -> list[Line]:
        """Every place at which it is to be passed on, by where it lies."""
        places = places_of(self.item, self.user, self.day)
        found = list(places.order_by("path", "sort_key", "pk"))
        passed, ahead = passed_on(self.item), next_meetings(places, self.day)
        return [
            Line(
                place,
                passed.get(place.locality_id, []),
                ahead.get(place.locality_id),
                self.names.get(place.locality_id, []),
                self.item.due_on,
            )
            for place in found
        ]

    @cached_property
    def names(self) -> dict[int, list[str]]:
        """Who answers for each place, and for what these lie in."""
        places = places_of(self.item, self.user, self.day)
        above = set(places.order_by().values_list("commune", flat=True)) - {None}
        if self.item.tier == Tier.COMMUNE:
            above = set(places.order_by().values_list("parent", flat=True)) - {None}
        return who_answers(places, above, self.user, self.day)

    @cached_property
    def units(self) -> list[Unit]:
        """The communes of these places, most left first; those of one number by where they lie."""
        found: dict[int, Unit] = {}
        for line in self.lines:
            tier, locality, name = unit_above(line.place)
            if locality not in found:
                above = [step[2] for step in line.place.chain if step[0].rank < tier.rank]
                found[locality] = Unit(tier, locality, name, above[-1] if above else "", self.names.get(locality, []))
            found[locality].lines.append(line)
        return sorted(found.values(), key=lambda unit: -len(unit.left))

    def shown(self, show: str = "", unit: int | None = None) -> list[Line]:
        """Return the places behind a figure, of one commune or of all."""
        lines = self.lines
        if unit is not None:
            lines = [line for line in lines if unit in (id for _tier, id, _name in line.place.steps)]
        return [line for line in lines if line.is_shown(show)]

    @property
    def meetings(self) -> int:
        """At how many meetings it was passed on."""
        return len({row.meeting_id for line in self.lines for row in line.passed if row.meeting_id})

    def reminder(self, lines: list[Line]) -> str:
        """Return what may be sent to those who are still to pass it on at some places; empty where none is left."""
        left = [line for line in lines if not line.is_passed]
        if not left:
            return ""
        words: dict[str, Any] = {
            "document": self.item.document,
            "number": len(left),
            "places": by_unit(left),
        }
        sentences = [
            ngettext(
                "%(document)s is still to be passed on at %(number)s place: %(places)s.",
                "%(document)s is still to be passed on at %(number)s places: %(places)s.",
                len(left),
            )
            % words
        ]
        if next_day := next_of(left):
            sentences.append(_("Next meeting: %(day)s.") % {"day": written(next_day)})
        sentences.append(_("Those in charge are asked to pass it on and to record it with the meeting."))
        if self.item.due_on:
            sentences.append(_("Due %(day)s.") % {"day": written(self.item.due_on)})
        return " ".join(sentences)
