"""Every form by which somebody adds something, with what is typed into it, on the demo's data.

``SITE`` and ``ADMINISTRATION`` name all of them; a test finds any that is missing. What is typed bears a number, so
that a form can be filled in afresh as often as wanted.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from django.contrib.auth.models import Group
from django.urls import reverse

from assignments.models import (
    AccessGrant,
    Acting,
    Agency,
    Assignment,
    Cadre,
    CoverageRule,
    Decision,
    DecisionLine,
    Erasure,
    HolderRule,
    Limit,
    Lineage,
    Locality,
    LocalityType,
    LocalityVersion,
    Place,
    Posting,
    Term,
    User,
)
from cadrenet.periods import Month, today
from meetings.models import ExpectationRule, Guidance, Holiday, Meeting, Pattern, RestrictedDay
from reports.models import (
    Issue,
    PartyOrganisation,
    QuarterlyReport,
    Rating,
    RatingLevel,
    RatingScheme,
    Resource,
)
from reports.tests.forms_on_pages import keyed_forms_on


@dataclass
class Filling:
    """One form: the page it stands on, what is typed in one step after the other, and how its address begins."""

    url: str
    steps: list
    action: str = ""


def day(days=0):
    """A day as people type it, so many days from today."""
    return f"{today() + timedelta(days=days):%d/%m/%Y}"


def iso(days=0):
    """The same day as a browser's own field sends it."""
    return (today() + timedelta(days=days)).isoformat()


# --- What the demo holds ----------------------------------------------------------------------------------------


def place(number=0, tier="hamlet"):
    """A place that exists today."""
    found = Place.objects.on(today()).filter(tier=tier).select_related("locality").order_by("locality__code")
    return found[number % len(found)]


def serving(number=0):
    """A cadre who serves today."""
    return Cadre.objects.serving_on(today()).order_by("code")[number]


def held(number=0):
    """An assignment that goes on, whose cadre holds no other."""
    rows = Assignment.objects.open().filter(role="in_charge", locality__tier="hamlet", first_day__lt=today())
    rows = rows.exclude(handover__isnull=False).order_by("pk")
    if not rows:
        raise LookupError("Nobody is left who could be replaced.")
    return rows[number % len(rows)]


def free(locality):
    """A cadre who never held anything at a locality."""
    found = Cadre.objects.serving_on(today()).exclude(assignments__locality=locality).order_by("code").first()
    if found is None:
        raise LookupError("Everybody was there already.")
    return found


def renamed():
    """What a hamlet has been called since a known day."""
    return LocalityVersion.objects.filter(locality__tier="hamlet", first_day__isnull=False).order_by("pk").first()


def unposted(number):
    """A cadre of whom nobody said where they work."""
    return Cadre.objects.get_or_create(code=f"KHONG-{number}", defaults={"full_name": f"Lê Văn {number}"})[0]


def cleared(number):
    """A cadre whose telephone number was typed in and taken out again."""
    who = unposted(f"XOA-{number}")
    for who.phone in ("0900 000 000", ""):
        who.save()
    return who


def draft():
    """A decision that has not taken effect, with one line at least."""
    found = Decision.objects.drafts().filter(number="nháp").first()
    if found is None:
        district = Locality.objects.get(pk=place(tier="district").locality_id)
        found = Decision.objects.create(
            number="nháp", signed_on=today(), first_day=today() + timedelta(days=30), locality=district
        )
        DecisionLine.objects.create(decision=found, locality=place(0).locality, cadre=serving(0))
    return found


# --- The site -----------------------------------------------------------------------------------------------------


def url(name, *args, **query):
    """An address of the site."""
    return reverse(name, args=args, query=query or None)


def hours(number):
    """When a meeting is."""
    return {"day": day(-(3 + number % 25)), "starts": f"19:{number % 60:02}"}


def agency_meeting(number):
    """What is typed about an agency's meeting."""
    agency = Agency.objects.order_by("code").first()
    when = {"day": day(40 + number % 25), "starts": f"08:{number % 60:02}", "ends": "10:00"}
    return [{"agency": agency.pk, "subject": f"Giao ban {number}", **when}]


