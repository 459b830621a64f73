"""A rule is one rule: what a file refuses, the administration and the pages refuse, too, and the other way round."""

import io
from datetime import date, datetime
from importlib import import_module

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Assignment, Handover, Lineage, Posting
from assignments.tests.cast import OFFICE, assign, at, cadre, small_tree, user
from meetings.models import Attendance, Guidance, Meeting
from reports.district.tables import TABLES
from reports.figures.ratings import annual_ratings
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, RatingScheme, Resource
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db
DAY = date(2022, 5, 9)
AHEAD = date(2023, 2, 2)
RATINGS = "organisation_code,year,level,decision_number,decision_on"


@pytest.fixture(autouse=True)
def _spring():
    with time_machine.travel(datetime(2023, 2, 1, 9, tzinfo=OFFICE), tick=False), translation.override("en"):
        yield


def import_folder(folder, file, header, *rows):
    """Import one file; return the errors without their place."""
    (folder / file).write_text("\n".join([header, *rows, ""]))
    said = io.StringIO()
    try:
        call_command("import_district", folder, stdout=io.StringIO(), stderr=said, verbosity=0)
    except CommandError:
        return [line.partition(": ")[2] for line in said.getvalue().splitlines()]
    return []


# --- Ratings ----------------------------------------------------------------------------------------------------


def organisations():
    """The cell of hamlet 1 of Bình, which ended in 2021, and the committee of An; and a scheme of before 2020."""
    tree = small_tree()
    tree.cell = PartyOrganisation.objects.create(
        code="C", kind="cell", locality=tree.binh1, last_day=date(2021, 6, 30)
    )
    tree.committee = PartyOrganisation.objects.create(code="O", kind="commune_committee", locality=tree.an)
    tree.scheme = RatingScheme.of_year(2022)
    tree.good = RatingLevel.objects.get(scheme=tree.scheme, code="good")
    old = RatingScheme.objects.create(name="Cũ", last_day=date(1950, 1, 1))
    tree.old_good = RatingLevel.objects.create(scheme=old, code="good", order=1, good_or_better=True)
    return tree


