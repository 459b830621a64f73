"""The page of a locality, as it stands today or stood on any day."""

from django.http import Http404
from django.views.generic import TemplateView

from assignments.forms import DayForm
from cadrenet.periods import today
from reports.localities.page import LocalityPage
from reports.localities.queries import places_of


class LocalityView(TemplateView):
    """Everything known about one locality on a day, of what the user may see."""

    template_name = "reports/localities/locality.html"

    def get_context_data(self, pk, **kwargs):
        form = DayForm(self.request.GET)
        page = LocalityPage(places_of(pk), self.request.user, form.as_of, today())
        # A locality that never lay in the reader's part of the tree does not exist for him.
        if page.standing is None:
            raise Http404
        return super().get_context_data(object=page.locality, form=form, **page.context(), **kwargs)
