"""A meeting and its day: what is over lies behind, an answer is for a date, and what has ended can be finished."""

import io
import re
from datetime import date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Assignment
from assignments.tests.cast import OFFICE, assign, at, user
from meetings.actions import meeting_changed, record_attendance, save_meeting, set_status
from meetings.entries import Refused
from meetings.models import Attendance, Meeting
from meetings.queries import clashes
from meetings.rosters import wrong_rosters
from meetings.tests.evening import TONIGHT, agency_meeting, evening, meeting, roster
from reports.tests.visits import file_body, visitor

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 5, 20, 9, tzinfo=OFFICE)
TODAY, LATER = date(2022, 5, 20), date(2022, 6, 15)
AHEAD = "What was recorded says that the meeting is over. It cannot lie after 20 May 2022."
NO_LOCALITY = "The locality does not exist on that day."


@pytest.fixture(autouse=True)
def _twentieth_of_may():
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


def root():
    return visitor(user("root", is_staff=True, is_superuser=True))


def admin_form(of, day, clock="19:00", **more):
    """What the administration sends of a meeting without a roster."""
    prefixes = ("attendances", "attendances-2")
    empty = {f"{prefix}-{name}_FORMS": 0 for prefix in prefixes for name in ("TOTAL", "INITIAL")}
    data = {"kind": of.kind, "locality": of.locality_id, "starts_at_0": f"{day:%d/%m/%Y}", "starts_at_1": clock}
    return data | empty | {"status": of.status, "code": of.code} | more


def admin_errors(client, of, day, **more):
    response = client.post(reverse("admin:meetings_meeting_change", args=[of.pk]), admin_form(of, day, **more))
    return response.context["adminform"].errors if response.status_code == 200 else {}


HEADER = "code,kind,locality_code,agency_code,starts_at,ends_at,status,convened_by,extraordinary,households_total"
HEADER += ",households_represented,quality_organisation,quality_content,quality_time,programme_feedback"


def import_rows(folder, *meetings, attendance=()):
    """Import meetings as (code, locality, starts_at, ends_at, status); return the errors."""
    rows = ["{},cell,{},,{},{},{},,,,,,,,".format(*row) for row in meetings]
    (folder / "meetings.csv").write_text("\n".join([HEADER, *rows, ""]))
    if attendance:
        (folder / "attendance.csv").write_text(
            "\n".join(["meeting_code,cadre_code,status,reason,note", *attendance, ""])
        )
    said = io.StringIO()
    try:
        call_command("import_district", folder, stdout=io.StringIO(), stderr=said, verbosity=0)
    except CommandError:
        return said.getvalue().splitlines()
    return []


# --- What is over lies behind ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["held", "not_held"])
def test_what_is_over_lies_ahead_by_no_way_in(tmp_path, status):
    cast = evening()
    planned = meeting("cell", cast.tree.an1, day=LATER)
    said = meeting("cell", cast.tree.an2, day=TONIGHT, status=status)

    with pytest.raises(Refused):
        set_status(planned, status, was="planned", by=cast.office, on=TODAY)
    moved = visitor(cast.office).post(
        reverse("meetings:meeting_edit", args=[said.pk]), {"kind": "cell", "day": str(LATER), "starts": "19:00"}
    )
    in_admin = admin_errors(root(), planned, LATER, status=status)
    imported = import_rows(tmp_path, ("M", "AN-1", f"{LATER}T19:00", "", status))

    assert moved.context["form"].errors == {"day": [AHEAD]}
    assert in_admin == {"starts_at": [AHEAD]}
    assert imported == [f"meetings.csv:2: {AHEAD}"]
    assert sorted(Meeting.objects.values_list("day", "status")) == [(TONIGHT, status), (LATER, "planned")]


def test_today_is_not_ahead(tmp_path):
    evening()

    assert import_rows(tmp_path, ("M", "AN-1", f"{TODAY}T23:59", "", "held")) == []


# --- Midnight -----------------------------------------------------------------------------------------------


def test_half_past_eleven_to_half_past_midnight_is_a_meeting(client):
    cast = evening()
    client.force_login(cast.recorder)

    client.post(
        "/meetings/new/?locality=AN-1", {"kind": "cell", "day": str(LATER), "starts": "23:30", "ends": "00:30"}
    )
    made = Meeting.objects.get()
    page = client.get(made.get_absolute_url()).content.decode()
    form = client.get(reverse("meetings:meeting_edit", args=[made.pk])).context["form"]

    assert (made.day, made.starts_at, made.ends_at) == (LATER, at(LATER, 23, 30), at(date(2022, 6, 16), 0, 30))
    assert "23:30–16 Jun 2022, 00:30" in page
    assert (f"{form.initial['starts']:%H:%M}", f"{form.initial['ends']:%H:%M}") == ("23:30", "00:30")


