"""``./run manage verify``: what is derived and out of step is named and put right; what is typed wrongly is named.

The columns and the rules are found in the models and in what is registered: a new one without a case fails here.
"""

import io
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import (
    Acting,
    Assignment,
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
    Place,
    Posting,
    Receipt,
    Term,
    Undo,
    User,
)
from assignments.tests.cast import at, post, user
from cadrenet.tests.test_architecture import project_models
from cadrenet.verification import (
    Apart,
    References,
    Values,
    all_checks,
    derived_columns,
    look,
    repair,
)
from meetings.models import (
    Attendance,
    AttendanceLink,
    CalendarFeed,
    Correction,
    ExpectationRule,
    Feedback,
    Guidance,
    Holiday,
    Meeting,
    PassedOn,
    Pattern,
    Reminder,
    SentEntry,
)
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, Resource
from reports.tests.quarter import TODAY, busy_quarter, rated_year

pytestmark = pytest.mark.django_db
CHECKS = all_checks()
TOMORROW = date(2023, 1, 11)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def quarter(django_db_setup, django_db_blocker):
    """The busy quarter, with ratings and a decision; each test changes it, and it is as before afterwards."""
    with django_db_blocker.unblock(), time_machine.travel(at(TODAY), tick=False), transaction.atomic():
        made = busy_quarter()
        vars(made).update(vars(rated_year(made.tree)))
        # A group with nobody and nothing in it ends, and such a hamlet begins.
        LocalityVersion.objects.filter(locality=made.tree.an1b).update(last_day=date(2022, 11, 30))
        LocalityVersion.objects.filter(locality=made.tree.binh1).update(first_day=date(2020, 1, 1))
        localities_changed()
        made.decision = Decision.objects.create(
            number="12-QĐ/HU", signed_on=date(2022, 1, 1), first_day=date(2022, 1, 1), locality=made.tree.district
        )
        meeting = cell_of(made.tree.an1)
        AttendanceLink.objects.create(meeting=meeting, cadre=made.chau, token_hash="x", made_at=at(TODAY))
        yield made
        transaction.set_rollback(True)


def found(show=50):
    """The sentences of all differences."""
    return [sentence for one in look(CHECKS, show) for sentence in one.sentences]


# --- Everything that is derived -------------------------------------------------------------------------------------


# What is neither typed nor derived: what an act wrote down when it was carried out, and what it keeps of before.
WRITTEN_BY_AN_ACT = {
    (Assignment, "decision"),
    (Decision, "enacted_on"),
    (DecisionLine, "assignment"),
    (DecisionLine, "withdrew"),
    (DecisionLine, "withdrew_from"),
    (Attendance, "excuse_answered_by"),
    (Erasure, "records"),
    (Erasure, "by"),
    (Erasure, "at"),
    (User, "password"),
    (User, "last_login"),
    # What planned it and for when; whether somebody has changed it since; who vouches for a day off.
    (Meeting, "pattern"),
    (Meeting, "planned_for"),
    (Meeting, "by_hand"),
    (Feedback, "given_on"),
    (Feedback, "answered_by"),
    # Counted by the database while it writes: what was before is not known afterwards.
    (Meeting, "sequence"),
    (Meeting, "rescheduled_at"),
    *((Reminder, name) for name in ("what", "day", "by")),
    *((CalendarFeed, name) for name in ("user", "token_digest", "made_at", "language")),
    (Holiday, "confirmed_by"),
    (Holiday, "confirmed_at"),
    *(
        (model, field.name)
        for model in (Receipt, Undo, NightlyRun, Correction, AttendanceLink, SentEntry)
        for field in model._meta.concrete_fields
    ),
}
DERIVED = sorted(derived_columns(), key=str)


def own_models():
    return [model for model in project_models() if not hasattr(model, "history_type")]


def not_typed():
    """Columns that no form offers, that histories leave out, or of models without a history; keys apart."""
    for model in own_models():
        history = getattr(model, "history", None)
        remembered = {field.name for field in history.model._meta.concrete_fields} if history else set()
        for field in model._meta.concrete_fields:
            if not field.primary_key and (not field.editable or field.name not in remembered):
                yield model, field.name


def test_every_column_that_nobody_types_is_verified():
    assert set(not_typed()) - WRITTEN_BY_AN_ACT == set(DERIVED)


