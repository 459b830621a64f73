"""The files about who answers for where, their columns and rules."""

from django.utils.translation import gettext as _

from assignments.models import Agency, Assignment, Cadre, Lineage, Locality, LocalityType, LocalityVersion, Posting
from cadrenet.tables.columns import Column, Table, days_in_order, optional, reference, required
from cadrenet.tables.values import choice, code, count, day, email, flag, short_code, text


def reason_only_at_the_end(values):
    """A reason of ending belongs to what has ended."""
    if values["end_reason"] and not values["last_day"]:
        return _("There is an end_reason and no last_day. Fill in the day, or remove the reason.")
    return None


def agency_or_position(values):
    """A posting says at least one of the two."""
    if not values["agency_code"] and not values["position"]:
        return _("The row names neither an agency nor a position. Fill in agency_code or position.")
    return None


LOCALITIES = Table(
    "localities.csv",
    (
        reference("code", Locality, required=True, field="locality"),
        reference("parent_code", Locality),
        reference("type", LocalityType, required=True),
        required("name", text(LocalityVersion, "name")),
        optional("first_day", day),
        optional("last_day", day),
        optional("households", count),
    ),
    key=("code", "first_day"),
    rules=(days_in_order,),
)
LINEAGE = Table(
    "lineage.csv",
    (
        reference("predecessor_code", Locality, required=True),
        reference("successor_code", Locality, required=True),
        required("effective_on", day),
        required("kind", choice(Lineage.Kind)),
        Column("decision_number", text(Lineage, "decision_number")),
    ),
    key=("predecessor_code", "successor_code", "effective_on"),
)
AGENCIES = Table(
    "agencies.csv",
    (required("code", code), required("name", text(Agency, "name")), reference("locality_code", Locality)),
    key=("code",),
)
CADRES = Table(
    "cadres.csv",
    (
        required("code", code),
        required("full_name", text(Cadre, "full_name")),
        reference("agency_code", Agency),
        Column("position", text(Posting, "position")),
        Column("committee_role", choice(Cadre.CommitteeRole)),
        required("party_member", flag),
        Column("email", email(Cadre, "email")),
        Column("phone", text(Cadre, "phone")),
    ),
    key=("code",),
)
POSTINGS = Table(
    "postings.csv",
    (
        reference("cadre_code", Cadre, required=True),
        reference("agency_code", Agency),
        Column("position", text(Posting, "position")),
        optional("first_day", day),
        optional("last_day", day),
    ),
    key=("cadre_code", "first_day"),
    rules=(days_in_order, agency_or_position),
)
ASSIGNMENTS = Table(
    "assignments.csv",
    (
        reference("cadre_code", Cadre, required=True),
        reference("locality_code", Locality, required=True),
        required("role", choice(Assignment.Role)),
        optional("first_day", day),
        optional("last_day", day),
        Column("decision_number", text(Assignment, "decision_number")),
        optional("decision_on", day),
        Column("end_reason", short_code(Assignment, "end_reason")),
    ),
    key=("cadre_code", "locality_code", "role", "first_day"),
    rules=(days_in_order, reason_only_at_the_end),
)
