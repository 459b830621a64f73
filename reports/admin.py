"""The administration of reports, issues, resources, party organisations and ratings."""

from datetime import date

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assignments.admin.shared import AsOfToday, CommuneFilter, CommuneOfRow, DecidedAtTop, DecidedLocality, named
from assignments.scope import reach_of
from cadrenet.admin.lists import InForceFilter, two_lines
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.rules import RuleAdmin
from cadrenet.admin.scope import HasPages, ReadOnly, ScopedForm, ScopedInline
from cadrenet.admin.tables import TableAdmin
from cadrenet.periods import today
from reports.figures.ratings import with_rated_on
from reports.forms import not_after
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, RatingScheme, Resource
from reports.privacy import PersonalDataMixin
from reports.ratings.imports import RatingImport


class QuarterlyReportForm(ScopedForm):
    """Nobody answers his own report, nor that of whom he acts for."""

    def check_rules(self):
        report = self.instance
        answered = report.status in (QuarterlyReport.Status.ACCEPTED, QuarterlyReport.Status.RETURNED)
        if answered and "status" in self.changed_data and report.cadre_id in reach_of(self.user).cadres:
            raise ValidationError({"status": _("Nobody answers his own report.")})


@admin.register(QuarterlyReport)
class QuarterlyReportAdmin(AsOfToday, ScopedAdmin):
    """Quarterly reports, and how far each has got.

    They are handed in, accepted and sent back on their own page, today, by whoever may take that step. What came
    before the office kept it here is typed in by a superuser.
    """

    form = QuarterlyReportForm

    visible_choices = ("cadre",)
    list_display = ["quarter", "where", "cadre", "status", "submitted_on"]
    list_filter = ["status", "quarter", CommuneOfRow]
    list_select_related = ["cadre"]
    search_fields = ["cadre__search_key", "cadre__code", "standing__search_key", "locality__code"]
    autocomplete_fields = ["locality", "cadre"]

    def standing_rows(self, rows):
        # A paper of a quarter bears the names of the quarter's last day.
        return rows.with_seen_on().as_of(F("seen_on"))

    @admin.display(description=_("locality"), ordering="standing__sort_key")
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and request.user.is_superuser


class FactAdminForm(PersonalDataMixin, ScopedForm):
    """As on the pages: no fact lies in the future, and a text that looks like personal data is asked about."""

    days = ()
    # Asked once something looks like it.
    sure = forms.BooleanField(required=False)

    def check_rules(self):
        for name in self.days:
            if value := getattr(self.instance, name):
                try:
                    not_after(value, today())
                except ValidationError as error:
                    raise ValidationError({name: error.messages}) from None


class PlacedAdmin(HasPages, ScopedAdmin):
    """Facts of a locality, listed with where they lay on their day."""

    list_select_related = ["place"]

    @admin.display(description=_("locality"), ordering="place__sort_key")
    def where(self, obj):
        return named(obj.place)


class IssueAdminForm(FactAdminForm):
    days = ("raised_on", "closed_on")
    checked_fields = ("summary",)


class ResourceAdminForm(FactAdminForm):
    days = ("mobilised_on",)
    checked_fields = ("description", "donor")


@admin.register(Issue)
class IssueAdmin(PlacedAdmin):
    """Issues: facts in one sentence, without names."""

    form = IssueAdminForm

    visible_choices = ("responsible_agency",)
    list_display = ["raised_on", "summary", "kind", "theme", "urgent", "where", "status", "closed_on"]
    list_display_links = ["raised_on", "summary"]
    list_filter = ["status", "kind", "theme", "urgent", CommuneFilter]
    search_fields = ["summary", "code", "place__search_key"]
    autocomplete_fields = ["locality", "responsible_agency"]
    date_hierarchy = "raised_on"


