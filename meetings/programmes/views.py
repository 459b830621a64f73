"""Feedback on the programme of a meeting: given on the meeting's page, and answered there."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from cadrenet.periods import today
from meetings.models import Feedback, Meeting
from meetings.programmes.actions import answer_feedback, changed_meanwhile
from meetings.programmes.forms import feedback_form


class FeedbackView(View):
    """Say something about the programme of a meeting at which one is expected."""

    def meeting(self, pk):
        meetings = Meeting.objects.visible_to(self.request.user).select_related("place")
        return get_object_or_404(meetings, pk=pk)

    def get(self, request, pk):
        """Only a button leads here; whoever types the address is shown the meeting."""
        return redirect(self.meeting(pk))

    def post(self, request, pk):
        meeting = self.meeting(pk)
        form = feedback_form(meeting, request.user, request.POST)
        if form is None:
            raise Http404
        if form.is_valid():
            form.save(by=request.user, on=today())
            messages.success(request, _("Your feedback is saved."))
        else:
            for sentences in form.errors.values():
                for sentence in sentences:
                    messages.error(request, sentence)
        return redirect(meeting)


class FeedbackAnswerView(View):
    """Say whether feedback was taken up, where one records."""

    def row(self, pk):
        """The feedback of a meeting that the user records."""
        rows = Feedback.objects.visible_to(self.request.user).select_related("meeting")
        row = get_object_or_404(rows, pk=pk)
        if not Meeting.objects.editable_by(self.request.user).filter(pk=row.meeting_id).exists():
            raise Http404
        return row

    def get(self, request, pk):
        """Only a button leads here; whoever types the address is shown the meeting."""
        return redirect(self.row(pk).meeting)

    def post(self, request, pk):
        row = self.row(pk)
        said = {"yes": True, "no": False}.get(request.POST.get("taken_up"))
        if said is None:
            messages.error(request, _("Nothing was recorded. Choose whether it was taken up."))
        elif request.POST.get("text", row.text) != row.text:
            messages.error(request, changed_meanwhile())
        else:
            answer_feedback(row, said, by=request.user)
            messages.success(request, _("Recorded: taken up.") if said else _("Recorded: not taken up."))
        return redirect(row.meeting)
