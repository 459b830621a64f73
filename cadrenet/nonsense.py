"""What nobody can have typed, refused once for all pages."""

import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import QueryDict


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


def texts_of(query: QueryDict) -> Iterator[str]:
    """Yield every name and every value of a query or a form."""
    for name, values in query.lists():
        yield name
        yield from values


def refuse_nul(texts: Iterable[str]) -> None:
    """Raise ``SuspiciousOperation`` where one of some texts holds NUL."""
    if any("\0" in text for text in texts):
        raise SuspiciousOperation("A text holds the character NUL.")
