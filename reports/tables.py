"""The files about what goes up and how it was rated, their columns and rules."""

from django.utils.translation import gettext as _

from assignments.models import Agency, Cadre, Locality
from cadrenet.tables.columns import Column, Table, days_in_order, optional, reference, required
from cadrenet.tables.values import LARGEST_VALUE, choice, code, day, flag, quarter, short_code, text, whole, year
from reports.models import HANDED_IN, Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, Resource
from reports.models.party import year_ahead


def closed_on_a_day(values):
    """A closed issue, and only a closed one, has a day of closing."""
    closed = values["status"] == Issue.Status.CLOSED
    if closed and not values["closed_on"]:
        return _("A closed issue needs a day in closed_on.")
    if not closed and values["closed_on"]:
        return _("There is a day in closed_on, and the status is %(status)s. Write closed, or remove the day.") % {
            "status": values["status"]
        }
    if closed and values["closed_on"] < values["raised_on"]:
        return _("The issue was closed before it was raised. Correct one of the days.")
    return None


def handed_in_on_a_day(values):
    """A report that was handed in was so on a day."""
    if values["status"] in HANDED_IN and not values["submitted_on"]:
        return _("A report with the status %(status)s needs a day in submitted_on.") % {"status": values["status"]}
    return None


def rated_by_now(values):
    """Nobody is rated for a year that has not begun."""
    return year_ahead(values["year"])


PARTY_ORGANISATIONS = Table(
    "party_organisations.csv",
    (
        required("code", code),
        required("kind", choice(PartyOrganisation.Kind)),
        reference("locality_code", Locality, required=True),
        Column("name", text(PartyOrganisation, "own_name"), own_field="own_name"),
        optional("first_day", day),
        optional("last_day", day),
    ),
    key=("code",),
    rules=(days_in_order,),
)
ISSUES = Table(
    "issues.csv",
    (
        required("code", code),
        reference("locality_code", Locality, required=True),
        required("raised_on", day),
        required("kind", choice(Issue.Kind)),
        Column("urgent", flag, empty=False),
        required("theme", short_code(Issue, "theme")),
        required("summary", text(Issue, "summary")),
        required("status", choice(Issue.Status)),
        optional("closed_on", day),
        reference("responsible_agency_code", Agency),
    ),
    key=("code",),
    rules=(closed_on_a_day,),
)
RESOURCES = Table(
    "resources.csv",
    (
        required("code", code),
        reference("locality_code", Locality, required=True),
        reference("cadre_code", Cadre),
        required("mobilised_on", day),
        required("kind", short_code(Resource, "kind")),
        Column("description", text(Resource, "description")),
        required("value_vnd", whole(LARGEST_VALUE)),
        Column("donor", text(Resource, "donor")),
        required("status", choice(Resource.Status)),
    ),
    key=("code",),
)
QUARTERLY_REPORTS = Table(
    "quarterly_reports.csv",
    (
        reference("cadre_code", Cadre, required=True),
        reference("locality_code", Locality, required=True),
        required("quarter", quarter),
        optional("submitted_on", day),
        required("status", choice(QuarterlyReport.Status)),
    ),
    key=("cadre_code", "locality_code", "quarter"),
    rules=(handed_in_on_a_day,),
)
RATINGS = Table(
    "ratings.csv",
    (
        reference("organisation_code", PartyOrganisation, required=True),
        required("year", year),
        required("level", choice(RatingLevel.Code)),
        Column("decision_number", text(Rating, "decision_number")),
        optional("decision_on", day),
    ),
    key=("organisation_code", "year"),
    rules=(rated_by_now,),
)
