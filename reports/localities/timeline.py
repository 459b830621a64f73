"""What became of a locality, newest first: where it lay, what it was merged with, who answered for it."""

from collections import Counter
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Assignment, Lineage
from assignments.models.place import PATH_SEPARATOR
from assignments.scope import reach_of
from cadrenet.periods import ONE_DAY
from reports.localities.queries import ever_below, lineage_of

# A district may have a hundred: the page shows the latest, the list of assignments has all.
EVENTS_SHOWN = 15


def timeline(locality, places, assignments, user, until, lineage):
    """Return the events of a locality up to a day, as ``components/timeline.html`` prints them, newest first.

    ``places`` are all places of the locality in order of days, ``assignments`` those that the reader may see, in
    order of first days, ``lineage`` is ``all_lineage()``.
    """
    found = [
        *of_places(places),
        *of_children(locality),
        *of_lineage(locality, user, lineage),
        *of_assignments(assignments),
    ]
    shown = [event for event in found if event["day"] <= until]
    return sorted(shown, key=lambda event: event["day"], reverse=True)[:EVENTS_SHOWN]


def event(day, text, **more):
    return {"day": day, "text": text, **more}


def of_places(places):
    """Yield its beginning and end, and what changed in between: name, type, and what it lies in."""
    for before, after in zip([None, *places], [*places, None], strict=True):
        if before is None:
            if after.begins:
                yield event(after.first_day, _("It comes about: %(path)s") % {"path": after.full_path})
        elif after is None:
            if before.ends:
                yield event(before.last_day, _("Its last day"))
        else:
            if before.last_day + ONE_DAY < after.first_day:
                yield event(before.last_day, _("Its last day for some time"))
            yield from changed(before, after)


def changed(before, after):
    """Yield what is different between one place of a locality and the next."""
    day = after.first_day
    if before.name != after.name:
        yield event(day, _("%(before)s is now called %(after)s") % {"before": before.name, "after": after.name})
    if before.type_id != after.type_id:
        yield event(
            day,
            _("From now on of the type “%(after)s”, before “%(before)s”")
            % {"before": before.type.name, "after": after.type.name},
        )
    if before.parent_id != after.parent_id:
        yield event(
            day,
            _("Moves from %(before)s to %(after)s") % {"before": before.above or "–", "after": after.above or "–"},
        )
    elif before.path != after.path:
        yield event(day, _("Now lies in %(path)s") % {"path": after.above})


def of_children(locality):
    """Yield how many localities came to lie directly in it, and how many left it for another."""
    came, went, last = Counter(), Counter(), None
    for place in ever_below(locality.pk):
        if last and last.locality == place.locality and last.parent != place.parent:
            if place.parent == locality.pk:
                came[place.first_day, last.path.rpartition(PATH_SEPARATOR)[2]] += 1
            elif last.parent == locality.pk:
                went[place.first_day, place.path.rpartition(PATH_SEPARATOR)[2]] += 1
        last = place
    for (day, name), number in came.items():
        text = ngettext("%(number)s locality comes from %(name)s", "%(number)s localities come from %(name)s", number)
        yield event(day, text % {"number": number, "name": name})
    for (day, name), number in went.items():
        text = ngettext("%(number)s locality goes to %(name)s", "%(number)s localities go to %(name)s", number)
        yield event(day, text % {"number": number, "name": name})


def of_lineage(locality, user, lineage):
    """Yield mergers and splits, as far as the reader may see both sides."""
    if not any(locality.pk in pair.values() for pair in lineage):
        return
    for row in lineage_of(reach_of(user), locality.pk):
        here = row.predecessor_id == locality.pk
        other = row.successor if here else row.predecessor
        if row.kind == Lineage.Kind.MERGE:
            text = _("Merged into %(name)s") if here else _("%(name)s is merged into it")
        else:
            text = _("%(name)s is split off from it") if here else _("Split off from %(name)s")
        yield event(
            row.effective_on,
            text % {"name": other.name},
            url=reverse("reports:locality", args=[other.pk]),
            decision=row.decision_number,
        )


def of_assignments(assignments):
    """Yield who came to answer for it, instead of whom and why, and who ended without anybody following."""
    for row in assignments:
        if row.first_day and not follows_self(row, assignments):
            yield event(row.first_day, beginning(row, assignments), decision=row.decision_number)
        if row.last_day and not followed(row, assignments):
            reason = row.get_end_reason_display()
            text = (
                _("The assignment of %(name)s ends: %(reason)s") if reason else _("The assignment of %(name)s ends")
            )
            yield event(row.last_day, text % {"name": row.cadre.full_name, "reason": reason})


def beginning(row, assignments):
    """One sentence about somebody who begins."""
    before = next((old for old in neighbours(row, assignments) if old.cadre_id != row.cadre_id), None)
    names = {"name": row.cadre.full_name, "previous": before.cadre.full_name if before else ""}
    if before and before.end_reason:
        names["reason"] = before.get_end_reason_display()
        return _("%(name)s takes over from %(previous)s (%(reason)s)") % names
    if before:
        return _("%(name)s takes over from %(previous)s") % names
    if row.role == Assignment.Role.HEAD:
        return _("%(name)s becomes group head") % names
    if row.role == Assignment.Role.SUPPORT:
        return _("%(name)s comes to support the group") % names
    return _("%(name)s comes to be in charge") % names


def neighbours(row, assignments):
    """Assignments in the same role that end on the day before one begins."""
    return [
        old
        for old in assignments
        if old.last_day and old.last_day + ONE_DAY == row.first_day and old.role == row.role
    ]


def follows_self(row, assignments):
    """Whether the same cadre answered for it until the day before: the paper is new, the person is not."""
    return any(old.cadre_id == row.cadre_id for old in neighbours(row, assignments))


def followed(row, assignments):
    """Whether somebody begins in the same role on the day after."""
    day = row.last_day + ONE_DAY if row.last_day < date.max else None
    return any(new.first_day == day and new.role == row.role for new in assignments)
