"""Two people at once: no hand overwrites what it has not seen.

First every page of the site and of the administration that holds the form of a row, without being named here; then
some by name, as people would do it.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connections, models, transaction
from django.urls import get_resolver, reverse

from assignments.models import (
    Acting,
    Assignment,
    Cadre,
    Decision,
    DecisionLine,
    Handover,
    Locality,
    LocalityVersion,
)
from assignments.tests.cast import OFFICE, assign, at, small_tree, user, version
from cadrenet.admin.rows import EditAdmin
from cadrenet.editing import OPENED, EditFormSet, EditMixin, LockedMixin
from cadrenet.receipts import KEY
from meetings.actions import save_meeting
from meetings.models import Attendance, Meeting
from meetings.tests.evening import TONIGHT, evening, meeting
from reports.forms import LocalityField
from reports.models import Issue, QuarterlyReport, Resource
from reports.tests.quarter import TODAY, busy_quarter, issue, resource
from reports.tests.test_scope_everywhere import APART, KEYS, ROWS, address_of, foreign_district, site_addresses
from reports.tests.visits import plain, posted_forms, visitor

NOW = datetime(2026, 8, 20, 14, 0, tzinfo=OFFICE)
STALE = 409


@pytest.fixture
def everything(db):
    """A district with a row of every kind, and whoever may do everything."""
    with time_machine.travel(NOW, tick=False):
        foreign_district()
        before = Assignment.objects.create(
            cadre=Cadre.objects.get(code="X-Q"),
            locality=Locality.objects.get(code="X-H"),
            first_day=date(2021, 1, 1),
            last_day=date(2021, 12, 31),
            end_reason="retired",
        )
        Handover.objects.update(ended=before)
        yield visitor(user("root", is_superuser=True, is_staff=True))


def untouched(response):
    """(action, data) of the forms of a page, without the key by which one that is sent twice is stored once.

    What is tried here is another page of the same row, and not the same one again.
    """
    found = posted_forms(response)
    return [(action, {name: value for name, value in sent.items() if name != KEY}) for action, sent in found]


def rows_of(model):
    return list(model._base_manager.order_by("pk"))


def own_forms(client):
    """(address, form) of each page of the site that holds the form of a stored row."""
    for name, parts in site_addresses():
        if name in APART or not set(parts) & KEYS:
            continue
        for row in rows_of(ROWS[name]):
            address = address_of(name, parts, row)
            response = client.get(address)
            if response.status_code == 200 and response.context:
                for key in ("form", "forms"):
                    shown = response.context.get(key)
                    for form in shown.values() if isinstance(shown, dict) else [shown]:
                        if getattr(form, "edited_row", None) is not None:
                            yield address, form


def admin_pages(client):
    """(address, row, answer) of the page of a row of each model that the administration lets change."""
    for model in admin.site._registry:
        names = f"{model._meta.app_label}_{model._meta.model_name}"
        for row in rows_of(model):
            address = reverse(f"admin:{names}_change", args=[row.pk])
            response = client.get(address)
            if response.status_code == 200 and response.context["has_change_permission"]:
                yield address, row, response
                break


def other_value(field, value, number):
    """Another value that a column may hold; None where no other is made up. ``number`` tells two of them apart."""
    if field.unique or field.is_relation or field.primary_key:
        return None
    if field.choices:
        others = [key for key, _label in field.flatchoices if key not in (value, "", None)]
        return others[number % len(others)] if others else None
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return None if value is None else value + timedelta(days=-1 - number)
    if isinstance(field, models.BooleanField):
        return None
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1 + number
    if isinstance(field, (models.CharField, models.TextField)):
        return f"khác {number + 1}"
    return None


def changeable(form, row):
    """Fields of a form that are columns of the row for which another value is known."""
    found = {}
    for name, shown in form.fields.items():
        try:
            field = row._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        value = getattr(row, name)
        one, other = (other_value(field, value, number) for number in (0, 1))
        if shown.disabled or shown.widget.is_hidden or one is None or one == other:
            continue
        # A field may be called like a column and mean another row: the first day of a successor.
        if name not in form.columns and form.stored_value(name) == value:
            found[name] = field
    return found


def change(rows, **values):
    """Let somebody else change a row; return whether the database takes it."""
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return False
    return True


def shown_as(form, name, value):
    """A value as the form's field sends it."""
    field = form.fields[name]
    shown = field.widget.format_value(field.prepare_value(value))
    return shown[0] if isinstance(shown, list) else shown


