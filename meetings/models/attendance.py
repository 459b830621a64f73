"""Attendance: a row for everybody expected at a meeting, unrecorded until somebody says what happened."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Assignment, Cadre, Placed, Tier
from assignments.models.place import PlacedQuerySet, facts_below
from assignments.models.posting import all_postings, staff_of_own_day
from assignments.scope import reach_of
from cadrenet.periods import today
from cadrenet.texts import FreeTextField
from meetings.models.meeting import WIDE_TIERS, Meeting, in_areas_of

ONLY_URGENCY_EXCUSES = _("Only extreme urgency excuses. With any other reason, choose “Absent”.")
ONLY_THE_ABSENT_HAVE_A_REASON = _("Only somebody who was absent has a reason of absence.")


def of_people(cadres, agencies):
    """Return the condition that a row is of one of these cadres, or of who then worked at one of these agencies."""
    people = Q(cadre__in=sorted(cadres)) if cadres else Q(pk__in=[])
    return people | staff_of_own_day(sorted(agencies)) if agencies else people


class AttendanceQuerySet(PlacedQuerySet):
    """Attendance in the user's part of the tree, the user's own, of whom the user acts for, and of own staff."""

    def located_in(self, localities):
        located = Meeting.objects.located_in(localities)
        return self.filter(meeting__in=located).select_related("meeting")

    def point(self):
        """Repeat what the meetings say, after these have moved or changed: place, day, and whether it was held."""
        meeting = Meeting.objects.filter(pk=OuterRef("meeting"))
        self.update(
            held=Exists(meeting.held()), **{name: Subquery(meeting.values(name)) for name in ("day", "place", "area")}
        )

    def reached(self, reach, roots):
        return self.below_or_of(roots, reach.cadres, reach.agencies)

    def reached_to_edit(self, reach, roots):
        return self.below_or_of(roots, reach.cadres, ())

    def below_or_of(self, roots, cadres, agencies):
        """Rows below some roots, of some cadres, or of the staff of some agencies."""
        people = of_people(cadres, agencies)
        near = in_areas_of(roots) if any(tier in WIDE_TIERS for tier, _id in roots) else Q()
        return self.filter(facts_below(roots) | people, near | people if near else Q())

    def in_reach_at(self, reach, meetings):
        """As ``in_reach``, of some meetings, which are found by their keys however wide the reach is."""
        rows = self.filter(meeting__in=meetings)
        if reach.everything:
            return rows
        return rows.filter(facts_below(reach.sees) | of_people(reach.cadres, reach.agencies))

    def asking(self):
        """Rows of people who say that something extremely urgent kept them, of which nobody has decided yet (R11)."""
        status, reason = self.model.Status.ABSENT, self.model.Reason.EXTREME_URGENCY
        return self.filter(status=status, reason=reason, excuse_answered_by=None, expected=True)

    def excused_by(self, user):
        """Rows about which it is a user's to decide whether the absence is excused (R11).

        Those of the staff of an agency whose head he is, as of their own day, and of his regional group; never his
        own, nor those of whom he acts for. Nobody else decides, whatever he may record or administer.
        """
        reach = reach_of(user)
        groups = Assignment.objects.on(reach.day).filter(
            cadre__in=reach.cadres, role=Assignment.Role.HEAD, locality__tier=Tier.REGIONAL_GROUP
        )
        in_group = Q(place__regional_group__in=groups.order_by().values("locality"))
        return self.filter(of_people((), reach.heads) | in_group).exclude(cadre__in=reach.cadres)

    def words_read_by(self, user):
        """Rows of which a user may read the words: who writes them, and who decides about the excuse (R11).

        The cadre (and whoever acts for him), the head of his agency and of his regional group; not whoever records,
        administers or sees everything.
        """
        reach = reach_of(user)
        return self.filter(Q(pk__in=self.model.objects.order_by().excused_by(user)) | Q(cadre__in=reach.cadres))

    def in_rates(self):
        """Rows that rates are made of: expected, at meetings that were held."""
        return self.filter(held=True, expected=True)

    def with_names(self):
        """Bring along whose rows these are, and of which meeting."""
        rows = self.select_related("cadre", "meeting", "meeting__place", "meeting__agency")
        return rows.prefetch_related(all_postings("cadre"))


class Attendance(Placed):
    """Whether one cadre came to one meeting.

    A row exists for every cadre the rules expect (``expected``), so that no rate leaves out the absent. A row of
    somebody who was not expected is a guest's, and in no rate. ``day``, ``held``, ``place`` and ``area`` repeat the
    meeting's, so that a quarter's figures are read from one index.
    """

    class Status(models.TextChoices):
        UNRECORDED = "unrecorded", _("Not recorded yet")
        PRESENT = "present", _("Present")
        EXCUSED = "excused", _("Absent, excused")
        ABSENT = "absent", _("Absent")

    class Reason(models.TextChoices):
        EXTREME_URGENCY = "extreme_urgency", _("Extreme urgency")
        PROFESSIONAL_WORK = "professional_work", _("Professional work")
        DUTY_TRIP = "duty_trip", _("Duty trip")
        AGENCY_MEETING = "agency_meeting", _("Agency meeting")
        PERSONAL = "personal", _("Personal")
        OTHER = "other", _("Other")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="attendances"
    )
    cadre = models.ForeignKey(Cadre, verbose_name=_("cadre"), on_delete=models.PROTECT, related_name="attendances")
    expected = models.BooleanField(_("expected"), default=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UNRECORDED)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    note = FreeTextField(_("note"), max_length=300, blank=True)
    # Who decided whether extreme urgency excuses. Empty on an excuse that an import brought along: it was decided.
    excuse_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided about the excuse"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    day = models.DateField(_("day"), editable=False)
    held = models.BooleanField(editable=False)

    objects = AttendanceQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["place", "area", "day", "held"])

    class Meta:
        ordering = ["meeting", "cadre__sort_key"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "cadre"],
                name="attendance_once_per_cadre",
                violation_error_message=_("This cadre is already on this meeting's roster."),
            ),
            models.CheckConstraint(
                condition=~Q(status="excused") | Q(reason="extreme_urgency"),
                name="attendance_excused_by_extreme_urgency_only",
                violation_error_message=ONLY_URGENCY_EXCUSES,
            ),
            models.CheckConstraint(
                condition=Q(status__in=["excused", "absent"]) | Q(reason=""),
                name="attendance_reason_only_of_the_absent",
                violation_error_message=ONLY_THE_ABSENT_HAVE_A_REASON,
            ),
        ]
        indexes = [
            # Covers the quarterly summary: one district's quarter is read from the index alone.
            models.Index(fields=["area", "day", "place", "held", "expected", "status"], name="attendance_figures"),
            models.Index(fields=["cadre", "day", "held", "expected", "status"], name="attendance_by_cadre"),
            # The few about which a head is asked, among millions.
            models.Index(
                fields=["day"],
                condition=Q(status="absent", reason="extreme_urgency", excuse_answered_by=None),
                name="attendance_asking",
            ),
        ]

    def __str__(self):
        return f"{self.cadre}: {self.get_status_display()}"

    @property
    def locality_id(self):
        """The locality of the meeting; None for an agency's."""
        return self.meeting.locality_id

    @property
    def agency(self):
        """Where the cadre worked on the day of the meeting, or None."""
        posting = self.cadre.posting_on(self.day)
        return posting and posting.agency

    @property
    def asks_excuse(self):
        """Whether the absence is to be excused, and nobody has decided yet; until then it counts as absent."""
        urgent = self.status == self.Status.ABSENT and self.reason == self.Reason.EXTREME_URGENCY
        return urgent and self.excuse_answered_by_id is None

    def is_recorded_in(self, reach):
        """Whether whoever has a reach records it: ``editable_by``, of one whose meeting is read with its place."""
        place = self.meeting.place
        return (
            reach.everything or self.cadre_id in reach.cadres or (place is not None and place.is_below(reach.records))
        )

    @property
    def is_guest(self):
        """Whether the cadre came without being expected."""
        return not self.expected

    def clean(self):
        if not self.meeting_id or self.status != self.Status.PRESENT:
            return
        if Attendance.objects.filter(pk=self.pk, status=self.Status.PRESENT).exists():
            # It was said before; what becomes of the meeting is not said here.
            return
        if self.meeting.took_no_place:
            raise ValidationError({"status": _("Nobody can have come to a meeting that did not take place.")})
        if self.meeting.starts_at and timezone.localtime(self.meeting.starts_at).date() > today():
            raise ValidationError({"status": _("The meeting lies in the future: nobody can have come yet.")})

    def save(self, *args, **kwargs):
        self.day, self.held = self.meeting.day, self.meeting.is_held
        super().save(*args, **kwargs)
