"""Issues: where each counts, who sees it, and the steps it can take."""

from datetime import date

import pytest
import time_machine
from django.utils import translation

from assignments.actions import localities_changed
from assignments.tests.cast import agency, at, small_tree, user, version
from reports.models import Issue
from reports.tests.quarter import TODAY, busy_quarter, issue
from reports.tests.visits import file_body, listed, visitor

pytestmark = pytest.mark.django_db

ADDRESS = "/issues/"


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def themes(who, **query):
    """The themes of the issues of a list, each of which is in the small cast once."""
    response = visitor(who).get(ADDRESS, query)
    assert response.status_code == 200
    return [issue.theme for issue in response.context["object_list"]]


def answers(tree, **more):
    """What somebody types into the form of a new issue."""
    return {
        "locality": tree.an1.pk,
        "raised_on": "2023-01-09",
        "kind": "feedback",
        "theme": "water",
        "summary": "15 hộ thiếu nước sạch",
        **more,
    }


@pytest.mark.parametrize(
    "query, expected",
    [
        ({}, ["land", "water", "roads"]),
        ({"state": "open"}, ["land", "roads"]),
        ({"state": "open", "quarter": "2022-Q3"}, ["roads"]),
        ({"state": "raised", "quarter": "2022-Q4"}, ["land", "water"]),
        ({"state": "closed", "quarter": "2022-Q4"}, ["water"]),
        ({"state": "closed", "quarter": "2022-Q3"}, []),
        ({"quarter": "2022-Q3"}, ["roads"]),
        ({"state": "open", "within": "N"}, ["land", "roads"]),
        ({"within": "S"}, ["water"]),
        ({"urgent": "1"}, ["roads"]),
        ({"state": "open", "age": "over"}, ["roads"]),
        ({"theme": "land"}, ["land"]),
        ({"q": "water"}, ["water"]),
    ],
)
def test_a_list_is_narrowed_to_what_is_asked(query, expected):
    it = busy_quarter()

    assert themes(it.committee, **query) == expected


def test_an_issue_that_moved_counts_on_each_side_by_its_own_days():
    tree = small_tree()
    mine = tree.an2.versions.get()
    mine.last_day = date(2022, 11, 14)
    mine.save()
    version(tree.an2, "Ấp 2", tree.binh, first_day=date(2022, 11, 15))
    localities_changed()
    issue(tree.an2, date(2022, 7, 3), status="closed", closed_on=date(2022, 12, 5))
    reader = user("reader", at=tree.district)

    def found(**query):
        return [code for code in ("AN", "BI") if themes(reader, within=code, **query)]

    assert found(state="raised", quarter="2022-Q3") == ["AN"]
    assert found(state="open", quarter="2022-Q3") == ["AN"]
    assert found(state="closed", quarter="2022-Q4") == ["BI"]
    assert found(state="open", quarter="2022-Q4") == []


@pytest.mark.parametrize(
    "role, expected",
    [
        ("administrator", ["land", "water", "roads"]),
        ("head", ["land", "roads"]),
        ("commune", ["land", "roads"]),
        ("in_charge", ["roads"]),
        ("clerk", ["land"]),
        ("elsewhere", ["water"]),
        ("nobody", []),
    ],
)
def test_each_role_sees_its_part_of_the_tree_or_what_its_agency_answers(role, expected):
    it = busy_quarter()

    assert themes(getattr(it, role)) == expected


def test_an_issue_out_of_reach_is_not_found():
    it = busy_quarter()

    client = visitor(it.elsewhere)

    for address in (f"/issues/{it.old.pk}/", f"/issues/{it.old.pk}/edit/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/issues/{it.old.pk}/status/", {"step": "reopen"}).status_code == 404
    assert "roads" not in file_body(client.get(ADDRESS, {"format": "csv"}))


