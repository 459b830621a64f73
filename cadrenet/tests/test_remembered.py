"""What a page asks for several times is looked up once, and nothing outlives the page."""

import pytest
from django.http import HttpResponse

from cadrenet.remembered import RememberMiddleware, remembered


def answered(rf_request, times=2):
    """How often a remembered function is really asked while a request is answered."""
    asked = []

    @remembered
    def ask(what):
        asked.append(what)
        return what

    def view(_request):
        return HttpResponse([ask(what) for _ in range(times) for what in ("a", "b")])

    answer = RememberMiddleware(view)(rf_request)
    ask("a")
    return answer.content, asked


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_asks_once_and_the_next_asks_again(rf, method):
    assert answered(getattr(rf, method)("/")) == (b"abab", ["a", "b", "a"])


def test_writing_remembers_nothing(rf):
    assert answered(rf.post("/")) == (b"abab", ["a", "b", "a", "b", "a"])
