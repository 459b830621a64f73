"""Days that somebody types lie between 1930 and ten years ahead, in every model, form, file and address."""

from datetime import date, datetime

import django_filters
import pytest
import time_machine
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.urls.resolvers import get_resolver
from django.utils import translation

from assignments.tests.cast import OFFICE, at, small_tree, user
from cadrenet.dates import BoundedDateField, BoundedDateTimeField, DayField
from cadrenet.periods import Month, MonthConverter, Quarter, QuarterConverter, check_day, check_quarter, check_year
from cadrenet.tables.values import BadValue, day, moment
from cadrenet.tables.values import quarter as quarter_cell
from cadrenet.tables.values import year as year_cell
from meetings.models import Meeting
from reports.district.tables import TABLES

APPS = ("assignments", "meetings", "reports")
SENTENCE = "The day must lie between 1 Jan 1930 and 31 Dec 2036."
YEARS = "The year must lie between 1930 and 2036."
# Derived from versions and moments, and never typed: an open side is the first or last day that a date can hold.
DERIVED = {
    "assignments.place.first_day",
    "assignments.place.last_day",
    "assignments.place.counts_from",
    "assignments.place.counts_until",
    "assignments.held.first_day",
    "assignments.held.last_day",
    "meetings.meeting.day",
    "meetings.meeting.planned_for",
    "meetings.meeting.rescheduled_at",
    "meetings.calendarfeed.made_at",
    "meetings.reminder.day",
    "meetings.attendance.day",
    "meetings.holiday.confirmed_at",
    "meetings.correction.made_at",
    "meetings.correction.concluded_at",
    "meetings.attendancelink.day",
    "meetings.attendancelink.last_day",
    "meetings.attendancelink.made_at",
    "meetings.attendancelink.revoked_at",
    "meetings.attendancelink.last_used_at",
    "assignments.erasure.at",
    "assignments.receipt.at",
    "assignments.nightlyrun.began_at",
}


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(datetime(2026, 11, 26, 9, tzinfo=OFFICE), tick=False), translation.override("en"):
        yield


def refusal(check, value):
    with pytest.raises((ValidationError, ValueError)) as raised:
        check(value)
    return raised.value.messages[0] if isinstance(raised.value, ValidationError) else str(raised.value)


# --- The bounds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", [date(1930, 1, 1), date(2026, 11, 26), date(2036, 12, 31), at(date(2036, 12, 31), 23)]
)
def test_a_day_within_the_bounds_is_taken(day):
    assert check_day(day) is None


@pytest.mark.parametrize(
    "day",
    [
        date(22, 5, 9),
        date(1929, 12, 31),
        date(2037, 1, 1),
        date.min,
        date.max,
        at(date(2037, 1, 1), 0),
        datetime(1, 1, 1, tzinfo=OFFICE),
        datetime(9999, 12, 31, 23, tzinfo=OFFICE),
    ],
)
def test_a_day_outside_of_the_bounds_is_refused(day):
    assert refusal(check_day, day) == SENTENCE


def test_the_sentence_is_vietnamese_where_the_reader_is():
    with translation.override("vi"):
        assert refusal(check_day, date(22, 5, 9)) == "Ngày phải trong khoảng 01/01/1930 đến 31/12/2036."


def test_ten_years_ahead_moves_with_today():
    with time_machine.travel(datetime(2027, 1, 1, 9, tzinfo=OFFICE), tick=False):
        assert check_day(date(2037, 12, 31)) is None


def test_years_quarters_and_months_have_the_same_bounds():
    assert (check_year(1930), check_year(2036), check_quarter("2036-Q4")) == (None, None, None)
    assert refusal(check_year, 1929) == refusal(check_year, 2037) == YEARS
    assert refusal(check_quarter, "1929-Q4") == refusal(check_quarter, "2037-Q1") == YEARS
    assert refusal(QuarterConverter().to_python, "1929-Q4") == YEARS
    assert refusal(MonthConverter().to_python, "2037-01") == YEARS
    assert QuarterConverter().to_python("2036-Q4") == Quarter(2036, 4)
    assert MonthConverter().to_python("1930-01") == Month(1930, 1)


# --- Everywhere ---------------------------------------------------------------------------------------------


def own_models():
    """All models of the project but those of history, which repeat what was said."""
    return [
        model
        for label in APPS
        for model in apps.get_app_config(label).get_models()
        if not hasattr(model, "history_type")
    ]