def test_an_issue_is_raised_where_one_may_record():
    it = busy_quarter()
    client = visitor(it.commune)

    offered = client.get("/issues/new/").context["form"].fields["locality"].queryset
    response = client.post("/issues/new/", answers(it.tree))

    assert [row.code for row in offered] == ["AN", "AN-1", "AN-1-A", "AN-1-B", "AN-2"]
    made = Issue.objects.get(theme="water", raised_on=date(2023, 1, 9))
    assert response.url == f"/issues/{made.pk}/"
    assert (made.locality, made.place.commune, made.status) == (it.tree.an1, it.tree.an, "open")


def test_an_issue_cannot_be_raised_where_one_only_reads():
    it = busy_quarter()

    foreign = visitor(it.commune).post("/issues/new/", answers(it.tree, locality=it.tree.cam1.pk))
    reading = visitor(user("reader", at=it.tree.district)).post("/issues/new/", answers(it.tree))

    assert list(foreign.context["form"].errors) == ["locality"]
    assert reading.status_code == 404
    assert Issue.objects.count() == 3


def test_a_text_that_looks_personal_is_saved_only_when_somebody_looked():
    it = busy_quarter()
    client = visitor(it.commune)
    suspicious = answers(it.tree, summary="Bà Nguyễn Thị Lan, 0903 123 456, thiếu nước")

    first = client.post("/issues/new/", suspicious)

    assert first.context["form"].errors == {
        "summary": [
            "This looks as if it held a phone number, a person's name. "
            "Leave it out, or tick below that it holds none."
        ]
    }
    assert "I have looked" in first.content.decode()
    assert suspicious["summary"] in first.content.decode()
    assert Issue.objects.count() == 3

    assert client.post("/issues/new/", {**suspicious, "sure": "on"}).status_code == 302
    assert Issue.objects.count() == 4


def test_the_question_is_not_asked_of_a_harmless_text():
    it = busy_quarter()

    assert "I have looked" not in visitor(it.commune).get("/issues/new/").content.decode()


