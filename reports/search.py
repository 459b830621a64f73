"""Search over what somebody looks for by name: localities, cadres, agencies."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from assignments.models import Agency, Cadre, Place
from assignments.models.posting import posting_on
from cadrenet.periods import today
from cadrenet.texts import in_full_first

SHOWN = 10


class SearchView(TemplateView):
    """What is called like a piece of text, with or without marks, of what the user may see."""

    template_name = "reports/search.html"

    def get_context_data(self, **kwargs):
        text = self.request.GET.get("q", "").strip()
        context = super().get_context_data(title=_("Search"), text=text, **kwargs)
        if not text:
            return context
        query = f"?{urlencode({'q': text})}"
        groups = [
            (_("Localities"), self.localities(text), reverse("assignments:localities") + query),
            (_("Cadres"), self.cadres(text), reverse("assignments:cadres") + query),
            (_("Agencies"), self.agencies(text), reverse("assignments:agencies") + query),
        ]
        found = [
            {"heading": heading, "items": items[:SHOWN], "url": url if len(items) > SHOWN else ""}
            for heading, items, url in groups
            if items
        ]
        return context | {"results": found}

    def localities(self, text):
        """Localities as they stand today, and those that have ended as they last stood."""
        day = today()
        places = Place.objects.visible_to(self.request.user).counting_on(day).named(text)
        return [
            {
                "text": place.name,
                "detail": place.above,
                "url": reverse("reports:locality", args=[place.locality_id]),
                "ended_on": place.last_day if place.last_day < day else None,
            }
            for place in places.order_by(in_full_first(text), "sort_key", "locality__code")[: SHOWN + 1]
        ]

    def cadres(self, text):
        cadres = Cadre.objects.visible_to(self.request.user).named(text).prefetch_related(posting_on(today()))
        return [
            {
                "text": cadre.full_name,
                "detail": " · ".join(filter(None, [cadre.position, cadre.agency and cadre.agency.name])),
                "url": cadre.get_absolute_url(),
            }
            for cadre in cadres.order_by(in_full_first(text), "sort_key", "code")[: SHOWN + 1]
        ]

    def agencies(self, text):
        agencies = Agency.objects.visible_to(self.request.user).named(text).as_of(today())
        return [
            {
                "text": agency.name,
                "detail": agency.locality.name if agency.locality else "",
                "url": agency.get_absolute_url(),
            }
            for agency in agencies.order_by(in_full_first(text), "sort_key", "pk")[: SHOWN + 1]
        ]
