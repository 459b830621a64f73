"""The files about what happened and who came, their columns and rules."""

from django.utils.translation import gettext as _

from assignments.models import Agency, Cadre, Locality
from cadrenet.periods import today
from cadrenet.tables.columns import Table, column, days_in_order, optional, reference, required
from cadrenet.tables.values import choice, clock, code, count, day, flag, moment, text, whole
from meetings.models import AGENCY_KINDS, Attendance, Guidance, Kind, Meeting, Pattern
from meetings.models.guidance import PassedOnAt
from meetings.models.meeting import lies_ahead
from meetings.models.pattern import LONGEST, SHORTEST, Weekday
from meetings.recurrence import LAST


def of_a_locality_or_an_agency(values):
    """A meeting is of a locality or of an agency, as its kind asks."""
    of_agency = values["kind"] in AGENCY_KINDS
    if values["locality_code"] and values["agency_code"]:
        return _("There is both a locality_code and an agency_code. Leave one of them empty.")
    if of_agency and not values["agency_code"]:
        return _("A meeting of the kind %(kind)s needs an agency_code.") % {"kind": values["kind"]}
    if not of_agency and not values["locality_code"]:
        return _("A meeting of the kind %(kind)s needs a locality_code.") % {"kind": values["kind"]}
    return None


def ends_after_it_starts(values):
    """A meeting does not end before it starts."""
    if values["ends_at"] and values["ends_at"] < values["starts_at"]:
        return _("The meeting ends before it starts. Correct ends_at, or leave it empty.")
    return None


def over_when_it_was(values):
    """What is said to be over does not lie ahead."""
    day = today()
    return lies_ahead(day) if values["status"] in Meeting.OVER and values["starts_at"].date() > day else None


def no_more_households_than_there_are(values):
    """No more households are represented than there are."""
    total, represented = values["households_total"], values["households_represented"]
    if total is not None and represented is not None and represented > total:
        return _("%(represented)s households are represented, and the group has %(total)s. Correct one of them.") % {
            "represented": represented,
            "total": total,
        }
    return None


def day_or_weekday(values):
    """A pattern says a day of the month, or a weekday and which one of the month."""
    of_weekday = [bool(values["week"]), bool(values["weekday"])]
    if values["day_of_month"] and not any(of_weekday) or not values["day_of_month"] and all(of_weekday):
        return None
    return _("Fill in day_of_month, or both week and weekday, and leave the other empty.")


def due_after_it_was_issued(values):
    """A document is due, and ends, no earlier than it was issued."""
    if values["due_on"] and values["due_on"] < values["issued_on"]:
        return _("It is due before it was issued. Correct due_on, or leave it empty.")
    if values["last_day"] and values["last_day"] < values["issued_on"]:
        return _("It ends before it was issued. Correct last_day, or leave it empty.")
    return None


def reason_of_absence(values):
    """Only one reason excuses, and whoever was present has none."""
    if values["status"] == Attendance.Status.EXCUSED and values["reason"] != Attendance.Reason.EXTREME_URGENCY:
        return _("Only the reason extreme_urgency excuses. Write the status absent, or this reason if it is true.")
    if values["status"] == Attendance.Status.PRESENT and values["reason"]:
        return _("Somebody who was present has no reason of absence. Remove it, or correct the status.")
    return None


MEETINGS = Table(
    "meetings.csv",
    (
        required("code", "mã cuộc họp, mã", code),
        required("kind", "loại, loại cuộc họp", choice(Kind)),
        reference("locality_code", "mã địa bàn", Locality),
        reference("agency_code", "mã cơ quan", Agency),
        required("starts_at", "bắt đầu lúc, bắt đầu", moment),
        optional("ends_at", "kết thúc lúc, kết thúc", moment),
        required("status", "trạng thái", choice(Meeting.Status)),
        column("convened_by", "cấp triệu tập", choice(Meeting.ConvenedBy)),
        column("extraordinary", "họp đột xuất, đột xuất", flag, empty=False),
        optional("households_total", "số hộ trong tổ, tổng số hộ", count),
        optional("households_represented", "số hộ tham gia", count),
        column("quality_organisation", "chất lượng tổ chức, về tổ chức", choice(Meeting.Quality)),
        column("quality_content", "chất lượng nội dung, về nội dung", choice(Meeting.Quality)),
        column("quality_time", "chất lượng thời gian, về thời gian", choice(Meeting.Quality)),
        optional("programme_feedback", "có góp ý nội dung sinh hoạt, góp ý nội dung", flag),
    ),
    key=("code",),
    rules=(of_a_locality_or_an_agency, ends_after_it_starts, over_when_it_was, no_more_households_than_there_are),
)
# A file that an office may bring along, beside those that every office has; the administration knows it, too.
GUIDANCE = Table(
    "guidance.csv",
    (
        required("document", "số ký hiệu văn bản, văn bản, số văn bản", text(Guidance, "document")),
        required("title", "trích yếu, nội dung", text(Guidance, "title")),
        required("level", "cấp ban hành", choice(Meeting.ConvenedBy)),
        required("issued_on", "ngày ban hành", day),
        optional("due_on", "hạn quán triệt, hạn", day),
        required("tier", "quán triệt đến", choice(PassedOnAt)),
        reference("locality_code", "mã địa bàn", Locality, required=True),
        optional("last_day", "đến ngày", day),
    ),
    key=("document", "issued_on", "tier", "locality_code"),
    rules=(due_after_it_was_issued,),
)
# Not one of the files by which an office moves in: patterns are brought in by the administration.
PATTERNS = Table(
    "patterns.csv",
    (
        reference("locality_code", "mã địa bàn", Locality, required=True),
        required("kind", "loại, loại cuộc họp", choice(Kind, without=AGENCY_KINDS)),
        optional("day_of_month", "ngày trong tháng", whole(31, 1)),
        # Which one of the weekdays of a month; the last one is 5.
        optional("week", "lần thứ mấy", whole(LAST, 1)),
        column("weekday", "thứ trong tuần", choice(Weekday)),
        required("starts", "bắt đầu lúc, giờ họp", clock),
        optional("minutes", "thời lượng, số phút", whole(LONGEST, SHORTEST)),
        column("venue", "nơi họp", text(Pattern, "venue")),
        optional("first_day", "từ ngày", day),
        optional("last_day", "đến ngày", day),
    ),
    key=("locality_code", "kind", "first_day"),
    rules=(days_in_order, day_or_weekday),
)
ATTENDANCE = Table(
    "attendance.csv",
    (
        reference("meeting_code", "mã cuộc họp", Meeting, required=True),
        reference("cadre_code", "mã cán bộ", Cadre, required=True),
        # Who is expected and not recorded has a row anyway, made by the rules.
        required("status", "trạng thái", choice(Attendance.Status, without=[Attendance.Status.UNRECORDED])),
        column("reason", "lý do", choice(Attendance.Reason)),
        column("note", "ghi chú", text(Attendance, "note")),
    ),
    key=("meeting_code", "cadre_code"),
    rules=(reason_of_absence,),
)
