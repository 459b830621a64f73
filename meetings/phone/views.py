"""What a phone asks for: who is signed in, its owner's meetings, and what becomes of what it sends."""

import json
from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView, View

from cadrenet.periods import today
from meetings.models import Attendance
from meetings.phone.kept import own_meetings
from meetings.phone.receiving import receive
from meetings.phone.shell import SHELL, worker_script

AT_ONCE = 50
LARGEST = 200_000


class ForScript:
    """Asked by a script: who is not signed in is answered with 401 and JSON, where a page leads to the sign-in."""

    answers_script = True


class StateView(ForScript, View):
    """Who is signed in, and a fresh token: asked before anything is sent."""

    http_method_names = ["get"]

    def get(self, request):
        return JsonResponse({"user": request.user.pk, "token": get_token(request), "now": timezone.now().isoformat()})


class MeetingsView(ForScript, View):
    """The own next meetings, to be kept on the phone."""

    http_method_names = ["get"]

    def get(self, request):
        now = timezone.localtime()
        return JsonResponse(
            {"user": request.user.pk, "at": now.isoformat(), "meetings": own_meetings(request.user, today())}
        )


class EntriesView(ForScript, View):
    """Entries that a phone held, the oldest first; each is answered by itself."""

    http_method_names = ["post"]

    def post(self, request):
        sent = None
        # The body of a form was read before, and is no JSON.
        if request.content_type == "application/json":
            with suppress(ValueError):
                sent = json.loads(request.body) if len(request.body) <= LARGEST else None
        entries = sent.get("entries") if isinstance(sent, dict) else None
        if not isinstance(entries, list) or len(entries) > AT_ONCE:
            return JsonResponse({"error": "entries"}, status=400)
        answers = []
        for entry in entries:
            answer = receive(entry, by=request.user, on=today(), at=timezone.now())
            key = entry.get("key") if isinstance(entry, dict) else None
            answers.append(answer.as_json(str(key or "")))
        return JsonResponse({"answers": answers})


@method_decorator(login_not_required, name="dispatch")
class ShellView(TemplateView):
    """The page that opens without a network. The server draws nobody's name into it: the phone does, from its own."""

    template_name = SHELL

    def setup(self, request, *args, **kwargs):
        request.user = AnonymousUser()
        super().setup(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        reasons = [choice for choice in Attendance.Reason.choices if choice[0] != Attendance.Reason.EXTREME_URGENCY]
        return super().get_context_data(title=_("On this phone"), reasons=reasons, **kwargs)


@require_safe
@login_not_required
def worker(request):
    """The worker, at an address that never changes."""
    return HttpResponse(worker_script(), content_type="text/javascript; charset=utf-8")


@require_safe
@login_not_required
def manifest(request):
    """What makes the site installable."""
    icons = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    said = {
        "name": "cadrenet",
        "short_name": "cadrenet",
        "id": "/",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#0c2e39",
        "theme_color": "#0c2e39",
        "icons": [*icons, {"src": static("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(said, content_type="application/manifest+json")
