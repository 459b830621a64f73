"""Each text whose translation outweighs that of a library is one that the library says, word for word."""

import gettext
from pathlib import Path

import allauth
import django
import pytest
from django.conf import settings
from django.utils import translation

LANGUAGES = ["vi", "es"]


def texts(path):
    """The texts of a compiled catalogue; of those with a plural, the singular."""
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    return {key[0] if isinstance(key, tuple) else key for key in catalogue if key}


def outweighed(language):
    return texts(Path(settings.LOCALE_PATHS[1], language, "LC_MESSAGES", "django.mo"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_is_outweighed_is_one_that_a_library_says(language):
    # As their Spanish catalogues know it: those lack nothing.
    said = set()
    for library in (django, allauth):
        for path in Path(library.__file__).parent.glob("**/locale/es/LC_MESSAGES/django.mo"):
            said |= texts(path)

    assert outweighed(language) - said == set()


def test_both_languages_outweigh_the_same_texts():
    assert outweighed("vi") == outweighed("es")


def test_they_outweigh_what_the_library_says():
    with translation.override("vi"):
        assert translation.gettext("This field is required.") == "Mục này bắt buộc."
