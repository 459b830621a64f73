"""The administration of meetings, attendance, and the rules about them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assignments.admin.shared import AsOfToday, CommuneFilter, CommuneOfRow, DecidedAtTop, named
from assignments.models import Agency
from assignments.scope import reach_of
from cadrenet.admin.lists import InForceFilter
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.rules import RuleAdmin
from cadrenet.admin.scope import HasPages, ReadOnly, ScopedForm, ScopedInline
from cadrenet.admin.tables import TableAdmin
from cadrenet.history import sign_change
from cadrenet.periods import today
from meetings.actions import meeting_changed, rule_changed
from meetings.agency_meetings.wording import say_subject
from meetings.entries import broken_rules, say_why
from meetings.excuses import words_read_in
from meetings.forms import WORDS_UNREAD
from meetings.guidance import admin as guidance_admin  # noqa: F401 - registers its own
from meetings.imports import PatternImport
from meetings.models import (
    AGENCY_KINDS,
    Attendance,
    AttendanceLink,
    ExpectationRule,
    Holiday,
    Kind,
    Meeting,
    Pattern,
    RestrictedDay,
)
from meetings.models.pattern import TYPED
from meetings.planning.actions import confirm_days_off, plan_meetings
from meetings.planning.wording import planned_in_words
from meetings.schedule_forms import WhyField


class RosterForm(ScopedForm):
    """What was recorded of one cadre, by the rules of the page on which it is recorded."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        self.unread = row.note if row.note and row.pk not in words_read_in([row], self.user) else ""
        if self.unread:
            self.initial["note"] = ""
            self.fields["note"].help_text = WORDS_UNREAD

    def clean_note(self):
        return self.cleaned_data["note"] or self.unread

    def check_rules(self):
        row = self.instance
        if not self.has_changed():
            return
        if sentences := broken_rules(row, row.meeting, today()):
            raise ValidationError(sentences)
        if row.status == Attendance.Status.EXCUSED:
            self.check_excuse(row)
        else:
            row.excuse_answered_by = None

    def check_excuse(self, row):
        """Excuse only by whoever decides about it, of whom it is asked."""
        if not Attendance.objects.excused_by(self.user).filter(pk=row.pk).exists():
            raise ValidationError(
                {
                    "status": _(
                        "Only the head of the agency or of the regional group excuses. Record “Absent” for extreme "
                        "urgency: that asks for it."
                    )
                }
            )
        row.excuse_answered_by = self.user


class RosterInline(ScopedInline):
    """Who is on the roster, and what was recorded."""

    model = Attendance
    form = RosterForm
    fields = ["cadre", "expected", "status", "reason", "note"]
    readonly_fields = ["cadre", "expected"]
    can_delete = False
    only_stored = True
    verbose_name_plural = _("roster")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("cadre", "meeting")

    def has_add_permission(self, request, obj=None):
        return False


class GuestForm(ScopedForm):
    """Somebody who came without being expected."""

    def check_rules(self):
        meeting = self.instance.meeting
        if meeting.locality_id is None:
            raise ValidationError(_("No list is kept of who comes to an agency's own meeting."))
        if meeting.starts_at and timezone.localtime(meeting.starts_at).date() > today():
            raise ValidationError(_("The meeting lies in the future: nobody can have come yet."))

    def clean_status(self):
        status = self.cleaned_data["status"]
        if status != Attendance.Status.PRESENT:
            raise ValidationError(_("Say whether this guest was present."))
        return status


class GuestInline(ScopedInline):
    """Rows for those who came without being expected; those there are stand on the roster."""

    model = Attendance
    form = GuestForm
    fields = ["cadre", "status", "reason", "note"]
    autocomplete_fields = ["cadre"]
    can_delete = False
    verbose_name = _("guest")
    verbose_name_plural = _("add guests")

    def get_queryset(self, request):
        return super().get_queryset(request).none()

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)


