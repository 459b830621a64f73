"""Whether the server can do its work, for whatever watches it."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache

# Seconds after which a database that says nothing counts as down.
PATIENCE = 2


@never_cache
@login_not_required
def health(request):
    """200 when the database answers, 503 when not; open to all, tells nothing else.

    It asks over a connection of its own: that of the pages may be held by what is wrong.
    """
    probe = connection.copy()
    probe.settings_dict["OPTIONS"] |= {"connect_timeout" if probe.vendor == "postgresql" else "timeout": PATIENCE}
    try:
        with probe.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    finally:
        probe.close()
    return JsonResponse({"status": "ok"})
