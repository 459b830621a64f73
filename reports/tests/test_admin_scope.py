"""The whole administration from the desk of one commune: whatever lies in another is not there."""

import re
from datetime import date, time

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.admin.shared import CommuneFilter
from assignments.models import (
    AccessGrant,
    Acting,
    Agency,
    Assignment,
    Cadre,
    CoverageReview,
    CoverageRule,
    Decision,
    DecisionLine,
    Erasure,
    Handover,
    HolderRule,
    Limit,
    Lineage,
    Locality,
    LocalityType,
    LocalityVersion,
    NightlyRun,
    Posting,
    Term,
    User,
)
from assignments.tests.cast import agency, assign, at, cadre, locality, small_tree, user
from cadrenet.tests.built_once import built_once
from meetings.models import (
    Attendance,
    AttendanceLink,
    ExpectationRule,
    Feedback,
    Guidance,
    Holiday,
    Meeting,
    PassedOn,
    Pattern,
    RestrictedDay,
)
from meetings.rosters import keep_rosters
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, RatingScheme, Resource

pytestmark = pytest.mark.django_db
DAY = date(2022, 5, 9)
# Every row of the other commune bears one of these.
FOREIGN = ["Bình", "Ngoài", "OUT", "BI-1"]
TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=name="form_key" value=")[\w-]+')
SCOPED = {
    AccessGrant,
    Acting,
    Agency,
    Assignment,
    Attendance,
    AttendanceLink,
    Cadre,
    CoverageReview,
    Decision,
    DecisionLine,
    Feedback,
    Guidance,
    Handover,
    Issue,
    Lineage,
    Locality,
    LocalityVersion,
    Meeting,
    PartyOrganisation,
    PassedOn,
    Pattern,
    Posting,
    QuarterlyReport,
    Rating,
    Resource,
    User,
}
# Shown by itself for its history only.
CHANGED_ELSEWHERE = {
    Attendance,
    AttendanceLink,
    CoverageReview,
    DecisionLine,
    Feedback,
    Handover,
    LocalityVersion,
    PassedOn,
    QuarterlyReport,
    RatingLevel,
}
# Holds for everybody, and is changed at the top alone.
RULES = {
    CoverageRule,
    Erasure,
    ExpectationRule,
    HolderRule,
    Holiday,
    Limit,
    LocalityType,
    RatingScheme,
    RestrictedDay,
    Term,
}
# Not for whoever decides about a commune: permissions, and what runs at night (assignments/tests/test_nights.py).
AT_THE_TOP = {Group, NightlyRun}
ALL = sorted((model for model in admin.site._registry if model not in AT_THE_TOP), key=lambda model: model.__name__)


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def furnish(commune, hamlet, mark):
    """One row of every model in a commune; each bears the mark. Returns them by model."""
    office = agency(f"{mark}-A", f"Phòng {mark}", at=commune)
    login = user(f"login-{mark}", at=commune)
    who = cadre(f"{mark}-P", f"Nguyễn Văn {mark}", agency=office, user=login)
    old = locality(f"{mark}-OLD", "hamlet", f"Ấp cũ {mark}", commune, last_day=date(2021, 12, 31))
    new = locality(f"{mark}-NEW", "hamlet", f"Ấp mới {mark}", commune, first_day=date(2022, 1, 1))
    localities_changed()
    meeting = Meeting.objects.create(code=f"{mark}-M", kind="cell", locality=hamlet, starts_at=at(DAY), status="held")
    assignment = assign(who, hamlet)
    keep_rosters(Meeting.objects.filter(pk=meeting.pk))
    organisation = PartyOrganisation.objects.create(
        code=f"{mark}-O", kind="cell", locality=hamlet, own_name=f"Chi bộ {mark}"
    )
    level = RatingLevel.objects.get(scheme=RatingScheme.of_year(2022), code="good")
    paper = Decision.objects.create(
        number=f"3-QĐ/{mark}", signed_on=date(2022, 5, 1), first_day=DAY, locality=commune
    )
    item = Guidance.objects.create(
        document=f"1-KL/{mark}",
        title=f"Kết luận {mark}",
        level="commune",
        issued_on=date(2022, 1, 1),
        tier="hamlet",
        locality=commune,
    )
    away = cadre(f"{mark}-Q", f"Trần Thị {mark}", agency=office)
    return {
        AccessGrant: login.grants.get(),
        Acting: Acting.objects.create(cadre=away, absent=who, first_day=DAY, last_day=DAY),
        CoverageReview: CoverageReview.objects.create(locality=hamlet, day=DAY),
        Decision: paper,
        DecisionLine: DecisionLine.objects.create(decision=paper, locality=hamlet, cadre=who),
        Feedback: Feedback.objects.create(meeting=meeting, cadre=who, text=f"Thêm {mark}"),
        Guidance: item,
        PassedOn: PassedOn.objects.create(guidance=item, locality=hamlet, meeting=meeting, cadre=who),
        Handover: Handover.objects.create(ended=assignment, situation=mark),
        Agency: office,
        Assignment: assignment,
        Attendance: meeting.attendances.get(),
        AttendanceLink: AttendanceLink.objects.create(meeting=meeting, cadre=who, token_hash=mark, made_at=at(DAY)),
        Cadre: who,
        Posting: who.postings.get(),
        Issue: Issue.objects.create(
            locality=hamlet, raised_on=DAY, kind="feedback", theme="roads", summary=f"Đường {mark}"
        ),
        Lineage: Lineage.objects.create(
            predecessor=old, successor=new, effective_on=date(2022, 1, 1), kind="merge", decision_number=f"1/{mark}"
        ),
        Locality: hamlet,
        LocalityVersion: hamlet.versions.get(),
        Meeting: meeting,
        PartyOrganisation: organisation,
        Pattern: Pattern.objects.create(
            locality=hamlet, kind="cell", day_of_month=5, starts=time(19), venue=f"Nhà văn hóa {mark}"
        ),
        QuarterlyReport: QuarterlyReport.objects.create(cadre=who, locality=hamlet, quarter="2022-Q2"),
        Rating: Rating.objects.create(organisation=organisation, year=2022, level=level, decision_number=f"2/{mark}"),
        Resource: Resource.objects.create(
            locality=hamlet, cadre=who, mobilised_on=DAY, kind="labour", value_vnd=1, description=f"Cầu {mark}"
        ),
        User: login,
    }