def test_an_agency_may_meet_past_midnight_and_a_last_day_that_was_typed_holds(client):
    cast = evening()
    client.force_login(cast.clerk)
    night = date(2022, 6, 21)
    typed = {"agency": cast.interior.pk, "subject": "Trực bão", "kind": "agency"}
    typed |= {"day": str(night), "starts": "23:30", "ends": "00:30"}

    wrong = client.post("/meetings/new/?of=agency", typed | {"last_day": str(night)})
    client.post("/meetings/new/?of=agency", typed)
    made = Meeting.objects.get()
    form = client.get(reverse("meetings:meeting_edit", args=[made.pk])).context["form"]

    assert wrong.context["form"].errors == {"ends": ["The meeting ends before it starts."]}
    assert (made.starts_at, made.ends_at) == (at(night, 23, 30), at(date(2022, 6, 22), 0, 30))
    assert "last_day" not in form.fields


def test_a_meeting_past_midnight_clashes_and_comes_in_by_files(tmp_path):
    cast = evening()
    night = date(2022, 6, 16)

    imported = import_rows(tmp_path, ("M", "AN-1", f"{LATER}T23:30", f"{night}T00:30", "planned"))
    agency_meeting(cast.interior, day=night, hour=0)

    assert imported == []
    found = clashes(type("Q2", (), {"days": (date(2022, 4, 1), date(2022, 6, 30)), "first_day": date(2022, 4, 1)}))
    assert [row.cadre.code for row in found] == ["P2"]


# --- An answer is given for a date ----------------------------------------------------------------------------


def answered(cast, status="planned"):
    """A cell of tonight at which Châu said that he came, with Dung as a guest."""
    made = meeting("cell", cast.tree.an1, status=status)
    row = Attendance.objects.get(meeting=made)
    row.status, row.reason, row.note = "absent", "duty_trip", "Ở tỉnh"
    row.save()
    Attendance.objects.create(meeting=made, cadre=cast.dung, expected=False, status="present")
    return made


ASKED_AGAIN = [("P2", True, "unrecorded", "", "")]


def said_before(of):
    """What the history keeps of the answers that no longer stand: (code, status, why)."""
    rows = Attendance.history.filter(meeting=of.pk, history_change_reason__startswith="moved")
    return sorted(rows.values_list("cadre__code", "status", "history_change_reason"))


BOTH = [("P2", "unrecorded", "moved 2022-05-09"), ("P3", "unrecorded", "moved 2022-05-09")]


@pytest.mark.parametrize("status", ["planned", "held"])
def test_on_the_page_a_meeting_that_is_moved_asks_again(client, status):
    cast = evening()
    made = answered(cast, status)
    client.force_login(cast.office)

    client.post(
        reverse("meetings:meeting_edit", args=[made.pk]), {"kind": "cell", "day": "2022-05-10", "starts": "19:00"}
    )

    assert roster(made) == ASKED_AGAIN
    assert said_before(made) == BOTH
    assert wrong_rosters() == set()
    text = client.get(made.get_absolute_url()).content.decode()
    assert "Nguyễn Minh Châu: “Absent (Duty trip)” was said for 9 May 2022, and the meeting was moved" in text


def test_in_the_administration_a_meeting_that_is_moved_asks_again():
    cast = evening()
    made = answered(cast)

    assert admin_errors(root(), made, date(2022, 5, 10)) == {}
    assert roster(made) == ASKED_AGAIN
    assert said_before(made) == BOTH


def test_in_an_import_a_meeting_that_is_moved_asks_again_but_for_what_the_files_say_once_more(tmp_path):
    cast = evening()
    made = answered(cast)
    Attendance.objects.filter(cadre=cast.chau).update(status="present", reason="", note="")

    errors = import_rows(
        tmp_path,
        (made.code, "AN-1", "2022-05-10T19:00", "", "held"),
        attendance=[f"{made.code},P2,present,,"],
    )

    assert errors == []
    assert roster(made) == [("P2", True, "present", "", "")]
    assert said_before(made) == [("P3", "unrecorded", "moved 2022-05-09")]
    assert set(Attendance.objects.values_list("day", "held")) == {(date(2022, 5, 10), True)}


def test_another_hour_of_the_same_day_asks_nobody_again():
    cast = evening()
    made = answered(cast)
    made.starts_at, made.ends_at = at(TONIGHT, 7), None

    save_meeting(made, by=cast.office, on=TODAY)

    assert roster(made) == [("P2", True, "absent", "duty_trip", "Ở tỉnh"), ("P3", False, "present", "", "")]


