"""How people sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _

from cadrenet.periods import today


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
    }

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        # The library lets in whoever has the right password, and asks for nothing but is_active.
        if not user.serves_on(today()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)