# --- Every page -----------------------------------------------------------------------------------------------------


# Posts that change no stored row: what they make is another one, or they only look.
MAKES_NEW = {
    "assignments:line_create",
    "assignments:decision_paste",
    "assignments:decision_copy",
    "reports:locality",
    "assignments:coverage_review",
    "meetings:guidance_elsewhere",
    "meetings:meeting_links",
}


def test_every_form_of_a_row_says_what_it_was_opened_with(everything):
    silent, spoken = set(), 0
    for name, parts in site_addresses():
        if name in APART or name in MAKES_NEW or not set(parts) & KEYS:
            continue
        for row in rows_of(ROWS[name]):
            response = everything.get(address_of(name, parts, row))
            if response.status_code != 200:
                continue
            for action, sent in untouched(response):
                if "/language/" in action or "/logout/" in action:
                    continue
                if sent.get("step") in (["give"], ["receive"]):
                    continue  # a tick fills an empty side, and takes nothing away
                said = {OPENED, "was", "were"} & set(sent)
                spoken += bool(said)
                if not said:
                    silent.add((name, action))

    assert silent == set()
    assert spoken > 20


def test_every_page_that_changes_a_row_holds_it_first():
    """Each view of a row that takes a POST reads it while it holds it; those whose action does are named."""
    in_their_actions = {
        # record_attendance holds the meeting
        "meetings:meeting_record",
        "meetings:meeting_status",
        "reports:meeting_attend",
        "reports:meeting_attended",
        # give_feedback holds the meeting, answer_feedback what it answers
        "meetings:feedback",
        "meetings:feedback_answer",
        # pass_on_elsewhere holds the guidance
        "meetings:guidance_elsewhere",
        # make_links holds the meeting; a link that is revoked stays so
        "meetings:meeting_links",
        # a reminder is a new row
        "meetings:reminder",
        # add_lines holds the draft
        "assignments:line_create",
        "assignments:decision_paste",
        "assignments:decision_copy",
        # BoardRowView holds the locality; undo is of what one has just made oneself; a review is a new row
        "assignments:board_row",
        "assignments:assignment_take_back",
        "assignments:coverage_review",
    }
    loose = set()
    for name, parts in site_addresses():
        view = getattr(get_resolver().resolve(address_of(name, parts, SOMETHING)).func, "view_class", None)
        if set(parts) & KEYS and hasattr(view, "post") and not issubclass(view, LockedMixin):
            loose.add(name)

    assert loose == in_their_actions


SOMETHING = Locality(pk=1)


def test_every_page_of_the_administration_compares_what_it_was_opened_with():
    loose = [
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if not isinstance(model_admin, EditAdmin)
    ]
    forms = [model_admin.form for model_admin in admin.site._registry.values()]
    inlines = [inline for model_admin in admin.site._registry.values() for inline in model_admin.inlines]

    assert loose == []
    assert [form for form in forms if not issubclass(form, EditMixin)] == []
    assert [one for one in inlines if not issubclass(one.form, EditMixin)] == []
    assert [one for one in inlines if not issubclass(one.formset, EditFormSet)] == []
    assert [model_admin for model_admin in admin.site._registry.values() if model_admin.list_editable] == []


def cases_of_own_forms(client):
    for address, form in own_forms(client):
        row = form.edited_row
        if names := changeable(form, row):
            yield address, form, row, names


