"""What each request is accompanied by: its line in the log, headers that keep it private, its language and text."""

import logging
import secrets
import time

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.log import log_response

from cadrenet import logs
from cadrenet.errors import is_away, unavailable
from cadrenet.vietnamese import cleaned

log = logging.getLogger("cadrenet.requests")


class RequestMiddleware:
    """Writes one line for each request, and answers for a database that does not."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        logs.begin(id=secrets.token_hex(6))
        queries = _Counter()
        started = time.perf_counter()
        with connection.execute_wrapper(queries):
            response = self.get_response(request)
        said = {"method": request.method, "route": logs.route_of(request), "status": response.status_code}
        log.info(
            "request", extra={**said, "ms": round(1000 * (time.perf_counter() - started)), "queries": queries.number}
        )
        return response

    def process_exception(self, request, error):
        if not is_away(error):
            return None
        response = unavailable()
        said = {"response": response, "request": request, "exception": error}
        log_response("%s: %s", response.reason_phrase, request.path, **said)
        return response


class _Counter:
    def __init__(self):
        self.number = 0

    def __call__(self, execute, *args):
        self.number += 1
        return execute(*args)


class PrivacyMiddleware:
    """Keeps pages out of every cache, also that of a shared computer's browser, and tells what no page here uses.

    What is for one program of one person may be kept by that program alone, if the view says so (``may_be_kept``).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        kept = {"no_cache": True} if getattr(response, "may_be_kept", False) else {"no_store": True}
        patch_cache_control(response, private=True, **kept)
        response.headers["Permissions-Policy"] = settings.PERMISSIONS_POLICY
        return response


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


class QueryTextMiddleware:
    """Hands on what an address asks for as it was meant: text that was pasted into it brings along what nobody sees.

    Only what comes after the question mark; passwords and files do not.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        asked = {name: list(map(cleaned, values)) for name, values in request.GET.lists()}
        if asked != dict(request.GET.lists()):
            query = request.GET.copy()
            for name, values in asked.items():
                query.setlist(name, values)
            query._mutable = False
            request.GET = query
        return self.get_response(request)


def _chosen(language):
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
