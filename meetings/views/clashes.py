"""Clashes: an agency's meeting at the time of a locality meeting at which one of its staff is expected."""

from django.db.models import Case, F, When
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from cadrenet.listing import Column, ScopedListView
from meetings.agency_meetings.standing import open_clashes
from meetings.filters import ClashFilter
from meetings.models import Attendance, Meeting
from meetings.queries import AGENCY, on_restricted_days
from meetings.views.people import visible_people
from meetings.views.tabs import tabs, with_quarter

OPEN_AT_MOST = 20
IN_ORDER = ("agency_starts_at", "agency_code", "meeting__code", "cadre__code")


class ClashListView(ScopedListView):
    """The clashes of a quarter in which the user sees the cadre's attendance."""

    model = Attendance
    filterset_class = ClashFilter
    template_name = "meetings/clashes.html"
    title = gettext_lazy("Clashes")
    file_stem = "clashes"
    columns = [
        Column(gettext_lazy("Agency meeting code"), "agency_code"),
        Column(gettext_lazy("Locality meeting code"), "meeting.code"),
        Column(gettext_lazy("Cadre code"), "cadre.code"),
        Column(gettext_lazy("Full name"), "cadre.full_name"),
        Column(gettext_lazy("Agency"), "agency.name"),
        Column(gettext_lazy("Agency meeting starts at"), "agency_starts_at"),
        Column(gettext_lazy("Agency meeting ends at"), "agency_ends_at"),
        Column(gettext_lazy("Kind of locality meeting"), "meeting.get_kind_display"),
        Column(gettext_lazy("Locality"), "meeting.place.name"),
        Column(gettext_lazy("Lies in"), "meeting.place.path"),
        Column(gettext_lazy("Locality meeting starts at"), "meeting.starts_at"),
        Column(gettext_lazy("Locality meeting ends at"), "meeting.ends_at"),
    ]

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "data": with_quarter(self.request)}

    def get_filterset(self, filterset_class):
        filterset = super().get_filterset(filterset_class)
        if filterset.is_valid():
            found = filterset.qs.with_names().annotate(
                agency_kind=F(f"{AGENCY}__kind"),
                agency_subject=F(f"{AGENCY}__subject"),
                agency_reason=F(f"{AGENCY}__override_reason"),
                agency_starts_at=F(f"{AGENCY}__starts_at"),
                agency_ends_at=F(f"{AGENCY}__ends_at"),
                # What lies ahead can still be changed, and comes first.
                is_over=Case(When(agency_starts_at__gt=timezone.now(), then=0), default=1),
            )
            filterset._qs = found.order_by("is_over", *IN_ORDER)
        return filterset

    def get_file_rows(self):
        # As the meetings follow each other: a file is read whenever, and not only while something can be changed.
        self.object_list = self.object_list.order_by(*IN_ORDER)
        return super().get_file_rows()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(tabs=tabs("clashes"), **kwargs)
        form = context["filter"].form
        if form.is_valid():
            context |= self.breaches(form.cleaned_data["quarter"], form.cleaned_data.get("agency"))
            context["open"] = self.open_clashes(context["filter"], form.cleaned_data)
        # A clash is told to whoever sees the cadre's attendance; the agency's own meeting may lie out of sight.
        ids = [row.agency_meeting for row in context["object_list"]]
        seen = Meeting.objects.visible_to(self.request.user).filter(pk__in=ids)
        known_people = visible_people(context["object_list"], self.request.user)
        return {**context, "known_people": known_people, "open_to_user": set(seen.values_list("pk", flat=True))}

    def open_clashes(self, filterset, asked):
        """What can still be changed, narrowed as the list is."""
        rows = None
        if within := asked.get("within"):
            seen = Attendance.objects.visible_to(self.request.user)
            rows = filterset.filters["within"].filter(seen, within)
        return open_clashes(
            self.request.user,
            asked["quarter"],
            now=timezone.now(),
            at_most=OPEN_AT_MOST,
            agency=asked.get("agency"),
            rows=rows,
        )

    def breaches(self, quarter, agency):
        """How many agency meetings of the quarter lie on days kept free for localities, and their list."""
        found = Meeting.objects.visible_to(self.request.user).due().filter(on_restricted_days())
        query = {"quarter": quarter, "restricted": "true", "status": "due"}
        if agency:
            found, query = found.filter(agency=agency), {**query, "agency": agency.code}
        query = urlencode(query)
        return {
            "breaches": found.filter(day__range=quarter.days).count(),
            "breaches_url": f"{reverse('meetings:meetings')}?{query}",
        }
