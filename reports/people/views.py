"""The pages of a cadre and of an agency."""

from django.core.paginator import Paginator
from django.urls import reverse

from assignments.models import Agency, Cadre
from assignments.models.posting import all_postings
from assignments.queries import visible_keys
from assignments.replacing.views import may_let_leave
from assignments.scope import decides
from cadrenet.listing import PER_PAGE, ScopedDetailView
from cadrenet.periods import today
from reports.people.agency import AgencyPage
from reports.people.cadre import CadrePage


class CadreView(ScopedDetailView):
    """One cadre whom the user may see."""

    model = Cadre
    context_object_name = "cadre"
    template_name = "reports/people/cadre.html"

    def get_queryset(self):
        return super().get_queryset().prefetch_related(all_postings())

    def get_context_data(self, **kwargs):
        page = CadrePage(self.object, self.request.user, self.request.GET, today())
        user, cadre = self.request.user, self.object
        may_change = decides(user) and may_let_leave(user, cadre)
        return super().get_context_data(
            title=cadre.full_name,
            leaving_url=reverse("assignments:cadre_leave", args=[cadre.pk]) if may_change else "",
            still_holds=cadre.still_holds,
            move_url=reverse("assignments:posting_create", args=[cadre.pk]) if may_change else "",
            **page.context(),
            **kwargs,
        )


class AgencyView(ScopedDetailView):
    """One agency that the user may see."""

    model = Agency
    context_object_name = "agency"
    template_name = "reports/people/agency.html"

    def get_queryset(self):
        return super().get_queryset().as_of(today())

    def get_context_data(self, **kwargs):
        user, day = self.request.user, today()
        page = AgencyPage(self.object, user, self.request.GET, day)
        page_obj = Paginator(page.staff(), PER_PAGE).get_page(self.request.GET.get("page"))
        seen = (
            visible_keys(type(self.object.locality), user, [self.object.locality_id]) if self.object.locality else ()
        )
        return super().get_context_data(
            title=self.object.name,
            page_obj=page_obj,
            serving=page.serving().count(),
            staff_day=page.as_of,
            staff=page.members(page_obj.object_list),
            locality_visible=self.object.locality_id in seen,
            **page.context(),
            **kwargs,
        )