def board(number):
    """The row of a place on the board."""
    at = place(number, tier="self_governing_group")
    who = {f"cadre-{at.locality_id}": free(at.locality).code, "replaces": "", "first_day": day(number % 20)}
    action = url("assignments:board_row", at.locality_id)
    return Filling(url("assignments:board", groups=1, within=at.locality.code, open=at.locality_id), [who], action)


def acting_row():
    """Somebody who acts for another today."""
    found = Acting.objects.on(today()).order_by("-pk").first()
    return found or Acting.objects.create(
        cadre=serving(0), absent=serving(1), first_day=today(), last_day=today() + timedelta(days=9)
    )


SITE = {
    "reports:issue_create": lambda n: Filling(
        url("reports:issue_create", within=place(n).locality.code), [{"summary": f"Đường hỏng {n}"}]
    ),
    "reports:issue_edit": lambda n: Filling(
        url("reports:issue_edit", Issue.objects.filter(locality__tier="hamlet").first().pk), [{"summary": f"Cầu {n}"}]
    ),
    "reports:resource_create": lambda n: Filling(
        url("reports:resource_create", within=place(n).locality.code),
        [{"description": f"Xi măng {n}", "value_vnd": 1000 + n}],
    ),
    "reports:resource_edit": lambda n: Filling(
        url("reports:resource_edit", Resource.objects.filter(locality__tier__in=["commune", "hamlet"]).first().pk),
        [{"description": f"Cát {n}"}],
    ),
    "meetings:meeting_create": lambda n: Filling(
        url("meetings:meeting_create", locality=place(n).locality.code), [hours(n)]
    ),
    "meetings:pattern_create": lambda n: Filling(
        url("meetings:pattern_create"), [{"places": place(n).pk, "day_of_month": 1 + n % 28, "starts": "19:00"}]
    ),
    "meetings:guidance_create": lambda n: Filling(
        url("meetings:guidance_create"),
        [
            {
                "document": f"{n}-KL/HU",
                "title": f"Lịch họp {n}",
                "level": "district",
                "issued_on": day(-10),
                "tier": "hamlet",
            }
        ],
    ),
    "meetings:guidance_edit": lambda n: Filling(
        url("meetings:guidance_edit", Guidance.objects.first().pk), [{"title": f"Lịch họp {n}"}]
    ),
    "meetings:guidance_elsewhere": lambda n: Filling(
        url("meetings:guidance_elsewhere", Guidance.objects.get(document__contains="45-KH").pk),
        [{"places": place(n).locality_id, "day": day(0), "occasion": f"Họp {n}"}],
    ),
    "meetings:month": lambda n: Filling(
        url("meetings:month", Month.of(today())), agency_meeting(n), url("meetings:meeting_create")
    ),
    "meetings:meeting_edit": lambda n: Filling(
        url("meetings:meeting_edit", Meeting.objects.filter(locality__tier="hamlet", status="held").first().pk),
        [{"starts": f"18:{n % 60:02}"}],
    ),
    "assignments:assignment_create": lambda n: Filling(
        url(
            "assignments:assignment_create",
            locality=(at := place(n, "self_governing_group")).locality.code,
            cadre=free(at.locality).code,
        ),
        [{"first_day": day(30 + n % 20)}],
    ),
    "assignments:assignment_end": lambda n: Filling(
        url("assignments:assignment_end", held(n % 5).pk), [{"end_reason": "other", "last_day": day(60 + n % 20)}]
    ),
    "assignments:assignment_replace": lambda n: Filling(
        url("assignments:assignment_replace", (row := held(5 + n % 5)).pk),
        [{"cadre": free(row.locality).code, "end_reason": "retired", "last_day": day(5)}],
    ),
    "assignments:acting_create": lambda n: Filling(
        url("assignments:acting_create"),
        [
            {
                "absent": serving(2 + n % 5).code,
                "cadre": serving(0).code,
                "first_day": day(100 + 3 * n % 900),
                "last_day": day(101 + 3 * n % 900),
            }
        ],
    ),
    "assignments:acting_end": lambda n: Filling(
        url("assignments:acting_end", acting_row().pk), [{"last_day": day(1)}]
    ),
    "assignments:cadre_leave": lambda n: Filling(
        url("assignments:cadre_leave", held(10 + n % 5).cadre_id), [{"end_reason": "retired", "last_day": day(90)}]
    ),
    "assignments:posting_create": lambda n: Filling(
        url("assignments:posting_create", serving(20 + n % 5).pk),
        [{"first_day": day(30 + n % 20), "agency": Agency.objects.first().pk, "position": f"Phó phòng {n}"}],
    ),
    "assignments:posting_edit": lambda n: Filling(
        url("assignments:posting_edit", Posting.objects.order_by("pk").first().pk), [{"position": f"Văn thư {n}"}]
    ),
    "assignments:decision_create": lambda n: Filling(
        url("assignments:decision_create"), [{"number": f"{n}-QĐ/HU", "signed_on": day(), "first_day": day(60)}]
    ),
    "assignments:decision_edit": lambda n: Filling(
        url("assignments:decision_edit", draft().pk), [{"signer": f"Người ký {n}"}]
    ),
    "assignments:line_create": lambda n: Filling(
        url("assignments:line_create", draft().pk),
        [{"locality": place(1 + n).locality.code, "cadre": serving(1).code}],
    ),
    "assignments:line_edit": lambda n: Filling(
        url("assignments:line_edit", draft().lines.first().pk), [{"why": f"Lý do {n}"}]
    ),
    "assignments:decision_paste": lambda n: Filling(
        url("assignments:decision_paste", draft().pk),
        [{"text": f"{serving(2).code};{place(2 + n).locality.code}", "preview": "1"}, {"add": "1"}],
    ),
    "assignments:decision_copy": lambda n: Filling(
        url("assignments:decision_copy", draft().pk), [{"tiers": "hamlet"}]
    ),
    "assignments:board": board,
}


