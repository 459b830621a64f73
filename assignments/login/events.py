"""What of sign-ins and rights is written down: who came in, who did not, and who may do more than before.

Logins by number, and never what was typed. The history of a row tells the same to whoever sees it; this tells it to
whoever keeps the server, also when somebody with all rights has changed the rows.
"""

import logging

from allauth.mfa.signals import authentication_failed
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from assignments.models import AccessGrant, User
from cadrenet import logs

sign_in = logging.getLogger("cadrenet.sign_in")
rights = logging.getLogger("cadrenet.rights")


@receiver(user_logged_in)
def signed_in(user, **kwargs):
    logs.add(user=user.pk)
    sign_in.info("signed in")


@receiver(user_logged_out)
def signed_out(user, **kwargs):
    sign_in.info("signed out", extra={"login": user and user.pk})


@receiver(authentication_failed)
def second_step_failed(user, **kwargs):
    sign_in.warning("second step failed", extra={"login": user.pk})


@receiver(post_save, sender=User)
def login_saved(instance, created, update_fields, raw, **kwargs):
    # That somebody was here is written into the row as well, and is no change.
    if raw or (update_fields and set(update_fields) == {"last_login"}):
        return
    said = {
        "login": instance.pk,
        "active": instance.is_active,
        "staff": instance.is_staff,
        "superuser": instance.is_superuser,
        "password_set": instance._password is not None,
    }
    rights.info("login added" if created else "login changed", extra=said)


@receiver(post_delete, sender=User)
def login_deleted(instance, **kwargs):
    rights.info("login deleted", extra={"login": instance.pk})


@receiver(post_save, sender=AccessGrant)
@receiver(post_delete, sender=AccessGrant)
def grant_changed(instance, created=None, raw=False, **kwargs):
    if raw:
        return
    what = {None: "deleted", True: "added", False: "changed"}[created]
    said = {name: getattr(instance, name) for name in ("locality_id", "agency_id", "first_day", "last_day")}
    rights.info(
        "grant %s", what, extra={"grant": instance.pk, "login": instance.user_id, "may": instance.level, **said}
    )


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
@receiver(m2m_changed, sender=Group.permissions.through)
def permissions_changed(sender, instance, action, pk_set, **kwargs):
    if action.startswith("post_"):
        # A group may get all that there are at once.
        which = {"number": len(pk_set or []), "which": sorted(pk_set or [])[:20]}
        said = {"of": instance._meta.model_name, "row": instance.pk, "what": sender.__name__, **which}
        rights.info("permissions %s", action.removeprefix("post_"), extra=said)
