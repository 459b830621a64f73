"""The page of a locality, as it stands today or stood on any day."""

from django.http import Http404

from assignments.forms import DayForm
from assignments.models import Locality
from cadrenet.listing import ScopedDetailView
from cadrenet.periods import today
from reports.locality import LocalityPage


class LocalityView(ScopedDetailView):
    """Everything known about one locality on a day, of what the user may see."""

    model = Locality
    template_name = "reports/locality.html"

    def get_queryset(self):
        return super().get_queryset().with_latest()

    def get_context_data(self, **kwargs):
        form = DayForm(self.request.GET)
        page = LocalityPage(self.object, self.request.user, form.as_of, today())
        if page.standing is None:
            raise Http404
        return super().get_context_data(form=form, **page.context(), **kwargs)
