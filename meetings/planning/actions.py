"""Patterns begun, changed and ended, and the meetings that follow from them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.models import Locality, User
from cadrenet.batches import chunks
from cadrenet.history import CHANGED, NEW, remember, sign_change
from cadrenet.periods import ONE_DAY, today
from cadrenet.races import lock
from meetings.actions import BY_PATTERN, meetings_changed
from meetings.models import Holiday, Meeting, Pattern
from meetings.planning.days_off import SOURCE, proposed
from meetings.planning.plan import DECIDED, MONTHS_AHEAD, Plan, plan_of, untouched
from meetings.rosters import keep_rosters_of

# So many localities are planned in one transaction: others can write in between.
LOCALITIES_AT_ONCE = 150
BATCH = 1000


@dataclass
class Planned:
    """How many meetings are new, changed and gone, and how many were left as somebody had made them."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    kept: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        return Planned(
            self.new + other.new, self.changed + other.changed, self.gone + other.gone, self.kept + other.kept
        )


def plan_meetings(
    localities: Iterable[int] | None = None,
    *,
    on: date,
    months: int = MONTHS_AHEAD,
    by: User | None = None,
    progress: Any = None,
) -> Planned:
    """Plan the meetings of all patterns, or of those of some localities, for the next months; return how many.

    Asked twice, the second time does nothing. ``on`` is today. Localities are planned some at a time, each time in a
    transaction of its own: what was planned stays, should the rest fail, and the next night goes on.
    """
    found = Pattern.objects.order_by("locality").values_list("locality", flat=True).distinct()
    keys = sorted(set(found) if localities is None else set(found).intersection(localities))
    steps = [keys[start : start + LOCALITIES_AT_ONCE] for start in range(0, len(keys), LOCALITIES_AT_ONCE)]
    planned = Planned()
    for some in progress(steps, _("Planning"), len(steps)) if progress else steps:
        planned += _plan_some(some, on, months, by)
    return planned


@transaction.atomic
def _plan_some(localities: list[int], on: date, months: int, by: User | None) -> Planned:
    # Whoever plans or changes the same patterns waits, and then finds what was planned here.
    lock(*(Locality(pk=key) for key in localities))
    _hold_untouched(localities, on)
    return _carry_out(plan_of(Pattern.objects.filter(locality__in=localities), today=on, months=months), by)