# --- The administration ------------------------------------------------------------------------------------------


ADMINISTRATION = {
    Decision: lambda n: {
        "number": f"{n}-A",
        "signed_on": iso(),
        "first_day": iso(60),
        "locality": place(tier="district").locality_id,
    },
    Acting: lambda n: {
        "cadre": serving(0).pk,
        "absent": serving(8).pk,
        "first_day": iso(10 + 3 * n),
        "last_day": iso(11 + 3 * n),
    },
    Locality: lambda n: {
        "code": f"NEW-{n}",
        "tier": "hamlet",
        "versions-0-type": LocalityType.objects.get(code="hamlet").pk,
        "versions-0-name": f"Ấp mới {n}",
        "versions-0-parent": place(tier="commune").locality_id,
        "versions-0-first_day": iso(-10),
    },
    Lineage: lambda n: {
        "predecessor": place(n).locality_id,
        "successor": (new := renamed()).locality_id,
        "effective_on": new.first_day.isoformat(),
        "kind": "merge",
    },
    LocalityType: lambda n: {"code": f"loai{n}", "tier": "hamlet", "name": f"Loại {n}"},
    Agency: lambda n: {"code": f"CQ-{n}", "name": f"Phòng {n}", "locality": place(tier="district").locality_id},
    Cadre: lambda n: {"code": f"MOI-{n}", "full_name": f"Nguyễn Văn {n}"},
    Posting: lambda n: {"cadre": unposted(n).pk, "position": f"Chuyên viên {n}"},
    Assignment: lambda n: {
        "locality": (at := place(50 + n, "self_governing_group")).locality_id,
        "cadre": free(at.locality).pk,
        "role": "in_charge",
        "first_day": iso(-1),
        "end_reason": "",
    },
    Group: lambda n: {"name": f"Nhóm {n}"},
    User: lambda n: {"username": f"moi{n}", "password1": f"mật-khẩu-mới-{n}-x", "password2": f"mật-khẩu-mới-{n}-x"},
    Erasure: lambda n: {
        "table": "assignments.cadre",
        "row": cleared(n).pk,
        "field": "phone",
        "reason": f"Lý do {n}",
    },
    AccessGrant: lambda n: {
        "user": User.objects.order_by("pk").last().pk,
        "locality": place(n).locality_id,
        "level": "viewer",
    },
    CoverageRule: lambda n: {
        "tier": "province",
        "role": "in_charge",
        "minimum": 1,
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
    },
    Limit: lambda n: {
        "name": Limit.Name.SMALL_AGENCY,
        "value": 7,
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
    },
    HolderRule: lambda n: {
        "tier": "regional_group",
        "role": "support",
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
    },
    Term: lambda n: {"name": f"Nhiệm kỳ {n}", "first_day": f"{1940 + n}-01-01", "last_day": f"{1940 + n}-12-31"},
    Meeting: lambda n: {
        "kind": "cell",
        "locality": place(n).locality_id,
        "starts_at_0": iso(-4),
        "starts_at_1": f"19:{n:02}",
        "status": "planned",
    },
    Pattern: lambda n: {
        "locality": place(n).locality_id,
        "kind": "cell",
        "day_of_month": 5,
        "week": "",
        "weekday": "",
        "starts": "19:00",
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
    },
    Guidance: lambda n: {
        "document": f"{n}-KL/HU",
        "title": f"Lịch họp {n}",
        "level": "district",
        "issued_on": "2026-01-01",
        "tier": "hamlet",
        "locality": place(n).locality_id,
    },
    Holiday: lambda n: {"day": f"{1940 + n}-01-01", "name": f"Nghỉ {n}", "kind": "off"},
    ExpectationRule: lambda n: {
        "kind": "cell",
        "role": "support",
        "tier": "regional_group",
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
    },
    RestrictedDay: lambda n: {
        "first_day_of_month": 1 + n % 20,
        "last_day_of_month": 2 + n % 20,
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
    },
    QuarterlyReport: lambda n: {
        "cadre": (row := held(n)).cadre_id,
        "locality": row.locality_id,
        "quarter": "2019-Q1",
        "status": "draft",
    },
    Issue: lambda n: {
        "locality": place(n).locality_id,
        "raised_on": iso(-2),
        "kind": "feedback",
        "theme": "roads",
        "summary": f"Đường {n}",
        "status": "open",
    },
    Resource: lambda n: {
        "locality": place(n).locality_id,
        "mobilised_on": iso(-2),
        "kind": "money",
        "description": f"Tiền {n}",
        "value_vnd": 1000,
        "status": "delivered",
    },
    PartyOrganisation: lambda n: {
        "code": f"TC-{n}",
        "kind": "cell",
        "locality": place(n).locality_id,
        "own_name": f"Chi bộ {n}",
    },
    Rating: lambda n: {
        "organisation": PartyOrganisation.objects.order_by("pk")[n].pk,
        "year": 2019,
        "level": RatingLevel.objects.filter(scheme=RatingScheme.of_year(2019), code="good").first().pk,
    },
    RatingScheme: lambda n: {
        "name": f"Quy định {n}",
        "first_day": f"{1940 + n}-01-01",
        "last_day": f"{1940 + n}-12-31",
        "excellent_cap_percent": 20,
    },
}


