"""What is wrong with tables, all of it at once, before anything is written.

A row is judged by the files and the database taken together. A row with a wrong cell is judged no further, and
nothing is said about rows that only fail because of another one: each sentence names something to correct.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assignments.models import Agency, Assignment, Cadre, Tier
from assignments.postings.actions import said_of_all_days
from cadrenet.codes import by_zeros, not_known, without_zeros
from cadrenet.tables.columns import backwards
from cadrenet.tables.telling import where
from meetings.models import KIND_TIERS, Meeting
from meetings.models.guidance import too_high
from reports.district.checking_localities import LocalityChecks
from reports.district.reference_data import Known, found, later_in_file, overlapping
from reports.district.similar_codes import lost_zeros
from reports.district.tables import FILES, REFERS, TABLES, Kind, Problem, quiet
from reports.models import PartyOrganisation, RatingLevel, RatingScheme
from reports.models.party import no_such_level, not_rated_then

GROUP_ROLES = (Assignment.Role.HEAD, Assignment.Role.SUPPORT)


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


class Checker(LocalityChecks):
    """One check, while it runs: a method for each file whose rows are judged beside others."""

    def __init__(self, tables, unread):
        self.problems = []
        self.rows = {}
        self.tables = {}
        self.unsound = defaultdict(list)
        self.doubtful = defaultdict(set)
        self.unread = unread
        self._similar = {}

    def say(self, file, line, text):
        self.problems.append(Problem(file, line, text))

    def ask(self, file, line, text):
        """Say what may be right, and is written only when somebody says that it is."""
        self.problems.append(Problem(file, line, text, Kind.QUESTION))

    def note(self, file, line, text):
        """Say what may be a mistake, and changes no figure."""
        self.problems.append(Problem(file, line, text, Kind.NOTE))

    # --- Cells and keys -------------------------------------------------------------------------------------

    def read(self, tables, progress):
        """Take the cells apart, find keys that occur twice, and codes that name nothing."""
        for file, rows in tables.items():
            self.tables[file] = TABLES[file].as_headed(getattr(rows, "heads", None))
            self.rows[file] = self.sound_rows(file, progress(rows, file, len(rows)))
        self.known = Known(self.rows, self.doubtful, self.unread)
        if "localities.csv" in tables:
            self.settle_types()
        for file in tables:
            self.refuse_lost_zeros(file)
        self.known.add_versions(self.rows.get("localities.csv", ()))
        for file in tables:
            self.check_rows(file)

    def sound_rows(self, file, rows):
        sound, self.unsound[file] = self.tables[file].sound_rows(rows)
        for unsound in self.unsound[file]:
            for text in unsound.sentences:
                self.say(file, unsound.row.line, text)
            if unsound.wrong:
                self.doubtful[file].add(visible(unsound.row.values.get("code", "")))
        return sound

    def settle_types(self):
        """Let each code have one tier, for good."""
        sound = []
        for line, values in self.rows["localities.csv"]:
            code, type = values["code"], self.known.types.called(values["type"])
            tier = type and type.tier
            if type is None:
                self.say(
                    "localities.csv",
                    line,
                    _("The type “%(type)s” is unknown. Write one of: %(types)s.")
                    % {"type": values["type"], "types": self.known.types.listed()},
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
                values["type"] = type.code
                sound.append((line, values))
                continue
            self.doubtful["localities.csv"].add(code)
        self.rows["localities.csv"] = sound

    def refuse_lost_zeros(self, file):
        """Ask whether a code is meant that differs from a new one by zeros alone."""
        self.rows[file], asked = lost_zeros(file, self.rows[file], self.known.tiers)
        for line, text in asked:
            self.say(file, line, text)

    def check_rows(self, file):
        """Keep the rows whose codes all name something and whose days are in order; apply the rules of the table.

        Of a row with a wrong cell the other ones are judged, too, so that everything is said of it at once.
        """
        sound, columns = [], [name for name in TABLES[file].names if name in REFERS]
        for line, values in self.rows[file]:
            unknown = self.judge_row(file, columns, line, values)
            if not unknown and not backwards(values):
                sound.append((line, values))
            elif "code" in values:
                self.doubtful[file].add(values["code"])
        self.rows[file] = sound
        for unsound in self.unsound[file]:
            self.judge_row(file, columns, unsound.row.line, unsound.right)

    def judge_row(self, file, columns, line, values):
        """Say what is wrong with the codes and by the rules of a row; return the columns whose code names nothing."""
        unknown = [name for name in columns if values.get(name) is not None and not self.knows(name, values[name])]
        sentences = [self.unknown_code(file, name, values[name]) for name in unknown]
        for text in sentences + self.tables[file].objections(values):
            self.say(file, line, text)
        return unknown

    def knows(self, column, code):
        return self.known.has(REFERS[column], code)

    def unknown_code(self, in_file, column, code):
        """A sentence about a code that names nothing, with the one that was probably meant."""
        file = REFERS[column]
        column = self.tables[in_file].called(column)
        if file not in self._similar:
            self._similar[file] = by_zeros(self.known.codes(file), str.casefold)
        if similar := sorted(self._similar[file].get(without_zeros(code).casefold(), ())):
            return _("%(column)s: %(why)s") % {"column": column, "why": not_known(code, similar)}
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
            % {"column": self.tables[file].called(column), "code": code, "day": day, "life": self.known.life(code)},
        )

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
            names |= {"period": later, "other": earlier, "where": where(earlier.line), "head": earlier.of}
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

    # --- What goes down -------------------------------------------------------------------------------------

    def check_guidance(self, rows):
        for line, values in rows:
            tier = self.known.tiers.get(values["locality_code"])
            if tier and Tier(values["tier"]).rank < Tier(tier).rank:
                self.say("guidance.csv", line, too_high())


def visible(code):
    """The code that was meant where something invisible has crept in."""
    return "".join(sign for sign in code if sign.isprintable()).strip()
