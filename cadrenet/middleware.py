"""The language of a page."""

from django.conf import settings
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
