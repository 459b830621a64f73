"""An address that is worked out once is the one that Django gives."""

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from cadrenet.addresses import address_of


@pytest.fixture
def below():
    """The site below another address of its server."""
    set_script_prefix("/office/")
    yield
    set_script_prefix("/")


@pytest.mark.parametrize("name", ["home", "meetings:meetings", "assignments:board"])
def test_a_page_without_a_key(name):
    assert address_of(name) == address_of(name) == reverse(name)


@pytest.mark.parametrize("name", ["meetings:meeting", "meetings:meeting_record", "reports:locality", "reports:cadre"])
@pytest.mark.parametrize("key", [1, 2**40])
def test_the_page_of_a_row(name, key):
    assert address_of(name, key) == reverse(name, args=[key])


def test_below_another_address(below):
    assert address_of("reports:locality", 3) == "/office/localities/3/"
    assert address_of("home") == "/office/"


def test_what_is_no_page_is_an_error():
    with pytest.raises(NoReverseMatch):
        address_of("meetings:nothing")
    with pytest.raises(NoReverseMatch):
        address_of("meetings:meetings", 3)
    with pytest.raises(TypeError):
        address_of("meetings:meeting", [3])
