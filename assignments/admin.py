"""The administration of localities, cadres, assignments, logins, and the rules about them."""

from datetime import date
from itertools import combinations

import allauth.account.admin  # noqa: F401 - registers what is taken out below
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.actions import assignment_changed, delete_locality, localities_changed, refuse_orphans
from assignments.imports import AssignmentTable, CadreTable, LocalityTable
from assignments.models import (
    AccessGrant,
    Acting,
    Agency,
    Assignment,
    Cadre,
    CoverageReview,
    CoverageRule,
    Decision,
    DecisionLine,
    Handover,
    HolderRule,
    Limit,
    Lineage,
    Locality,
    LocalityType,
    LocalityVersion,
    Place,
    Term,
    Tier,
    User,
)
from assignments.places import placed_models
from cadrenet.admin import (
    InForceFilter,
    OutOfReach,
    ReadOnly,
    ReadOnlyInline,
    RuleAdmin,
    ScopedAdmin,
    ScopedForm,
    ScopedInline,
    ScopedRelatedFilter,
    two_lines,
)
from cadrenet.imports import TableAdmin
from cadrenet.periods import today

# Nobody signs up and no e-mail is verified, so this table stays empty; permissions are given out by superusers.
admin.site.unregister([EmailAddress, Group])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Bundles of permissions. Who could change these could permit themselves everything."""

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


class DecidedLocality:
    """For models whose locality is chosen by decision: of the places where the user decides."""

    decided = ("locality",)

    def choices(self, db_field, queryset, request):
        if db_field.name in self.decided:
            return queryset.decided_by(request.user)
        return super().choices(db_field, queryset, request)


class CommuneFilter(admin.SimpleListFilter):
    """Rows at or below one commune; ``column`` leads to the locality of that tier."""

    title = _("commune or town")
    parameter_name = "commune"
    column = "place__commune"

    def lookups(self, request, model_admin):
        communes = Locality.objects.visible_to(request.user).with_latest().filter(tier=Tier.COMMUNE)
        return [(commune.pk, commune.name) for commune in communes.order_by("latest__sort_key", "code")]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(**{self.column: value}) if value and value.isdigit() else queryset


class CommuneOfLocality(CommuneFilter):
    column = "latest__commune"


class CommuneOfRow(CommuneFilter):
    column = "locality__latest__commune"


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
            return queryset.filter(latest__last_day__lt=today())
        return queryset


def named(place):
    """A place's name with the names above it in small print; a name never stands without them in a list."""
    return place and two_lines(place.name, place.above)


# --- Localities -----------------------------------------------------------------------------------------------


class VersionForm(ScopedForm):
    """One version. With its siblings it is compared in the formset, where all of them stand as they will."""

    def validate_constraints(self):
        # Only what one row decides alone; the rest compares with rows that the same form is changing.
        try:
            self.instance.validate_constraints(exclude={"locality"})
        except ValidationError as error:
            self._update_errors(error)


class VersionFormSet(forms.BaseInlineFormSet):
    """All versions of one locality, as they will stand after saving."""

    user = None

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.instance.changed_together = [version.pk for version in self.get_queryset()]
        return form

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        gone = self.deleted_forms
        kept = [form for form in self.forms if form not in gone and (form.instance.pk or form.has_changed())]
        for form in kept:
            self._check_form(form)
        versions = [form.instance for form in kept]
        for one, other in combinations(versions, 2):
            if overlap(one, other):
                raise ValidationError(
                    _("The versions “%(one)s” and “%(other)s” hold on some of the same days."),
                    params={"one": one.name, "other": other.name},
                )
        if self.instance.pk:
            refuse_orphans(self.instance, versions)

    def _check_form(self, form):
        version = form.instance
        if self.instance.tier and version.type_id and version.type.tier != self.instance.tier:
            form.add_error("type", _("This type is of another tier than the locality."))
        moved = version.pk is None or "parent" in form.changed_data
        if moved and version.parent_id is None and not self.user.is_superuser:
            # Only who decides everywhere may put a locality at the top of the tree.
            form.add_error("parent", _("Choose the locality in which it lies."))