@built_once
def two_communes():
    """The small tree, rows of An and of Binh, and an editor of An with every permission."""
    tree = small_tree()
    own = furnish(tree.an, tree.an2, "Trong")
    other = furnish(tree.binh, tree.binh1, "Ngoài")
    clerk = user("clerk", at=tree.an, level="editor", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    return tree, own, other, clerk


@pytest.fixture
def desks(client):
    """Rows of An and of Binh, and a browser in which an editor of An sits with every permission."""
    *rows, clerk = two_communes()
    client.force_login(clerk)
    return rows


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text(response):
    """What a page says, without the form's random token, in which any three letters turn up one day."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return TOKEN.sub("", content.decode())


def told(page, allowed=()):
    return [name for name in FOREIGN if name in page and name not in allowed]


def test_every_model_of_the_administration_is_looked_at():
    shared = {
        "CoverageRule",
        "Erasure",
        "HolderRule",
        "Term",
        "ExpectationRule",
        "Limit",
        "LocalityType",
        "RatingLevel",
        "RatingScheme",
        "RestrictedDay",
        "Holiday",
    }

    assert {model.__name__ for model in ALL} == {model.__name__ for model in SCOPED} | shared


def test_lists_filters_and_forms_hold_nothing_of_another_commune(desks, client):
    _tree, own, _other = desks
    found = {}
    for model in ALL:
        shown = [url(model, "changelist")]
        if model in SCOPED:
            shown += [url(model, "change", own[model].pk), url(model, "history", own[model].pk)]
        for address in shown:
            page = client.get(address)
            assert page.status_code == 200, address
            found[address] = told(text(page))
        add = client.get(url(model, "add"))
        assert (add.status_code == 200) == (model not in CHANGED_ELSEWHERE | RULES), model
        found[url(model, "add")] = told(text(add))

    assert {address: names for address, names in found.items() if names} == {}


def test_lists_hold_what_lies_in_ones_own_commune(desks, client):
    counts = {
        model.__name__: client.get(url(model, "changelist")).context["cl"].result_count
        for model in ALL
        if model in SCOPED
    }

    assert counts == {
        "AccessGrant": 2,
        "Acting": 1,
        "Agency": 1,
        "Assignment": 1,
        "Attendance": 1,
        "AttendanceLink": 1,
        "Cadre": 2,
        "CoverageReview": 1,
        "Decision": 1,
        "DecisionLine": 1,
        "Feedback": 1,
        "Guidance": 1,
        "Handover": 1,
        "Issue": 1,
        "Lineage": 1,
        "Locality": 7,
        "LocalityVersion": 7,
        "Meeting": 1,
        "PartyOrganisation": 1,
        "PassedOn": 1,
        "Pattern": 1,
        "Posting": 2,
        "QuarterlyReport": 1,
        "Rating": 1,
        "Resource": 1,
        "User": 2,
    }


def test_a_search_for_what_lies_elsewhere_finds_nothing(desks, client):
    found = {}
    for model in SCOPED:
        for term in ("ngoai", "Ngoài", "binh"):
            page = client.get(url(model, "changelist"), {"q": term})
            found[model.__name__, term] = page.context["cl"].result_count

    assert {asked for asked, count in found.items() if count} == set()


def test_pages_of_what_lies_elsewhere_do_not_exist(desks, client):
    _tree, _own, other = desks
    for model in ALL:
        if model not in SCOPED:
            continue
        key = other[model].pk
        for page in ("change", "history"):
            answer = client.get(url(model, page, key), follow=True)
            assert (model, answer.redirect_chain, told(text(answer))) == (model, [("/admin/", 302)], [])
        for answer in (
            client.get(url(model, "delete", key)),
            client.post(url(model, "delete", key), {"post": "yes"}),
            client.post(url(model, "change", key), {"post": "yes"}),
        ):
            assert answer.status_code == (403 if model in CHANGED_ELSEWHERE else 302), model
            assert told(text(answer)) == []
        assert model._base_manager.filter(pk=key).exists()


def autocompletes():
    for model, found in admin.site._registry.items():
        for owner in (found, *(inline(model, admin.site) for inline in found.inlines)):
            for name in owner.autocomplete_fields:
                yield owner.model, name


def test_choices_that_are_searched_offer_nothing_of_another_commune(desks, client):
    empty = set()
    for model, name in set(autocompletes()):
        asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
        offered = client.get("/admin/autocomplete/", asked | {"term": ""}).json()["results"]
        foreign = client.get("/admin/autocomplete/", asked | {"term": "ngoai"}).json()["results"]

        assert (model, name, foreign, [row for row in offered if told(row["text"])]) == (model, name, [], [])
        if not offered:
            empty.add((model, name))

    # Meetings of an agency are entered by those with a grant for the agency.
    assert empty == {(Meeting, "agency")}


def test_a_choice_that_was_not_offered_is_refused(desks, client):
    _tree, own, other = desks
    form = {
        "cadre": own[Cadre].pk,
        "locality": other[Locality].pk,
        "role": "in_charge",
        "first_day": "01/01/2023",
        "last_day": "",
    }

    answer = client.post(url(Assignment, "add"), form)

    assert answer.status_code == 200
    assert list(answer.context["adminform"].errors) == ["locality"]
    assert Assignment.objects.count() == 2


def test_files_hold_nothing_of_another_commune(desks, client):
    _tree, own, other = desks
    for model in (Locality, Cadre, Assignment, Rating):
        chosen = {"action": "export_selected", "_selected_action": [own[model].pk, other[model].pk]}
        for file, lines in (
            (client.get(url(model, "export")), {Locality: 8, Cadre: 3}.get(model, 2)),
            (client.get(url(model, "export"), {"q": "ngoai"}), 1),
            (client.post(url(model, "changelist"), chosen), 2),
        ):
            content = text(file)
            assert file["Content-Type"] == "text/csv; charset=utf-8"
            assert (model, content.count("\r\n"), told(content)) == (model, lines, [])


def test_history_does_not_name_where_a_row_stood_beyond_ones_reach(desks, client):
    _tree, own, other = desks
    assignment = own[Assignment]
    assignment.cadre = other[Cadre]
    assignment.save()
    assignment.cadre = own[Cadre]
    assignment.save()

    page = client.get(url(Assignment, "history", assignment.pk))

    assert "Nguyễn Văn Trong (Phòng Trong)" in text(page)
    assert told(text(page)) == []


def test_filters_offer_the_communes_and_agencies_of_ones_own_area(desks, client):
    page = client.get(url(Cadre, "changelist"))

    offered = {
        spec.title: [choice["display"] for choice in spec.choices(page.context["cl"])]
        for spec in page.context["cl"].filter_specs
    }
    assert offered["agency"][1:] == ["Phòng Trong"]
    page = client.get(url(Meeting, "changelist"))
    communes = next(spec for spec in page.context["cl"].filter_specs if isinstance(spec, CommuneFilter))
    assert [label for _key, label in communes.lookup_choices] == ["Thị trấn An"]


def test_a_filter_by_somebody_elses_row_shows_nothing(desks, client):
    tree, _own, other = desks

    by_agency = client.get(url(Cadre, "changelist"), {"agency": other[Agency].pk})
    by_commune = client.get(url(Meeting, "changelist"), {"commune": tree.binh.pk})

    assert by_agency.context["cl"].result_count == 0
    assert by_commune.context["cl"].result_count == 0


def test_who_may_only_read_changes_nothing(desks, client):
    tree, own, _other = desks
    reader = user("reader", at=tree.an, level="viewer", is_staff=True)
    reader.user_permissions.set(Permission.objects.all())
    client.force_login(reader)

    for model in SCOPED:
        assert client.get(url(model, "change", own[model].pk)).status_code == 200
        assert client.post(url(model, "change", own[model].pk), {}).status_code == 403
        assert client.post(url(model, "delete", own[model].pk), {"post": "yes"}).status_code == 403
        assert model._base_manager.filter(pk=own[model].pk).exists()


def test_without_a_role_there_are_no_rows(desks, client):
    nobody = user("nobody", is_staff=True)
    nobody.user_permissions.set(Permission.objects.all())
    client.force_login(nobody)

    counts = {model.__name__: client.get(url(model, "changelist")).context["cl"].result_count for model in SCOPED}

    assert {name for name, count in counts.items() if count} == {"User"}
    assert counts["User"] == 1  # oneself


def test_the_log_of_ones_own_changes_is_the_only_one_shown(desks, client):
    _tree, own, other = desks
    LogEntry.objects.log_actions(user_id=other[User].pk, queryset=[other[Cadre]], action_flag=2, single_object=True)

    assert told(text(client.get("/admin/"))) == []


def test_lists_cost_as_many_queries_for_three_rows_as_for_one(client):
    client.force_login(user("root", is_staff=True, is_superuser=True))
    tree = small_tree()
    furnish(tree.an, tree.an2, "Một")
    client.get("/admin/")

    def costs():
        counted = {}
        for model in ALL:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url(model, "changelist")).status_code == 200
            counted[model.__name__] = len(queries)
        return counted

    one = costs()
    furnish(tree.binh, tree.binh1, "Hai")
    furnish(tree.cam, tree.cam1, "Ba")

    assert costs() == one
    assert max(one.values()) <= 12
