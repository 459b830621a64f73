"""The pages of patterns: the list, one pattern for many localities, and one changed or ended."""

from datetime import date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import Lineage, LocalityVersion
from assignments.tests.cast import OFFICE, assign, user, version
from meetings.models import Meeting, Pattern
from meetings.planning.actions import plan_meetings
from meetings.tests.evening import evening, meeting
from reports.tests.visits import sheet_table

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 8)
LIST, NEW = "/meetings/patterns/", "/meetings/patterns/new/"


@pytest.fixture(autouse=True)
def _december():
    with time_machine.travel(datetime(2026, 12, 8, 9, tzinfo=OFFICE), tick=False):
        yield


def pattern(at, day=5, **more):
    made = Pattern.objects.create(
        **{"locality": at, "kind": "cell", "day_of_month": day, "starts": time(19), "minutes": 90, **more}
    )
    plan_meetings([at.pk], on=TODAY)
    return made


def typed(*places, **more):
    return {
        "places": [place.stood_on(TODAY).pk for place in places],
        "repeats": "day",
        "day_of_month": "5",
        "starts": "19:00",
        "minutes": "90",
        "venue": "",
        "first_day": "2027-01-01",
        **more,
    }


def sent(client, address, data):
    """What comes of a form that is previewed and then sent again with what was seen."""
    first = client.post(address, data)
    assert first.context["preview"] is not None, first.context["form"].errors
    return first, client.post(address, {**data, "seen": first.context["seen"]})


def told(response):
    """(day, number of meetings, what is off, notes) of each line of a preview."""
    return [(f"{line.day:%d/%m}", line.number, line.off, line.notes) for line in response.context["preview"].days]


# --- One pattern for many localities ------------------------------------------------------------------------------


def test_a_pattern_for_two_cells_is_previewed_and_planned_with_one_more_tap(client):
    cast = evening()
    client.force_login(cast.recorder)

    first, second = sent(client, NEW, typed(cast.tree.an1, cast.tree.an2))

    assert first.context["preview"].number == 24
    assert b"Plan 24 meetings" in first.content
    assert told(first)[:3] == [
        ("05/01", 2, "", []),
        ("11/02", 2, "Tết Nguyên Đán, days off: 4 Feb – 10 Feb 2027", []),
        ("05/03", 2, "", []),
    ]
    assert "The days off of 2027 are not confirmed yet" in first.content.decode()
    assert second.url == LIST
    assert list(Pattern.objects.values_list("locality__code", "day_of_month", "first_day")) == [
        ("AN-1", 5, date(2027, 1, 1)),
        ("AN-2", 5, date(2027, 1, 1)),
    ]
    assert Meeting.objects.filter(pattern__isnull=False).count() == 24
    assert "24 meetings planned." in client.get(LIST).content.decode()


def test_nothing_is_saved_by_a_preview_nor_when_it_has_changed_since(client):
    cast = evening()
    client.force_login(cast.recorder)
    data = typed(cast.tree.an1)

    first = client.post(NEW, data)
    other = client.post(NEW, {**data, "day_of_month": "6", "seen": first.context["seen"]})
    again = client.post(NEW, {**data, "preview": "1", "seen": first.context["seen"]})

    assert (first.status_code, other.status_code, again.status_code) == (200, 200, 200)
    assert (Pattern.objects.count(), Meeting.objects.count()) == (0, 0)


def test_a_weekday_of_the_month(client):
    cast = evening()
    client.force_login(cast.recorder)
    data = typed(cast.tree.an1, repeats="weekday", day_of_month="", week="2", weekday="sunday", starts="07:30")

    first, _second = sent(client, NEW, data)

    assert [day for day, *_rest in told(first)][:3] == ["10/01", "14/02", "14/03"]
    assert Pattern.objects.get().in_words == "second Sunday of the month, 07:30"


