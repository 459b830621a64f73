"""Whom to remind in a real browser: one tap notes it, on a phone and at a desk."""

from datetime import timedelta

import pytest

from assignments.tests.cast import user
from cadrenet.periods import today
from meetings.models import Attendance, Reminder
from meetings.tests.evening import evening, meeting

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reminder_is_noted(page, live_server, signed_in, assert_usable, assert_accessible, screenshot):
    cast = evening()
    cast.chau.phone = "0275 000 0001"
    cast.chau.save()
    for days in (5, 35):
        made = meeting("cell", cast.tree.an1, day=today() - timedelta(days=days), status="held")
        Attendance.objects.filter(meeting=made).update(status="absent", reason="agency_meeting")
        meeting("cell", cast.tree.an2, day=today() - timedelta(days=days), status="held")
    signed_in(page, user("head", of=cast.interior, display_name="Lê Hoàng Nam"))
    assert_usable(page, f"{live_server.url}/meetings/remind/?what=silent")
    assert_usable(page, f"{live_server.url}/meetings/remind/")
    screenshot(page, "remind")

    page.locator("button:has-text('Ghi đã nhắc')").press("Enter")
    page.wait_for_selector("text=Đã ghi: đã nhắc đồng chí Nguyễn Minh Châu.")
    assert_accessible(page)
    assert Reminder.objects.get().cadre == cast.chau
