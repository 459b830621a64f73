"""Meetings: of localities, and of the agencies whose staff go there."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Agency, Locality, Place, Placed, Tier
from assignments.models.place import PlacedQuerySet, facts_below
from assignments.models.posting import staff_of_own_day
from assignments.scope import reach_of
from cadrenet.codes import CodeField, new_code
from cadrenet.dates import BoundedDateTimeField
from cadrenet.periods import today
from cadrenet.texts import FreeTextField, LinesField, called
from cadrenet.words import WordsField
from meetings.models.kinds import AGENCY_KINDS, KIND_LABELS, KIND_TIERS, TITLES, Kind, kind_of_another_tier
from meetings.models.sequence import ANNOUNCED, announcing

# From when on, by the clock of the office, a meeting takes somebody's evening.
EVENING_BEGINS = time(17, 0)
MORE_THAN_THE_GROUP_HAS = _("More households are represented than the group has.")
MORE_CAME_THAN_INVITED = _(
    "More came than were invited. Whoever came without an invitation counts among the invited."
)


# Roots at these tiers hold a good part of an area; those below are read place by place.
WIDE_TIERS = {Tier.PROVINCE, Tier.DISTRICT, Tier.REGIONAL_GROUP}


def in_areas_of(roots):
    """Return the condition that a fact lies in the areas in which some roots ever stood.

    It says less than ``facts_below``, with which it goes together: the indexes of facts begin with the area, so one
    district among fifty reads its own facts only. A province lies above the areas, and asks for nothing; neither do
    districts alone, which are their own areas.
    """
    areas = {locality for tier, locality in roots if tier == Tier.DISTRICT}
    others = {locality for _tier, locality in roots} - areas
    if not others or any(tier == Tier.PROVINCE for tier, _id in roots):
        return Q()
    stood = Place.objects.order_by().filter(locality__in=others)
    return Q(area__in=areas | set(stood.values_list("area", flat=True).distinct()))


class MeetingQuerySet(PlacedQuerySet):
    """Meetings in the user's part of the tree and of its agencies, and those attended.

    Attended by the user, by whomever the user acts for, or by own staff.
    """

    def update(self, **values):
        return super().update(**{**announcing(self.model, values), **values})

    def reached(self, reach, roots):
        # Whoever answers for a district keeps its agencies from meeting on the days of the localities.
        agencies = Agency.objects.order_by().reached(reach, roots)
        return self.below_or_of(roots, agencies.values_list("pk", flat=True), self.attended(reach))

    def reached_in_places(self, reach, roots):
        # An agency meets in no place, so none has to be asked for.
        return self.below_or_of(roots, [], self.attended(reach))

    def beside_places(self, reach):
        attended = Q(pk__in=[])
        for source in self.attended(reach):
            attended |= Q(pk__in=source)
        return attended

    def attended(self, reach):
        """The keys of the meetings at which the user or own staff are expected or were, from one source each."""
        from meetings.models.attendance import Attendance

        attended = Attendance.objects.order_by()
        sources = []
        if reach.cadres:
            sources.append(attended.filter(cadre__in=sorted(reach.cadres)).values_list("meeting", flat=True))
        if reach.agencies:
            staff = attended.filter(staff_of_own_day(sorted(reach.agencies)))
            sources.append(staff.values_list("meeting", flat=True))
        return sources

    def may_be_added_by(self, user):
        return super().may_be_added_by(user) or bool(reach_of(user).records_for)

    def reached_to_edit(self, reach, roots):
        return self.below_or_of(roots, reach.records_for, [])

    def below_or_of(self, roots, agencies, sources):
        """Meetings below some roots, of some agencies, or named by one of the sources.

        One plain OR would make the database look at every meeting there is: seconds for a hamlet's list among fifty
        districts. So what is small is read source by source; and beside a district, whose meetings are many, the
        others are named one by one, so that each part of the OR has its index.
        """
        if any(tier in WIDE_TIERS for tier, _id in roots):
            others = Q(agency__in=list(agencies))
            for source in sources:
                others |= Q(pk__in=list(source))
            near = in_areas_of(roots)
            return self.filter(facts_below(roots) | others, near | others if near else Q())
        meetings = Meeting.objects.order_by()
        sources = [
            meetings.filter(facts_below(roots)).values_list("pk", flat=True),
            meetings.filter(agency__in=agencies).values_list("pk", flat=True),
            *sources,
        ]
        return self.filter(pk__in=sources[0].union(*sources[1:], all=True).order_by())

    def of_localities(self):
        """Meetings of localities, without those of agencies."""
        return self.filter(agency=None)

    def due(self):
        """Meetings that were not cancelled."""
        return self.exclude(status=Meeting.Status.CANCELLED)

    def beyond_the_end(self):
        """Meetings on days on which their locality does not exist, without those that took no place."""
        return super().beyond_the_end().exclude(agency__isnull=False).exclude(status__in=Meeting.TOOK_NO_PLACE)

    def held(self):
        """Meetings that took place."""
        return self.filter(status=Meeting.Status.HELD)

    def to_record(self, day):
        """Meetings up to a day of which nobody has said whether they took place, or who came."""
        from meetings.models.attendance import Attendance

        unrecorded = Attendance.objects.in_rates().filter(meeting=OuterRef("pk"), status=Attendance.Status.UNRECORDED)
        planned, held = Q(status=Meeting.Status.PLANNED), Q(status=Meeting.Status.HELD)
        return self.filter(planned | (held & Exists(unrecorded)), day__lte=day)

    def named(self, text):
        """Meetings of a locality or agency whose name holds the text; marks may be left out, and not mistyped."""
        of_place = called(text, "place__name", "place__search_key")
        return self.filter(of_place | called(text, "agency__name", "agency__search_key"))

    def with_where(self):
        """Bring along what names the meeting: its place, or its agency."""
        return self.select_related("place", "agency")


def lies_ahead(today):
    """Return the sentence about a meeting that is said to be over, and lies ahead."""
    return gettext("What was recorded says that the meeting is over. It cannot lie after %(today)s.") % {
        "today": date_format(today, "DATE_FORMAT")
    }


class Meeting(Placed):
    """One meeting of a locality (a committee, a cell, a group) or of an agency (a meeting, a training)."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        NOT_HELD = "not_held", _("Not held")
        CANCELLED = "cancelled", _("Cancelled")

    # Said of a meeting that is over; and of one at which nobody met.
    OVER = (Status.HELD, Status.NOT_HELD)
    TOOK_NO_PLACE = (Status.NOT_HELD, Status.CANCELLED)

    class ConvenedBy(models.TextChoices):
        COMMUNE = "commune", _("Commune")
        DISTRICT = "district", _("District")
        PROVINCE = "province", _("Province")
        CENTRAL = "central", _("Central")

    class Quality(models.TextChoices):
        GOOD = "good", _("Good")
        ADEQUATE = "adequate", _("Adequate")
        WEAK = "weak", _("Weak")

    class Topic(models.TextChoices):
        ENVIRONMENT = "environment", _("Environment and waste")
        COUNTRYSIDE = "countryside", _("New countryside")
        SECURITY = "security", _("Security and order")
        CREDIT = "credit", _("Loans and credit")
        HEALTH_INSURANCE = "health_insurance", _("Health insurance")
        DIGITAL = "digital", _("Digital skills")
        OTHER = "other", _("Other")

    beyond_page = "meetings:beyond"

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    starts_at = BoundedDateTimeField(_("starts at"))
    ends_at = BoundedDateTimeField(_("ends at"), null=True, blank=True)
    day = models.DateField(_("day"), editable=False)
    # What an agency meets about. Meetings that a file brought in, and those of localities, may say nothing.
    subject = FreeTextField(_("subject"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    convened_by = models.CharField(_("convened by"), max_length=10, choices=ConvenedBy, blank=True)
    extraordinary = models.BooleanField(_("extraordinary"), default=False)
    # Why an agency meets although some of its staff are expected elsewhere, or on a day kept free for localities.
    # Those whom it concerns read it on their own meeting.
    override_reason = FreeTextField(_("why all the same"), max_length=300, blank=True)
    households_total = models.PositiveIntegerField(_("households in the group"), null=True, blank=True)
    households_represented = models.PositiveIntegerField(_("households represented"), null=True, blank=True)
    quality_organisation = models.CharField(_("organisation"), max_length=10, choices=Quality, blank=True)
    quality_content = models.CharField(_("content"), max_length=10, choices=Quality, blank=True)
    quality_time = models.CharField(_("time"), max_length=10, choices=Quality, blank=True)
    programme_feedback = models.BooleanField(_("feedback on the programme given"), null=True, blank=True)
    topics = WordsField(_("topics"), words=Topic.choices)
    # What the meeting is about, as whoever invites has sent it; people read it beforehand and say what is missing.
    programme = LinesField(_("programme"), blank=True)
    # At a residence meeting (213-QĐ/TW) people are counted, and nobody is named.
    invited = models.PositiveIntegerField(_("invited"), null=True, blank=True)
    came = models.PositiveIntegerField(_("came"), null=True, blank=True)
    # Where people meet; ``place`` is where the locality lies.
    venue = FreeTextField(_("venue"), max_length=200, blank=True)
    # The pattern that it follows from, and the date that its rule gives, which no move changes: so what was moved or
    # cancelled does not come back when it is planned again. Both empty where somebody has entered it.
    pattern = models.ForeignKey(
        "meetings.Pattern",
        verbose_name=_("pattern of meetings"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="meetings",
    )
    planned_for = models.DateField(_("planned for"), null=True, editable=False)
    # Whether somebody has changed it since it was planned: then its pattern changes it no more.
    by_hand = models.BooleanField(default=False, editable=False)
    # How often what is announced of it has changed, and when that last was: calendars elsewhere believe nothing less.
    # Not counted from the history, of which rows may be taken away.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    rescheduled_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MeetingQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["place", "area", "day", "sequence", "rescheduled_at"])

    class Meta:
        # Whatever writes many rows at once goes by ``update`` above.
        base_manager_name = "objects"
        ordering = ["-starts_at", "pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AGENCY_KINDS, agency__isnull=False, locality=None)
                | (~Q(kind__in=AGENCY_KINDS) & Q(agency=None, locality__isnull=False)),
                name="meeting_of_locality_or_agency",
                violation_error_message=_(
                    "An agency meeting or training belongs to an agency, every other meeting to a locality."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="meeting_times_in_order",
                violation_error_message=_("The meeting ends before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(households_total=None)
                | Q(households_represented=None)
                | Q(households_represented__lte=F("households_total")),
                name="meeting_represented_within_total",
                violation_error_message=MORE_THAN_THE_GROUP_HAS,
            ),
            models.CheckConstraint(
                condition=Q(invited=None) | Q(came=None) | Q(came__lte=F("invited")),
                name="meeting_came_within_invited",
                violation_error_message=MORE_CAME_THAN_INVITED,
            ),
            models.UniqueConstraint(fields=["pattern", "planned_for"], name="meeting_once_per_pattern_and_date"),
            models.CheckConstraint(
                condition=Q(pattern=None, planned_for=None) | Q(pattern__isnull=False, planned_for__isnull=False),
                name="meeting_of_pattern_has_its_date",
            ),
        ]
        indexes = [
            # Covers the quarterly summary: one district's quarter is read from the index alone.
            models.Index(
                fields=["area", "day", "place", "status", "households_total", "households_represented"],
                name="meeting_figures",
            ),
            # Covers what is counted of the meetings of cells: how they were, and whether somebody gave feedback.
            models.Index(
                fields=[
                    "area",
                    "day",
                    "place",
                    "quality_organisation",
                    "quality_content",
                    "quality_time",
                    "programme_feedback",
                ],
                condition=Q(kind="cell", status="held"),
                name="meeting_cells_held",
            ),
            models.Index(fields=["day", "kind"], name="meeting_by_day"),
            models.Index(fields=["locality", "day"], name="meeting_by_locality"),
            models.Index(fields=["agency", "day"], name="meeting_by_agency"),
            # The few that calendars elsewhere still have to be told of, among all.
            models.Index(fields=["rescheduled_at"], condition=Q(status="cancelled"), name="meeting_cancelled_lately"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {timezone.localtime(self.starts_at):%d/%m/%Y %H:%M}"

    def save(self, *args, update_fields=None, **kwargs):
        self.set_day()
        # Planning writes many rows at once, and never comes by here.
        self.by_hand = self.by_hand or bool(self.pk and self.pattern_id)
        is_new = self._state.adding or self.pk is None
        told = {} if is_new else announcing(type(self), self.written(update_fields))
        for name, value in told.items():
            setattr(self, name, value)
        if told and update_fields is not None:
            update_fields = {*update_fields, *told}
        super().save(*args, update_fields=update_fields, **kwargs)
        for name in told:
            # The database has counted; whoever asks, reads it.
            del self.__dict__[name]

    def written(self, update_fields=None):
        """What saving writes of what is announced, by column: all, or the fields named, as far as they were read."""
        fields = [self._meta.get_field(name) for name in ANNOUNCED]
        return {
            field.name: getattr(self, field.attname)
            for field in fields
            if field.attname in self.__dict__
            and (update_fields is None or {field.name, field.attname} & set(update_fields))
        }

    def set_day(self):
        """Derive the day on which it begins, by the clock of the office."""
        self.day = timezone.localtime(self.starts_at).date()

    def get_absolute_url(self):
        return reverse("meetings:meeting", args=[self.pk])

    def get_kind_display(self):
        """The kind in words; Django's own makes a table of all kinds anew for each row of a list."""
        return str(KIND_LABELS.get(self.kind, self.kind))

    @property
    def held_by(self):
        """The name of the locality, as it was called that day, or of the agency."""
        return str(self.place or self.agency or "")

    @property
    def title(self):
        """What the meeting is called on a page: its kind, and whose it is."""
        return str(TITLES[self.kind]) % {"where": self.held_by}

    @property
    def topics_in_words(self):
        """What it was about, as people read it."""
        return ", ".join(self._meta.get_field("topics").in_words(self.topics))

    @property
    def is_exempt(self):
        """Whether the days kept free for localities do not bind it: called from above, and out of turn (R48)."""
        return self.extraordinary and self.convened_by in (self.ConvenedBy.PROVINCE, self.ConvenedBy.CENTRAL)

    @property
    def takes_the_evening(self):
        """Whether it begins in the evening of its day."""
        return timezone.localtime(self.starts_at).time() >= EVENING_BEGINS

    def is_recorded_in(self, reach):
        """Whether whoever has a reach records it: ``editable_by``, of one that is read already."""
        if reach.everything or self.agency_id in reach.records_for:
            return True
        return self.place is not None and self.place.is_below(reach.records)

    @property
    def known_end(self):
        """When it ends; None where that is not known, as of one that is said to end as it begins."""
        return self.ends_at if self.ends_at and self.ends_at > self.starts_at else None

    @property
    def is_held(self):
        """Whether its attendance counts."""
        return self.status == self.Status.HELD

    @property
    def is_beyond_the_end(self):
        """Whether its locality had ended by its day."""
        return self.place is not None and self.place.last_day < self.day

    @property
    def follows_a_pattern(self):
        """Whether it is planned as its pattern says, so that whoever moves or cancels it gives a reason."""
        return self.pattern_id is not None and self.status == self.Status.PLANNED

    @property
    def moved_from(self):
        """The date by its pattern, where it is on another day; or None."""
        return self.planned_for if self.planned_for != self.day else None

    @property
    def took_no_place(self):
        """Whether it is known that nobody met: it was cancelled, or not held."""
        return self.status in self.TOOK_NO_PLACE

    def clean(self):
        if not self.starts_at:
            return
        day = timezone.localtime(self.starts_at).date()
        if self.status in self.OVER and day > today():
            raise ValidationError({"starts_at": lies_ahead(today())})
        if not self.locality_id:
            return
        tier = KIND_TIERS.get(self.kind)
        if tier and self.locality.tier != tier:
            raise ValidationError({"locality": kind_of_another_tier()})
        places = Place.objects.filter(locality=self.locality_id)
        if places.on(day).exists():
            return
        if self.took_no_place:
            # What was planned beyond the end of its locality is done with in this way.
            may_be = places.counting_on(day).exists()
        else:
            # What was held before the locality got its end stays, and who came can be recorded.
            may_be = self.is_held and Meeting.objects.held().filter(pk=self.pk, day=day).exists()
        if not may_be:
            raise ValidationError({"starts_at": _("The locality does not exist on that day.")})
