"""What was given to the login of a cadre ends with the cadre's service."""

from assignments.models import AccessGrant, Cadre
from cadrenet.periods import ONE_DAY


def end_access(cadre: Cadre) -> None:
    """Let what was given to the login of a cadre who leaves end with the last day in service.

    The login itself opens nothing from the day after (``assignments.backends``); so it lets nobody else in, either.
    """
    if cadre.left_on is None or cadre.user_id is None:
        return
    beyond = AccessGrant.objects.filter(user=cadre.user_id).during(cadre.left_on + ONE_DAY, None)
    for grant in beyond.select_for_update(of=("self",)):
        if grant.first_day and grant.first_day > cadre.left_on:
            grant.delete()
        else:
            grant.last_day = cadre.left_on
            grant.save()
