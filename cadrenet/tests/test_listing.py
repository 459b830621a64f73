"""Columns of the files of a list."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from cadrenet.listing import ChoiceColumn
from meetings.models import Attendance


@pytest.mark.parametrize(
    "code, english, vietnamese", [("absent", "Absent", "Vắng"), ("", "", ""), ("unknown", "unknown", "unknown")]
)
def test_a_choice_is_in_words_of_the_language_of_each_file(code, english, vietnamese):
    column = ChoiceColumn("Status", "status", Attendance.Status.choices)
    row = SimpleNamespace(status=code)

    for _time in range(2):
        for language, expected in (("en", english), ("vi", vietnamese)):
            with translation.override(language):
                assert column.value(row) == expected


def test_a_choice_of_something_that_is_not_there_is_nothing():
    assert ChoiceColumn("Kind", "meeting.kind", [("a", "A")]).value(SimpleNamespace()) is None
