"""What this site does otherwise than the sign-in library: whom it lets in, and what it says."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import get_user_model
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from cadrenet.periods import today

log = logging.getLogger("cadrenet.sign_in")


class AccountAdapter(DefaultAccountAdapter):
    """Logins are given out by the office's administrator; nobody signs up."""

    # The library has no Vietnamese: what it says is said here, and what to do with it.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "The login or the password is not right. Check both; capital letters matter in the password."
        ),
        "too_many_login_attempts": _(
            "Too many failed attempts. Wait ten minutes, or ask your office's administrator for a new password."
        ),
        "enter_current_password": _("Type your current password."),
        "incorrect_password": _("The password is not right."),
        "same_password": _("This is the password that you have now. Choose another one."),
    }

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        # The library lets in whoever has the right password, and asks for nothing but is_active.
        if not user.serves_on(today()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def validation_error(self, code, *args):
        if code == "too_many_login_attempts":
            log.warning("locked", extra={"address": self.get_client_ip(self.request)})
        return super().validation_error(code, *args)

    def authentication_failed(self, request, **credentials):
        """Say whose sign-in failed. What was typed is not said: it may be a password in the wrong field."""
        found = get_user_model().objects.filter(username=credentials.get("username")).values_list("pk", flat=True)
        log.warning("sign-in failed", extra={"login": found.first(), "address": self.get_client_ip(request)})

    def clean_password(self, password, user=None):
        """Refuse a weak password, and for a login that is there the one it has."""
        password = super().clean_password(password, user)
        if user and user.pk and user.check_password(password):
            raise self.validation_error("same_password")
        return password

    def set_password(self, user, password):
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request):
        return "/"


class MFAAdapter(DefaultMFAAdapter):
    """The second step: an app that shows codes, a key of the phone or computer, or a code from a list on paper."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code is not right. Take the one that the app shows now; is the clock of the phone right?"
        ),
    }

    def build_totp_svg(self, url):
        # It stands in the page itself: a picture from a data: address would need a weaker content policy.
        drawing = super().build_totp_svg(url)
        return mark_safe(drawing[drawing.index("<svg") :])  # noqa: S308 - made of squares by the library
