"""What the pages of a cadre and of an agency share: a quarter's attendance, what is next, what is owed."""

from django import forms
from django.db.models import Max, Min
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.subtree import subtree
from cadrenet.components import Tile
from cadrenet.periods import Quarter, QuarterField
from cadrenet.templatetags import figures as written
from meetings.models import Attendance, Meeting
from reports.figures import Figures
from reports.figures.counts import attendance_and_guests, reports_owed, with_state
from reports.figures.forms import choices_of_quarters

STATUS = Attendance.Status


class QuarterForm(forms.Form):
    """The quarter whose attendance a page counts: the last one with a meeting unless another is asked for."""

    quarter = QuarterField(label=gettext_lazy("Quarter"), required=False, widget=forms.Select)

    def __init__(self, data, *, rows, day, **kwargs):
        days = rows.filter(day__lte=day).aggregate(first=Min("day"), last=Max("day"))
        first, last = (Quarter.of(days[name] or day) for name in ("first", "last"))
        self.usual = last
        super().__init__({"quarter": data.get("quarter") or str(last)}, **kwargs)
        self.fields["quarter"].widget.choices = choices_of_quarters(first, max(last, Quarter.of(day)))

    def clean_quarter(self):
        """Offer what was asked for, however far away it is."""
        quarter = self.cleaned_data["quarter"]
        widget = self.fields["quarter"].widget
        if quarter and str(quarter) not in dict(widget.choices):
            widget.choices = [(str(quarter), quarter.label), *widget.choices]
        return quarter

    @property
    def asked(self):
        """The quarter asked for; the usual one when what was asked for is none."""
        return (self.is_valid() and self.cleaned_data["quarter"]) or self.usual


def counted(rows, quarter):
    """The attendance of a quarter among some rows, guests included, as ``Figures``."""
    held = rows.filter(held=True, day__range=quarter.days)
    return Figures(**held.aggregate(**attendance_and_guests()))


def attendance_lists(quarter, **whose):
    """Return {status: address of the attendances of a quarter with it}."""
    query = {"quarter": str(quarter), **whose}
    return {
        status: f"{reverse('meetings:attendances')}?{urlencode({**query, 'status': status})}"
        for status in ("expected", "guest", *STATUS.values)
    }


def attendance_tiles(figures, lists):
    """Both rates with the counts they are made of, who was absent, and what is not known; each opens its rows."""

    def tile(label, number, status, whole=None, percent=None):
        rate = {"unit": f"/ {written.count(whole)}", "count": written.pct(percent)} if whole is not None else {}
        return Tile(label, written.count(number), url=lists[status], **rate)

    present = figures.attendance_present
    return [
        tile(
            _("Present of those expected"),
            present,
            "present",
            figures.attendance_expected,
            figures.present_of_expected_pct,
        ),
        tile(
            _("Present of those not excused"),
            present,
            "present",
            figures.attendance_unexcused,
            figures.present_of_unexcused_pct,
        ),
        tile(_("Absent"), figures.attendance_absent, "absent"),
        tile(_("Not recorded yet"), figures.attendance_unrecorded, "unrecorded"),
    ]


def became(row):
    """What became of somebody at a meeting, or of the meeting itself where it was not held."""
    meeting = row.meeting
    if meeting.status in (Meeting.Status.NOT_HELD, Meeting.Status.CANCELLED):
        return meeting.status
    if not row.expected and row.status == STATUS.PRESENT:
        return "guest"
    return row.status


def next_rows(rows, day):
    """Rows of those expected at meetings from a day on, soonest first."""
    found = rows.filter(expected=True, day__gte=day, meeting__status=Meeting.Status.PLANNED)
    return found.select_related("meeting__place", "cadre").order_by("meeting__starts_at", "pk")


def meeting_item(meeting, who=""):
    """A meeting to come, for ``components/card_list.html``."""
    place = ", ".join(filter(None, [meeting.place.name, meeting.place.above])) if meeting.place else ""
    return {
        "day": meeting.day,
        "text": meeting.get_kind_display(),
        "url": meeting.get_absolute_url(),
        "detail": " · ".join(filter(None, [who, place])),
        "side": written.daytime(meeting.starts_at).rpartition(" ")[2],
    }


def owed_reports(period, user, *whose):
    """Some people's assignments that owe a report on a ``Period``, with its ``state``, as the reader may see them."""
    rows = reports_owed(period, subtree()).visible_to(user).filter(*whose)
    return with_state(rows, period).order_by("locality__code", "pk")
