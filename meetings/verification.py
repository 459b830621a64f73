"""What there is to verify of meetings and attendance (``cadrenet.verification``)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assignments.models import Place, Tier
from assignments.places import RightPlaceIndex
from assignments.verification import Places, PlacesOfFacts, without_locality
from cadrenet.periods import today
from cadrenet.verification import MISSING, SPARE, Apart, Check, Difference, Rule, batches, register
from meetings.models import (
    AGENCY_KINDS,
    KIND_TIERS,
    Attendance,
    ExpectationRule,
    Feedback,
    Guidance,
    Kind,
    Meeting,
    PassedOn,
    Pattern,
)
from meetings.models.feedback import of_no_cell
from meetings.models.guidance import not_issued_yet, of_another_place, of_another_tier, too_high
from meetings.models.meeting import lies_ahead
from meetings.rosters import Compared, compared, copy_from_meeting, keep_rosters_of, rows_of


class Rosters(Check):
    """Rows of attendance, against the rules and against what they repeat of their meeting as it should be.

    A row of whoever is expected may be missing, and one of whoever is not may be too many. Who is expected follows
    from places: that is looked at only once these are right.
    """

    is_derived = True

    def __init__(self) -> None:
        super().__init__(Attendance, "expected", "day", "held", "place", "area")

    def differences(self) -> Iterator[Difference]:
        index = RightPlaceIndex()
        places_are_right = next(Places().differences(), None) is None
        for meetings in batches(Meeting.objects.select_related("place")):
            for meeting in meetings:
                meeting.set_day()
                index.set_places(meeting)
            yield from self.of(meetings, places_are_right)

    def of(self, meetings: list[Meeting], places_are_right: bool) -> Iterator[Difference]:
        rows = rows_of(meetings)
        stored = {row.pk: values_of(row) for row in rows}
        found = compared(meetings, rows) if places_are_right else repeated(meetings, rows)
        for row in found.outdated:
            for column, was in stored[row.pk].items():
                if (right := values_of(row)[column]) != was:
                    yield Difference(Attendance, row.pk, column, was, right)
        for row in found.flipped:
            yield Difference(Attendance, row.pk, "expected", not row.expected, row.expected)
        for row in found.dropped:
            yield Difference(Attendance, row.pk, SPARE, row=row)
        for row in found.missing:
            yield Difference(Attendance, None, MISSING, row=row)

    def repair(self) -> None:
        for meetings in batches(Meeting.objects.select_related("place")):
            found = compared(meetings, rows_of(meetings))
            rows = [*found.outdated, *found.flipped, *found.dropped, *found.missing]
            # First what is repeated: to whoever keeps rosters another day means that the meeting was moved, and that
            # people have to be asked again.
            Attendance.objects.filter(pk__in=[row.pk for row in found.outdated]).point()
            keep_rosters_of({row.meeting_id for row in rows})


def repeated(meetings: list[Meeting], rows: list[Attendance]) -> Compared:
    """Compare rows of attendance with their meetings alone, whoever is expected."""
    by_key = {meeting.pk: meeting for meeting in meetings}
    return Compared(outdated=[row for row in rows if copy_from_meeting(row, by_key[row.meeting_id])])


def values_of(row: Attendance) -> dict[str, Any]:
    """Return what a row repeats of its meeting, by column."""
    return {"day": row.day, "held": row.held, "place": row.place_id, "area": row.area_id}


def of_wrong_tier() -> Q:
    """Return the condition that a meeting is of a locality of a tier that holds no meetings of this kind."""
    condition = Q(pk__in=[])
    for kind, tier in KIND_TIERS.items():
        condition |= Q(kind=kind) & ~Q(locality__tier=tier)
    return condition


def for_nothing_below() -> Q:
    """Return the condition that guidance is for a tier above the top of its part of the tree."""
    condition = Q(pk__in=[])
    for tier in Tier:
        condition |= Q(locality__tier=tier) & Q(tier__in=[other for other in Tier if other.above(tier)])
    return condition


def passed_on_where_nobody_asked() -> Any:
    """Return what was passed on at a locality that was never of its tier in its part of the tree."""
    below = Q(pk__in=[])
    for tier in Tier:
        below |= Q(**{tier.value: OuterRef("guidance__locality")})
    asked = Place.objects.filter(below, locality=OuterRef("locality"), tier=OuterRef("guidance__tier"))
    return PassedOn.objects.filter(~Exists(asked))


presences = Attendance.objects.filter(status=Attendance.Status.PRESENT)

register(
    Rule(
        Meeting,
        "locality",
        _("This kind of meeting belongs to another tier of locality."),
        lambda: Meeting.objects.filter(of_wrong_tier()),
    ),
    Rule(
        Meeting,
        "starts_at",
        lambda row: lies_ahead(today()),
        lambda: Meeting.objects.filter(status__in=Meeting.OVER, day__gt=today()),
    ),
    Rule(
        Meeting,
        "starts_at",
        _("The locality does not exist on that day."),
        lambda: without_locality(Meeting.objects.exclude(status__in=Meeting.TOOK_NO_PLACE)),
    ),
    Rule(
        Attendance,
        "status",
        _("Nobody can have come to a meeting that did not take place."),
        lambda: presences.filter(meeting__status__in=Meeting.TOOK_NO_PLACE),
    ),
    Rule(
        Attendance,
        "status",
        _("The meeting lies in the future: nobody can have come yet."),
        lambda: presences.filter(meeting__day__gt=today()),
    ),
    Rule(
        ExpectationRule,
        "kind",
        _("Nobody is expected at an agency's meeting by assignment."),
        lambda: ExpectationRule.objects.filter(kind__in=AGENCY_KINDS),
    ),
    Apart(
        ExpectationRule,
        "kind",
        "role",
        "tier",
        sentence=_("Another rule for this kind, role and tier holds on some of these days."),
    ),
    Rule(
        Pattern,
        "locality",
        _("This kind of meeting belongs to another tier of locality."),
        lambda: Pattern.objects.filter(of_wrong_tier()),
    ),
    Apart(
        Pattern,
        "locality",
        "kind",
        sentence=_("Another pattern for this kind of meeting holds here on some of these days."),
    ),
    Rule(
        Guidance,
        "tier",
        lambda row: too_high(),
        lambda: Guidance.objects.filter(for_nothing_below()),
    ),
    Rule(
        PassedOn,
        "meeting",
        lambda row: of_another_place(),
        lambda: PassedOn.objects.filter(meeting__isnull=False).exclude(meeting__locality=F("locality")),
    ),
    Rule(
        PassedOn,
        "day",
        lambda row: not_issued_yet(),
        lambda: PassedOn.objects.filter(
            Q(day__lt=F("guidance__issued_on")) | Q(meeting__day__lt=F("guidance__issued_on"))
        ),
    ),
    Rule(PassedOn, "locality", lambda row: of_another_tier(), passed_on_where_nobody_asked),
    Rule(
        Feedback,
        "meeting",
        lambda row: of_no_cell(),
        lambda: Feedback.objects.exclude(meeting__kind=Kind.CELL),
    ),
)
register(PlacesOfFacts(Meeting, "day", derive=Meeting.set_day), Rosters())
