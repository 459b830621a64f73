"""Every address of the site and of the administration, for every role: nothing of what lies elsewhere is told.

A second district, with something of everything in it, is added to the database. A role of the first district
must not be able to tell the difference: every page is the same to the last byte (``test_day_decides``, which walks
them for a reason of its own, too), and every address of a row of the second district is not found. An address that
is new is walked without being named here; one that needs something else than a key fails until a rule says what.
"""

import io
import re
from datetime import date, datetime, time, timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from openpyxl import load_workbook

from assignments.actions import localities_changed
from assignments.models import (
    AccessGrant,
    Acting,
    Agency,
    Assignment,
    Cadre,
    CoverageReview,
    Decision,
    DecisionLine,
    Handover,
    Lineage,
    Locality,
    LocalityVersion,
    Posting,
    User,
)
from assignments.tests.cast import OFFICE, agency, assign, at, cadre, locality, user
from cadrenet.periods import Month, Quarter, today
from meetings.links.actions import make_links
from meetings.models import Attendance, AttendanceLink, Correction, Feedback, Guidance, Meeting, PassedOn, Pattern
from meetings.rosters import keep_rosters
from reports.demo.accounts import ACCOUNTS
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingScheme, Resource
from reports.tests.visits import PYTHON

MARK = "Ngoại"
NOW = datetime(2026, 8, 20, 14, 0, tzinfo=OFFICE)

# Open to somebody who has not signed in; every other address leads to the sign-in.
OPEN_TO_ALL = {"account_login", "account_inactive", "health", "meetings:link", "meetings:feed"}
OPEN_TO_ALL |= {"phone:worker", "phone:manifest", "phone:shell"}
# A page leads there, and what a script asks says so.
TO_THE_SIGN_IN = (302, 401)
# Addresses whose answer is a matter of the visitor alone, or that end the visit.
APART = {
    "set_language",
    "account_login",
    "account_logout",
    "account_inactive",
    "gallery",
    "health",
    "meetings:link",
    "phone:state",
}
# The parts of an address that hold a row's key, and which rows these are.
KEYS = {"pk", "assignment"}
ROWS = {
    "reports:locality": Locality,
    "reports:candidates": Locality,
    "reports:cadre": Cadre,
    "reports:agency": Agency,
    "reports:organisation": PartyOrganisation,
    "reports:issue": Issue,
    "reports:issue_edit": Issue,
    "reports:issue_status": Issue,
    "reports:resource": Resource,
    "reports:resource_edit": Resource,
    "reports:quarterly_report": Assignment,
    "meetings:meeting": Meeting,
    "meetings:meeting_record": Meeting,
    "meetings:meeting_links": Meeting,
    "meetings:meeting_edit": Meeting,
    "meetings:meeting_move": Meeting,
    "meetings:meeting_status": Meeting,
    "meetings:pattern": Pattern,
    "meetings:feedback": Meeting,
    "meetings:feedback_answer": Feedback,
    "meetings:guidance_item": Guidance,
    "meetings:guidance_places": Guidance,
    "meetings:guidance_elsewhere": Guidance,
    "meetings:guidance_edit": Guidance,
    "meetings:attendance_excuse": Attendance,
    "meetings:reminder": Cadre,
    "meetings:correction": Correction,
    "reports:meeting_attend": Meeting,
    "reports:meeting_attended": Meeting,
    "assignments:assignment": Assignment,
    "assignments:assignment_end": Assignment,
    "assignments:coverage_review": Locality,
    "assignments:board_row": Locality,
    "assignments:assignment_take_back": Assignment,
    "assignments:assignment_replace": Assignment,
    "assignments:acting_end": Acting,
    "assignments:cadre_leave": Cadre,
    "assignments:posting_create": Cadre,
    "assignments:posting_edit": Posting,
    "reports:handover": Handover,
    "assignments:decision": Decision,
    "assignments:decision_edit": Decision,
    "assignments:decision_delete": Decision,
    "assignments:line_create": Decision,
    "assignments:line_edit": DecisionLine,
    "assignments:line_delete": DecisionLine,
    "assignments:decision_paste": Decision,
    "assignments:decision_copy": Decision,
    "assignments:decision_reasons": Decision,
    "assignments:decision_enact": Decision,
    "assignments:decision_annex": Decision,
    "mfa_edit_webauthn": Authenticator,
    "mfa_remove_webauthn": Authenticator,
}
# What the other parts of an address may be.
VALUES = {"month": Month.of(date(2022, 5, 9)), "quarter": Quarter(2022, 2), "token": "nobody-has-this-one"}
# Asked for with the second district: nothing of it may come back, whatever one searches or narrows by.
SEARCHED = [f"?q={MARK}", "?within=X-D", "?day=2022-05-09&quarter=2022-Q2"]


