"""Days that somebody types lie between 1930 and ten years ahead, in every model, form, file and address."""

from datetime import date, datetime, time

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
from cadrenet.dates import (
    BoundedDateField,
    BoundedDateTimeField,
    ClockField,
    DayField,
    MomentField,
    read_clock,
    read_day,
)
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
    "meetings.sententry.noted_at",
    "meetings.sententry.received_at",
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


# --- What people type -----------------------------------------------------------------------------------------

ON = date(2026, 11, 26)


@pytest.mark.parametrize(
    "text, day",
    [
        ("09122026", date(2026, 12, 9)),
        ("9.12.2026", date(2026, 12, 9)),
        ("9/12/2026", date(2026, 12, 9)),
        ("9-12-2026", date(2026, 12, 9)),
        ("9 12 2026", date(2026, 12, 9)),
        (" 9 / 12 / 2026 ", date(2026, 12, 9)),
        ("9/12/26", date(2026, 12, 9)),
        ("2026-12-09", date(2026, 12, 9)),
        ("ngày 9 tháng 12 năm 2026", date(2026, 12, 9)),
        ("Ngay 9 thang 12", date(2026, 12, 9)),
        ("9/12", date(2026, 12, 9)),
        # Five weeks ahead, and not eleven months back.
        ("5/1", date(2027, 1, 5)),
        ("1/6", date(2026, 6, 1)),
        ("hôm nay", ON),
        ("Hôm  nay", ON),
        ("hom nay", ON),
        ("today", ON),
        ("hoy", ON),
        ("hôm qua", date(2026, 11, 25)),
        ("ngày mai", date(2026, 11, 27)),
    ],
)
def test_a_day_is_read_as_people_write_it(text, day):
    assert read_day(text, ON) == day


def test_a_day_without_a_year_lies_in_one_that_has_it():
    assert read_day("29/2", date(2027, 11, 26)) == date(2028, 2, 29)
    assert read_day("31/12", date(2027, 1, 3)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("31/11", "“31/11” does not exist: November 2026 has 30 days. Correct the day."),
        ("29/02/2022", "“29/02/2022” does not exist: February 2022 has 28 days. Correct the day."),
        ("29/2", "“29/2” does not exist: February 2026 has 28 days. Correct the day."),
        ("0/5/2022", "“0/5/2022” does not exist: May 2022 has 31 days. Correct the day."),
        (
            "12/31/2026",
            "“12/31/2026” does not exist: a year has 12 months. Write the day first, then the month.",
        ),
        ("soon", "“soon” is not a day. Write day, month and year, like 26/11/2026."),
        ("2026", "“2026” is not a day. Write day, month and year, like 26/11/2026."),
        ("1/2/3/2026", "“1/2/3/2026” is not a day. Write day, month and year, like 26/11/2026."),
        ("9/12/026", "“9/12/026” is not a day. Write day, month and year, like 26/11/2026."),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_do(text, sentence):
    assert refusal(lambda text: read_day(text, ON), text) == sentence


@pytest.mark.parametrize(
    "text, clock",
    [
        ("14h", time(14)),
        ("14h00", time(14)),
        ("14H", time(14)),
        ("14", time(14)),
        ("1400", time(14)),
        ("930", time(9, 30)),
        ("14:00", time(14)),
        ("14:00:00", time(14)),
        ("14.30", time(14, 30)),
        ("14g30", time(14, 30)),
        ("14h5", time(14, 5)),
        ("14 giờ 30", time(14, 30)),
        ("14 giờ 30 phút", time(14, 30)),
        ("0h", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_is_read_as_people_write_it(text, clock):
    assert read_clock(text) == clock


@pytest.mark.parametrize("text", ["24:00", "14:60", "2400", "evening", "14h30x", "-1", "123456"])
def test_what_is_no_time_is_refused_with_what_to_do(text):
    assert refusal(read_clock, text) == f"“{text}” is not a time. Write hours and minutes, like 14:00 or 14h30."


def test_a_box_shows_what_was_understood_and_fills_in_today():
    class Asked(forms.Form):
        day = DayField(label="Day")
        starts = ClockField(label="From")

    form = Asked({"day": "9/12", "starts": "7h"})

    assert form.errors == {}
    assert form.cleaned_data == {"day": date(2026, 12, 9), "starts": time(7)}
    with translation.override("vi"):
        assert 'value="09/12/2026"' in str(form["day"])
        assert 'value="07:00"' in str(form["starts"])
        assert 'type="button" tabindex="-1" data-today="26/11/2026" hidden>Hôm nay</button>' in str(form["day"])
    assert 'value="soon"' in str(Asked({"day": "soon"})["day"])


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
                typed = (
                    "01/01/2037"
                    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
                    else ["1.1.2037", "0h"]
                )
                assert refusal(field.formfield().clean, typed) == SENTENCE, field
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
            if name in ("last_login", "date_joined"):
                continue
            if isinstance(field, forms.DateField):
                assert (type(field), refusal(field.clean, "0022-05-09")) == (DayField, SENTENCE), (form, name)
                asked += 1
            # In the administration, too, Django's own fields would read only what Django reads.
            wanted = {forms.TimeField: ClockField, forms.SplitDateTimeField: MomentField}
            for kind, ours in wanted.items():
                assert not isinstance(field, kind) or isinstance(field, ours), (form, name)
            assert not isinstance(field, forms.DateTimeField), (form, name)
    assert asked > 15


def test_every_day_of_every_list_is_bounded():
    get_resolver()._populate()
    asked = 0
    for filterset in set(forms_of(django_filters.FilterSet)):
        for name, filter in filterset.base_filters.items():
            if issubclass(filter.field_class, forms.DateField | forms.DateTimeField | forms.TimeField):
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
