"""The assignment board: which places it shows and how, and assigning, replacing and undoing in the row."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from assignments.actions import localities_changed
from assignments.board import rows as board
from assignments.models import Assignment, CoverageRule, Decision, DecisionLine, Handover, Lineage, LocalityVersion
from assignments.tests.cast import agency, assign, at, cadre, locality, small_tree, user, version
from meetings.models import Attendance, Meeting
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
BOARD = reverse("assignments:board")
MAY = date(2022, 5, 9)
ALONE = "After that nobody answers for this place."
UNFIT = "By rule this is held by: Official of a district agency."


@pytest.fixture(autouse=True)
def _in_may():
    with time_machine.travel(at(MAY, 9), tick=False):
        yield


def editor(tree, place="district"):
    return visitor(user(f"editor-{place}", at=getattr(tree, place), level="editor"))


def official(tree, code, name="Lê Văn Tám", **more):
    """Somebody whom the rules let hold a hamlet."""
    who = cadre(code, name, agency=agency(f"A-{code}", f"Phòng {code}", at=tree.district))
    for field, value in more.items():
        setattr(who, field, value)
    who.save()
    return who


def shown(client, **query):
    response = client.get(BOARD, query)
    assert response.status_code == 200
    return response.context


def codes(context):
    return [line.row.place.locality.code for line in context["lines"]]


def counts(context):
    return [tab["count"] for tab in context["tabs"]]


def row_of(context, code):
    return next(line for line in context["lines"] if line.row.place.locality.code == code)


def url_of(place, query=""):
    return reverse("assignments:board_row", args=[place.pk]) + query


def typed(place, who, **more):
    return {f"cadre-{place.pk}": getattr(who, "code", who), "first_day": "16/05/2022", **more}


def send(client, place, who, query="", htmx=False, **more):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(url_of(place, query), typed(place, who, **more), headers=headers)


# --- Which places -----------------------------------------------------------------------------------------------


def test_places_stand_as_the_tree_does():
    tree = small_tree()

    assert codes(shown(editor(tree))) == [
        *["N", "AN", "AN-1", "AN-1-A", "AN-1-B", "AN-2", "BI", "BI-1"],
        *["S", "CA", "CA-1", "CA-1-A"],
    ]
    assert [line.row.depth for line in shown(editor(tree, "an"))["lines"]] == [1, 2, 3, 3, 2]


def test_each_list_has_what_its_number_says():
    tree = small_tree()
    assign(official(tree, "long"), tree.an1, first_day=date(2020, 1, 1))
    assign(official(tree, "ends"), tree.an2, first_day=date(2020, 1, 1), last_day=MAY + timedelta(days=10))
    assign(official(tree, "left", left_on=date(2022, 5, 8)), tree.binh1, first_day=date(2020, 1, 1))
    assign(official(tree, "new"), tree.cam1, first_day=date(2021, 5, 11))
    client = editor(tree)

    lists = {show: codes(shown(client, tier="hamlet", show=show)) for show in board.Show}

    assert lists == {
        "all": ["AN-1", "AN-2", "BI-1", "CA-1"],
        "nobody": [],
        "ending": ["AN-2"],
        "left": ["BI-1"],
        "short": ["CA-1"],
    }
    assert counts(shown(client, tier="hamlet")) == [4, 0, 1, 1, 1]
    assert counts(shown(client)) == [12, 8, 1, 1, 1]
    assert "AN" in codes(shown(client, show="nobody"))


def test_twelve_whole_months_are_long_enough():
    tree = small_tree()
    assign(official(tree, "P"), tree.an1, first_day=date(2021, 5, 10))
    client = editor(tree)

    assert codes(shown(client, show="short")) == []
    (holder,) = row_of(shown(client), "AN-1").row.people
    assert (holder.months, holder.is_short) == (12, False)


def test_time_is_joined_over_periods_and_through_a_merger():
    tree = small_tree()
    gone = locality("AN-9", "hamlet", "Ấp 9", tree.an, last_day=date(2021, 12, 31))
    localities_changed()
    Lineage.objects.create(predecessor=gone, successor=tree.an1, effective_on=date(2022, 1, 1), kind="merge")
    one, other, third = official(tree, "P"), official(tree, "Q"), official(tree, "R")
    assign(one, gone, first_day=date(2020, 3, 1), last_day=date(2021, 12, 31))
    assign(one, tree.an1, first_day=date(2022, 1, 1))
    assign(other, tree.an2, first_day=date(2020, 3, 1), last_day=date(2022, 2, 28))
    assign(other, tree.an2, first_day=date(2022, 3, 1))
    assign(third, tree.binh1, first_day=date(2020, 3, 1), last_day=date(2022, 2, 27))
    assign(third, tree.binh1, first_day=date(2022, 3, 1))
    client = editor(tree)

    rows = {code: row_of(shown(client), code).row for code in ("AN-1", "AN-2", "BI-1")}

    assert {code: (row.first.since, row.first.months) for code, row in rows.items()} == {
        "AN-1": (date(2020, 3, 1), 26),
        "AN-2": (date(2020, 3, 1), 26),
        "BI-1": (date(2022, 3, 1), 2),
    }
    assert codes(shown(client, show="short")) == ["BI-1"]


def test_a_row_says_who_since_when_with_how_much_else_and_who_was_before():
    tree = small_tree()
    one, before = official(tree, "P", "Trần Thị Bê"), official(tree, "B", "Võ Kim Phúc")
    assign(before, tree.an1, first_day=date(2020, 1, 1), last_day=date(2021, 6, 30))
    assign(one, tree.an1, first_day=date(2021, 7, 1), last_day=date(2021, 12, 31))
    assign(one, tree.an1, first_day=date(2022, 1, 1))
    assign(one, tree.an2, first_day=date(2022, 1, 1))
    assign(official(tree, "L"), tree.an2, first_day=date(2022, 6, 1))

    row = row_of(shown(editor(tree)), "AN-1").row

    (holder,) = row.people
    assert (holder.cadre, holder.since, holder.months, holder.load) == (one, date(2021, 7, 1), 10, 2)
    assert row.previous.cadre == before
    assert [holder.cadre.code for holder in row_of(shown(editor(tree, "an")), "AN-2").row.coming] == ["L"]


def test_a_place_with_nobody_says_since_when():
    tree = small_tree()
    assign(official(tree, "B", "Võ Kim Phúc"), tree.an1, first_day=date(2020, 1, 1), last_day=date(2022, 4, 30))

    row = row_of(shown(editor(tree)), "AN-1").row

    assert (row.people, row.since, row.days, row.previous.cadre.code) == ([], date(2022, 5, 1), 9, "B")


def test_a_place_with_too_few_people_is_listed_and_somebody_is_added():
    tree = small_tree()
    CoverageRule.objects.filter(tier="hamlet").update(minimum=2)
    assign(official(tree, "P"), tree.an1)
    client = editor(tree)

    assert "AN-1" in codes(shown(client, show="nobody"))
    form = row_of(shown(client, show="nobody", open=tree.an1.pk), "AN-1").form
    assert form.initial["replaces"] == ""


@pytest.mark.parametrize(
    "query, found",
    [
        ({"within": "AN", "tier": "hamlet"}, ["AN-1", "AN-2"]),
        ({"q": "khu pho"}, ["AN-1"]),
        ({"q": "bui hoang"}, ["CA-1"]),
        ({"q": "AN-1-"}, ["AN-1-A", "AN-1-B"]),
        ({"q": "nobody is called that"}, []),
        ({"within": "nowhere"}, None),
    ],
)
def test_the_board_is_narrowed_by(query, found):
    tree = small_tree()
    assign(official(tree, "P", "Bùi Hoàng Tâm"), tree.cam1)

    context = shown(editor(tree), **query)

    assert (codes(context) if "lines" in context else None) == found


def test_groups_are_left_out_where_there_are_many_until_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(board, "MOST_WITH_GROUPS", 5)
    tree = small_tree()
    for place in (tree.north, tree.south, tree.an, tree.binh, tree.cam, tree.an1, tree.an2, tree.binh1, tree.cam1):
        assign(official(tree, place.code), place, role="head" if place in (tree.north, tree.south) else "in_charge")
    client = editor(tree)

    context = shown(client)
    assert (context["left_out"], "AN-1-A" in codes(context)) == (3, False)
    assert counts(context) == [9, 3, 0, 0, 9]
    # So few have nobody that their groups are shown.
    assert codes(shown(client, show="nobody")) == ["AN-1-A", "AN-1-B", "CA-1-A"]
    for query in ({"groups": "1"}, {"tier": "self_governing_group"}, {"within": "AN"}):
        context = shown(client, **query)
        assert (context["left_out"], "AN-1-A" in codes(context)) == (0, True)


def test_fifty_rows_to_a_page_and_the_numbers_stay():
    tree = small_tree()
    for number in range(50):
        locality(f"BI-2{number:03}", "hamlet", f"Ấp {number}", tree.binh)
    localities_changed()
    client = editor(tree)

    context = shown(client, page=2)

    assert (len(context["lines"]), context["page_obj"].paginator.count, counts(context)[0]) == (12, 62, 62)
    assert codes(context)[-1] == "CA-1-A"


def test_another_day_is_read_and_not_written():
    tree = small_tree()
    assign(official(tree, "P"), tree.an1, first_day=date(2020, 1, 1), last_day=date(2021, 12, 31))

    context = shown(editor(tree), day="2021-06-30")

    assert row_of(context, "AN-1").row.first.months == 18
    assert (context["may_write"], {line.may_assign for line in context["lines"]}) == (False, {False})


def test_who_only_reads_has_the_board_without_forms():
    tree = small_tree()
    assign(official(tree, "P"), tree.an1)

    for level in ("viewer", "recorder"):
        client = visitor(user(level, at=tree.an, level=level))
        context = shown(client, open=tree.an1.pk)
        assert codes(context) == ["AN", "AN-1", "AN-1-A", "AN-1-B", "AN-2"]
        assert (context["may_write"], row_of(context, "AN-1").form) == (False, None)
        assert client.get(url_of(tree.an1)).status_code == 404
        assert send(client, tree.an1, "P").status_code == 404


def test_the_file_has_the_rows_of_the_page():
    tree = small_tree()
    assign(official(tree, "B", "Võ Kim Phúc"), tree.an2, first_day=date(2020, 1, 1), last_day=date(2022, 4, 30))
    assign(official(tree, "P", "Trần Thị Bê"), tree.an1, first_day=date(2022, 1, 1))

    response = editor(tree).get(BOARD, {"tier": "hamlet", "within": "AN", "format": "csv"})

    assert b"".join(response.streaming_content).decode("utf-8-sig").splitlines() == [
        "locality_code,locality_name,tier,lies_in,cadre_codes,cadre_names,agency,since,months,last_day,"
        "assignments_held,nobody_since,previous_cadre_code,previous_cadre_name",
        "AN-1,Khu phố 1,hamlet,Huyện Mẫu › Nhóm Bắc › Thị trấn An,P,Trần Thị Bê,Phòng P,2022-01-01,4,,1,,,",
        "AN-2,Ấp 2,hamlet,Huyện Mẫu › Nhóm Bắc › Thị trấn An,,,,,,,,2022-05-01,B,Võ Kim Phúc",
    ]


@pytest.mark.parametrize("show", ["all", "short"])
def test_cost_of_the_board_does_not_grow(show, django_assert_num_queries):
    tree = small_tree()
    client = editor(tree)
    assign(official(tree, "P"), tree.an1)
    shown(client, show=show)

    for size in (1, 3):
        with django_assert_num_queries(15):
            context = shown(client, show=show)
        assert len([line for line in context["lines"] if line.row.people]) == size
        if size == 1:
            assign(official(tree, "Q"), tree.an2)
            assign(official(tree, "R"), tree.cam1)


def test_who_assigns_begins_at_the_board():
    tree = small_tree()

    def entry(client):
        groups = client.get(reverse("assignments:assignments")).context["nav"].groups
        return next(item for group in groups for item in group["items"] if str(item["label"]) == "Assignments")

    assert (entry(editor(tree))["url"], entry(editor(tree, "an"))["current"]) == (BOARD, True)
    assert entry(visitor(user("viewer", at=tree.district)))["url"] == reverse("assignments:assignments")


# --- Assigning in the row ---------------------------------------------------------------------------------------


def test_somebody_is_assigned_in_the_row_and_rosters_follow():
    tree = small_tree()
    who = official(tree, "P", "Trần Thị Bê")
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 6, 9)), status="planned")

    response = send(editor(tree), tree.an1, who, "?show=nobody", decision_number="12-QĐ/HU", decision_on="04/05/2022")

    row = Assignment.objects.get()
    assert response.url == f"{BOARD}?show=nobody&saved={row.pk}"
    assert (row.cadre, row.locality, row.role) == (who, tree.an1, "in_charge")
    assert (row.first_day, row.decision_number, row.decision_on) == (
        date(2022, 5, 16),
        "12-QĐ/HU",
        date(2022, 5, 4),
    )
    assert Attendance.objects.get().cadre == who


def test_a_regional_group_gets_a_head():
    tree = small_tree()

    send(editor(tree), tree.north, official(tree, "P", committee_role="standing_committee"))

    assert Assignment.objects.get().role == "head"


def test_with_script_the_row_alone_comes_back_with_what_it_says_and_undo():
    tree = small_tree()
    official(tree, "P", "Trần Thị Bê")

    response = send(editor(tree), tree.an1, "P", "?show=nobody", htmx=True)

    text = response.content.decode()
    assert text.startswith(f'<tr id="row-{tree.an1.pk}" data-said="Trần Thị Bê answers for Khu phố 1 from')
    undo = reverse("assignments:assignment_take_back", args=[Assignment.objects.get().pk])
    assert f'action="{undo}?show=nobody"' in text


def test_what_speaks_against_it_comes_back_in_the_row_and_a_reason_overrides():
    tree = small_tree()
    who = cadre("P", agency=agency("C", at=tree.an))
    client = editor(tree)

    line = row_of(send(client, tree.an1, who, "?show=nobody", why="Chưa đọc").context, "AN-1")
    assert line.form.sentences == [UNFIT]
    line = row_of(send(client, tree.an1, who, seen=line.form.shown_digest).context, "AN-1")
    assert line.form.errors == {"why": ["Say why it is done all the same."]}
    assert Assignment.objects.count() == 0

    send(client, tree.an1, who, seen=line.form.shown_digest, why="Thiếu cán bộ huyện")
    assert Assignment.objects.get().history.get().history_change_reason == "Thiếu cán bộ huyện"


def test_a_reason_does_not_cover_what_has_happened_since():
    tree = small_tree()
    who = cadre("P", agency=agency("C", at=tree.an))
    client = editor(tree)
    seen = row_of(send(client, tree.an1, who).context, "AN-1").form.shown_digest
    assign(official(tree, "Q", "Đỗ Văn Ba"), tree.an1)

    form = row_of(send(client, tree.an1, who, seen=seen, why="Thiếu cán bộ").context, "AN-1").form

    assert form.sentences == ["Đỗ Văn Ba holds this role there, too, and stays.", UNFIT]
    assert Assignment.objects.count() == 1


def test_whoever_holds_a_place_is_replaced_up_to_the_day_before():
    tree = small_tree()
    one, two = official(tree, "P"), official(tree, "Q")
    row = assign(one, tree.an1, first_day=date(2020, 1, 1))
    client = editor(tree)

    form = row_of(shown(client, open=tree.an1.pk), "AN-1").form
    assert form.initial["replaces"] == str(row.pk)
    errors = row_of(send(client, tree.an1, two, replaces=row.pk).context, "AN-1").form.errors
    assert errors == {"end_reason": ["Choose a reason"]}
    send(client, tree.an1, two, replaces=row.pk, end_reason="term_ended")

    row.refresh_from_db()
    new = Assignment.objects.get(cadre=two)
    assert (row.last_day, row.end_reason, new.first_day) == (date(2022, 5, 15), "term_ended", date(2022, 5, 16))
    assert (Handover.objects.get().ended, Handover.objects.get().successor) == (row, new)


def test_of_two_people_at_one_row_the_second_is_told():
    tree = small_tree()
    row = assign(official(tree, "P"), tree.an1, first_day=date(2020, 1, 1))
    official(tree, "Q")
    official(tree, "R")
    client = editor(tree)
    # Somebody else ends it while the row is open.
    Assignment.objects.filter(pk=row.pk).update(last_day=date(2022, 5, 1))

    form = row_of(send(client, tree.an1, "R", replaces=row.pk, end_reason="retired").context, "AN-1").form

    assert form.errors == {"replaces": ["This assignment has ended meanwhile. Look at the place again."]}
    assert Assignment.objects.count() == 1


def test_sent_twice_it_is_there_once_and_the_second_time_is_told():
    tree = small_tree()
    official(tree, "P")
    client = editor(tree)
    send(client, tree.an1, "P")

    response = send(client, tree.an1, "P", htmx=True)

    assert "This cadre already holds this role at this locality" in response.content.decode()
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(
    "more, complaints",
    [
        ({"who": ""}, [("", "Say whom.")]),
        ({"who": "nobody"}, [("", "No cadre whom you may assign is called that.")]),
        ({"who": "le van"}, [("", "Choose below which one is meant.")]),
        ({"first_day": ""}, [("In charge from", "This field is required.")]),
        (
            {"first_day": "31/02/2022"},
            [("In charge from", "“31/02/2022” does not exist: February 2022 has 28 days. Correct the day.")],
        ),
        (
            {"decision_on": "soon"},
            [("Day of the decision", "“soon” is not a day. Write day, month and year, like 09/05/2022.")],
        ),
        ({"replaces": "0"}, [("Instead of", "This assignment has ended meanwhile. Look at the place again.")]),
    ],
)
def test_what_is_wrong_is_said_in_the_row(more, complaints):
    tree = small_tree()
    official(tree, "P")
    who = more.pop("who", "P") if "who" in more else "P"

    form = row_of(send(editor(tree), tree.an1, who, **more).context, "AN-1").form

    assert [(str(label), str(error)) for label, error in form.complaints] == complaints
    assert Assignment.objects.count() == 0


def test_without_script_the_page_that_comes_back_is_the_list_that_was_asked_for():
    tree = small_tree()
    assign(official(tree, "P"), tree.an2)

    context = send(editor(tree), tree.an1, "nobody", "?show=nobody&tier=hamlet").context

    assert codes(context) == ["AN-1", "BI-1", "CA-1"]
    assert row_of(context, "AN-1").form.text == "nobody"


def test_what_was_typed_stays_though_the_row_belongs_to_another_list_by_now():
    tree = small_tree()
    assign(official(tree, "P", "Đỗ Văn Ba"), tree.an1)
    official(tree, "Q")

    context = send(editor(tree), tree.an1, "Q", "?show=nobody&tier=hamlet").context

    assert codes(context) == ["AN-1", "AN-2", "BI-1", "CA-1"]
    assert row_of(context, "AN-1").form.sentences == ["Đỗ Văn Ba holds this role there, too, and stays."]


def test_what_lies_elsewhere_has_ended_or_is_above_the_board_is_not_found():
    tree = small_tree()
    gone = locality("AN-9", "hamlet", "Ấp 9", tree.an, last_day=date(2022, 4, 30))
    localities_changed()
    client = editor(tree, "an")
    cadre("P", agency=agency("C", at=tree.an))

    for place in (tree.cam1, tree.north, gone, tree.district):
        assert client.get(url_of(place)).status_code == 404
        assert send(client, place, "P").status_code == 404
    assert editor(tree).get(url_of(tree.district)).status_code == 404
    assert Assignment.objects.count() == 0


def test_a_foreign_cadre_is_nobody():
    tree = small_tree()
    foreign = cadre("F", "Người Ngoài", agency=agency("C", at=tree.cam))
    name = f"cadre-{tree.an1.pk}_match"

    form = row_of(send(editor(tree, "an"), tree.an1, "F", **{name: foreign.pk}).context, "AN-1").form

    assert [str(error) for _label, error in form.complaints] == ["No cadre whom you may assign is called that."]


def test_a_place_that_leaves_is_not_assigned_from_then_on():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    cadre("P", agency=agency("C", at=tree.an))

    form = row_of(send(editor(tree, "an"), tree.an2, "P").context, "AN-2").form

    assert form.errors == {"first_day": ["On that day the place does not exist, or is not yours to assign."]}


def test_a_get_assigns_nothing_and_opens_the_row():
    tree = small_tree()
    official(tree, "P")
    client = editor(tree)

    response = client.get(url_of(tree.an1), {"show": "nobody", "cadre": "P"})

    assert response.url == f"{BOARD}?show=nobody&cadre=P&open={tree.an1.pk}#row-{tree.an1.pk}"
    assert client.get(url_of(tree.an1), headers={"HX-Request": "true"}).content.startswith(b"<tr")
    assert Assignment.objects.count() == 0


# --- Undo -------------------------------------------------------------------------------------------------------


def undo(client, row, query="", **headers):
    return client.post(reverse("assignments:assignment_take_back", args=[row.pk]) + query, headers=headers)


def test_what_was_just_done_is_undone_with_what_it_replaced():
    tree = small_tree()
    row = assign(official(tree, "P"), tree.an1, first_day=date(2020, 1, 1))
    client = editor(tree)
    official(tree, "Q")
    response = send(client, tree.an1, "Q", replaces=row.pk, end_reason="retired")
    made = Assignment.objects.get(cadre__code="Q")
    assert client.get(response.url).context["saved"] == made

    response = undo(client, made, "?show=short")

    assert response.url == f"{BOARD}?show=short#row-{tree.an1.pk}"
    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (None, "")
    assert list(Assignment.objects.all()) == [row]
    assert undo(client, made).status_code == 404


def test_with_script_undo_brings_the_row_as_it_was():
    tree = small_tree()
    official(tree, "P", "Trần Thị Bê")
    client = editor(tree)
    send(client, tree.an1, "P")

    text = undo(client, Assignment.objects.get(), **{"HX-Request": "true"}).content.decode()

    assert "Taken back: Trần Thị Bê at Khu phố 1." in text
    assert f'name="cadre-{tree.an1.pk}"' in text
    assert Assignment.objects.count() == 0


def test_undo_is_for_who_did_it_and_for_an_hour():
    tree = small_tree()
    official(tree, "P")
    client, other = editor(tree), editor(tree, "an")
    send(client, tree.an1, "P")
    row = Assignment.objects.get()

    assert undo(other, row).status_code == 404
    assert other.get(BOARD, {"saved": row.pk}).context["saved"] is None
    assert not any(holder.may_take_back for holder in row_of(shown(other), "AN-1").row.coming)
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        response = client.post(reverse("assignments:assignment_take_back", args=[row.pk]), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "This can no longer be taken back. End the assignment instead."
    ]
    assert client.get(reverse("assignments:assignment_take_back", args=[row.pk])).status_code == 405
    assert Assignment.objects.count() == 1


def test_what_a_decision_builds_on_is_not_undone():
    tree = small_tree()
    official(tree, "P")
    client = editor(tree)
    send(client, tree.an1, "P")
    row = Assignment.objects.get()
    paper = Decision.objects.create(number="1", signed_on=MAY, first_day=MAY, locality=tree.district)
    DecisionLine.objects.create(decision=paper, locality=tree.an1, replaces=row)

    undo(client, row)

    assert Assignment.objects.get() == row