class MeetingAdminForm(ScopedForm):
    """A meeting; whoever moves or cancels one that follows from a pattern says why."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "why" in self.fields and not self.instance.follows_a_pattern:
            self.fields["why"].widget = forms.HiddenInput()

    why = WhyField(_("Why it is moved or cancelled"))

    def clean(self):
        cleaned, stored = super().clean(), self.instance
        moved = cleaned.get("starts_at") not in (None, stored.starts_at)
        cancelled = cleaned.get("status") == Meeting.Status.CANCELLED
        if stored.follows_a_pattern and (moved or cancelled) and not cleaned.get("why"):
            self.add_error("why", say_why())
        if "subject" in self.fields and stored.pk is None and cleaned.get("agency") and not cleaned.get("subject"):
            self.add_error("subject", say_subject())
        return cleaned


@admin.register(Meeting)
class MeetingAdmin(HasPages, ScopedAdmin):
    """Meetings with their rosters."""

    form = MeetingAdminForm
    settled = ("locality", "agency")

    inlines = [RosterInline, GuestInline]
    list_display = ["day_and_time", "kind", "where", "status", "convened_by"]
    list_filter = ["kind", "status", "convened_by", "extraordinary", CommuneFilter]
    list_select_related = ["agency", "place"]
    search_fields = ["code", "place__search_key", "agency__search_key"]
    search_help_text = _("A locality or an agency, with or without diacritics; or a code.")
    autocomplete_fields = ["locality", "agency"]
    date_hierarchy = "day"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "kind",
                    "locality",
                    "agency",
                    "subject",
                    "starts_at",
                    "ends_at",
                    "venue",
                    "status",
                    "why",
                    "convened_by",
                    "extraordinary",
                    "override_reason",
                ],
                "description": _(
                    "An agency meeting or a training session belongs to an agency, every other meeting to a "
                    "locality. Who is expected follows from the rules and the assignments of its day: saving "
                    "brings the roster in line, and keeps what was recorded."
                ),
            },
        ),
        (_("Households"), {"fields": ["households_total", "households_represented"]}),
        (_("Numbers of a residence meeting"), {"fields": ["invited", "came"]}),
        (_("Programme"), {"fields": ["programme", "programme_feedback"]}),
        (_("Quality"), {"fields": ["quality_organisation", "quality_content", "quality_time"]}),
        (_("Topics"), {"fields": ["topics"]}),
        (_("For files"), {"fields": ["code"]}),
    ]

    def choices(self, db_field, queryset, request):
        if db_field.remote_field.model is Agency and not request.user.is_superuser:
            return queryset.filter(pk__in=reach_of(request.user).records_for)
        return super().choices(db_field, queryset, request)

    @admin.display(description=_("starts at"), ordering="starts_at")
    def day_and_time(self, obj):
        return obj.starts_at

    @admin.display(description=_("where"), ordering="place__sort_key")
    def where(self, obj):
        return named(obj.place) or obj.agency

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        # What was recorded is never thrown away, and what follows from a pattern would come back: both are cancelled.
        return allowed and (obj is None or not (obj.pattern_id or recorded(obj)))

    def save_model(self, request, obj, form, change):
        sign_change(obj, why=form.cleaned_data.get("why", ""))
        super().save_model(request, obj, form, change)

    def saved(self, request, obj, was):
        meeting_changed(obj)


def recorded(meeting):
    """Return whether somebody's attendance was recorded."""
    return meeting.attendances.exclude(status=Attendance.Status.UNRECORDED).exists()


@admin.register(Attendance)
class AttendanceAdmin(ReadOnly, ScopedAdmin):
    """Each attendance by itself, for its history. It is recorded on its meeting's page."""

    visible_choices = ("cadre",)
    list_display = ["day", "cadre", "meeting_kind", "where", "expected", "said", "reason"]
    list_filter = ["status", "expected", "reason", CommuneFilter]
    list_select_related = ["cadre", "meeting__agency", "place"]
    ordering = ["-day", "pk"]
    search_fields = ["cadre__search_key", "cadre__code", "place__search_key", "meeting__code"]
    date_hierarchy = "day"
    fields = ["meeting", "cadre", "expected", "status", "reason"]

    def get_fields(self, request, obj=None):
        # Words are for the cadre and those who decide, and for nobody because he administers.
        shown = super().get_fields(request, obj)
        return [*shown, "note"] if obj and words_read_in([obj], request.user) else shown

    def get_historical_record_context_helper(self, request, historical_record):
        helper = super().get_historical_record_context_helper(request, historical_record)
        known = request.__dict__.setdefault("_words_read", {})
        key = historical_record.id
        if key not in known:
            known[key] = Attendance.objects.filter(pk=key).words_read_by(request.user).exists()
        helper.unread = frozenset() if known[key] else frozenset({"note"})
        return helper

    @admin.display(description=_("where"), ordering="place__sort_key")
    def where(self, obj):
        return named(obj.place) or obj.meeting.agency

    @admin.display(description=_("status"), ordering="status")
    def said(self, obj):
        """What was recorded; where nobody met, that, and nobody is called present."""
        there = (Attendance.Status.PRESENT, Attendance.Status.UNRECORDED)
        if obj.meeting.took_no_place and obj.status in there:
            return obj.meeting.get_status_display()
        return obj.get_status_display()

    @admin.display(description=_("kind"), ordering="meeting__kind")
    def meeting_kind(self, obj):
        return obj.meeting.get_kind_display()


@admin.register(AttendanceLink)
class AttendanceLinkAdmin(ReadOnly, ScopedAdmin):
    """Personal links, without what makes them work. They are made and revoked on the page of their meeting."""

    visible_choices = ("cadre",)
    list_display = ["cadre", "meeting", "made_by", "made_at", "last_day", "last_used_at", "revoked_at"]
    list_select_related = ["cadre", "meeting", "made_by"]
    search_fields = ["cadre__search_key", "cadre__code"]
    date_hierarchy = "day"
    fields = ["meeting", "cadre", "purpose", "made_by", "made_at", "last_day", "last_used_at", "revoked_at"]


