import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from cadrenet.middleware import LanguageMiddleware


def answer(cookie=None, response=None, **headers):
    """The response, and the language in which the page was made."""
    request = RequestFactory(headers=headers).get("/")
    if cookie is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    made = []

    def page(request):
        made.append((translation.get_language(), request.LANGUAGE_CODE))
        return response or HttpResponse()

    with translation.override("es"):
        return LanguageMiddleware(page)(request), made


def test_a_page_is_vietnamese_until_its_reader_chooses():
    response, made = answer()

    assert made == [("vi", "vi")]
    assert response["Content-Language"] == "vi"
    assert response["Vary"] == "Cookie"


def test_an_english_phone_starts_in_vietnamese():
    response, made = answer(accept_language="en-GB,en;q=0.9")

    assert made == [("vi", "vi")]
    assert response["Vary"] == "Cookie"


@pytest.mark.parametrize("language", ["vi", "en", "es"])
def test_the_chosen_language_is_kept(language):
    response, made = answer(cookie=language, accept_language="fr")

    assert made == [(language, language)]
    assert response["Content-Language"] == language


@pytest.mark.parametrize("cookie", ["", "fr", "en-GB", "../en", "vi" * 5000, "VI"])
def test_what_is_no_language_of_ours_is_vietnamese(cookie):
    assert answer(cookie=cookie)[1] == [("vi", "vi")]


def test_headers_that_a_page_set_stay():
    response, _made = answer(response=HttpResponse(headers={"Vary": "HX-Request", "Content-Language": "en"}))

    assert response["Vary"] == "HX-Request, Cookie"
    assert response["Content-Language"] == "en"