CASES = {
    "ended": (
        "cell",
        2022,
        "good",
        {"year": ["C did not exist in 2022, only … – 2021-06-30. Correct the year or the code."]},
    ),
    "ahead": (
        "committee",
        2024,
        "good",
        {"year": ["2024 lies ahead: nobody can be rated for it yet. Correct the year."]},
    ),
    "out of bounds": ("committee", 1929, "good", {"year": ["The year must lie between 1930 and 2033."]}),
    "another scheme": (
        "committee",
        2022,
        "old_good",
        {
            "level": [
                "No rating scheme in force at the end of 2022 has the level good. "
                "Add it in the administration, or correct the row."
            ]
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_administration_accepts_no_rating_that_the_import_refuses(case, tmp_path):
    tree = organisations()
    who, year, level, expected = CASES[case]
    organisation, level = getattr(tree, who), getattr(tree, level)
    client = visitor(user("root", is_staff=True, is_superuser=True))

    form = client.post(
        reverse("admin:reports_rating_add"), {"organisation": organisation.pk, "year": year, "level": level.pk}
    )
    with pytest.raises(ValidationError) as raised:
        Rating(organisation=organisation, year=year, level=level).full_clean(exclude=["scheme"])

    assert {name: errors for name, errors in form.context["adminform"].errors.items() if name in expected} == expected
    assert expected.items() <= raised.value.message_dict.items()
    if case != "another scheme":
        row = f"{organisation.code},{year},good,,"
        (sentences,) = expected.values()
        uploaded = client.post(
            reverse("admin:reports_rating_import"),
            {"file": SimpleUploadedFile("r.csv", f"{RATINGS}\r\n{row}\r\n".encode())},
        )
        told = [sentence for _line, some in uploaded.context["row_errors"] for sentence in some]
        assert [sentence.removeprefix("year: ") for sentence in told] == sentences
        assert [s.removeprefix("year: ") for s in import_folder(tmp_path, "ratings.csv", RATINGS, row)] == sentences
    assert Rating.objects.count() == 0


def test_an_organisation_counts_once_in_a_year_whatever_was_entered():
    tree = organisations()
    Rating.objects.create(organisation=tree.committee, year=2022, level=tree.good)
    twin = Rating(organisation=tree.committee, year=2022, level=tree.old_good)

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    with pytest.raises(ValidationError, match="This organisation is already rated for this year."):
        Rating(organisation=tree.committee, year=2022, level=tree.good).clean()

    rows = annual_ratings(Rating.objects.all(), "commune_committee", 2022)
    assert (rows[0].count, rows[0].total) == (1, 1)


def test_an_import_after_the_scheme_was_corrected_changes_the_rating_and_adds_none(tmp_path):
    tree = organisations()
    # Entered while another scheme was in force at the end of the year.
    Rating.objects.create(organisation=tree.committee, year=2022, level=tree.old_good)

    assert import_folder(tmp_path, "ratings.csv", RATINGS, "O,2022,good,,") == []
    assert list(Rating.objects.values_list("level", "scheme")) == [(tree.good.pk, tree.scheme.pk)]


def test_ratings_that_were_entered_twice_are_one_after_the_upgrade_and_the_history_keeps_the_other():
    """The database of today holds no twins, so the migration is asked about two years that are told it as one."""
    tree = organisations()
    migration = import_module("reports.migrations.0005_ratings_once_a_year")
    kept = Rating.objects.create(organisation=tree.committee, year=2022, level=tree.good)
    twin = Rating.objects.create(organisation=tree.committee, year=2021, level=tree.old_good)
    last = Rating.objects.create(organisation=tree.cell, year=2021, level=tree.good)

    assert migration.surplus([kept, twin], 2022) == [twin]
    assert migration.surplus([twin, kept], 2022) == [twin]
    assert migration.surplus([last, kept], 2022) == [kept]
    gone = twin.pk
    migration.remove(twin, Rating.history.model)

    assert set(Rating.objects.values_list("pk", flat=True)) == {kept.pk, last.pk}
    said = Rating.history.filter(id=gone, history_change_reason="rated twice for one year")
    assert list(said.values_list("history_type", "level", "year")) == [("-", tree.old_good.pk, 2021)]


# --- The rules of files and those of models, one by one ----------------------------------------------------------


def broken_rows():
    """For each rule of a file, a row that breaks it: (rule, a row of the model, the values of a row of the file)."""
    tree = small_tree()
    who, ended = cadre("P"), date(2022, 1, 1)
    cell = Meeting(kind="cell", locality=tree.an1, starts_at=at(DAY))
    issue = {"locality": tree.an1, "raised_on": DAY, "kind": "feedback", "theme": "roads", "summary": "Đường"}
    organisation = PartyOrganisation.objects.create(code="C", kind="cell", locality=tree.an1)
    level = RatingLevel.objects.filter(scheme=RatingScheme.of_year(2022)).first()
    held = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(DAY), status="held")
    return {
        "days_in_order": Assignment(cadre=who, locality=tree.an, first_day=DAY, last_day=ended),
        "reason_only_at_the_end": Assignment(cadre=who, locality=tree.an, end_reason="other"),
        "of_a_locality_or_an_agency": Meeting(kind="agency", locality=tree.an1, starts_at=at(DAY)),
        "ends_after_it_starts": Meeting(kind="cell", locality=tree.an1, starts_at=at(DAY), ends_at=at(DAY, 8)),
        "over_when_it_was": Meeting(kind="cell", locality=tree.an1, starts_at=at(date(2023, 3, 1)), status="held"),
        "no_more_households_than_there_are": Meeting(
            kind="self_governing_group",
            locality=tree.an1a,
            starts_at=at(DAY),
            households_total=3,
            households_represented=4,
        ),
        "reason_of_absence": Attendance(
            meeting=held, cadre=who, status="excused", reason="personal", day=DAY, held=True
        ),
        "agency_or_position": Posting(cadre=who, first_day=DAY),
        "closed_on_a_day": Issue(status="closed", **issue),
        "handed_in_on_a_day": QuarterlyReport(cadre=who, locality=tree.an, quarter="2022-Q2", status="submitted"),
        "rated_by_now": Rating(organisation=organisation, level=level, year=2024),
        "decided_by_now": Rating(organisation=organisation, level=level, year=2022, decision_on=AHEAD),
        "raised_and_closed_by_now": Issue(**issue | {"status": "closed", "closed_on": AHEAD}),
        "mobilised_by_now": Resource(locality=tree.an1, mobilised_on=AHEAD, kind="money", value_vnd=1),
        "handed_in_by_now": QuarterlyReport(
            cadre=who, locality=tree.an, quarter="2023-Q1", status="submitted", submitted_on=AHEAD
        ),
        "due_after_it_was_issued": Guidance(
            document="1-HD",
            title="Hướng dẫn",
            level="district",
            issued_on=DAY,
            due_on=ended,
            tier="hamlet",
            locality=tree.district,
        ),
        # What a folder's import asks of rows beside others.
        "exists: meetings": Meeting(kind="cell", locality=ended_hamlet(tree), starts_at=at(DAY)),
        "exists: issues": Issue(**issue | {"locality": tree.an2}),
        "exists: resources": Resource(locality=tree.an2, mobilised_on=DAY, kind="money", value_vnd=1),
        "tier: meetings": Meeting(kind="cell", locality=tree.an, starts_at=at(DAY)),
        "tier: organisations": PartyOrganisation(code="X", kind="cell", locality=tree.an),
        "lineage exists": Lineage(predecessor=tree.an1, successor=tree.an2, effective_on=DAY, kind="merge"),
        "lineage begins": Lineage(predecessor=tree.an2, successor=tree.an1, effective_on=DAY, kind="merge"),
        "assignment lives": Assignment(cadre=who, locality=tree.an2, first_day=DAY),
        "head of a group": Assignment(cadre=who, locality=tree.an, role="head"),
        "planned": cell,
    }


def ended_hamlet(tree):
    tree.an2.versions.update(last_day=date(2022, 4, 30))
    localities_changed()
    return tree.an2


def test_every_rule_of_a_file_is_a_rule_of_its_model():
    rows = broken_rows()
    rows.pop("planned").full_clean(exclude=["place", "area"])
    rules = {rule.__name__ for table in TABLES.values() for rule in table.rules}

    accepted = set()
    for name, row in rows.items():
        try:
            row.full_clean(exclude=["place", "area", "closed_place", "closed_area", "scheme"])
        except ValidationError:
            continue
        accepted.add(name)

    assert rules - rows.keys() == set()
    assert accepted == set()


# --- What has happened, and so lies not ahead -----------------------------------------------------------------------

ISSUES = (
    "code,locality_code,raised_on,kind,urgent,theme,summary,status,closed_on,responsible_agency_code",
    "I,AN-1,2022-05-09,feedback,0,roads,Đường,closed,{},",
)
HAPPENED = {
    "raised": ("issues.csv", ISSUES[0], "I,AN-1,{},feedback,0,roads,Đường,open,,"),
    "closed": ("issues.csv", *ISSUES),
    "mobilised": (
        "resources.csv",
        "code,locality_code,cadre_code,mobilised_on,kind,description,value_vnd,donor,status",
        "R,AN-1,,{},money,,5,,promised",
    ),
    "handed in": (
        "quarterly_reports.csv",
        "cadre_code,locality_code,quarter,submitted_on,status",
        "P,AN-1,2023-Q1,{},submitted",
    ),
    "decided": ("ratings.csv", RATINGS, "O,2022,good,1-QĐ,{}"),
}


@pytest.mark.parametrize("what", HAPPENED)
def test_nothing_is_imported_that_is_said_to_have_happened_on_a_day_to_come(tmp_path, what):
    file, header, row = HAPPENED[what]
    organisations()
    cadre("P")

    assert import_folder(tmp_path, file, header, row.format("2023-02-02")) == [
        "2 Feb 2023 lies in the future, and nothing can have happened then. Correct the day."
    ]
    assert import_folder(tmp_path, file, header, row.format("2023-02-01")) == []


def test_no_report_is_handed_in_before_its_quarter_begins(tmp_path):
    tree = small_tree()
    held = assign(cadre("P"), tree.an1)
    owner = visitor(user("owner", is_superuser=True))
    row = "P,AN-1,2022-Q4,2022-09-30,submitted"

    for quarter, steps in (("2023-Q1", True), ("2023-Q2", False)):
        page = owner.get(f"/reports/quarterly-reports/{held.pk}/{quarter}/")
        assert page.context["steps"]["submit"] is steps
    assert owner.post(f"/reports/quarterly-reports/{held.pk}/2023-Q2/", {"step": "submit"}).status_code == 403
    header = "cadre_code,locality_code,quarter,submitted_on,status"
    assert import_folder(tmp_path, "quarterly_reports.csv", header, row) == [
        "2022-Q4 had not begun on 30 Sep 2022, so no report on it was handed in. Correct one of them."
    ]
    assert QuarterlyReport.objects.count() == 0


def test_a_day_to_come_that_was_stored_before_it_was_looked_at_keeps_nothing_from_being_finished():
    tree = small_tree()
    issue = Issue.objects.create(
        locality=tree.an1, raised_on=AHEAD, kind="feedback", theme="roads", summary="Đường hư"
    )

    issue.summary = "Cầu hư"
    issue.full_clean(exclude=["place", "area", "closed_place", "closed_area"])
    issue.raised_on = date(2023, 2, 3)
    with pytest.raises(ValidationError) as raised:
        issue.full_clean(exclude=["place", "area", "closed_place", "closed_area"])
    assert raised.value.message_dict == {"raised_on": ["This day lies in the future."]}


# --- What hangs on a locality that has ended ----------------------------------------------------------------------


def test_an_issue_and_a_resource_of_an_ended_locality_are_finished_on_pages_and_in_files(tmp_path):
    tree = small_tree()
    issue = Issue.objects.create(
        code="I", locality=tree.an2, raised_on=date(2022, 4, 1), kind="feedback", theme="roads", summary="Đường hư"
    )
    late = Issue.objects.create(
        code="L", locality=tree.an2, raised_on=DAY, kind="feedback", theme="roads", summary="Cầu hư"
    )
    gift = Resource.objects.create(
        code="R", locality=tree.an2, mobilised_on=date(2022, 4, 1), kind="money", value_vnd=5
    )
    ended_hamlet(tree)
    client = visitor(user("recorder", at=tree.an, level="recorder"))

    for row in (issue, late):
        client.post(f"/issues/{row.pk}/status/", {"step": "close", "close-closed_on": "2022-06-01"})
    client.post(f"/issues/{late.pk}/status/", {"step": "reopen"})
    client.post(
        reverse("reports:resource_edit", args=[gift.pk]),
        {
            "locality": tree.an2.pk,
            "mobilised_on": "2022-04-01",
            "kind": "money",
            "value_vnd": "5",
            "status": "delivered",
        },
    )
    header = "code,locality_code,raised_on,kind,urgent,theme,summary,status,closed_on,responsible_agency_code"
    errors = import_folder(
        tmp_path, "issues.csv", header, "I,AN-2,2022-04-01,feedback,,roads,Đường hư,closed,2022-06-02,"
    )

    assert errors == []
    assert list(Issue.objects.order_by("code").values_list("code", "closed_on")) == [
        ("I", date(2022, 6, 2)),
        ("L", None),
    ]
    assert Resource.objects.get().status == "delivered"


def test_nothing_new_is_raised_where_the_locality_has_ended_by_any_way(tmp_path):
    tree = small_tree()
    ended_hamlet(tree)
    client = visitor(user("boss", is_superuser=True, is_staff=True))
    data = {"locality": tree.an2.pk, "raised_on": str(DAY), "kind": "feedback", "theme": "roads", "summary": "Đường"}

    page = client.post("/issues/new/", data)
    admin = client.post(
        reverse("admin:reports_issue_add"), data | {"raised_on": "09/05/2022", "status": "open", "code": "N"}
    )
    header = "code,locality_code,raised_on,kind,urgent,theme,summary,status,closed_on,responsible_agency_code"
    errors = import_folder(tmp_path, "issues.csv", header, "N,AN-2,2022-05-09,feedback,,roads,Đường,open,,")

    sentence = "The locality does not exist on that day."
    assert page.context["form"].errors == {"raised_on": [sentence]}
    assert admin.context["adminform"].errors == {"raised_on": [sentence]}
    assert errors == [
        "locality_code: AN-2 does not exist on 2022-05-09, only … – 2022-04-30. Correct the day or the code."
    ]
    assert Issue.objects.count() == 0


def test_a_mistyped_issue_of_old_can_be_closed_and_opened_again():
    tree = small_tree()
    row = Issue.objects.create(
        locality=tree.an1, raised_on=date(22, 5, 9), kind="feedback", theme="roads", summary="Đường hư"
    )
    client = visitor(user("recorder", at=tree.an, level="recorder"))

    client.post(f"/issues/{row.pk}/status/", {"step": "close", "close-closed_on": "2022-06-01"})
    closed = Issue.objects.get().status
    client.post(f"/issues/{row.pk}/status/", {"step": "reopen"})

    assert (closed, Issue.objects.get().status) == ("closed", "open")


def test_lineage_fits_the_versions_of_both():
    tree = small_tree()
    ended_hamlet(tree)

    Lineage(predecessor=tree.an2, successor=tree.an1, effective_on=date(2022, 5, 1), kind="merge").full_clean()
    with pytest.raises(ValidationError) as raised:
        Lineage(predecessor=tree.an2, successor=tree.an1, effective_on=date(2022, 5, 2), kind="merge").full_clean()

    assert raised.value.message_dict == {
        "effective_on": ["On that day neither of the two begins anything, nor has the predecessor ended."]
    }


def test_the_handover_of_an_ended_locality_is_finished_after_the_end():
    tree = small_tree()
    work = user("office", at=tree.district, level="editor")
    row = assign(cadre("P1"), tree.an2, last_day=date(2022, 4, 30))
    handover = Handover.objects.create(ended=row)
    ended_hamlet(tree)
    client = visitor(work)

    client.post(handover.get_absolute_url(), {"step": "give"})
    client.post(handover.get_absolute_url(), {"step": "receive"})

    handover.refresh_from_db()
    assert (handover.given_on, handover.received_on) == (date(2023, 2, 1), date(2023, 2, 1))
