"""Where a WSGI server finds the application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cadrenet.settings")

respond = get_wsgi_application()

from cadrenet.timeouts import limit_pages  # noqa: E402 - settings come first

limit_pages()


def application(environ, start_response):
    """Answer a request, with room for the frames of all that is called meanwhile."""
    return respond(environ, start_response)


# Python keeps the frames of running functions in pieces of 16 KiB, and up to the releases of spring 2026 maps
# and unmaps a piece at each call that crosses its end: a template whose innermost calls lie there takes half as long
# again (https://github.com/python/cpython/issues/142183). A frame that asks for so many values gets 256 KiB, in
# which the frames of a page fit behind it.
application.__code__ = application.__code__.replace(co_stacksize=16_000)
