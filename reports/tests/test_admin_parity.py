"""What the administration lets each role do with each model, field by field: never more than the pages do.

A model that is registered, a field that is added, or a right that is widened, fails here until the table says it.
"""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from assignments.models import Agency, User
from assignments.tests.cast import user
from cadrenet.tests.built_once import built_once
from reports.tests.test_admin_scope import SCOPED, two_communes

pytestmark = pytest.mark.django_db


@built_once
def roles():
    """Rows of two communes, and one login of each kind that may open the administration, with every permission."""
    tree, own, other, editor = two_communes()
    office = own[Agency]
    logins = {
        "district": user("district", at=tree.district, level="editor", is_staff=True),
        "commune": editor,
        "recorder": user("recorder", at=tree.an, level="recorder", is_staff=True),
        "viewer": user("viewer", at=tree.an, is_staff=True),
        "agency editor": user("agency-editor", of=office, level="editor", is_staff=True),
        "agency clerk": user("agency-clerk", of=office, level="recorder", is_staff=True),
        "agency head": user("agency-head", of=office, is_staff=True),
        "nobody": user("nobody", is_staff=True),
    }
    for login in logins.values():
        login.user_permissions.set(Permission.objects.all())
    return own, other, logins


def rights(model, row, login):
    """What one login may do with a model and a row: {"add": fields, "change": fields, "delete": whether}."""
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=login.pk)
    of = admin.site._registry[model]
    found = {}
    if of.has_add_permission(request):
        found["add"] = fields(of, request, None)
    seen = row is not None and of.get_queryset(request).filter(pk=row.pk).exists()
    if seen and of.has_change_permission(request, row):
        found["change"] = fields(of, request, row)
    if seen and of.has_delete_permission(request, row):
        found["delete"] = True
    return found


def fields(of, request, row):
    """The names of the fields that can be typed into on the page of a row, and of a new one."""
    form = of.get_form(request, row, change=row is not None)
    return " ".join(sorted(set(form.base_fields) - {"sure", "usable_password"}))


def table():
    """By model: (fields of a new row, who adds), (fields changed, who changes), who deletes."""
    own, _other, logins = roles()
    found = {}
    for model in admin.site._registry:
        row = own.get(model) or model._default_manager.first()
        told = {name: rights(model, row, login) for name, login in logins.items()}
        steps = []
        for step in ("add", "change"):
            typed = {may[step] for may in told.values() if step in may}
            assert len(typed) <= 1, (model, step, typed)
            steps.append((typed.pop() if typed else "", {name for name, may in told.items() if step in may}))
        found[model.__name__] = (*steps, {name for name, may in told.items() if "delete" in may})
    return found


DECIDE = {"district", "commune"}
RECORD = DECIDE | {"recorder"}
GIVE = DECIDE | {"agency editor"}
TOP = {"district"}
NOBODY = set()
NOTHING = ("", NOBODY)


def either(text, who, added="", gone=""):
    """The same fields of a new row and of one that is there, but for some."""
    names = set(text.split())
    return tuple((" ".join(sorted(names - set(less.split()))), who) for less in (added, gone))


SCHEDULE = "convened_by ends_at extraordinary households_represented households_total"
QUALITY = "override_reason programme programme_feedback quality_content quality_organisation quality_time starts_at "
QUALITY += "status subject topics venue why"
RULE = "day_of_month first_day last_day minutes starts venue week weekday"
SHOWN = ("Attendance", "AttendanceLink", "CoverageReview", "DecisionLine", "Group", "Handover", "LocalityVersion")
SHOWN += ("Feedback", "NightlyRun", "PassedOn", "RatingLevel")
ALLOWED = {
    # The administration is where these are changed.
    "AccessGrant": (
        ("agency first_day last_day level locality user", GIVE),
        ("agency first_day last_day level locality user", DECIDE),
        DECIDE,
    ),
    "Agency": (("code locality name", DECIDE), ("code locality name", GIVE), GIVE),
    "Cadre": (*either("code committee_role email full_name left_on party_member phone user", DECIDE), DECIDE),
    "Lineage": (*either("decision_number effective_on kind predecessor successor", DECIDE), DECIDE),
    "Locality": (*either("code tier", DECIDE, gone="tier"), DECIDE),
    "PartyOrganisation": (*either("code first_day kind last_day locality own_name", DECIDE), DECIDE),
    "Posting": (*either("agency cadre first_day last_day position", DECIDE), DECIDE),
    "Rating": (*either("decision_number decision_on level organisation year", DECIDE), DECIDE),
    "User": (
        ("password1 password2 username", GIVE),
        ("display_name is_active password username", DECIDE),
        DECIDE,
    ),
    # These have pages, which delete nothing that was in force, and leave what a row is about.
    "Acting": (
        ("absent cadre decision_number first_day last_day", DECIDE),
        ("last_day", DECIDE),
        NOBODY,
    ),
    "Assignment": (
        ("cadre decision_number decision_on end_reason first_day last_day locality role", DECIDE),
        ("decision_number decision_on end_reason last_day", GIVE),
        NOBODY,
    ),
    "Decision": (*either("first_day locality number signed_on signer", DECIDE), DECIDE),
    "Issue": (
        *either(
            "closed_on code kind locality raised_on responsible_agency status summary theme urgent",
            RECORD,
        ),
        NOBODY,
    ),
    "Meeting": (
        (f"agency came code {SCHEDULE} invited kind locality {QUALITY}", RECORD | {"agency editor", "agency clerk"}),
        (f"came code {SCHEDULE} invited kind {QUALITY}", RECORD),
        NOBODY,
    ),
    "Pattern": (*either(f"{RULE} kind locality", RECORD, gone="kind locality"), NOBODY),
    "Guidance": (*either("document due_on issued_on last_day level locality tier title", RECORD), NOBODY),
    "Resource": (*either("cadre code description donor kind locality mobilised_on status value_vnd", RECORD), NOBODY),
    # Handed in and answered on the report's own page, by whoever may take that step.
    "QuarterlyReport": (NOTHING, NOTHING, NOBODY),
    # What holds for everybody is changed at the top.
    "CoverageRule": (*either("first_day last_day minimum role tier", TOP), NOBODY),
    "ExpectationRule": (*either("expectation first_day kind last_day role tier", TOP), NOBODY),
    "Holiday": (("day kind name source", TOP), NOTHING, NOBODY),
    "HolderRule": (*either("first_day holder last_day role tier", TOP), NOBODY),
    "Limit": (("first_day last_day name value", TOP), NOTHING, NOBODY),
    "LocalityType": (*either("code name tier", TOP, gone="tier"), TOP),
    "RatingScheme": (
        *either("excellent_cap_base excellent_cap_percent first_day last_day name regulation", TOP),
        NOBODY,
    ),
    "RestrictedDay": (*either("first_day first_day_of_month last_day last_day_of_month", TOP), NOBODY),
    "Term": (("first_day last_day name", TOP), NOTHING, NOBODY),
    "Erasure": (("field reason row table", TOP), NOTHING, NOBODY),
    # Shown for their history, and bundles of permissions to superusers.
    **dict.fromkeys(SHOWN, (NOTHING, NOTHING, NOBODY)),
}


def test_each_role_may_do_with_each_model_what_its_pages_allow_and_nothing_else():
    assert table() == ALLOWED


def test_no_role_changes_or_deletes_a_row_of_another_commune():
    _own, other, logins = roles()
    del logins["district"]

    found = {
        (model.__name__, name): may
        for model in SCOPED
        for name, login in logins.items()
        if (may := rights(model, other[model], login)) and may.keys() - {"add"}
    }

    assert found == {}