def test_what_somebody_else_changed_survives_on_every_form_of_the_site(everything):
    tried = set()
    for address, form, row, names in list(cases_of_own_forms(everything)):
        sent = sent_to(everything, address, form)
        for name, field in names.items():
            check_both_changed(everything, address, form, row, field, name, sent)
            tried.add((type(form).__name__, name))

    assert {form for form, _name in tried} >= {
        "IssueForm",
        "ResourceForm",
        "DecisionForm",
        "LineEditForm",
        "SituationForm",
        "EndForm",
        "ReplaceForm",
        "EndActingForm",
        "LocalityMeetingForm",
        "AgencyMeetingForm",
    }


def sent_to(client, address, form):
    """What a browser sends of the form of a page, untouched."""
    forms = [sent for _action, sent in untouched(client.get(address)) if form.add_prefix(OPENED) in sent]
    return next(sent for sent in forms if set(form.fields) - {"sure"} & set(sent))


def check_both_changed(client, address, form, row, field, name, sent):
    """Somebody else changes a field; whoever changes it, too, is told both, and whoever did not takes it over."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    before = rows.values_list(name, flat=True).get()
    theirs, mine = (other_value(field, before, number) for number in (0, 1))
    if not change(rows, **{name: theirs}):
        return
    stands = rows.values().get()

    answer = client.post(address, sent | {form.add_prefix(name): shown_as(form, name, mine)})

    assert answer.status_code == STALE, (address, name)
    assert rows.values().get() == stands, (address, name)
    assert "since you opened the page" in plain(answer.content.decode()), (address, name)
    rows.update(**{name: before})


def test_what_somebody_else_changed_survives_on_every_page_of_the_administration(everything):
    tried = []
    for address, row, page in list(admin_pages(everything)):
        form = page.context["adminform"].form
        (sent,) = [sent for _action, sent in untouched(page) if OPENED in sent]
        rows = type(row)._base_manager.filter(pk=row.pk)
        for name, field in changeable(form, row).items():
            before = rows.values().get()
            theirs, mine = (other_value(field, getattr(row, name), number) for number in (0, 1))
            if not change(rows, **{name: theirs}):
                continue
            stands = rows.values().get()

            answer = everything.post(address, sent | {name: shown_as(form, name, mine)})

            assert answer.status_code == STALE, (address, name)
            assert rows.values().get() == stands, (address, name)
            assert "since you opened the page" in plain(answer.content.decode()), (address, name)
            rows.update(**before)
            tried.append((row._meta.label, name))

    assert len({label for label, _name in tried}) > 12, tried


def test_a_page_of_the_administration_left_as_it_was_takes_over_what_somebody_else_changed(everything):
    for address, row, page in list(admin_pages(everything)):
        form = page.context["adminform"].form
        (sent,) = [sent for _action, sent in untouched(page) if OPENED in sent]
        rows = type(row)._base_manager.filter(pk=row.pk)
        for name, field in changeable(form, row).items():
            if isinstance(field, models.DateField) or field.choices:
                continue  # another day or kind may be against a rule, which is another sentence
            before = rows.values().get()
            if not change(rows, **{name: other_value(field, getattr(row, name), 0)}):
                continue
            theirs = rows.values_list(name, flat=True).get()

            answer = everything.post(address, sent)

            if answer.status_code == 302:
                assert rows.values_list(name, flat=True).get() == theirs, (address, name)
            else:
                assert answer.status_code == 200, (address, name)
            rows.update(**before)


# --- By name --------------------------------------------------------------------------------------------------------


def form_on(client, address, holding=OPENED):
    """What the form of a page sends, untouched: the one with a field of that name."""
    return next(sent for _action, sent in untouched(client.get(address)) if holding in sent)


def page_of(answer):
    return plain(answer.content.decode())


def told_next(client, answer):
    """What the page says to which an answer leads."""
    return page_of(client.get(answer.url))


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_households_recorded_while_the_time_is_edited_stay():
    cast = evening()
    tonight = meeting("self_governing_group", cast.tree.an1a)
    one, other = visitor(cast.recorder), visitor(cast.office)
    edit, record = (reverse(f"meetings:meeting_{name}", args=[tonight.pk]) for name in ("edit", "record"))
    opened = form_on(one, edit)
    other.post(record, form_on(other, record, "were") | {"households_represented": "18", "status": "held"})

    answer = one.post(edit, opened | {"starts": "18:30"})

    stored = Meeting.objects.get()
    assert answer.status_code == 302
    assert (stored.starts_at, stored.households_represented, stored.status) == (at(TONIGHT, 18, 30), 18, "held")


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_a_meeting_read_long_ago_is_saved_without_what_was_recorded_of_it_then():
    cast = evening()
    read = meeting("self_governing_group", cast.tree.an1a)
    Meeting.objects.update(households_total=20, households_represented=18)
    read.starts_at = at(TONIGHT, 18)

    save_meeting(read, by=cast.recorder, on=TONIGHT)

    stored = Meeting.objects.get()
    assert (stored.starts_at, stored.households_represented) == (at(TONIGHT, 18), 18)


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_two_times_for_one_meeting_stand_side_by_side_until_one_is_chosen():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    one, other = visitor(cast.recorder), visitor(cast.office)
    edit = reverse("meetings:meeting_edit", args=[tonight.pk])
    opened = form_on(one, edit)
    other.post(edit, form_on(other, edit) | {"starts": "18:00"})

    answer = one.post(edit, opened | {"starts": "18:30"})

    assert answer.status_code == STALE
    assert Meeting.objects.get().starts_at == at(TONIGHT, 18)
    assert "office has changed this since you opened the page, on 9 May 2022 at 21:00" in page_of(answer)
    assert "“18:00”, and you chose “18:30”" in page_of(answer)
    (again_sent,) = [sent for _action, sent in untouched(answer) if OPENED in sent]
    assert one.post(edit, again_sent).status_code == 302
    assert Meeting.objects.get().starts_at == at(TONIGHT, 18, 30)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_two_corrections_of_one_issue_both_hold_where_they_differ():
    it = busy_quarter()
    one, other = visitor(it.committee), visitor(it.commune)
    edit = reverse("reports:issue_edit", args=[it.old.pk])
    opened = form_on(one, edit)
    other.post(edit, form_on(other, edit) | {"theme": "water"})

    answer = one.post(edit, opened | {"summary": "Đường lầy lội"})

    it.old.refresh_from_db()
    assert answer.status_code == 302
    assert (it.old.theme, it.old.summary) == ("water", "Đường lầy lội")


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_two_values_of_one_resource_are_asked_about():
    it = busy_quarter()
    gift = Resource.objects.get(locality=it.tree.an1)
    one = visitor(it.committee)
    edit = reverse("reports:resource_edit", args=[gift.pk])
    opened = form_on(one, edit)
    Resource.objects.filter(pk=gift.pk).update(value_vnd=6_000_000)

    answer = one.post(edit, opened | {"value_vnd": "7000000"})

    gift.refresh_from_db()
    assert (answer.status_code, gift.value_vnd) == (STALE, 6_000_000)
    assert "somebody else has changed this since you opened the page" in page_of(answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
@pytest.mark.parametrize("knows", [True, False])
def test_an_issue_closed_by_one_is_not_passed_on_by_another(knows):
    it = busy_quarter()
    client = visitor(it.committee)
    page, status = (reverse(f"reports:{name}", args=[it.old.pk]) for name in ("issue", "issue_status"))
    opened = form_on(client, page)[OPENED] if knows else []
    visitor(it.commune).post(status, {"step": "close", "close-closed_on": "2023-01-09"})

    answer = client.post(
        status,
        {"step": "pass_on", "pass_on-responsible_agency": it.interior.pk, **({OPENED: opened} if knows else {})},
    )

    it.old.refresh_from_db()
    assert (it.old.status, it.old.closed_on) == ("closed", date(2023, 1, 9))
    sentence = "commune has changed this since you opened the page" if knows else "the issue is closed. Open it again"
    assert sentence in told_next(client, answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_report_that_one_accepted_is_not_sent_back_by_another_from_an_older_page():
    it = busy_quarter()
    owed = Assignment.objects.get(cadre=it.chau)
    one, other = visitor(it.committee), visitor(it.commune)
    address = reverse("reports:quarterly_report", args=[owed.pk, "2022-Q4"])
    opened = form_on(one, address)
    other.post(address, form_on(other, address) | {"step": "accept"})

    answer = one.post(address, opened | {"step": "return"})

    assert QuarterlyReport.objects.get(cadre=it.chau).status == "accepted"
    assert "commune has changed this since you opened the page" in told_next(one, answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_report_that_was_sent_back_is_not_accepted_without_a_word():
    it = busy_quarter()
    QuarterlyReport.objects.filter(cadre=it.chau).update(status="returned")
    client = visitor(it.committee)
    address = reverse("reports:quarterly_report", args=[Assignment.objects.get(cadre=it.chau).pk, "2022-Q4"])

    answer = client.post(address, {"step": "accept"})

    assert QuarterlyReport.objects.get(cadre=it.chau).status == "returned"
    assert "does not lie with its reader" in told_next(client, answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_two_ends_of_one_assignment_are_asked_about():
    it = busy_quarter()
    row = Assignment.objects.get(cadre=it.chau)
    client = visitor(it.committee)
    address = reverse("assignments:assignment_end", args=[row.pk])
    opened = form_on(client, address)
    Assignment.objects.filter(pk=row.pk).update(last_day=date(2023, 3, 31), end_reason="retired")

    answer = client.post(address, opened | {"last_day": "2023-01-31", "end_reason": "workload"})

    row.refresh_from_db()
    assert (answer.status_code, row.last_day, row.end_reason) == (STALE, date(2023, 3, 31), "retired")
    assert "“31/03/2023”" in page_of(answer)
    assert "“Retired”, and you chose “Workload”" in page_of(answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_nobody_is_replaced_whose_end_somebody_else_has_changed():
    it = busy_quarter()
    row = Assignment.objects.get(cadre=it.chau)
    client = visitor(it.committee)
    address = reverse("assignments:assignment_replace", args=[row.pk])
    opened = form_on(client, address)
    Assignment.objects.filter(pk=row.pk).update(last_day=date(2023, 3, 31), end_reason="retired")

    answer = client.post(
        address, opened | {"last_day": "2023-01-31", "end_reason": "workload", "cadre": it.giang.code}
    )

    row.refresh_from_db()
    assert (answer.status_code, row.last_day) == (STALE, date(2023, 3, 31))
    assert not Assignment.objects.filter(locality=it.tree.an1, cadre=it.giang).exists()


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_cadre_leaves_only_with_what_the_page_showed():
    it = busy_quarter()
    client = visitor(it.administrator)
    address = reverse("assignments:cadre_leave", args=[it.chau.pk])
    opened = form_on(client, address)
    assign(it.chau, it.tree.an2)

    answer = client.post(address, opened | {"last_day": "2023-01-31", "end_reason": "retired"})

    it.chau.refresh_from_db()
    assert (answer.status_code, it.chau.left_on) == (STALE, None)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_nobody_is_put_on_the_board_beside_somebody_whom_the_page_did_not_show():
    it = busy_quarter()
    client = visitor(it.committee)
    key = it.tree.an2.pk
    opened = form_on(client, f"{reverse('assignments:board')}?open={key}", f"cadre-{key}")
    assign(it.hoa, it.tree.an2)

    answer = client.post(
        reverse("assignments:board_row", args=[key]),
        opened | {f"cadre-{key}": it.giang.code, "first_day": "2023-01-10", "end_reason": "workload"},
    )

    assert "Meanwhile somebody else changed who holds this place" in page_of(answer)
    assert list(Assignment.objects.filter(locality=key).values_list("cadre__code", flat=True)) == ["P4"]


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_acting_that_somebody_else_has_shortened_is_not_made_longer():
    it = busy_quarter()
    row = Acting.objects.create(
        cadre=it.giang, absent=it.chau, first_day=date(2023, 1, 1), last_day=date(2023, 1, 31)
    )
    client = visitor(it.administrator)
    address = reverse("assignments:acting_end", args=[row.pk])
    opened = form_on(client, address)
    Acting.objects.update(last_day=date(2023, 1, 15))

    answer = client.post(address, opened | {"last_day": "2023-01-14"})

    row.refresh_from_db()
    assert (answer.status_code, row.last_day) == (STALE, date(2023, 1, 15))


def draft(tree, *people):
    """A draft for the district, with a line for each (cadre, locality)."""
    paper = Decision.objects.create(
        number="1-QĐ", signed_on=date(2023, 1, 5), first_day=date(2023, 2, 1), locality=tree.district
    )
    for who, where in people:
        DecisionLine.objects.create(decision=paper, cadre=who, locality=where)
    return paper


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_two_numbers_of_one_decision_are_asked_about():
    it = busy_quarter()
    paper, client = draft(it.tree), visitor(it.committee)
    edit = reverse("assignments:decision_edit", args=[paper.pk])
    opened = form_on(client, edit, "number")
    Decision.objects.update(number="2-QĐ", signer="Bí thư")

    answer = client.post(edit, opened | {"number": "3-QĐ"})

    paper.refresh_from_db()
    assert (answer.status_code, paper.number, paper.signer) == (STALE, "2-QĐ", "Bí thư")
    assert "“2-QĐ”, and you chose “3-QĐ”" in page_of(answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_two_names_on_one_line_are_asked_about():
    it = busy_quarter()
    paper, client = draft(it.tree, (it.hoa, it.tree.an2)), visitor(it.administrator)
    line = paper.lines.get()
    edit = reverse("assignments:line_edit", args=[line.pk])
    opened = form_on(client, edit)
    DecisionLine.objects.update(cadre=it.giang)

    answer = client.post(edit, opened | {"cadre": it.kim.code})

    line.refresh_from_db()
    assert (answer.status_code, line.cadre) == (STALE, it.giang)
    assert "Phạm Giang" in page_of(answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
@pytest.mark.parametrize("step", ["delete", "enact", "line"])
def test_a_draft_in_which_somebody_else_works_is_not_deleted_nor_enacted_unseen(step):
    it = busy_quarter()
    paper, client = draft(it.tree, (it.hoa, it.tree.an2)), visitor(it.administrator)
    line = paper.lines.get()
    pages = {"delete": "decision_edit", "enact": "decision_enact", "line": "decision"}
    page = reverse(f"assignments:{pages[step]}", args=[paper.pk])
    forms = [sent for _action, sent in untouched(client.get(page)) if OPENED in sent and "number" not in sent]
    DecisionLine.objects.update(cadre=it.giang)
    target = (
        reverse("assignments:line_delete", args=[line.pk])
        if step == "line"
        else reverse(f"assignments:decision_{step}", args=[paper.pk])
    )

    answer = client.post(target, forms[0])

    assert "Nothing was saved: somebody else has changed this" in told_next(client, answer)
    assert list(DecisionLine.objects.values_list("cadre__code", "assignment")) == [("P3", None)]
    assert Decision.objects.get().is_draft


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_reason_for_somebody_who_is_no_longer_on_the_line_is_not_kept():
    it = busy_quarter()
    paper, client = draft(it.tree, (it.chau, it.tree.an2)), visitor(it.administrator)
    line = paper.lines.get()
    address = reverse("assignments:decision_reasons", args=[paper.pk])
    opened = form_on(client, paper.get_absolute_url())
    DecisionLine.objects.update(cadre=it.hoa)

    answer = client.post(address, opened | {f"why-{line.pk}": "Đã bàn với chi bộ"})

    line.refresh_from_db()
    assert line.why == ""
    assert "Not kept: the reasons for" in told_next(client, answer)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_two_texts_of_one_handover_are_asked_about():
    it = busy_quarter()
    ended = assign(it.chau, it.tree.an2, first_day=date(2022, 1, 1), last_day=date(2022, 12, 31))
    sheet = Handover.objects.create(ended=ended)
    client = visitor(it.in_charge)
    opened = form_on(client, sheet.get_absolute_url(), "situation")
    Handover.objects.update(situation="Đường đang sửa")

    answer = client.post(sheet.get_absolute_url(), opened | {"situation": "Có hai kiến nghị"})

    sheet.refresh_from_db()
    assert (answer.status_code, sheet.situation) == (STALE, "Đường đang sửa")
    assert "“Đường đang sửa”, and you chose “Có hai kiến nghị”" in page_of(answer)


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_what_was_recorded_of_one_on_a_roster_stays_when_the_administration_saves_another():
    cast = evening()
    tonight = meeting("commune_committee", cast.tree.an, status="held")
    client = visitor(user("root", is_superuser=True, is_staff=True))
    address = reverse("admin:meetings_meeting_change", args=[tonight.pk])
    opened = form_on(client, address)
    rows = {opened[f"attendances-{n}-id"][0]: f"attendances-{n}" for n in range(3)}
    binh, chau = (Attendance.objects.get(cadre=who) for who in (cast.binh, cast.chau))
    Attendance.objects.filter(pk=binh.pk).update(status="absent", reason="duty_trip")

    kept = client.post(address, opened | {f"{rows[str(chau.pk)]}-status": "present"})
    asked = client.post(address, opened | {f"{rows[str(binh.pk)]}-status": "present"})

    states = dict(Attendance.objects.values_list("cadre__code", "status"))
    assert (kept.status_code, asked.status_code) == (302, STALE)
    assert states == {"P1": "absent", "P2": "present", "P3": "unrecorded"}
    assert "“Absent”, and you chose “Present”" in page_of(asked)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_version_that_somebody_else_has_changed_is_not_deleted_unseen():
    tree = small_tree()
    client = visitor(user("root", is_superuser=True, is_staff=True))
    tree.an2.versions.update(last_day=date(2023, 5, 31))
    second = version(tree.an2, "Ấp 2 mới", tree.an, first_day=date(2023, 6, 1))
    address = reverse("admin:assignments_locality_change", args=[tree.an2.pk])
    opened = form_on(client, address)
    prefix = next(name[:-3] for name, value in opened.items() if name.endswith("-id") and value == [str(second.pk)])
    LocalityVersion.objects.filter(pk=second.pk).update(name="Ấp Hai")

    answer = client.post(address, opened | {f"{prefix}-DELETE": "on"})

    assert answer.status_code == STALE
    assert "Nothing was saved: somebody else has changed this" in page_of(answer)
    assert tree.an2.versions.count() == 2


# --- Recorded from a page opened earlier ----------------------------------------------------------------------------


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_what_is_said_of_somebody_no_longer_on_the_roster_is_refused():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client = visitor(cast.office)
    record = reverse("meetings:meeting_record", args=[tonight.pk])
    opened = form_on(client, record, "were")
    Attendance.objects.filter(cadre=cast.chau).delete()

    answer = client.post(record, opened | {f"status-{cast.chau.pk}": "present"})

    assert answer.status_code == 200
    assert "Nothing was recorded: meanwhile nobody is asked about this any more: Nguyễn Minh Châu" in page_of(answer)
    assert Meeting.objects.get().status == "planned"


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_the_quality_of_a_meeting_that_is_of_another_kind_by_now_is_refused():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    client = visitor(cast.office)
    record = reverse("meetings:meeting_record", args=[tonight.pk])
    opened = form_on(client, record, "were")
    Meeting.objects.update(kind="residence")

    answer = client.post(record, opened | {"quality_content": "good"})

    assert answer.status_code == 200
    assert "any more: content" in page_of(answer)
    assert Meeting.objects.get().quality_content == ""


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_a_reason_of_absence_is_not_dropped_when_somebody_else_recorded_presence():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    row = Attendance.objects.filter(meeting=tonight, cadre=cast.chau)
    row.update(status="absent")
    client = visitor(cast.signed)
    address = reverse("reports:meeting_attended", args=[tonight.pk])
    opened = form_on(client, address, "was")
    row.update(status="present")

    answer = client.post(address, opened | {"reason": "personal"})

    assert "Nothing was saved: meanwhile “Present” was recorded of you." in told_next(client, answer)
    assert row.get().reason == ""


@time_machine.travel(at(TONIGHT, 21), tick=False)
@pytest.mark.django_db
def test_whoever_is_taken_off_the_roster_is_told_that_nothing_was_recorded():
    cast = evening()
    tonight = meeting("cell", cast.tree.an1)
    Attendance.objects.filter(cadre=cast.chau).delete()
    client = visitor(cast.signed)

    answer = client.post(reverse("reports:meeting_attend", args=[tonight.pk]), {"status": "present"})

    assert "you are not on the roster of this meeting any more" in told_next(client, answer)


# --- A form holds what the row holds --------------------------------------------------------------------------------


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
@pytest.mark.parametrize("name", ["issue", "resource"])
def test_whoever_has_too_many_groups_to_choose_from_corrects_a_fact_of_a_group(name, monkeypatch):
    it = busy_quarter()
    monkeypatch.setattr(LocalityField, "AT_MOST", 2)
    made = {"issue": issue, "resource": resource}[name]
    row = made(it.tree.an1a, date(2022, 12, 1), *([5] if name == "resource" else []))
    client = visitor(it.committee)
    edit = reverse(f"reports:{name}_edit", args=[row.pk])

    answer = client.post(edit, form_on(client, edit))

    row.refresh_from_db()
    assert (answer.status_code, row.locality) == (302, it.tree.an1a)


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_theme_of_the_offices_own_is_shown_found_and_kept():
    it = busy_quarter()
    Issue.objects.filter(pk=it.old.pk).update(theme="flood_control")
    client = visitor(it.committee)
    edit = reverse("reports:issue_edit", args=[it.old.pk])

    pages = [client.get(address) for address in ("/", it.tree.an.get_absolute_url(), it.old.get_absolute_url())]
    listed = client.get("/issues/", {"theme": "flood_control"})
    answer = client.post(edit, form_on(client, edit) | {"summary": "Đê yếu"})

    it.old.refresh_from_db()
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert all("flood_control" in page_of(page) for page in pages)
    assert list(listed.context["object_list"]) == [it.old]
    assert (answer.status_code, it.old.theme, it.old.summary) == (302, "flood_control", "Đê yếu")


@time_machine.travel(at(TODAY, 9), tick=False)
@pytest.mark.django_db
def test_a_kind_of_resource_of_the_offices_own_is_kept():
    it = busy_quarter()
    gift = Resource.objects.get(locality=it.tree.an1)
    Resource.objects.filter(pk=gift.pk).update(kind="seedlings")
    client = visitor(it.committee)
    edit = reverse("reports:resource_edit", args=[gift.pk])

    answer = client.post(edit, form_on(client, edit) | {"description": "Cây giống"})

    gift.refresh_from_db()
    assert (answer.status_code, gift.kind, gift.description) == (302, "seedlings", "Cây giống")
    assert "seedlings" in page_of(client.get("/resources/", {"kind": "seedlings"}))


# --- At the same moment ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_time_and_the_households_of_a_meeting_are_saved_at_the_same_moment():
    with time_machine.travel(at(TONIGHT, 21), tick=True):
        cast = evening()
        tonight = meeting("self_governing_group", cast.tree.an1a)
        one, other = visitor(cast.recorder), visitor(cast.office)
        edit, record = (reverse(f"meetings:meeting_{name}", args=[tonight.pk]) for name in ("edit", "record"))
        sent = [
            (one, edit, form_on(one, edit) | {"starts": "18:30"}),
            (other, record, form_on(other, record, "were") | {"households_represented": "18", "status": "held"}),
        ]
        barrier = Barrier(2)

        def post(client, address, data):
            barrier.wait()
            try:
                return client.post(address, data).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda one: post(*one), sent))

    stored = Meeting.objects.get()
    assert answers == [302, 302]
    assert (stored.starts_at, stored.households_represented) == (at(TONIGHT, 18, 30), 18)
