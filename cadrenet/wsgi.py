"""Where a WSGI server finds the application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cadrenet.settings")

application = get_wsgi_application()

from cadrenet.timeouts import limit_pages  # noqa: E402 - settings come first

limit_pages()
