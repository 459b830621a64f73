"""What stands beside what is recorded, and which of the two holds."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from cadrenet.editing import OPENED, LockedMixin, changed_meanwhile, changed_since, state_of
from cadrenet.listing import PER_PAGE
from cadrenet.periods import today
from meetings.actions import conclude_correction
from meetings.corrections import ANSWERS, STATE, corrections_asked_of, forms_of, with_names
from meetings.models import Correction, Meeting
from meetings.views.people import visible_people
from meetings.views.tabs import tabs


class CorrectionListView(ListView):
    """Corrections that wait for the reader, the oldest first."""

    template_name = "meetings/corrections.html"
    paginate_by = PER_PAGE

    def get_queryset(self):
        return with_names(corrections_asked_of(self.request.user)).order_by("made_at", "pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            title=_("Corrections"),
            line=_("Until you have concluded, what is recorded stays, and both entries are kept."),
            tabs=tabs("corrections", self.request.user),
            **kwargs,
        )
        rows = [correction.attendance for correction in context["object_list"]]
        context["known_people"] = visible_people(rows, self.request.user)
        context["lines"] = forms_of(context["object_list"], self.request.user)
        return context


class CorrectionView(LockedMixin, View):
    """Conclude a correction; on POST only, and only what the page showed."""

    held_model = Meeting
    http_method_names = ["post"]

    def hold_row(self, key):
        # Whoever records holds the meeting.
        found = Correction.objects.visible_to(self.request.user).filter(pk=key)
        for meeting in found.values_list("attendance__meeting"):
            super().hold_row(*meeting)

    def post(self, request, pk):
        found = with_names(Correction.objects.visible_to(request.user).concluded_by(request.user))
        correction = get_object_or_404(found, pk=pk)
        row, accepted = correction.attendance, ANSWERS.get(request.POST.get("answer"))
        if changed := changed_since(request.POST.get(OPENED, ""), state_of(row, STATE)):
            messages.error(request, changed_meanwhile(row, changed))
        elif accepted is None:
            messages.error(request, _("Nothing was changed. Choose which of the two entries holds."))
        else:
            self.save(correction, accepted)
        return redirect(reverse("meetings:corrections") if "list" in request.POST else row.meeting)

    def save(self, correction, accepted):
        try:
            conclude_correction(correction, accepted=accepted, by=self.request.user, on=today())
        except ValidationError as error:
            messages.error(self.request, error.messages[0])
        else:
            said = _("Concluded: the correction holds.") if accepted else _("Concluded: what is recorded stays.")
            messages.success(self.request, said)
