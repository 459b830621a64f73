"""The clash guard in a ward that stands on its own: no district that convenes, no head of a group who reads why."""

import io
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from assignments.models import User
from meetings.models import Attendance, Meeting
from reports.tests.test_contract import SAMPLE
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db


def test_an_agency_of_a_ward_is_told_of_its_staff_and_of_nobody_who_is_not_there(tmp_path):
    with zipfile.ZipFile(SAMPLE / "commune.zip") as packed:
        packed.extractall(tmp_path)
    call_command("import_district", tmp_path / "commune", stdout=io.StringIO(), verbosity=0)
    client = visitor(User.objects.create_superuser("admin", password="x"))
    expected = Attendance.objects.filter(expected=True, cadre__postings__agency__isnull=False)
    row = expected.exclude(meeting__status__in=Meeting.TOOK_NO_PLACE).order_by("day", "pk").first()
    starts = timezone.localtime(row.meeting.starts_at)
    typed = {
        "agency": row.cadre.posting_on(row.day).agency.pk,
        "subject": "Giao ban tháng",
        "kind": "agency",
        "day": f"{starts:%d/%m/%Y}",
        "starts": f"{starts:%H:%M}",
        "ends": f"{starts + timedelta(minutes=90):%H:%M}",
    }

    with time_machine.travel(starts - timedelta(days=2), tick=False):
        response = client.post("/meetings/new/?of=agency", typed)
        listed = client.get(f"/meetings/clashes/?quarter={starts.year}-Q{(starts.month + 2) // 3}")

    page, look = response.content.decode(), response.context["look"]
    assert row.cadre_id in {line.row.cadre_id for line in look.same_time}
    assert len(look.slots) == 3
    assert look.in_groups is False
    assert [key for key, _label in response.context["form"].fields["convened_by"].choices] == [
        "",
        "commune",
        "province",
        "central",
    ]
    assert "Those who are expected elsewhere read it." in page
    assert "heads of their groups" not in page
    assert listed.status_code == 200
