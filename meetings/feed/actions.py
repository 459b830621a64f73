"""Links to somebody's calendar: made, changed for a new one, and revoked."""

import logging
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from assignments.models import User
from cadrenet.history import sign_change
from meetings.models import CalendarFeed
from meetings.models.feed import digest_of

log = logging.getLogger("cadrenet.rights")
# Nobody guesses this; and as many letters as a person may still copy.
TOKEN_BYTES = 32


@transaction.atomic
def make_feed(user: User) -> str:
    """Give a login a link to its calendar and return its token, which is known to nobody afterwards.

    The link before, if there was one, opens nothing from now on.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    # Of two at once the second waits here, and its link holds.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    feed = CalendarFeed.objects.filter(user=user).first() or CalendarFeed(user=user)
    feed.token_digest, feed.made_at = digest_of(token), timezone.now()
    feed.language = get_language() or ""
    sign_change(feed, by=user)
    feed.save()
    log.info("calendar link made", extra={"login": user.pk})
    return token


@transaction.atomic
def revoke_feed(user: User) -> bool:
    """Let the link to a login's calendar open nothing any more; return whether there was one."""
    feed = CalendarFeed.objects.select_for_update().filter(user=user).first()
    if feed is None:
        return False
    sign_change(feed, by=user)
    feed.delete()
    log.info("calendar link revoked", extra={"login": user.pk})
    return True
