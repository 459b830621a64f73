"""How people sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.utils.translation import gettext_lazy as _

from assignments.models import User
from cadrenet.periods import today


class ServingBackend(AuthenticationBackend):
    """Lets in whoever serves: from the day after the last in service a login opens nothing, nor does its session."""

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and user.serves_on(today())

    def get_user(self, user_id):
        # Asked on every page, so with the cadre in the same query.
        user = User.objects.select_related("cadre").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


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
