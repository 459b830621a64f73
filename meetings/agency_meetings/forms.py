"""What people type about a meeting of an agency."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assignments.models import Agency, Place, Tier
from assignments.scope import reach_of
from cadrenet.dates import DayField
from cadrenet.periods import ONE_DAY
from cadrenet.texts import FreeTextInput
from meetings.agency_meetings.calendar import Session
from meetings.agency_meetings.look import Proposal, usual_length
from meetings.agency_meetings.wording import length_in_words, say_subject
from meetings.models import AGENCY_KINDS, Kind, Meeting
from meetings.queries import assumed_length, office_time
from meetings.schedule_forms import MeetingForm, passes_midnight

LONGEST_IN_DAYS = 31
# What a look at a meeting needs: the rest may still be missing.
TIMES = ("agency", "kind", "day", "starts", "ends", "last_day")
# Whose reading of a reason is told only where there is such a tier.
TOLD_BY_TIER = (Tier.DISTRICT, Tier.REGIONAL_GROUP)


class AgencyMeetingForm(MeetingForm):
    """A meeting or training of an agency. Its last field comes into play once something stands in its way.

    A training of several days is entered at once, and stored as a meeting for each day, so that each is compared with
    what localities do at that time of that day, and can be moved by itself.
    """

    columns = {**MeetingForm.columns, "why": "override_reason"}

    subject = FreeTextInput(label=_("Subject"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for a training or meeting of several days, each at the same time."),
    )
    why = FreeTextInput(
        label=_("Why at this time all the same"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    class Meta(MeetingForm.Meta):
        fields = ["agency", "subject", "kind", "convened_by", "extraordinary"]
        widgets = {"kind": forms.RadioSelect}

    field_order = ["agency", "subject", "kind", "day", "starts", "ends", "last_day", "convened_by", "extraordinary"]

    def __init__(self, *args, agencies, meetings, **kwargs):
        super().__init__(*args, **kwargs)
        self.meetings = meetings
        # How long the agency usually meets, where the end follows from that; and what is done where none is typed.
        self.filled_in, self.end_rule = None, ""
        self.fields["ends"].help_text = ""
        if not self.initial.get("kind"):
            self.initial["kind"] = Kind.AGENCY.value
        new = self.instance.pk is None
        self.fields["agency"].queryset = agencies
        self.fields["agency"].required = True
        self.fields["agency"].empty_label = _("Choose an agency")
        # What a file brought in without a subject may stay so.
        self.fields["subject"].required = new or bool(self.instance.subject)
        self.fields["subject"].error_messages["required"] = say_subject()
        self.initial["why"] = self.instance.override_reason
        self.offer_tiers()
        if new:
            offered = list(agencies[:2])
            only = offered[0] if len(offered) == 1 else None
            if only and not self.initial.get("agency"):
                self.initial["agency"] = only
            self.end_rule = self.end_in_words(only)
            self.fields["ends"].widget.attrs["aria-describedby"] = "end-rule"
        else:
            # Whose meeting it is stays; a wrong one is cancelled.
            self.fields["agency"].disabled = True
            self.keep_to_its_days()

    def offer_tiers(self):
        """Name only who is there: a ward that stands on its own has no district, and no heads of groups."""
        there = Place.objects.on(self.on).filter(tier__in=TOLD_BY_TIER).order_by()
        tiers = set(there.values_list("tier", flat=True).distinct())
        gone = Meeting.ConvenedBy.DISTRICT if Tier.DISTRICT not in tiers else None
        choices = [choice for choice in Meeting.ConvenedBy.choices if choice[0] != gone]
        if gone and self.instance.convened_by == gone:
            choices = Meeting.ConvenedBy.choices
        self.fields["convened_by"].choices = [("", _("The agency itself")), *choices]
        self.fields["extraordinary"].help_text = _(
            "Called out of turn by the province or above: restricted days do not bind it."
        )
        readers = _("Those who are expected elsewhere read it.")
        if Tier.REGIONAL_GROUP in tiers:
            readers = _("Those who are expected elsewhere read it, and so do the heads of their groups.")
        absence = _("Their absence is filled in beforehand as “Agency meeting”, which does not excuse it.")
        self.fields["why"].help_text = format_lazy("{} {}", readers, absence)

    def keep_to_its_days(self):
        """Ask for a last day only of a stored meeting that has one: each of several new days is a meeting itself."""
        starts, ends = timezone.localtime(self.instance.starts_at), self.instance.ends_at
        last_day = timezone.localtime(ends).date() if ends else starts.date()
        over_midnight = last_day == starts.date() + ONE_DAY and self.initial["ends"] < starts.time()
        if last_day == starts.date() or over_midnight:
            del self.fields["last_day"]
        else:
            self.initial["last_day"] = last_day

    def end_in_words(self, agency):
        """What is done where no end is typed."""
        assumed = assumed_length(self.on)
        if usual := agency and usual_length(agency, self.initial["kind"], self.meetings):
            return _("Empty: %(length)s after the beginning, as long as the agency usually meets.") % {
                "length": length_in_words(usual)
            }
        return _("Empty: as long as the agency usually meets; where that is not known, %(length)s are assumed.") % {
            "length": length_in_words(assumed)
        }

    def kinds(self):
        return AGENCY_KINDS

    # --- What was typed

    def clean(self):
        self.fill_in_end()
        cleaned = super().clean()
        day, last_day = cleaned.get("day"), cleaned.get("last_day")
        if day and last_day and last_day < day:
            self.add_error("last_day", _("The last day lies before the first day."))
        elif day and last_day and (last_day - day).days >= LONGEST_IN_DAYS:
            self.add_error("last_day", _("That is more than a month. Enter shorter trainings one by one."))
        several = last_day and last_day != day
        if several and not cleaned.get("ends") and "ends" not in self.errors:
            self.add_error("ends", _("A meeting of several days needs a time at which it ends."))
        elif (
            several
            and self.instance.pk is None
            and {"starts", "ends"} <= cleaned.keys()
            and passes_midnight(cleaned["starts"], cleaned["ends"])
        ):
            self.add_error("ends", _("On each of several days it ends on the same day."))
        return cleaned

    def fill_in_end(self):
        """Let a new meeting without an end take as long as the agency usually meets."""
        cleaned = self.cleaned_data
        if self.instance.pk is not None or cleaned.get("ends") or "ends" in self.errors:
            return
        agency, starts, day = cleaned.get("agency"), cleaned.get("starts"), cleaned.get("day")
        if not (agency and starts and day and cleaned.get("kind")):
            return
        self.filled_in = usual_length(agency, cleaned["kind"], self.meetings)
        if self.filled_in:
            cleaned["ends"] = (datetime.combine(day, starts) + self.filled_in).time()

    def last_day_of(self, cleaned):
        last_day = super().last_day_of(cleaned)
        # The first of several new days is a meeting of that day.
        return last_day if self.instance.pk is not None or last_day == cleaned.get("day") else None

    @property
    def times_known(self):
        """Whether enough was typed for a look at what stands in the way, whatever else is missing."""
        return self.is_bound and not any(name in self.errors for name in TIMES) and bool(self.instance.starts_at)

    @property
    def proposal(self):
        """What was typed, as it would be saved."""
        meeting, cleaned = self.instance, self.cleaned_data
        first = Session(meeting.starts_at, meeting.known_end)
        last_day = cleaned.get("last_day") if meeting.pk is None else None
        days = (last_day - cleaned["day"]).days if last_day else 0
        convened_by, extraordinary = cleaned.get("convened_by", ""), cleaned.get("extraordinary", False)
        asked = Meeting(convened_by=convened_by, extraordinary=extraordinary)
        return Proposal(
            agency=cleaned["agency"],
            sessions=tuple(first.shifted(ONE_DAY * step) for step in range(days + 1)),
            exempt=asked.is_exempt,
            meeting=meeting.pk,
        )

    @property
    def meetings_to_save(self):
        """The meeting that was typed, and of a training of several days one for each further day."""
        first, sessions = self.instance, self.proposal.sessions
        same = {name: getattr(first, name) for name in ("kind", "agency", "subject", "convened_by", "extraordinary")}
        further = [Meeting(starts_at=one.starts_at, ends_at=one.ends_at, **same) for one in sessions[1:]]
        return [first, *further]


def moved_to(value, form):
    """Return what was sent of a form, moved to the free time of a button (``Slot.value``); as many days, as long.

    As it was where the button, or what was typed, says nothing sensible.
    """
    if not form.times_known:
        return form.data
    try:
        by = moment_of(value) - form.instance.starts_at
        moved = as_typed([one.shifted(by) for one in form.proposal.sessions])
    except (ValueError, OverflowError):
        return form.data
    data = form.data.copy()
    for name, typed in moved.items():
        data[name] = typed
    return data


def moment_of(value):
    """The moment that a button for a free time names (``Slot.value``), by the clock of the office."""
    day, _at, clock = value.partition("T")
    return office_time(date.fromisoformat(day), time.fromisoformat(clock))


def as_typed(sessions):
    """The fields of a form that say when some sessions are."""
    first, last = sessions[0], sessions[-1]
    typed = {"day": localize_input(first.day), "starts": clock_of(first.starts_at)}
    if first.ends_at:
        typed["ends"] = clock_of(first.ends_at)
        if len(sessions) > 1:
            typed["last_day"] = localize_input(last.day)
        elif len(first.days) > 1 and not passes_midnight_of(first):
            typed["last_day"] = localize_input(first.days[-1])
    return typed


def clock_of(moment):
    """A time as people type it."""
    return f"{timezone.localtime(moment):%H:%M}"


def passes_midnight_of(session):
    """Whether a session ends on the next day because it passes midnight."""
    starts, ends = timezone.localtime(session.starts_at).time(), timezone.localtime(session.ends_at).time()
    return len(session.days) == 2 and passes_midnight(starts, ends)


def agency_form(user, on, **kwargs):
    """The form for a meeting of an agency, with the agencies whose meetings the user enters."""
    reach = reach_of(user)
    agencies = Agency.objects.visible_to(user)
    if not reach.everything:
        agencies = agencies.filter(pk__in=reach.records_for)
    return AgencyMeetingForm(user=user, on=on, agencies=agencies, meetings=Meeting.objects.visible_to(user), **kwargs)