def test_every_column_that_saving_sets_is_verified(quarter):
    """Whatever one writes into it: a column that ``save`` sets by itself is derived, although a form may offer it."""
    set_by_saving = {
        (model, field.name)
        for model in own_models()
        if (row := model._base_manager.order_by("pk").last())
        for field in model._meta.concrete_fields
        if not field.primary_key and field.choices is None and is_set_by_saving(model, row.pk, field)
    }

    with_save = {model for model in own_models() if model.save is not models.Model.save}
    assert {model for model in with_save if not model._base_manager.exists()} == set()
    # Counted, whatever is written into it.
    assert set_by_saving - set(DERIVED) == {(Meeting, "sequence")}
    assert {(Meeting, "day"), (Attendance, "held"), (Rating, "scheme"), (Issue, "place")} <= set_by_saving


def is_set_by_saving(model, pk, field):
    for value in other_values(field, getattr(model._base_manager.get(pk=pk), field.attname)):
        row = model._base_manager.get(pk=pk)
        setattr(row, field.attname, value)
        try:
            with transaction.atomic():
                row.save()
                stored = model._base_manager.values_list(field.attname, flat=True).get(pk=pk)
                transaction.set_rollback(True)
        except (IntegrityError, AttributeError):
            continue
        return stored != value
    return False


def other_values(field, value):
    """Values other than the one that is stored, as somebody could write them into the column by hand."""
    if isinstance(field, models.ForeignKey):
        yield from field.related_model._base_manager.exclude(pk=value).order_by("-pk").values_list("pk", flat=True)
        if field.null and value is not None:
            yield None
    elif isinstance(field, models.BooleanField):
        yield not value
    elif isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        if value is not None:
            yield from (value + timedelta(days=step) for step in (1, -1, 400, -400) if fits(value, step))
    elif isinstance(field, models.IntegerField):
        yield (value or 0) + 1
    elif isinstance(field, models.CharField | models.TextField):
        if field.choices:
            yield from (word for word, _label in field.flatchoices if word != value)
        else:
            yield f"{value}x"[-field.max_length :] if field.max_length else f"{value}x"


def fits(day, step):
    return date.min.toordinal() <= day.toordinal() + step <= date.max.toordinal()


def every_row():
    """What is stored of all models that have a derived column; the keys of what was derived anew may be others."""
    return {
        model: sorted(
            model._base_manager.values_list(*(field.attname for field in model._meta.concrete_fields)), key=str
        )
        for model in {model for model, _column in DERIVED}
    }


def test_what_nobody_has_touched_is_clean(quarter):
    assert look(CHECKS, 5) == []


@pytest.mark.parametrize("model, column", DERIVED, ids=[f"{model.__name__}.{column}" for model, column in DERIVED])
def test_a_derived_column_that_was_written_by_hand_is_named_and_put_right(model, column, quarter):
    with transaction.atomic():
        before = every_row()
        corrupt(model, column)

        sentences = found()
        named = [sentence for sentence in sentences if sentence.startswith(model._meta.verbose_name.capitalize())]
        # What a place is known by says which row it is: the one that should be is missing.
        told = f": {column} is " if column not in IDENTITY.get(model, ()) else "should not be there."
        assert [sentence for sentence in named if told in sentence], sentences

        repair(CHECKS)
        assert found() == []
        if column not in IDENTITY.get(model, ()):
            assert every_row() == before
        transaction.set_rollback(True)


IDENTITY = {Place: ("locality", "first_day")}


def corrupt(model, column):
    """Write another value into the column of a row, past all of our code."""
    field = model._meta.get_field(column)
    for pk, stored in model._base_manager.order_by("-pk").values_list("pk", field.attname):
        if is_written(model, column, pk, other_values(field, stored)):
            return
    raise AssertionError(f"No row of {model.__name__} lets {column} be written.")


def is_written(model, column, pk, values):
    """Write the first of some values that no constraint refuses; return whether there was one."""
    for value in values:
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=pk).update(**{column: value})
                return True
        except IntegrityError:
            continue
    return False


def test_a_row_of_attendance_that_is_missing_or_too_many_is_named_and_put_right(quarter):
    planned = Meeting.objects.get(status="planned")
    with transaction.atomic():
        Attendance.objects.filter(meeting=planned).delete()
        Attendance.objects.bulk_create(
            [Attendance(meeting=planned, cadre=quarter.kim, day=planned.day, held=False, place=planned.place,
                        area=planned.area)]
        )  # fmt: skip
        spare = Attendance.objects.get(meeting=planned).pk

        assert found() == [
            f"Attendance {planned.code} · P5 · #{spare} should not be there.",
            f"Attendance {planned.code} · P2 is missing.",
        ]
        repair(CHECKS)
        assert list(planned.attendances.values_list("cadre__code", "expected")) == [("P2", True)]
        assert found() == []
        transaction.set_rollback(True)


