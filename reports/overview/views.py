"""The overview: one page about a quarter, for those who steer."""

from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from cadrenet.periods import today
from reports.overview.forms import OverviewForm
from reports.overview.page import Overview


class OverviewView(TemplateView):
    """The figures of a quarter on one page, each beside the quarter before, with what needs somebody."""

    template_name = "reports/overview/overview.html"

    def get_context_data(self, **kwargs):
        form = OverviewForm(self.request.GET, user=self.request.user, day=today())
        context = super().get_context_data(form=form, title=_("Overview"), **kwargs)
        if form.is_valid() and form.cleaned_data["within"]:
            context |= Overview(form).context()
        return context
