"""Where cadres work, and as what: dated, so that a quarter is counted where people worked then."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.agency import Agency
from assignments.models.cadre import Cadre
from assignments.scope import ScopedQuerySet
from cadrenet.effective_dated import EffectiveDated, EffectiveDatedQuerySet
from cadrenet.texts import NameField


class PostingQuerySet(EffectiveDatedQuerySet, ScopedQuerySet):
    """Postings of the cadres whom the user may see: all of them, as where somebody worked is told with the person."""

    edited_by = "decides"

    def reached(self, reach, roots):
        return self.filter(cadre__in=Cadre.objects.all().reached(reach, roots).values("pk"))

    def changeable_by(self, user):
        return self.editable_by(user).filter(cadre__in=Cadre.objects.all().employed_by(user).order_by().values("pk"))

    def in_time(self):
        """In order of their first days; what has none goes back furthest."""
        return self.order_by("cadre", F("first_day").asc(nulls_first=True), "pk")


class Posting(EffectiveDated):
    """A cadre works at an agency, in a position, from one day to another.

    The only truth about agency and position. Who never moved has one posting that is open on both sides. Somebody
    may have a position and no agency, as the secretary of a cell has; on days without a posting a cadre has neither.
    """

    cadre = models.ForeignKey(Cadre, verbose_name=_("cadre"), on_delete=models.CASCADE, related_name="postings")
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="postings", null=True, blank=True
    )
    position = NameField(_("position"), max_length=200, blank=True)

    objects = PostingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(EffectiveDated.Meta):
        ordering = ["cadre", F("first_day").asc(nulls_first=True), "pk"]
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            *EffectiveDated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | ~Q(position=""),
                name="posting_agency_or_position",
                violation_error_message=_("Say at which agency, or in which position."),
            ),
            # That no two share a day is asked where a row is cleaned; these hold it between two hands at once.
            models.UniqueConstraint(
                fields=["cadre"],
                condition=Q(last_day=None),
                name="posting_one_open_per_cadre",
                violation_error_message=_("This cadre already has a posting without a last day."),
            ),
            models.UniqueConstraint(
                fields=["cadre"],
                condition=Q(first_day=None),
                name="posting_one_since_ever_per_cadre",
                violation_error_message=_("This cadre already has a posting without a first day."),
            ),
            models.UniqueConstraint(
                fields=["cadre", "first_day"],
                name="posting_once_per_first_day",
                violation_error_message=_("This cadre already has a posting from that day."),
            ),
        ]
        indexes = [models.Index(fields=["agency", "cadre", "first_day", "last_day"], name="posting_by_agency")]

    def __str__(self):
        return " · ".join(filter(None, [str(self.cadre), self.position, self.agency and self.agency.name]))

    def clean(self):
        if not self.agency_id and not self.position:
            raise ValidationError(_("Say at which agency, or in which position."))
        if self.cadre_id:
            self.refuse_overlap(
                Posting.objects.filter(cadre=self.cadre_id),
                _("This cadre already has a posting on some of these days. End or correct that one first."),
            )

    @property
    def is_undated(self):
        """Whether it holds on all days, as ``cadres.csv`` alone says it."""
        return self.first_day is None and self.last_day is None


# --- Who works where, asked for a day -----------------------------------------------------------------------------


def posting_on(day, to=""):
    """Return what brings along where cadres work on a day; ``to`` leads to the cadre, as in ``"ended__cadre"``.

    For ``prefetch_related``: from then on ``cadre.agency`` and ``cadre.position`` are those of that day.
    """
    rows = Posting.objects.on(day).select_related("agency__locality")
    return Prefetch(f"{to}__postings" if to else "postings", queryset=rows, to_attr="posted")


def all_postings(to=""):
    """Return what brings along all postings of cadres, so that ``cadre.posting_on(day)`` knows them for any day."""
    rows = Posting.objects.select_related("agency__locality").in_time()
    return Prefetch(f"{to}__postings" if to else "postings", queryset=rows)


def staff_on(day, agencies, cadre="cadre"):
    """Return the condition that somebody works at one of some agencies on a day; ``cadre`` leads to the cadre."""
    there = Posting.objects.on(day).filter(agency__in=agencies).order_by()
    return Q(**{f"{cadre}__in": there.values("cadre")})


def staff_of_own_day(agencies, cadre="cadre", day="day"):
    """Return the condition that a row's cadre worked at one of some agencies on the row's own day."""
    there = Posting.objects.filter(agency__in=agencies).order_by()
    # Whoever ever worked there says less, and is what an index finds.
    near = Q(**{f"{cadre}__in": there.values("cadre")})
    return near & Exists(there.on(OuterRef(day)).filter(cadre=OuterRef(cadre)))


def without_agency_on(day, cadre="cadre"):
    """Return the condition that somebody works at no agency on a day."""
    return ~Exists(Posting.objects.on(day).filter(cadre=OuterRef(cadre), agency__isnull=False).order_by())


def agency_on(day, field="agency", cadre="cadre"):
    """Return the expression for the id of the agency on a day, or for another ``field`` of the posting.

    ``day`` may be an ``OuterRef`` to the row's own.
    """
    rows = Posting.objects.on(day).filter(cadre=OuterRef(cadre)).order_by()
    return Subquery(rows.values(field)[:1])
