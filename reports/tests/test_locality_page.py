"""The page of a locality, as of any day."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import Lineage, LocalityVersion
from assignments.tests.cast import agency, assign, at, cadre, locality, small_tree, user, version
from cadrenet.periods import today
from meetings.models import Attendance, Meeting, Pattern
from meetings.rosters import keep_rosters
from reports.models import Issue, PartyOrganisation, Rating, RatingScheme, Resource
from reports.tests.visits import plain, visitor

pytestmark = pytest.mark.django_db
DAY = date(2022, 12, 31)


def shown(client, place, **query):
    response = client.get(reverse("reports:locality", args=[place.pk]), query)
    assert response.status_code == 200
    return response.context


def html(client, place, **query):
    return client.get(reverse("reports:locality", args=[place.pk]), query).content.decode()


def meet(place, day, status="held", kind="cell", **more):
    return Meeting.objects.create(kind=kind, locality=place, starts_at=at(day), status=status, **more)


def move_an2(tree):
    """Hamlet an2 moves from An to Cam on 15 May 2022, under another name."""
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp Hai", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()


def tile(context, number):
    found = context["tiles"][number]
    return tuple(plain(str(getattr(found, name) or "")) for name in ("label", "value", "unit", "count", "note"))


def rungs(context):
    return [
        (str(rung["tier"]), rung.get("name", "vacant"), bool(rung.get("url")), bool(rung.get("current")))
        for rung in context["ladder"]
    ]


# --- What it is -------------------------------------------------------------------------------------------------


def test_the_head_of_the_page_counts_what_lies_below():
    tree = small_tree()
    context = shown(visitor(user("u", at=tree.district)), tree.an, day=DAY)

    assert context["facts"] == [
        "Thị trấn",
        "2 hamlets and neighbourhoods",
        "2 self-governing groups",
        "50 households",
        "code AN",
    ]


def test_above_the_users_part_of_the_tree_names_are_no_links():
    tree = small_tree()
    context = shown(visitor(user("u", at=tree.an)), tree.an1)

    assert [(step["label"], bool(step["url"])) for step in context["chain"]] == [
        ("Huyện Mẫu", False),
        ("Nhóm Bắc", False),
        ("Thị trấn An", True),
        ("Khu phố 1", True),
    ]


def test_after_a_move_the_page_of_an_earlier_day_shows_the_locality_as_it_stood():
    tree = small_tree()
    move_an2(tree)
    assign(cadre("P", "Người Cũ"), tree.an2, last_day=date(2022, 5, 14))
    assign(cadre("Q", "Người Mới"), tree.an2, first_day=date(2022, 5, 15))
    client = visitor(user("u", at=tree.district))

    before, after = shown(client, tree.an2, day="2022-05-14"), shown(client, tree.an2, day="2022-05-15")

    def told(context):
        chain = [step["label"] for step in context["chain"]]
        return context["title"], chain, [rung["name"] for rung in context["ladder"] if "name" in rung]

    assert told(before) == ("Ấp 2", ["Huyện Mẫu", "Nhóm Bắc", "Thị trấn An", "Ấp 2"], ["Người Cũ"])
    assert told(after) == ("Ấp Hai", ["Huyện Mẫu", "Nhóm Nam", "Xã Cẩm", "Ấp Hai"], ["Người Mới"])
    assert [event["text"] for event in before["events"]] == ["Người Cũ comes to be in charge"]
    assert [event["text"] for event in after["events"]] == [
        "Ấp 2 is now called Ấp Hai",
        "Moves from Thị trấn An › Nhóm Bắc to Xã Cẩm › Nhóm Nam",
        "Người Mới takes over from Người Cũ",
        "Người Cũ comes to be in charge",
    ]


def test_links_of_a_day_in_the_past_lead_to_that_day():
    tree = small_tree()
    context = shown(visitor(user("u", at=tree.district)), tree.an, day="2022-05-09")

    assert context["chain"][1]["url"] == f"{tree.north.get_absolute_url()}?day=2022-05-09"
    assert context["tree_url"] == "/localities/?within=AN&day=2022-05-09"
    assert context["covered"][0]["url"] == "/assignments/coverage/?within=AN&day=2022-05-09&tier=hamlet"


def test_who_lost_a_locality_sees_it_as_it_last_lay_there_and_nothing_after():
    tree = small_tree()
    move_an2(tree)
    assign(cadre("P", "Người Cũ"), tree.an2, last_day=date(2022, 5, 14))
    assign(cadre("Q", "Người Mới"), tree.an2, first_day=date(2022, 5, 15))
    meet(tree.an2, date(2022, 5, 9))
    late = meet(tree.an2, date(2022, 5, 20))
    raise_issue(tree.an2, date(2022, 6, 1), "Việc mới")
    keep_rosters(Meeting.objects.all())
    client = visitor(user("u", at=tree.an))

    context = shown(client, tree.an2)

    assert (context["standing"].why, context["day"], context["title"]) == ("elsewhere", date(2022, 5, 14), "Ấp 2")
    page = html(client, tree.an2)
    for secret in ("Người Mới", "Việc mới", "Ấp Hai", "Cẩm", late.get_absolute_url()):
        assert secret not in page
    assert "Until 14 May 2022 it lay in your part of the tree." in page


def test_who_gained_a_locality_sees_nothing_of_before():
    tree = small_tree()
    move_an2(tree)
    assign(cadre("P", "Người Cũ"), tree.an2, last_day=date(2022, 5, 14))
    early = meet(tree.an2, date(2022, 5, 9))
    keep_rosters(Meeting.objects.all())
    client = visitor(user("u", at=tree.cam))

    context = shown(client, tree.an2, day="2022-05-09")

    assert (context["standing"].why, context["day"], context["title"]) == ("later", date(2022, 5, 15), "Ấp Hai")
    page = html(client, tree.an2, day="2022-05-09")
    assert "Người Cũ" not in page
    assert early.get_absolute_url() not in page


def test_a_locality_that_ended_says_so_and_leads_to_what_came_out_of_it():
    tree = small_tree()
    gone = locality("AN-9", "hamlet", "Ấp Cũ", tree.an, last_day=date(2022, 3, 31))
    localities_changed()
    Lineage.objects.create(
        predecessor=gone, successor=tree.an1, effective_on=date(2022, 4, 1), kind="merge", decision_number="12-NQ"
    )
    raise_issue(gone, date(2022, 3, 1), "Còn mở")
    client = visitor(user("u", at=tree.an))

    context = shown(client, gone)

    assert (context["standing"].why, context["day"]) == ("ended", date(2022, 3, 31))
    assert context["successors"] == [tree.an1]
    assert [(event["text"], event.get("decision")) for event in context["events"]] == [
        ("Merged into Khu phố 1", "12-NQ"),
        ("Its last day", None),
    ]
    assert (context["issues"]["open"], context["issues"]["rows"][0]["text"]) == (1, "Còn mở")
    assert f'href="{tree.an1.get_absolute_url()}"' in html(client, gone)
    assert [event["text"] for event in shown(client, tree.an1)["events"]] == ["Ấp Cũ is merged into it"]


def test_a_successor_elsewhere_is_not_named():
    tree = small_tree()
    gone = locality("AN-9", "hamlet", "Ấp Cũ", tree.an, last_day=date(2022, 3, 31))
    localities_changed()
    Lineage.objects.create(predecessor=gone, successor=tree.cam1, effective_on=date(2022, 4, 1), kind="merge")

    context = shown(visitor(user("u", at=tree.an)), gone)

    assert (context["successors"], [event["text"] for event in context["events"]]) == ([], ["Its last day"])


def test_before_it_existed_the_page_shows_its_first_day():
    tree = small_tree()
    young = locality("AN-9", "hamlet", "Ấp Mới", tree.an, first_day=date(2022, 4, 1))
    localities_changed()

    context = shown(visitor(user("u", at=tree.an)), young, day="2022-03-01")

    assert (context["standing"].why, context["day"]) == ("later", date(2022, 4, 1))


def test_children_that_came_and_went_are_told():
    tree = small_tree()
    LocalityVersion.objects.filter(locality__in=[tree.an1a, tree.an1b]).update(last_day=date(2022, 5, 14))
    version(tree.an1a, "Tổ số 1", tree.an2, first_day=date(2022, 5, 15))
    version(tree.an1b, "Tổ số 2", tree.an2, first_day=date(2022, 5, 15))
    localities_changed()
    client = visitor(user("u", at=tree.an))

    assert [event["text"] for event in shown(client, tree.an2)["events"]] == ["2 localities come from Khu phố 1"]
    assert [event["text"] for event in shown(client, tree.an1)["events"]] == ["2 localities go to Ấp 2"]


# --- Who is in charge -------------------------------------------------------------------------------------------


def test_the_ladder_names_all_above_and_counts_all_below():
    tree = small_tree()
    head = cadre("head", "Nguyễn Kim Nam", agency=agency("S", "Văn phòng", at=tree.district))
    head.phone = "0275 000 001"
    head.save()
    assign(head, tree.north, role="head", first_day=date(2021, 1, 1))
    assign(cadre("hamlet", "Nguyễn Kim Phúc"), tree.an1, first_day=date(2021, 2, 1), decision_number="046-QĐ/HU")
    assign(cadre("group"), tree.an1a)

    context = shown(visitor(user("u", at=tree.an1)), tree.an1, day=DAY)

    assert rungs(context) == [
        ("Regional", "Nguyễn Kim Nam", False, False),
        ("Commune", "vacant", False, False),
        ("Hamlet", "Nguyễn Kim Phúc", True, True),
        ("Group", "1 person", True, False),
    ]
    top, _commune, own, below = context["ladder"]
    assert (top["role"], top["since"], top["phone"]) == (
        "Group head of Nhóm Bắc · Văn phòng",
        "since 1 Jan 2021 (24 months)",
        "0275 000 001",
    )
    assert own["since"] == "since 1 Feb 2021 (23 months), 046-QĐ/HU"
    assert (below["role"], below["since"]) == ("In charge of 1 of 2 self-governing groups", "1 has nobody")


def test_time_in_charge_joins_consecutive_periods():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1, first_day=date(2021, 2, 1), last_day=date(2021, 12, 31))
    assign(who, tree.an1, first_day=date(2022, 1, 1))

    context = shown(visitor(user("u", at=tree.an1)), tree.an1, day=DAY)

    assert context["ladder"][-2]["since"] == "since 1 Feb 2021 (23 months)"
    assert [event["text"] for event in context["events"]] == ["Lê Văn Tám comes to be in charge"]


def test_coverage_below_agrees_with_the_list_behind_it():
    tree = small_tree()
    assign(cadre("P"), tree.an1)
    assign(cadre("Q"), tree.an1a)
    client = visitor(user("u", at=tree.district))

    context = shown(client, tree.an, day=DAY)

    for item in context["covered"]:
        assert client.get(item["url"]).context["paginator"].count == item["covered"].uncovered
    assert [(item["covered"].covered, item["covered"].total) for item in context["covered"]] == [(1, 2), (1, 2)]


# --- Meetings ---------------------------------------------------------------------------------------------------


def a_year(tree):
    """Twelve months of the cell of an1, one fact each; nobody is in charge before February."""
    who = cadre("P", "Nguyễn Kim Phúc")
    assign(who, tree.an1, first_day=date(2022, 2, 1))
    statuses = {4: "not_held", 7: "cancelled", 11: "planned"}
    for month in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12):
        meet(tree.an1, date(2022, month, 9), statuses.get(month, "held"), quality_content="good")
    keep_rosters(Meeting.objects.all())
    rows = Attendance.objects.filter(cadre=who)
    for status, months in (("present", [2, 8, 12]), ("absent", [3])):
        rows.filter(day__month__in=months).update(status=status)
    rows.filter(day__month=5).update(status="excused", reason="extreme_urgency")
    return who


def test_twelve_months_of_the_own_meeting_have_one_fact_each():
    tree = small_tree()
    a_year(tree)
    context = shown(visitor(user("u", at=tree.an)), tree.an1, day=DAY)

    assert [month.status for month in context["year"].months] == [
        "vacant",
        "present",
        "absent",
        "not_held",
        "excused",
        "unrecorded",
        "cancelled",
        "present",
        "",
        "unrecorded",
        "unrecorded",
        "present",
    ]
    assert context["year"].other_statuses == ["cancelled", "vacant"]
    assert tile(context, 1) == ("Party cell meeting", "8", "/ 12", "66.67% of the months due", "")
    assert [(row.meeting.day.month, row.status) for row in context["meetings"]] == [
        (12, "present"),
        (11, "unrecorded"),
        (10, "unrecorded"),
        (8, "present"),
        (7, "cancelled"),
    ]


def test_only_what_had_happened_by_the_day_counts():
    tree = small_tree()
    a_year(tree)
    client = visitor(user("u", at=tree.an))

    context = shown(client, tree.an1, day="2022-03-08")

    assert [month.status for month in context["year"].months][-3:] == ["vacant", "present", "planned"]
    assert (context["year"].held, context["year"].due) == (2, 2)
    assert [row.meeting.day.month for row in context["meetings"]] == [2, 1]
    assert [item.day for item in context["next_meetings"]] == [
        date(2022, 3, 9),
        date(2022, 4, 9),
        date(2022, 5, 9),
    ]
    assert tile(context, 0) == ("Attendance, Q1 2022", "100.00%", "", "1 / 1", "")
    assert context["tiles"][0].url == ""


def test_figures_of_a_whole_quarter_open_lists_that_agree():
    tree = small_tree()
    a_year(tree)
    client = visitor(user("u", at=tree.an))

    found = shown(client, tree.an1, day="2022-06-30")["tiles"][0]

    assert (plain(found.value), found.count, found.note) == ("0.00%", "0 / 1", "1 not recorded yet")
    assert client.get(found.url).context["paginator"].count == 2


def test_with_two_in_charge_what_is_not_known_is_not_covered_up():
    tree = small_tree()
    one, other = cadre("P"), cadre("Q")
    assign(one, tree.an1)
    assign(other, tree.an1)
    meet(tree.an1, date(2022, 12, 9))
    keep_rosters(Meeting.objects.all())
    client = visitor(user("u", at=tree.an))
    Attendance.objects.filter(cadre=one).update(status="present")
    assert shown(client, tree.an1, day=DAY)["year"].months[-1].status == "unrecorded"

    Attendance.objects.filter(cadre=other).update(status="absent")
    assert shown(client, tree.an1, day=DAY)["year"].months[-1].status == "present"


@pytest.mark.parametrize(
    "name, kind, label",
    [
        ("an", "commune_committee", "Commune committee meeting"),
        ("an1", "cell", "Party cell meeting"),
        ("an1a", "self_governing_group", "Self-governing group meeting"),
    ],
)
def test_each_tier_shows_the_meeting_of_its_own(name, kind, label):
    tree = small_tree()
    place = getattr(tree, name)
    assign(cadre("P"), place)
    meet(place, date(2022, 12, 9), kind=kind, households_total=20, households_represented=18)
    keep_rosters(Meeting.objects.all())

    context = shown(visitor(user("u", at=tree.an)), place, day=DAY)

    assert (context["year"].kind, context["tiles"][1].label) == (kind, label)
    assert [(row.present, row.expected, row.unrecorded) for row in context["meetings"]] == [(0, 1, 1)]
    assert 'class="cn-strip"' in html(visitor(user("w", at=tree.an)), place, day=DAY)


def test_above_the_communes_committee_meetings_below_are_shown():
    tree = small_tree()
    assign(cadre("P"), tree.an)
    assign(cadre("H"), tree.north, role="head")
    meet(tree.an, date(2022, 12, 5), kind="commune_committee")
    meet(tree.an1, date(2022, 12, 9))
    meet(tree.cam, date(2022, 12, 6), kind="commune_committee")
    keep_rosters(Meeting.objects.all())

    context = shown(visitor(user("u", at=tree.district)), tree.north, day=DAY)

    assert context["year"] is None
    assert [(row.place.name, row.present, row.expected) for row in context["meetings"]] == [("Thị trấn An", 0, 2)]
    assert tile(context, 1) == ("Meetings held, Q4 2022", "2", "/ 2", "100.00%", "")


def test_households_of_a_group_are_summed_and_few_are_kept_back_above_the_commune():
    tree = small_tree()
    for day, represented in ((date(2022, 11, 9), 18), (date(2022, 12, 9), 3)):
        meet(tree.an1a, day, kind="self_governing_group", households_total=20, households_represented=represented)

    above = shown(visitor(user("above", at=tree.district)), tree.an1a, day=DAY)
    inside = shown(visitor(user("inside", at=tree.an)), tree.an1a, day=DAY)

    assert [row.few for row in above["meetings"]] == [5, 0]
    assert [row.few for row in inside["meetings"]] == [0, 0]
    assert tile(above, 2) == ("Households represented", "52.50%", "", "21 / 40", "twelve months")
    assert "fewer than 5" in html(visitor(user("again", at=tree.district)), tree.an1a, day=DAY)


def test_months_before_the_first_meeting_known_are_not_due():
    tree = small_tree()
    assign(cadre("P"), tree.an1)
    meet(tree.an1, date(2022, 11, 9))
    keep_rosters(Meeting.objects.all())

    year = shown(visitor(user("u", at=tree.an)), tree.an1, day="2022-12-20")["year"]

    assert (year.held, year.due) == (1, 1)


def test_a_meeting_of_today_is_planned_until_somebody_says_more():
    tree = small_tree()
    assign(cadre("P"), tree.an1)
    meet(tree.an1, today(), "planned")
    keep_rosters(Meeting.objects.all())

    context = shown(visitor(user("u", at=tree.an)), tree.an1)

    assert context["year"].months[-1].status == "planned"
    assert [item.day for item in context["next_meetings"]] == [today()]
    assert context["meetings"] == []


# --- Issues, resources, ratings ---------------------------------------------------------------------------------


def raise_issue(place, day, summary="Đường ngập", **more):
    return Issue.objects.create(
        locality=place, raised_on=day, kind="difficulty", theme="roads", summary=summary, **more
    )


def test_open_issues_stand_with_their_age_pressing_ones_first():
    tree = small_tree()
    office = agency("A", "Phòng Kinh tế", at=tree.district)
    raise_issue(tree.an1, date(2022, 12, 22), "Mới", responsible_agency=office)
    raise_issue(tree.an1a, date(2022, 11, 14), "Cũ")
    raise_issue(tree.an1, date(2022, 12, 30), "Gấp", urgent=True)
    raise_issue(tree.an1, date(2022, 10, 1), "Xong", status="closed", closed_on=date(2022, 11, 1))
    raise_issue(tree.an1, date(2022, 10, 1), "Xong sau", status="closed", closed_on=date(2023, 1, 5))
    raise_issue(tree.an1, date(2023, 1, 2), "Sau này")
    raise_issue(tree.cam1, date(2022, 12, 1), "Nơi khác")

    context = shown(visitor(user("u", at=tree.district)), tree.an1, day=DAY)

    assert [(row["status"], row["text"], row["detail"], row["side"]) for row in context["issues"]["rows"]] == [
        ("urgent", "Gấp", "Roads", "1 day"),
        ("open", "Xong sau", "Roads", "91 days"),
        ("open", "Cũ", "Tổ số 1, Khu phố 1 › Thị trấn An › Nhóm Bắc · Roads", "47 days"),
        ("open", "Mới", "Roads · Phòng Kinh tế", "9 days"),
    ]
    assert tile(context, 3) == ("Open issues", "4", "", "oldest: 91 days", "1 pressing")
    assert context["issues"]["closed"] == 1


def test_an_agency_that_has_to_answer_an_issue_does_not_get_the_page():
    tree = small_tree()
    office = agency("A", at=tree.district)
    raise_issue(tree.an1, date(2022, 12, 22), responsible_agency=office)
    assign(cadre("P", agency=office), tree.an1)

    response = visitor(user("head", of=office)).get(tree.an1.get_absolute_url())

    assert response.status_code == 404


def test_resources_are_summed_up_to_the_day():
    tree = small_tree()
    for day, value, status in (
        (date(2022, 6, 1), 5_000_000, "delivered"),
        (date(2022, 11, 1), 2_000_000, "promised"),
        (date(2023, 1, 1), 90_000_000, "promised"),
    ):
        Resource.objects.create(locality=tree.an1, mobilised_on=day, kind="money", value_vnd=value, status=status)

    found = shown(visitor(user("u", at=tree.district)), tree.an, day=DAY)["resources"]

    assert (found["of_quarter"], found["value"], found["delivered"], found["number"]) == (
        2_000_000,
        7_000_000,
        5_000_000,
        2,
    )


def test_ratings_of_the_organisation_stand_by_year_as_decided_by_the_day():
    tree = small_tree()
    cell = PartyOrganisation.objects.create(code="O-1", kind="cell", locality=tree.an1)
    PartyOrganisation.objects.create(code="O-2", kind="cell", locality=tree.cam1)
    levels = {level.code: level for level in RatingScheme.of_year(2022).levels.all()}
    for year, level, day in (
        (2020, "completed", date(2020, 12, 18)),
        (2021, "good", None),
        (2022, "excellent", date(2023, 1, 4)),
    ):
        Rating.objects.create(organisation=cell, year=year, level=levels[level], decision_on=day)

    (found,) = shown(visitor(user("u", at=tree.district)), tree.an1, day=DAY)["ratings"]

    assert (found["organisation"].name, [(row.year, row.level.code) for row in found["rows"]]) == (
        "Party cell of Khu phố 1",
        [(2021, "good"), (2020, "completed")],
    )


# --- Who may do what, and what it costs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "level, issue, assignment", [("viewer", False, False), ("recorder", True, False), ("editor", True, True)]
)
def test_what_may_be_done_is_offered_today_only(level, issue, assignment):
    tree = small_tree()
    client = visitor(user("u", at=tree.an, level=level))

    context = shown(client, tree.an1)

    assert (bool(context["issue_url"]), bool(context["assign_url"])) == (issue, assignment)
    assert not shown(client, tree.an1, day=DAY)["issue_url"]


def test_a_locality_elsewhere_is_not_found():
    tree = small_tree()
    client = visitor(user("u", at=tree.an))

    for place in (tree.cam1, tree.cam, tree.north, tree.district):
        assert client.get(place.get_absolute_url()).status_code == 404
        assert client.get(place.get_absolute_url(), {"day": "2022-05-09"}).status_code == 404


@pytest.mark.parametrize("day", ["x", "0001-01-01", "9999-12-31"])
def test_a_day_that_makes_no_sense_is_today_and_told(day):
    tree = small_tree()
    context = shown(visitor(user("u", at=tree.an)), tree.an1, day=day)

    assert (context["day"], list(context["form"].errors)) == (today(), ["day"])


def busy(tree, number):
    """So many of everything at and below commune an."""
    for at_once in range(number):
        who = cadre(f"P{at_once}-{number}", agency=agency(f"A{at_once}-{number}", at=tree.district))
        for place in (tree.north, tree.an, tree.an1, tree.an1a):
            assign(who, place, role="support" if place == tree.north else "in_charge")
        for kind, place in (("commune_committee", tree.an), ("cell", tree.an1), ("self_governing_group", tree.an1a)):
            for day in (DAY - timedelta(days=at_once + number), DAY + timedelta(days=at_once + number)):
                meet(place, day, "held" if day <= DAY else "planned", kind=kind)
        raise_issue(tree.an1, DAY - timedelta(days=at_once))
        Resource.objects.create(locality=tree.an1, mobilised_on=DAY, kind="money", value_vnd=1)
    keep_rosters(Meeting.objects.all())


@pytest.mark.parametrize("name, number", [("north", 24), ("an", 23), ("an1", 23), ("an1a", 21)])
def test_cost_does_not_grow_with_what_is_shown(name, number, django_assert_num_queries):
    tree = small_tree()
    for kind, place in (("commune_committee", tree.an), ("cell", tree.an1)):
        organisation = PartyOrganisation.objects.create(code=kind, kind=kind, locality=place)
        level = RatingScheme.of_year(2022).levels.first()
        Rating.objects.create(organisation=organisation, year=2021, level=level)
    client = visitor(user("u", at=tree.district))
    place = getattr(tree, name)

    for size in (1, 3):
        busy(tree, size)
        shown(client, place, day=DAY)
        with django_assert_num_queries(number):
            shown(client, place, day=DAY)


def test_the_page_tells_the_pattern_of_regular_meetings_of_its_day():
    tree = small_tree()
    for days, day in (({"last_day": date(2022, 4, 30)}, 3), ({"first_day": date(2022, 5, 1)}, 5)):
        Pattern.objects.create(
            locality=tree.an1, kind="cell", day_of_month=day, starts=time(19), venue="Nhà văn hóa", **days
        )
    reader = visitor(user("u", at=tree.district))

    assert "day 5 of the month, 19:00 · Nhà văn hóa" in html(reader, tree.an1, day=DAY)
    assert "day 3 of the month, 19:00" in html(reader, tree.an1, day=date(2022, 4, 30))
    assert "of the month" not in html(reader, tree.an2, day=DAY)


def test_whoever_records_there_is_led_to_set_a_pattern():
    tree = small_tree()

    def led(level):
        return visitor(user(level, at=tree.an, level=level)).get(tree.an1.get_absolute_url()).context["pattern_url"]

    assert led("recorder") == "/meetings/patterns/new/?kind=cell&locality=AN-1"
    assert led("viewer") == ""
