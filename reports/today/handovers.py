"""What somebody has still to hand over or to take over."""

from django.utils.translation import gettext as _

from assignments.models import Handover
from cadrenet.templatetags import figures as written
from reports.today.queries import own_open


def tasks(cadre):
    """What a cadre has to hand over or to take over, for ``components/card_list.html``. Mostly nothing, which
    one query tells; the names are asked for only where there is something.
    """
    waiting = own_open(cadre)
    handovers = Handover.objects.filter(pk__in=waiting).with_people() if waiting else []
    for handover in sorted(handovers, key=lambda row: (row.ended.last_day, row.pk)):
        where = handover.ended.locality.place
        place = where.name if where else handover.ended.locality.code
        gives = handover.ended.cadre_id == cadre
        if not gives:
            text = _("Take over %(place)s from %(name)s") % {"place": place, "name": handover.ended.cadre.full_name}
        elif handover.successor:
            name = handover.successor.cadre.full_name
            text = _("Hand over %(place)s to %(name)s") % {"place": place, "name": name}
        else:
            text = _("Hand over %(place)s") % {"place": place}
        yield {
            "status": "handover",
            "text": text,
            "detail": _("Last day %(day)s") % {"day": written.day(handover.ended.last_day)},
            "action_url": handover.get_absolute_url(),
            "action": _("Open the sheet"),
        }
