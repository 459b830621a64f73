"""How long people serve where: the row of an assignment, and tenure joined over periods and through mergers (R39)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, Subquery, TextChoices, Value, When
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from assignments.models import Agency, Assignment, Cadre, Limit, Locality, Place, Tier
from assignments.models.posting import agency_on
from assignments.queries import visible_keys
from assignments.tenure.queries import all_lineage, periods_of
from cadrenet.figures import percent
from cadrenet.periods import ONE_DAY, months_between, starts_before, today


def with_moment(assignments, day):
    """Annotate ``moment``: a day, or the day of each assignment that is nearest to it.

    None lies ahead of both the day and today: what the tree is to become until then is not yet so.
    """
    known = Value(max(day, today()))
    return assignments.annotate(
        moment=Case(
            When(last_day__lt=day, then=F("last_day")),
            When(first_day__gt=day, then=Least(F("first_day"), known)),
            default=Value(day),
        )
    )


def stood_at_moment():
    """Places in which the localities of assignments with a ``moment`` then stood, for a subquery."""
    return Place.objects.standing_on(OuterRef("moment")).filter(locality=OuterRef("locality"))


def with_place(assignments):
    """Annotate ``stood``: the id of the place at each assignment's ``moment``."""
    return assignments.annotate(stood=Subquery(stood_at_moment().values("pk")[:1]))


def standing_within(assignments, locality):
    """Assignments with a ``moment`` whose locality then stood at or below another one; all where none is given."""
    if locality is None:
        return assignments
    return assignments.filter(Exists(stood_at_moment().filter(**{locality.tier: locality})))


def served_since(assignments, lineage=None):
    """Return {assignment id: first day of the unbroken time at that place}. Two queries.

    ``lineage`` is ``all_lineage()``, where a page has read it already: then it is one query less.

    Consecutive periods of one cadre at one place are joined, also where the place came out of another by a merger
    or a split: whoever served one of its predecessors up to the day before goes on serving. None where the time has
    no known beginning.
    """
    pairs = {(assignment.cadre_id, assignment.locality_id) for assignment in assignments}
    origins = origins_of({locality for _cadre, locality in pairs}, lineage)
    places = set().union(*origins.values()) if origins else set()
    periods = defaultdict(list)
    cadres = frozenset(cadre for cadre, _locality in pairs)
    for cadre, locality, first_day, last_day in periods_of(cadres, frozenset(places)):
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


def origins_of(localities, lineage=None):
    """Return {locality id: ids of itself and of all that it came out of, step by step}. One query."""
    return followed(localities, "successor", "predecessor", lineage)


def followers_of(localities, lineage=None):
    """Return {locality id: ids of itself and of all that came out of it, step by step}. One query."""
    return followed(localities, "predecessor", "successor", lineage)


def followed(localities, end, other, lineage):
    """Return {locality id: ids of itself and of all that mergers and splits lead to from this end to the other}."""
    leads_to = defaultdict(set)
    for pair in all_lineage() if lineage is None else lineage:
        leads_to[pair[end]].add(pair[other])
    found = {}
    for locality in localities:
        found[locality], ahead = set(), {locality}
        while ahead:
            found[locality] |= ahead
            ahead = set().union(*(leads_to[id] for id in ahead if id in leads_to)) - found[locality]
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


def served(assignments, day, user, lineage=None):
    """Return a ``Served`` for each of some assignments that ``with_place`` has annotated. Three queries."""
    assignments = list(assignments)
    places = Place.objects.select_related("locality", "type").in_bulk([row.stood for row in assignments if row.stood])
    since = served_since(assignments, lineage)
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


# --- Tenure as figures ---------------------------------------------------------------------------------------------

# Changes of hands are counted over so many whole months.
CHANGES_OVER = 24


class Span(TextChoices):
    """Whole months that somebody who answers on a day has served there; or that he has left."""

    ANY = "any", _("Everybody who answers")
    KNOWN = "known", _("Since a known day")
    UNDER_6 = "0-5", _("Under 6 months")
    FROM_6 = "6-11", _("6 to 11 months")
    FROM_12 = "12-23", _("12 to 23 months")
    FROM_24 = "24-35", _("24 to 35 months")
    FROM_36 = "36", _("36 months and more")
    SHORT = "short", _("Less than an assignment should last")
    UNKNOWN = "unknown", _("Since before records began")
    LEFT = "left", _("Handed on within 24 months")


# The classes of the distribution: each of the known months is in exactly one.
CLASSES = {
    Span.UNDER_6: (0, 5),
    Span.FROM_6: (6, 11),
    Span.FROM_12: (12, 23),
    Span.FROM_24: (24, 35),
    Span.FROM_36: (36, None),
}


def spans_of(months, minimum):
    """Return every ``Span`` in which a number of months is; None are unknown, and never 0."""
    if months is None:
        return {Span.ANY, Span.UNKNOWN}
    found = {Span.ANY, Span.KNOWN}
    found |= {span for span, (least, most) in CLASSES.items() if months >= least and (most is None or months <= most)}
    return found | {Span.SHORT} if months < minimum else found


@dataclass
class Serving:
    """An assignment of somebody who answers on a day: at which tier, from which agency, and for how many months."""

    pk: int
    tier: Tier
    agency: int | None
    months: int | None