def addresses(patterns, namespaces=(), prefix=""):
    """(name with namespace, names of the parts of the address) of everything in the map of the site."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from addresses(pattern.url_patterns, inner, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield (
                ":".join((*namespaces, pattern.name)),
                tuple(re.findall(r"<(?:\w+:)?(\w+)>", prefix + str(pattern.pattern))),
            )


def site_addresses():
    return sorted({found for found in addresses(get_resolver().url_patterns) if not found[0].startswith("admin:")})


def admin_addresses():
    return sorted({found for found in addresses(get_resolver().url_patterns) if found[0].startswith("admin:")})


def foreign_district():
    """A second district with a row of every kind, and nobody of the first district in it."""
    district = locality("X-D", "district", f"Huyện {MARK}")
    group = locality("X-N", "regional_group", f"Nhóm {MARK}", district)
    commune = locality("X-C", "commune", f"Xã {MARK}", group)
    hamlet = locality("X-H", "hamlet", f"Ấp {MARK}", commune)
    gone = locality("X-G", "hamlet", f"Ấp cũ {MARK}", commune, last_day=date(2022, 3, 31))
    tiny = locality("X-T", "self_governing_group", f"Tổ {MARK}", hamlet, households=20)
    Lineage.objects.create(predecessor=gone, successor=hamlet, effective_on=date(2022, 4, 1), kind="merge")
    localities_changed()
    office = agency("X-A", f"Phòng {MARK}", at=district)
    who = cadre("X-P", f"Nguyễn {MARK}", agency=office)
    assign(who, group, role="head")
    for place in (commune, hamlet, tiny):
        assign(who, place)
    for days in (-200, -3, 0, 3):
        day = today() + timedelta(days=days)
        for kind, place in (("commune_committee", commune), ("cell", hamlet), ("self_governing_group", tiny)):
            Meeting.objects.create(
                kind=kind, locality=place, starts_at=at(day), status="held" if days < 0 else "planned"
            )
        Meeting.objects.create(kind="agency", agency=office, starts_at=at(day), ends_at=at(day, 21))
    Meeting.objects.create(kind="cell", locality=hamlet, starts_at=at(date(2022, 5, 9)), status="held")
    keep_rosters(Meeting.objects.filter(locality__in=[commune, hamlet, tiny]))
    Correction.objects.create(
        attendance=Attendance.objects.filter(meeting__locality=hamlet).first(),
        cause="late",
        status="present",
        why=MARK,
        made_at=timezone.now(),
    )
    expected = Attendance.objects.filter(meeting__locality=hamlet, day=today())
    regular = Pattern.objects.create(
        locality=hamlet, kind="cell", day_of_month=5, starts=time(19), venue=f"Nhà văn hóa {MARK}"
    )
    paper = Guidance.objects.create(
        document=f"1-KL/{MARK}",
        title=f"Kết luận {MARK}",
        level="district",
        issued_on=date(2022, 5, 1),
        tier="hamlet",
        locality=district,
    )
    told_at = Meeting.objects.get(kind="cell", day=date(2022, 5, 9), locality=hamlet)
    PassedOn.objects.create(guidance=paper, locality=hamlet, meeting=told_at, cadre=who)
    Feedback.objects.create(meeting=told_at, cadre=who, text=f"Thêm {MARK}")
    coming = Month.of(today() + timedelta(days=40))
    Meeting.objects.create(
        kind="cell",
        locality=hamlet,
        starts_at=at(regular.rule.date_in(coming)),
        pattern=regular,
        planned_for=regular.rule.date_in(coming),
        venue=regular.venue,
    )
    for raised in (date(2022, 5, 9), today() - timedelta(days=100)):
        Issue.objects.create(
            locality=hamlet,
            raised_on=raised,
            kind="feedback",
            theme="roads",
            summary=f"Đường {MARK}",
            urgent=True,
            responsible_agency=office,
        )
        Resource.objects.create(
            locality=hamlet, cadre=who, mobilised_on=raised, kind="money", value_vnd=1_000_000, donor=MARK
        )
    QuarterlyReport.objects.create(
        cadre=who, locality=hamlet, quarter="2022-Q2", status="submitted", submitted_on=date(2022, 7, 1)
    )
    paper = Decision.objects.create(
        number=f"1-QĐ/{MARK}", signed_on=date(2022, 5, 1), first_day=date(2022, 5, 9), locality=district
    )
    DecisionLine.objects.create(decision=paper, locality=hamlet, cadre=who)
    Handover.objects.create(ended=Assignment.objects.get(locality=hamlet), situation=MARK)
    other = cadre("X-Q", f"Trần {MARK}", agency=office)
    Acting.objects.create(cadre=other, absent=who, first_day=today(), last_day=today() + timedelta(days=9))
    CoverageReview.objects.create(locality=hamlet, day=today())
    outsider = user("nguoi-ngoai", at=district, level="editor", is_staff=True, display_name=f"Người {MARK}")
    make_links(expected, by=outsider, at=timezone.now())
    Authenticator.objects.create(user=outsider, type=Authenticator.Type.WEBAUTHN, data={"name": f"Khóa {MARK}"})
    for kind, place in (("commune_committee", commune), ("cell", hamlet)):
        organisation = PartyOrganisation.objects.create(
            code=f"X-O-{kind}", kind=kind, locality=place, own_name=f"Chi bộ {MARK}"
        )
        for year in (2022, today().year - 1):
            level = RatingScheme.of_year(year).levels.get(code="good")
            Rating.objects.create(organisation=organisation, year=year, level=level)


def body(response):
    """What an answer tells: its text without what differs from one request to the next."""
    if "spreadsheetml" in response.headers.get("Content-Type", ""):
        book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        return [list(sheet.values) for sheet in book]
    if response.streaming:
        return b"".join(response.streaming_content)
    text = re.sub(rb'name="(csrfmiddlewaretoken|form_key)" value="[^"]*"', b"", response.content)
    # The code that a form proposes for a new row is drawn by lot.
    return re.sub(rb'value="x[0-9a-f]{12}"', b"", text)


def told(client, asked):
    """What a client is told at each address: (status, where it leads, text)."""
    found = {}
    for address in asked:
        response = client.get(address)
        found[address] = (response.status_code, response.headers.get("Location"), body(response))
        if response.headers.get("Content-Type", "").startswith("text/html"):
            assert not PYTHON.search(response.content.decode()), f"{address} shows a value as Python writes it."
    return found


def address_of(name, parts, row=None):
    """The address of a name, with a row's key and the other parts filled in; fails when it is not known how."""
    if unknown := set(parts) - set(VALUES) - set(KEYS):
        pytest.fail(f"{name} takes {unknown}: say in VALUES what these may be.")
    if row is None and set(parts) & set(KEYS):
        pytest.fail(f"{name} takes the key of a row: say in ROWS which model it belongs to.")
    return reverse(name, kwargs={part: row.pk if part in KEYS else VALUES[part] for part in parts})


