"""What is asked of somebody who is signed in, before a page is made: a password of his own, a second step, a session
that still holds."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from assignments.login import two_steps
from assignments.login.views import sign_in_with
from cadrenet import logs

SINCE, SEEN = "signed_in_at", "last_seen"
# Of a session that is used all the time, the moment is written down once a minute.
FRESH = 60
# Where somebody comes back to who was led to the second step.
BACK = "two_steps_back"


@receiver(user_logged_in)
def begin(request, **kwargs):
    request.session[SINCE] = request.session[SEEN] = time.time()


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks for a login, as Django's own, and then leads there and back; never where there is no way on.

    All of ``account/`` stays open, so that nobody is locked out. Of addresses that ask for no login nothing is asked,
    not even who is signed in: whoever comes with a link of its own need not be signed in twice.
    """

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True):
            return None
        if is_asked_by_script(view):
            # A script follows no way to a page, and would take the sign-in for an answer.
            return JsonResponse({"user": None}, status=401) if self.first(request, view, args, kwargs) else None
        return self.first(request, view, args, kwargs)

    def first(self, request, view, args, kwargs):
        """The answer that comes before a page; None where nothing does."""
        user = request.user
        staff = user.is_staff or user.is_superuser
        if staff and ended(request.session):
            logout(request)
            messages.info(request, _("You were signed out because some time has passed. Sign in again to go on."))
        if not request.user.is_authenticated:
            return sign_in_with(request) or super().process_view(request, view, args, kwargs)
        logs.add(user=user.pk)
        route = request.resolver_match.route
        if route.startswith("account/"):
            # Whoever knows only the password could set up another step here, and show that.
            if not route.startswith("account/two-steps/") or "authenticate" in route or two_steps.shown(request):
                return None
            way = two_steps.where_to_show(user)
            return send(request, way) if way != reverse("mfa_index") else None
        if user.must_change_password:
            return send(request, reverse("account_change_password"))
        if two_steps.asked_of(user) and not two_steps.shown(request):
            if not is_asked_by_script(view):
                request.session[BACK] = back_of(request)
            return send(request, two_steps.where_to_show(user))
        return None


def is_asked_by_script(view) -> bool:
    """Whether a view answers a script, which asks by itself and is no page to come back to."""
    return getattr(getattr(view, "view_class", None), "answers_script", False)


def ended(session) -> bool:
    """Whether a session of somebody with staff rights is over; if not, note that it is used."""
    now = time.time()
    since = session.setdefault(SINCE, now)
    idle = now - session.setdefault(SEEN, now)
    if now - since >= settings.STAFF_SESSION_AGE or idle >= settings.STAFF_SESSION_IDLE:
        return True
    if idle >= FRESH:
        session[SEEN] = now
    return False


def back_of(request) -> str:
    """The page on which somebody goes on afterwards; where something was sent, it is lost."""
    if request.htmx:
        return request.htmx.current_url_abs_path or "/"
    return request.get_full_path() if request.method in ("GET", "HEAD") else "/"


def send(request, url: str):
    """Lead somewhere first; what was asked for comes afterwards."""
    url = f"{url}?{urlencode({REDIRECT_FIELD_NAME: back_of(request)})}"
    # Of a part of a page the whole page goes there.
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
