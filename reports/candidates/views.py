"""People for a place that nobody answers for: proposed and explained to whoever decides there."""

from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from assignments.coverage.queries import vacancies
from assignments.models import Assignment, Cadre, Locality, Place
from assignments.visibility import can_assign_at, chain_of
from cadrenet.listing import PER_PAGE, ScopedDetailView
from cadrenet.periods import today
from reports.candidates.forms import CandidatesForm
from reports.candidates.page import Candidates


class CandidatesView(ScopedDetailView):
    """The cadres whom the user may assign to one locality; for whoever does not decide there it does not exist."""

    model = Locality
    template_name = "reports/candidates/candidates.html"

    def get_context_data(self, **kwargs):
        user, day = self.request.user, today()
        stands = Place.objects.visible_to(user).on(day).filter(locality=self.object)
        self.place = stands.select_related("locality", "type").first()
        if self.place is None or not can_assign_at(self.place, user):
            raise Http404
        form = CandidatesForm(self.request.GET, user=user)
        context = super().get_context_data(
            title=_("Candidates for %(locality)s") % {"locality": self.place.name},
            place=self.place,
            chain=chain_of(self.place, user),
            vacancy=vacancies([self.place], day, Assignment.objects.visible_to(user))[0],
            form=form,
            keep={name: self.request.GET[name] for name in ("others", "next") if self.request.GET.get(name)},
            **kwargs,
        )
        if not form.is_valid():
            return context
        found = Candidates(self.place, user, day)
        people = found.people(form.narrowed(Cadre.objects.editable_by(user), day))
        others = bool(self.request.GET.get("others"))
        page_obj = Paginator([one for one in people if one.fits != others], PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        fitting = sum(one.fits for one in people)
        return context | {
            "found": found,
            "others": others,
            "page_obj": page_obj,
            "rows": [
                row | {"assign_url": self.assign_url(row["candidate"].cadre)}
                for row in found.with_reasons(page_obj.object_list)
            ],
            "tabs": self.tabs(others, fitting, len(people) - fitting),
        }

    def tabs(self, others, fitting, rest):
        """Those who fit by rule, and the others behind a link."""
        query = {name: value for name, value in self.request.GET.items() if name in ("q", "agency", "next") and value}
        return [
            {"label": _("Fit by rule"), "url": f"?{urlencode(query)}", "count": fitting, "current": not others},
            {
                "label": _("Do not fit by rule"),
                "url": f"?{urlencode(query | {'others': 1})}",
                "count": rest,
                "current": others,
            },
        ]

    def assign_url(self, cadre):
        """The form of a new assignment with the place and the cadre filled in; it leads back where one came from."""
        back = self.request.GET.get("next") or self.object.get_absolute_url()
        query = {"locality": self.object.code, "cadre": cadre.code, "next": back}
        return f"{reverse('assignments:assignment_create')}?{urlencode(query)}"
