"""What is counted of meetings and of who came: each count by its name, for figures and for the lists behind them."""

from django.db.models import F, Q

from meetings.models import Attendance, Kind, Meeting

# A meeting that was not held is due only while its locality exists: what had been planned beyond the end is due to
# nobody. An agency's meeting has no place, and no such end.
_while_it_exists = Q(status=Meeting.Status.HELD) | Q(place=None) | Q(place__last_day__gte=F("day"))
# Of the meetings of localities.
MEETINGS: dict[str, Q] = {
    "due": ~Q(status=Meeting.Status.CANCELLED) & _while_it_exists,
    "held": Q(status=Meeting.Status.HELD),
    "not_held": Q(status=Meeting.Status.NOT_HELD) & _while_it_exists,
    "planned": Q(status=Meeting.Status.PLANNED),
}
# Held meetings of which it is known how many households there are and how many came.
HOUSEHOLDS_KNOWN = MEETINGS["held"] & Q(households_total__isnull=False, households_represented__isnull=False)

_good = Meeting.Quality.GOOD.value
_rated = {criterion: ~Q(**{f"quality_{criterion}": ""}) for criterion in ("organisation", "content", "time")}
_held_by_cells = Q(kind=Kind.CELL.value) & MEETINGS["held"]
# Of the held meetings of cells: how they were by the three criteria (R14), and whether there was feedback on the
# programme (R56). What nobody has judged is in no share.
CELLS: dict[str, Q] = {
    "held": _held_by_cells,
    "rated": _held_by_cells & _rated["organisation"] & _rated["content"] & _rated["time"],
    "good": _held_by_cells & Q(quality_organisation=_good, quality_content=_good, quality_time=_good),
    **{f"{criterion}_rated": _held_by_cells & condition for criterion, condition in _rated.items()},
    **{f"{criterion}_good": _held_by_cells & Q(**{f"quality_{criterion}": _good}) for criterion in _rated},
    "feedback": _held_by_cells & Q(programme_feedback=True),
}

_expected = Q(expected=True)
# Of the rows of held meetings. The four after "expected" add up to it; a guest is in no rate.
ATTENDANCE: dict[str, Q] = {
    "expected": _expected,
    "present": _expected & Q(status=Attendance.Status.PRESENT),
    "excused": _expected & Q(status=Attendance.Status.EXCUSED),
    "absent": _expected & Q(status=Attendance.Status.ABSENT),
    "unrecorded": _expected & Q(status=Attendance.Status.UNRECORDED),
    "guest": Q(expected=False, status=Attendance.Status.PRESENT),
}
