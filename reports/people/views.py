"""The page of a cadre: what they answer for, where they came, what is next."""

from django.urls import reverse

from assignments.models import Cadre
from assignments.scope import decides
from assignments.views.replacing import may_let_leave
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
        user, cadre = self.request.user, self.object
        may_leave = not cadre.left_on and decides(user) and may_let_leave(user, cadre)
        return super().get_context_data(
            title=cadre.full_name,
            leaving_url=reverse("assignments:leaving", args=[cadre.pk]) if may_leave else "",
            **page.context(),
            **kwargs,
        )