@pytest.mark.parametrize(
    "more, field",
    [
        ({"raised_on": "2023-01-11"}, "raised_on"),
        ({"summary": ""}, "summary"),
        ({"kind": "gossip"}, "kind"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(more, field):
    it = busy_quarter()

    response = visitor(it.commune).post("/issues/new/", answers(it.tree, **more))

    assert list(response.context["form"].errors) == [field]


def test_an_issue_cannot_be_older_than_its_locality():
    tree = small_tree()
    mine = tree.an2.versions.get()
    mine.first_day = date(2022, 11, 15)
    mine.save()
    localities_changed()
    client = visitor(user("recorder", at=tree.an, level="recorder"))

    response = client.post("/issues/new/", answers(tree, locality=tree.an2.pk, raised_on="2022-11-14"))

    assert response.context["form"].errors == {"raised_on": ["The locality does not exist on that day."]}


def test_an_issue_is_closed_and_opened_again():
    it = busy_quarter()
    client = visitor(it.commune)
    steps = f"/issues/{it.old.pk}/status/"

    client.post(steps, {"step": "close", "close-closed_on": "2023-01-08"})

    it.old.refresh_from_db()
    assert (it.old.status, it.old.closed_on, it.old.closed_place.commune) == ("closed", date(2023, 1, 8), it.tree.an)

    client.post(steps, {"step": "reopen"})

    it.old.refresh_from_db()
    assert (it.old.status, it.old.closed_on, it.old.closed_place) == ("open", None, None)
    events = client.get(f"/issues/{it.old.pk}/").context["events"]
    assert [event["text"] for event in events] == ["Open · commune", "Closed · commune", "Entered"]


@pytest.mark.parametrize("day", ["2022-06-30", "2023-01-11", ""])
def test_an_issue_is_closed_between_the_day_it_was_raised_and_today(day):
    it = busy_quarter()

    response = visitor(it.commune).post(f"/issues/{it.old.pk}/status/", {"step": "close", "close-closed_on": day})

    assert list(response.context["form"].errors) == ["closed_on"]
    it.old.refresh_from_db()
    assert it.old.status == "open"


def test_an_issue_is_passed_on_to_an_agency_that_one_sees():
    it = busy_quarter()
    client = visitor(it.committee)
    steps = f"/issues/{it.old.pk}/status/"
    hidden = agency("A-9", "Phòng Khác", at=None)

    refused = client.post(steps, {"step": "pass_on", "pass_on-responsible_agency": hidden.pk})
    client.post(steps, {"step": "pass_on", "pass_on-responsible_agency": it.interior.pk})

    assert list(refused.context["form"].errors) == ["responsible_agency"]
    it.old.refresh_from_db()
    assert (it.old.status, it.old.responsible_agency) == ("escalated", it.interior)
    assert themes(it.clerk) == ["land", "roads"]
    events = client.get(f"/issues/{it.old.pk}/").context["events"]
    assert events[0]["text"] == "Passed on to Phòng Nội vụ · committee"


def test_an_agency_closes_what_it_answers_and_changes_nothing_else():
    it = busy_quarter()
    client = visitor(it.clerk)

    page = client.get(f"/issues/{it.passed_on.pk}/")
    closed = client.post(f"/issues/{it.passed_on.pk}/status/", {"step": "close", "close-closed_on": "2023-01-10"})

    assert page.context["edit_url"] == ""
    assert client.get(f"/issues/{it.passed_on.pk}/edit/").status_code == 404
    assert closed.status_code == 302
    it.passed_on.refresh_from_db()
    assert it.passed_on.status == "closed"


def test_who_only_reads_is_offered_no_step():
    it = busy_quarter()
    client = visitor(user("reader", at=it.tree.district))

    page = client.get(f"/issues/{it.old.pk}/")

    assert "forms" not in page.context
    assert page.context["edit_url"] == ""
    assert client.post(f"/issues/{it.old.pk}/status/", {"step": "reopen"}).status_code == 404


def test_steps_are_taken_by_post_only():
    it = busy_quarter()

    assert visitor(it.committee).get(f"/issues/{it.old.pk}/status/").status_code == 405


def test_a_correction_keeps_what_became_of_the_issue():
    it = busy_quarter()
    client = visitor(it.committee)
    address = f"/issues/{it.closed.pk}/edit/"

    late = client.post(address, answers(it.tree, locality=it.tree.cam1.pk, raised_on="2022-12-02"))
    client.post(address, answers(it.tree, locality=it.tree.cam1.pk, raised_on="2022-11-03", theme="prices"))

    assert late.context["form"].errors == {"raised_on": ["The issue is closed before it was raised."]}
    it.closed.refresh_from_db()
    assert (it.closed.theme, it.closed.raised_on, it.closed.status) == ("prices", date(2022, 11, 3), "closed")


def test_the_file_holds_all_rows_with_their_chain():
    it = busy_quarter()
    it.old.summary = "=HYPERLINK(1)"
    it.old.save()

    body = file_body(visitor(it.commune).get(ADDRESS, {"format": "csv", "state": "open"}))

    assert body.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").split("\r\n")[1:3] == [
        f"{it.passed_on.code},Huyện Mẫu › Nhóm Bắc › Thị trấn An,2022-12-20,Feedback,Land,0,Về land,Passed on,,"
        "Phòng Nội vụ",
        f"{it.old.code},Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1,2022-07-01,Feedback,Roads,1,'=HYPERLINK(1),"
        "Open,,",
    ]


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_does_not_grow(more, django_assert_num_queries):
    it = busy_quarter()
    for number in range(more):
        issue(it.tree.an2, date(2022, 11, number + 1), "water", responsible_agency=it.interior)
    client = visitor(it.committee)
    client.get(ADDRESS)

    with django_assert_num_queries(9):
        client.get(ADDRESS)
    with django_assert_num_queries(10):
        client.get(f"/issues/{it.old.pk}/")


def test_tabs_of_a_list_agree_with_its_pages():
    it = busy_quarter()
    for number in range(60):
        issue(it.tree.an2, date(2022, 11, 1), "water", summary=f"Việc {number}")

    assert listed(visitor(it.committee), ADDRESS)[0] == 63
    assert len(themes(it.committee, page=2)) == 13
