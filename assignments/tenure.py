"""How long people serve where: the row of an assignment, and tenure joined over periods and through mergers (R39)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, F, OuterRef, Subquery, Value, When

from assignments.models import Assignment, Cadre, Lineage, Locality, Place
from assignments.queries import visible_keys
from cadrenet.periods import months_between

ONE_DAY = timedelta(days=1)


def with_moment(assignments, day):
    """Annotate ``moment``: a day, or the day of each assignment that is nearest to it."""
    return assignments.annotate(
        moment=Case(
            When(last_day__lt=day, then=F("last_day")),
            When(first_day__gt=day, then=F("first_day")),
            default=Value(day),
        )
    )


def stood_at_moment():
    """Places in which the localities of assignments with a ``moment`` then stood, for a subquery."""
    return Place.objects.counting_on(OuterRef("moment")).filter(locality=OuterRef("locality"))


def with_place(assignments):
    """Annotate ``stood``: the id of the place at each assignment's ``moment``."""
    return assignments.annotate(stood=Subquery(stood_at_moment().values("pk")[:1]))


def served_since(assignments):
    """Return {assignment id: first day of the unbroken time at that place}. Two queries.

    Consecutive periods of one cadre at one place are joined, also where the place came out of another by a merger
    or a split: whoever served one of its predecessors up to the day before goes on serving. None where the time has
    no known beginning.
    """
    pairs = {(assignment.cadre_id, assignment.locality_id) for assignment in assignments}
    origins = origins_of({locality for _cadre, locality in pairs})
    places = set().union(*origins.values()) if origins else set()
    periods = defaultdict(list)
    rows = Assignment.objects.filter(cadre__in={cadre for cadre, _locality in pairs}, locality__in=places)
    for cadre, locality, first_day, last_day in rows.order_by().values_list(
        "cadre", "locality", "first_day", "last_day"
    ):
        periods[cadre, locality].append((first_day or date.min, last_day or date.max))
    return {
        assignment.pk: unbroken(
            [
                period
                for locality in origins[assignment.locality_id]
                for period in periods[assignment.cadre_id, locality]
            ],
            assignment.first_day,
        )
        for assignment in assignments
    }


def origins_of(localities):
    """Return {locality id: ids of itself and of all that it came out of, step by step}. One query."""
    # All there are: mergers and splits are few beside localities, and a chain of them is not one join.
    came_from = defaultdict(set)
    for predecessor, successor in Lineage.objects.order_by().values_list("predecessor", "successor"):
        came_from[successor].add(predecessor)
    found = {}
    for locality in localities:
        found[locality], ahead = set(), {locality}
        while ahead:
            found[locality] |= ahead
            ahead = set().union(*(came_from[id] for id in ahead if id in came_from)) - found[locality]
    return found


def unbroken(periods, first_day):
    """Return the first day of the periods that lead to a day without a gap; None where they have no beginning."""
    start = first_day or date.min
    for first, last in sorted(periods, reverse=True):
        if first < start <= min(last, date.max - ONE_DAY) + ONE_DAY:
            start = first
    return None if start == date.min else start


@dataclass
class Served:
    """An assignment as a row shows it: where its locality stood, since when, and for how many months."""

    assignment: Assignment
    place: Place | None
    since: date | None
    until: date
    locality_visible: bool = True

    @property
    def months(self):
        """Whole months served up to the day, or to the last one; None before the first or without a beginning."""
        if self.since is None or self.until < self.since:
            return None
        return months_between(self.since, self.until)

    @property
    def where(self):
        """The name of the locality with its chain, as it then stood."""
        return self.place.full_path if self.place else self.assignment.locality.code


def served(assignments, day, user):
    """Return a ``Served`` for each of some assignments that ``with_place`` has annotated. Three queries."""
    assignments = list(assignments)
    places = Place.objects.select_related("locality", "type").in_bulk([row.stood for row in assignments if row.stood])
    since = served_since(assignments)
    visible = visible_keys(Locality, user, [row.locality_id for row in assignments])
    return [
        Served(row, places.get(row.stood), since[row.pk], min(row.last_day or day, day), row.locality_id in visible)
        for row in assignments
    ]


@dataclass
class Holding:
    """A cadre with the assignments in force that a reader may see (``Served``)."""

    cadre: Cadre
    held: list

    @property
    def words(self):
        """The assignments, for a cell of a file."""
        return "; ".join(f"{row.assignment.get_role_display()}: {row.where}" for row in self.held)

    @property
    def number(self):
        """How many assignments are in force."""
        return len(self.held)


def holding(cadres, day, user):
    """Return a ``Holding`` for each of some cadres, with what they hold on a day. Four queries."""
    cadres = list(cadres)
    rows = Assignment.objects.visible_to(user).on(day).filter(cadre__in=cadres)
    rows = with_place(with_moment(rows, day)).select_related("locality").order_by("locality__code", "pk")
    held = defaultdict(list)
    for row in served(rows, day, user):
        held[row.assignment.cadre_id].append(row)
    return [Holding(cadre, held[cadre.pk]) for cadre in cadres]