def overlap(one, other):
    """Return whether two dated rows share a day."""
    starts = max(one.first_day or date.min, other.first_day or date.min)
    return starts <= min(one.last_day or date.max, other.last_day or date.max)


class VersionInline(ScopedInline):
    """The versions of a locality: the truth from which everything about it is derived."""

    model = LocalityVersion
    fk_name = "locality"
    form = VersionForm
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
        return super().get_queryset(request).select_related("cadre", "locality__latest")


@admin.register(Locality)
class LocalityAdmin(TableAdmin, ScopedAdmin):
    """Localities with their versions. What is derived from these, places and rosters, follows every change."""

    resource_class = LocalityTable
    file_stem = "localities"
    inlines = [VersionInline, AssignmentsHere]
    list_display = ["name_now", "type_now", "code", "households_now", "ends"]
    list_filter = ["tier", ExistsFilter, CommuneOfLocality]
    list_select_related = ["latest__type"]
    ordering = ["latest__sort_key", "code"]
    search_fields = ["places__search_key", "code"]
    search_help_text = _("A name, also an earlier one, with or without diacritics; or a code.")
    label_related = ["latest"]

    def label(self, obj):
        place = obj.latest
        return f"{place.name} ({place.above})" if place and place.above else str(obj)

    def editable(self, queryset, user):
        return queryset.decided_by(user)

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

    @admin.display(description=_("name"), ordering="latest__sort_key")
    def name_now(self, obj):
        return named(obj.latest) or obj.code

    @admin.display(description=_("type"), ordering="latest__type")
    def type_now(self, obj):
        return obj.latest and obj.latest.type

    @admin.display(description=_("households"), ordering="latest__households")
    def households_now(self, obj):
        return obj.latest and obj.latest.households

    @admin.display(description=_("last day"), ordering="latest__last_day")
    def ends(self, obj):
        return obj.latest and obj.latest.ends

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
        if left := self.left_behind(obj):
            text = ngettext(
                "%(count)d record lies on a day on which this locality does not exist. Look at it.",
                "%(count)d records lie on days on which this locality does not exist. Look at them.",
                left,
            )
            messages.warning(request, text % {"count": left})

    def left_behind(self, obj):
        """Count the facts that were recorded for days on which the locality does not exist."""
        count = 0
        for model in placed_models():
            if any(field.name == "locality" for field in model._meta.concrete_fields):
                after = Q(place__last_day__lt=F(model.placed["place"])) | Q(place=None)
                count += model.objects.filter(after, locality=obj).count()
        return count

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
class LocalityVersionAdmin(ReadOnly, DecidedLocality, ScopedAdmin):
    """Each version by itself, for its history. It is changed on its locality's page."""

    decided = ("parent",)
    list_display = ["name", "type", "code", "parent_name", "first_day", "last_day", "households"]
    list_filter = ["type", InForceFilter]
    list_select_related = ["type", "locality", "parent__latest"]
    ordering = ["locality__code", "first_day"]
    search_fields = ["locality__places__search_key", "locality__code"]

    @admin.display(description=_("code"), ordering="locality__code")
    def code(self, obj):
        return obj.locality.code

    @admin.display(description=_("lies in"))
    def parent_name(self, obj):
        return obj.parent


@admin.register(Lineage)
class LineageAdmin(DecidedLocality, ScopedAdmin):
    """Mergers and splits: which locality came out of which."""

    decided = ("predecessor", "successor")
    list_display = ["effective_on", "kind", "predecessor", "successor", "decision_number"]
    list_display_links = ["effective_on", "kind"]
    list_filter = ["kind"]
    list_select_related = ["predecessor__latest", "successor__latest"]
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
class LocalityTypeAdmin(ScopedAdmin):
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


