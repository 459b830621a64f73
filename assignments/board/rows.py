"""The assignment board: places as rows of the tree, who answers for each, and which of them need a look."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from assignments.coverage.queries import COVERED_TIERS, ENDING_SOON, Vacancy, answered_by_tier
from assignments.models import Assignment, Cadre, Limit, Lineage, Locality, Tier
from assignments.models.posting import posting_on
from assignments.queries import held_counts
from assignments.tenure.figures import served_since
from assignments.undo import just_made
from cadrenet.editing import seal
from cadrenet.periods import ONE_DAY, months_between, starts_before

# With more rows than this, self-governing groups are left out until they are asked for.
MOST_WITH_GROUPS = 300


class Show(TextChoices):
    """Which places the board conditions_by_show."""

    ALL = "all", _("All places")
    NOBODY = "nobody", _("Nobody in charge")
    ENDING = "ending", _("Ends within 30 days")
    LEFT = "left", _("Has left the service")
    SHORT = "short", _("Too short")


# --- Which places ---------------------------------------------------------------------------------------------------


def in_order_of_tree(places):
    """Places as the tree stands: each followed by what lies in it, siblings by code.

    The codes are looked up and not joined: to find the best order of eight joins took PostgreSQL 21 ms of planning,
    for a query of two.
    """
    codes = (Locality.objects.filter(pk=OuterRef(tier)).order_by().values("code")[:1] for tier in Tier.values)
    return places.order_by(*(Subquery(code).asc(nulls_first=True) for code in codes))


def conditions(day, tiers, rules, lineage):
    """Return {Show: condition on places of some tiers that exist on a day}, by ``Rules`` and ``all_lineage()``."""
    minimum = rules.on(day, Limit.Name.MINIMUM_TENURE_MONTHS)
    later = day + ENDING_SOON
    answered = answered_by_tier(day, tiers, rules)
    here = Assignment.objects.on(day).answering().filter(locality=OuterRef("locality")).order_by()
    began_late = here.filter(first_day__gt=starts_before(day, minimum))
    short = began_late.exclude(pk__in=continued_assignments(day, minimum, lineage))
    return {
        Show.ALL: Q(tier__in=tiers),
        Show.NOBODY: ~answered,
        Show.ENDING: Q(last_day__gte=later) & answered & ~answered_by_tier(later, tiers, rules),
        Show.LEFT: Q(Exists(here.filter(cadre__left_on__lt=day))),
        Show.SHORT: Q(Exists(short)),
    }


def continued_assignments(day, minimum, lineage):
    """Return the ids of assignments that began less than the minimum ago, but go on from an earlier one.

    Joined, these have lasted long enough: at the same place, or at one that it came out of (R39). Two queries.
    """
    begun = Assignment.objects.on(day).answering().filter(first_day__gt=starts_before(day, minimum)).order_by()
    came_from = Lineage.objects.filter(successor=OuterRef(OuterRef("locality"))).order_by().values("predecessor")
    earlier = Assignment.objects.filter(
        Q(locality=OuterRef("locality")) | Q(locality__in=came_from),
        cadre=OuterRef("cadre"),
        last_day__gte=OuterRef("first_day") - ONE_DAY,
    ).exclude(pk=OuterRef("pk"))
    rows = list(begun.filter(Exists(earlier)).only("cadre", "locality", "first_day"))
    since = served_since(rows, lineage)
    return [row.pk for row in rows if since[row.pk] is None or months_between(since[row.pk], day) >= minimum]


def matching_text(places, text, assignments):
    """Places whose own name, or the name of somebody who answers for them, holds a text; marks do not matter.

    ``assignments`` are those of the day that the reader may see.
    """
    people = Cadre.objects.all().named(text).order_by().values("pk")
    held = assignments.answering().filter(cadre__in=people).order_by().values("locality")
    return places.named(text) | places.filter(locality__in=held)


@dataclass
class Size:
    """How many places there are to show, with and without self-governing groups."""

    total: int
    upper: int

    def shown(self, groups):
        """How many of them stand on the board; ``groups`` says that groups are shown however many there are."""
        return self.total if self.with_groups(groups) else self.upper

    def with_groups(self, groups):
        """Whether groups are shown: they were asked for, or there are few enough."""
        return groups or self.total <= MOST_WITH_GROUPS


def sizes(places, conditions_by_show):
    """Return {Show: Size} of some places. One query."""
    counts = {str(show): Count("pk", filter=condition) for show, condition in conditions_by_show.items()}
    by_tier = {row["tier"]: row for row in places.order_by().values("tier").annotate(**counts)}
    groups = by_tier.get(Tier.SELF_GOVERNING_GROUP, {})
    found = {}
    for show in conditions_by_show:
        total = sum(row[show] for row in by_tier.values())
        found[show] = Size(total, total - groups.get(show, 0))
    return found


# --- Their rows -----------------------------------------------------------------------------------------------------


@dataclass
class Holder:
    """Somebody who answers for a place: since when, for how many months, and with how much else."""

    assignment: Assignment
    since: date | None
    months: int | None
    load: int
    has_left: bool
    is_short: bool
    may_take_back: bool

    @property
    def cadre(self):
        return self.assignment.cadre


@dataclass
class BoardRow(Vacancy):
    """A place on the board: who answers for it (``Holder``), who did before, and whose assignment is yet to begin."""

    coming: list = field(default_factory=list)

    @property
    def names(self):
        """Who answers, for a cell of a file."""
        return "; ".join(holder.cadre.full_name for holder in self.people)

    @property
    def codes(self):
        """The codes of those who answer, for a cell of a file."""
        return "; ".join(holder.cadre.code for holder in self.people)

    @property
    def opened(self):
        """What a page with this row sends along: who holds the place, and until when."""
        return seal(self.held())

    def held(self):
        """Who holds the place, and until when."""
        rows = [holder.assignment for holder in self.people]
        return {"held": [f"{row.pk} {row.last_day} {row.end_reason}" for row in rows]}

    @property
    def first(self):
        """The one who answers, the first of them where there are several; None where nobody does."""
        return self.people[0] if self.people else None

    @property
    def depth(self):
        """How far below a regional group it stands, for the indentation of the tree."""
        return max(Tier(self.place.tier).rank - COVERED_TIERS[0].rank, 0)


def board_rows(places, day, assignments, user, now, minimum, lineage=None):
    """Return a ``BoardRow`` for each of some places, in their order. Seven queries, however many.

    ``assignments`` are those that ``user``, the reader, may see; what he has just done he may take back. ``minimum``
    are the months that an assignment should last at least; ``lineage`` is ``all_lineage()``, where read already.
    """
    held, past, coming = defaultdict(list), defaultdict(list), defaultdict(list)
    found = assignments.answering().filter(locality__in=[place.locality_id for place in places])
    for row in (
        found.select_related("cadre").prefetch_related(posting_on(day, "cadre")).order_by("role", "first_day", "pk")
    ):
        if row.holds_on(day):
            held[row.locality_id].append(row)
        elif row.last_day and row.last_day < day:
            past[row.locality_id].append(row)
        else:
            coming[row.locality_id].append(row)
    now_held = [row for rows in held.values() for row in rows]
    to_come = [row for rows in coming.values() for row in rows]
    since = served_since(now_held, lineage)
    loads = held_counts({row.cadre_id for row in now_held}, day)
    undoable = just_made([*now_held, *to_come], user, now)

    def holder(row):
        start = since.get(row.pk)
        months = months_between(start, day) if start else None
        return Holder(
            assignment=row,
            since=start,
            months=months,
            load=loads.get(row.cadre_id, 0),
            has_left=bool(row.cadre.left_on and row.cadre.left_on < day),
            is_short=months is not None and months < minimum,
            may_take_back=row.pk in undoable,
        )

    return [
        BoardRow(
            place,
            previous=previous_assignment(past[place.locality_id], held[place.locality_id]),
            people=[holder(row) for row in held[place.locality_id]],
            day=day,
            coming=[holder(row) for row in coming[place.locality_id]],
        )
        for place in places
    ]


def previous_assignment(past, held):
    """Who answered last, other than those who answer now: their own earlier time is not somebody before them."""
    here = {row.cadre_id for row in held}
    others = [row for row in past if row.cadre_id not in here]
    return max(others, key=lambda row: (row.last_day, row.pk), default=None)
