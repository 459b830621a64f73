"""What is wrong with tables, all of it at once, before anything is written.

A row is judged by the files and the database taken together. A row with a wrong cell is judged no further, and
nothing is said about rows that only fail because of another one: each sentence names something to correct.
"""

from collections import defaultdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assignments.models import Agency, Assignment, Cadre, Tier
from assignments.postings.actions import said_of_all_days
from cadrenet.tables.columns import backwards
from meetings.models import KIND_TIERS, Meeting
from reports.district.reference_data import Known, found, overlapping
from reports.district.tables import FILES, REFERS, TABLES, Problem, quiet
from reports.models import Issue, PartyOrganisation, RatingLevel, RatingScheme, Resource
from reports.models.party import no_such_level, not_rated_then

GROUP_ROLES = (Assignment.Role.HEAD, Assignment.Role.SUPPORT)
EXAMPLES_AT_MOST = 5


def check(tables, unread=(), progress=quiet):
    """Return every problem of the tables, in the order of files and lines.

    ``unread`` are files that are there and could not be read: what refers to them is not doubted.
    """
    checker = Checker(tables, frozenset(unread))
    checker.read(tables, progress)
    for file in FILES:
        if file in tables:
            # Most files are judged by their cells, codes and rules alone.
            together = getattr(checker, f"check_{file.removesuffix('.csv')}", None)
            if together:
                together(checker.rows[file])
    order = {file: index for index, file in enumerate(FILES)}
    return sorted(checker.problems, key=lambda problem: (order[problem.file], problem.line))


