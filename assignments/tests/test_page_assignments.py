"""Assignments on pages: the list, one of them, a new one, and its end."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import Assignment, Cadre, Limit, LocalityVersion
from assignments.tests.cast import agency, assign, at, cadre, locality, small_tree, user, version
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
LIST, CREATE = reverse("assignments:assignments"), reverse("assignments:assignment_create")
DAY = date(2022, 5, 9)


def shown(client, url=LIST, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.context


def cadres(context):
    return [row.assignment.cadre.code for row in context["rows"]]


def lines(response):
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


# --- The list ---------------------------------------------------------------------------------------------------


def three_states(tree):
    assign(cadre("ended"), tree.an1, last_day=date(2022, 4, 30), end_reason="retired")
    assign(cadre("now"), tree.an1, first_day=date(2022, 5, 1))
    assign(cadre("later"), tree.an1, first_day=date(2022, 6, 1))


@pytest.mark.parametrize(
    "state, found",
    [
        ("", ["now"]),
        ("in_force", ["now"]),
        ("ended", ["ended"]),
        ("later", ["later"]),
        ("all", ["later", "now", "ended"]),
    ],
)
def test_the_list_has_what_is_in_force_has_ended_or_begins_later(state, found):
    tree = small_tree()
    three_states(tree)

    assert cadres(shown(visitor(user("u", at=tree.district)), day=DAY, state=state)) == found


@pytest.mark.parametrize(
    "query, found",
    [
        ({"tier": "commune"}, ["commune"]),
        ({"role": "support"}, ["support"]),
        ({"agency": "A"}, ["hamlet"]),
        ({"within": "CA"}, ["elsewhere"]),
        ({"q": "bui hoang"}, ["hamlet"]),
        ({"q": "khu pho"}, ["hamlet"]),
        ({"q": "046"}, ["commune"]),
        ({"locality": "AN"}, ["commune"]),
        ({}, ["support", "commune", "hamlet", "elsewhere"]),
    ],
)
def test_the_list_is_narrowed_by(query, found):
    tree = small_tree()
    assign(cadre("commune"), tree.an, decision_number="046-QĐ/HU")
    assign(cadre("hamlet", "Bùi Hoàng Tâm", agency=agency("A", at=tree.district)), tree.an1)
    assign(cadre("support"), tree.north, role="support")
    assign(cadre("elsewhere"), tree.cam1)

    assert cadres(shown(visitor(user("u", at=tree.district)), day=DAY, **query)) == found


def test_a_part_of_the_tree_has_what_lay_there_on_the_day():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    assign(cadre("P"), tree.an2)
    client = visitor(user("u", at=tree.district))

    assert cadres(shown(client, day="2022-05-14", within="AN")) == ["P"]
    assert cadres(shown(client, day="2022-05-15", within="AN")) == []
    (row,) = shown(client, day="2022-05-15", within="CA")["rows"]
    assert row.place.above == "Xã Cẩm › Nhóm Nam"


def test_the_file_says_from_until_and_how_many_months():
    tree = small_tree()
    office = agency("A", "Mặt trận", at=tree.district)
    assign(
        cadre("P", "Bùi Hoàng Tâm", agency=office),
        tree.an,
        decision_number="046-QĐ/HU",
        decision_on=date(2021, 12, 28),
        last_day=date(2022, 4, 30),
        end_reason="retired",
    )

    response = visitor(user("u", at=tree.an)).get(LIST, {"state": "all", "day": DAY, "format": "csv"})

    assert lines(response) == [
        "Locality code,Locality,Lies in,Cadre code,Cadre,Agency,Role,From,Until,In office since,Months,Decision,"
        "Day of the decision,Reason of ending",
        "AN,Thị trấn An,Huyện Mẫu › Nhóm Bắc,P,Bùi Hoàng Tâm,Mặt trận,In charge,2022-01-01,2022-04-30,2022-01-01,4,"
        "046-QĐ/HU,2021-12-28,Retired",
    ]


def test_assignments_elsewhere_are_in_no_list_page_or_file():
    tree = small_tree()
    foreign = assign(cadre("foreign", "Người Ngoài"), tree.cam1)
    assign(cadre("own"), tree.an1)
    client = visitor(user("u", at=tree.an, level="editor"))

    assert cadres(shown(client, day=DAY)) == ["own"]
    assert cadres(shown(client, day=DAY, q="Người Ngoài")) == []
    assert cadres(shown(client, day=DAY, locality="CA-1")) == []
    assert len(lines(client.get(LIST, {"day": DAY, "format": "csv"}))) == 2
    for name in ("assignment", "assignment_end"):
        assert client.get(reverse(f"assignments:{name}", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("assignments:assignment_end", args=[foreign.pk]), {"last_day": DAY}).status_code == 404


def test_an_agency_sees_its_staff_and_no_link_to_places():
    tree = small_tree()
    office = agency("A", at=tree.district)
    assign(cadre("ours", agency=office), tree.cam1)
    assign(cadre("theirs"), tree.an1)

    client = visitor(user("head", of=office))

    (row,) = shown(client, day=DAY)["rows"]
    assert (row.assignment.cadre.code, row.where, row.locality_visible) == (
        "ours",
        "Huyện Mẫu › Nhóm Nam › Xã Cẩm › Ấp 1",
        False,
    )
    assert tree.cam1.get_absolute_url() not in client.get(LIST, {"day": DAY}).content.decode()


@pytest.mark.parametrize("query, number", [({"day": "2022-05-09"}, 14), ({"day": "2022-05-09", "format": "csv"}, 19)])
def test_cost_of_the_list_does_not_grow(query, number, django_assert_num_queries):
    tree = small_tree()
    client = visitor(user("u", at=tree.district))
    assign(cadre("P"), tree.an1)
    client.get(LIST, query)

    for size in (1, 3):
        with django_assert_num_queries(number):
            response = client.get(LIST, query)
            if response.streaming:
                assert len(lines(response)) == size + 1
        if size == 1:
            assign(cadre("Q", agency=agency("A", at=tree.district)), tree.an2)
            assign(cadre("R"), tree.cam1)


# --- One of them ------------------------------------------------------------------------------------------------


def test_the_page_of_an_assignment_tells_its_time_and_its_history():
    tree = small_tree()
    who = user("editor", at=tree.an, level="editor", display_name="Ban Tổ chức")
    row = assign(cadre("P", "Bùi Hoàng Tâm"), tree.an1, first_day=date(2022, 1, 1))
    client = visitor(who)
    end(client, row, last_day=(today() + timedelta(days=5)).isoformat(), end_reason="retired")

    context = shown(client, row.get_absolute_url())

    assert context["row"].since == date(2022, 1, 1)
    (ended, differences), (entered, none) = context["changes"]
    assert [(str(label), old) for label, old, _new in differences] == [("last day", "–"), ("reason of ending", "–")]
    assert (str(ended.history_user), entered.history_type, none) == ("Ban Tổ chức", "+", [])
    assert context["may_end"] is True


def test_only_who_decides_may_end_it():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)

    for level in ("viewer", "recorder"):
        client = visitor(user(level, at=tree.an, level=level))
        assert shown(client, row.get_absolute_url())["may_end"] is False
        assert client.get(reverse("assignments:assignment_end", args=[row.pk])).status_code == 404
        assert client.post(reverse("assignments:assignment_end", args=[row.pk]), {}).status_code == 404


def insist(client, url, typed):
    """Send a form, and where something speaks against it send it again with a reason."""
    response = client.post(url, typed)
    form = response.context["form"] if response.status_code == 200 else None
    if form and form.shown_digest:
        return client.post(url, {**typed, "seen": form.shown_digest, "why": "Theo yêu cầu công tác"})
    return response


# --- A new one --------------------------------------------------------------------------------------------------


def told(**more):
    """What somebody types into the form of a new assignment."""
    return {"locality": "AN-1", "cadre": "P", "role": "in_charge", "first_day": "01/06/2022", **more}


def test_who_decides_assigns_by_code_and_rosters_follow():
    tree = small_tree()
    who = cadre("P", agency=agency("C", at=tree.an))
    Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(date(2022, 6, 9)), status="planned")
    client = visitor(user("editor", at=tree.an, level="editor"))

    response = insist(client, CREATE, told(decision_number="12-QĐ/ĐU", decision_on="30/05/2022"))

    row = Assignment.objects.get()
    assert response.url == row.get_absolute_url()
    assert (row.cadre, row.locality, row.role, row.first_day, row.last_day) == (
        who,
        tree.an1,
        "in_charge",
        date(2022, 6, 1),
        None,
    )
    assert (row.decision_number, row.decision_on) == ("12-QĐ/ĐU", date(2022, 5, 30))
    assert Attendance.objects.get().cadre == who


def test_the_way_back_leads_to_a_page_of_this_site_only():
    tree = small_tree()
    for code in ("P", "Q"):
        cadre(code, agency=agency(code, at=tree.an))
    client = visitor(user("editor", at=tree.an, level="editor"))

    assert insist(client, CREATE, told(next="/assignments/coverage/?day=2022-05-09")).url == (
        "/assignments/coverage/?day=2022-05-09"
    )
    assert insist(client, CREATE, told(cadre="Q", next="https://elsewhere.example/")).url.startswith("/assignments/")


def test_of_several_that_match_one_is_chosen_without_script():
    tree = small_tree()
    one, other = (cadre(code, "Nguyễn Văn An", agency=agency(code, at=tree.an)) for code in ("C1", "C2"))
    client = visitor(user("editor", at=tree.an, level="editor"))

    response = insist(client, CREATE, told(cadre="nguyen van an"))

    assert response.context["form"].errors == {"cadre": ["Choose below which one is meant."]}
    options = response.context["form"].matches["cadre"]["options"]
    assert [(option["key"], option["chosen"]) for option in options] == [(str(one.pk), False), (str(other.pk), False)]
    insist(client, CREATE, told(cadre="nguyen van an", cadre_match=str(other.pk)))
    assert Assignment.objects.get().cadre == other


def test_a_piece_of_a_name_chooses_nothing_by_itself():
    tree = small_tree()
    cadre("P", agency=agency("C", at=tree.an))
    client = visitor(user("editor", at=tree.an, level="editor"))

    response = insist(client, CREATE, told(locality="khu"))

    assert response.context["form"].errors == {"locality": ["Choose below which one is meant."]}
    insist(client, CREATE, told(locality="khu pho 1"))
    assert Assignment.objects.get().locality == tree.an1


def test_a_choice_does_not_outlive_the_text_it_was_made_for():
    tree = small_tree()
    one = cadre("C1", "Nguyễn Văn An", agency=agency("A", at=tree.an))
    other = cadre("C2", "Trần Thị Bê", agency=one.agency)
    client = visitor(user("editor", at=tree.an, level="editor"))

    insist(client, CREATE, told(cadre="tran thi be", cadre_match=str(one.pk)))

    assert Assignment.objects.get().cadre == other


def test_a_link_fills_in_the_locality_and_the_usual_role():
    tree = small_tree()
    client = visitor(user("editor", at=tree.district, level="editor"))

    form = shown(client, CREATE, locality="AN-1", first_day="2022-05-09")["form"]
    assert [(o["label"], o["detail"], o["chosen"]) for o in form.matches["locality"]["options"]] == [
        ("Khu phố 1", "Thị trấn An › Nhóm Bắc", True)
    ]
    assert form.initial["role"] == "in_charge"
    assert shown(client, CREATE, locality="N")["form"].initial["role"] == "head"


@pytest.mark.parametrize(
    "typed, errors",
    [
        ({"locality": ""}, {"locality": ["Say which locality."]}),
        ({"cadre": ""}, {"cadre": ["Say whom."]}),
        ({"cadre": "nobody"}, {"cadre": ["No cadre whom you may assign is called that."]}),
        (
            {"first_day": "31/02/2022"},
            {"first_day": ["“31/02/2022” does not exist: February 2022 has 28 days. Correct the day."]},
        ),
        ({"role": "head"}, {"role": ["Only a regional group has a head and support."]}),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_the_field(typed, errors):
    tree = small_tree()
    cadre("P", agency=agency("C", at=tree.an))

    response = visitor(user("editor", at=tree.an, level="editor")).post(CREATE, told(**typed))

    assert response.context["form"].errors == errors
    assert Assignment.objects.count() == 0


def test_sent_twice_it_is_there_once_and_the_second_time_is_told():
    tree = small_tree()
    cadre("P", agency=agency("C", at=tree.an))
    client = visitor(user("editor", at=tree.an, level="editor"))
    insist(client, CREATE, told())

    response = insist(client, CREATE, told())

    assert response.status_code == 200
    assert "This cadre already holds this role at this locality." in str(response.context["form"].errors)
    assert Assignment.objects.count() == 1


def test_nobody_assigns_where_somebody_else_decides():
    tree = small_tree()
    cadre("P", agency=agency("C", at=tree.an))
    cadre("F", "Người Ngoài", agency=agency("F", at=tree.cam))
    client = visitor(user("editor", at=tree.an, level="editor"))

    missing = "No locality that exists on the first day, and that you may assign to, is called that."
    for place in ("CA-1", "Nhóm Bắc", "Cẩm"):
        assert insist(client, CREATE, told(locality=place)).context["form"].errors == {"locality": [missing]}
    assert insist(client, CREATE, told(cadre="F")).context["form"].errors == {
        "cadre": ["No cadre whom you may assign is called that."]
    }
    # A key that was made up is no choice either.
    insist(client, CREATE, told(locality="Ấp 1", locality_match=str(tree.cam1.pk)))
    assert Assignment.objects.count() == 0


def test_a_locality_that_left_the_editors_part_can_be_assigned_to_only_while_it_lay_there():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 5, 14))
    version(tree.an2, "Ấp 2", tree.cam, first_day=date(2022, 5, 15))
    localities_changed()
    cadre("P", agency=agency("C", at=tree.an))
    client = visitor(user("editor", at=tree.an, level="editor"))

    assert "locality" in insist(client, CREATE, told(locality="AN-2")).context["form"].errors
    assert insist(client, CREATE, told(locality="AN-2", first_day="01/05/2022")).status_code == 302


@pytest.mark.parametrize("level", ["viewer", "recorder"])
def test_who_decides_nowhere_has_no_such_pages(level):
    tree = small_tree()
    client = visitor(user("u", at=tree.district, level=level))

    for name in ("assignment_create", "locality_choices", "cadre_choices"):
        assert client.get(reverse(f"assignments:{name}"), {"locality": "AN-1", "cadre": "P"}).status_code == 404
    assert insist(client, CREATE, told()).status_code == 404
    assert "create_url" not in shown(client)


def test_choices_while_typing_are_those_one_may_assign():
    tree = small_tree()
    cadre("P", "Lê Văn Tám", agency=agency("C", "Đảng ủy", at=tree.an))
    cadre("F", "Lê Văn Tám", agency=agency("F", at=tree.cam))
    assign(Cadre.objects.get(code="P"), tree.an1)
    client = visitor(user("editor", at=tree.an, level="editor"))

    def options(what, text):
        response = client.get(reverse(f"assignments:{what}_choices"), {what: text})
        return [(option["label"], option["detail"]) for option in response.context["matches"]["options"]]

    assert options("cadre", "le van") == [("Lê Văn Tám", "Đảng ủy · 1 assignment")]
    assert options("locality", "to so") == [
        ("Tổ số 1", "Khu phố 1 › Thị trấn An › Nhóm Bắc"),
        ("Tổ số 2", "Khu phố 1 › Thị trấn An › Nhóm Bắc"),
    ]
    assert options("locality", "CA-1") == []
    assert options("locality", "") == []


def test_choices_are_few_and_cost_the_same(django_assert_num_queries):
    tree = small_tree()
    office = agency("C", at=tree.an)
    client = visitor(user("editor", at=tree.an, level="editor"))
    url = reverse("assignments:cadre_choices")
    cadre("first", agency=office)

    for size, more in ((1, False), (12, True)):
        with django_assert_num_queries(6):
            matches = client.get(url, {"cadre": "le van"}).context["matches"]
        assert (len(matches["options"]), matches["more"]) == (size, more)
        for number in range(15):
            cadre(f"n{number}-{size}", agency=office)


# --- Its end ----------------------------------------------------------------------------------------------------


def end(client, row, **typed):
    return insist(client, reverse("assignments:assignment_end", args=[row.pk]), typed)


def test_an_end_needs_a_day_and_a_reason():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)

    response = end(visitor(user("editor", at=tree.an, level="editor")), row)

    assert response.context["form"].errors == {
        "last_day": ["This field is required."],
        "end_reason": ["This field is required."],
    }


EARLY = "That makes 3 months at this locality. An assignment should last at least 12 months."
ALONE = "After that nobody answers for this place."


def test_what_speaks_against_an_end_is_said_first_and_asks_for_a_reason_that_is_kept():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=today() - timedelta(days=100))
    client, url = (
        visitor(user("editor", at=tree.an, level="editor")),
        reverse("assignments:assignment_end", args=[row.pk]),
    )
    typed = {"last_day": today().isoformat(), "end_reason": "workload"}

    assert shown(client, url)["form"].sentences == [ALONE, EARLY]
    form = client.post(url, typed).context["form"]
    assert (form.sentences, form.errors) == ([ALONE, EARLY], {})
    form = client.post(url, {**typed, "seen": form.shown_digest, "why": " "}).context["form"]
    assert form.errors == {"why": ["Say why it is done all the same."]}
    row.refresh_from_db()
    assert row.last_day is None

    client.post(url, {**typed, "seen": form.shown_digest, "why": "Chuyển công tác"})
    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (today(), "workload")
    assert row.history.first().history_change_reason == "Chuyển công tác"


def test_a_reason_covers_only_what_the_page_had_shown():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=today() - timedelta(days=100))
    client, url = (
        visitor(user("editor", at=tree.an, level="editor")),
        reverse("assignments:assignment_end", args=[row.pk]),
    )
    seen = shown(client, url)["form"].shown_digest
    earlier = (today() - timedelta(days=60)).isoformat()

    form = client.post(url, {"last_day": earlier, "end_reason": "workload", "seen": seen, "why": "X"}).context["form"]

    assert form.sentences[1].startswith("That makes 1 month ")
    row.refresh_from_db()
    assert row.last_day is None


def test_the_minimum_is_the_offices_and_counts_the_whole_time_at_the_place():
    tree = small_tree()
    who = cadre("P")
    assign(who, tree.an1, first_day=date(2021, 1, 1), last_day=today() - timedelta(days=100))
    row = assign(who, tree.an1, first_day=today() - timedelta(days=99))
    client, url = (
        visitor(user("editor", at=tree.an, level="editor")),
        reverse("assignments:assignment_end", args=[row.pk]),
    )

    assert shown(client, url)["form"].sentences == [ALONE]
    Limit.objects.create(name="minimum_tenure_months", value=600)
    assert shown(client, url)["form"].sentences[1].endswith("An assignment should last at least 600 months.")


def test_what_speaks_against_a_new_one_is_said_first_and_asks_for_a_reason_that_is_kept():
    tree = small_tree()
    cadre("P", agency=agency("C", at=tree.an))
    client = visitor(user("editor", at=tree.an, level="editor"))

    form = client.post(CREATE, told(why="Chưa đọc")).context["form"]
    assert form.sentences == ["By rule this is held by: Official of a district agency."]
    assert Assignment.objects.count() == 0
    form = client.post(CREATE, told(seen=form.shown_digest)).context["form"]
    assert form.errors == {"why": ["Say why it is done all the same."]}

    client.post(CREATE, told(seen=form.shown_digest, why="Thiếu cán bộ huyện"))
    assert Assignment.objects.get().history.get().history_change_reason == "Thiếu cán bộ huyện"


def test_after_its_end_nobody_is_expected_any_more():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=date(2020, 1, 1))
    for days in (0, 5):
        Meeting.objects.create(
            kind="cell", locality=tree.an1, starts_at=at(today() + timedelta(days=days)), status="planned"
        )
    keep_rosters(Meeting.objects.all())

    response = end(
        visitor(user("editor", at=tree.an, level="editor")), row, last_day=today().isoformat(), end_reason="retired"
    )

    assert response.url == row.get_absolute_url()
    assert list(Attendance.objects.values_list("day", flat=True)) == [today()]


def test_what_has_ended_already_is_not_ended_again():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, last_day=date(2022, 4, 30), end_reason="retired")
    client = visitor(user("editor", at=tree.an, level="editor"))

    response = end(client, row, last_day=today().isoformat(), end_reason="other")

    assert response.url == row.get_absolute_url()
    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (date(2022, 4, 30), "retired")


def test_a_day_before_the_first_is_refused_at_the_form():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1, first_day=date(2022, 5, 9))

    response = end(
        visitor(user("editor", at=tree.an, level="editor")), row, last_day="08/05/2022", end_reason="other"
    )

    assert "The last day lies before the first day." in str(response.context["form"].errors)


def test_a_get_ends_nothing():
    tree = small_tree()
    row = assign(cadre("P"), tree.an1)

    visitor(user("editor", at=tree.an, level="editor")).get(
        reverse("assignments:assignment_end", args=[row.pk]), {"last_day": "2022-05-09", "end_reason": "retired"}
    )

    row.refresh_from_db()
    assert row.last_day is None


def test_an_ended_locality_cannot_be_assigned_to():
    tree = small_tree()
    locality("AN-9", "hamlet", "Ấp Cũ", tree.an, last_day=date(2022, 3, 31))
    localities_changed()
    cadre("P", agency=agency("C", at=tree.an))

    response = visitor(user("editor", at=tree.an, level="editor")).post(CREATE, told(locality="AN-9"))

    assert list(response.context["form"].errors) == ["locality"]
