"""Whether a session has shown a second step at sign-in: kept in the session, so that no page asks the database.

What a login *could* show says nothing about a session: one that was opened before its owner set up the second step,
or by whoever knows the password alone, has shown none.
"""

import logging

from allauth.account.adapter import get_adapter
from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.internal.flows.trust import is_trusted_browser
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cadrenet.history import sign_change

log = logging.getLogger("cadrenet.rights")

KINDS = {
    Authenticator.Type.TOTP: _("app with codes"),
    Authenticator.Type.WEBAUTHN: _("key"),
    Authenticator.Type.RECOVERY_CODES: _("codes on paper"),
}
# Holds the login that showed it: a session may pass from one to the next.
SHOWN = "two_steps_shown_by"


@receiver(authentication_step_completed)
def step_completed(request, method, user, **kwargs):
    if method == "mfa":
        request.session[SHOWN] = user.pk


@receiver(post_save, sender=Authenticator)
def set_up(instance, created, **kwargs):
    """Whoever sets up a step has just shown it; the list on paper comes by itself."""
    request = context.request
    by_hand = created and instance.type != Authenticator.Type.RECOVERY_CODES
    if by_hand and request and request.user.pk == instance.user_id:
        request.session[SHOWN] = instance.user_id


def asked_of(user) -> bool:
    """Whether a login must show a second step."""
    return settings.TWO_STEPS_REQUIRED and (user.is_staff or user.is_superuser)


def shown(request) -> bool:
    """Whether this session has shown it, or runs in a browser that its owner said to trust."""
    if request.session.get(SHOWN) == request.user.pk:
        return True
    if is_trusted_browser(request, request.user):
        request.session[SHOWN] = request.user.pk
        return True
    return False


def where_to_show(user) -> str:
    """The address where a login shows its second step; where it has none yet, that where one is set up."""
    methods = [way for way in get_adapter().get_reauthentication_methods(user) if way["id"].startswith("mfa")]
    return methods[0]["url"] if methods else reverse("mfa_index")


def own_key(view):
    """Find nobody else's key, before the library asks for a password."""

    def found(request, pk):
        get_object_or_404(Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN)
        return view(request, pk=pk)

    return found


def ways_of(user) -> list[str]:
    """What a login can show, in words."""
    return [str(KINDS[kind]) for kind in Authenticator.objects.filter(user=user).values_list("type", flat=True)]


@transaction.atomic
def take_away(user) -> None:
    """Take away all that a login can show, because its phone is lost; the history of the login says so."""
    Authenticator.objects.filter(user=user).delete()
    sign_change(user, why=gettext("Second step taken away"))
    user.save()
    log.warning("second step taken away", extra={"login": user.pk})
