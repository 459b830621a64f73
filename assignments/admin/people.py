"""The administration of agencies, cadres and assignments."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.actions import Refused, assignment_changed, carry_out
from assignments.admin.shared import AsOfToday, CommuneOfRow, DecidedLocality, SpanForm, SpanFormSet, named
from assignments.changes import Change, leaving, withdrawal
from assignments.imports import AssignmentImport, CadreImport, PostingImport, has_ended
from assignments.leaving import end_access
from assignments.models import Agency, Assignment, Cadre, Posting, User
from assignments.models.posting import posting_on, staff_on
from assignments.rights import logins_changed_by
from cadrenet.admin.lists import InForceFilter, ScopedRelatedFilter
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.scope import HasPages, OutOfReach, ReadOnlyInline, ScopedForm, ScopedInline
from cadrenet.admin.tables import TableAdmin
from cadrenet.codes import key_in
from cadrenet.periods import today


@admin.register(Agency)
class AgencyAdmin(AsOfToday, DecidedLocality, ScopedAdmin):
    """Agencies whose staff are sent to localities."""

    list_display = ["name", "code", "locality"]
    search_fields = ["search_key", "code"]
    autocomplete_fields = ["locality"]
    fields = ["name", "code", "locality"]


class PostingFormSet(SpanFormSet):
    """All postings of one cadre, as they will stand after saving."""

    def shared_days(self, one, other):
        return ValidationError(_("Two of these postings hold on some of the same days."))


class PostingInline(ScopedInline):
    """Where a cadre works and worked: to correct what was recorded wrongly."""

    model = Posting
    form = SpanForm
    formset = PostingFormSet
    fields = ["agency", "position", "first_day", "last_day"]
    autocomplete_fields = ["agency"]
    verbose_name_plural = _(
        "postings: where somebody works, from when to when. Correct here what was recorded wrongly"
    )


class AgencyToday(admin.SimpleListFilter):
    """Cadres by the agency at which they work today."""

    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        return [(row.pk, row.name) for row in Agency.objects.visible_to(request.user)]

    def queryset(self, request, queryset):
        key = key_in(self.value())
        return queryset if key is None else queryset.filter(staff_on(today(), [key], "pk"))


class AssignmentsHeld(ReadOnlyInline):
    """What a cadre answers and answered for."""

    model = Assignment
    fields = ["where", "role", "first_day", "last_day", "decision_number"]
    readonly_fields = ["where"]
    ordering = ["-first_day", "pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("cadre").as_of(today())

    @admin.display(description=_("locality"))
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code


@admin.register(Cadre)
class CadreAdmin(TableAdmin, ScopedAdmin):
    """Cadres. Only what the work needs is held of a person."""

    table_import = CadreImport
    file_stem = "cadres"
    inlines = [PostingInline, AssignmentsHeld]
    readonly_fields = ["moves"]
    list_display = ["full_name", "code", "position_today", "agency_today", "committee_role", "party_member"]
    list_filter = [
        "committee_role",
        "party_member",
        ("left_on", admin.EmptyFieldListFilter),
        AgencyToday,
    ]
    ordering = ["sort_key", "code"]
    search_fields = ["search_key", "code"]
    search_help_text = _("A name, with or without diacritics, or a code.")
    autocomplete_fields = ["user"]
    fieldsets = [
        (
            None,
            {
                "fields": ["full_name", "code", "moves", "committee_role", "party_member", "left_on"],
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

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(posting_on(today()))

    @admin.display(description=_("agency"))
    def agency_today(self, obj):
        return obj.agency

    @admin.display(description=_("position"))
    def position_today(self, obj):
        return obj.position

    @admin.display(description=_("where somebody works"))
    def moves(self, obj):
        """Where the two ways part: a move begins something new, a correction changes what is recorded."""
        if not obj.pk:
            return "–"
        link = '<a href="{}">{}</a>'
        return format_html(
            f"{link} · {{}}",
            reverse("assignments:posting_create", args=[obj.pk]),
            _("Moves to another agency from …"),
            _("What was recorded wrongly is corrected below, under “postings”."),
        )

    def get_readonly_fields(self, request, obj=None):
        return ["moves"] if request.user.has_perm("assignments.change_user") else ["moves", "user"]

    def choices(self, db_field, queryset, request):
        if db_field.name == "user":
            return self.admin_site.admin_of(User).editable(queryset, request.user)
        return super().choices(db_field, queryset, request)

    @admin.display(description=_("full name"), ordering="sort_key")
    def full_name(self, obj):
        return obj.full_name

    def save_model(self, request, obj, form, change):
        if "user" in form.changed_data:
            # Whoever loses the cadre loses what it reached: that changes his login, too.
            self.refuse_login(request, form.initial.get("user"))
        super().save_model(request, obj, form, change)
        if "user" in form.changed_data:
            # By now the login reaches all that the cadre holds, today and later.
            self.refuse_login(request, obj.user_id)

    def saved(self, request, obj, was):
        end_access(obj)

    def refuse_login(self, request, login):
        """Refuse to change what a login reaches where the user does not decide about all of it."""
        if login is not None and not logins_changed_by(request.user, User.objects.filter(pk=login)).exists():
            raise OutOfReach

    def response_change(self, request, obj):
        """Whoever has left and still holds something is not left at that: the page that ends it comes next."""
        if obj.left_on and obj.left_on < today() and obj.still_holds:
            sentence = _("%(cadre)s has left, and still holds something. End it here, on that day, in one step.")
            messages.warning(request, sentence % {"cadre": obj.full_name})
            return redirect("assignments:cadre_leave", obj.pk)
        return super().response_change(request, obj)


@admin.register(Posting)
class PostingAdmin(TableAdmin, ScopedAdmin):
    """Where cadres work, and as what, from when to when."""

    table_import = PostingImport
    file_stem = "postings"
    visible_choices = ("agency",)
    list_display = ["cadre", "position", "agency", "first_day", "last_day"]
    list_filter = [InForceFilter, ("agency", ScopedRelatedFilter)]
    list_select_related = ["cadre", "agency__locality"]
    ordering = ["cadre__sort_key", "cadre__code", F("first_day").asc(nulls_first=True), "pk"]
    search_fields = ["cadre__search_key", "cadre__code", "agency__search_key", "agency__code"]
    search_help_text = _("A cadre or an agency.")
    autocomplete_fields = ["cadre", "agency"]
    fieldsets = [
        (
            None,
            {
                "fields": ["cadre", "agency", "position", "first_day", "last_day"],
                "description": _(
                    "Correct here what was recorded wrongly. Somebody who moves to another agency keeps what was "
                    "until then: record that on the cadre's page, “Moves to another agency from …”."
                ),
            },
        )
    ]

    def export_rows(self, queryset):
        return queryset.select_related("cadre", "agency")


class AssignmentAdminForm(ScopedForm):
    """As on the pages, an assignment ends for a reason."""

    def check_rules(self):
        if self.instance.last_day and "last_day" in self.changed_data and not self.instance.end_reason:
            raise ValidationError({"end_reason": _("Choose a reason")})


@admin.register(Assignment)
class AssignmentAdmin(AsOfToday, HasPages, DecidedLocality, TableAdmin, ScopedAdmin):
    """Who answers for which locality, from when to when."""

    form = AssignmentAdminForm
    table_import = AssignmentImport
    file_stem = "assignments"
    settled = ("cadre", "role", "locality", "first_day")
    list_display = ["cadre", "role", "where", "first_day", "last_day", "decision_number"]
    list_filter = [
        InForceFilter,
        "role",
        ("locality__tier", admin.ChoicesFieldListFilter),
        "end_reason",
        CommuneOfRow,
    ]
    list_select_related = ["cadre"]
    ordering = ["standing__sort_key", "locality__code", "-first_day", "pk"]
    search_fields = [
        "cadre__search_key",
        "cadre__code",
        "standing__search_key",
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

    @admin.display(description=_("locality"), ordering="standing__sort_key")
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not has_ended(obj))

    def may_be_taken_back(self, obj):
        return obj.first_day is not None and obj.first_day > today()

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