def adding(model):
    """Return the filling of the page on which the administration adds a row of a model."""
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
    return lambda n: Filling(reverse(base), [{**ADMINISTRATION[model](n), "_save": "1"}])


FORMS = SITE | {model.__name__: adding(model) for model in ADMINISTRATION}


# --- Sending ------------------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """What was sent in the last step, and to where; ``status`` and ``location`` are of the answer."""

    url: str
    data: list
    status: int = 0
    location: str = ""
    text: str = ""


def opened(browser, filling):
    """Return what would be sent by somebody who opens a form, and types what its first step says."""
    text = browser.get(filling.url)
    return form_of(text, filling, filling.steps[0])


def form_of(text, filling, typed):
    """Return what is sent from a page once something was typed into its form."""
    found = [form for form in keyed_forms_on(text) if form.action.startswith(filling.action)]
    if not found:
        raise LookupError(f"No form with a key on {filling.url}")
    form = found[0]
    return Sent(urljoin(filling.url, form.action), form.filled(typed))


def prepared(browser, filling, most=4):
    """Open a form, read what it says against what was typed, give reasons; return what is sent in the last step.

    The last step is sent, too: ``status`` and ``location`` say what came of it. ``browser`` has ``get(url)``, which
    returns a text, and ``post(url, pairs)``, which returns status, location and text.
    """
    sent, steps = opened(browser, filling), list(filling.steps[1:])
    for _round in range(most):
        sent.status, sent.location, sent.text = browser.post(sent.url, sent.data)
        if sent.status != 200:
            break
        typed = steps.pop(0) if steps else {}
        again = form_of(sent.text, filling, typed)
        names = {name for name, _value in again.data}
        if "why" in names and not typed:
            again = form_of(sent.text, filling, {"why": "Đã xem"})
        again.text = sent.text
        sent = again
    return sent
