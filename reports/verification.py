"""What there is to verify of issues, resources, organisations and ratings (``cadrenet.verification``)."""

from django.utils.translation import gettext_lazy as _

from assignments.verification import PlacesOfFacts, without_locality
from cadrenet.verification import ByRow, Cleaned, Rule, register
from reports.models import Issue, PartyOrganisation, Rating, Resource

WITHOUT_LOCALITY = _("The locality does not exist on that day.")

register(
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
