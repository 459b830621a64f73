"""The administration of localities with their versions, lineage and types."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.actions import delete_locality, localities_changed, refuse_orphans
from assignments.admin.shared import (
    AsOfToday,
    CommuneOfRow,
    DecidedAtTop,
    DecidedLocality,
    SpanForm,
    SpanFormSet,
    named,
)
from assignments.imports import LocalityImport
from assignments.models import Assignment, Lineage, Locality, LocalityType, LocalityVersion, Place
from assignments.places import placed_models
from cadrenet.admin.lists import InForceFilter
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.scope import ReadOnly, ReadOnlyInline, ScopedInline
from cadrenet.admin.tables import TableAdmin
from cadrenet.periods import today


class ExistsFilter(admin.SimpleListFilter):
    """Localities that exist today, and those that have ended."""

    title = _("existence")
    parameter_name = "exists"

    def lookups(self, request, model_admin):
        return [("today", _("Exists today")), ("ended", _("Has ended"))]

    def queryset(self, request, queryset):
        if self.value() == "today":
            return queryset.on(today())
        if self.value() == "ended":
            return queryset.filter(standing__last_day__lt=today())
        return queryset


class VersionFormSet(SpanFormSet):
    """All versions of one locality, as they will stand after saving."""

    user = None

    def check(self, forms):
        for form in forms:
            self._check_form(form)
        super().check(forms)
        if self.instance.pk:
            refuse_orphans(self.instance, [form.instance for form in forms])

    def shared_days(self, one, other):
        return ValidationError(
            _("The versions “%(one)s” and “%(other)s” hold on some of the same days."),
            params={"one": one.name, "other": other.name},
        )

    def _check_form(self, form):
        version = form.instance
        if self.instance.tier and version.type_id and version.type.tier != self.instance.tier:
            form.add_error("type", _("This type is of another tier than the locality."))
        moved = version.pk is None or "parent" in form.changed_data
        if moved and version.parent_id is None and not self.user.is_superuser:
            # Only who decides everywhere may put a locality at the top of the tree.
            form.add_error("parent", _("Choose the locality in which it lies."))


class VersionInline(ScopedInline):
    """The versions of a locality: the truth from which everything about it is derived."""

    model = LocalityVersion
    fk_name = "locality"
    form = SpanForm
    formset = VersionFormSet
    fields = ["name", "type", "parent", "first_day", "last_day", "households"]
    autocomplete_fields = ["parent"]
    min_num = 1
    verbose_name_plural = _("versions: what it is called and where it lies, from when to when")

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, validate_min=True, **kwargs)
        formset.user = request.user
        return formset


class AssignmentsHere(ReadOnlyInline):
    """Who answers and answered for a locality."""

    model = Assignment
    fields = ["cadre", "role", "first_day", "last_day", "decision_number"]
    ordering = ["-first_day", "pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("cadre").as_of(today())


@admin.register(Locality)
class LocalityAdmin(AsOfToday, TableAdmin, ScopedAdmin):
    """Localities with their versions. What is derived from these, places and rosters, follows every change."""

    table_import = LocalityImport
    file_stem = "localities"
    inlines = [VersionInline, AssignmentsHere]
    list_display = ["name_now", "type_now", "code", "households_now", "ends"]
    list_filter = ["tier", ExistsFilter, CommuneOfRow]
    list_select_related = ["standing__type"]
    ordering = ["standing__sort_key", "code"]
    search_fields = ["places__search_key", "code"]
    search_help_text = _("A name, also an earlier one, with or without diacritics; or a code.")

    def label(self, obj):
        place = obj.place
        return f"{place.name} ({place.above})" if place and place.above else str(obj)

    def get_readonly_fields(self, request, obj=None):
        # The tier is what a locality is, for ever; a new tier is a new locality.
        return ["tier", "stood"] if obj else []

    def get_fieldsets(self, request, obj=None):
        text = _(
            "A locality stays the same for ever; its versions below say what it is called and where it lies. When "
            "it is renamed, moved or changes its type, give the version in force a last day and add one that "
            "begins on the day after: what happened before stays where it happened. Correct a version in place "
            "only where it was wrong from the beginning. Meetings, rosters and figures follow as soon as you save."
        )
        return [(None, {"fields": ["code", "tier", *(["stood"] if obj else [])], "description": text})]

    @admin.display(description=_("name"), ordering="standing__sort_key")
    def name_now(self, obj):
        return named(obj.place) or obj.code

    @admin.display(description=_("type"), ordering="standing__type")
    def type_now(self, obj):
        return obj.place and obj.place.type

    @admin.display(description=_("households"), ordering="standing__households")
    def households_now(self, obj):
        return obj.place and obj.place.households

    @admin.display(description=_("last day"), ordering="standing__last_day")
    def ends(self, obj):
        return obj.place and obj.place.ends

    @admin.display(description=_("where it stood"))
    def stood(self, obj):
        """Every period in which nothing above it changed, as derived."""
        rows = (
            (
                date_format(place.begins) if place.begins else "…",
                date_format(place.ends) if place.ends else "…",
                place,
            )
            for place in obj.places.order_by("first_day")
        )
        return format_html_join("", "<div>{} – {}: {}</div>", ((*days, place.full_path) for *days, place in rows))

    def save_formset(self, request, form, formset, change):
        if formset.model is not LocalityVersion:
            super().save_formset(request, form, formset, change)
            return
        versions = formset.save(commit=False)
        # What goes or ends makes room for what stays open.
        for version in formset.deleted_objects:
            version.delete()
        for version in sorted(versions, key=lambda version: version.last_day is None):
            version.save()
        formset.save_m2m()

    def saved(self, request, obj, was):
        localities_changed()
        self.tell_left_behind(request, obj)

    def imported(self, request, changes):
        for locality in {change.row.locality_id: change.row.locality for change in changes}.values():
            self.tell_left_behind(request, locality)

    def tell_left_behind(self, request, obj):
        """Say how many facts a change left on days without the locality, and where they are done with."""
        left = self.left_behind(obj)
        if count := sum(left.values()):
            text = ngettext(
                "%(count)d record lies on a day on which this locality does not exist. Look at it.",
                "%(count)d records lie on days on which this locality does not exist. Look at them.",
                count,
            )
            messages.warning(request, text % {"count": count})
        for model in left:
            if model.beyond_page:
                url = f"{reverse(model.beyond_page)}?{urlencode({'locality': obj.code})}"
                text = _("Cancel the meetings that were planned beyond the end of this locality")
                messages.warning(request, format_html('<a href="{}">{}</a>', url, text))

    def left_behind(self, obj):
        """Return {model: number} of the facts that were recorded for days on which the locality does not exist."""
        located = [
            model
            for model in placed_models()
            if any(field.name == "locality" for field in model._meta.concrete_fields)
        ]
        numbers = {model: model.objects.filter(locality=obj).beyond_the_end().count() for model in located}
        return {model: number for model, number in numbers.items() if number}

    def hangs_on(self, obj):
        # Its versions and the places derived from them are itself; versions of others lie in it.
        for relation, count in super().hangs_on(obj):
            own = relation.related_model is LocalityVersion and relation.field.name == "locality"
            if relation.related_model is not Place and not own:
                yield relation, count

    def delete_model(self, request, obj):
        delete_locality(obj)

    def export_rows(self, queryset):
        versions = LocalityVersion.objects.filter(locality__in=queryset.order_by())
        return versions.select_related("locality", "parent", "type").order_by("locality__code", "first_day")


@admin.register(LocalityVersion)
class LocalityVersionAdmin(AsOfToday, ReadOnly, DecidedLocality, ScopedAdmin):
    """Each version by itself, for its history. It is changed on its locality's page."""

    decided = ("parent",)
    list_display = ["name", "type", "code", "parent_name", "first_day", "last_day", "households"]
    list_filter = ["type", InForceFilter]
    list_select_related = ["type", "locality"]
    ordering = ["locality__code", "first_day"]
    search_fields = ["locality__places__search_key", "locality__code"]

    @admin.display(description=_("code"), ordering="locality__code")
    def code(self, obj):
        return obj.locality.code

    @admin.display(description=_("lies in"))
    def parent_name(self, obj):
        return obj.parent