def test_every_day_of_every_model_is_bounded():
    unbounded = {
        f"{model._meta.label_lower}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateField) and not isinstance(field, BoundedDateField | BoundedDateTimeField)
    }

    # A login's own days are Django's, and nobody types them.
    assert unbounded == DERIVED | {"assignments.user.last_login", "assignments.user.date_joined"}


def test_every_bounded_day_says_the_sentence_when_its_row_is_cleaned():
    found = 0
    for model in own_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, BoundedDateField | BoundedDateTimeField):
                value = at(date(2037, 1, 1)) if isinstance(field, models.DateTimeField) else date(22, 5, 9)
                assert refusal(lambda value, field=field: field.clean(value, None), value) == SENTENCE, field
                assert refusal(field.formfield().clean, "2037-01-01") == SENTENCE, field
                found += 1
    assert found > 30


def forms_of(base):
    for form in base.__subclasses__():
        if form.__module__.split(".")[0] in (*APPS, "cadrenet"):
            yield form
        yield from forms_of(form)


def test_every_day_of_every_form_is_bounded():
    # Read all addresses first: that imports every form there is.
    get_resolver()._populate()

    asked = 0
    for form in set(forms_of(forms.BaseForm)):
        for name, field in getattr(form, "base_fields", {}).items():
            if isinstance(field, forms.DateField | forms.DateTimeField) and name not in ("last_login", "date_joined"):
                assert refusal(field.clean, "0022-05-09") == SENTENCE, (form, name)
                asked += 1
    assert asked > 15


def test_every_day_of_every_list_is_bounded():
    get_resolver()._populate()
    asked = 0
    for filterset in set(forms_of(django_filters.FilterSet)):
        for name, filter in filterset.base_filters.items():
            if issubclass(filter.field_class, forms.DateField):
                assert issubclass(filter.field_class, DayField), (filterset, name)
                asked += 1
    assert asked >= 3


def test_every_day_of_every_file_is_bounded():
    kinds = {day: "0022-05-09", moment: "0022-05-09T19:00", quarter_cell: "1929-Q4", year_cell: "2037"}
    said = {
        refusal(column.read, kinds[column.read])
        for table in TABLES.values()
        for column in table.columns
        if column.read in kinds
    }
    dated = {
        f"{table.file} {column.name}"
        for table in TABLES.values()
        for column in table.columns
        if column.name.endswith(("_day", "_on", "_at")) or column.name in ("quarter", "year")
    }
    bounded = {
        f"{table.file} {column.name}" for table in TABLES.values() for column in table.columns if column.read in kinds
    }

    assert said == {SENTENCE, YEARS}
    assert dated == bounded
    assert isinstance(pytest.raises(BadValue, day, "1929-12-31").value, BadValue)


ODD = {
    "day": "0022-05-09",
    "first_day": "0022-05-09",
    "last_day": "9999-12-31",
    "decision_on": "0022-05-09",
    "quarter": "1901-Q1",
    "year": "22",
}


def addresses():
    """Every page of ours that is reached by its name alone."""
    found = []
    for namespace in APPS:
        if namespace not in get_resolver().namespace_dict:
            continue
        _prefix, resolver = get_resolver().namespace_dict[namespace]
        for name in sorted(key for key in resolver.reverse_dict if isinstance(key, str)):
            try:
                found.append(reverse(f"{namespace}:{name}"))
            except NoReverseMatch:
                continue
    return found


@pytest.mark.django_db
def test_no_address_breaks_on_a_day_out_of_bounds():
    small_tree()
    client = Client()
    client.force_login(user("boss", is_superuser=True, is_staff=True))

    answers = {url: client.get(url, ODD).status_code for url in addresses()}

    assert len(answers) > 20
    assert {url for url, status in answers.items() if status >= 500} == set()
    assert client.get("/meetings/month/1929-12/").status_code == 404


@pytest.mark.django_db
def test_one_mistyped_meeting_of_old_makes_no_list_of_thousands_of_quarters():
    tree = small_tree()
    for moment_of in (at(date(22, 5, 9)), at(date(2026, 5, 9))):
        Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=moment_of, status="held")
    client = Client()
    client.force_login(user("boss", is_superuser=True))

    pages = {
        url: len(client.get(url).content)
        for url in ("/reports/quarterly/", "/reports/issues/", "/reports/resources/", "/meetings/", "/")
    }

    assert [url for url, size in pages.items() if size > 150_000] == []
    form = client.get("/reports/quarterly/").context["form"]
    assert [value for value, _label in form.fields["quarter"].widget.choices] == ["2026-Q4", "2026-Q3", "2026-Q2"]
