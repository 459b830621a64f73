"""Which corrections somebody concludes, what is said about them, and what the form about one sends along."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Tier
from assignments.scope import reach_of
from cadrenet.editing import seal, state_of
from meetings.entries import in_words, said_of
from meetings.models import Attendance, Correction

# What the answer is about, and what its page was opened with.
STATE = ("status", "reason", "note")
ANSWERS = {"accepted": True, "declined": False}


def heads_a_group(user):
    """Whether a user may be asked as somebody of a regional group. No query."""
    return any(tier == Tier.REGIONAL_GROUP for tier, _id in reach_of(user).assigned)


def concludes_something(user):
    """Whether a user may be asked at all: as somebody of a regional group, or as who decides somewhere. No query."""
    reach = reach_of(user)
    return reach.everything or bool(reach.decides) or heads_a_group(user)


def corrections_asked_of(user):
    """The corrections that wait for a user to conclude them."""
    return Correction.objects.open().concluded_by(user)


def with_names(corrections):
    """Bring along whose attendance it is, of which meeting, and who said it."""
    related = ["attendance__cadre", "attendance__meeting__place", "attendance__meeting__agency", "made_by"]
    return corrections.select_related(*related)


def own_correction(row):
    """What somebody has said of himself that stands beside what is recorded; None where nothing does."""
    return Correction.objects.open().filter(Q(made_by=None) | Q(made_by__cadre=row.cadre_id), attendance=row).first()


def kept_beside(corrections):
    """Sentences for whoever has just said something that stands beside what is recorded."""
    late = sum(correction.cause == Correction.Cause.LATE for correction in corrections)
    differing = len(corrections) - late
    if late:
        yield ngettext(
            "%(number)s entry came after the time and is kept as a correction until it is concluded.",
            "%(number)s entries came after the time and are kept as corrections until they are concluded.",
            late,
        ) % {"number": late}
    if differing:
        yield ngettext(
            "%(number)s entry differs from another’s. Both are kept; the head of the regional group concludes.",
            "%(number)s entries differ from another’s. Both are kept; the head of the regional group concludes.",
            differing,
        ) % {"number": differing}


def corrections_beside(rows, recordable, user):
    """What stands beside the rows of a page, as far as its reader may know: (``CorrectionForm``, his to conclude).

    ``recordable`` are ids of the cadres whose attendance the reader records. One query where nothing does.
    """
    keys = [row.pk for row in rows]
    found = list(with_names(Correction.objects.open().filter(attendance__in=keys)).order_by("made_at", "pk"))
    if not found:
        return []
    asked = set(corrections_asked_of(user).filter(attendance__in=keys).values_list("pk", flat=True))
    told = [row for row in found if row.pk in asked or row.attendance.cadre_id in recordable]
    return [(form, form.correction.pk in asked) for form in forms_of(told, user)]


def forms_of(corrections, user):
    """The forms about some corrections, each with the words of the absence where the user may read them."""
    corrections = list(corrections)
    noted = [row.attendance_id for row in corrections if row.note or row.attendance.note]
    read = set()
    if noted:
        rows = Attendance.objects.filter(pk__in=noted).words_read_by(user).order_by()
        read = set(rows.values_list("pk", flat=True))
    return [CorrectionForm(correction, correction.attendance_id in read) for correction in corrections]


class CorrectionForm:
    """The two buttons by which one correction is concluded, and the two entries that are compared."""

    def __init__(self, correction, reads_words=False):
        self.correction, self.row = correction, correction.attendance
        self.opened = seal(state_of(self.row, STATE))
        self.recorded, self.said = (
            in_words(status, reason, note if reads_words else "")
            for status, reason, note in (said_of(self.row), correction.said)
        )

    @property
    def heading(self):
        """What is compared."""
        late = self.correction.cause == Correction.Cause.LATE
        return _("Recorded after the time") if late else _("Two entries differ")

    @property
    def by_oneself(self):
        """Whether the cadre himself has said it."""
        return self.correction.made_by_id in (None, self.row.cadre.user_id)

    @property
    def nothing_recorded(self):
        return self.row.status == Attendance.Status.UNRECORDED