def _hold_untouched(localities: Collection[int], on: date) -> None:
    """Hold the meetings that planning may change: whoever moves or records one at this moment is waited for."""
    found = Meeting.objects.filter(locality__in=localities).filter(untouched(on))
    list(found.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _carry_out(plan: Plan, by: User | None) -> Planned:
    for meeting in plan.gone:
        sign_change(meeting, by=by, why=BY_PATTERN)
        meeting.delete()
    fields = [name.removesuffix("_id") for name in DECIDED]
    Meeting.objects.bulk_update(plan.changed, fields, batch_size=100)
    changed = [meeting.pk for meeting in plan.changed]
    remember(Meeting, changed, CHANGED, user=by, reason=BY_PATTERN, when=timezone.now())
    # Two may plan the same at once: the constraint answers, not a look beforehand.
    Meeting.objects.bulk_create(plan.new, batch_size=BATCH, ignore_conflicts=True)
    new: list[int] = []
    for codes in chunks(meeting.code for meeting in plan.new):
        new += Meeting.objects.filter(code__in=codes).values_list("pk", flat=True)
    remember(Meeting, new, NEW, user=by, reason=BY_PATTERN, when=timezone.now())
    keep_rosters_of([*new, *changed])
    return Planned(len(new), len(changed), len(plan.gone), len(plan.kept))


# --- Patterns ---------------------------------------------------------------------------------------------------


class Refused(Exception):
    """Nothing was changed. ``faults`` holds sentences by the key of the locality."""

    def __init__(self, faults: dict[int, list[str]]) -> None:
        super().__init__(faults)
        self.faults = faults


@transaction.atomic
def begin_patterns(patterns: Iterable[Pattern], *, by: User) -> list[Pattern]:
    """Begin some patterns, each at a locality of its own, all or none; return those that are new.

    What held at a locality for the same kind ends the day before; one that says the same already goes on. Raises
    ``Refused``.
    """
    patterns = list(patterns)
    lock(*(pattern.locality for pattern in patterns))
    faults: dict[int, list[str]] = {}
    new = []
    for pattern, ended in with_replaced(patterns):
        if ended is pattern:
            continue
        try:
            if ended is not None:
                sign_change(ended, by=by)
                ended.save()
            pattern.full_clean()
            sign_change(pattern, by=by)
            pattern.save()
        except ValidationError as error:
            faults[pattern.locality_id] = error.messages
            continue
        new.append(pattern)
    if faults:
        raise Refused(faults)
    return new


def with_replaced(patterns: Iterable[Pattern]) -> list[tuple[Pattern, Pattern | None]]:
    """Return each pattern that is to begin, with the one that it ends, ended in memory; with itself where it is held.

    One that begins on the same day or later is not ended: the new one is refused for it.
    """
    patterns = list(patterns)
    held: defaultdict[tuple[int, str], list[Pattern]] = defaultdict(list)
    for row in Pattern.objects.filter(locality__in=[pattern.locality_id for pattern in patterns]):
        held[row.locality_id, row.kind].append(row)
    found: list[tuple[Pattern, Pattern | None]] = []
    for pattern in patterns:
        first_day = pattern.first_day or date.min
        there = next((row for row in held[pattern.locality_id, pattern.kind] if row.holds_on(first_day)), None)
        if there is None or (there.first_day or date.min) >= first_day:
            same = there is not None and there.content == pattern.content and there.last_day == pattern.last_day
            found.append((pattern, pattern if same else None))
            continue
        if there.content == pattern.content and there.last_day == pattern.last_day:
            found.append((pattern, pattern))
            continue
        there.last_day = first_day - ONE_DAY
        found.append((pattern, there))
    return found


def change_pattern(pattern: Pattern, *, by: User, on: date) -> Planned:
    """Save what a pattern says, or its last day, and let its untouched meetings to come follow; return how many did.

    Raises ``ValidationError``.
    """
    with transaction.atomic():
        pattern.full_clean()
        sign_change(pattern, by=by)
        pattern.save()
        return plan_meetings([pattern.locality_id], on=on, by=by)


def follow_tree(sender: Any, localities: Iterable[int], **kwargs: Any) -> None:
    """After localities have moved, begun or ended, let the meetings of their patterns follow.

    What is untouched beyond an end goes. What somebody had changed there is cancelled: it is due to nobody. The
    signal says nothing of today, so this edge asks for the day.
    """
    if sender is not Locality:
        return
    touched = set(localities)
    found = set(Pattern.objects.order_by().values_list("locality", flat=True).distinct()) & touched
    if not found:
        return
    plan_meetings(found, on=today())
    beyond = Meeting.objects.beyond_the_end().filter(pattern__isnull=False, status=Meeting.Status.PLANNED)
    # Held before they are read: what somebody records of one at this moment is not written over.
    beyond = beyond.order_by("pk").select_for_update(of=("self",))
    cancelled = [meeting for meeting in beyond if meeting.locality_id in found]
    for meeting in cancelled:
        meeting.status = Meeting.Status.CANCELLED.value
        sign_change(meeting, why=_("The locality does not exist on that day."))
        meeting.save()
    meetings_changed(cancelled)


# --- Days off -----------------------------------------------------------------------------------------------------


def propose_days_off(years: Iterable[int]) -> int:
    """Add the days off of each year that has none yet, for the office to confirm; return how many rows are new."""
    added = 0
    for year in years:
        if Holiday.objects.of_years(year, year).exists():
            continue
        rows = [Holiday(day=row.day, name=row.name, kind=row.kind, source=SOURCE) for row in proposed(year)]
        Holiday.objects.bulk_create(rows, ignore_conflicts=True)
        keys = Holiday.objects.of_years(year, year).values_list("pk", flat=True)
        remember(Holiday, list(keys), NEW, user=None, reason=BY_PATTERN, when=timezone.now())
        added += len(rows)
    return added


@transaction.atomic
def confirm_days_off(rows: Iterable[Holiday], *, by: User, at: Any) -> int:
    """Confirm some days off; return how many were not confirmed before."""
    waiting = [row for row in rows if row.confirmed_at is None]
    for row in waiting:
        row.confirmed_by, row.confirmed_at = by, at
        sign_change(row, by=by)
        row.save()
    return len(waiting)
