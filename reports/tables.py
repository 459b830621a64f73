"""The files about what goes up and how it was rated, their columns and rules."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assignments.models import Agency, Cadre, Locality
from cadrenet.periods import today
from cadrenet.tables.columns import Table, column, days_in_order, optional, reference, required
from cadrenet.tables.values import (
    LARGEST_VALUE,
    choice,
    code,
    day,
    flag,
    not_a_day,
    quarter,
    short_code,
    text,
    whole,
    year,
)
from reports.models import HANDED_IN, Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, Resource
from reports.models.party import year_ahead
from reports.models.quarterly_report import not_begun


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


def lies_ahead(*days):
    """Return the sentence about the first of some days that is still to come, None where all have been."""
    now = today()
    ahead = next((day for day in days if day and day > now), None)
    if ahead is None:
        return None
    return _("%(day)s lies in the future, and nothing can have happened then. Correct the day.") % {
        "day": date_format(ahead, "DATE_FORMAT")
    }


def raised_and_closed_by_now(values):
    """An issue was raised, and closed, before that is written down."""
    return lies_ahead(values["raised_on"], values["closed_on"])


def mobilised_by_now(values):
    """A promise, too, was made before it is written down."""
    return lies_ahead(values["mobilised_on"])


def handed_in_by_now(values):
    """A report was handed in by today, and not before its quarter began."""
    return lies_ahead(values["submitted_on"]) or not_begun(values["quarter"], values["submitted_on"])


def decided_by_now(values):
    """A rating was decided before it is written down."""
    return lies_ahead(values["decision_on"])


PARTY_ORGANISATIONS = Table(
    "party_organisations.csv",
    (
        required("code", "mã tổ chức đảng, mã tổ chức, mã", code),
        required("kind", "loại", choice(PartyOrganisation.Kind)),
        reference("locality_code", "mã địa bàn", Locality, required=True),
        column("name", "tên, tên tổ chức đảng", not_a_day(text(PartyOrganisation, "own_name")), own_field="own_name"),
        optional("first_day", "từ ngày", day),
        optional("last_day", "đến ngày", day),
    ),
    key=("code",),
    rules=(days_in_order,),
)
ISSUES = Table(
    "issues.csv",
    (
        required("code", "mã vấn đề, mã", code),
        reference("locality_code", "mã địa bàn", Locality, required=True),
        required("raised_on", "ngày nêu", day),
        required("kind", "loại", choice(Issue.Kind)),
        column("urgent", "bức xúc", flag, empty=False),
        required("theme", "lĩnh vực", short_code(Issue, "theme")),
        required("summary", "nội dung", text(Issue, "summary")),
        required("status", "trạng thái", choice(Issue.Status)),
        optional("closed_on", "ngày đóng", day),
        reference("responsible_agency_code", "mã đơn vị liên quan, mã cơ quan liên quan", Agency),
    ),
    key=("code",),
    rules=(closed_on_a_day, raised_and_closed_by_now),
)
RESOURCES = Table(
    "resources.csv",
    (
        required("code", "mã nguồn lực, mã", code),
        reference("locality_code", "mã địa bàn", Locality, required=True),
        reference("cadre_code", "mã người kết nối, mã cán bộ", Cadre),
        required("mobilised_on", "ngày vận động", day),
        required("kind", "loại", short_code(Resource, "kind")),
        column("description", "nội dung", text(Resource, "description")),
        required("value_vnd", "giá trị (đồng), giá trị", whole(LARGEST_VALUE)),
        column("donor", "đơn vị hỗ trợ", text(Resource, "donor")),
        required("status", "trạng thái", choice(Resource.Status)),
    ),
    key=("code",),
    rules=(mobilised_by_now,),
)
QUARTERLY_REPORTS = Table(
    "quarterly_reports.csv",
    (
        reference("cadre_code", "mã cán bộ", Cadre, required=True),
        reference("locality_code", "mã địa bàn", Locality, required=True),
        required("quarter", "quý", quarter),
        optional("submitted_on", "ngày nộp", day),
        required("status", "trạng thái", choice(QuarterlyReport.Status)),
    ),
    key=("cadre_code", "locality_code", "quarter"),
    rules=(handed_in_on_a_day, handed_in_by_now),
)
RATINGS = Table(
    "ratings.csv",
    (
        reference("organisation_code", "mã tổ chức đảng, mã tổ chức", PartyOrganisation, required=True),
        required("year", "năm", year),
        required("level", "mức, mức xếp loại", choice(RatingLevel.Code)),
        column("decision_number", "số quyết định", not_a_day(text(Rating, "decision_number"))),
        optional("decision_on", "ngày ký quyết định, ngày quyết định", day),
    ),
    key=("organisation_code", "year"),
    rules=(rated_by_now, decided_by_now),
)
