"""The invented district: always the same, without fault, and with the stories that the accounts are to show."""

import io
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation

from assignments.models import Acting, Decision, Handover, Locality, Term, Tier
from assignments.models.posting import staff_of_own_day
from assignments.places import misplaced
from assignments.scope import reach_of
from assignments.tests.cast import at
from cadrenet.verification import all_checks, look
from meetings.models import Attendance, Meeting
from meetings.rosters import wrong_rosters
from reports.demo import Plan, invent
from reports.demo.accounts import ACCOUNTS, still_open
from reports.district.checking import check
from reports.models import Issue, QuarterlyReport

TODAY = date(2026, 11, 23)
SMALL = Plan(today=TODAY, communes=2, quarters=2)
AFTERNOON = datetime(2026, 11, 23, 15, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture(scope="module")
def district():
    """The district as ``manage.py demo`` invents it, in its full size; nothing is written."""
    return invent(Plan(today=TODAY))


@pytest.fixture(scope="module")
def small():
    return invent(SMALL)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, small):
    """A small demo in the database, loaded once for all tests that only look."""
    with django_db_blocker.unblock(), time_machine.travel(AFTERNOON, tick=False), transaction.atomic():
        call_command("demo", communes=2, quarters=2, yes=True, verbosity=0)
        yield small
        transaction.set_rollback(True)


def rows(demo, file, **values):
    return [row for row in demo.files[file] if all(row[name] == value for name, value in values.items())]


# --- Rows -------------------------------------------------------------------------------------------------


def test_the_same_plan_gives_the_same_rows(small):
    assert invent(SMALL).files == small.files


def test_another_seed_gives_another_district(small):
    other = invent(replace(SMALL, seed=SMALL.seed + 1))

    assert other.files.keys() == small.files.keys()
    assert [file for file in small.files if other.files[file] == small.files[file]] == [
        "lineage.csv",
        "agencies.csv",
        "postings.csv",
        "party_organisations.csv",
        "guidance.csv",
    ]


def test_two_prefixes_share_no_code(small):
    other = invent(replace(SMALL, prefix="B07-"))

    for file in ("localities.csv", "agencies.csv", "cadres.csv", "party_organisations.csv", "meetings.csv"):
        ours, theirs = ({row["code"] for row in demo.files[file]} for demo in (small, other))
        assert (file, ours & theirs) == (file, set())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "plan",
    [
        SMALL,
        replace(SMALL, communes=7, seed=3),
        replace(SMALL, prefix="B07-", quarters=9),
        replace(SMALL, today=date(2026, 2, 17)),  # the lunar New Year
        replace(SMALL, today=date(2028, 2, 29)),
        replace(SMALL, today=date(2027, 1, 1), quarters=1),
    ],
)
def test_an_import_finds_no_fault_with_it(plan):
    # On the day that the plan takes for today: what is told as held lies behind it.
    with time_machine.travel(at(plan.today), tick=False):
        assert check(invent(plan).tables) == []


@pytest.mark.django_db
def test_an_import_finds_no_fault_with_the_full_size(district):
    assert check(district.tables) == []


@pytest.mark.parametrize(
    "wrong, why", [({"communes": 1}, "not 1"), ({"communes": 22}, "not 22"), ({"quarters": 0}, "running quarter")]
)
def test_a_district_has_bounds(wrong, why):
    with pytest.raises(ValueError, match=why):
        replace(SMALL, **wrong)


# --- What a district looks like ---------------------------------------------------------------------------


def test_the_district_has_the_size_of_a_real_one(district):
    standing = Counter(unit.tier for unit in district.tree.units if unit.on(TODAY))

    assert standing.pop(Tier.SELF_GOVERNING_GROUP) in range(1550, 1651)
    assert standing == {Tier.DISTRICT: 1, Tier.REGIONAL_GROUP: 5, Tier.COMMUNE: 21, Tier.HAMLET: 117}
    assert Counter(row["type"] for row in rows(district, "localities.csv", last_day="")) >= Counter(
        township=2, commune=19, neighbourhood=6
    )


def test_a_township_has_neighbourhoods_and_hamlets(district):
    types = Counter(unit.latest.type for unit in district.tree.below(district.tree.communes[0], TODAY))
    assert types == {"neighbourhood": 3, "hamlet": 3}


def test_names_repeat_under_other_parents_and_never_under_one(district):
    standing = [unit.on(TODAY) for unit in district.tree.units if unit.on(TODAY)]

    assert Counter(version.name for version in standing)["Tổ số 7"] == 117
    assert max(Counter((version.parent, version.name) for version in standing).values()) == 1