def test_a_repair_keeps_what_was_answered(quarter):
    """To whoever keeps rosters another day means that the meeting was moved; here it is a fault of the copy."""
    answered = Attendance.objects.filter(status="present").order_by("pk")
    with transaction.atomic():
        said = list(answered.values_list())
        answered.update(day=date(2022, 12, 30), held=False)

        repair(CHECKS)

        assert list(answered.values_list()) == said
        transaction.set_rollback(True)


def test_a_place_that_is_wrong_makes_no_fact_wrong(quarter):
    """Facts are compared with where places should be."""
    with transaction.atomic():
        Place.objects.filter(locality=quarter.tree.an1).update(area=quarter.tree.cam, commune=quarter.tree.cam)

        assert found() == [
            "Place AN-1 · … · #{}: {} is CA and should be {}.".format(
                Place.objects.get(locality=quarter.tree.an1).pk, *said
            )
            for said in (("area", "D"), ("commune", "AN"))
        ]
        transaction.set_rollback(True)


# --- Everything that no constraint holds ----------------------------------------------------------------------------


def name(check):
    """What a rule is known by here: its model, its columns, and the beginning of its sentence."""
    columns = check.by if isinstance(check, Apart) else check.columns
    sentence = getattr(check, "sentence", "")
    words = "" if callable(sentence) else str(sentence).partition(" ")[2][:28]
    return f"{check.model.__name__} {type(check).__name__} {' '.join(columns)} {words}".strip()


def days(first, last=None):
    return {"first_day": first and date(2022, *first), "last_day": last and date(2022, *last)}


def add(model, *rows):
    """Add rows past ``clean`` and ``save``."""
    model._base_manager.bulk_create([model(**row) for row in rows])


def twice(model, **values):
    """Two rows that share December."""
    add(model, {**values, **days((1, 1), (12, 31))}, {**values, **days((12, 1))})


def set_on(rows, **values):
    assert rows.update(**values) > 0


def without_version(office):
    add(Locality, {"code": "X", "tier": "hamlet"})


def version_of(of):
    return LocalityVersion.objects.filter(locality=of)


def overlapping_versions(office):
    (version,) = version_of(office.tree.an2)
    set_on(version_of(office.tree.an2), last_day=date(2022, 6, 30))
    add(
        LocalityVersion,
        {
            "locality": office.tree.an2,
            "parent": office.tree.binh,
            "type": version.type,
            "name": "Ấp 2",
            **days((6, 1)),
        },
    )


def decided(office, **values):
    made = {"number": "12-QĐ/HU", "decision": office.decision, "signed": date(2022, 1, 1), **values}
    set_on(
        Assignment.objects.filter(cadre=office.binh),
        decision=made["decision"],
        decision_number=made["number"],
        decision_on=made["signed"],
    )
    return Assignment.objects.get(cadre=office.binh)


def line(office, **values):
    assignment = decided(office)
    add(
        DecisionLine,
        {
            "decision": office.decision,
            "locality": office.tree.an,
            "role": "in_charge",
            "cadre": office.binh,
            "assignment": assignment,
            **values,
        },
    )


def line_of_another(office):
    set_on(Decision.objects.filter(pk=office.decision.pk), enacted_on=date(2022, 1, 1))
    line(office)
    set_on(Assignment.objects.filter(cadre=office.binh), decision=None)


def two_heads(office):
    head = {"locality": office.tree.north, "role": "head"}
    set_on(Assignment.objects.filter(role="head"), last_day=date(2022, 12, 1))
    add(Assignment, {"cadre": office.binh, **head, **days((12, 1))})


def twice_in_charge(office):
    add(
        Assignment,
        {"cadre": office.binh, "locality": office.tree.an, "role": "in_charge", **days((11, 1), (11, 2))},
    )


def future(office):
    set_on(
        Meeting.objects.filter(status="held", kind="cell", attendances__status="present"),
        starts_at=at(date(2031, 1, 1)),
        ends_at=None,
        day=date(2031, 1, 1),
    )


def handed_in(office, **report):
    add(QuarterlyReport, {"cadre": office.binh, "locality": office.tree.an2, "status": "submitted", **report})


def begins_later(of):
    set_on(version_of(of), first_day=date(2022, 12, 10))


