"""The administration of agencies, cadres and assignments."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.actions import Refused, assignment_changed, carry_out
from assignments.admin.shared import CommuneOfRow, DecidedLocality, named
from assignments.changes import Change, leaving, withdrawal
from assignments.imports import AssignmentImport, CadreImport
from assignments.models import Agency, Assignment, Cadre, User
from cadrenet.admin.lists import InForceFilter, ScopedRelatedFilter
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.scope import OutOfReach, ReadOnlyInline
from cadrenet.admin.tables import TableAdmin
from cadrenet.periods import today


@admin.register(Agency)
class AgencyAdmin(DecidedLocality, ScopedAdmin):
    """Agencies whose staff are sent to localities."""

    list_display = ["name", "code", "locality"]
    list_select_related = ["locality__latest"]
    search_fields = ["search_key", "code"]
    autocomplete_fields = ["locality"]
    fields = ["name", "code", "locality"]


class AssignmentsHeld(ReadOnlyInline):
    """What a cadre answers and answered for."""

    model = Assignment
    fields = ["where", "role", "first_day", "last_day", "decision_number"]
    readonly_fields = ["where"]
    ordering = ["-first_day", "pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("cadre", "locality__latest")

    @admin.display(description=_("locality"))
    def where(self, obj):
        return named(obj.locality.latest) or obj.locality.code


@admin.register(Cadre)
class CadreAdmin(TableAdmin, ScopedAdmin):
    """Cadres. Only what the work needs is held of a person."""

    table_import = CadreImport
    file_stem = "cadres"
    visible_choices = ("agency",)
    inlines = [AssignmentsHeld]
    list_display = ["full_name", "code", "position", "agency", "committee_role", "party_member"]
    list_filter = [
        "committee_role",
        "party_member",
        ("left_on", admin.EmptyFieldListFilter),
        ("agency", ScopedRelatedFilter),
    ]
    list_select_related = ["agency"]
    ordering = ["sort_key", "code"]
    search_fields = ["search_key", "code"]
    search_help_text = _("A name, with or without diacritics, or a code.")
    autocomplete_fields = ["agency", "user"]
    label_related = ["agency"]
    fieldsets = [
        (
            None,
            {
                "fields": ["full_name", "code", "agency", "position", "committee_role", "party_member", "left_on"],
                "description": _(
                    "Birth dates, identity numbers, home addresses and photographs are never held. Two people may "
                    "have the same name: the code tells them apart."
                ),
            },
        ),
        (
            _("At work"),
            {
                "fields": ["email", "phone", "user"],
                "description": _(
                    "Work e-mail and telephone only. A cadre needs no login; with one, the cadre sees the localities "
                    "of the assignments in force."
                ),
            },
        ),
    ]

    def label(self, obj):
        return f"{obj.full_name} ({obj.agency or obj.code})"

    def get_readonly_fields(self, request, obj=None):
        return [] if request.user.has_perm("assignments.change_user") else ["user"]

    def choices(self, db_field, queryset, request):
        if db_field.name == "user":
            return self.admin_site.admin_of(User).editable(queryset, request.user)
        return super().choices(db_field, queryset, request)

    @admin.display(description=_("full name"), ordering="sort_key")
    def full_name(self, obj):
        return obj.full_name

    def saved(self, request, obj, was):
        linked = obj.user_id and obj.user_id != (was and was.user_id)
        if linked and not request.user.is_superuser and beyond(request.user).filter(cadre=obj).exists():
            # Whoever has the login would answer for places where this user decides nothing.
            raise OutOfReach


def beyond(user):
    """Assignments outside of what a user decides."""
    return Assignment.objects.exclude(pk__in=Assignment.objects.editable_by(user).order_by().values("pk"))


@admin.register(Assignment)
class AssignmentAdmin(DecidedLocality, TableAdmin, ScopedAdmin):
    """Who answers for which locality, from when to when."""

    table_import = AssignmentImport
    file_stem = "assignments"
    visible_choices = ("cadre",)
    list_display = ["cadre", "role", "where", "first_day", "last_day", "decision_number"]
    list_filter = [
        InForceFilter,
        "role",
        ("locality__tier", admin.ChoicesFieldListFilter),
        "end_reason",
        CommuneOfRow,
    ]
    list_select_related = ["cadre", "locality__latest"]
    ordering = ["locality__latest__sort_key", "locality__code", "-first_day", "pk"]
    search_fields = [
        "cadre__search_key",
        "cadre__code",
        "locality__latest__search_key",
        "locality__code",
        "decision_number",
    ]
    search_help_text = _("A cadre, a locality or a decision number.")
    autocomplete_fields = ["cadre", "locality"]
    date_hierarchy = "first_day"
    fieldsets = [
        (
            None,
            {
                "fields": ["cadre", "role", "locality"],
                "description": _(
                    "“In charge” answers for any locality; a head and support only for a regional group. Saving "
                    "brings the rosters of all meetings of these days in line; what was recorded stays."
                ),
            },
        ),
        (_("From when to when"), {"fields": ["first_day", "last_day", "end_reason"]}),
        (_("Decision"), {"fields": ["decision_number", "decision_on"]}),
    ]

    @admin.display(description=_("locality"), ordering="locality__latest__sort_key")
    def where(self, obj):
        return named(obj.locality.latest) or obj.locality.code

    actions = ("export_selected", "withdraw_selected")

    @admin.action(description=_("Withdraw the chosen assignments that have not begun"), permissions=["delete"])
    def withdraw_selected(self, request, queryset):
        """Take away those that have not begun, all or none; what has begun is ended on its own page."""
        day, chosen = today(), queryset.count()
        rows = self.editable(queryset, request.user).select_related("cadre", "locality")
        coming = [row for row in rows if row.first_day and row.first_day > day]
        changes = [Change(row.locality, row.role, **leaving(row, day, day)) for row in coming]
        try:
            carry_out(changes)
        except Refused as refused:
            for sentences in refused.faults.values():
                for sentence in sentences:
                    messages.error(request, sentence)
            return
        for change in changes:
            messages.success(request, withdrawal(change))
        if left := chosen - len(coming):
            text = ngettext(
                "%(count)d assignment has begun, or is not yours to decide, and stays as it is.",
                "%(count)d assignments have begun, or are not yours to decide, and stay as they are.",
                left,
            )
            messages.warning(request, text % {"count": left})

    def saved(self, request, obj, was):
        assignment_changed(obj, was)

    def deleted(self, request, obj):
        assignment_changed(obj)

    def export_rows(self, queryset):
        return queryset.select_related("cadre", "locality")