def test_two_people_of_one_agency_have_the_same_name(district):
    names = Counter((row["agency_code"], row["full_name"]) for row in rows(district, "cadres.csv"))
    assert names.most_common(1)[0][1] == 2


def test_a_commune_has_moved_a_hamlet_was_renamed_and_two_have_merged(district):
    tree = district.tree

    assert [version.parent.code for version in tree.moved.versions] == ["R05", "R04"]
    assert [version.name for version in tree.renamed.versions] == ["Ấp 5", "Ấp Bến Dừa"]
    assert [(old.code, new.code) for old, new, *_ in tree.lineage] == [
        ("90116-06", "90116-08"),
        ("90116-07", "90116-08"),
    ]
    assert {old.last_day for old in tree.merged} == {tree.merged_on - timedelta(days=1)}


def test_some_places_have_nobody_and_some_soon_will(district):
    serving = {duty.unit for duty in district.duties.all if duty.role != "support" and duty.holds_on(TODAY)}
    nobody = Counter(unit.tier for unit in district.tree.units if unit.on(TODAY) and unit not in serving)
    soon = {TODAY + timedelta(days=n) for n in range(1, 31)}
    ending = Counter(duty.unit.tier for duty in district.duties.all if duty.last_day in soon)

    assert nobody.pop(Tier.DISTRICT) == 1
    assert nobody.pop(Tier.SELF_GOVERNING_GROUP) in range(40, 51)
    assert nobody == {Tier.HAMLET: 3}
    assert ending[Tier.HAMLET] == 4
    assert ending[Tier.SELF_GOVERNING_GROUP] >= 5


def test_ratings_are_those_of_a_real_report(district):
    kinds = {row["code"]: row["kind"] for row in rows(district, "party_organisations.csv")}
    found = Counter(
        (row["year"], kinds[row["organisation_code"]], row["level"]) for row in rows(district, "ratings.csv")
    )

    assert found == {
        ("2025", "commune_committee", "excellent"): 3,
        ("2025", "commune_committee", "good"): 15,
        ("2025", "commune_committee", "completed"): 2,
        ("2025", "commune_committee", "not_completed"): 1,
        ("2025", "cell", "excellent"): 22,
        ("2025", "cell", "good"): 88,
        ("2025", "cell", "completed"): 7,
        ("2024", "commune_committee", "excellent"): 3,
        ("2024", "commune_committee", "good"): 14,
        ("2024", "commune_committee", "completed"): 3,
        ("2024", "commune_committee", "not_completed"): 1,
        ("2024", "cell", "excellent"): 20,
        ("2024", "cell", "good"): 86,
        ("2024", "cell", "completed"): 9,
        ("2024", "cell", "not_completed"): 2,
        ("2024", "cell", "not_rated"): 1,
    }


