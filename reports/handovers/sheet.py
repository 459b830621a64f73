"""What a handover sheet says: what passes to the successor with a place, on one or two printed pages."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.coverage.queries import COVERED_TIERS
from assignments.models import Assignment, Cadre, Place, Tier
from assignments.queries import answering_on, visible_keys
from assignments.scope import reach_of
from assignments.subtree import subtree
from assignments.visibility import can_assign_at, can_see_place, chain_of
from assignments.wording import SHORT_TIERS
from cadrenet.periods import Quarter
from cadrenet.templatetags import figures as written
from meetings.models import Meeting
from meetings.models.kinds import KIND_SHOWN_ABOVE, OWN_KINDS
from meetings.queries import with_attendance_counts
from reports.figures.counts import open_issues
from reports.history import timeline_of
from reports.models import HANDED_IN, REPORTING_TIERS, Issue, QuarterlyReport, Resource

MEETINGS_SHOWN = 5
NEXT_SHOWN = 3
ROWS_SHOWN = 10
BELOW_SHOWN = 40

# Whom to know at a place, by function: no names of people who are no cadres are ever held.
FUNCTIONS = {
    Tier.REGIONAL_GROUP: [
        gettext_lazy("Secretaries of the commune Party committees"),
        gettext_lazy("Chairs of the commune People's Committees"),
    ],
    Tier.COMMUNE: [
        gettext_lazy("Secretary of the commune Party committee"),
        gettext_lazy("Chair of the commune People's Committee"),
        gettext_lazy("Chair of the commune Fatherland Front"),
        gettext_lazy("Commune Party office"),
    ],
    Tier.HAMLET: [
        gettext_lazy("Secretary of the Party cell"),
        gettext_lazy("Head of the hamlet or neighbourhood"),
        gettext_lazy("Head of the Front work board"),
    ],
    Tier.SELF_GOVERNING_GROUP: [
        gettext_lazy("Leader of the self-governing group"),
        gettext_lazy("Head of the hamlet or neighbourhood"),
        gettext_lazy("Secretary of the Party cell"),
    ],
}


class HandoverSheet:
    """The sheet of one handover for one reader. Each part is read by one query or two, whatever there is to show.

    What happens at the place is shown to whoever sees the place. The predecessor no longer does after the last day,
    and the successor does not yet before the first: both still see from whom to whom, and what they may tick.
    """

    def __init__(self, handover, user, today):
        self.handover, self.user, self.today = handover, user, today
        self.ended, self.successor = handover.ended, handover.successor
        self.locality, self.tier = self.ended.locality, Tier(self.ended.locality.tier)
        # What passed over stands as it was when both had ticked.
        self.day = max(handover.given_on, handover.received_on) if handover.is_done else today
        places = Place.objects.standing_on(self.day).filter(locality=self.locality)
        self.place = places.select_related("type").first()
        self.sees_place = can_see_place(self.place, user)
        self.part = subtree(user, self.locality)

    def context(self):
        """Everything the template shows."""
        issues, resources = self.issues(), self.resources()
        return {
            "place": self.place,
            "chain": chain_of(self.place, self.user),
            "day": self.day,
            "ended": self.ended,
            "successor": self.successor,
            "gap": self.gap(),
            "visible_people": self.visible_people(),
            "sees_place": self.sees_place,
            "meetings": self.meetings(),
            "issues": issues[:ROWS_SHOWN],
            "issues_url": self.address("reports:issues", state="open") if len(issues) > ROWS_SHOWN else "",
            "resources": resources[:ROWS_SHOWN],
            "resources_url": self.address("reports:resources") if len(resources) > ROWS_SHOWN else "",
            "reports": list(self.reports()),
            "next": self.next_meetings(),
            "responsible": self.responsible(),
            "functions": FUNCTIONS.get(self.tier, []),
            "steps": steps_for(self.handover, self.user, self.place),
            "events": self.events(),
        }

    def address(self, name, **query):
        return f"{reverse(name)}?{urlencode({'within': self.locality.code, **query})}"

    def gap(self):
        """Days with nobody between the two; None where nobody follows, or since when is not known."""
        if self.successor is None or self.successor.first_day is None:
            return None
        return max((self.successor.first_day - self.ended.last_day).days - 1, 0)

    def visible_people(self):
        """Which of the two people have a page that the reader may open."""
        people = [self.ended.cadre_id] + ([self.successor.cadre_id] if self.successor else [])
        return visible_keys(Cadre, self.user, people)

    # --- what happens there

    def meetings_there(self):
        """Meetings of the place itself; above the tiers that meet themselves, those of the communes."""
        found = Meeting.objects.visible_to(self.user).select_related("place")
        if self.tier in OWN_KINDS:
            return found.filter(locality=self.locality)
        return found.filter(kind=KIND_SHOWN_ABOVE, **{f"place__{self.tier}": self.locality})

    def meetings(self):
        """The last meetings with who came, newest first; of those that the reader may see."""
        past = self.meetings_there().filter(day__lte=self.day)
        past = past.exclude(status__in=[Meeting.Status.PLANNED, Meeting.Status.CANCELLED])
        found = past.order_by("-starts_at", "pk")[:MEETINGS_SHOWN]
        return with_attendance_counts(found, reach_of(self.user))

    def next_meetings(self):
        """The next meetings, for ``components/card_list.html``."""
        if not self.sees_place:
            return []
        ahead = self.meetings_there().filter(day__gte=self.day, status=Meeting.Status.PLANNED)
        return [
            {
                "day": meeting.day,
                "text": meeting.title,
                "url": meeting.get_absolute_url(),
                "side": written.daytime(meeting.starts_at).rpartition(" ")[2],
            }
            for meeting in ahead.order_by("starts_at", "pk")[:NEXT_SHOWN]
        ]

    def issues(self):
        """Open issues at and below the place, pressing ones and the oldest first; one more than is shown."""
        if not self.sees_place:
            return []
        found = open_issues(self.day, self.part, self.part.areas_before).filter(
            pk__in=Issue.objects.visible_to(self.user).order_by().values("pk")
        )
        rows = found.select_related("place", "responsible_agency").order_by("-urgent", "raised_on", "pk")
        return [self.issue(row) for row in rows[: ROWS_SHOWN + 1]]

    def issue(self, row):
        days = (self.day - row.raised_on).days
        below = row.locality_id != self.locality.pk
        words = [row.place.name if below else "", row.get_theme_display(), row.responsible_agency]
        return {
            "status": "urgent" if row.urgent else row.status,
            "text": row.summary,
            "url": row.get_absolute_url(),
            "detail": " · ".join(str(word) for word in words if word),
            "side": ngettext("%(days)s day", "%(days)s days", days) % {"days": written.count(days)},
        }

    def resources(self):
        """What was promised and is not delivered, oldest first; one more than is shown."""
        if not self.sees_place:
            return []
        promised = Resource.objects.visible_to(self.user).filter(
            status=Resource.Status.PROMISED, mobilised_on__lte=self.day, **{f"place__{self.tier}": self.locality}
        )
        return [
            {
                "text": str(row),
                "url": row.get_absolute_url(),
                "detail": " · ".join(filter(None, [row.donor, written.day(row.mobilised_on)])),
                "side": written.money(row.value_vnd),
            }
            for row in promised.order_by("mobilised_on", "pk")[: ROWS_SHOWN + 1]
        ]

    def reports(self):
        """Reports of the predecessor on the last quarter and the running one that are not finished."""
        if self.ended.role != Assignment.Role.IN_CHARGE or self.tier not in REPORTING_TIERS:
            return
        running = Quarter.of(self.ended.last_day)
        quarters = [running.previous, running]
        found = {
            report.quarter: report.status
            for report in QuarterlyReport.objects.visible_to(self.user).filter(
                cadre=self.ended.cadre, locality=self.locality, quarter__in=[str(quarter) for quarter in quarters]
            )
        }
        for quarter in quarters:
            status, owed = found.get(str(quarter)), self.ended.holds_on(quarter.last_day)
            # Whoever holds the place at the end of a quarter owes the report; what the other began is only told.
            owing = self.ended if owed else self.successor
            linked = owing and owing.holds_on(quarter.last_day)
            if status not in HANDED_IN and (status or owed):
                yield {
                    "label": quarter.label,
                    "status": status or "missing",
                    "url": reverse("reports:quarterly_report", args=[owing.pk, quarter]) if linked else "",
                }

    # --- who else

    def responsible(self):
        """Those who answer above the place, at it, and directly below it, for ``components/ladder.html``."""
        steps = self.place.steps
        if self.sees_place:
            below = Place.objects.visible_to(self.user).on(self.day).filter(parent=self.locality)
            below = below.order_by("locality__code").values_list("tier", "locality", "name")
            steps += [(Tier(tier), id, name) for tier, id, name in below[:BELOW_SHOWN]]
        people = answering_on(self.day, [id for _tier, id, _name in steps])
        # Below, one person often holds several places: told once, with all of them.
        held = {}
        for tier, id, name in steps:
            for row in people.get(id) or ([None] if tier in COVERED_TIERS else []):
                _row, names = held.setdefault((tier, row and row.cadre_id), (row, []))
                names.append(name)
        visible = visible_keys(Cadre, self.user, [row.cadre_id for row, _names in held.values() if row])
        return [
            self.rung(tier, row, ", ".join(names), row is not None and row.cadre_id in visible)
            for (tier, _cadre), (row, names) in held.items()
        ]

    def rung(self, tier, row, place_names, linked):
        """One person, or a place with nobody."""
        rung = {"tier": SHORT_TIERS[tier], "current": tier == self.tier}
        if row is None:
            return rung | {"vacant": True, "role": place_names}
        cadre = row.cadre
        return rung | {
            "name": cadre.full_name,
            "url": cadre.get_absolute_url() if linked else "",
            "role": " · ".join(filter(None, [place_names, cadre.agency.name if cadre.agency else "", cadre.phone])),
            "phone": cadre.phone,
        }

    # --- what was done about it

    def events(self):
        """What was ticked and written, when and by whom, newest first."""
        return timeline_of(self.handover.history, told=differences)


def differences(before, record):
    """Yield in words what a record of the history says that the one before did not."""
    if before is None:
        yield _("Handover opened")
        return
    if record.situation != before.situation:
        yield _("Situation written")
    if record.given_on and not before.given_on:
        yield _("Handed over")
    if record.received_on and not before.received_on:
        yield _("Received")


def steps_for(handover, user, place):
    """Return what a user may do with a handover now: give, receive, write; and whether on somebody's behalf.

    Each of the two ticks what is his, by the own login; who decides there ticks on their behalf.
    """
    own = reach_of(user).cadre
    decides = can_assign_at(place, user)
    gives = own == handover.ended.cadre_id
    receives = handover.successor is not None and own == handover.successor.cadre_id
    return {
        "give": handover.given_on is None and (gives or decides),
        "receive": handover.received_on is None and (receives or decides),
        "write": not handover.is_done and (gives or decides),
        "for_giver": not gives,
        "for_receiver": not receives,
    }
