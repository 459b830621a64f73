"""Whom a login lets in, asked when somebody signs in and on every page after that."""

from allauth.account.auth_backends import AuthenticationBackend

from assignments.models import User
from cadrenet.periods import today


class ServingBackend(AuthenticationBackend):
    """Lets in whoever serves: from the day after the last in service a login opens nothing, nor does its session."""

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and user.serves_on(today())

    def get_user(self, user_id):
        # Asked on every page, so with the cadre in the same query.
        try:
            user = User.objects.select_related("cadre").get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
