"""Filters and cells of the lists of the administration."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cadrenet.admin.scope import visible
from cadrenet.periods import today


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter by a foreign key that offers only rows the user may see."""

    def field_choices(self, field, request, model_admin):
        model = field.remote_field.model
        related = model_admin.admin_site.admin_of(model)
        rows = related.get_queryset(request) if related else visible(model._default_manager.all(), request.user)
        if related:
            rows = related.labelled(rows)
        label = related.label if related else str
        return [(row.pk, label(row)) for row in rows]


class InForceFilter(admin.SimpleListFilter):
    """Rows with a first and a last day: in force today, still to come, or over."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("now", _("Today")), ("later", _("Not yet")), ("over", _("No longer"))]

    def queryset(self, request, queryset):
        day = today()
        if self.value() == "now":
            return queryset.on(day)
        if self.value() == "later":
            return queryset.filter(first_day__gt=day)
        if self.value() == "over":
            return queryset.filter(last_day__lt=day)
        return queryset


def two_lines(name, below):
    """A name with what tells it from others in small print below; None where there is no name."""
    return name and format_html('{}<span class="cn-below">{}</span>', name, below or "")
