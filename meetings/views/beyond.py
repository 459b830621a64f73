"""What was planned for days on which its locality no longer exists: seen together, and cancelled in one step."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import ListView

from assignments.filters import seen_locality
from cadrenet.editing import OPENED, changed_since, seal
from cadrenet.listing import PER_PAGE
from cadrenet.periods import today
from meetings.actions import cancel_planned
from meetings.entries import Refused
from meetings.models import Meeting


class BeyondTheEndView(ListView):
    """Planned meetings beyond the end of their locality that the user may change; ``?locality=CODE`` of one alone."""

    template_name = "meetings/beyond.html"
    context_object_name = "meetings"
    paginate_by = PER_PAGE

    def get_queryset(self):
        self.locality = seen_locality(self.request.user, self.request.GET.get("locality"))
        found = Meeting.objects.editable_by(self.request.user).beyond_the_end()
        found = found.filter(status=Meeting.Status.PLANNED)
        if self.request.GET.get("locality"):
            found = found.filter(locality=self.locality)
        return found.with_where().order_by("day", "starts_at", "pk")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            opened=seal(self.about()),
            title=_("Planned beyond the end"),
            line=_("Meetings on days on which their locality no longer exists. They are due to nobody."),
            **kwargs,
        )

    def about(self):
        """What the page is about: those that are listed, on all its pages."""
        return {"meetings": [str(key) for key in self.get_queryset().order_by().values_list("pk", flat=True)]}

    @transaction.atomic
    def post(self, request, *args, **kwargs):
        """Cancel them, all or none; where others are planned by now than the page showed, it is looked at again."""
        if changed_since(request.POST.get(OPENED, ""), self.about()):
            messages.error(request, _("Nothing was cancelled: meanwhile other meetings are listed here. Look again."))
            return redirect(request.get_full_path())
        try:
            why = _("The locality does not exist on that day.")
            number = cancel_planned(self.get_queryset(), by=request.user, on=today(), why=why)
        except Refused as refused:
            for sentence in refused.facts.get("status", []):
                messages.error(request, sentence)
        else:
            text = ngettext("%(number)s meeting is cancelled.", "%(number)s meetings are cancelled.", number)
            messages.success(request, text % {"number": number})
        return redirect(request.get_full_path())