@admin.register(Lineage)
class LineageAdmin(AsOfToday, DecidedLocality, ScopedAdmin):
    """Mergers and splits: which locality came out of which."""

    decided = ("predecessor", "successor")
    list_display = ["effective_on", "kind", "predecessor", "successor", "decision_number"]
    list_display_links = ["effective_on", "kind"]
    list_filter = ["kind"]
    autocomplete_fields = ["predecessor", "successor"]
    date_hierarchy = "effective_on"
    search_fields = ["predecessor__places__search_key", "successor__places__search_key", "decision_number"]
    fieldsets = [
        (
            None,
            {
                "fields": ["predecessor", "successor", "kind", "effective_on", "decision_number"],
                "description": _(
                    "One row for each locality that came out of another, so that a page can say what became of it. "
                    "The names and the places themselves are told by the versions of the two localities."
                ),
            },
        )
    ]


@admin.register(LocalityType)
class LocalityTypeAdmin(DecidedAtTop, ScopedAdmin):
    """What localities are called in the office's own words."""

    list_display = ["name", "code", "tier"]
    list_filter = ["tier"]
    search_fields = ["name", "code"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "code", "tier"],
                "description": _(
                    "What the office calls a locality of a tier: xã, thị trấn, ấp, khu phố. Rules and figures ask "
                    "for the tier only; the type is the word beside the name. Files name a type by its code."
                ),
            },
        )
    ]

    def get_readonly_fields(self, request, obj=None):
        return ["tier"] if obj else []
