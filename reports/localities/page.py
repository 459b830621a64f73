"""What the page of a locality says as of a day: who answers for it, what happened there, what lies below it."""

from collections import defaultdict
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.coverage.queries import COVERED_TIERS, Covered, requirements_by_tier
from assignments.models import Assignment, Cadre, Tier
from assignments.queries import visible_keys
from assignments.scope import reach_of
from assignments.subtree import subtree
from assignments.tenure.figures import served_since
from assignments.tenure.queries import all_lineage
from assignments.visibility import can_assign_at, can_see_place, chain_of, lies_below, visible_steps
from assignments.wording import SHORT_TIERS, count_with_unit
from cadrenet.codes import label_of
from cadrenet.components import Tile
from cadrenet.figures import percent
from cadrenet.periods import Quarter, QuarterSoFar, months_between
from cadrenet.templatetags import figures as written
from meetings.models.kinds import OWN_KINDS
from reports import figures
from reports.figures.drilldown import drilldown_urls
from reports.localities import queries as facts
from reports.localities.standing import standing
from reports.localities.timeline import timeline
from reports.localities.year import MeetingsThere, answers
from reports.models import Issue

ISSUES_SHOWN = 5


class LocalityPage:
    """Everything the page of one locality shows; each fact is asked for once, however much lies below."""

    def __init__(self, places, user, day, today):
        self.places, self.user, self.today = places, user, today
        self.reach = reach_of(user)
        self.standing = standing(places, day, user)

    @cached_property
    def locality(self):
        """The locality itself, as it stood on the day of the page."""
        locality = self.places[0].locality
        locality.place = self.standing.place
        return locality

    @cached_property
    def lineage(self):
        """What came out of what, in the whole tree."""
        return all_lineage()

    def context(self):
        """Everything the template shows."""
        self.tier, self.root = Tier(self.locality.tier), (self.locality.tier, self.locality.pk)
        self.place, self.day = self.standing.place, self.standing.day
        self.is_now = self.day == self.today
        self.part = subtree(self.user, self.locality, self.places)
        self.quarter = self.quarter_so_far()
        self.figures = self.figures_so_far()
        # Where it lay in sight all along, so does everybody who ever answered for it.
        always_seen = all(can_see_place(place, self.user) for place in self.places)
        self.assignments = facts.assignments_of(None if always_seen else self.reach, self.locality.pk)
        meetings = MeetingsThere(self.locality, self.place, self.places, self.assignments, self.user, self.day)
        below, year, issues = self.below(), meetings.year(), self.issues()
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
            "covered": [{"covered": row, "url": self.coverage_url(row)} for row in self.covered],
            "year": year,
            "meetings": meetings.last(year),
            "next_meetings": meetings.next(year),
            "patterns": facts.patterns_on(self.reach, self.locality.pk, self.day),
            "issues": issues,
            "resources": self.resources(),
            "ratings": self.ratings(),
            "events": self.events(),
            **self.links(below),
        }

    # --- Addresses --------------------------------------------------------------------------------------------

    def events(self):
        """What became of the locality up to the day looked at."""
        until = self.standing.seen_on
        return timeline(self.locality, self.places, self.assignments, self.user, until, self.lineage)

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
        planned = urlencode({"kind": kind.value, "locality": self.locality.code}) if kind and may_record else ""
        return {
            "tree_url": self.address("assignments:localities", **self.as_of()) if below else "",
            "history_url": f"{reverse('assignments:assignments')}?{history}",
            "meetings_url": self.address("meetings:meetings", **({"kind": kind.value} if kind else {})),
            "pattern_url": f"{reverse('meetings:pattern_create')}?{planned}" if planned else "",
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
        return figures.attendance_of(self.quarter, self.locality, self.user)

    def attendance_tile(self):
        counted, unrecorded = self.figures, self.figures.attendance_unrecorded
        note = ngettext("%(number)s not recorded yet", "%(number)s not recorded yet", unrecorded)
        return Tile(
            label=_("Attendance, %(quarter)s") % {"quarter": self.quarter.whole.label},
            value=written.pct(counted.present_of_unexcused_pct),
            count=self.of(counted.attendance_present, counted.attendance_unexcused),
            note=note % {"number": written.count(unrecorded)} if unrecorded else "",
            url=self.lists.get("attendance_expected", ""),
        )

    def meeting_tile(self, year):
        if year is None:
            found = figures.meetings_of(self.quarter, self.locality, self.user, self.day)
            return Tile(
                label=_("Meetings held, %(quarter)s") % {"quarter": self.quarter.whole.label},
                value=written.count(found.meetings_held),
                unit=f"/ {written.count(found.meetings_passed)}",
                count=written.pct(found.meetings_held_pct),
                url=self.lists.get("meetings_held", ""),
            )
        return Tile(
            label=year.kind.label,
            value=written.count(year.held) if year.due else written.DASH,
            unit=f"/ {written.count(year.due)}" if year.due else "",
            count=_("%(percent)s of the months due") % {"percent": written.pct(year.percent)} if year.due else "",
            url=self.address("meetings:meetings", kind=year.kind.value),
        )

    def coverage_tile(self, year):
        """The lowest tier below, of which there is most; for a self-governing group its households instead."""
        if self.tier == Tier.SELF_GOVERNING_GROUP:
            yield self.household_tile(year)
        elif self.covered:
            row = self.covered[-1]
            missing = ngettext("%(number)s has nobody", "%(number)s have nobody", row.uncovered)
            yield Tile(
                label=_("%(tier)s: somebody in charge") % {"tier": row.tier.label},
                value=written.count(row.covered),
                unit=f"/ {written.count(row.total)}",
                count=written.pct(row.percent),
                note=missing % {"number": written.count(row.uncovered)} if row.uncovered else "",
                url=self.coverage_url(row),
            )

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
        return Tile(
            label=_("Households represented"),
            value=written.pct(percent(represented, total)),
            count=self.of(represented, total),
            note=_("twelve months"),
            url="",
        )

    def issue_tile(self, issues):
        oldest = issues["oldest"]
        days = (self.standing.seen_on - oldest).days if oldest else 0
        age = ngettext("oldest: %(days)s day", "oldest: %(days)s days", days) % {"days": written.count(days)}
        urgent = ngettext("%(number)s pressing", "%(number)s pressing", issues["urgent"])
        return Tile(
            label=_("Open issues"),
            value=written.count(issues["open"]),
            count=age if oldest else "",
            note=urgent % {"number": written.count(issues["urgent"])} if issues["urgent"] else "",
            url=self.address("reports:issues", state="open", counted=self.locality.code) if self.is_now else "",
        )

    def of(self, part, whole):
        """Two counts beside a percentage, nothing where there is nothing to divide by."""
        return f"{written.count(part)} / {written.count(whole)}" if whole else ""

    def coverage_url(self, row):
        return self.address("assignments:coverage", **self.as_of(tier=row.tier.value))

    # --- What it is -------------------------------------------------------------------------------------------

    def below(self):
        """Return {tier: (localities below, those that somebody answers for, households in them)} of the day."""
        asked = requirements_by_tier(self.day, [tier for tier in Tier if self.tier.above(tier)], self.part.rules)
        rows = facts.below(self.day, self.part, self.locality.pk, asked)
        found = {Tier(tier): counts for tier, *counts in rows}
        return {tier: found[tier] for tier in Tier if tier in found}

    def facts(self, below):
        """The line under the name: type, what lies below, households, code."""
        households = self.place.households
        if households is None:
            households = below.get(Tier.SELF_GOVERNING_GROUP, (0, 0, None))[-1]
        told = [self.place.type.name, *(count_with_unit(tier, number) for tier, (number, *_more) in below.items())]
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
        since = served_since(rows, self.lineage)
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
                    "tier": SHORT_TIERS[tier],
                    "vacant": False,
                    "name": row.cadre.full_name,
                    "url": row.cadre.get_absolute_url() if row.cadre_id in seen else "",
                    "role": self.office(row, name),
                    "since": self.tenure(row, since[row.pk]),
                    "phone": row.cadre.phone,
                    "current": current,
                }
            if not by_locality[id] and tier in COVERED_TIERS:
                yield {"tier": SHORT_TIERS[tier], "vacant": True, "role": name, "current": current}

    def office(self, row, name):
        """What somebody does here, and where from."""
        words = [
            # Translators: vi "%(role)s %(locality)s", as in "Phụ trách Ấp 4"
            _("%(role)s of %(locality)s") % {"role": str(Assignment.Role(row.role).label), "locality": name},
            row.cadre.get_committee_role_display() or row.position,
            row.agency_name,
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
        people = dict(facts.people_below(self.day, self.part, self.locality.pk))
        for row in self.covered:
            number = people.get(row.tier, 0)
            missing = ngettext("%(number)s has nobody", "%(number)s have nobody", row.uncovered)
            yield {
                "tier": SHORT_TIERS[row.tier],
                "name": ngettext("%(number)s person", "%(number)s people", number)
                % {"number": written.count(number)},
                "url": self.address("assignments:assignments", **self.as_of(tier=row.tier.value)),
                # Translators: vi "Phụ trách %(covered)s/%(localities)s"
                "role": _("In charge of %(covered)s of %(localities)s")
                % {"covered": written.count(row.covered), "localities": count_with_unit(row.tier, row.total)},
                "since": missing % {"number": written.count(row.uncovered)} if row.uncovered else "",
            }

    # --- What was raised, mobilised, rated --------------------------------------------------------------------

    def issues(self):
        """Open issues at and below the locality, pressing ones and the oldest first, and how many are closed."""
        day = self.standing.seen_on
        rows = facts.first_open_issues(day, self.part, self.part.areas_before, ISSUES_SHOWN)
        first = rows[0] if rows else None
        return {
            "open": first.open if first else 0,
            "urgent": first.pressing if first else 0,
            "oldest": first.oldest if first else None,
            "closed": sum(number for _one, number in facts.closed_issues(day, self.part)),
            "rows": [self.issue_row(issue, day) for issue in rows],
        }

    def issue_row(self, issue, day):
        words = [
            label_of(Issue.Theme.choices, issue.theme),
            issue.responsible_agency and issue.responsible_agency.name,
        ]
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
            row.pk: {"organisation": row, "rows": []} for row in facts.organisations_of(self.locality.pk, self.day)
        }
        for rating in facts.ratings_of(self.locality.pk, self.day) if organisations else []:
            if rating.organisation_id in organisations:
                organisations[rating.organisation_id]["rows"].append(rating)
        for row in organisations.values():
            row["organisation"].locality = self.locality
        return list(organisations.values())