RATED = "Rating Cleaned year"
CASES = {
    "Locality Rule code has no version, which says w": (
        without_version,
        "Locality X, code X: It has no version, which says what it is called and where it lies. "
        "Add one, or delete the locality.",
    ),
    "LocalityVersion Apart locality version of this locality hol": (
        overlapping_versions,
        "Version of a locality AN-2 · 2022-06-01 · #{version}, first_day 2022-06-01: "
        "Another version of this locality holds on some of these days.",
    ),
    "LocalityVersion Rule type type is of another tier than": (
        lambda office: set_on(version_of(office.tree.an2), type=LocalityType.objects.get(code="commune")),
        "type commune: This type is of another tier than the locality.",
    ),
    "LocalityVersion Rule parent locality lies in one of a hi": (
        lambda office: set_on(version_of(office.tree.an), parent=office.tree.an1),
        "parent AN-1: A locality lies in one of a higher tier.",
    ),
    "LocalityVersion WithinLife parent locality above does not exis": (
        lambda office: set_on(version_of(office.tree.binh), last_day=date(2022, 6, 30)),
        "parent BI: The locality above does not exist on every day of this period.",
    ),
    "Lineage Cleaned effective_on": (
        lambda office: add(
            Lineage,
            {
                "predecessor": office.tree.an2,
                "successor": office.tree.an1,
                "effective_on": date(2022, 3, 3),
                "kind": "merge",
            },
        ),
        "effective_on 2022-03-03: On that day neither of the two begins anything, nor has the predecessor ended.",
    ),
    "Assignment Apart cadre locality role cadre already holds this rol": (
        twice_in_charge,
        "first_day 2022-11-01: This cadre already holds this role at this locality on some of these days.",
    ),
    "Assignment Apart locality regional group already has a": (
        two_heads,
        "first_day 2022-12-01: This regional group already has a head on some of these days.",
    ),
    "Assignment Rule role a regional group has a head": (
        lambda office: set_on(Assignment.objects.filter(cadre=office.binh), role="support"),
        "role support: Only a regional group has a head and support.",
    ),
    "Assignment WithinLife first_day locality does not exist on e": (
        lambda office: set_on(version_of(office.tree.cam1), first_day=date(2022, 2, 1)),
        "first_day 2022-01-01: The locality does not exist on every day of this assignment.",
    ),
    "Assignment Rule end_reason reason of ending needs a las": (
        lambda office: set_on(Assignment.objects.filter(cadre=office.binh), end_reason="retired"),
        "end_reason retired: A reason of ending needs a last day.",
    ),
    "Assignment Rule decision_number decision by which it was mad": (
        lambda office: decided(office, number="13"),
        "decision_number 13: The decision by which it was made has another number.",
    ),
    "Assignment Rule decision_on decision by which it was mad": (
        lambda office: decided(office, signed=None),
        "decision_on –: The decision by which it was made is of another day.",
    ),
    "DecisionLine Cleaned replaces": (
        lambda office: line(office, assignment=None, replaces=Assignment.objects.get(cadre=office.chau)),
        "That assignment is to another locality, or in another role.",
    ),
    "DecisionLine Rule assignment assignment was not made by t": (
        line_of_another,
        "This assignment was not made by the decision of the line.",
    ),
    "DecisionLine Rule assignment decision is a draft: nothing": (
        line,
        "The decision is a draft: nothing can have come of its lines yet.",
    ),
    "Posting Apart cadre cadre already has a posting": (
        lambda office: post(office.binh, office.interior, date(2022, 1, 1), date(2022, 1, 2)),
        "first_day 2022-01-01: This cadre already has a posting on some of these days. "
        "End or correct that one first.",
    ),
    "Acting Apart absent already acts for this cadre": (
        lambda office: add(
            Acting,
            {"cadre": office.chau, "absent": office.binh, **days((1, 1), (1, 31))},
            {"cadre": office.giang, "absent": office.binh, **days((1, 31), (2, 1))},
        ),
        "first_day 2022-01-31: Somebody already acts for this cadre on some of these days.",
    ),
    "Term Apart  term of office holds on some": (
        lambda office: add(Term, {"name": "A", **days((1, 1))}, {"name": "B", **days((2, 1))}),
        "first_day 2022-02-01: Another term of office holds on some of these days.",
    ),
    "CoverageRule Apart tier rule for this tier holds on": (
        lambda office: twice(CoverageRule, tier="hamlet", role="in_charge"),
        "first_day 2022-12-01: Another rule for this tier holds on some of these days.",
    ),
    "HolderRule Apart tier role rule for this tier and role": (
        lambda office: twice(HolderRule, tier="hamlet", role="support", holder="official"),
        "first_day 2022-12-01: Another rule for this tier and role holds on some of these days.",
    ),
    "Limit Apart name value of this limit holds on": (
        lambda office: twice(Limit, name="small_number", value=7),
        "first_day 2022-12-01: Another value of this limit holds on some of these days.",
    ),
    "Meeting Rule locality kind of meeting belongs to a": (
        lambda office: set_on(Meeting.objects.filter(kind="cell", status="cancelled"), kind="commune_committee"),
        "locality AN-2: This kind of meeting belongs to another tier of locality.",
    ),
    "Meeting Rule starts_at": (
        future,
        "starts_at 2031-01-01 19:00: What was recorded says that the meeting is over. "
        "It cannot lie after 10 Jan 2023.",
    ),
    "Meeting Rule starts_at locality does not exist on t": (
        lambda office: begins_later(office.tree.cam1),
        "starts_at 2022-12-02 19:00: The locality does not exist on that day.",
    ),
    "Attendance Rule status can have come to a meeting t": (
        lambda office: set_on(Meeting.objects.filter(status="held", kind="self_governing_group"), status="not_held"),
        "status present: Nobody can have come to a meeting that did not take place.",
    ),
    "Attendance Rule status meeting lies in the future:": (
        future,
        "status present: The meeting lies in the future: nobody can have come yet.",
    ),
    "ExpectationRule Rule kind is expected at an agency's m": (
        lambda office: set_on(ExpectationRule.objects.filter(kind="cell"), kind="training"),
        "kind training: Nobody is expected at an agency's meeting by assignment.",
    ),
    "ExpectationRule Apart kind role tier rule for this kind, role and": (
        lambda office: twice(ExpectationRule, kind="residence", role="in_charge", tier="hamlet"),
        "first_day 2022-12-01: Another rule for this kind, role and tier holds on some of these days.",
    ),
    "Pattern Rule locality kind of meeting belongs to a": (
        lambda office: add(Pattern, regular(office.tree.an, kind="cell")),
        "locality AN: This kind of meeting belongs to another tier of locality.",
    ),
    "Pattern Apart locality kind pattern for this kind of mee": (
        lambda office: twice(Pattern, **regular(office.tree.an1, kind="cell")),
        "first_day 2022-12-01: Another pattern for this kind of meeting holds here on some of these days.",
    ),
    "Guidance Rule tier": (
        lambda office: add(Guidance, paper(office.tree.an1, tier="commune")),
        "tier commune: Nothing of this tier lies there. Choose another tier, or a locality further up.",
    ),
    "PassedOn Rule meeting": (
        lambda office: passed_on(office, meeting=cell_of(office.tree.an2)),
        "This is a meeting of another place.",
    ),
    "PassedOn Rule day": (
        lambda office: passed_on(office, day=date(2021, 12, 31)),
        "day 2021-12-31: On that day the document was not issued yet.",
    ),
    "PassedOn Rule locality": (
        lambda office: passed_on(office, locality=office.tree.an, day=date(2022, 12, 1)),
        "locality AN: This guidance is passed on at another tier, or in another part of the tree.",
    ),
    "Feedback Rule meeting": (
        lambda office: add(
            Feedback,
            {
                "meeting": Meeting.objects.filter(kind="commune_committee").first(),
                "cadre": office.binh,
                "text": "Thêm",
                "given_on": TODAY,
            },
        ),
        "Feedback is given on the programme of a cell's meeting.",
    ),
    "Issue Rule raised_on locality does not exist on t": (
        lambda office: begins_later(office.tree.cam1),
        "raised_on 2022-11-02: The locality does not exist on that day.",
    ),
    "Resource Rule mobilised_on locality does not exist on t": (
        lambda office: begins_later(office.tree.an1),
        "mobilised_on 2022-10-10: The locality does not exist on that day.",
    ),
    "Issue Rule raised_on day lies in the future.": (
        lambda office: set_on(Issue.objects.filter(closed_on=None), raised_on=TOMORROW),
        "raised_on 2023-01-11: This day lies in the future.",
    ),
    "Issue Rule closed_on day lies in the future.": (
        lambda office: set_on(Issue.objects.all(), status="closed", closed_on=TOMORROW),
        "closed_on 2023-01-11: This day lies in the future.",
    ),
    "Resource Rule mobilised_on day lies in the future.": (
        lambda office: set_on(Resource.objects.all(), mobilised_on=TOMORROW),
        "mobilised_on 2023-01-11: This day lies in the future.",
    ),
    "QuarterlyReport Rule submitted_on day lies in the future.": (
        lambda office: handed_in(office, quarter="2023-Q1", submitted_on=TOMORROW),
        "submitted_on 2023-01-11: This day lies in the future.",
    ),
    "QuarterlyReport Rule submitted_on quarter began later.": (
        lambda office: handed_in(office, quarter="2021-Q4", submitted_on=date(2021, 9, 30)),
        "submitted_on 2021-09-30: The quarter began later.",
    ),
    "Rating Rule decision_on day lies in the future.": (
        lambda office: set_on(Rating.objects.all(), decision_on=TOMORROW),
        "decision_on 2023-01-11: This day lies in the future.",
    ),
    "PartyOrganisation Cleaned locality": (
        lambda office: set_on(PartyOrganisation.objects.filter(kind="cell"), locality=office.tree.an),
        "locality AN: A committee belongs to a commune or town, a cell to a hamlet or neighbourhood.",
    ),
    RATED: (
        lambda office: set_on(Rating.objects.filter(year=2021, organisation=office.committees[0]), year=2024),
        "year 2024: 2024 lies ahead: nobody can be rated for it yet. Correct the year.",
    ),
}
RULES = [check for check in CHECKS if not check.is_derived and not isinstance(check, Values | References)]


