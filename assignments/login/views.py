"""Signing in and out: nothing that somebody typed is lost when his session was over, and nothing stays on a phone."""

import json
from uuid import uuid4

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from cadrenet.receipts import KEY, typed

# Where the sign-in carries what was typed before it: in a field of its form, and then for a moment in the session.
TYPED = "typed"
MOST_FIELDS, MOST_TEXT = 300, 60_000


def sign_in_with(request: HttpRequest) -> HttpResponse | None:
    """Answer a form that somebody sent after his session was over with the sign-in, which carries what he typed.

    None where nothing was typed, or where it is nothing to be carried: a file, a password, too much. It is never
    executed: after the sign-in it is shown, and sent on purpose.
    """
    if request.method != "POST" or request.htmx or request.FILES or request.path.startswith("/account/"):  # type: ignore[attr-defined]
        return None
    fields = typed(request)
    text = json.dumps({"url": request.get_full_path(), "fields": fields})
    if not any(value for _name, value in fields) or len(fields) > MOST_FIELDS or len(text) > MOST_TEXT:
        return None
    if any("password" in name for name, _value in fields):
        return None
    form = LoginForm(request=request)
    return render(request, "account/login.html", {"form": form, "typed": text}, status=401)


def read_typed(text: str) -> dict | None:
    """Return {url, fields} of what a sign-in carried, or None: it comes from a form, and so from anybody."""
    try:
        said = json.loads(text) if len(text) <= 2 * MOST_TEXT else None
        url, fields = str(said["url"]), [(str(name), str(value)) for name, value in said["fields"]]
    except (KeyError, TypeError, ValueError):
        return None
    inside = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return {"url": url, "fields": fields} if inside and len(fields) <= MOST_FIELDS else None


class SignInView(LoginView):
    """The library's, which also carries what was typed into another form."""

    def form_valid(self, form):
        if kept := read_typed(self.request.POST.get(TYPED, "")):
            self.request.session[TYPED] = kept
        return super().form_valid(form)

    def get_success_url(self):
        return reverse("account_typed") if TYPED in self.request.session else super().get_success_url()

    def get_context_data(self, **kwargs):
        return super().get_context_data(typed=self.request.POST.get(TYPED, ""), **kwargs)


class SignOutView(LogoutView):
    """The library's, after which a browser forgets what it kept of this site."""

    def post(self, *args, **kwargs):
        # Not for somebody who is not signed in: another site could empty his phone with it.
        known = self.request.user.is_authenticated
        response = super().post(*args, **kwargs)
        if known:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class TypedView(View):
    """What was typed before the sign-in, shown once: whoever typed it looks at it, and sends it on purpose."""

    http_method_names = ["get"]

    def get(self, request):
        kept = request.session.pop(TYPED, None)
        if not kept:
            return redirect("home")
        fields = [tuple(field) for field in kept["fields"]]
        context = {
            "form_url": kept["url"],
            "typed": fields,
            # What a form carried beside is no text that anybody typed.
            "texts": [value for name, value in fields if value and name not in ("opened", "was", "were")],
            "key_name": KEY,
            "key": uuid4(),
        }
        return render(request, "account/typed.html", context)
