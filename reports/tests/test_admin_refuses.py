"""What a page refuses, the administration and its imports refuse, too."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Assignment, Cadre, Decision, DecisionLine, Locality, Posting
from assignments.tests.cast import agency, assign, at, cadre, small_tree, user, version
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters
from reports.models import Issue, QuarterlyReport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def desk(**more):
    """A browser in which somebody sits who may open the administration, with every permission there is."""
    login = user("clerk", is_staff=True, **more)
    login.user_permissions.set(Permission.objects.all())
    browser = Client()
    browser.force_login(login)
    browser.login_of_it = login
    return browser


def written(day):
    return f"{day:%d/%m/%Y}"


def imported(browser, model, header, *rows):
    """What is wrong with each line of a file; nothing where it would be imported."""
    file = SimpleUploadedFile("table.csv", "\r\n".join([header, *rows, ""]).encode())
    page = browser.post(url(model, "import"), {"file": file})
    return [str(sentence) for _line, sentences in page.context["row_errors"] for sentence in sentences]


OUTSIDE = "This lies outside the area in which you may change things."


@pytest.mark.parametrize("first_day", [date(2022, 1, 1), today() + timedelta(days=9)])
def test_a_cadre_who_serves_in_two_areas_is_renamed_by_nobody_who_decides_in_one(first_day):
    tree = small_tree()
    who = cadre("P", "Lê Văn Tám", agency=agency("A", at=tree.an))
    assign(who, tree.an1)
    assign(who, tree.binh, first_day=first_day)
    browser = desk(at=tree.an, level="editor")

    page = browser.post(url(Cadre, "change", who.pk), {"full_name": "Tên Khác", "code": "P"})

    assert page.status_code == 403
    assert imported(browser, Cadre, "code,full_name", "P,Tên Khác") == [OUTSIDE]
    assert imported(browser, Posting, "cadre_code,agency_code,position,first_day", "P,A,Phó phòng,") == []


def test_where_somebody_works_is_corrected_by_nobody_who_only_sees_him_serve():
    tree = small_tree()
    who = cadre("P", agency=agency("B", at=tree.binh))
    assign(who, tree.an1)
    browser = desk(at=tree.an, level="editor")
    browser.login_of_it.grants.create(locality=tree.binh, level="viewer")
    posting = who.postings.get()

    assert browser.post(reverse("assignments:posting_edit", args=[posting.pk])).status_code == 404
    assert browser.post(url(Posting, "change", posting.pk), {"position": "x"}).status_code == 403
    assert imported(browser, Posting, "cadre_code,agency_code,position,first_day", "P,B,Phó phòng,") == [OUTSIDE]


def test_a_hamlet_that_has_moved_away_is_for_who_decides_there_now():
    tree = small_tree()
    tree.an2.versions.update(last_day=date(2023, 12, 31))
    version(tree.an2, "Ấp 2", tree.binh, first_day=date(2024, 1, 1))
    localities_changed()
    browser = desk(at=tree.an, level="editor")

    assert browser.get(url(Locality, "change", tree.an2.pk)).status_code == 200
    assert browser.post(url(Locality, "change", tree.an2.pk), {"code": "X"}).status_code == 403
    (told,) = imported(
        browser,
        Locality,
        "code,parent_code,type,name,first_day,last_day",
        "AN-2,BI,hamlet,Tên khác,2024-01-01,",
    )
    assert told == "code: There is no locality with the code “AN-2” that you may use here."


def test_what_an_assignment_is_about_stays_and_what_has_ended_is_not_opened_again():
    tree = small_tree()
    office = agency("A", at=tree.an)
    who, other = cadre("P", agency=office), cadre("Q", agency=office)
    goes_on, ended = assign(who, tree.an1), assign(who, tree.an2, last_day=date(2023, 1, 31))
    browser = desk(at=tree.an, level="editor")
    asked = {"cadre": other.pk, "locality": tree.an2.pk, "role": "in_charge", "first_day": "01/01/2020"}

    browser.post(url(Assignment, "change", goes_on.pk), asked | {"last_day": "", "decision_number": "7"})
    without = browser.post(url(Assignment, "change", goes_on.pk), {"last_day": written(today())})
    reopened = browser.post(url(Assignment, "change", ended.pk), asked | {"last_day": ""})
    deleted = browser.post(url(Assignment, "delete", goes_on.pk), {"post": "yes"})

    goes_on.refresh_from_db()
    assert (goes_on.cadre, goes_on.locality, goes_on.first_day) == (who, tree.an1, date(2022, 1, 1))
    assert (goes_on.decision_number, goes_on.last_day) == ("7", None)
    assert without.context["adminform"].errors == {"end_reason": ["Choose a reason"]}
    assert (reopened.status_code, deleted.status_code) == (403, 403)
    header = "cadre_code,locality_code,role,first_day,last_day"
    assert imported(browser, Assignment, header, "P,AN-2,in_charge,2022-01-01,") == [
        "This assignment has ended already."
    ]


def test_nobody_is_assigned_by_a_file_or_a_form_whom_one_only_sees():
    tree = small_tree()
    cadre("P", agency=agency("B", at=tree.binh))
    browser = desk(at=tree.an, level="editor")
    browser.login_of_it.grants.create(locality=tree.binh, level="viewer")
    header = "cadre_code,locality_code,role,first_day"

    page = browser.post(
        url(Assignment, "add"),
        {"cadre": Cadre.objects.get().pk, "locality": tree.an1.pk, "role": "in_charge", "first_day": "01/01/2024"},
    )

    assert list(page.context["adminform"].errors) == ["cadre"]
    assert imported(browser, Assignment, header, "P,AN-1,in_charge,2024-01-01") == [
        "cadre_code: There is no cadre with the code “P” that you may use here."
    ]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_a_decision_that_took_effect_is_neither_changed_nor_deleted(is_superuser):
    tree = small_tree()
    paper = Decision.objects.create(
        number="1-QĐ/HU", signed_on=today(), first_day=today(), locality=tree.an, enacted_on=today()
    )
    browser = desk(at=tree.an, level="editor", is_superuser=is_superuser)

    codes = [
        browser.post(url(Decision, "change", paper.pk), {"number": "2"}).status_code,
        browser.post(url(Decision, "delete", paper.pk), {"post": "yes"}).status_code,
    ]

    assert codes == [403, 403]
    assert Decision.objects.get().number == "1-QĐ/HU"


def test_no_line_of_a_draft_comes_to_lie_outside():
    tree = small_tree()
    paper = Decision.objects.create(number="1-QĐ/HU", signed_on=today(), first_day=today(), locality=tree.district)
    DecisionLine.objects.create(decision=paper, locality=tree.an1, cadre=cadre("P"))
    browser = desk(is_superuser=True)
    data = {"number": "1", "signed_on": written(today()), "first_day": written(today()), "locality": tree.binh.pk}

    page = browser.post(url(Decision, "change", paper.pk), data)

    assert page.context["adminform"].errors == {
        "locality": ["1 line does not lie there on the first day. Remove it first."]
    }


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_accepts_his_own_report_or_dates_it_back(is_superuser):
    tree = small_tree()
    browser = desk(at=tree.an, level="editor", is_superuser=is_superuser)
    who = cadre("P", agency=agency("A", at=tree.an), user=browser.login_of_it)
    assign(who, tree.an1)
    report = QuarterlyReport.objects.create(
        cadre=who, locality=tree.an1, quarter="2024-Q1", status="submitted", submitted_on=date(2024, 5, 1)
    )
    data = {"cadre": who.pk, "locality": tree.an1.pk, "quarter": "2024-Q1", "status": "accepted"}

    browser.post(url(QuarterlyReport, "change", report.pk), data | {"submitted_on": "05/04/2024"})
    browser.post(url(QuarterlyReport, "add"), data | {"quarter": "2024-Q2", "submitted_on": "05/07/2024"})

    assert list(QuarterlyReport.objects.values_list("status", "submitted_on")) == [("submitted", date(2024, 5, 1))]


def held(tree, **more):
    meeting = Meeting.objects.create(
        kind="cell", locality=tree.an1, starts_at=at(today() - timedelta(days=3)), **({"status": "held"} | more)
    )
    keep_rosters(Meeting.objects.filter(pk=meeting.pk))
    return meeting


def test_a_meeting_stays_whose_it_is_and_is_cancelled_and_not_deleted():
    tree = small_tree()
    meeting = held(tree, status="planned")
    browser = desk(at=tree.an, level="editor")

    code = browser.post(url(Meeting, "delete", meeting.pk), {"post": "yes"}).status_code
    form = browser.get(url(Meeting, "change", meeting.pk)).context["adminform"].form

    assert code == 403
    assert {"locality", "agency"} & form.fields.keys() == set()


def test_the_roster_has_the_rules_of_the_page_on_which_it_is_recorded():
    tree = small_tree()
    assign(cadre("P"), tree.an1)
    meeting = held(tree)
    row = meeting.attendances.get()
    browser = desk(at=tree.an, level="editor")
    data = {
        "kind": "cell",
        "starts_at_0": written(meeting.day),
        "starts_at_1": "19:00",
        "status": "held",
        "code": meeting.code,
        "attendances-TOTAL_FORMS": 1,
        "attendances-INITIAL_FORMS": 1,
        "attendances-2-TOTAL_FORMS": 0,
        "attendances-2-INITIAL_FORMS": 0,
        "attendances-0-id": row.pk,
        "attendances-0-meeting": meeting.pk,
        "attendances-0-status": "absent",
    }

    page = browser.post(url(Meeting, "change", meeting.pk), data)

    roster = page.context["inline_admin_formsets"][0].formset
    assert roster.errors == [{"__all__": ["Choose the reason of the absence."]}]
    assert Attendance.objects.get().status == "unrecorded"


def test_no_issue_lies_ahead_and_an_agency_changes_nothing_of_those_sent_to_it():
    tree = small_tree()
    office = agency("A", at=tree.district)
    issue = Issue.objects.create(
        locality=tree.an1, raised_on=today(), kind="feedback", theme="roads", summary="x", responsible_agency=office
    )
    browser, clerk = desk(at=tree.an, level="recorder"), user("other", of=office, level="recorder", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    data = {"locality": tree.an1.pk, "kind": "feedback", "theme": "roads", "summary": "x", "status": "open"}
    data |= {"code": "c", "raised_on": written(today() + timedelta(days=1))}

    page = browser.post(url(Issue, "add"), data)
    browser.force_login(clerk)

    assert page.context["adminform"].errors == {"raised_on": ["This day lies in the future."]}
    assert browser.post(url(Issue, "change", issue.pk), data).status_code == 403
    assert browser.post(reverse("reports:issue_edit", args=[issue.pk]), data).status_code == 404