def test_an_answer_to_the_new_day_is_late_by_the_new_day(client):
    cast = evening()
    made = answered(cast)
    made.starts_at, made.ends_at = at(date(2022, 5, 19)), None
    Attendance.history.filter(cadre=cast.chau).update(history_change_reason="late", status="absent")
    save_meeting(made, by=cast.office, on=TODAY)
    row = Attendance.objects.get(cadre=cast.chau)
    row.status = "present"
    row.save()
    client.force_login(cast.office)

    (line,) = client.get(made.get_absolute_url()).context["people"]

    assert (line.status, line.late) == ("present", False)


@pytest.mark.parametrize("status", ["cancelled", "not_held"])
def test_nobody_is_called_guest_or_present_where_nobody_met(client, status):
    cast = evening()
    made = answered(cast)
    Attendance.objects.filter(cadre=cast.chau).update(status="present", reason="", note="")
    made.status = status
    made.save()
    meeting_changed(made)
    client.force_login(cast.office)

    page = client.get(made.get_absolute_url())
    listed = client.get("/meetings/?quarter=2022-Q2").context["rows"]

    assert [(line.row.cadre.code, line.status) for line in page.context["people"]] == [("P2", status), ("P3", status)]
    assert page.context["guests"] == []
    assert "Guests" not in page.content.decode()
    assert [row.present for row in listed] == [0]
    # In the administration, too, each attendance by itself.
    rows = root().get(reverse("admin:meetings_attendance_changelist")).content.decode()
    assert re.findall(r'field-said[^"]*">([^<]*)<', rows) == [made.get_status_display()] * 2
    # What was said is kept all the same.
    assert [row[2] for row in roster(made)] == ["present", "present"]


def test_the_administration_takes_nobody_for_present_where_nobody_can_have_come():
    cast = evening()
    sentences = []
    for day, status in ((LATER, "planned"), (TONIGHT, "cancelled"), (TONIGHT, "not_held")):
        made = meeting("cell", cast.tree.an1, day=day, status=status)
        with pytest.raises(ValidationError) as raised:
            Attendance(meeting=made, cadre=cast.dung, expected=False, status="present").clean()
        sentences += raised.value.messages

    assert sentences == [
        "The meeting lies in the future: nobody can have come yet.",
        "Nobody can have come to a meeting that did not take place.",
        "Nobody can have come to a meeting that did not take place.",
    ]


# --- What hangs on a locality that has ended ----------------------------------------------------------------------


def ended():
    """Hamlet 2 of An ended on 30 April; a cell was planned there for 9 May, and one for 15 June."""
    cast = evening()
    cast.past, cast.coming = meeting("cell", cast.tree.an2), meeting("cell", cast.tree.an2, day=LATER)
    Assignment.objects.filter(locality=cast.tree.an2).update(last_day=date(2022, 4, 30))
    cast.tree.an2.versions.update(last_day=date(2022, 4, 30))
    localities_changed()
    return cast


def status_of(made):
    return Meeting.objects.get(pk=made.pk).status


def test_on_the_page_what_was_planned_beyond_the_end_is_cancelled_or_not_held_and_never_held(client):
    cast = ended()
    client.force_login(cast.recorder)

    for made, status in ((cast.past, "held"), (cast.past, "not_held"), (cast.coming, "cancelled")):
        client.post(reverse("meetings:meeting_status", args=[made.pk]), {"status": status, "was": status_of(made)})
        if status == "held":
            assert status_of(made) == "planned"

    assert (status_of(cast.past), status_of(cast.coming)) == ("not_held", "cancelled")


def test_the_administration_and_an_import_agree(tmp_path):
    cast = ended()
    client = root()

    assert admin_errors(client, cast.past, TONIGHT, status="held") == {"starts_at": [NO_LOCALITY]}
    assert admin_errors(client, cast.past, TONIGHT, status="not_held") == {}
    life = "AN-2 does not exist on 2022-06-15, only … – 2022-04-30. Correct the day or the code."
    again = (cast.coming.code, "AN-2", f"{LATER}T19:00", "")
    assert import_rows(tmp_path, (*again, "planned")) == [f"meetings.csv:2: locality_code: {life}"]
    assert import_rows(tmp_path, (*again, "cancelled")) == []
    assert (status_of(cast.past), status_of(cast.coming)) == ("not_held", "cancelled")


def test_who_came_before_the_locality_got_its_end_can_still_be_recorded(client):
    cast = evening()
    made = meeting("cell", cast.tree.an2, status="held")
    Assignment.objects.filter(locality=cast.tree.an2).update(last_day=date(2022, 4, 30))
    cast.tree.an2.versions.update(last_day=date(2022, 4, 30))
    localities_changed()

    record_attendance(made, by=cast.office, on=TODAY, facts={"quality_time": "good"}, were={"quality_time": ""})

    assert Meeting.objects.get(pk=made.pk).quality_time == "good"