# --- Agencies, cadres, assignments ------------------------------------------------------------------------------


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

    resource_class = CadreTable
    file_stem = "cadres"
    choices_seen = ("agency",)
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

    resource_class = AssignmentTable
    file_stem = "assignments"
    choices_seen = ("cadre",)
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

    def saved(self, request, obj, was):
        assignment_changed(obj, was)

    def deleted(self, request, obj):
        assignment_changed(obj)

    def export_rows(self, queryset):
        return queryset.select_related("cadre", "locality")


# --- Decisions, handovers, acting ---------------------------------------------------------------------------------


class LinesInline(ReadOnlyInline):
    """The lines of a decision. They are prepared on the decision's own page, where each is checked."""

    model = DecisionLine
    fields = ["where", "role", "cadre", "replaces", "end_reason", "why"]
    readonly_fields = ["where"]
    ordering = ["pk"]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("decision", "cadre", "locality__latest", "replaces__cadre", "replaces__locality")

    @admin.display(description=_("locality"))
    def where(self, obj):
        return named(obj.locality.latest) or obj.locality.code


@admin.register(Decision)
class DecisionAdmin(DecidedLocality, ScopedAdmin):
    """Signed papers by which places change hands."""

    inlines = [LinesInline]
    list_display = ["number", "signed_on", "signer", "first_day", "locality", "enacted_on"]
    list_filter = [("enacted_on", admin.EmptyFieldListFilter)]
    list_select_related = ["locality__latest"]
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

    def get_readonly_fields(self, request, obj=None):
        return ["number", "signed_on", "signer", "first_day", "locality"] if obj and not obj.is_draft else []


@admin.register(DecisionLine)
class DecisionLineAdmin(ReadOnly, ScopedAdmin):
    """Each line by itself, for its history. It is changed on its decision's page."""

    list_display = ["decision", "locality", "role", "cadre"]
    list_select_related = ["decision", "locality__latest", "cadre"]
    search_fields = ["decision__number", "cadre__search_key", "locality__latest__search_key"]


@admin.register(Handover)
class HandoverAdmin(ReadOnly, ScopedAdmin):
    """Handovers, for their history. They open when somebody is replaced, and are ticked on their own page."""

    list_display = ["ended", "successor", "given_on", "received_on"]
    list_filter = [("given_on", admin.EmptyFieldListFilter), ("received_on", admin.EmptyFieldListFilter)]
    list_select_related = ["ended__cadre", "ended__locality__latest", "successor__cadre"]
    search_fields = [
        "ended__cadre__search_key",
        "successor__cadre__search_key",
        "ended__locality__latest__search_key",
    ]


@admin.register(Acting)
class ActingAdmin(ScopedAdmin):
    """Who acts for whom, from when to when."""

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


@admin.register(CoverageReview)
class CoverageReviewAdmin(ReadOnly, ScopedAdmin):
    """When coverage was looked through, and by whom."""

    list_display = ["locality", "day", "by"]
    list_select_related = ["locality__latest", "by"]
    search_fields = ["locality__latest__search_key", "locality__code"]
    date_hierarchy = "day"


# --- Logins -----------------------------------------------------------------------------------------------------


class UserForm(ScopedForm, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class NewUserForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User


class GrantInline(ScopedInline):
    """What a login may see beyond its own assignments."""

    model = AccessGrant
    fields = ["locality", "agency", "level", "first_day", "last_day"]
    autocomplete_fields = ["locality", "agency"]

    def get_min_num(self, request, obj=None, **kwargs):
        # A login that reaches nothing belongs to no area, so nobody but a superuser could find it again.
        return 0 if obj or request.user.is_superuser else 1

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_min=True, **kwargs)