@admin.register(Resource)
class ResourceAdmin(PlacedAdmin):
    """Resources mobilised for a locality."""

    form = ResourceAdminForm

    visible_choices = ("cadre",)
    list_display = ["mobilised_on", "kind", "description", "value_vnd", "where", "status"]
    list_display_links = ["mobilised_on", "kind"]
    list_filter = ["status", "kind", CommuneFilter]
    search_fields = ["description", "donor", "code", "place__search_key"]
    autocomplete_fields = ["locality", "cadre"]
    date_hierarchy = "mobilised_on"


@admin.register(PartyOrganisation)
class PartyOrganisationAdmin(AsOfToday, DecidedLocality, ScopedAdmin):
    """Party committees and cells."""

    list_display = ["name_above", "kind", "code", "first_day", "last_day"]
    list_filter = ["kind", InForceFilter, CommuneOfRow]
    ordering = ["standing__sort_key", "code"]
    search_fields = ["own_name", "code", "standing__search_key"]
    autocomplete_fields = ["locality"]
    fields = ["kind", "locality", "own_name", "code", "first_day", "last_day"]

    def label(self, obj):
        return f"{obj.name} ({obj.code})"

    @admin.display(description=_("name"), ordering="standing__sort_key")
    def name_above(self, obj):
        return two_lines(obj.name, obj.locality.place and obj.locality.place.above)


@admin.register(Rating)
class RatingAdmin(AsOfToday, TableAdmin, ScopedAdmin):
    """How organisations were rated, year by year."""

    table_import = RatingImport
    file_stem = "ratings"
    list_display = ["year", "organisation", "level", "decision_number", "decision_on"]
    list_display_links = ["year", "organisation"]
    list_filter = ["year", ("level__code", admin.ChoicesFieldListFilter), "organisation__kind"]
    list_select_related = ["level"]
    search_fields = [
        "organisation__own_name",
        "organisation__code",
        "standing__search_key",
        "decision_number",
    ]
    autocomplete_fields = ["organisation"]
    fields = ["organisation", "year", "level", "decision_number", "decision_on"]

    def standing_rows(self, rows):
        # A rating bears the names of its year's last day, as on the pages.
        return with_rated_on(rows).as_of(F("rated_on"))

    def choices(self, db_field, queryset, request):
        rows = super().choices(db_field, queryset, request)
        if db_field.name == "level":
            # A scheme of years to come rates nobody yet.
            this_year = date(today().year, 12, 31)
            rows = rows.filter(Q(scheme__first_day=None) | Q(scheme__first_day__lte=this_year))
        return rows

    def export_rows(self, queryset):
        return queryset.select_related("organisation", "level").order_by("organisation__code", "year")


# --- How ratings are given ------------------------------------------------------------------------------------


class LevelInline(ScopedInline):
    """The levels of a scheme, best first."""

    model = RatingLevel
    fields = ["order", "code", "good_or_better", "rated", "minimum_points"]
    ordering = ["order"]

    def has_delete_permission(self, request, obj=None):
        # A refusal names the ratings given with the level, wherever they were given.
        return request.user.is_superuser and super().has_delete_permission(request, obj)


@admin.register(RatingScheme)
class RatingSchemeAdmin(DecidedAtTop, RuleAdmin):
    """By which regulation organisations are rated, and with which levels."""

    what = _(
        "The regulation by which organisations are rated for the years that end while it is in force. Its levels "
        "stand below, best first: which of them count as “good or better” and as rated decides every percentage. "
        "The cap only warns whoever rates."
    )
    inlines = [LevelInline]
    list_display = ["name", "regulation", "excellent_cap_percent", "first_day", "last_day"]
    search_fields = ["name", "regulation"]
    fields = ["name", "regulation", "excellent_cap_percent", "excellent_cap_base", "first_day", "last_day"]


@admin.register(RatingLevel)
class RatingLevelAdmin(ReadOnly, ScopedAdmin):
    """Each level by itself, for its history. It is changed on its scheme's page."""

    list_display = ["scheme", "order", "code", "good_or_better", "rated", "minimum_points"]
    list_filter = ["scheme"]
    list_select_related = ["scheme"]
    label_related = ["scheme"]

    def label(self, obj):
        return f"{obj} – {obj.scheme}"
