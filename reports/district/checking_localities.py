"""What is wrong with the tree of localities, taken together with what the database holds."""

from collections import defaultdict
from datetime import timedelta

from django.utils.translation import gettext as _

from assignments.locality_names import called_alike, namesakes
from assignments.models import Tier
from cadrenet.tables.telling import where
from meetings.models import Meeting
from reports.district.reference_data import found, later_in_file, listed, overlapping
from reports.models import Issue, Resource

FACTS = (
    ("meetings.csv", Meeting, "day"),
    ("issues.csv", Issue, "raised_on"),
    ("resources.csv", Resource, "mobilised_on"),
)


class LocalityChecks:
    """The part of a check that is about localities and what came of them."""

    def check_localities(self, rows):
        for code in {values["code"] for line, values in rows}:
            self.check_overlaps(code)
        for line, values in rows:
            if values["parent_code"] is not None:
                self.check_parent(line, values)
        self.check_names()
        self.check_what_stays()

    def check_names(self):
        """Ask about a name that says another type, and about two of one name in one place."""
        news = [
            version
            for versions in self.known.versions.values()
            for version in versions
            if self.known.is_news(version)
        ]
        if not news:
            return
        for version in news:
            type = self.known.types.by_code[version.type]
            if found := self.known.types.contradiction(version.name, type):
                text, crosses_tiers = found
                (self.ask if crosses_tiers else self.note)("localities.csv", version.line, text)
        above = {version.parent for version in news}
        beside = (
            version
            for versions in self.known.versions.values()
            for version in versions
            if version.parent in above and not self.moved_in(version)
        )
        for pair in namesakes(beside):
            later, other = later_in_file(*pair)
            if not self.known.is_news(later):
                later, other = other, later
            if self.known.is_news(later):
                text = called_alike(later.name, later.locality, other.locality, where(other.line))
                self.ask("localities.csv", later.line, text)

    def moved_in(self, version):
        """Return whether a locality lay elsewhere at another time: it brings its name along."""
        return any(other.parent != version.parent for other in self.known.versions[version.locality])

    def check_overlaps(self, code):
        for period, other in overlapping(self.known.versions[code]):
            later, earlier = later_in_file(period, other)
            if later.line is None:
                continue
            self.doubtful["localities.csv"].add(code)
            self.say(
                "localities.csv",
                later.line,
                _(
                    "%(code)s: %(period)s shares days with %(other)s (%(where)s). "
                    "Let the earlier of the two end on the day before the later one begins."
                )
                % {"code": code, "period": later, "where": where(earlier.line), "other": earlier},
            )

    def check_parent(self, line, values):
        code, parent = values["code"], values["parent_code"]
        tier, above = self.known.tiers.get(code), self.known.tiers.get(parent)
        if above is None:
            return
        if not Tier(above).above(tier):
            if circle := self.known.way_up(parent, code):
                text = _("The localities lie in each other: %(circle)s. Correct one parent_code.") % {
                    "circle": " → ".join([code, *circle])
                }
            else:
                text = _(
                    "%(code)s (%(tier)s) cannot lie in %(parent)s (%(above)s). A parent is of a higher tier."
                ) % {"code": code, "tier": tier, "parent": parent, "above": above}
            self.say("localities.csv", line, text)
        elif not self.known.lives(parent, values["first_day"], values["last_day"]):
            self.say(
                "localities.csv",
                line,
                _(
                    "The parent %(parent)s does not exist on every day of this row, only %(life)s. "
                    "Split the row, or correct the days."
                )
                % {"parent": parent, "life": self.known.life(parent)},
            )

    def check_what_stays(self):
        """What the database holds and no row is about must still have a locality to be in."""
        changed = self.known.changed_localities()
        # The days of those that only gained some are covered as before.
        changed = {
            code: line
            for code, line in changed.items()
            if any(
                not self.known.lives(code, period.first_day, period.last_day)
                for period in self.known.had[code].values()
            )
        }
        if not changed:
            return
        left = defaultdict(list)
        for code, versions in self.known.versions.items():
            for period in versions:
                if (
                    period.line is None
                    and period.of in changed
                    and not self.known.lives(period.of, period.first_day, period.last_day)
                ):
                    left[period.of, "localities.csv"].append(f"{code} ({period})")
        for (code, role, cadre), periods in self.known.assignments(changed).items():
            left[code, "assignments.csv"] += [
                f"{cadre} {role} ({period})"
                for period in periods
                if period.line is None and not self.known.lives(code, period.first_day, period.last_day)
            ]
        for file, model, day in FACTS:
            facts = model.objects.values_list("code", "locality__code", day)
            if model is Meeting:
                # What follows from a pattern goes by itself where its locality ends.
                facts = facts.exclude(status__in=Meeting.TOOK_NO_PLACE).exclude(
                    pattern__isnull=False, status=Meeting.Status.PLANNED
                )
            in_file = {values["code"] for line, values in self.rows.get(file, ())} | self.doubtful[file]
            for code, locality, day_of_fact in found(facts, "locality__code", changed):
                if code not in in_file and not self.known.exists_on(locality, day_of_fact):
                    left[locality, file].append(f"{code} ({day_of_fact})")
        for (code, file), things in left.items():
            if things:
                self.say(
                    "localities.csv",
                    changed[code],
                    _(
                        "%(code)s would exist only %(life)s, and the database holds %(things)s on other days. "
                        "Correct them in %(file)s, or correct the days here."
                    )
                    % {"code": code, "life": self.known.life(code), "things": listed(things), "file": file},
                )

    def check_lineage(self, rows):
        for line, values in rows:
            predecessor, successor, day = (
                values["predecessor_code"],
                values["successor_code"],
                values["effective_on"],
            )
            if predecessor == successor:
                text = _("%(code)s cannot come out of itself. Correct one of the two codes.") % {"code": successor}
            elif not self.known.exists_on(successor, day):
                text = _("%(code)s does not exist on %(day)s, only %(life)s. Correct the day or the code.") % {
                    "code": successor,
                    "day": day,
                    "life": self.known.life(successor),
                }
            elif not self.begins_on(predecessor, successor, day):
                text = _(
                    "effective_on: nothing begins on %(day)s. It is neither the first day of a row about "
                    "%(successor)s nor the day after the last day of %(predecessor)s. Correct it."
                ) % {"day": day, "successor": successor, "predecessor": predecessor}
            else:
                continue
            self.say("lineage.csv", line, text)

    def begins_on(self, predecessor, successor, day):
        """Return whether something of a merger or split begins on a day.

        A unit that takes in another may go on as it was, and one that gives a part away may too: then the day is
        that on which the other one ended, or changed.
        """
        if not (self.known.life_is_known(predecessor) and self.known.life_is_known(successor)):
            return True
        periods = [*self.known.versions[predecessor], *self.known.versions[successor]]
        ended = (period.last_day for period in self.known.versions[predecessor] if period.last_day)
        return any(period.first_day == day for period in periods) or day - timedelta(days=1) in ended
