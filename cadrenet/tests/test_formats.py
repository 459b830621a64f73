from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import get_format

LANGUAGES = ["vi", "en", "es"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", ["05/06/2022", "5/6/2022", "05-06-2022", "5.6.2022", "05/06/22", "2022-06-05"])
def test_a_typed_date_has_its_day_first(language, typed):
    with translation.override(language):
        assert forms.DateField().clean(typed) == date(2022, 6, 5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_typed_date_with_the_month_first_is_refused(language):
    with translation.override(language), pytest.raises(ValidationError):
        forms.DateField().clean("06/22/2022")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", ["09/12/2022 19:00", "09/12/2022, 19:00", "2022-12-09T19:00", "2022-12-09 19:00"])
def test_a_typed_moment_is_office_time(language, typed):
    with translation.override(language):
        assert forms.DateTimeField().clean(typed) == datetime(2022, 12, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_weeks_begin_on_monday(language):
    assert get_format("FIRST_DAY_OF_WEEK", language) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_shows_a_date_in_a_form_it_reads_back(language):
    with translation.override(language):
        shown = forms.DateInput().format_value(date(2022, 6, 5))

        assert shown == "05/06/2022"
        assert forms.DateField().clean(shown) == date(2022, 6, 5)