def test_every_rule_has_a_case_here():
    assert sorted(map(name, RULES)) == sorted(CASES)


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_rule_that_was_broken_by_hand_is_named_and_not_repaired(case, quarter):
    break_it, sentence = CASES[case]
    check = next(check for check in RULES if name(check) == case)
    with transaction.atomic():
        break_it(quarter)
        [one] = look([check], 50)
        version = LocalityVersion.objects.order_by("pk").last().pk
        assert [text for text in one.sentences if text.endswith(sentence.format(version=version))], one.sentences

        typed = typed_rows()
        repair(CHECKS)
        assert typed_rows() == typed
        assert look([check], 50) == [one]
        transaction.set_rollback(True)


def typed_rows():
    """All that somebody typed: every model without what is derived. A roster adds and drops what nobody answered."""
    return {
        model: list(
            rows.order_by("pk").values_list(
                *(field.name for field in model._meta.concrete_fields if (model, field.name) not in DERIVED)
            )
        )
        for model in own_models()
        if model is not Place
        for rows in [model._base_manager.exclude(status="unrecorded") if model is Attendance else model._base_manager]
    }


@pytest.mark.parametrize("model, column", [(Rating, "organisation"), (Attendance, "cadre"), (Posting, "agency")])
def test_a_row_that_names_one_that_is_gone_is_named(model, column, quarter):
    """Whoever opens the file of SQLite by hand is not held to it; PostgreSQL never commits it."""
    with transaction.atomic():
        row = model._base_manager.order_by("pk").first()
        model._base_manager.filter(pk=row.pk).update(**{column: 99_999})

        gone = f"{column} #99999: What it names is not there."
        sentences = [sentence for sentence in found() if sentence.endswith(gone)]

        assert len(sentences) == (1 if connection.vendor == "sqlite" else 0)
        transaction.set_rollback(True)


