"""What somebody in charge has before him today: tonight's meeting, what is left to do, what comes next."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import Acting, Assignment, Place
from assignments.models.place import below
from assignments.queries import read_rules
from assignments.scope import reach_of
from cadrenet.periods import Quarter
from cadrenet.templatetags.figures import day as written_day
from cadrenet.templatetags.figures import daytime
from meetings.corrections import concludes_something, corrections_asked_of
from meetings.entries import last_day_in_time, said_of
from meetings.excuses import excuses_asked_of, heads_somebody
from meetings.models import Attendance, Kind, Meeting
from meetings.queries import late_entry_days, with_attendance_counts
from reports.models import HANDED_IN, due_day
from reports.today.handovers import tasks
from reports.today.queries import expected_rows, groups_below, meetings_to_record, places_on, reports_of

# What was not recorded by then is looked for in the list of meetings.
LOOK_BACK = timedelta(days=60)
# How far back somebody's own meetings are caught up with.
CATCH_UP = timedelta(days=92)
# From so many on, one line leads to all of them, and so many stand by themselves.
CAUGHT_UP_TOGETHER, BY_THEMSELVES = 2, 3
# A report is asked for from so many days before it is due.
REPORT_ASKED_AHEAD = timedelta(days=35)
AT_MOST = 6
# How far ahead the next meetings are looked for: patterns plan a whole year, of which the page shows the beginning.
COMING = timedelta(days=62)


@dataclass
class Today:
    """The start page of one user on one day. Each part is read by one query, whatever there is to show."""

    user: object
    day: object
    reach: object = field(init=False)

    def __post_init__(self):
        self.reach = reach_of(self.user)
        # Where the user records: as an assigned cadre at that place itself, as an officer at and below it.
        self.granted = self.reach.records - self.reach.assigned
        self.assigned = frozenset(id for _tier, id in self.reach.assigned)
        self.since = self.day - LOOK_BACK

    def context(self):
        """Everything the page shows."""
        everybody = self.expected()
        rows = [row for row in everybody if row.cadre_id == self.reach.cadre]
        owed = list(self.reports_due())
        acting = list(self.acting())
        return {
            "day": self.day,
            "cards": [Card(row, self) for row in rows if row.day == self.day],
            "here": self.meetings_here(),
            "tasks": [
                *self.handovers(),
                *self.unrecorded(rows),
                *self.to_record(everybody),
                *self.excuses(),
                *self.corrections(),
                *(task for cadre, task in owed if cadre == self.reach.cadre),
            ],
            "acted_for": [self.of_absent(row, everybody, owed) for row in acting],
            "coming": self.coming(rows),
            "places": self.places(self.held_by(acting)),
        }

    def passing(self):
        """What of it belongs on any start page: handovers, excuses asked for, and the queue of whoever is away."""
        found = {
            "handovers": list(self.handovers()),
            "excuses": [*self.excuses(), *self.corrections()],
            "acted_for": [],
        }
        if acting := list(self.acting()):
            rows, owed = self.expected(), list(self.reports_due())
            found["acted_for"] = [self.of_absent(row, rows, owed) for row in acting]
        return found

    # --- meetings

    def expected(self):
        """Where the user, or whoever is acted for, is expected: not recorded yet before today, or still to come."""
        return (
            expected_rows(self.reach.cadres, self.day, self.day - CATCH_UP, self.day + COMING)
            if self.reach.cadres
            else []
        )

    @cached_property
    def rules(self):
        """The ``Rules``, several of which the page asks for."""
        return read_rules()

    @cached_property
    def in_time(self):
        """Days after a meeting in which an entry is in time."""
        return late_entry_days(self.day, self.rules)

    @cached_property
    def own_localities(self):
        """Ids of the localities whose meetings the user records: their index finds the days of each."""
        if not self.granted:
            return self.assigned
        standing = Place.objects.editable_by(self.user).on(self.day).filter(below(self.granted))
        return self.assigned.union(standing.values_list("locality", flat=True))

    def recordable(self):
        """Meetings that are the user's to record, nearer than the look back."""
        found = Meeting.objects.editable_by(self.user).filter(locality__in=self.own_localities, day__gte=self.since)
        return found.with_where().order_by("day", "starts_at", "pk")

    def meetings_here(self):
        """Today's meetings where the user records for others: an officer's evening."""
        if not self.granted:
            return []
        found = self.recordable().filter(day=self.day).exclude(kind=Kind.SELF_GOVERNING_GROUP).due()
        return with_attendance_counts(found[:20], self.reach)

    def unrecorded(self, rows):
        """The user's own attendance of which nothing is said yet, oldest first; of several all on one page."""
        left = [row for row in rows if row.day < self.day and row.status == Attendance.Status.UNRECORDED]
        if len(left) >= CAUGHT_UP_TOGETHER:
            yield {
                "status": "unrecorded",
                "text": ngettext(
                    "%(number)s of your meetings is not recorded yet",
                    "%(number)s of your meetings are not recorded yet",
                    len(left),
                )
                % {"number": len(left)},
                "detail": _("all of them on one page"),
                "action_url": reverse("reports:catching_up"),
                "action": _("Catch up"),
            }
        for row in left[:BY_THEMSELVES]:
            yield self.task(row.meeting)

    def to_record(self, rows):
        """Meetings that the user records for others; the many of the groups in one line."""
        own, number = {row.meeting_id for row in rows}, 0
        if self.granted:
            found = self.recordable().to_record(self.day - timedelta(days=1)).exclude(pk__in=own)
            single = found.exclude(kind=Kind.SELF_GOVERNING_GROUP)[:AT_MOST]
            number = found.filter(kind=Kind.SELF_GOVERNING_GROUP).count()
        else:
            left = meetings_to_record(self.assigned, self.since, self.day - timedelta(days=1))
            single = [meeting for meeting in left if meeting.pk not in own][:AT_MOST]
        for meeting in single:
            yield self.task(meeting)
        if number:
            query = {
                "status": "to_record",
                "kind": Kind.SELF_GOVERNING_GROUP.value,
                "first_day": self.since,
                "last_day": self.day - timedelta(days=1),
            }
            yield {
                "status": "unrecorded",
                "text": ngettext(
                    "%(number)s meeting of a self-governing group",
                    "%(number)s meetings of self-governing groups",
                    number,
                )
                % {"number": number},
                "detail": _("since %(day)s") % {"day": written_day(self.since)},
                "action_url": f"{reverse('meetings:meetings')}?{urlencode(query)}",
                "action": _("Show"),
            }

    def task(self, meeting):
        """A meeting that is left to record."""
        return {
            "status": "unrecorded",
            "text": meeting.title,
            "detail": f"{daytime(meeting.starts_at)} · {self.time_left(meeting)}",
            "action_url": reverse("meetings:meeting_record", args=[meeting.pk]),
            "action": _("Record"),
        }

    def time_left(self, meeting):
        """Until when an entry is in time, in words."""
        left = (last_day_in_time(meeting.day, self.in_time) - self.day).days
        if left < 0:
            return _("late; it can still be recorded")
        if left == 0:
            return _("today is the last day in time")
        return ngettext("%(number)s day left", "%(number)s days left", left) % {"number": left}

    def coming(self, rows):
        """The next meetings: the user's own, or for an officer those of the commune."""
        meetings = [row.meeting for row in rows if row.day > self.day][:AT_MOST]
        if not meetings and self.granted:
            soon = (self.day + timedelta(days=1), self.day + COMING)
            found = self.recordable().filter(day__range=soon, status=Meeting.Status.PLANNED)
            meetings = found.exclude(kind=Kind.SELF_GOVERNING_GROUP)[:AT_MOST]
        return [
            {
                "day": meeting.day,
                "text": meeting.title,
                "url": meeting.get_absolute_url(),
                "detail": f"{timezone.localtime(meeting.starts_at):%H:%M}"
                + (f" · {meeting.place.above}" if meeting.place and meeting.place.above else ""),
            }
            for meeting in meetings
        ]

    def excuses(self):
        """Absences that somebody asks the user to excuse, in one line. Whoever heads nothing is asked nothing."""
        if not heads_somebody(self.user):
            return
        if number := excuses_asked_of(self.user).count():
            yield {
                "status": "asked",
                "text": ngettext(
                    "%(number)s absence is to be excused", "%(number)s absences are to be excused", number
                )
                % {"number": number},
                "detail": _("for extreme urgency"),
                "action_url": reverse("meetings:excuses"),
                "action": _("Decide"),
            }

    def corrections(self):
        """Entries that stand beside others until the user concludes, in one line."""
        if not concludes_something(self.user):
            return
        if number := corrections_asked_of(self.user).count():
            yield {
                "status": "asked",
                "text": ngettext("%(number)s correction waits for you", "%(number)s corrections wait for you", number)
                % {"number": number},
                "detail": _("recorded after the time, or unlike another’s entry"),
                "action_url": reverse("meetings:corrections"),
                "action": _("Conclude"),
            }

    # --- what passes from hand to hand

    def handovers(self):
        """Places that the user has to hand over or to take over."""
        if not self.reach.cadre:
            return []
        return tasks(self.reach.cadre)

    def acting(self):
        """For whom the user acts today, and until when."""
        if not self.reach.acting_for:
            return []
        rows = Acting.objects.visible_to(self.user).on(self.day).filter(cadre=self.reach.cadre)
        return rows.select_related("absent").order_by("last_day", "pk")

    def held_by(self, acting):
        """Return {locality id: name} of what those who are away answer for."""
        if not acting:
            return {}
        names = {row.absent_id: row.absent.full_name for row in acting}
        held = Assignment.objects.visible_to(self.user).on(self.day).filter(cadre__in=names).order_by("pk")
        return {locality: names[cadre] for locality, cadre in held.values_list("locality", "cadre")}

    def of_absent(self, acting, rows, owed):
        """What lies before somebody who is away: meetings to record, and reports that are owed."""
        theirs = [row for row in rows if row.cadre_id == acting.absent_id]
        due = [row for row in theirs if row.day < self.day and row.status == Attendance.Status.UNRECORDED]
        soon = [row for row in theirs if row.day >= self.day][:AT_MOST]
        return {
            "name": acting.absent.full_name,
            "until": acting.last_day,
            "tasks": [
                *(self.task(row.meeting) for row in due),
                *(self.to_come(row.meeting) for row in soon),
                *(task for cadre, task in owed if cadre == acting.absent_id),
            ],
        }

    def to_come(self, meeting):
        """A meeting from today on, with the page on which it is recorded."""
        return {
            "day": meeting.day,
            "text": meeting.title,
            "url": meeting.get_absolute_url(),
            "detail": daytime(meeting.starts_at),
            "action_url": reverse("meetings:meeting_record", args=[meeting.pk]),
            "action": _("Record"),
        }

    # --- reports

    def reports_due(self):
        """Quarterly reports not handed in, of the last quarter and soon of this one: (cadre id, task).

        The user's own, and those of whoever is acted for.
        """
        if not self.reach.cadres:
            return
        last, this = Quarter.of(self.day).previous, Quarter.of(self.day)
        held = reports_of(self.reach, last.last_day, self.day, str(last), str(this))
        for quarter, owed_on, of in (last, last.last_day, "of_last"), (this, self.day, "of_this"):
            if not held or (due := due_day(quarter, self.rules)) > self.day + REPORT_ASKED_AHEAD:
                continue
            for assignment in held:
                status = getattr(assignment, of) or ""
                if assignment.holds_on(owed_on) and status not in HANDED_IN:
                    yield assignment.cadre_id, self.report(assignment, quarter, due, status)

    def report(self, assignment, quarter, due, status):
        due_text = _("Due %(day)s") % {"day": written_day(due)}
        states = {
            "draft": _("A draft is there; the figures are filled in"),
            "returned": _("Sent back to be completed"),
        }
        return {
            "status": "missing" if due < self.day else "late",
            "status_text": _("Late since %(day)s") % {"day": written_day(due)} if due < self.day else due_text,
            "text": _("Quarterly report %(quarter)s, %(locality)s")
            % {"quarter": quarter.label, "locality": assignment.locality.name},
            "detail": states.get(status, _("Not begun yet")),
            "action_url": reverse("reports:quarterly_report", args=[assignment.pk, quarter]),
            "action": _("Write on") if status else _("Write"),
        }

    # --- places

    def places(self, acted):
        """Where the user answers, and how many of the groups below have somebody in charge.

        ``acted`` maps the localities of others, for whom the user acts, to their names.
        """
        roots = self.reach.assigned | self.granted
        if not roots:
            return []
        groups = groups_below(roots, self.day, self.rules)
        total, covered = ({row[0]: row[column] for row in groups} for column in (1, 2))
        return [
            {
                "place": place,
                "tier": place.type.name,
                "for": acted.get(place.locality_id, ""),
                "url": reverse("reports:locality", args=[place.locality_id]),
                "groups": total.get(place.locality_id, 0),
                "covered": covered.get(place.locality_id, 0),
            }
            for place in places_on(self.reach, frozenset(id for _tier, id in roots), self.day)
        ]


class Card:
    """A meeting of today at which the user is expected, with what was said already."""

    def __init__(self, row, today):
        self.row, self.meeting = row, row.meeting
        self.said = row.status != Attendance.Status.UNRECORDED
        # What a phone that records later says to have seen.
        self.was = json.dumps(said_of(row))
        starts = timezone.localtime(row.meeting.starts_at)
        words = {"time": f"{starts:%H:%M}"}
        self.when = _("Tonight, %(time)s") % words if self.meeting.takes_the_evening else _("Today, %(time)s") % words
        # Somebody expected outside his own place says only whether he came.
        self.whole = row.meeting.locality_id in today.assigned or today.reach.everything
