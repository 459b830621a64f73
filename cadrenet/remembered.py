"""What several parts of a page ask for is looked up once: remembered while one page is read, and no longer."""

from contextvars import ContextVar
from functools import wraps

_answers = ContextVar("answers", default=None)


class RememberMiddleware:
    """Begins with nothing remembered for each page that is read. What changes something looks everything up anew."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _answers.set({} if request.method in ("GET", "HEAD") else None)
        try:
            return self.get_response(request)
        finally:
            _answers.reset(token)


def remembered(function):
    """Decorate a function whose answer stays the same while a page is read. Its arguments are hashable."""

    @wraps(function)
    def ask(*args):
        answers = _answers.get()
        if answers is None:
            return function(*args)
        key = function, args
        if key not in answers:
            answers[key] = function(*args)
        return answers[key]

    return ask