def test_every_model_with_rules_of_its_own_is_looked_at():
    """Whoever writes a ``clean`` writes down a rule, which no constraint holds."""
    with_rules = {model for model in own_models() if "clean" in vars(model)}
    assert with_rules - {check.model for check in RULES} == set()


GUARDED = [check for check in CHECKS if isinstance(check, Values)]


@pytest.mark.parametrize("check", GUARDED, ids=[f"{check.model.__name__}.{check.columns[0]}" for check in GUARDED])
def test_a_word_or_number_that_there_is_not_is_named(check, quarter):
    """Whatever has choices or a validator: the database lets in anything that a constraint does not refuse."""
    (column,) = check.columns
    field = check.model._meta.get_field(column)
    row = check.model._base_manager.order_by("pk").last()
    if row is None:
        row = made_of(check.model, quarter)
    with transaction.atomic():
        if is_written(check.model, column, row.pk, nonsense(field)):
            assert [one.number for one in look([check], 5)] == [1]
        else:
            assert f"{check.model.__name__}.{column}" in HELD_BY_A_CONSTRAINT
        transaction.set_rollback(True)


HELD_BY_A_CONSTRAINT = {
    "Attendance.reason",
    "Attendance.status",
    "Correction.outcome",
    "Issue.closed_on",
    "Issue.status",
    "Meeting.kind",
    "Pattern.day_of_month",
    "Pattern.week",
    "Pattern.weekday",
    "QuarterlyReport.status",
}