def test_a_mistyped_meeting_of_old_can_be_cancelled(client):
    cast = evening()
    made = meeting("cell", cast.tree.an1, day=date(22, 5, 9))
    client.force_login(cast.recorder)

    client.post(reverse("meetings:meeting_status", args=[made.pk]), {"status": "cancelled", "was": "planned"})

    assert status_of(made) == "cancelled"


def test_what_is_planned_beyond_the_end_is_listed_and_cancelled_in_one_step(client):
    cast = ended()
    url = "/meetings/beyond/?locality=AN-2"
    client.force_login(cast.recorder)

    listed = [made.pk for made in client.get(url).context["meetings"]]
    outside = list(visitor(cast.elsewhere).get(url).context["meetings"])
    answer = client.post(url, follow=True).content.decode()

    assert listed == [cast.past.pk, cast.coming.pk]
    assert outside == []
    assert "2 meetings are cancelled." in answer
    assert (status_of(cast.past), status_of(cast.coming)) == ("cancelled", "cancelled")
    assert "Nothing is planned beyond the end of a locality" in answer


def test_what_was_planned_beyond_the_end_since_the_page_was_opened_is_not_cancelled_unseen(client):
    cast = ended()
    url = "/meetings/beyond/?locality=AN-2"
    client.force_login(cast.recorder)
    opened = client.get(url).context["opened"]
    Meeting.objects.create(
        kind="residence", locality=cast.tree.an2, starts_at=at(LATER, 8), place=cast.coming.place, day=LATER
    )

    answer = client.post(url, {"opened": opened}, follow=True)

    assert "Nothing was cancelled: meanwhile other meetings are listed here. Look again." in answer.content.decode()
    assert set(Meeting.objects.filter(locality=cast.tree.an2).values_list("status", flat=True)) == {"planned"}
    client.post(url, {"opened": answer.context["opened"]})
    assert not Meeting.objects.filter(locality=cast.tree.an2, status="planned").exists()


def test_ending_a_locality_in_the_administration_offers_to_cancel_what_is_planned_beyond():
    cast = evening()
    meeting("cell", cast.tree.an2, day=LATER)
    Assignment.objects.filter(locality=cast.tree.an2).update(last_day=date(2022, 5, 31))
    version = cast.tree.an2.versions.get()
    data = {"code": "AN-2", "assignments-TOTAL_FORMS": 0, "assignments-INITIAL_FORMS": 0}
    data |= {"versions-TOTAL_FORMS": 1, "versions-INITIAL_FORMS": 1, "versions-0-id": version.pk}
    data |= {"versions-0-locality": cast.tree.an2.pk, "versions-0-name": version.name, "versions-0-first_day": ""}
    data |= {"versions-0-type": version.type_id, "versions-0-parent": version.parent_id, "versions-0-households": ""}

    page = root().post(
        reverse("admin:assignments_locality_change", args=[cast.tree.an2.pk]),
        data | {"versions-0-last_day": "31/05/2022"},
        follow=True,
    )

    assert 'href="/meetings/beyond/?locality=AN-2"' in page.content.decode()


def test_so_does_an_import_in_the_administration():
    cast = evening()
    meeting("cell", cast.tree.an2, day=LATER)
    Assignment.objects.filter(locality=cast.tree.an2).update(last_day=date(2022, 5, 31))
    rows = "code,parent_code,type,name,first_day,last_day,households\nAN-2,AN,hamlet,Ấp 2,,2022-05-31,\n"
    client = root()

    preview = client.post(
        reverse("admin:assignments_locality_import"), {"file": SimpleUploadedFile("rows.csv", rows.encode())}
    )
    page = client.post(
        reverse("admin:assignments_locality_import_confirm"), preview.context["confirm_form"].initial, follow=True
    )

    assert 'href="/meetings/beyond/?locality=AN-2"' in page.content.decode()


def test_no_row_of_a_quarter_counts_as_due_what_was_planned_beyond_the_end(client):
    cast = ended()
    assign(cast.binh, cast.tree.binh)
    client.force_login(cast.office)
    before = meeting("cell", cast.tree.an2, day=date(2022, 4, 9), status="not_held")
    set_status(cast.past, "not_held", was="planned", by=cast.office, on=TODAY)

    rows = file_body(client.get("/reports/quarterly/?quarter=2022-Q2&level=commune&format=csv"))
    listed = client.get("/meetings/?quarter=2022-Q2&status=due").context["rows"]

    assert [line.split(",")[:6] for line in rows.splitlines()[1:2]] == [
        ["AN", "Thị trấn An", "2022-Q2", "1", "0", "1"]
    ]
    assert [row.meeting.pk for row in listed] == [before.pk]
