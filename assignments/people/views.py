"""The lists of cadres and of agencies. Sorted by name, as a telephone book is; never by a figure."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from assignments.models import Agency, Assignment, Cadre
from assignments.people.filters import AgencyListFilter, CadreFilter
from assignments.queries import Staff, staff_of
from assignments.tenure.figures import holding
from cadrenet.listing import Column, ScopedListView
from cadrenet.periods import today


class CadresView(ScopedListView):
    """The cadres whom the user may see, by given name."""

    model = Cadre
    filterset_class = CadreFilter
    template_name = "assignments/people/cadres.html"
    title = _("Cadres")
    file_stem = "cadres"
    columns = [
        Column(_("Code"), "cadre.code"),
        Column(_("Full name"), "cadre.full_name"),
        Column(_("Agency"), "cadre.agency.name"),
        Column(_("Position"), "cadre.position"),
        Column(_("Number of assignments"), "number"),
        Column(_("Assignments in force"), "words"),
    ]
    ordering = ["sort_key", "code"]

    def with_details(self, cadres):
        """The cadres with what they hold on the day of the list."""
        return holding(cadres, self.filterset.day, self.request.user)


@dataclass
class AgencyRow:
    """An agency with the numbers of its staff that the reader may see."""

    agency: Agency
    staff: Staff


class AgenciesView(ScopedListView):
    """The agencies that the user may see, by name."""

    model = Agency
    filterset_class = AgencyListFilter
    template_name = "assignments/people/agencies.html"
    title = _("Agencies")
    file_stem = "agencies"
    columns = [
        Column(_("Code"), "agency.code"),
        Column(_("Name"), "agency.name"),
        Column(_("Belongs to"), "agency.locality.name"),
        Column(_("Staff"), "staff.total"),
        Column(_("Of these, with an assignment"), "staff.serving"),
        Column(_("Localities they serve"), "staff.localities"),
    ]
    ordering = ["sort_key", "pk"]

    def get_queryset(self):
        return super().get_queryset().as_of(today())

    def with_details(self, agencies):
        """The agencies with their numbers, counted together."""
        agencies = list(agencies)
        staff = staff_of(agencies, self.filterset.day, Assignment.objects.visible_to(self.request.user))
        return [AgencyRow(agency, staff[agency.pk]) for agency in agencies]