def nonsense(field):
    """Values that no form would let through."""
    if isinstance(field, models.DateTimeField):
        return [at(date(1066, 10, 14)), at(date(2999, 1, 1))]
    if isinstance(field, models.DateField):
        return [date(22, 5, 9), date(2999, 1, 1)]
    # A word with a Cyrillic letter, which looks like ours.
    return [9999, 0] if isinstance(field, models.IntegerField) else ["Tr\N{CYRILLIC SMALL LETTER A}n"]


def regular(locality, **more):
    """A pattern of regular meetings."""
    return {"locality": locality, "day_of_month": 5, "starts": time(19), **more}


def paper(locality, **more):
    """A document to be passed on."""
    made = {"document": "1-KL/HU", "title": "Lịch họp", "level": "district", "issued_on": date(2022, 1, 1)}
    return {**made, "tier": "hamlet", "locality": locality, **more}


def cell_of(locality):
    return Meeting.objects.filter(kind="cell", locality=locality).first()


def passed_on(office, **more):
    """A document that was passed on at a hamlet, or at another place."""
    [item] = Guidance._base_manager.bulk_create([Guidance(**paper(office.tree.district))])
    add(PassedOn, {"guidance": item, "locality": office.tree.an1, **more})


def made_of(model, office):
    """A row of a model of which the quarter has none."""
    made = {
        Acting: {"cadre": office.chau, "absent": office.binh, **days((1, 1), (1, 31))},
        DecisionLine: {"decision": office.decision, "locality": office.tree.an, "cadre": office.binh},
        Lineage: {"predecessor": office.tree.an1, "successor": office.tree.an2, "effective_on": date(2022, 1, 1)},
        Term: {"name": "2020–2025", **days((1, 1))},
        Limit: {"name": "small_number", "value": 7, **days((1, 1))},
        Handover: {"ended": Assignment.objects.get(cadre=office.binh)},
        Undo: {"made": Assignment.objects.get(cadre=office.binh)},
        Correction: {"attendance": Attendance.objects.first(), "cause": "late", "made_at": at(TODAY)},
        CoverageReview: {"locality": office.tree.an, "day": TODAY},
        Pattern: regular(office.tree.an1, kind="cell"),
        Holiday: {"day": TODAY, "name": "Nghỉ"},
        Reminder: {"cadre": office.binh, "what": "missed", "day": TODAY, "by": user("reminds")},
        SentEntry: {
            "user": user("sends"),
            "key": uuid4(),
            "state": "created",
            "noted_at": at(TODAY),
            "received_at": at(TODAY),
        },
        Guidance: paper(office.tree.district),
        Feedback: {"meeting": cell_of(office.tree.an1), "cadre": office.binh, "text": "Thêm", "given_on": TODAY},
        Erasure: {"table": "x", "row": 1, "field": "x", "reason": "x", "records": 1, "by": user("erases")},
        NightlyRun: {"kind": "backup", "began_at": at(TODAY), "took": timedelta(seconds=1), "succeeded": True},
    }
    if model is PassedOn:
        passed_on(office, day=date(2022, 12, 1))
        return PassedOn.objects.last()
    if model not in made:
        pytest.fail(f"Say how a row of {model.__name__} is made.")
    return model._base_manager.bulk_create([model(**made[model])])[0]


# --- The command ----------------------------------------------------------------------------------------------------


def verify(**options):
    """Run the command: the lines that it prints, and whether its exit status is 0."""
    out = io.StringIO()
    try:
        call_command("verify", stdout=out, **options)
    except CommandError:
        return out.getvalue().splitlines(), False
    return out.getvalue().splitlines(), True


@pytest.fixture
def night(quarter, settings, mailoutbox):
    """A night after a backup, of which the administrators would be told; everything is as before afterwards."""
    settings.ADMINS = [("Quản trị", "admin@cadrenet.example")]
    with time_machine.travel(at(TODAY, 3), tick=False), transaction.atomic():
        backed_up(at(TODAY, 2, 30))
        yield quarter
        transaction.set_rollback(True)


def backed_up(when, **values):
    made = {"kind": "backup", "began_at": when, "took": timedelta(seconds=4), "succeeded": True, **values}
    return NightlyRun.objects.create(**made)


def last_run():
    return NightlyRun.objects.of("verify").values("succeeded", "differences", "repaired").first()