def test_attendance_is_uneven_by_commune(district):
    commune_of = {
        row["code"]: row["locality_code"] or None
        for row in rows(district, "meetings.csv", status="held")
        if row["kind"] != "residence"
    }
    came, all_recorded = Counter(), Counter()
    for row in rows(district, "attendance.csv"):
        commune = commune_of[row["meeting_code"]][:5]
        all_recorded[commune] += 1
        came[commune] += row["status"] == "present"
    shares = sorted(100 * came[commune] // all_recorded[commune] for commune in all_recorded)

    assert len(shares) == 21
    assert shares[1] < 70 < shares[2]
    assert shares[-1] >= 90


def test_no_text_names_a_person(district):
    names = {person.name for person in district.people.everybody}
    texts = {row["summary"] for row in rows(district, "issues.csv")}
    texts |= {row["description"] + row["donor"] for row in rows(district, "resources.csv")}
    texts |= {row["note"] for row in rows(district, "attendance.csv")}

    assert [text for text in texts if any(name in text for name in names)] == []
    assert {row["phone"] for row in rows(district, "cadres.csv")} == {""}
    assert {row["email"].rpartition("@")[2] for row in rows(district, "cadres.csv")} == {"example.invalid"}


def test_some_pressing_issues_are_long_overdue(district):
    long_ago = str(TODAY - timedelta(days=90))
    overdue = [row for row in rows(district, "issues.csv", urgent="1", closed_on="") if row["raised_on"] < long_ago]
    assert len(overdue) >= 3


def test_nothing_has_happened_yet_that_lies_ahead(district):
    ahead = [row for row in rows(district, "meetings.csv") if row["starts_at"] >= str(TODAY)]

    assert {row["status"] for row in ahead} <= {"planned", "cancelled"}
    assert max(row["starts_at"][:10] for row in ahead) == "2026-12-23"
    assert max(row["raised_on"] for row in rows(district, "issues.csv")) < str(TODAY)
    assert max(row["submitted_on"] for row in rows(district, "quarterly_reports.csv")) <= str(TODAY)


# --- In the database --------------------------------------------------------------------------------------


def test_places_and_rosters_are_right_after_loading(loaded):
    assert misplaced() == []
    assert wrong_rosters() == set()
    assert look(all_checks(), show=5) == []
    assert Meeting.objects.filter(pattern=None).count() == len(loaded.files["meetings.csv"])
    # One commune's committee and cells have their year planned.
    planned = Meeting.objects.filter(pattern__isnull=False)
    assert set(planned.values_list("place__commune__code", flat=True)) == {loaded.tree.demo_commune.code}
    assert Attendance.objects.exclude(status="unrecorded").count() == len(loaded.files["attendance.csv"])
    assert Attendance.objects.in_rates().filter(status="unrecorded").exists()


def test_the_hamlet_of_the_demo_meets_tonight(loaded):
    cadre = user("phutrachap").cadre
    tonight = Meeting.objects.get(kind="cell", day=TODAY, locality__code="90104-01")

    assert tonight.status == "planned"
    assert tonight.starts_at == datetime(2026, 11, 23, 19, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert list(tonight.attendances.values_list("cadre", "status")) == [(cadre.pk, "unrecorded")]


def test_the_group_cadre_of_the_demo_has_yet_to_record_yesterday(loaded):
    cadre = user("phutrachto").cadre
    yesterday = Meeting.objects.get(day=date(2026, 11, 22), locality__code="90104-01-01")

    assert yesterday.status == "planned"
    assert list(yesterday.attendances.values_list("cadre", "status")) == [(cadre.pk, "unrecorded")]


def test_the_hamlet_cadre_has_begun_the_report_of_this_quarter(loaded):
    reports = QuarterlyReport.objects.filter(cadre=user("phutrachap").cadre).order_by("quarter")
    assert list(reports.values_list("quarter", "status")) == [("2026-Q3", "accepted"), ("2026-Q4", "draft")]


def user(login):
    return get_user_model().objects.get(username=login)


def reach(login):
    """What an account reaches: codes of what it sees, records in and decides on, and of agencies."""
    found = reach_of(user(login))
    codes = dict(Locality.objects.values_list("pk", "code"))
    sees, records, decides = (
        sorted(codes[id] for _, id in roots) for roots in (found.sees, found.records, found.decides)
    )
    return sees, records, decides, len(found.agencies), len(found.records_for)


def test_papers_tell_of_terms_a_decision_in_effect_one_in_preparation_and_open_handovers(loaded):
    drafts = [(paper.number, paper.lines.count() > 0) for paper in Decision.objects.drafts()]
    in_effect = Decision.objects.exclude(enacted_on=None).first()

    assert [term.holds_on(TODAY) for term in Term.objects.order_by("first_day")] == [True, False]
    assert drafts == [("214-QĐ/HU", True)]
    assert in_effect.lines.count() == in_effect.assignments.count() > 5
    assert Handover.objects.open().count() > 0
    assert Handover.objects.filter(successor=None).count() == 0
    assert Acting.objects.on(TODAY).count() == 1


def test_each_account_reaches_what_its_role_does(loaded):
    groups = ["90104-01-01", "90104-01-02", "90104-01-03", "90104-01-04", "90104-01-05"]

    assert {account.login: reach(account.login) for account in ACCOUNTS} == {
        "thuongtruc": (["D01"], [], [], 0, 0),
        "tochuc": (["D01"], ["D01"], ["D01"], 0, 0),
        "truongnhom": (["R02"], ["R02"], [], 0, 0),
        "hotronhom": (["R02"], ["R02"], [], 0, 0),
        # Acts for a neighbour, too.
        "phutrachxa": (["90101", "90104"], ["90101", "90104"], [], 0, 0),
        "phutrachap": (["90104-01"], ["90104-01"], [], 0, 0),
        "vanphongxa": (["90104"], ["90104"], ["90104"], 0, 0),
        "phutrachto": (groups, groups, [], 0, 0),
        "truongphong": ([], [], [], 1, 0),
        "vanthu": ([], [], [], 1, 1),
        "admin": ([], [], [], 0, 0),
    }


def test_only_the_administrators_may_enter_the_admin(loaded):
    staff = {u.username: u.is_superuser for u in get_user_model().objects.filter(is_staff=True)}

    assert staff == {"tochuc": False, "admin": True}
    assert len(user("tochuc").get_all_permissions()) == Permission.objects.count()
    assert reach_of(user("admin")).everything
    assert not reach_of(user("tochuc")).everything


def test_the_agency_of_the_demo_sees_a_clash_ahead(loaded):
    agency = user("truongphong").cadre.agency
    theirs = Attendance.objects.filter(staff_of_own_day([agency]), day__gt=TODAY, meeting__ends_at__isnull=False)
    clashes = [
        row
        for row in theirs.select_related("meeting")
        for event in Meeting.objects.filter(agency=agency, day=row.day).exclude(status="cancelled")
        if event.starts_at < row.meeting.ends_at and row.meeting.starts_at < event.ends_at
    ]
    assert clashes != []


def test_the_hamlet_cadre_sees_open_issues_of_the_hamlet_alone(loaded):
    theirs = Issue.objects.visible_to(user("phutrachap"))

    assert theirs.filter(closed_on=None).exists()
    assert {issue.place.hamlet.code for issue in theirs.select_related("place__hamlet")} == {"90104-01"}


# --- The command ------------------------------------------------------------------------------------------


def test_the_accounts_are_printed_with_passwords_that_open_them(loaded):
    out = io.StringIO()
    with translation.override("en"):
        call_command("demo", accounts=True, stdout=out)

    lines = out.getvalue().splitlines()
    assert len(lines) == 12
    assert lines[0] == "Login        Password               Role"
    assert lines[6] == (
        "phutrachap   huyen-nam-toi-ap       District official in charge of a hamlet or neighbourhood"
    )
    for line in lines[1:]:
        login, password = line.split()[:2]
        assert authenticate(None, username=login, password=password) == user(login)


def test_an_account_with_another_password_is_not_printed(loaded):
    with transaction.atomic():
        clerk = user("vanthu")
        clerk.set_password("something of their own")
        clerk.save()
        found = [account.login for account in still_open()]
        transaction.set_rollback(True)

    assert found == [account.login for account in ACCOUNTS if account.login != "vanthu"]


def test_a_server_does_not_start_until_the_accounts_are_closed(loaded):
    out = io.StringIO()
    with transaction.atomic(), translation.override("en"):
        clerk = user("vanthu")
        clerk.set_password("something of their own")
        clerk.save()
        with pytest.raises(CommandError, match=r"tochuc.*\./run manage demo --close"):
            call_command("prepare", server=True)
        call_command("demo", close=True, stdout=out)
        call_command("prepare", server=True)
        left = {login for login in [account.login for account in ACCOUNTS] if user(login).is_active}
        known = [user(account.login).check_password(account.password) for account in ACCOUNTS]
        transaction.set_rollback(True)

    assert out.getvalue().startswith("Closed: ")
    assert left == {"vanthu"}
    assert not any(known)


def test_a_database_that_is_in_use_is_left_alone(loaded):
    before = Meeting.objects.count()
    with pytest.raises(CommandError, match="--flush"):
        call_command("demo", communes=2, quarters=2, yes=True)
    assert Meeting.objects.count() == before


@pytest.mark.django_db
def test_a_production_server_has_to_be_told_twice():
    with pytest.raises(CommandError, match="--yes"):
        call_command("demo", communes=2, quarters=1)
    assert (Locality.objects.count(), get_user_model().objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_login_that_exists_is_not_taken_over():
    get_user_model().objects.create_user("tochuc", password="their own secret")
    with pytest.raises(CommandError, match="tochuc"):
        call_command("demo", communes=2, quarters=1, yes=True)
    assert Locality.objects.count() == 0


@pytest.mark.django_db
def test_without_the_demo_there_are_no_accounts_to_print():
    out = io.StringIO()
    with translation.override("en"):
        call_command("demo", accounts=True, stdout=out)
    assert out.getvalue() == "There are no accounts of the demo in this database.\n"


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_database_first():
    get_user_model().objects.create_user("somebody")
    for _ in range(2):
        call_command("demo", communes=2, quarters=1, yes=True, flush=True, verbosity=0)
    assert not get_user_model().objects.filter(username="somebody").exists()
    assert get_user_model().objects.count() == len(ACCOUNTS)