def lists_of_the_site(queries):
    """Every address without a row's key, with each of the queries."""
    for name, parts in site_addresses():
        if name not in APART and not set(parts) & set(KEYS):
            yield from (address_of(name, parts) + query for query in queries)


def lists_of_the_administration():
    """Every address of the administration without a row's key."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for name, parts in admin_addresses():
            if name.startswith(f"{base}_") and not parts and not name.endswith("_simple_history"):
                yield reverse(name)


def searches_of_the_administration():
    """Every search and every choice by letters that the administration offers."""
    for model, model_admin in admin.site._registry.items():
        names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
        yield reverse("admin:{app_label}_{model_name}_changelist".format(**names)) + f"?q={MARK}"
        for field in model_admin.autocomplete_fields:
            query = urlencode({**names, "field_name": field, "term": MARK})
            yield reverse("admin:autocomplete") + f"?{query}"


def rows_elsewhere():
    """Each scoped model with a row of the second district."""
    where = {
        Locality: {"code": "X-H"},
        LocalityVersion: {"locality__code": "X-H"},
        Lineage: {"successor__code": "X-H"},
        Agency: {"code": "X-A"},
        Cadre: {"code": "X-P"},
        Posting: {"cadre__code": "X-P"},
        Assignment: {"locality__code": "X-H"},
        Decision: {"locality__code": "X-D"},
        DecisionLine: {"locality__code": "X-H"},
        Handover: {"ended__locality__code": "X-H"},
        Acting: {"absent__code": "X-P"},
        CoverageReview: {"locality__code": "X-H"},
        AccessGrant: {"locality__code": "X-D"},
        User: {"username": "nguoi-ngoai"},
        Authenticator: {"user__username": "nguoi-ngoai"},
        Meeting: {"locality__code": "X-H"},
        Pattern: {"locality__code": "X-H"},
        Guidance: {"locality__code": "X-D"},
        PassedOn: {"locality__code": "X-H"},
        Feedback: {"meeting__locality__code": "X-H"},
        Attendance: {"meeting__locality__code": "X-H"},
        Correction: {"attendance__meeting__locality__code": "X-H"},
        AttendanceLink: {"meeting__locality__code": "X-H"},
        Issue: {"locality__code": "X-H"},
        Resource: {"locality__code": "X-H"},
        QuarterlyReport: {"locality__code": "X-H"},
        PartyOrganisation: {"locality__code": "X-H"},
        Rating: {"organisation__locality__code": "X-H"},
    }
    return {model: model.objects.filter(**condition).order_by("pk").last() for model, condition in where.items()}


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker):
    """A demo district of two communes, loaded once; what a test adds to it is gone after that test."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            call_command("demo", "--communes", "2", "--quarters", "2", "--yes", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(district, db):
    """The demo district, on a day that stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(login):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=login), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def is_staff(login):
    return User.objects.get(username=login).is_staff


LOGINS = [account.login for account in ACCOUNTS if account.login != "admin"]
# What a role reaches does not depend on the database: on the second, three of them stand for all.
EACH_LOGIN = [
    pytest.param(login, marks=() if login in ("tochuc", "truongnhom", "truongphong") else pytest.mark.one_database)
    for login in LOGINS
]


@pytest.mark.parametrize("login", EACH_LOGIN)
def test_no_search_and_no_filter_finds_anything_of_a_second_district(login, demo):
    foreign_district()
    client = signed_in(login)

    telling = []
    for address in [*lists_of_the_site(SEARCHED), *(searches_of_the_administration() if is_staff(login) else [])]:
        status, _to, text = told(client, [address])[address]
        # What was typed comes back in the field in which it was typed, and in no other place.
        for typed in (f'value="{MARK}"', f"“{MARK}”", quote(MARK)):
            text = text.replace(typed.encode(), b"")
        if status >= 500 or MARK.encode() in text:
            telling.append((status, address))
    assert telling == []


@pytest.mark.parametrize("login", [*EACH_LOGIN, None])
def test_no_row_of_a_second_district_is_found_by_its_address(login, demo):
    foreign_district()
    rows = rows_elsewhere()

    found = list(answers_that_tell(login, rows))

    assert found == []
    assert {model: model.objects.filter(pk=row.pk).count() for model, row in rows.items()} == dict.fromkeys(rows, 1)


def answers_that_tell(login, rows):
    """(address, status) of every answer about a foreign row that is anything but "not found" or the sign-in."""
    client = signed_in(login) if login else Client()
    staff = bool(login) and is_staff(login)
    for name, parts in site_addresses():
        if set(parts) & set(KEYS):
            address = address_of(name, parts, rows.get(ROWS.get(name)))
            for response in (client.get(address), client.post(address)):
                if response.status_code not in ({404, 405} if login else {302}) or MARK.encode() in response.content:
                    yield address, response.status_code
    for model, row in rows.items():
        if model not in admin.site._registry:
            continue
        pages = {"change": [], "delete": [], "history": []}
        if first := row.history.first():
            pages["simple_history"] = [first.pk]
        for page, more in pages.items():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            address = reverse(name, args=[row.pk, *more])
            for response in (client.get(address, follow=staff), client.post(address, follow=staff)):
                kept = response.status_code in ({200, 403, 404} if staff else {302})
                if not kept or MARK.encode() in response.content or (staff and is_page_of(response, address)):
                    yield address, response.status_code


def is_page_of(response, address):
    """Whether a redirect was not followed away from the page asked for, which was then shown."""
    return response.status_code == 200 and not response.redirect_chain


def test_somebody_not_signed_in_sees_the_sign_in_and_nothing_else(demo):
    client = Client()

    seen = {
        name
        for name, parts in site_addresses()
        if not set(parts) & set(KEYS) and client.get(address_of(name, parts)).status_code not in TO_THE_SIGN_IN
    }

    assert seen == OPEN_TO_ALL


def test_every_row_that_can_be_foreign_is_foreign_to_every_role(demo):
    """The test above is worth something only if the second district has a row of every kind."""
    foreign_district()

    assert [model.__name__ for model, row in rows_elsewhere().items() if row is None] == []
    for login in LOGINS:
        user = User.objects.get(username=login)
        for model, row in rows_elsewhere().items():
            if hasattr(model.objects, "visible_to"):
                assert not model.objects.visible_to(user).filter(pk=row.pk).exists(), (login, model)
