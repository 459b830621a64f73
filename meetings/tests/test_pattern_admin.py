"""Patterns and days off in the administration: saved, confirmed, brought in from a table and written out."""

from datetime import date, datetime, time

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.tests.cast import OFFICE, small_tree, user
from meetings.models import Holiday, Meeting, Pattern

pytestmark = pytest.mark.django_db
COLUMNS = "locality_code,kind,day_of_month,week,weekday,starts,minutes,venue,first_day,last_day"


@pytest.fixture(autouse=True)
def _december(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")
    with time_machine.travel(datetime(2026, 12, 8, 9, tzinfo=OFFICE), tick=False):
        yield


def url(model, page, *args):
    return reverse(f"admin:meetings_{model._meta.model_name}_{page}", args=args)


def clerk(client, place):
    made = user("clerk", at=place, level="editor", is_staff=True)
    made.user_permissions.set(Permission.objects.all())
    client.force_login(made)
    return made


def upload(client, *rows):
    data = "\r\n".join([COLUMNS, *rows, ""]).encode()
    return client.post(url(Pattern, "import"), {"file": SimpleUploadedFile("patterns.csv", data)})


def pattern_form(of, **more):
    return {"locality": of.pk, "kind": "cell", "day_of_month": "5", "starts": "19:00", "minutes": "90", **more}


def test_a_saved_pattern_plans_its_meetings_and_a_changed_one_moves_them(client):
    tree = small_tree()
    clerk(client, tree.an)

    client.post(url(Pattern, "add"), pattern_form(tree.an1))
    made = Pattern.objects.get()
    answer = client.post(url(Pattern, "change", made.pk), pattern_form(tree.an1, day_of_month="7"), follow=True)

    assert "12 meetings changed." in answer.content.decode()
    assert sorted(made.meetings.values_list("day", flat=True))[0] == date(2027, 1, 7)


def test_patterns_elsewhere_are_neither_seen_nor_made(client):
    tree = small_tree()
    other = Pattern.objects.create(locality=tree.cam1, kind="cell", day_of_month=5, starts=time(19))
    clerk(client, tree.an)

    answer = client.post(url(Pattern, "add"), pattern_form(tree.cam1))

    assert answer.status_code == 200
    assert client.get(url(Pattern, "change", other.pk)).status_code == 302
    assert client.get(url(Pattern, "changelist")).context["cl"].result_count == 0
    assert list(Pattern.objects.all()) == [other]


def test_a_table_is_previewed_written_and_planned(client):
    tree = small_tree()
    clerk(client, tree.an)

    preview = upload(
        client,
        "AN-1,cell,5,,,19:00,90,Nhà văn hóa,2027-01-01,",
        "AN-2,cell,,2,sunday,07:30,,,,",
    )
    confirmed = client.post(url(Pattern, "import_confirm"), preview.context["confirm_form"].initial, follow=True)

    assert preview.context["totals"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert [str(message) for message in confirmed.context["messages"]] == [
        "Imported: 2 new, 0 changed, 0 unchanged.",
        "25 meetings planned.",
    ]
    assert set(Meeting.objects.values_list("locality__code", flat=True)) == {"AN-1", "AN-2"}


def test_what_is_exported_is_what_is_imported(client):
    tree = small_tree()
    clerk(client, tree.an)
    rows = ["AN-2,cell,,5,sunday,07:30,,,,", "AN-1,cell,5,,,19:00,90,Nhà văn hóa,2027-01-01,2027-12-31"]
    preview = upload(client, *rows)
    client.post(url(Pattern, "import_confirm"), preview.context["confirm_form"].initial)

    answer = client.get(url(Pattern, "export"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert text.splitlines() == [COLUMNS, *rows]
    assert upload(client, *rows).context["totals"] == {"new": 0, "changed": 0, "unchanged": 2}


@pytest.mark.parametrize(
    "row, sentence",
    [
        ("CA-1,cell,5,,,19:00,,,,", "There is no locality with the code “CA-1” that you may use here."),
        ("AN-1,agency,5,,,19:00,,,,", "kind: “agency” is unknown."),
        ("AN-1,cell,32,,,19:00,,,,", "day_of_month: 32 is not between 1 and 31. Correct it."),
        ("AN-1,cell,5,1,monday,19:00,,,,", "Fill in day_of_month, or both week and weekday"),
        ("AN-1,cell,,1,,19:00,,,,", "Fill in day_of_month, or both week and weekday"),
        ("AN-1,cell,5,,,7 giờ,,,,", "starts: “7 giờ” is no time of the day in this format."),
        ("AN-1,commune_committee,5,,,19:00,,,,", "This kind of meeting belongs to another tier of locality."),
        (
            "AN-1,cell,5,,,19:00,,,2027-02-01,2027-01-01",
            "The last day 2027-01-01 lies before the first day",
        ),
    ],
)
def test_a_table_with_a_mistake_says_so_and_writes_nothing(client, row, sentence):
    tree = small_tree()
    clerk(client, tree.an)

    [(line, told)] = upload(client, row).context["row_errors"]

    assert line == 2
    assert any(sentence in text for text in told), told
    assert not Pattern.objects.exists()


def test_an_occurrence_is_cancelled_and_not_deleted(client):
    tree = small_tree()
    clerk(client, tree.an)
    client.post(url(Pattern, "add"), pattern_form(tree.an1))
    first = Meeting.objects.earliest("day")

    answer = client.post(url(Meeting, "delete", first.pk), {"post": "yes"})

    assert answer.status_code == 403
    assert Meeting.objects.count() == 12


def test_days_off_are_confirmed_by_whoever_decides_at_the_top(client):
    tree = small_tree()
    proposed = Holiday.objects.create(day=date(2027, 1, 1), name="Tết Dương lịch")
    office = clerk(client, tree.district)

    client.post(url(Holiday, "changelist"), {"action": "confirm", "_selected_action": [proposed.pk]})
    client.post(url(Holiday, "add"), {"day": "2027-02-08", "name": "Tết", "kind": "off", "source": "TB 1/2026"})

    proposed.refresh_from_db()
    assert proposed.confirmed_by == office
    assert Holiday.objects.get(day=date(2027, 2, 8)).confirmed_by == office


def test_an_editor_of_a_commune_reads_the_days_off_and_changes_none(client):
    tree = small_tree()
    proposed = Holiday.objects.create(day=date(2027, 1, 1), name="Tết Dương lịch")
    clerk(client, tree.an)

    page = client.get(url(Holiday, "change", proposed.pk))
    typed = {"day": "2027-01-02", "name": "Khác", "kind": "off"}
    answers = [
        client.post(url(Holiday, "changelist"), {"action": "confirm", "_selected_action": [proposed.pk]}),
        client.post(url(Holiday, "change", proposed.pk), typed),
        client.post(url(Holiday, "add"), typed),
        client.post(url(Holiday, "delete", proposed.pk), {"post": "yes"}),
    ]

    assert page.status_code == 200
    assert [answer.status_code for answer in answers[1:]] == [403, 403, 403]
    assert list(Holiday.objects.values_list("name", "confirmed_at")) == [("Tết Dương lịch", None)]


def test_a_commune_that_stands_alone_decides_about_its_days_off(client):
    tree = small_tree()
    tree.an.versions.update(parent=None)
    localities_changed()
    clerk(client, tree.an)

    client.post(url(Holiday, "add"), {"day": "2027-02-08", "name": "Tết", "kind": "off"})

    assert Holiday.objects.exists()
