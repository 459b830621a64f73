"""The page of a cadre: what they answer for, where they came, what is next."""

from assignments.models import Cadre
from cadrenet.listing import ScopedDetailView
from cadrenet.periods import today
from reports.people import CadrePage


class CadreView(ScopedDetailView):
    """One cadre whom the user may see."""

    model = Cadre
    context_object_name = "cadre"
    template_name = "reports/cadre.html"

    def get_queryset(self):
        return super().get_queryset().select_related("agency")

    def get_context_data(self, **kwargs):
        page = CadrePage(self.object, self.request.user, self.request.GET, today())
        return super().get_context_data(title=self.object.full_name, **page.context(), **kwargs)
