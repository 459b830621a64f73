"""The administration of decisions, handovers, who acts for whom, and reviews of coverage."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assignments.acting.forms import no_later
from assignments.admin.shared import AsOfToday, DecidedLocality, named
from assignments.decisions.actions import update_replacements
from assignments.decisions.forms import refuse_lines_outside
from assignments.decisions.views.drafts import asked_again
from assignments.models import Acting, CoverageReview, Decision, DecisionLine, Handover
from assignments.rights import refuse_acting
from cadrenet.admin.lists import InForceFilter
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.scope import ReadOnly, ReadOnlyInline, ScopedForm
from cadrenet.periods import today


class LinesInline(ReadOnlyInline):
    """The lines of a decision. They are prepared on the decision's own page, where each is checked."""

    model = DecisionLine
    fields = ["where", "role", "cadre", "replaces", "end_reason", "why"]
    readonly_fields = ["where"]
    ordering = ["pk"]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("cadre", "replaces__cadre").as_of(
            today(), *rows.locality_paths, "replaces__locality"
        )

    @admin.display(description=_("locality"))
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code


class DecisionAdminForm(ScopedForm):
    """As on its page: no line of a draft comes to lie outside of what the decision decides for."""

    def check_rules(self):
        if self.instance.pk is not None:
            refuse_lines_outside(self.instance)


@admin.register(Decision)
class DecisionAdmin(AsOfToday, DecidedLocality, ScopedAdmin):
    """Signed papers by which places change hands."""

    form = DecisionAdminForm
    inlines = [LinesInline]
    list_display = ["number", "signed_on", "signer", "first_day", "locality", "enacted_on"]
    list_filter = [("enacted_on", admin.EmptyFieldListFilter)]
    search_fields = ["number", "signer"]
    date_hierarchy = "signed_on"
    autocomplete_fields = ["locality"]
    fieldsets = [
        (
            None,
            {
                "fields": ["number", "signed_on", "signer", "first_day", "locality"],
                "description": _(
                    "The paper itself. Its lines are prepared on the page “Decisions”, where everything that speaks "
                    "against one is said; they take effect together. After that nothing in it is changed."
                ),
            },
        )
    ]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request, obj=None):
        # By what has taken effect, people answer for their places: the paper stays.
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_draft)

    def saved(self, request, obj, was):
        if was and was.first_day != obj.first_day:
            update_replacements(obj, was)
            asked_again(request, obj)


@admin.register(DecisionLine)
class DecisionLineAdmin(AsOfToday, ReadOnly, ScopedAdmin):
    """Each line by itself, for its history. It is changed on its decision's page."""

    list_display = ["decision", "locality", "role", "cadre"]
    list_select_related = ["decision", "cadre"]
    search_fields = ["decision__number", "cadre__search_key", "standing__search_key"]


@admin.register(Handover)
class HandoverAdmin(AsOfToday, ReadOnly, ScopedAdmin):
    """Handovers, for their history. They open when somebody is replaced, and are ticked on their own page."""

    list_display = ["ended", "successor", "given_on", "received_on"]
    list_filter = [("given_on", admin.EmptyFieldListFilter), ("received_on", admin.EmptyFieldListFilter)]
    list_select_related = ["ended__cadre", "successor__cadre"]
    search_fields = [
        "ended__cadre__search_key",
        "successor__cadre__search_key",
        "standing__search_key",
    ]


class ActingAdminForm(ScopedForm):
    """What the page asks: of a new entry, who decides about all that it opens; of one that is there, an early end."""

    def check_rules(self):
        if self.instance.pk is None:
            refuse_acting(self.user, self.instance)

    def clean_last_day(self):
        last_day = self.cleaned_data["last_day"]
        # What was decided, and not what somebody typed into an older page.
        return last_day if self.edited_row is None else no_later(last_day, self.edited_row.last_day)


@admin.register(Acting)
class ActingAdmin(ScopedAdmin):
    """Who acts for whom, from when to when. A new entry, and its early end: another decision is another entry."""

    form = ActingAdminForm

    list_display = ["cadre", "absent", "first_day", "last_day", "decision_number"]
    list_display_links = ["cadre", "absent"]
    list_filter = [InForceFilter]
    list_select_related = ["cadre", "absent"]
    search_fields = ["cadre__search_key", "absent__search_key", "decision_number"]
    autocomplete_fields = ["cadre", "absent"]
    fieldsets = [
        (
            None,
            {
                "fields": ["cadre", "absent", "first_day", "last_day", "decision_number"],
                "description": _(
                    "Who acts sees the places and the tasks of the other from the first to the last day, and records "
                    "under the own name. It ends by itself."
                ),
            },
        )
    ]

    def get_readonly_fields(self, request, obj=None):
        return ["cadre", "absent", "first_day", "decision_number"] if obj else []

    def has_delete_permission(self, request, obj=None):
        # What has not begun is taken back; what was in force stays, and is ended.
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.first_day > today())


@admin.register(CoverageReview)
class CoverageReviewAdmin(AsOfToday, ReadOnly, ScopedAdmin):
    """When coverage was looked through, and by whom."""

    list_display = ["locality", "day", "by"]
    list_select_related = ["by"]
    search_fields = ["standing__search_key", "locality__code"]
    date_hierarchy = "day"
