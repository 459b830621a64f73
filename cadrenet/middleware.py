"""The language of a page, and what nobody can have typed."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.utils import translation
from django.utils.cache import patch_vary_headers


class LanguageMiddleware:
    """Answers in the language that the reader chose on a page, in Vietnamese until then.

    Django's own asks the browser too. Most phones here are set up in whatever language they came with, and
    their owners read Vietnamese.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = _chosen(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])
        response.headers.setdefault("Content-Language", language)
        return response


def _chosen(language):
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class NonsenseMiddleware:
    """Answers with 400 what nobody can have typed: the character NUL, and a number that no column holds.

    PostgreSQL stores and compares no NUL, so it is looked for before anything is looked up: in the address and its
    query, in cookies, and in what a form sends; names of files Django cleans itself. A number that is too large is
    found out by whatever would compare it. What stands in a file is looked at by whoever reads it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        refuse_nul([request.path, *texts_of(request.GET), *request.COOKIES.keys(), *request.COOKIES.values()])
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method == "POST":
            refuse_nul(texts_of(request.POST))

    def process_exception(self, request, error):
        if isinstance(error, (OverflowError, DataError)) and any(
            TOO_LARGE.search(text) for text in (request.path, *texts_of(request.GET), *texts_of(request.POST))
        ):
            raise SuspiciousOperation("A number is too large.") from error


# No key and no year has so many digits, and neither has a count that somebody types.
TOO_LARGE = re.compile(r"[0-9]{10}")


def texts_of(query) -> Iterator[str]:
    """Yield every name and every value of a query or a form."""
    for name, values in query.lists():
        yield name
        yield from values


def refuse_nul(texts) -> None:
    """Raise ``SuspiciousOperation`` where one of some texts holds NUL."""
    if any("\0" in text for text in texts):
        raise SuspiciousOperation("A text holds the character NUL.")