@admin.register(User)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):
    """Logins. Whoever is no superuser handles only logins whose whole reach lies where he decides."""

    form = UserForm
    add_form = NewUserForm
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "password1", "password2"]})]
    inlines = [GrantInline]
    list_display = ["username", "display_name", "cadre", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    list_select_related = ["cadre"]
    search_fields = ["username", "display_name", "cadre__search_key"]

    def visible(self, queryset, user):
        if user.is_superuser:
            return queryset
        granted = AccessGrant.objects.visible_to(user).order_by().values("user")
        linked = Cadre.objects.visible_to(user).exclude(user=None).order_by().values("user")
        return queryset.filter(Q(pk=user.pk) | Q(pk__in=granted) | Q(pk__in=linked))

    def editable(self, queryset, user):
        if user.is_superuser:
            return queryset
        own = AccessGrant.objects.editable_by(user).order_by().values("pk")
        granted_beyond = AccessGrant.objects.filter(user=OuterRef("pk")).exclude(pk__in=own)
        assigned_beyond = beyond(user).filter(cadre__user=OuterRef("pk"))
        return self.visible(queryset, user).filter(
            ~Exists(granted_beyond), ~Exists(assigned_beyond), is_staff=False, is_superuser=False
        )

    def label(self, obj):
        return f"{obj} ({obj.username})"

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.add_fieldsets
        fieldsets = [
            (None, {"fields": ["username", "password", "is_active"]}),
            (_("Name"), {"fields": ["display_name"]}),
        ]
        if request.user.is_superuser:
            text = _(
                "Staff may open the administration, within their scope and with the permissions given here. A "
                "superuser sees and changes everything."
            )
            fields = ["is_staff", "is_superuser", "groups", "user_permissions"]
            fieldsets.append((_("Permissions"), {"fields": fields, "description": text}))
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        return []


@admin.register(AccessGrant)
class AccessGrantAdmin(DecidedLocality, ScopedAdmin):
    """Access to parts of the tree, and to the staff of agencies."""

    list_display = ["user", "level", "locality", "agency", "first_day", "last_day"]
    list_filter = ["level", InForceFilter]
    list_select_related = ["user", "locality__latest", "agency"]
    search_fields = ["user__username", "user__display_name", "locality__latest__search_key", "agency__search_key"]
    autocomplete_fields = ["user", "locality", "agency"]
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "level", "locality", "agency", "first_day", "last_day"],
                "description": _(
                    "Lets a login see everything at and below a locality, or the staff of an agency, beyond what its "
                    "own assignments show. Nobody can give out more than he decides himself."
                ),
            },
        )
    ]

    def choices(self, db_field, queryset, request):
        if db_field.name == "user":
            return self.admin_site.admin_of(User).editable(queryset, request.user)
        return super().choices(db_field, queryset, request)


# --- Rules ------------------------------------------------------------------------------------------------------


@admin.register(CoverageRule)
class CoverageRuleAdmin(RuleAdmin):
    """How many people answer for a locality of each tier."""

    what = _(
        "A locality of this tier counts as covered when at least so many cadres hold this role there on the day "
        "that is asked for. Coverage, and the list of places with nobody, follow this row."
    )
    list_display = ["tier", "role", "minimum", "first_day", "last_day"]
    fields = ["tier", "role", "minimum", "first_day", "last_day"]


@admin.register(Limit)
class LimitAdmin(RuleAdmin):
    """Numbers the office decides."""

    what = _(
        "One number that the office decides: a deadline, a minimum tenure, a smallest number that is shown. On "
        "days for which there is no row, the number that cadrenet ships with holds."
    )
    list_display = ["name", "value", "first_day", "last_day"]
    list_filter = ["name", InForceFilter]
    fields = ["name", "value", "first_day", "last_day"]


@admin.register(HolderRule)
class HolderRuleAdmin(RuleAdmin):
    """What somebody must be in order to hold a role at a tier."""

    what = _(
        "Who should hold this role at this tier. Somebody else may be assigned too: then a warning is shown, and a "
        "reason is asked for and kept."
    )
    list_display = ["tier", "role", "holder", "first_day", "last_day"]
    fields = ["tier", "role", "holder", "first_day", "last_day"]


@admin.register(Term)
class TermAdmin(RuleAdmin):
    """Terms of office."""

    what = _(
        "A term of office. An assignment belongs to the term in which it began; a new decision can begin with the "
        "list of the last term."
    )
    list_display = ["name", "first_day", "last_day"]
    fields = ["name", "first_day", "last_day"]