class ExpectationForm(ScopedForm):
    """Only meetings of localities expect somebody by assignment."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            kept = [choice for choice in Kind.choices if choice[0] not in AGENCY_KINDS]
            self.fields["kind"].choices = [("", "---------"), *kept]


@admin.register(ExpectationRule)
class ExpectationRuleAdmin(DecidedAtTop, RuleAdmin):
    """Who is expected at which meeting."""

    form = ExpectationForm
    what = _(
        "Whoever holds this role at a locality of this tier, in the same branch of the tree, is expected at every "
        "meeting of this kind. At a commune's meeting, hamlets mean those that lie in the commune that day. "
        "“Welcome” puts nobody on a roster. Saving brings the rosters of all these meetings in line, which takes "
        "some seconds for a district; what was recorded stays."
    )
    list_display = ["kind", "role", "tier", "expectation", "first_day", "last_day"]
    list_filter = ["kind", InForceFilter]
    fields = ["kind", "role", "tier", "expectation", "first_day", "last_day"]

    def saved(self, request, obj, was):
        self.tell(request, rule_changed(obj, was))

    def deleted(self, request, obj):
        self.tell(request, rule_changed(obj))

    def tell(self, request, changed):
        """Say how far a change of the rule has reached."""
        text = ngettext(
            "%(count)d attendance has been brought in line.",
            "%(count)d attendances have been brought in line.",
            changed,
        )
        messages.info(request, text % {"count": changed})


@admin.register(RestrictedDay)
class RestrictedDayAdmin(DecidedAtTop, RuleAdmin):
    """Days on which agencies should not meet."""

    what = _(
        "From this day of the month to that one, agencies should hold no meetings, because localities hold theirs. "
        "Who enters one all the same is warned and gives a reason; nothing is forbidden. For one single day, write "
        "it twice."
    )
    list_display = ["days", "first_day", "last_day"]
    fields = ["first_day_of_month", "last_day_of_month", "first_day", "last_day"]

    @admin.display(description=_("days of the month"), ordering="first_day_of_month")
    def days(self, obj):
        return str(obj)


@admin.register(Pattern)
class PatternAdmin(AsOfToday, TableAdmin, HasPages, ScopedAdmin):
    """Patterns of regular meetings. Saving plans the meetings of the next twelve months."""

    settled = ("locality", "kind")
    table_import = PatternImport
    file_stem = "patterns"
    list_display = ["where", "kind", "rule", "starts", "venue", "first_day", "last_day"]
    list_filter = ["kind", InForceFilter, CommuneOfRow]
    ordering = ["standing__sort_key", "kind", "first_day"]
    search_fields = ["standing__search_key", "locality__code"]
    autocomplete_fields = ["locality"]
    fieldsets = [
        (
            None,
            {
                "fields": ["locality", "kind", *TYPED],
                "description": _(
                    "Either a day of the month, or a weekday and which one of the month. Saving plans the meetings "
                    "of the next twelve months; those that somebody has moved, cancelled or recorded stay."
                ),
            },
        ),
    ]

    @admin.display(description=_("locality"), ordering="standing__sort_key")
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code

    @admin.display(description=_("held on"))
    def rule(self, obj):
        return obj.rule_in_words

    def saved(self, request, obj, was):
        # What was its locality's before may be another pattern's to plan now.
        localities = {obj.locality_id, was.locality_id} if was else {obj.locality_id}
        self.tell(request, localities)

    def imported(self, request, changes):
        self.tell(request, {change.row.locality_id for change in changes})

    def tell(self, request, localities):
        """Plan the meetings of some localities, and say how many there are."""
        planned = plan_meetings(localities, on=today(), by=request.user)
        messages.info(request, planned_in_words(planned))


@admin.register(Holiday)
class HolidayAdmin(DecidedAtTop, ScopedAdmin):
    """The calendar of days off, which holds for everybody."""

    list_display = ["day", "name", "kind", "source", "confirmed_by", "confirmed_at"]
    list_filter = ["kind", ("confirmed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["confirmed_by"]
    search_fields = ["name", "source"]
    date_hierarchy = "day"
    actions = ["confirm"]
    fieldsets = [
        (
            None,
            {
                "fields": ["day", "name", "kind", "source"],
                "description": _(
                    "A regular meeting whose day is off is planned on the next day that is not. Days are proposed "
                    "year by year; swaps of a weekday for a Saturday are announced and have to be added. Whoever "
                    "saves a row, or confirms it in the list, vouches for it."
                ),
            },
        ),
    ]

    def save_model(self, request, obj, form, change):
        # What somebody has typed or looked at is confirmed by that.
        obj.confirmed_by, obj.confirmed_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Confirm the chosen days"), permissions=["change"])
    def confirm(self, request, queryset):
        number = confirm_days_off(queryset, by=request.user, at=timezone.now())
        text = ngettext("%(number)s day is confirmed.", "%(number)s days are confirmed.", number)
        messages.success(request, text % {"number": number})
