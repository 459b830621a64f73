"""The files about who answers for where, their columns and rules."""

from django.utils.translation import gettext as _

from assignments.models import Agency, Assignment, Cadre, Lineage, Locality, LocalityType, LocalityVersion, Posting
from cadrenet.tables.columns import Table, column, days_in_order, optional, reference, required
from cadrenet.tables.values import choice, code, count, day, email, flag, not_a_day, short_code, text


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
        reference("code", "mã địa bàn, mã", Locality, required=True, field="locality"),
        reference("parent_code", "mã địa bàn cấp trên, thuộc địa bàn", Locality),
        reference("type", "loại, loại địa bàn", LocalityType, required=True),
        required("name", "tên, tên địa bàn", not_a_day(text(LocalityVersion, "name"))),
        optional("first_day", "từ ngày", day),
        optional("last_day", "đến ngày", day),
        optional("households", "số hộ", count),
    ),
    key=("code", "first_day"),
    rules=(days_in_order,),
)
LINEAGE = Table(
    "lineage.csv",
    (
        reference("predecessor_code", "mã địa bàn trước", Locality, required=True),
        reference("successor_code", "mã địa bàn sau", Locality, required=True),
        required("effective_on", "ngày hiệu lực", day),
        required("kind", "hình thức, loại", choice(Lineage.Kind)),
        column("decision_number", "số quyết định", not_a_day(text(Lineage, "decision_number"))),
    ),
    key=("predecessor_code", "successor_code", "effective_on"),
)
AGENCIES = Table(
    "agencies.csv",
    (
        required("code", "mã cơ quan, mã", code),
        required("name", "tên, tên cơ quan", not_a_day(text(Agency, "name"))),
        reference("locality_code", "mã địa bàn", Locality),
    ),
    key=("code",),
)
CADRES = Table(
    "cadres.csv",
    (
        required("code", "mã cán bộ, mã", code),
        required("full_name", "họ và tên, họ tên", not_a_day(text(Cadre, "full_name"))),
        reference("agency_code", "mã cơ quan", Agency),
        column("position", "chức vụ", not_a_day(text(Posting, "position"))),
        column("committee_role", "chức danh cấp ủy, cấp ủy", choice(Cadre.CommitteeRole)),
        required("party_member", "đảng viên", flag),
        column("email", "thư điện tử", email(Cadre, "email")),
        column("phone", "điện thoại, số điện thoại", text(Cadre, "phone")),
    ),
    key=("code",),
)
POSTINGS = Table(
    "postings.csv",
    (
        reference("cadre_code", "mã cán bộ", Cadre, required=True),
        reference("agency_code", "mã cơ quan", Agency),
        column("position", "chức vụ", not_a_day(text(Posting, "position"))),
        optional("first_day", "từ ngày", day),
        optional("last_day", "đến ngày", day),
    ),
    key=("cadre_code", "first_day"),
    rules=(days_in_order, agency_or_position),
)
ASSIGNMENTS = Table(
    "assignments.csv",
    (
        reference("cadre_code", "mã cán bộ", Cadre, required=True),
        reference("locality_code", "mã địa bàn", Locality, required=True),
        required("role", "vai trò", choice(Assignment.Role)),
        optional("first_day", "từ ngày", day),
        optional("last_day", "đến ngày", day),
        column("decision_number", "số quyết định", not_a_day(text(Assignment, "decision_number"))),
        optional("decision_on", "ngày ký quyết định, ngày quyết định", day),
        column("end_reason", "lý do kết thúc", short_code(Assignment, "end_reason")),
    ),
    key=("cadre_code", "locality_code", "role", "first_day"),
    rules=(days_in_order, reason_only_at_the_end),
)
