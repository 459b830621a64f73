"""The start page of whoever answers for a place: one tap to say whether one came, and all else after that."""

import json

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from assignments.scope import reach_of
from cadrenet.periods import today
from meetings.actions import hold_rosters, record_entries
from meetings.corrections import kept_beside, own_correction
from meetings.entries import Entry, Mark, last_day_in_time
from meetings.forms import TOPICS_ASKED_OF, OwnAbsenceForm, RecordForm
from meetings.models import Attendance, Meeting
from meetings.programmes.forms import FeedbackForm
from meetings.queries import late_entry_days
from reports.today.further import further_forms
from reports.today.page import Today


class TodayView(TemplateView):
    """Tonight's meeting, what is left to do, what comes next, and where one answers."""

    template_name = "reports/today/today.html"
    title = gettext_lazy("Today")

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=self.title, **Today(self.request.user, today()).context(), **kwargs)


def own_rows(user):
    """The user's own attendance; nobody else's, and none as a guest."""
    rows = Attendance.objects.editable_by(user).filter(cadre=reach_of(user).cadre, expected=True)
    return rows.select_related("meeting", "meeting__place")


class OwnRowMixin:
    """Pages about the user's own attendance (``row``). What is said from an older page, and not kept, is answered."""

    def dispatch(self, request, *args, **kwargs):
        self.row = own_rows(request.user).filter(meeting=kwargs["pk"]).first()
        if self.row is not None:
            return super().dispatch(request, *args, **kwargs)
        return left_out(request, kwargs["pk"])


def left_out(request, meeting):
    """Answer somebody who is not on the roster of a meeting, or is not any more."""
    meeting = Meeting.objects.visible_to(request.user).filter(pk=meeting).first()
    if request.method != "POST" or reach_of(request.user).cadre is None or meeting is None:
        raise Http404
    messages.error(request, _("Nothing was recorded: you are not on the roster of this meeting any more."))
    return redirect(meeting)


class AttendView(View):
    """One tap: "I was there", or "I was not". Saved at once; everything else may follow on the next page."""

    SAID = (Attendance.Status.PRESENT, Attendance.Status.ABSENT)

    def get(self, request, pk):
        """Only a button leads here; whoever comes back to the address is shown what is recorded."""
        get_object_or_404(own_rows(request.user), meeting=pk)
        return redirect("reports:meeting_attended", pk)

    def post(self, request, pk):
        sentences = self.record(request, pk)
        if sentences is None:
            return left_out(request, pk)
        for sentence in sentences:
            messages.error(request, sentence)
        return redirect("reports:meeting_attended", pk)

    @transaction.atomic(savepoint=False)
    def record(self, request, pk):
        """Record the tap while the meeting is held; return what to say about it, None to somebody not on the roster.

        Whoever stands on a roster sees its meeting, so nothing is asked but the meeting with its roster.
        """
        reach = reach_of(request.user)
        roster = hold_rosters([pk]).get(pk)
        row = roster.rows.get(reach.cadre) if roster else None
        if row is None or not row.expected:
            return None
        status, shown = request.POST.get("status"), request.POST.get("was", row.status)
        if status not in self.SAID:
            return [_("Nothing was recorded. Choose whether you were there.")]
        if status == row.status:
            # The second tap of an impatient finger takes back no reason that was given meanwhile.
            return []
        meeting, facts = roster.meeting, {}
        if status == Attendance.Status.PRESENT and meeting.is_recorded_in(reach):
            # Whoever was there knows that it was held, if it is his to say.
            facts = {"status": Meeting.Status.HELD.value} if meeting.status == Meeting.Status.PLANNED else {}
        mark = Mark(cadre=row.cadre_id, status=status, was=(shown, row.reason, row.note))
        entry = Entry(marks=(mark,), facts=facts, reason_later=True)
        judged = record_entries({pk: entry}, by=request.user, on=today(), rosters={pk: roster})[pk]
        return judged.refused.sentences


class AttendedView(OwnRowMixin, TodayView):
    """What follows the tap: why one was absent, or how the meeting was. All of it may be left for later."""

    @property
    def absent(self):
        return self.row.status in (Attendance.Status.ABSENT, Attendance.Status.EXCUSED)

    def get_forms(self, data=None):
        """What is asked: why somebody was absent; else what is said about a meeting, and what may follow.

        The first of the two is None where nothing is the user's to say; the others are a list.
        """
        meeting, user = self.row.meeting, self.request.user
        if self.absent:
            return OwnAbsenceForm(data, row=self.row, late=self.is_late), []
        if self.row.status != Attendance.Status.PRESENT or not meeting.is_recorded_in(reach_of(user)):
            return None, []
        form = None
        if meeting.kind in TOPICS_ASKED_OF:
            form = RecordForm(data, meeting=meeting, rows=[], whole=True, on=today(), now=timezone.now())
        return form, further_forms(meeting, user, data)

    @property
    def is_late(self):
        """Whether the time for what is recorded now is over."""
        day = self.row.meeting.day
        return today() > last_day_in_time(day, late_entry_days(day))

    def get(self, request, **kwargs):
        return self.show(*self.get_forms(), **kwargs)

    def post(self, request, **kwargs):
        form, further = self.get_forms(request.POST)
        if not self.still_asks(form, request.POST):
            messages.error(
                request,
                _("Nothing was saved: meanwhile “%(status)s” was recorded of you. Look again.")
                % {"status": self.row.get_status_display()},
            )
            return redirect("reports:meeting_attended", self.row.meeting_id)
        if self.save(form, further):
            messages.success(request, _("Saved: %(meeting)s.") % {"meeting": self.row.meeting.title})
            for sentence in kept_beside(form.corrections if form else []):
                messages.info(request, sentence)
            return redirect("home")
        return self.show(form, further, **kwargs)

    @transaction.atomic(savepoint=False)
    def save(self, form, further):
        """Save all that was said, or nothing; return whether that was possible."""
        by, on = self.request.user, today()
        # Each is looked at, so that all that is wrong is told at once.
        valid = [one.is_valid() for one in (form, *further) if one is not None]
        if not all(valid):
            return False
        if form is not None and not form.save(by=by, on=on):
            return False
        for one in further:
            one.save(by, on)
        return True

    @staticmethod
    def still_asks(form, sent):
        """Whether the page asks by now what it asked when it was opened: for a reason, or about the meeting."""
        if "issue-summary" in sent and isinstance(form, OwnAbsenceForm):
            return False
        if "reason" in sent:
            return isinstance(form, OwnAbsenceForm)
        return "were" not in sent or isinstance(form, RecordForm)

    def show(self, form, further, **kwargs):
        context = self.get_context_data(**kwargs)
        context |= {"row": self.row, "meeting": self.row.meeting, "form": form, "absent": self.absent}
        context["beside"] = own_correction(self.row)
        # A sentence about the programme is a yes, and nobody is asked for that word beside it.
        context["asks_feedback"] = any(isinstance(one, FeedbackForm) for one in further)
        context |= {"further": further, "title": self.row.meeting.title}
        context["cards"] = []
        context["was"] = json.dumps([self.row.status, self.row.reason, self.row.note])
        return self.render_to_response(context)
