"""The page of an agency: its staff, where they serve, and what stands in their way."""

from django.core.paginator import Paginator

from assignments.models import Agency, Cadre
from assignments.queries import visible_keys
from cadrenet.listing import PER_PAGE, ScopedDetailView
from cadrenet.periods import today
from reports.people import AgencyPage


class AgencyView(ScopedDetailView):
    """One agency that the user may see."""

    model = Agency
    context_object_name = "agency"
    template_name = "reports/agency.html"

    def get_queryset(self):
        return super().get_queryset().select_related("locality__latest")

    def get_context_data(self, **kwargs):
        user, day = self.request.user, today()
        page = AgencyPage(self.object, user, self.request.GET, day)
        page_obj = Paginator(page.staff(), PER_PAGE).get_page(self.request.GET.get("page"))
        serving = Cadre.objects.visible_to(user).filter(agency=self.object).serving_on(day)
        seen = (
            visible_keys(type(self.object.locality), user, [self.object.locality_id]) if self.object.locality else ()
        )
        return super().get_context_data(
            title=self.object.name,
            page_obj=page_obj,
            serving=serving.count(),
            staff=page.members(page_obj.object_list),
            locality_visible=self.object.locality_id in seen,
            **page.context(),
            **kwargs,
        )
