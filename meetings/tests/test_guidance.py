"""Guidance: what is to be passed on, where it has been, where not yet, and who sees that."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import LocalityVersion
from assignments.tests.cast import again, assign, at, cadre, locality, small_tree, user
from meetings.guidance.actions import pass_on_elsewhere, set_passed_on
from meetings.guidance.queries import Offered, offered_at, progress_of
from meetings.guidance.standing import Standing
from meetings.models import Feedback, Guidance, Meeting, PassedOn
from meetings.rosters import keep_rosters
from meetings.tests.evening import meeting
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db

TODAY = date(2022, 12, 10)


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def item(tree, **more):
    made = {
        "document": "Kết luận 87-KL/HU",
        "title": "Lịch họp của cơ quan",
        "level": "district",
        "issued_on": date(2022, 11, 1),
        "tier": "hamlet",
        "locality": tree.district,
    }
    return Guidance.objects.create(**{**made, **more})


def passed(guidance, at_meeting, who=None):
    return PassedOn.objects.create(guidance=guidance, locality=at_meeting.locality, meeting=at_meeting, cadre=who)


def shown(response):
    """The names of the places on a page of places."""
    return [line.place.name for line in response.context["rows"]]


@pytest.fixture
def tree():
    return small_tree()


@pytest.fixture
def office(tree):
    return user("office", at=tree.district, level="editor")


# --- Where it has been passed on ----------------------------------------------------------------------------------


def test_an_item_stands_place_by_place_and_the_most_that_is_left_comes_first(tree, office):
    who = cadre("P1", "Trần Thị Bình")
    assign(who, tree.an2)
    guidance = item(tree, due_on=date(2022, 12, 31))
    passed(guidance, meeting("cell", tree.an1, date(2022, 11, 9), status="held"), who)
    meeting("cell", tree.an2, date(2022, 12, 15))
    meeting("cell", tree.cam1, date(2023, 1, 5))

    page = visitor(office).get(guidance.get_absolute_url())

    hamlets = {"an1": tree.an1, "an2": tree.an2, "binh1": tree.binh1, "cam1": tree.cam1}
    assert page.context["places"] == len(hamlets)
    tiles = [(str(tile.label), tile.value, tile.url.partition("?")[2]) for tile in page.context["tiles"]]
    assert tiles == [
        ("Passed on", "25.00%", "show=passed"),
        ("Not yet", "3", "show=left"),
        ("Will miss the date", "2", "show=late"),
        ("Nobody to pass it on", "2", "show=nobody"),
    ]
    left = [(unit.name, unit.passed, len(unit.left)) for unit, _url in page.context["left"]]
    assert left[0][2] == max(number for _name, _passed, number in left)
    assert sum(number for _name, _passed, number in left) == 3


@pytest.mark.parametrize("show", ["passed", "left", "late", "nobody", ""])
def test_every_figure_of_an_item_is_the_number_of_rows_of_its_list(show, tree, office):
    guidance = item(tree, due_on=date(2022, 12, 31))
    passed(guidance, meeting("cell", tree.an1, date(2022, 11, 9), status="held"))
    assign(cadre("P1", "Trần Thị Bình"), tree.an2)
    meeting("cell", tree.an2, date(2022, 12, 15))
    standing = Standing(guidance, again(office), TODAY)

    page = visitor(office).get(f"/meetings/guidance/{guidance.pk}/places/", {"show": show})

    assert page.context["page_obj"].paginator.count == len(standing.shown(show))
    numbers = {"passed": 1, "left": 3, "late": 2, "nobody": 2, "": 4}
    assert page.context["page_obj"].paginator.count == numbers[show]


def test_the_places_of_one_commune_say_when_at_what_and_by_whom(tree, office):
    who = cadre("P1", "Trần Thị Bình")
    assign(who, tree.an2)
    guidance = item(tree)
    passed(guidance, meeting("cell", tree.an1, date(2022, 11, 9), status="held"), who)
    meeting("cell", tree.an2, date(2022, 12, 15))

    answer = visitor(office).get(f"/meetings/guidance/{guidance.pk}/places/?within=AN&format=csv")

    text = b"".join(answer.streaming_content).decode()
    rows = [line.split(",") for line in text.lstrip("\ufeff").splitlines()[1:]]
    assert [(row[0], *row[3:]) for row in rows] == [
        ("AN-2", "Not yet", "", "", "", "2022-12-15", "Trần Thị Bình"),
        ("AN-1", "Passed on", "2022-11-09", "Party cell meeting", "Trần Thị Bình", "", ""),
    ]


def test_what_was_ticked_at_a_meeting_that_did_not_take_place_counts_nowhere(tree, office):
    guidance = item(tree)
    held = meeting("cell", tree.an1, date(2022, 11, 9), status="held")
    passed(guidance, held)
    assert progress_of([guidance], again(office), TODAY) == {guidance.pk: (1, 4)}

    type(held).objects.update(status="not_held")

    assert progress_of([guidance], again(office), TODAY) == {guidance.pk: (0, 4)}


def test_a_hamlet_that_is_to_come_or_has_ended_is_not_asked(tree, office):
    guidance = item(tree)
    new = locality("AN-9", "hamlet", "Ấp 9", tree.an, first_day=date(2022, 12, 11))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 12, 9))
    localities_changed()

    lines = Standing(guidance, again(office), TODAY).lines

    assert {new.pk, tree.an2.pk} & {line.place.locality_id for line in lines} == set()
    assert len(lines) == 3


def test_what_has_ended_is_told_as_of_its_last_day(tree, office):
    guidance = item(tree, last_day=date(2022, 11, 30))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 12, 1))
    localities_changed()

    assert progress_of([guidance], again(office), TODAY) == {guidance.pk: (0, 4)}
    assert len(Standing(guidance, again(office), TODAY).lines) == 4


@pytest.mark.parametrize("tier, number", [("commune", 3), ("hamlet", 4), ("self_governing_group", 3)])
def test_each_tier_has_its_places(tier, number, tree, office):
    guidance = item(tree, tier=tier)

    page = visitor(office).get(guidance.get_absolute_url())

    assert page.context["places"] == number
    assert progress_of([guidance], again(office), TODAY) == {guidance.pk: (0, number)}


def test_a_ward_that_stands_alone_has_pages_as_a_district_has():
    ward = locality("W", "ward", "Phường Một")
    quarter = locality("W-1", "neighbourhood", "Khu phố 1", ward)
    localities_changed()
    guidance = Guidance.objects.create(
        document="1-KL/ĐU", title="Họp", level="commune", issued_on=TODAY, tier="hamlet", locality=ward
    )
    client = visitor(user("ward", at=ward, level="editor"))

    assert client.get("/meetings/guidance/").context["rows"][0].places == 1
    page = client.get(guidance.get_absolute_url())
    assert [(unit.name, unit.names_left) for unit, _url in page.context["left"]] == [("Phường Một", "Khu phố 1")]
    assert shown(client.get(f"/meetings/guidance/{guidance.pk}/places/")) == [quarter.versions.get().name]


# --- Who sees and who changes -------------------------------------------------------------------------------------


def test_whoever_answers_for_a_hamlet_sees_what_the_district_asks_of_it_and_nothing_else(tree, office):
    who = cadre("P1", "Trần Thị Bình", user=user("hamlet"))
    assign(who, tree.an1)
    guidance = item(tree)
    item(tree, document="Kết luận 88-KL/HU", tier="commune")
    client = visitor(who.user)

    assert [(row.item.pk, row.passed, row.places) for row in client.get("/meetings/guidance/").context["rows"]] == [
        (guidance.pk, 0, 1)
    ]
    page = client.get(guidance.get_absolute_url())
    assert (page.context["places"], page.context["may_edit"]) == (1, False)
    assert client.get(f"/meetings/guidance/{guidance.pk}/edit/").status_code == 404


def test_an_item_of_another_part_of_the_tree_is_not_found(tree):
    other = item(tree, locality=tree.binh)
    client = visitor(user("commune", at=tree.an, level="editor"))

    for path in ("", "places/", "edit/", "elsewhere/"):
        assert client.get(f"/meetings/guidance/{other.pk}/{path}").status_code == 404
    assert list(client.get("/meetings/guidance/").context["rows"]) == []


def test_who_only_reads_enters_nothing(tree):
    guidance = item(tree)
    client = visitor(user("viewer", at=tree.district, level="viewer"))

    assert client.get("/meetings/guidance/new/").status_code == 404
    assert client.get(f"/meetings/guidance/{guidance.pk}/elsewhere/").status_code == 404
    assert client.get(guidance.get_absolute_url()).context["may_record"] is False


def test_an_item_is_entered_and_a_day_before_it_was_issued_is_refused(tree, office):
    client = visitor(office)
    typed = {
        "document": "46-KH/HU",
        "title": "Tổ chức Tết",
        "level": "district",
        "issued_on": "07/12/2022",
        "due_on": "01/12/2022",
        "tier": "hamlet",
        "locality": tree.district.pk,
    }

    page = client.post("/meetings/guidance/new/", typed)
    assert "It is due before it was issued." in page.text
    assert not Guidance.objects.exists()

    assert client.post("/meetings/guidance/new/", typed | {"due_on": "31/01/2023"}).status_code == 302
    made = Guidance.objects.get()
    assert (made.document, made.due_on, made.history.get().history_user.username) == (
        "46-KH/HU",
        date(2023, 1, 31),
        "office",
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_however_much_there_is(rows, tree, office, django_assert_num_queries):
    made = [item(tree, document=f"{number}-KL/HU") for number in range(rows)]
    for guidance in made:
        passed(guidance, meeting("cell", tree.an1, date(2022, 11, 9), status="held"))
    client = visitor(office)
    client.get("/meetings/guidance/")

    with django_assert_num_queries(8):
        client.get("/meetings/guidance/")
    with django_assert_num_queries(15):
        client.get(made[0].get_absolute_url())


# --- Passing on ---------------------------------------------------------------------------------------------------


def test_at_a_meeting_only_what_was_not_passed_on_at_its_place_is_offered(tree, office):
    first, second = item(tree), item(tree, document="88-KL/HU")
    item(tree, document="89-KL/HU", tier="commune")
    item(tree, document="90-KL/HU", locality=tree.binh)
    item(tree, document="91-KL/HU", issued_on=TODAY)
    item(tree, document="92-KL/HU", last_day=date(2022, 11, 30))
    passed(first, meeting("cell", tree.an1, date(2022, 11, 9), status="held"))
    tonight = meeting("cell", tree.an1, date(2022, 12, 9), status="held")

    assert offered_at(tonight) == Offered([second], set(), 1)


def test_what_is_ticked_is_recorded_by_whom_and_what_is_unticked_is_taken_back(tree, office):
    guidance, other = item(tree), item(tree, document="88-KL/HU")
    tonight = meeting("cell", tree.an1, date(2022, 12, 9), status="held")
    who = cadre("P1", "Trần Thị Bình", user=user("hamlet"))
    assign(who, tree.an1)

    assert set_passed_on(tonight, {guidance.pk}, [guidance, other], by=again(who.user)) == 1
    [row] = PassedOn.objects.all()
    assert (row.guidance, row.locality, row.meeting, row.cadre) == (guidance, tree.an1, tonight, who)
    assert offered_at(tonight) == Offered([guidance, other], {guidance.pk}, 0)

    assert set_passed_on(tonight, {guidance.pk}, [guidance, other], by=again(who.user)) == 0
    # What the page did not offer stays.
    assert set_passed_on(tonight, set(), [other], by=again(who.user)) == 0
    assert set_passed_on(tonight, set(), [guidance, other], by=again(who.user)) == 1
    assert not PassedOn.objects.exists()
    assert [record.history_type for record in PassedOn.history.order_by("history_id")] == ["+", "-"]


def test_it_is_recorded_for_some_places_at_once_on_another_occasion(tree, office):
    guidance = item(tree)
    client, url = visitor(office), f"/meetings/guidance/{guidance.pk}/elsewhere/?within=AN"
    offered = client.get(url).context["form"].fields["places"].queryset
    assert {row.code for row in offered} == {"AN-1", "AN-2"}
    typed = {"places": [tree.an1.pk, tree.an2.pk], "day": "03/12/2022", "occasion": "Họp Đảng ủy xã mở rộng"}

    assert client.post(url, typed | {"places": [tree.cam1.pk]}).status_code == 200
    page = client.post(url, typed | {"day": (TODAY + timedelta(days=1)).strftime("%d/%m/%Y")})
    assert "That day lies ahead: nothing was passed on yet." in page.text
    assert not PassedOn.objects.exists()

    assert client.post(url, typed).status_code == 302
    assert set(PassedOn.objects.values_list("locality__code", "day", "occasion")) == {
        ("AN-1", date(2022, 12, 3), "Họp Đảng ủy xã mở rộng"),
        ("AN-2", date(2022, 12, 3), "Họp Đảng ủy xã mở rộng"),
    }
    # Sent once more, nobody is offered any more, and nothing is there twice.
    assert pass_on_elsewhere(guidance, [tree.an1], date(2022, 12, 3), "Họp", by=again(office)) == []


def test_the_reminder_is_text_to_copy_and_names_places_day_and_date(tree, office):
    guidance = item(tree, due_on=date(2022, 12, 31))
    meeting("cell", tree.an2, date(2022, 12, 15))
    page = visitor(office).get(f"/meetings/guidance/{guidance.pk}/places/?show=left&within=AN")

    assert page.context["reminder"] == (
        "Kết luận 87-KL/HU is still to be passed on at 2 places: Ấp 2, Khu phố 1. Next meeting: 15 Dec 2022. "
        "Those in charge are asked to pass it on and to record it with the meeting. Due 31 Dec 2022."
    )
    assert "cadrenet does not send it" in page.text


def test_the_page_on_which_a_meeting_is_recorded_ticks_and_unticks(tree, office):
    guidance = item(tree)
    held = meeting("cell", tree.an1, date(2022, 12, 9), status="held")
    client, url = visitor(office), f"/meetings/{held.pk}/record/"
    form = client.get(url).context["passed_on_form"]
    assert [found.pk for found, _box in form.boxes] == [guidance.pk]
    sent = {"status": "held", "were": '{"status": "held"}', "guidance-were": ""}

    assert client.post(url, sent | {"guidance-passed_on": "99999"}).status_code == 200
    assert not PassedOn.objects.exists()
    # Sent twice it is there once.
    for _time in range(2):
        assert client.post(url, sent | {"guidance-passed_on": guidance.pk}).status_code == 302
    assert PassedOn.objects.get().meeting == held
    assert "Passed on at this meeting" in client.get(held.get_absolute_url()).text
    # A page that shows no guidance takes nothing back.
    assert client.post(url, {"status": "held", "were": '{"status": "held"}'}).status_code == 302
    assert PassedOn.objects.count() == 1

    assert client.post(url, sent | {"guidance-were": guidance.pk}).status_code == 302
    assert not PassedOn.objects.exists()


def test_who_only_records_himself_ticks_nothing(tree):
    who = cadre("P1", "Trần Thị Bình", user=user("hamlet"))
    assign(who, tree.an1)
    guidance = item(tree, tier="commune")
    held = meeting("commune_committee", tree.an, date(2022, 12, 9), status="held")
    keep_rosters(Meeting.objects.all())
    client, url = visitor(who.user), f"/meetings/{held.pk}/record/"

    assert client.get(url).context["passed_on_form"] is None
    client.post(url, {"guidance-were": "", "guidance-passed_on": guidance.pk})
    assert not PassedOn.objects.exists()


def test_after_the_tap_guidance_and_a_sentence_about_the_programme_are_asked_together(tree):
    who = cadre("P1", "Trần Thị Bình", user=user("hamlet"))
    assign(who, tree.an1)
    guidance = item(tree)
    tonight = meeting("cell", tree.an1, TODAY)
    keep_rosters(Meeting.objects.all())
    client, url = visitor(who.user), reverse("reports:meeting_attended", args=[tonight.pk])
    client.post(reverse("reports:meeting_attend", args=[tonight.pk]), {"status": "present", "was": "unrecorded"})
    page = client.get(url)
    assert [form.prefix for form in page.context["further"]] == ["programme", "guidance", "issue"]
    sent = {
        "status": "held",
        "were": '{"status": "held", "programme_feedback": null}',
        "programme_feedback": "",
        "programme-feedback": "Thêm việc hiến đất",
        "programme-was": "",
        "guidance-were": "",
        "guidance-passed_on": guidance.pk,
    }

    assert client.post(url, sent).status_code == 302

    assert PassedOn.objects.get().cadre == who
    assert Feedback.objects.get().text == "Thêm việc hiến đất"
    tonight.refresh_from_db()
    assert tonight.programme_feedback is True
    # The page shows what is stored, and sent again untouched it changes nothing.
    again_sent = sent | {
        "programme-was": "Thêm việc hiến đất",
        "guidance-were": guidance.pk,
        "programme_feedback": "1",
    }
    again_sent["were"] = '{"status": "held", "programme_feedback": true}'
    assert client.post(url, again_sent).status_code == 302
    assert (PassedOn.history.count(), Feedback.history.count()) == (1, 1)


def test_a_residence_meeting_is_numbers_and_more_than_were_invited_did_not_come(tree, office):
    held = meeting("residence", tree.an1, date(2022, 12, 9), status="held")
    client, url = visitor(office), f"/meetings/{held.pk}/record/"
    assert {"invited", "came"} <= set(client.get(url).context["form"].fields)
    sent = {"status": "held", "were": '{"status": "held", "invited": null, "came": null}'}

    page = client.post(url, sent | {"invited": "20", "came": "21"})
    assert page.context["form"].errors["came"] == [
        "More came than were invited. Whoever came without an invitation counts among the invited."
    ]
    assert client.post(url, sent | {"invited": "20", "came": "15"}).status_code == 302

    held.refresh_from_db()
    assert (held.invited, held.came, held.attendances.count()) == (20, 15, 0)
    assert "15 · 75.00%" in client.get(held.get_absolute_url()).text
