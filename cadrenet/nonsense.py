"""What nobody can have typed, kept out once for all pages."""

import re
from collections.abc import Iterator

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import QueryDict


class NonsenseMiddleware:
    """Lets nothing through that nobody can have typed: the character NUL, and a number that no column holds.

    PostgreSQL stores and compares no NUL, so it is looked for before anything is looked up. In a query or a form it
    is left out, as ``texts`` leaves out what nobody sees; an address or a cookie that holds it is none of ours (400).
    Names of files Django cleans itself. A number that is too large is found out by whatever would compare it (400).
    What stands in a file is looked at by whoever reads it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if any("\0" in text for text in (request.path, *request.COOKIES.keys(), *request.COOKIES.values())):
            raise SuspiciousOperation("A text holds the character NUL.")
        request.GET = without_nul(request.GET)
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method == "POST":
            request.POST = without_nul(request.POST)

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


def without_nul(query: QueryDict) -> QueryDict:
    """A query or a form without the character NUL: itself, where it holds none."""
    if not any("\0" in text for text in texts_of(query)):
        return query
    kept = QueryDict(mutable=True, encoding=query.encoding)
    for name, values in query.lists():
        kept.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
    kept._mutable = False
    return kept
