"""Each text that is borrowed from a library is one that the library says, word for word."""

import gettext
from pathlib import Path

import allauth
import django
import pytest

from cadrenet.third_party_messages import BORROWED


@pytest.fixture(scope="module")
def said():
    """Everything that the libraries can say, as their Spanish catalogues know it: those lack nothing."""
    texts = set()
    for library in (django, allauth):
        for path in Path(library.__file__).parent.glob("**/locale/es/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
            texts |= {key[0] if isinstance(key, tuple) else key for key in catalogue}
    return texts


@pytest.mark.parametrize("text", BORROWED)
def test_a_borrowed_text_is_one_that_a_library_says(text, said):
    assert (text[0] if isinstance(text, tuple) else text) in said