def serving(assignments, day, lineage=None):
    """Return a ``Serving`` for each of some assignments that answer for a place on a day. Three queries."""
    rows = assignments.answering().on(day).order_by()
    names = ("pk", "cadre_id", "locality_id", "first_day", "locality__tier", "at_agency")
    rows = rows.annotate(at_agency=agency_on(day))
    rows = list(rows.values_list(*names, named=True))
    since = served_since(rows, lineage)
    return [
        Serving(
            row.pk,
            Tier(row.locality__tier),
            row.at_agency,
            months_between(since[row.pk], day) if since[row.pk] else None,
        )
        for row in rows
    ]


@dataclass
class Left:
    """An assignment that its holder gave up, and did not go on with: a change of hands, at which place."""

    pk: int
    locality: int
    code: str
    tier: Tier
    place: int | None
    last_day: date


def left(assignments, day, lineage=None):
    """Return a ``Left`` for each change of hands among assignments with a ``moment``. Three queries.

    Counted are the changes of ``CHANGES_OVER`` whole months up to a day, the first and the last of these included.

    Somebody leaves a role of answering, and does not answer on the next day at the same place, nor at one that came
    out of it: who is renewed, or goes on after a merger, has not left. The change is felt on that next day.
    """
    first_day = starts_before(day, CHANGES_OVER)
    rows = assignments.answering().filter(last_day__gte=first_day - ONE_DAY, last_day__lt=day).order_by()
    names = ("pk", "cadre_id", "locality_id", "last_day", "locality__code", "locality__tier", "stood")
    rows = list(with_place(rows).values_list(*names, named=True))
    followers = followers_of({row.locality_id for row in rows}, lineage)
    held = defaultdict(list)
    going_on = Assignment.objects.answering().filter(cadre__in={row.cadre_id for row in rows}).order_by()
    for period in going_on.values_list("cadre_id", "locality_id", "first_day", "last_day", named=True):
        held[period.cadre_id].append(period)
    return [
        Left(row.pk, row.locality_id, row.locality__code, Tier(row.locality__tier), row.stood, row.last_day)
        for row in rows
        if not any(
            period.locality_id in followers[row.locality_id] and holds(period, row.last_day + ONE_DAY)
            for period in held[row.cadre_id]
        )
    ]


def holds(period, day):
    """Return whether a row with a first and a last day holds on a day."""
    return (period.first_day or date.min) <= day <= (period.last_day or date.max)


def of_span(assignments, span, day):
    """Those of some assignments that are in a ``Span`` on a day: the rows behind each figure."""
    if span == Span.LEFT:
        wanted = [row.pk for row in left(assignments, day)]
    else:
        minimum = Limit.on(day, Limit.Name.MINIMUM_TENURE_MONTHS)
        wanted = [row.pk for row in serving(assignments, day) if span in spans_of(row.months, minimum)]
    return assignments.filter(pk__in=wanted)


@dataclass
class Tenure:
    """How long some who answer have served: their number by ``Span``, and the months that are known."""

    number: Counter = field(default_factory=Counter)
    months: list = field(default_factory=list)

    def add(self, months, minimum):
        """Count one more; None are months that nobody knows."""
        self.number.update(spans_of(months, minimum))
        if months is not None:
            self.months.append(months)

    @property
    def total(self):
        """Everybody who answers."""
        return self.number[Span.ANY]

    @property
    def known(self):
        """Those whose first day is known: what every share is a part of."""
        return self.number[Span.KNOWN]

    @property
    def short(self):
        """Those who have served less than an assignment should last."""
        return self.number[Span.SHORT]

    @property
    def median(self):
        """The median of the known months, exactly: whole, or a half; None where none is known."""
        months, middle = sorted(self.months), len(self.months) // 2
        if not months:
            return None
        if len(months) % 2:
            return Decimal(months[middle])
        both = months[middle - 1] + months[middle]
        return Decimal(both) / 2 if both % 2 else Decimal(both // 2)

    @property
    def short_percent(self):
        """Share of those under the minimum among the known."""
        return percent(self.short, self.known)

    @property
    def classes(self):
        """(span, number) of the distribution, shortest first; together they are the known."""
        return [(span, self.number[span]) for span in CLASSES]


@dataclass
class Changed:
    """A place that changed hands, and how often; where it stood when it did so last."""

    locality: int
    code: str
    tier: Tier
    number: int = 0
    stood: int | None = None
    last_day: date = date.min
    place: Place | None = None
    locality_visible: bool = True


def changed_places(rows):
    """Return a ``Changed`` for each place of some ``Left``, those that changed hands most often first."""
    found = {}
    for row in rows:
        place = found.setdefault(row.locality, Changed(row.locality, row.code, row.tier))
        place.number += 1
        if row.last_day >= place.last_day:
            place.stood, place.last_day = row.place, row.last_day
    return sorted(found.values(), key=lambda place: (-place.number, place.tier.rank, place.code))


def stood_where(changed, user):
    """Some ``Changed`` with their places, and with whether a user may open each. Two queries."""
    changed = list(changed)
    places = Place.objects.select_related("locality").in_bulk([row.stood for row in changed if row.stood])
    visible = visible_keys(Locality, user, [row.locality for row in changed])
    return [replace(row, place=places.get(row.stood), locality_visible=row.locality in visible) for row in changed]


def agency_names(agencies):
    """Return (agency id, name) of some agencies in the order of their names.

    An agency is named wherever an assignment of its staff is seen, also to somebody who may not open its page.
    """
    rows = Agency.objects.filter(pk__in=set(agencies)).order_by("sort_key", "pk")
    return list(rows.values_list("pk", "name"))


def tenure_of(rows, minimum, key=lambda row: None):
    """Return {key of a row: ``Tenure``} of some ``Serving``."""
    found = defaultdict(Tenure)
    for row in rows:
        found[key(row)].add(row.months, minimum)
    return dict(found)