class Checker:
    """One check, while it runs: a method for each file whose rows are judged beside others."""

    def __init__(self, tables, unread):
        self.problems = []
        self.rows = {}
        self.doubtful = defaultdict(set)
        self.unread = unread
        self._similar = {}

    def say(self, file, line, text):
        self.problems.append(Problem(file, line, text))

    # --- Cells and keys -------------------------------------------------------------------------------------

    def read(self, tables, progress):
        """Take the cells apart, find keys that occur twice, and codes that name nothing."""
        for file, rows in tables.items():
            self.rows[file] = self.sound_rows(file, progress(rows, file, len(rows)))
        self.known = Known(self.rows, self.doubtful, self.unread)
        if "localities.csv" in tables:
            self.settle_types()
        self.known.add_versions(self.rows.get("localities.csv", ()))
        for file in tables:
            self.check_rows(file)

    def sound_rows(self, file, rows):
        sound, wrong, repeated = TABLES[file].sound_rows(rows)
        for row, sentences in wrong:
            for text in sentences:
                self.say(file, row.line, text)
            self.doubtful[file].add(visible(row.values.get("code", "")))
        for row, text in repeated:
            self.say(file, row.line, text)
        return sound

    def settle_types(self):
        """Let each code have one tier, for good."""
        sound = []
        for line, values in self.rows["localities.csv"]:
            code, tier = values["code"], self.known.types.get(values["type"])
            if tier is None:
                self.say(
                    "localities.csv",
                    line,
                    _("The type “%(type)s” is unknown. Write one of: %(types)s.")
                    % {"type": values["type"], "types": ", ".join(self.known.types)},
                )
            elif self.known.tiers.setdefault(code, tier) != tier:
                self.say(
                    "localities.csv",
                    line,
                    _(
                        "%(code)s is of the tier %(had)s already and cannot become %(tier)s. "
                        "What another tier takes over is another locality: give it a code of its own."
                    )
                    % {"code": code, "had": self.known.tiers[code], "tier": tier},
                )
            else:
                sound.append((line, values))
                continue
            self.doubtful["localities.csv"].add(code)
        self.rows["localities.csv"] = sound

    def check_rows(self, file):
        """Keep the rows whose codes all name something and whose days are in order; apply the rules of the table."""
        columns = [name for name in TABLES[file].names if name in REFERS]
        sound = []
        for line, values in self.rows[file]:
            unknown = [name for name in columns if values[name] is not None and not self.knows(name, values[name])]
            sentences = [self.unknown_code(name, values[name]) for name in unknown]
            for text in sentences + TABLES[file].objections(values):
                self.say(file, line, text)
            if not unknown and not backwards(values):
                sound.append((line, values))
            elif "code" in values:
                self.doubtful[file].add(values["code"])
        self.rows[file] = sound

    def knows(self, column, code):
        return self.known.has(REFERS[column], code)

    def unknown_code(self, column, code):
        """A sentence about a code that names nothing, with the one that was probably meant."""
        file = REFERS[column]
        if file not in self._similar:
            # Excel takes leading zeros away.
            self._similar[file] = {known.lstrip("0").casefold(): known for known in self.known.codes(file)}
        similar = self._similar[file].get(code.lstrip("0").casefold())
        if similar:
            return _("%(column)s: “%(code)s” is not known. Is “%(similar)s” meant?") % {
                "column": column,
                "code": code,
                "similar": similar,
            }
        return _("%(column)s: “%(code)s” is neither in %(file)s nor in the database. Add it there or correct it.") % {
            "column": column,
            "code": code,
            "file": file,
        }

    def exists(self, file, line, values, column, day):
        """Say so when the locality of a fact does not exist on its day."""
        code = values[column]
        if code is None or self.known.exists_on(code, day):
            return
        self.say(
            file,
            line,
            _("%(column)s: %(code)s does not exist on %(day)s, only %(life)s. Correct the day or the code.")
            % {"column": column, "code": code, "day": day, "life": self.known.life(code)},
        )

    # --- Localities -----------------------------------------------------------------------------------------

    def check_localities(self, rows):
        for code in {values["code"] for line, values in rows}:
            self.check_overlaps(code)
        for line, values in rows:
            if values["parent_code"] is not None:
                self.check_parent(line, values)
        self.check_what_stays()

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
                % {"code": code, "period": later, "where": where(earlier), "other": earlier},
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

    # --- People ---------------------------------------------------------------------------------------------

    def check_cadres(self, rows):
        """A row knows no days, so it cannot move somebody whose postings have some."""
        if "postings.csv" in self.unread:
            return
        with_days = {values["cadre_code"] for line, values in self.rows.get("postings.csv", ())}
        asked = [values["code"] for line, values in rows if values["code"] not in with_days]
        cadres = found(Cadre.objects.prefetch_related("postings"), "code", asked)
        postings = {cadre.code: list(cadre.postings.all()) for cadre in cadres}
        agencies = dict(Agency.objects.values_list("code", "pk"))
        for line, values in rows:
            agency = values["agency_code"]
            try:
                # An agency that only the files know has no key yet, and nobody works there by the database.
                said_of_all_days(
                    postings.get(values["code"], ()), agency and agencies.get(agency, 0), values["position"]
                )
            except ValidationError as error:
                self.say("cadres.csv", line, f"{values['code']}: {error.messages[0]}")

    def check_postings(self, rows):
        """A cadre works at one agency at a time."""
        text = _(
            "%(cadre)s works elsewhere already from %(other)s (%(where)s), which shares days with "
            "%(period)s. Let the one end on the day before the other begins."
        )
        for cadre, periods in self.known.postings().items():
            for period, other in overlapping(periods):
                self.say_shared("postings.csv", period, other, text, cadre=cadre)

    def check_assignments(self, rows):
        for line, values in rows:
            code = values["locality_code"]
            tier = self.known.tiers.get(code)
            if values["role"] in GROUP_ROLES and tier not in (Tier.REGIONAL_GROUP, None):
                self.say(
                    "assignments.csv",
                    line,
                    _("Only a regional group has a head and support, and %(code)s is of the tier %(tier)s.")
                    % {"code": code, "tier": tier},
                )
            if not self.known.lives(code, values["first_day"], values["last_day"]):
                self.say(
                    "assignments.csv",
                    line,
                    _("%(code)s does not exist on every day of this assignment, only %(life)s. Correct the days.")
                    % {"code": code, "life": self.known.life(code)},
                )
        self.check_shared_days({values["locality_code"] for line, values in rows})

    def check_shared_days(self, localities):
        """One cadre holds a role at a locality once at a time, and a regional group has one head."""
        twice = _(
            "%(cadre)s has this role at %(locality)s already from %(other)s (%(where)s), "
            "which shares days with %(period)s. Correct the days of one of the two."
        )
        two_heads = _(
            "%(locality)s has a head already: %(head)s, %(other)s (%(where)s), "
            "which shares days with %(period)s. Let the one end before the other begins."
        )
        heads = defaultdict(list)
        for (locality, role, cadre), periods in self.known.assignments(localities).items():
            if role == Assignment.Role.HEAD:
                heads[locality] += periods
            for period, other in overlapping(periods):
                self.say_shared("assignments.csv", period, other, twice, cadre=cadre, locality=locality)
        for locality, periods in heads.items():
            for period, other in overlapping(periods):
                if period.of != other.of:
                    self.say_shared("assignments.csv", period, other, two_heads, locality=locality)

    def say_shared(self, file, period, other, text, **names):
        """Say of the one that stands further down with which it shares days; nothing where both are stored."""
        later, earlier = later_in_file(period, other)
        if later.line is not None:
            names |= {"period": later, "other": earlier, "where": where(earlier), "head": earlier.of}
            self.say(file, later.line, text % names)

    def check_party_organisations(self, rows):
        for line, values in rows:
            self.check_tier("party_organisations.csv", line, values, PartyOrganisation.TIERS)

    def check_tier(self, file, line, values, tiers):
        """A kind of meeting or organisation belongs to one tier, where ``tiers`` names it."""
        tier, needed = self.known.tiers.get(values["locality_code"]), tiers.get(values["kind"])
        if tier and needed and tier != needed:
            self.say(
                file,
                line,
                _("The kind %(kind)s belongs to the tier %(needed)s, and %(code)s is of the tier %(tier)s.")
                % {"kind": values["kind"], "needed": needed, "code": values["locality_code"], "tier": tier},
            )

    # --- Facts ----------------------------------------------------------------------------------------------

    def check_meetings(self, rows):
        for line, values in rows:
            self.check_tier("meetings.csv", line, values, KIND_TIERS)
            day = values["starts_at"].date()
            # What was planned beyond the end of its locality is done with by saying so.
            if values["status"] in Meeting.TOOK_NO_PLACE and self.known.existed_by(values["locality_code"], day):
                continue
            self.exists("meetings.csv", line, values, "locality_code", day)

    def check_issues(self, rows):
        for line, values in rows:
            self.exists("issues.csv", line, values, "locality_code", values["raised_on"])

    def check_resources(self, rows):
        for line, values in rows:
            self.exists("resources.csv", line, values, "locality_code", values["mobilised_on"])

    # --- What goes up ---------------------------------------------------------------------------------------

    def check_ratings(self, rows):
        organisations = self.known.organisations({values["organisation_code"] for line, values in rows})
        schemes = {year: RatingScheme.of_year(year) for year in {values["year"] for line, values in rows}}
        levels = set(RatingLevel.objects.values_list("scheme", "code"))
        for line, values in rows:
            period, scheme = organisations.get(values["organisation_code"]), schemes[values["year"]]
            text = period and not_rated_then(values["organisation_code"], period, values["year"])
            if not text and (not scheme or (scheme.pk, values["level"]) not in levels):
                text = no_such_level(values["level"], values["year"])
            if text:
                self.say("ratings.csv", line, text)


FACTS = (
    ("meetings.csv", Meeting, "day"),
    ("issues.csv", Issue, "raised_on"),
    ("resources.csv", Resource, "mobilised_on"),
)


def visible(code):
    """The code that was meant where something invisible has crept in."""
    return "".join(sign for sign in code if sign.isprintable()).strip()


def later_in_file(period, other):
    """Return the one that stands further down, which is where people look for the mistake, and the other one."""
    return (period, other) if (period.line or 0) > (other.line or 0) else (other, period)


def where(period):
    return _("line %(line)s") % {"line": period.line} if period.line else _("in the database")


def listed(things):
    """The first of some things, and how many more there are."""
    text = ", ".join(things[:EXAMPLES_AT_MOST])
    if len(things) > EXAMPLES_AT_MOST:
        return _("%(things)s and %(count)s more") % {"things": text, "count": len(things) - EXAMPLES_AT_MOST}
    return text
