"""How party organisations were rated in a year: one definition for the page, the file and the command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, DateField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Least
from django.utils.translation import gettext as _

from assignments.models import Locality, Place, Tier
from cadrenet.figures import change_in_points, percent
from cadrenet.periods import today
from reports.models import PartyOrganisation, Rating, RatingLevel, RatingScheme

RATING_COLUMNS = ["kind", "year", "level", "count", "total", "percent"]
GOOD_OR_BETTER = "good_or_better"


@dataclass
class RatingRow:
    """How many organisations of a kind reached a level in a year, of all that were rated."""

    kind: str
    year: int
    level: str
    count: int
    total: int | None

    @property
    def percent(self) -> Decimal | None:
        """Of those rated; None for those that were not."""
        return percent(self.count, self.total)

    def percent_to(self, places: int) -> Decimal | None:
        """As ``percent``, to another precision; from the counts, so that nothing is rounded twice."""
        return percent(self.count, self.total, places)

    def change_from(self, before: RatingRow | None, places: int) -> Decimal | None:
        """The change of the share in percentage points against another year's row; None where either is unknown."""
        was = (before.count, before.total) if before else (None, None)
        return change_in_points((self.count, self.total), was, places)

    @property
    def label(self) -> str:
        if self.level == GOOD_OR_BETTER:
            return _("Completed tasks well or better")
        return str(RatingLevel.Code(self.level).label)


def annual_ratings(ratings: QuerySet[Rating], kind: str, year: int) -> list[RatingRow]:
    """Return the rows of a year's table: good or better, each level, and last those not rated, outside the total.

    ``ratings`` are those the reader may see. Cumulative lines come from counts, never from rounded parts.
    """
    found = ratings_by_year(ratings.filter(organisation__kind=kind, year=year))
    return found.get(kind, {}).get(year) or _rating_rows(kind, year, [])


def ratings_by_year(ratings: QuerySet[Rating]) -> dict[str, dict[int, list[RatingRow]]]:
    """Return {kind: {year: rows as of ``annual_ratings``}}, latest first, for what was rated at all. One query."""
    found = (
        ratings.order_by()
        .values("organisation__kind", "year", "level__code", "level__good_or_better", "level__rated")
        .annotate(n=Count("pk"))
        .order_by("-year")
    )
    by_year: defaultdict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for row in found:
        by_year[row["organisation__kind"], row["year"]].append(row)
    tables: defaultdict[str, dict[int, list[RatingRow]]] = defaultdict(dict)
    for (kind, year), rows in by_year.items():
        tables[kind][year] = _rating_rows(kind, year, rows)
    return dict(tables)


def _rating_rows(kind: str, year: int, found: Iterable[Mapping[str, Any]]) -> list[RatingRow]:
    counts: dict[str, int] = {}
    total, good = 0, 0
    for row in found:
        counts[row["level__code"]] = counts.get(row["level__code"], 0) + row["n"]
        total += row["n"] if row["level__rated"] else 0
        good += row["n"] if row["level__good_or_better"] else 0
    code = RatingLevel.Code
    rows = [RatingRow(kind, year, GOOD_OR_BETTER, good, total)]
    rows += [
        RatingRow(kind, year, level.value, counts.get(level.value, 0), total)
        for level in (code.EXCELLENT, code.GOOD, code.COMPLETED, code.NOT_COMPLETED)
    ]
    return [*rows, RatingRow(kind, year, code.NOT_RATED.value, counts.get(code.NOT_RATED.value, 0), None)]


def with_rated_on(ratings: QuerySet[Rating]) -> QuerySet[Rating]:
    """Let queries ask for ``rated_on``: the last day of the year, or today before it."""
    last_day = Cast(Concat(Cast("year", CharField()), Value("-12-31")), DateField())
    return ratings.alias(rated_on=Least(last_day, Value(today(), DateField())))


def stood_in(field: str) -> Subquery:
    """Return what the place of a rated organisation said in a field on the day ``rated_on``, or when it ended."""
    places = Place.objects.standing_on(OuterRef("rated_on")).filter(locality=OuterRef("organisation__locality"))
    return Subquery(places.values(field)[:1])


def rated_within(ratings: QuerySet[Rating], locality: Locality) -> QuerySet[Rating]:
    """Ratings of organisations that lay in a locality on the last day of the year, or when they ended."""
    # As ``stood_in`` says it of each rating, but from the places that lay there: these are few, and have an index.
    stood, day = "organisation__locality__places__", F("rated_on")
    there = {f"{stood}{locality.tier}": locality, f"{stood}counts_from__lte": day, f"{stood}counts_until__gte": day}
    return with_rated_on(ratings).filter(**there)


@dataclass
class Cap:
    """How many organisations of one deciding authority may be rated excellent, and how many are."""

    commune: int | None
    excellent: int
    base: int
    cap_percent: int

    @property
    def share(self) -> Decimal:
        """The cap before rounding, in organisations."""
        return Decimal(self.base * self.cap_percent) / 100

    @property
    def allowed(self) -> int:
        """The cap in whole organisations; a part of one is none."""
        return self.base * self.cap_percent // 100

    @property
    def left(self) -> int:
        """How many more may be; negative where there are too many."""
        return self.allowed - self.excellent


def caps(ratings: QuerySet[Rating], kind: str, year: int, scheme: RatingScheme | None) -> list[Cap]:
    """Return a ``Cap`` for each authority that rates organisations of a kind: one, or for cells, each commune.

    A warning for whoever rates, never a bar. Empty without a scheme or a cap.
    """
    if scheme is None or not scheme.excellent_cap_percent:
        return []
    code = RatingLevel.Code
    counted = Q(level__good_or_better=True)
    if scheme.excellent_cap_base == RatingScheme.CapBase.GOOD_ONLY:
        counted = Q(level__code=code.GOOD)
    per_commune = kind == PartyOrganisation.Kind.CELL
    found = (
        with_rated_on(ratings.filter(organisation__kind=kind, year=year, scheme=scheme))
        .annotate(authority=stood_in(Tier.COMMUNE) if per_commune else Value(None, IntegerField()))
        .order_by()
        .values("authority")
        .annotate(excellent=Count("pk", filter=Q(level__code=code.EXCELLENT)), base=Count("pk", filter=counted))
        .order_by("authority")
    )
    return [Cap(row["authority"], row["excellent"], row["base"], scheme.excellent_cap_percent) for row in found]