AS_IT_WAS = ["Nothing differs.", "It took 0.0 s."]


def test_where_nothing_differs_the_status_is_0_and_nobody_is_told(night, mailoutbox):
    assert verify() == (AS_IT_WAS, True)
    assert last_run() == {"succeeded": True, "differences": 0, "repaired": None}
    assert mailoutbox == []


def test_a_difference_is_printed_kept_and_told_and_the_status_is_1(night, mailoutbox):
    row = Attendance.objects.get(meeting__day=date(2022, 8, 8))
    Attendance.objects.filter(pk=row.pk).update(held=False)
    said = [
        f"Attendance {row.meeting.code} · P2 · #{row.pk}: held is no and should be yes.",
        "What is derived is put right by: ./run manage verify --repair",
        "1 difference",
    ]

    assert verify() == ([*said, "It took 0.0 s."], False)
    assert last_run() == {"succeeded": False, "differences": 1, "repaired": None}
    assert NightlyRun.objects.of("verify").first().said.splitlines() == said
    [mail] = mailoutbox
    assert (mail.to, mail.body.splitlines()) == (["admin@cadrenet.example"], said)
    assert not Attendance.objects.get(pk=row.pk).held


def test_of_many_differences_of_a_kind_the_first_are_printed_and_the_others_counted(night):
    Attendance.objects.filter(held=True).update(held=False)

    lines, succeeded = verify(show=2)

    assert [line.partition(": ")[2] for line in lines[:2]] == ["held is no and should be yes."] * 2
    more = Attendance.objects.filter(meeting__status="held").count() - 2
    assert lines[2] == f"and {more} more of this kind: attendances (held)"
    assert lines[-2] == f"{more + 2} differences"
    assert not succeeded


def test_a_repair_of_all_that_differed_is_a_success(night, mailoutbox):
    number = Attendance.objects.filter(held=True).update(held=False)

    lines, succeeded = verify(repair=True, show=0)

    assert lines[-3:] == ["After the repair:", *AS_IT_WAS]
    assert succeeded
    assert last_run() == {"succeeded": True, "differences": 0, "repaired": number}
    assert mailoutbox == []


def test_a_repair_leaves_what_was_typed_and_says_that_it_is_still_there(night):
    overlapping_versions(night)
    Attendance.objects.filter(held=True).update(held=False)
    typed = list(LocalityVersion.objects.order_by("pk").values_list())

    lines, succeeded = verify(repair=True)

    after = lines[lines.index("After the repair:") + 1 :]
    assert [line.rpartition(": ")[2] for line in after[:1]] == [
        "Another version of this locality holds on some of these days."
    ]
    assert after[1:] == ["1 difference", "It took 0.0 s."]
    assert not succeeded
    assert list(LocalityVersion.objects.order_by("pk").values_list()) == typed


@pytest.mark.parametrize("repair", [False, True])
def test_a_word_of_which_nothing_follows_is_told_and_no_fault_of_the_program(repair, night):
    ExpectationRule.objects.filter(kind="cell").update(tier="?")

    with pytest.raises(CommandError) as error:
        call_command("verify", repair=repair, stdout=(out := io.StringIO()))

    untold = "Attendances (expected, day, held, place, area): what is right cannot be said before"
    assert untold in (str(error.value) if repair else out.getvalue())


@pytest.mark.parametrize(
    "last, warning",
    [
        ({"when": at(date(2023, 1, 8), 2)}, "The last backup is of 8 Jan 2023, 02:00, more than a day ago."),
        ({"when": at(TODAY, 2), "succeeded": False}, "The database was never backed up."),
        ({"when": at(TODAY, 2), "file": "/gone/cadrenet.dump"},
         "The last backup is no longer where it was written: /gone/cadrenet.dump"),
    ],
)  # fmt: skip
def test_a_backup_that_is_missing_is_told_in_the_night(last, warning, night, mailoutbox):
    NightlyRun.objects.all().delete()
    backed_up(**last)

    lines, succeeded = verify()

    assert lines == ["Nothing differs.", warning, "It took 0.0 s."]
    # It is no difference of what is stored.
    assert succeeded
    assert [mail.body.splitlines() for mail in mailoutbox] == [["Nothing differs.", warning]]


def test_runs_are_kept_for_ninety_days(night):
    old, kept = (backed_up(at(TODAY) - timedelta(days=days)) for days in (91, 89))

    verify()

    assert set(NightlyRun.objects.filter(pk__in=[old.pk, kept.pk])) == {kept}
