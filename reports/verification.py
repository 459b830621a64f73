"""What there is to verify of issues, resources, organisations and ratings (``cadrenet.verification``)."""

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, ExtractQuarter, ExtractYear
from django.utils.translation import gettext_lazy as _

from assignments.verification import PlacesOfFacts, without_locality
from cadrenet.periods import today
from cadrenet.verification import ByRow, Cleaned, Rule, register
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, Resource

WITHOUT_LOCALITY = _("The locality does not exist on that day.")

AHEAD = _("This day lies in the future.")
# The days on which something is said to have happened.
HAPPENED = (
    (Issue, "raised_on"),
    (Issue, "closed_on"),
    (Resource, "mobilised_on"),
    (QuarterlyReport, "submitted_on"),
    (Rating, "decision_on"),
)


def ahead(model, column):
    """Return the ``Rule`` that a day of a model is not still to come."""
    return Rule(model, column, AHEAD, lambda: model.objects.filter(**{f"{column}__gt": today()}))


def before_their_quarter():
    """Return reports that were handed in before their quarter began."""
    year, number = (Cast(part("submitted_on"), CharField()) for part in (ExtractYear, ExtractQuarter))
    written = Concat(year, Value("-Q"), number, output_field=CharField())
    return QuarterlyReport.objects.alias(written=written).filter(quarter__gt=F("written"), submitted_on__isnull=False)


register(
    *(ahead(model, column) for model, column in HAPPENED),
    Rule(QuarterlyReport, "submitted_on", _("The quarter began later."), before_their_quarter),
    Rule(Issue, "raised_on", WITHOUT_LOCALITY, lambda: without_locality(Issue.objects.all())),
    Rule(Resource, "mobilised_on", WITHOUT_LOCALITY, lambda: without_locality(Resource.objects.all())),
    Cleaned(PartyOrganisation, "locality", brought=["locality"]),
    Cleaned(Rating, "year", brought=["organisation", "level"]),
)
register(
    PlacesOfFacts(Issue),
    PlacesOfFacts(Resource),
    ByRow(Rating, "scheme", derive=Rating.set_scheme, related=["level"]),
)