@pytest.mark.parametrize(
    "more, field, sentence",
    [
        ({"day_of_month": "32"}, "day_of_month", "Ensure this value is less than or equal to 31."),
        ({"day_of_month": ""}, "day_of_month", "Say which day of the month, from 1 to 31."),
        (
            {"repeats": "weekday", "week": "", "weekday": "monday"},
            "week",
            "Say which of the weekdays of a month it is.",
        ),
        ({"repeats": "weekday", "week": "1", "weekday": ""}, "weekday", "Say which day of the week it is."),
        ({"places": []}, "places", "Choose at least one locality."),
        ({"first_day": ""}, "first_day", "This field is required."),
        ({"starts": ""}, "starts", "This field is required."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, more, field, sentence):
    cast = evening()
    client.force_login(cast.recorder)

    response = client.post(NEW, typed(cast.tree.an1, **more))

    assert response.context["form"].errors == {field: [sentence]}
    assert not Pattern.objects.exists()


def test_what_is_special_is_told_a_merged_hamlet_and_what_was_entered_by_hand(client):
    cast = evening()
    LocalityVersion.objects.filter(locality=cast.tree.an2).update(last_day=date(2027, 2, 28))
    localities_changed()
    Lineage.objects.create(
        predecessor=cast.tree.an2, successor=cast.tree.an1, effective_on=date(2027, 3, 1), kind="merge"
    )
    meeting("cell", cast.tree.an1, day=date(2027, 4, 20))
    client.force_login(cast.recorder)

    response = client.post(NEW, typed(cast.tree.an1, cast.tree.an2))
    lines = told(response)

    assert [(row.place.name, row.ends) for row in response.context["rows"]] == [
        ("Ấp 2", date(2027, 2, 28)),
        ("Khu phố 1", None),
    ]

    assert lines[2:4] == [
        ("05/03", 1, "", ["Ấp 2 has become part of Khu phố 1 by 5 Mar 2027: no meetings of its own"]),
        ("05/04", 0, "", ["Khu phố 1: there is a meeting by hand already, 20 Apr 2027, 19:00"]),
    ]


def test_somebody_who_is_expected_at_two_places_at_once_is_told(client):
    cast = evening()
    assign(cast.chau, cast.tree.an2)
    meeting("self_governing_group", cast.tree.an1a, day=date(2027, 5, 5))
    assign(cast.dung, cast.tree.an1a)
    plan_meetings(on=TODAY)
    client.force_login(cast.recorder)

    preview = client.post(NEW, typed(cast.tree.an1, cast.tree.an2)).context["preview"]

    assert preview.people_twice == 1
    assert preview.twice[0] == (
        "Nguyễn Minh Châu, 5 Jan 2027, 19:00: Party cell meeting, Ấp 2 and Party cell meeting, Khu phố 1"
    )
    assert len(preview.twice) == 6
    assert preview.twice[-1] == "and 7 more"


def test_a_new_pattern_from_a_day_on_ends_what_held_before(client):
    cast = evening()
    old = pattern(cast.tree.an1)
    client.force_login(cast.recorder)

    first, _second = sent(client, NEW, typed(cast.tree.an1, day_of_month="9", first_day="2027-06-01"))

    assert (first.context["preview"].number, first.context["preview"].numbers) == (0, ["7 meetings change."])
    assert b"Save and plan" in first.content
    old.refresh_from_db()
    assert old.last_day == date(2027, 5, 31)


def test_a_pattern_in_the_way_is_named(client):
    cast = evening()
    pattern(cast.tree.an1, first_day=date(2027, 6, 1))
    client.force_login(cast.recorder)

    _first, second = sent(client, NEW, typed(cast.tree.an1, cast.tree.an2, day_of_month="9"))

    assert second.context["form"].errors["places"] == [
        "Khu phố 1: Another pattern for this kind of meeting holds here on some of these days."
    ]
    assert Pattern.objects.count() == 1


def test_only_places_in_which_one_records_are_offered_and_taken(client):
    cast = evening()
    client.force_login(cast.recorder)

    rows = client.get(NEW).context["rows"]
    response = client.post(NEW, typed(cast.tree.binh1))

    assert [row.place.name for row in rows] == ["Ấp 2", "Khu phố 1"]
    assert response.context["form"].errors == {
        "places": ["One of these localities is not offered any more. Look again."]
    }


def test_who_only_reads_finds_no_page_to_set_one(client):
    cast = evening()
    made = pattern(cast.tree.an1)
    client.force_login(cast.viewer)

    assert client.get(NEW).status_code == 404
    assert client.post(NEW, typed(cast.tree.an1)).status_code == 404
    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.post(LIST).status_code == 404
    assert [row.pattern for row in client.get(LIST).context["rows"]] == [made]


def test_the_usual_day_is_guessed_from_the_last_meetings(client):
    cast = evening()
    for month in range(7, 13):
        meeting("cell", cast.tree.an1, day=date(2026, month, 5 if month != 9 else 6), status="held")
        meeting("cell", cast.tree.an2, day=date(2026, month, month), status="held")
    client.force_login(cast.recorder)

    rows = {row.place.name: row.usual for row in client.get(NEW).context["rows"]}

    assert (rows["Khu phố 1"].pattern.in_words, rows["Khu phố 1"].number, rows["Khu phố 1"].of) == (
        "day 5 of the month, 19:00",
        5,
        6,
    )
    assert rows["Ấp 2"] is None
    proposed = client.get(NEW + "?locality=AN-1").context["form"]
    assert (proposed["day_of_month"].value(), proposed["starts"].value()) == (5, time(19))
    assert client.get(NEW).context["form"]["day_of_month"].value() is None


def test_localities_are_narrowed_by_kind_commune_and_what_they_lack(client):
    cast = evening()
    pattern(cast.tree.an1)
    client.force_login(cast.office)

    def names(query):
        return [row.place.name for row in client.get(NEW + query).context["rows"]]

    assert names("?kind=commune_committee") == ["Thị trấn An", "Xã Bình", "Xã Cẩm"]
    assert names("?kind=cell&commune=AN") == ["Ấp 2", "Khu phố 1"]
    assert names("?kind=cell&commune=AN&state=without") == ["Ấp 2"]
    assert client.get(NEW + "?commune=AN&all=1").context["chosen"] == 2
    assert names("?kind=agency") == names("?commune=XX") == []


def test_a_commune_that_stands_alone_plans_its_committee_and_its_hamlets(client):
    cast = evening()
    LocalityVersion.objects.filter(locality=cast.tree.an).update(parent=None)
    localities_changed()
    client.force_login(cast.recorder)

    first, _second = sent(client, NEW + "?kind=commune_committee", typed(cast.tree.an))

    assert [name for name, _label in first.context["pick"].fields["kind"].choices] == [
        "commune_committee",
        "cell",
        "self_governing_group",
        "residence",
    ]
    assert "commune" not in first.context["pick"].fields
    assert Meeting.objects.filter(pattern__isnull=False, area=cast.tree.an).count() == 12


@pytest.mark.parametrize("number", [1, 3])
def test_the_preview_costs_the_same_for_one_locality_and_for_three(client, number, django_assert_num_queries):
    cast = evening()
    places = [cast.tree.an1, cast.tree.an2, cast.tree.binh1][:number]
    client.force_login(cast.office)
    data = typed(*places)
    client.post(NEW, data)

    with django_assert_num_queries(25):
        response = client.post(NEW, data)

    assert response.context["preview"].number == 12 * number


# --- The list, and one pattern ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_pattern_and_for_three(client, number, django_assert_num_queries):
    cast = evening()
    for day, place in enumerate([cast.tree.an1, cast.tree.an2, cast.tree.binh1][:number], 5):
        pattern(place, day=day)
    client.force_login(cast.office)
    client.get(LIST)

    with django_assert_num_queries(8):
        response = client.get(LIST)

    assert len(response.context["rows"]) == number


def test_the_list_tells_the_next_day_and_who_may_change(client):
    cast = evening()
    pattern(cast.tree.an1, day=31, venue="Nhà văn hóa")
    pattern(cast.tree.an2, last_day=date(2026, 1, 31))
    client.force_login(cast.recorder)

    page = client.get(LIST)

    assert [(row.pattern.locality.place.name, row.next_day) for row in page.context["rows"]] == [
        ("Khu phố 1", date(2026, 12, 31))
    ]
    assert "Where a month lacks that day: its last day." in page.content.decode()
    assert len(client.get(LIST + "?state=all").context["rows"]) == 2
    assert len(client.get(LIST + "?q=khu").context["rows"]) == 1
    assert len(client.get(LIST + "?q=ap").context["rows"]) == 0
    text = b"".join(client.get(LIST + "?format=csv").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1] == (
        "AN-1,Khu phố 1,Huyện Mẫu › Nhóm Bắc › Thị trấn An,Party cell meeting,day 31 of the month,19:00,90,"
        "Nhà văn hóa,,,2026-12-31"
    )
    assert [row[0] for row in sheet_table(client.get(LIST + "?format=xlsx"))][1:] == ["AN-1"]


def test_the_button_plans_where_one_records_and_nowhere_else(client):
    cast = evening()
    for place in (cast.tree.an1, cast.tree.binh1):
        Pattern.objects.create(locality=place, kind="cell", day_of_month=5, starts=time(19))
    client.force_login(cast.recorder)

    client.post(LIST)

    assert set(Meeting.objects.values_list("locality__code", flat=True)) == {"AN-1"}


def edited(made, **more):
    return {
        "repeats": "day",
        "day_of_month": "5",
        "starts": "19:00",
        "minutes": "90",
        "venue": "",
        "first_day": "",
        "last_day": "",
        **more,
    }


def test_a_changed_pattern_shows_numbers_before_it_moves_anything(client):
    cast = evening()
    made = pattern(cast.tree.an1)
    Meeting.objects.filter(planned_for=date(2027, 1, 5)).update(by_hand=True)
    client.force_login(cast.recorder)

    first, second = sent(client, made.get_absolute_url(), edited(made, day_of_month="7"))

    assert first.context["preview"].numbers == ["11 meetings change.", "1 stays as it was made by hand."]
    assert second.url == LIST
    assert sorted(made.meetings.values_list("day", flat=True))[:2] == [date(2027, 1, 5), date(2027, 2, 11)]
    assert sorted(made.meetings.values_list("day", flat=True))[2] == date(2027, 3, 7)


def test_nobody_is_expected_twice_at_one_meeting_that_is_longer_now(client):
    cast = evening()
    made = pattern(cast.tree.an1)
    client.force_login(cast.recorder)

    preview = client.post(made.get_absolute_url(), edited(made, minutes="120")).context["preview"]

    assert (preview.numbers, preview.twice) == (["12 meetings change."], [])


def test_an_ended_pattern_takes_its_untouched_meetings_along(client):
    cast = evening()
    made = pattern(cast.tree.an1)
    client.force_login(cast.recorder)

    first, _second = sent(client, made.get_absolute_url(), edited(made, last_day="2027-03-31"))

    assert first.context["preview"].numbers == ["9 meetings are removed."]
    assert made.meetings.count() == 3


def test_a_pattern_elsewhere_is_not_found(client):
    cast = evening()
    made = pattern(cast.tree.binh1)
    client.force_login(cast.recorder)

    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.get(reverse("meetings:patterns")).context["rows"] == []


def test_a_pattern_goes_where_its_locality_goes(client):
    """Rights ask today: who has lost the locality neither sees nor changes its pattern."""
    cast = evening()
    made = pattern(cast.tree.an1)
    LocalityVersion.objects.filter(locality=cast.tree.an1).update(last_day=date(2026, 12, 7))
    version(cast.tree.an1, "Khu phố 1", cast.tree.binh, first_day=TODAY)
    localities_changed()
    client.force_login(cast.recorder)
    binh = user("binh", at=cast.tree.binh, level="recorder")

    assert client.get(made.get_absolute_url()).status_code == 404
    assert client.get(LIST).context["rows"] == []
    client.force_login(binh)
    assert client.get(made.get_absolute_url()).status_code == 200


def test_what_the_choice_of_a_rule_asks_for_is_not_called_optional(client):
    cast = evening()
    made = pattern(cast.tree.an1)
    client.force_login(cast.recorder)

    for address in (NEW, made.get_absolute_url()):
        page = client.get(address).content.decode()
        labels = {name: page.split(f'for="id_{name}"')[1].split("</label>")[0] for name in ("day_of_month", "venue")}
        weekday = page.split('for="id_weekday"')[1].split("</label>")[0]
        assert "cn-optional" not in labels["day_of_month"] + weekday
        assert "cn-optional" in labels["venue"]
