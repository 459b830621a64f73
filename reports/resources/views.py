"""Resources in a list, one by itself with its history, and the forms that record and change one."""

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from assignments.scope import records
from assignments.visibility import chain_of
from cadrenet.listing import Column, ScopedCreateView, ScopedDetailView, ScopedListView, ScopedUpdateView
from reports.forms import FactCreateMixin, FactFormMixin
from reports.history import timeline_of
from reports.models import Resource
from reports.resources.filters import ResourceFilter
from reports.resources.forms import ResourceForm


class ResourceListView(ScopedListView):
    """Resources in the user's part of the tree, with what those of all pages are worth together."""

    model = Resource
    filterset_class = ResourceFilter
    template_name = "reports/resources/list.html"
    title = gettext_lazy("Resources mobilised")
    file_stem = "resources"
    columns = [
        Column(gettext_lazy("Code"), "code"),
        Column(gettext_lazy("Locality"), "place.full_path"),
        Column(gettext_lazy("Mobilised on"), "mobilised_on"),
        Column(gettext_lazy("Kind"), "get_kind_display"),
        Column(gettext_lazy("Description"), "description"),
        Column(gettext_lazy("Value in đồng"), "value_vnd"),
        Column(gettext_lazy("Giving organisation"), "donor"),
        Column(gettext_lazy("Connected by"), "cadre.full_name"),
        Column(gettext_lazy("Status"), "get_status_display"),
    ]

    explained = ("issues",)

    def sum(self):
        """What the resources of all pages are worth together, in đồng."""
        return self.object_list.aggregate(sum=Sum("value_vnd"))["sum"] or 0

    def get_sheet_totals(self):
        return [[pgettext("table", "Total"), *[""] * 4, self.sum(), *[""] * 3]]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["sum"] = self.sum()
        if records(self.request.user):
            context |= {"create_url": reverse("reports:resource_create"), "create_label": _("New resource")}
        return context


class ResourceView(ScopedDetailView):
    """One resource, what it is worth, and whether it has come."""

    model = Resource
    template_name = "reports/resources/resource.html"
    related = ["place", "cadre"]

    def get_context_data(self, **kwargs):
        resource, user = self.object, self.request.user
        may_change = Resource.objects.editable_by(user).filter(pk=resource.pk).exists()
        return super().get_context_data(
            title=str(resource),
            line=resource.get_kind_display(),
            chain=chain_of(resource.place, user),
            events=timeline_of(resource.history),
            edit_url=reverse("reports:resource_edit", args=[resource.pk]) if may_change else "",
            **kwargs,
        )


class ResourceFormMixin:
    """What the pages share that enter and change a resource."""

    model = Resource
    form_class = ResourceForm
    visible_choices = ("cadre",)
    saved_text = gettext_lazy("The resource is saved.")


class ResourceCreateView(ResourceFormMixin, FactCreateMixin, ScopedCreateView):
    """Record a resource; ``?within=CODE`` says for which locality."""

    extra_context = {"title": gettext_lazy("New resource")}


class ResourceEditView(ResourceFormMixin, FactFormMixin, ScopedUpdateView):
    """Correct a resource, or say that it has come."""

    extra_context = {"title": gettext_lazy("Change the resource")}
