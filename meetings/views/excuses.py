"""Who asks to be excused, and the head's answer (R11)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from cadrenet.editing import OPENED, LockedMixin, changed_meanwhile, changed_since, state_of
from cadrenet.listing import PER_PAGE
from meetings.actions import answer_excuse
from meetings.excuses import ANSWERS, STATE, ExcuseForm, excuses_asked_of
from meetings.models import Attendance, Meeting
from meetings.views.people import visible_people
from meetings.views.tabs import tabs


class ExcuseListView(ListView):
    """Absences that somebody asks the reader to excuse, the oldest first."""

    template_name = "meetings/excuses.html"
    paginate_by = PER_PAGE

    def get_queryset(self):
        rows = excuses_asked_of(self.request.user).with_names()
        return rows.order_by("day", "meeting__starts_at", "cadre__sort_key", "pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=_("Asked to be excused"),
            line=_("Only extreme urgency excuses. Until you have decided, these count as absent."),
            tabs=tabs("excuses", self.request.user),
            **kwargs,
        )
        context["known_people"] = visible_people(context["object_list"], self.request.user)
        context["lines"] = [(row, ExcuseForm(row)) for row in context["object_list"]]
        return context


class ExcuseView(LockedMixin, View):
    """Excuse an absence, or leave it at that; on POST only, and only what the page showed."""

    held_model = Meeting
    http_method_names = ["post"]

    def hold_row(self, key):
        # Whoever records holds the meeting.
        for meeting in Attendance.objects.visible_to(self.request.user).filter(pk=key).values_list("meeting"):
            super().hold_row(*meeting)

    def post(self, request, pk):
        row = get_object_or_404(excuses_asked_of(request.user, answered=True).select_related("meeting"), pk=pk)
        answer = redirect(reverse("meetings:excuses") if "list" in request.POST else row.meeting)
        excused = ANSWERS.get(request.POST.get("answer"))
        if changed := changed_since(request.POST.get(OPENED, ""), state_of(row, STATE)):
            messages.error(request, changed_meanwhile(row, changed))
        elif excused is None:
            messages.error(request, _("Nothing was recorded. Choose whether the absence is excused."))
        else:
            self.save(row, excused)
        return answer

    def save(self, row, excused):
        try:
            row = answer_excuse(row, excused=excused, by=self.request.user)
        except ValidationError as error:
            messages.error(self.request, error.messages[0])
        else:
            text = _("%(name)s is excused.") if excused else _("%(name)s is not excused: it stays an absence.")
            messages.success(self.request, text % {"name": row.cadre.full_name})
