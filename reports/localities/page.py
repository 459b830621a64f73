"""What the page of a locality says as of a day: who answers for it, what happened there, what lies below it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.coverage.queries import COVERED_TIERS, Covered, requirements_by_tier
from assignments.models import Assignment, Cadre, Place, Tier
from assignments.queries import visible_keys, with_areas_before
from assignments.scope import reach_of
from assignments.subtree import subtree
from assignments.tenure.figures import served_since
from assignments.visibility import can_assign_at, can_see_place, chain_of, lies_below, visible_steps
from assignments.wording import SHORT, counted
from cadrenet.figures import percent
from cadrenet.periods import Month, Quarter, months_between
from cadrenet.templatetags import figures as written
from meetings.models import Attendance, Kind, Meeting
from meetings.models.meeting import KIND_SHOWN_ABOVE, OWN_KINDS
from meetings.queries import small_number
from reports.figures.drilldown import drilldown_urls
from reports.figures.summary import attendance_of, meetings_of
from reports.localities import queries as facts
from reports.localities.timeline import timeline
from reports.models import Issue

MONTHS = 12
MEETINGS_SHOWN = 5
NEXT_SHOWN = 3
ISSUES_SHOWN = 5
STATUS = Attendance.Status
# The first that anybody in charge has says what became of a meeting: what is not known is never covered up.
IN_ORDER = [STATUS.UNRECORDED, STATUS.PRESENT, STATUS.ABSENT, STATUS.EXCUSED]


@dataclass(frozen=True, order=True)
class QuarterSoFar(Quarter):
    """A quarter up to a day in it: what had happened by then."""

    until: date = date.max

    @property
    def whole(self):
        """The quarter itself."""
        return Quarter(self.year, self.number)

    @property
    def last_day(self):
        """The last day of the quarter, or the day up to which it is looked at."""
        return min(self.whole.last_day, self.until)


# --- Where it stood -------------------------------------------------------------------------------------------


@dataclass
class Standing:
    """Where a locality stood, as the page shows it: on the day asked for, or on the nearest one that can be shown.

    ``why`` says why it is another day: "ended", "elsewhere" (it has left the reader's part of the tree), or "later"
    (it did not exist yet, or lay elsewhere).
    """

    place: Place
    day: date
    asked: date
    why: str = ""

    @property
    def seen_on(self):
        """The day up to which the page looks: what outlives a locality counts where it last stood."""
        return self.asked if self.why == "ended" else self.day


def standing(places, day, user):
    """Return the ``Standing`` of a locality whose places are given in order of days; None where none is in sight."""
    seen = [place for place in places if can_see_place(place, user)]
    if not seen:
        return None
    before = [place for place in seen if place.first_day <= day]
    if not before:
        return Standing(seen[0], seen[0].first_day, day, "later")
    place = before[-1]
    if day <= place.last_day:
        return Standing(place, day, day)
    exists = any(other.first_day <= day <= other.last_day for other in places)
    return Standing(place, place.last_day, day, "elsewhere" if exists else "ended")


# --- The meeting of its own -----------------------------------------------------------------------------------


@dataclass
class OwnMeeting:
    """A meeting with what became of whoever is in charge (``status``), and who else came of those expected."""

    meeting: Meeting
    status: str = ""
    present: int = 0
    expected: int = 0
    unrecorded: int = 0


@dataclass
class Year:
    """Twelve months of a locality's own meeting: how many of the months due had one that was held.

    ``coming`` are its next meetings, of whatever kind.
    """

    kind: Kind
    rows: list = field(default_factory=list)
    months: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    due: int = 0
    held: int = 0

    @property
    def percent(self):
        """Months held ÷ months due."""
        return percent(self.held, self.due)

    @property
    def other_statuses(self):
        """Statuses in the strip that its usual key does not explain."""
        found = {month.get("status", "") for month in self.months}
        return [status for status in ("held", "planned", "cancelled", "vacant") if status in found]


class LocalityPage:
    """Everything the page of one locality shows; each fact is asked for once, however much lies below."""

    def __init__(self, places, user, day, today):
        self.places, self.user, self.today = places, user, today
        self.reach = reach_of(user)
        self.standing = standing(places, day, user)

    @cached_property
    def locality(self):
        """The locality itself, which knows where it stands now, or stood last."""
        locality, latest = self.places[0].locality, self.places[-1]
        locality.latest = latest
        return locality

    def context(self):
        """Everything the template shows."""
        self.tier, self.root = Tier(self.locality.tier), (self.locality.tier, self.locality.pk)
        # What lay below it lay in the same areas as the locality itself.
        self.areas = tuple(sorted({place.area_id for place in self.places}))
        self.place, self.day = self.standing.place, self.standing.day
        self.is_now = self.day == self.today
        self.condition = subtree(self.user, self.locality)
        self.quarter = self.quarter_so_far()
        self.figures = self.figures_so_far()
        # Where it lay in sight all along, so does everybody who ever answered for it.
        always_seen = all(can_see_place(place, self.user) for place in self.places)
        self.assignments = facts.assignments_of(None if always_seen else self.reach, self.locality.pk)
        below, year, issues = self.below(), self.year(), self.issues()
        self.covered = [
            Covered(tier, number, covered)
            for tier, (number, covered, _households) in below.items()
            if tier in COVERED_TIERS
        ]
        return {
            "title": self.place.name,
            "place": self.place,
            "standing": self.standing,
            "day": self.day,
            "is_now": self.is_now,
            "chain": chain_of(self.place, self.user, "" if self.is_now else f"?day={self.day}"),
            "facts": self.facts(below),
            "successors": self.successors(),
            "tiles": [
                self.attendance_tile(),
                self.meeting_tile(year),
                *self.coverage_tile(year),
                self.issue_tile(issues),
            ],
            "ladder": [*self.ladder(), *self.ladder_below()],
            "covered": [{"row": row, "url": self.coverage_url(row)} for row in self.covered],
            "year": year,
            "meetings": self.meetings(year),
            "next_meetings": self.next_meetings(year),
            "issues": issues,
            "resources": self.resources(),
            "ratings": self.ratings(),
            "events": timeline(self.locality, self.places, self.assignments, self.user, self.standing.seen_on),
            **self.links(below),
        }

    # --- Addresses --------------------------------------------------------------------------------------------

    def address(self, name, **query):
        """The address of a list of what is at and below this locality."""
        return f"{reverse(name)}?{urlencode({'within': self.locality.code, **query})}"

    def as_of(self, **query):
        """A query that carries the day of the page along, unless it is today."""
        return query if self.is_now else {"day": self.day.isoformat(), **query}

    def links(self, below):
        """Where one may go from here."""
        may_record = self.is_now and lies_below(self.place, self.reach.records, self.user)
        may_assign = self.is_now and can_assign_at(self.place, self.user)
        assign = urlencode({"locality": self.locality.code, "next": self.locality.get_absolute_url()})
        history = urlencode({"locality": self.locality.code, "state": "all"})
        kind = OWN_KINDS.get(self.tier)
        return {
            "tree_url": self.address("assignments:localities", **self.as_of()) if below else "",
            "history_url": f"{reverse('assignments:assignments')}?{history}",
            "meetings_url": self.address("meetings:meetings", **({"kind": kind.value} if kind else {})),
            "issues_url": self.address("reports:issues"),
            "issue_url": self.address("reports:issue_create") if may_record else "",
            "assign_url": f"{reverse('assignments:assignment_create')}?{assign}" if may_assign else "",
            "candidates_url": reverse("reports:candidates", args=[self.locality.pk])
            if may_assign and self.tier in COVERED_TIERS and self.is_vacant()
            else "",
            "replaceable": [row for row in self.assignments if row.holds_on(self.day)] if may_assign else [],
        }

    def is_vacant(self):
        """Whether nobody whom the reader may see answers for it on the day."""
        return not any(row.holds_on(self.day) and answers(row) for row in self.assignments)

    # --- Figures ----------------------------------------------------------------------------------------------

    def quarter_so_far(self):
        quarter = Quarter.of(self.day)
        return QuarterSoFar(quarter.year, quarter.number, self.day)

    def figures_so_far(self):
        """The figures of the quarter up to the day, and the lists behind them where these count the same."""
        # A list is of a whole quarter: it agrees when nothing of the quarter comes after the day.
        whole = self.is_now or self.day == self.quarter.whole.last_day
        self.lists = drilldown_urls(self.quarter.whole, self.locality.code) if whole else {}
        return attendance_of(self.quarter, self.root, self.condition, self.areas)

    def attendance_tile(self):
        figures, unrecorded = self.figures, self.figures.attendance_unrecorded
        note = ngettext("%(number)s not recorded yet", "%(number)s not recorded yet", unrecorded)
        return {
            "label": _("Attendance, %(quarter)s") % {"quarter": self.quarter.whole.label},
            "value": written.pct(figures.present_of_unexcused_pct),
            "count": self.of(figures.attendance_present, figures.attendance_unexcused),
            "note": note % {"number": written.count(unrecorded)} if unrecorded else "",
            "url": self.lists.get("attendance_expected", ""),
        }

    def meeting_tile(self, year):
        if year is None:
            figures = meetings_of(self.quarter, self.root, self.condition, self.areas)
            return {
                "label": _("Meetings held, %(quarter)s") % {"quarter": self.quarter.whole.label},
                "value": written.count(figures.meetings_held),
                "unit": f"/ {written.count(figures.meetings_due)}",
                "count": written.pct(figures.meetings_held_pct),
                "url": self.lists.get("meetings_held", ""),
            }
        return {
            "label": year.kind.label,
            "value": written.count(year.held) if year.due else written.DASH,
            "unit": f"/ {written.count(year.due)}" if year.due else "",
            "count": _("%(percent)s of the months due") % {"percent": written.pct(year.percent)} if year.due else "",
            "url": self.address("meetings:meetings", kind=year.kind.value),
        }

    def coverage_tile(self, year):
        """The lowest tier below, of which there is most; for a self-governing group its households instead."""
        if self.tier == Tier.SELF_GOVERNING_GROUP:
            yield self.household_tile(year)
        elif self.covered:
            row = self.covered[-1]
            missing = ngettext("%(number)s has nobody", "%(number)s have nobody", row.uncovered)
            yield {
                "label": _("%(tier)s: somebody in charge") % {"tier": row.tier.label},
                "value": written.count(row.covered),
                "unit": f"/ {written.count(row.total)}",
                "count": written.pct(row.percent),
                "note": missing % {"number": written.count(row.uncovered)} if row.uncovered else "",
                "url": self.coverage_url(row),
            }

    def household_tile(self, year):
        known = [
            row.meeting
            for row in year.rows
            if row.meeting.is_held
            and row.meeting.day <= self.day
            and None not in (row.meeting.households_total, row.meeting.households_represented)
        ]
        total = sum(meeting.households_total for meeting in known)
        represented = sum(meeting.households_represented for meeting in known)
        return {
            "label": _("Households represented"),
            "value": written.pct(percent(represented, total)),
            "count": self.of(represented, total),
            "note": _("twelve months"),
            "url": "",
        }

    def issue_tile(self, issues):
        oldest = issues["oldest"]
        days = (self.standing.seen_on - oldest).days if oldest else 0
        age = ngettext("oldest: %(days)s day", "oldest: %(days)s days", days) % {"days": written.count(days)}
        urgent = ngettext("%(number)s pressing", "%(number)s pressing", issues["urgent"])
        return {
            "label": _("Open issues"),
            "value": written.count(issues["open"]),
            "count": age if oldest else "",
            "note": urgent % {"number": written.count(issues["urgent"])} if issues["urgent"] else "",
            "url": self.address("reports:issues", state="open") if self.is_now else "",
        }

    def of(self, part, whole):
        """Two counts beside a percentage, nothing where there is nothing to divide by."""
        return f"{written.count(part)} / {written.count(whole)}" if whole else ""

    def coverage_url(self, row):
        return self.address("assignments:coverage", **self.as_of(tier=row.tier.value))

    # --- What it is -------------------------------------------------------------------------------------------

    def below(self):
        """Return {tier: (localities below, those that somebody answers for, households in them)} of the day."""
        asked = requirements_by_tier(self.day, [tier for tier in Tier if self.tier.above(tier)])
        rows = facts.below(self.day, self.condition, self.locality.pk, asked)
        found = {Tier(tier): counts for tier, *counts in rows}
        return {tier: found[tier] for tier in Tier if tier in found}

    def facts(self, below):
        """The line under the name: type, what lies below, households, code."""
        households = self.place.households
        if households is None:
            households = below.get(Tier.SELF_GOVERNING_GROUP, (0, 0, None))[-1]
        told = [self.place.type.name, *(counted(tier, number) for tier, (number, *_more) in below.items())]
        if households is not None:
            text = ngettext("%(number)s household", "%(number)s households", households)
            told.append(text % {"number": written.count(households)})
        return [*told, _("code %(code)s") % {"code": self.locality.code}]

    def successors(self):
        """What came out of a locality that has ended, as far as the reader may see it."""
        if self.standing.why != "ended":
            return []
        rows = facts.lineage_of(self.reach, self.locality.pk)
        return [row.successor for row in rows if row.predecessor_id == self.locality.pk]

    # --- Who is in charge -------------------------------------------------------------------------------------

    def ladder(self):
        """Those who answer for the locality and for all above it, whether the reader sees that or not (R61)."""
        steps = self.place.steps
        rows = facts.holding(self.day, tuple(id for _tier, id, _name in steps))
        since = served_since(rows)
        # Whoever answers for what lies in sight is in sight, too; only of the others it has to be asked.
        in_sight = visible_steps(self.place, self.user)
        seen = {row.cadre_id for row in rows if row.locality_id in in_sight}
        seen |= visible_keys(Cadre, self.user, {row.cadre_id for row in rows} - seen)
        by_locality = defaultdict(list)
        for row in rows:
            by_locality[row.locality_id].append(row)
        for tier, id, name in steps:
            current = id == self.locality.pk
            for row in by_locality[id]:
                yield {
                    "tier": SHORT[tier],
                    "vacant": False,
                    "name": row.cadre.full_name,
                    "url": row.cadre.get_absolute_url() if row.cadre_id in seen else "",
                    "role": self.office(row, name),
                    "since": self.tenure(row, since[row.pk]),
                    "phone": row.cadre.phone,
                    "current": current,
                }
            if not by_locality[id] and tier in COVERED_TIERS:
                yield {"tier": SHORT[tier], "vacant": True, "role": name, "current": current}

    def office(self, row, name):
        """What somebody does here, and where from."""
        cadre = row.cadre
        words = [
            # Translators: vi "%(role)s %(locality)s", as in "Phụ trách Ấp 4"
            _("%(role)s of %(locality)s") % {"role": str(Assignment.Role(row.role).label), "locality": name},
            cadre.get_committee_role_display() or cadre.position,
            cadre.agency.name if cadre.agency else "",
        ]
        return " · ".join(filter(None, words))

    def tenure(self, row, since):
        """Since when, how many months that makes, and by which decision."""
        if since is None:
            return row.decision_number
        months = months_between(since, self.day)
        text = ngettext("since %(day)s (%(months)s month)", "since %(day)s (%(months)s months)", months)
        text %= {"day": written.day(since), "months": written.count(months)}
        return f"{text}, {row.decision_number}" if row.decision_number else text

    def ladder_below(self):
        """How many people answer for what lies below, tier by tier."""
        if not self.covered:
            return
        people = dict(facts.people_below(self.day, self.condition, self.locality.pk))
        for row in self.covered:
            number = people.get(row.tier, 0)
            missing = ngettext("%(number)s has nobody", "%(number)s have nobody", row.uncovered)
            yield {
                "tier": SHORT[row.tier],
                "name": ngettext("%(number)s person", "%(number)s people", number)
                % {"number": written.count(number)},
                "url": self.address("assignments:assignments", **self.as_of(tier=row.tier.value)),
                # Translators: vi "Phụ trách %(covered)s/%(localities)s"
                "role": _("In charge of %(covered)s of %(localities)s")
                % {"covered": written.count(row.covered), "localities": counted(row.tier, row.total)},
                "since": missing % {"number": written.count(row.uncovered)} if row.uncovered else "",
            }

    # --- Meetings ---------------------------------------------------------------------------------------------

    def is_past(self, meeting):
        """Whether a meeting was over on the day of the page; one of that day is, once somebody has said so."""
        return meeting.day < self.day or (meeting.day == self.day and meeting.status != Meeting.Status.PLANNED)

    def is_coming(self, meeting):
        """Whether a meeting was still to come on the day of the page."""
        return meeting.status != Meeting.Status.CANCELLED and not self.is_past(meeting)

    def year(self):
        """The twelve months up to the day of the locality's own meeting; None for a tier without one."""
        kind = OWN_KINDS.get(self.tier)
        if kind is None:
            return None
        months = [Month.of(self.day)]
        while len(months) < MONTHS:
            months.insert(0, months[0].previous)
        first_day, last_day = months[0].first_day, months[-1].last_day
        found = facts.meetings_from(self.reach, self.root, kind, first_day)
        own = [meeting for meeting in found if meeting.kind == kind]
        began = min((meeting.day for meeting in own), default=None)
        year = Year(kind, [OwnMeeting(meeting) for meeting in own if first_day <= meeting.day <= last_day])
        year.coming = [meeting for meeting in found if self.is_coming(meeting)]
        statuses = self.count_attendance(year.rows)
        for row in year.rows:
            row.status = self.status_of(row.meeting, statuses[row.meeting.pk])
        for month in months:
            rows = [row for row in year.rows if Month.of(row.meeting.day) == month]
            held = any(row.meeting.is_held and self.is_past(row.meeting) for row in rows)
            year.held += held
            year.due += held or self.is_due(month, rows, began)
            year.months.append(self.month(month, rows))
        return year

    def is_due(self, month, rows, began):
        """Whether a meeting was due in a month: from the first one known; in the running month once it is past."""
        if began is None or month < Month.of(began) or not self.stood_in(month):
            return False
        if month < Month.of(self.day):
            return True
        return any(row.meeting.day < self.day and row.meeting.status != Meeting.Status.CANCELLED for row in rows)

    def stood_in(self, month):
        """Whether the locality existed during the whole of a month, or up to the day of the page."""
        last_day = min(month.last_day, self.day)
        return any(place.first_day <= last_day and place.last_day >= month.first_day for place in self.places)

    def count_attendance(self, rows):
        """Fill in who came of those expected; return {meeting id: {cadre id: status}}."""
        statuses = defaultdict(dict)
        keys = tuple(sorted(row.meeting.pk for row in rows))
        for meeting, cadre, status in facts.attendance_at(self.reach, keys):
            statuses[meeting][cadre] = status
        for row in rows:
            came = list(statuses[row.meeting.pk].values())
            row.expected, row.present = len(came), came.count(STATUS.PRESENT)
            row.unrecorded = came.count(STATUS.UNRECORDED)
        return statuses

    def status_of(self, meeting, statuses):
        """What became of whoever was in charge, or of the meeting where nobody could come."""
        if meeting.status in (Meeting.Status.CANCELLED, Meeting.Status.NOT_HELD):
            return meeting.status
        if not self.is_past(meeting):
            return Meeting.Status.PLANNED
        if meeting.status == Meeting.Status.PLANNED:
            return STATUS.UNRECORDED
        holding = [row.cadre_id for row in self.assignments if row.holds_on(meeting.day) and answers(row)]
        if not holding:
            return "vacant"
        found = {statuses[cadre] for cadre in holding if cadre in statuses}
        return next((status for status in IN_ORDER if status in found), Meeting.Status.HELD)

    def month(self, month, rows):
        """One cell of the strip: of several meetings in a month the one that was held, or the last."""
        shown = next((row for row in rows if row.meeting.is_held), rows[-1] if rows else None)
        cell = {
            # Translators: a month as the head of a narrow column; vi "T%(month)s"
            "label": _("M%(month)s") % {"month": month.number},
            "name": month.label,
            "text": "",
        }
        if shown is None:
            return cell
        cell |= {"status": str(shown.status), "url": shown.meeting.get_absolute_url()}
        if shown.status == "vacant":
            cell["text"] = _("held, with nobody in charge")
        return cell

    def meetings(self, year):
        """The last meetings up to the day, newest first."""
        if year is not None:
            past = [row for row in reversed(year.rows) if self.is_past(row.meeting)]
            least = small_number(self.day) if self.tells_less() else 0
            return [self.meeting_row(row, least) for row in past[:MEETINGS_SHOWN]]
        found = facts.last_meetings(self.reach, self.root, KIND_SHOWN_ABOVE, self.day, MEETINGS_SHOWN)
        # Counted for these few afterwards: within the query it would be counted for all that are sorted.
        rows = [OwnMeeting(meeting) for meeting in found]
        self.count_attendance(rows)
        for row in rows:
            planned = row.meeting.status == Meeting.Status.PLANNED
            row.status = STATUS.UNRECORDED if planned else row.meeting.status
        return [self.meeting_row(row, 0) | {"place": row.meeting.place} for row in rows]

    def meeting_row(self, row, least):
        """One of the locality's own meetings; few households are told inside the commune only."""
        represented = row.meeting.households_represented
        return {
            "meeting": row.meeting,
            "place": None,
            "status": row.status,
            "present": row.present,
            "expected": row.expected,
            "unrecorded": row.unrecorded,
            "few": least if represented is not None and represented < least else 0,
        }

    def tells_less(self):
        """Whether small numbers of households are kept back: from readers above the commune who do not record."""
        inside = [root for root in self.reach.sees if not Tier(root[0]).above(Tier.COMMUNE)]
        records = lies_below(self.place, self.reach.records, self.user)
        return not (records or lies_below(self.place, inside, self.user))

    def next_meetings(self, year):
        """The next meetings of the locality; above the tiers that meet themselves, those below."""
        if year is None:
            found = facts.next_meetings(self.reach, self.root, KIND_SHOWN_ABOVE, self.day, NEXT_SHOWN)
        else:
            found = year.coming[:NEXT_SHOWN]
        return [
            {
                "day": meeting.day,
                "text": meeting.get_kind_display(),
                "url": meeting.get_absolute_url(),
                "detail": "" if year is not None else ", ".join([meeting.place.name, meeting.place.above]),
                "side": written.daytime(meeting.starts_at).rpartition(" ")[2],
            }
            for meeting in found
        ]

    # --- What was raised, mobilised, rated --------------------------------------------------------------------

    def issues(self):
        """Open issues at and below the locality, pressing ones and the oldest first, and how many are closed."""
        day = self.standing.seen_on
        raised_in = with_areas_before(self.areas)
        rows = facts.first_open_issues(day, self.condition, raised_in, ISSUES_SHOWN)
        first = rows[0] if rows else None
        return {
            "open": first.open if first else 0,
            "urgent": first.pressing if first else 0,
            "oldest": first.oldest if first else None,
            "closed": sum(number for _one, number in facts.closed_issues(day, self.condition)),
            "rows": [self.issue_row(issue, day) for issue in rows],
        }

    def issue_row(self, issue, day):
        words = [str(Issue.Theme(issue.theme).label), issue.responsible_agency and issue.responsible_agency.name]
        if issue.locality_id != self.locality.pk:
            words.insert(0, ", ".join(filter(None, [issue.place.name, issue.place.above])))
        age = issue.age(day) if issue.closed_on is None else (day - issue.raised_on).days
        # Closed after the day of the page: on that day it was still open.
        status = Issue.Status.OPEN if issue.status == Issue.Status.CLOSED else issue.status
        return {
            "status": "urgent" if issue.urgent else status,
            "text": issue.summary,
            "url": issue.get_absolute_url(),
            "detail": " · ".join(filter(None, words)),
            "side": ngettext("%(days)s day", "%(days)s days", age) % {"days": written.count(age)},
        }

    def resources(self):
        """What was mobilised in the quarter and in all, up to the day."""
        found = facts.mobilised(self.reach, self.root, self.standing.seen_on, *self.quarter.days)
        _one, number, value, delivered, of_quarter = next(iter(found), (1, 0, None, None, None))
        return {
            "number": number,
            "value": value,
            "delivered": delivered,
            "quarter": self.quarter.whole.label,
            "of_quarter": of_quarter or 0,
            "quarter_url": self.lists.get("resources_value_vnd", ""),
            "url": self.address("reports:resources") if self.is_now else "",
        }

    def ratings(self):
        """Party organisations of the locality with their ratings, latest year first, decided by the day."""
        organisations = {
            row.pk: {"organisation": row, "rows": []} for row in facts.organisations_of(self.locality.pk)
        }
        for rating in facts.ratings_of(self.locality.pk, self.day) if organisations else []:
            organisations[rating.organisation_id]["rows"].append(rating)
        for row in organisations.values():
            row["organisation"].locality = self.locality
        return list(organisations.values())


def answers(assignment):
    """Whether an assignment makes somebody answer for the locality, and not only support."""
    return assignment.role != Assignment.Role.SUPPORT
