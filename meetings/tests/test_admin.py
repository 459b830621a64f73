"""The administration of meetings and their rules: rosters follow, and what was recorded is never thrown away."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.actions import days_in_one_only, rule_changed
from meetings.models import Attendance, ExpectationRule, Meeting, RestrictedDay
from meetings.rosters import keep_rosters, wrong_rosters

pytestmark = pytest.mark.django_db
NINTH = date(2022, 5, 9)


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


@pytest.fixture
def root(client):
    made = user("root", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def meeting_form(of, roster=(), guests=(), **more):
    """The form of a meeting: roster rows as (attendance, status, reason), guests as (cadre, status)."""
    data = {
        "kind": of.kind,
        "locality": of.locality_id or "",
        "agency": of.agency_id or "",
        "subject": of.subject,
        "starts_at_0": f"{of.day:%d/%m/%Y}",
        "starts_at_1": "19:00",
        "status": of.status,
        "code": of.code,
        "attendances-TOTAL_FORMS": len(roster),
        "attendances-INITIAL_FORMS": len(roster),
        "attendances-2-TOTAL_FORMS": len(guests),
        "attendances-2-INITIAL_FORMS": 0,
    }
    for index, (row, status, reason) in enumerate(roster):
        data |= {
            f"attendances-{index}-id": row.pk,
            f"attendances-{index}-meeting": of.pk,
            f"attendances-{index}-status": status,
            f"attendances-{index}-reason": reason,
        }
    for index, (who, status) in enumerate(guests):
        data |= {f"attendances-2-{index}-cadre": who.pk, f"attendances-2-{index}-status": status}
    return data | more


def roster(of):
    rows = of.attendances.order_by("cadre__code")
    return list(rows.values_list("cadre__code", "expected", "status", "reason"))


def cell(tree, day=NINTH, **more):
    made = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(day), **({"status": "held"} | more))
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def test_a_new_meeting_has_its_roster_at_once(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    planned = Meeting(kind="cell", locality=tree.an2, starts_at=at(NINTH), day=NINTH, code="M", status="planned")

    client.post(url(Meeting, "add"), meeting_form(planned))

    made = Meeting.objects.get()
    assert (made.day, made.place.commune) == (NINTH, tree.an)
    assert roster(made) == [("P", True, "unrecorded", "")]


def test_attendance_and_guests_are_recorded_on_the_page_of_the_meeting(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    made = cell(tree)
    guest = cadre("GUEST")

    client.post(
        url(Meeting, "change", made.pk),
        meeting_form(made, [(made.attendances.get(), "absent", "duty_trip")], [(guest, "present")]),
    )

    assert roster(made) == [("GUEST", False, "present", ""), ("P", True, "absent", "duty_trip")]
    assert Attendance.history.filter(history_user=root).count() == 2


def test_only_extreme_urgency_excuses_and_a_guest_needs_a_status(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    made = cell(tree)
    guest = cadre("GUEST")

    answer = client.post(
        url(Meeting, "change", made.pk),
        meeting_form(made, [(made.attendances.get(), "excused", "duty_trip")], [(guest, "unrecorded")]),
    )

    told = [
        error
        for inline in answer.context["inline_admin_formsets"]
        for form in inline.formset.errors
        for errors in form.values()
        for error in errors
    ]
    assert told == [
        "Only extreme urgency excuses. With any other reason, choose “Absent”.",
        "Say whether this guest was present.",
    ]
    assert roster(made) == [("P", True, "unrecorded", "")]


def test_a_meeting_that_moves_to_another_day_takes_the_roster_of_that_day(client, root):
    tree = small_tree()
    assign(cadre("MAY"), tree.an2, last_day=date(2022, 5, 31))
    assign(cadre("JUNE"), tree.an2, first_day=date(2022, 6, 1))
    made = cell(tree)

    form = meeting_form(made, [(made.attendances.get(), "unrecorded", "")], starts_at_0="09/06/2022")
    client.post(url(Meeting, "change", made.pk), form)

    assert roster(made) == [("JUNE", True, "unrecorded", "")]


def test_a_meeting_is_deleted_only_while_nothing_was_recorded(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    recorded, planned = cell(tree), cell(tree, date(2022, 6, 9))
    recorded.attendances.update(status="present")

    codes = [client.post(url(Meeting, "delete", m.pk), {"post": "yes"}).status_code for m in (recorded, planned)]

    assert codes == [403, 302]
    assert list(Meeting.objects.all()) == [recorded]


def test_meetings_of_an_agency_are_entered_by_those_with_a_grant_for_it(client):
    small_tree()
    own, other = agency("A", "Phòng Một"), agency("B", "Phòng Hai")
    clerk = user("clerk", of=own, level="recorder", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    client.force_login(clerk)
    planned = Meeting(kind="agency", agency=other, starts_at=at(NINTH), day=NINTH, code="M", status="planned")

    without = client.post(url(Meeting, "add"), meeting_form(planned) | {"agency": own.pk})
    planned.subject = "Giao ban"
    refused = client.post(url(Meeting, "add"), meeting_form(planned))
    planned.agency = own
    client.post(url(Meeting, "add"), meeting_form(planned))

    assert list(refused.context["adminform"].errors) == ["agency"]
    assert list(without.context["adminform"].errors) == ["subject"]
    assert Meeting.objects.get().agency == own


# --- Rules ------------------------------------------------------------------------------------------------------


def rule_form(rule, **more):
    return {
        "kind": rule.kind,
        "role": rule.role,
        "tier": rule.tier,
        "expectation": rule.expectation,
        "first_day": "",
        "last_day": "",
    } | more


def test_closing_a_rule_changes_rosters_from_the_day_after_and_keeps_the_past(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    before, after = cell(tree), cell(tree, date(2022, 6, 9))
    rule = ExpectationRule.objects.get(kind="cell")

    form = rule_form(rule, last_day="31/05/2022")
    answer = client.post(url(ExpectationRule, "change", rule.pk), form, follow=True)

    assert "1 attendance has been brought in line." in [str(message) for message in answer.context["messages"]]
    assert (roster(before), roster(after)) == ([("P", True, "unrecorded", "")], [])
    assert wrong_rosters() == set()


def test_a_rule_of_another_kind_leaves_the_old_and_takes_the_new_kinds_rosters(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    made = cell(tree)
    home = Meeting.objects.create(kind="residence", locality=tree.an2, starts_at=at(NINTH))
    rule = ExpectationRule.objects.get(kind="cell")

    client.post(url(ExpectationRule, "change", rule.pk), rule_form(rule, kind="residence"))

    assert (roster(made), roster(home)) == ([], [("P", True, "unrecorded", "")])


def test_a_rule_that_has_been_in_force_cannot_be_deleted(client, root):
    old = ExpectationRule.objects.get(kind="cell")
    coming = ExpectationRule.objects.create(
        kind="residence", role="in_charge", tier="hamlet", first_day=today() + timedelta(days=1)
    )

    codes = [client.post(url(ExpectationRule, "delete", r.pk), {"post": "yes"}).status_code for r in (old, coming)]

    assert codes == [403, 302]


def test_a_rule_says_in_words_what_it_does_and_how_it_is_changed(client, root):
    page = client.get(url(RestrictedDay, "add")).content.decode()

    assert "agencies should hold no meetings, because localities hold theirs" in page
    assert "give the row a last day and add a new row that begins on the day after" in page


def test_nobody_is_expected_at_an_agency_by_a_rule(client, root):
    page = client.get(url(ExpectationRule, "add"))

    kinds = [key for key, _label in page.context["adminform"].form.fields["kind"].choices]
    assert kinds == ["", "commune_committee", "cell", "self_governing_group", "residence"]


def test_only_meetings_of_days_on_which_a_rule_answers_otherwise_are_kept_again(django_assert_num_queries):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    cell(tree)
    rule = ExpectationRule.objects.get(kind="cell")
    was = ExpectationRule.objects.get(pk=rule.pk)

    with django_assert_num_queries(0):
        rule_changed(rule, was)


@pytest.mark.parametrize(
    "one, other, days",
    [
        ((1, 9), (1, 9), []),
        ((1, 9), (1, 5), [(6, 9)]),
        ((1, 9), (3, 9), [(1, 2)]),
        ((3, 5), (1, 9), [(1, 2), (6, 9)]),
        ((1, 4), (3, 9), [(1, 2), (5, 9)]),
        ((6, 9), (1, 3), [(1, 3), (6, 9)]),
    ],
)
def test_days_that_belong_to_one_of_two_periods_only(one, other, days):
    may = [date(2022, 5, day) for day in range(0 + 1, 10)]

    def period(pair):
        return may[pair[0] - 1], may[pair[1] - 1]

    assert days_in_one_only(period(one), period(other)) == [period(pair) for pair in days]
