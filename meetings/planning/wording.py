"""What was planned, or would be, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.templatetags.figures import count


def planned_in_words(planned):
    """What planning has done, in one sentence after the other; what it has not is left out."""
    parts = [
        (ngettext("%(number)s meeting planned.", "%(number)s meetings planned.", planned.new), planned.new),
        (ngettext("%(number)s meeting changed.", "%(number)s meetings changed.", planned.changed), planned.changed),
        (ngettext("%(number)s meeting removed.", "%(number)s meetings removed.", planned.gone), planned.gone),
        (
            ngettext(
                "%(number)s month left as it is: there is a meeting by hand.",
                "%(number)s months left as they are: there are meetings by hand.",
                planned.kept,
            ),
            planned.kept,
        ),
    ]
    told = [sentence % {"number": count(number)} for sentence, number in parts if number]
    return " ".join(told) or _("Nothing is new: everything is planned already.")
