"""Cadres: who they are and what they hold today. Sorted by name, as a telephone book is; never by a figure."""

from itertools import islice

from django.utils.translation import gettext_lazy as _

from assignments.filters import CadreFilter
from assignments.models import Cadre
from assignments.tenure import holding
from cadrenet.listing import Column, ScopedListView

ROWS_AT_ONCE = 500


class CadresView(ScopedListView):
    """The cadres whom the user may see, by given name."""

    model = Cadre
    filterset_class = CadreFilter
    template_name = "assignments/cadres.html"
    file_stem = "cadres"
    title = _("Cadres")
    columns = [
        Column(_("Code"), "cadre.code"),
        Column(_("Full name"), "cadre.full_name"),
        Column(_("Agency"), "cadre.agency.name"),
        Column(_("Position"), "cadre.position"),
        Column(_("Number of assignments"), "number"),
        Column(_("Assignments in force"), "words"),
    ]

    def get_queryset(self):
        return super().get_queryset().select_related("agency").order_by("sort_key", "code")

    def get_file_rows(self):
        rows = self.object_list.iterator(ROWS_AT_ONCE)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            yield from holding(some, self.filterset.day, self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"rows": holding(context["object_list"], self.filterset.day, self.request.user)}
