"""What is known of a district once its files are taken together with the database, before anything is written."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from assignments.locality_names import Types
from assignments.models import Assignment, Locality, LocalityVersion, Posting
from assignments.models.locality import covers
from cadrenet.batches import chunks
from meetings.models import Meeting
from reports.district.tables import CODED
from reports.models import PartyOrganisation

EXAMPLES_AT_MOST = 5


def found(queryset, name, values):
    """Yield the rows whose field has one of these values."""
    for some in chunks(values):
        yield from queryset.filter(**{f"{name}__in": some})


@dataclass(frozen=True, slots=True)
class Period:
    """Something that holds for a time; ``line`` is where a file says so, None where only the database does.

    ``of`` says whose it is: of a version of a locality the parent's code, of an assignment the cadre's.
    """

    first_day: date | None
    last_day: date | None
    of: str | None
    line: int | None = None

    @property
    def start(self):
        return self.first_day or date.min

    @property
    def stop(self):
        return self.last_day or date.max

    def __str__(self):
        return f"{self.first_day or '…'} – {self.last_day or '…'}"


@dataclass(frozen=True, slots=True)
class Version(Period):
    """A period of a locality with its parent (``of``), type and name."""

    type: str = ""
    name: str = ""
    locality: str = ""

    @property
    def parent(self):
        return self.of


class Known:
    """Localities, people and meetings of the files and of the database.

    ``rows`` maps a file to its sound rows as (line, values); ``doubtful`` to the codes whose rows are not sound, of
    which nothing is known but that they exist; ``unread`` are the files of which nothing is known at all.
    """

    def __init__(self, rows, doubtful, unread):
        self.rows = rows
        self.doubtful = doubtful
        self.unread = unread
        self._codes = {}
        self.types = Types()
        self.tiers = dict(Locality.objects.values_list("code", "tier"))
        self.versions = {}
        self.had = self._versions_in_database()

    # --- Whether a thing exists ---------------------------------------------------------------------------

    def has(self, file, code):
        """Return whether a file or the database has a thing of this code; True where that cannot be told."""
        return file in self.unread or code in self.codes(file)

    def codes(self, file):
        """Every code of a kind of thing that a file or the database knows."""
        if file not in self._codes:
            codes = {values["code"] for line, values in self.rows.get(file, ())} | self.doubtful[file]
            self._codes[file] = codes | self._codes_in_database(file, codes)
        return self._codes[file]

    def _codes_in_database(self, file, codes):
        if file == "meetings.csv":
            # Of what may be millions of meetings, only those that are spoken of.
            asked = {values["meeting_code"] for line, values in self.rows.get("attendance.csv", ())} - codes
            return set(found(Meeting.objects.values_list("code", flat=True), "code", asked))
        return set(CODED[file].objects.values_list("code", flat=True))

    # --- Localities ---------------------------------------------------------------------------------------

    def _versions_in_database(self):
        had = defaultdict(dict)
        rows = LocalityVersion.objects.values_list(
            "locality__code", "first_day", "last_day", "parent__code", "type__code", "name"
        )
        for code, first_day, last_day, parent, type, name in rows.iterator(2000):
            had[code][first_day] = Version(first_day, last_day, parent, None, type, name, code)
        return had

    def add_versions(self, rows):
        """Lay the versions of the files over those of the database: one begins where one of the same day did."""
        merged = defaultdict(dict, {code: dict(versions) for code, versions in self.had.items()})
        for line, values in rows:
            first_day, last_day, parent = values["first_day"], values["last_day"], values["parent_code"]
            period = Version(first_day, last_day, parent, line, values["type"], values["name"], values["code"])
            merged[values["code"]][period.first_day] = period
        self.versions = {
            code: sorted(versions.values(), key=lambda period: period.start) for code, versions in merged.items()
        }

    def is_news(self, version):
        """Return whether a file says something of a version that the database does not hold."""
        had = self.had.get(version.locality, {}).get(version.first_day)
        return version.line is not None and (had is None or replace(version, line=None) != had)

    def life_is_known(self, code):
        """Return whether the days on which a locality exists can be told."""
        return (
            "localities.csv" not in self.unread
            and code not in self.doubtful["localities.csv"]
            and code in self.versions
        )

    def lives(self, code, first_day, last_day):
        """Return whether a locality exists on every day from the first to the last; True where it cannot be told."""
        return not self.life_is_known(code) or covers(self.versions[code], first_day, last_day)

    def exists_on(self, code, day):
        return self.lives(code, day, day)

    def existed_by(self, code, day):
        """Return whether a locality exists on a day, or did before."""
        return code is not None and self.life_is_known(code) and self.versions[code][0].start <= day

    def life(self, code):
        """The days on which a locality exists, as text."""
        joined = []
        for period in self.versions[code]:
            if joined and joined[-1].last_day and period.start.toordinal() - joined[-1].stop.toordinal() == 1:
                joined[-1] = Period(joined[-1].first_day, period.last_day, None)
            else:
                joined.append(period)
        return "; ".join(map(str, joined))

    def changed_localities(self):
        """Code -> line of the last row about it, of localities in the files that the database knows already."""
        return {
            values["code"]: line for line, values in self.rows.get("localities.csv", ()) if values["code"] in self.had
        }

    def way_up(self, code, top):
        """Return the codes from a locality up to another above it, in whatever time, or None."""
        ways, seen = [[code]], {code}
        while ways:
            way = ways.pop()
            if way[-1] == top:
                return way
            for period in self.versions.get(way[-1], ()):
                if period.of and period.of not in seen:
                    seen.add(period.of)
                    ways.append([*way, period.of])
        return None

    # --- Assignments and organisations ----------------------------------------------------------------------

    def assignments(self, localities):
        """(locality, role, cadre) -> periods, with those of the files laid over those of the database."""
        merged = defaultdict(dict)
        rows = Assignment.objects.values_list(
            "locality__code", "role", "cadre__code", "first_day", "last_day"
        ).order_by("pk")
        for locality, role, cadre, first_day, last_day in found(rows, "locality__code", localities):
            merged[locality, role, cadre][first_day] = Period(first_day, last_day, cadre)
        for line, values in self.rows.get("assignments.csv", ()):
            key = (values["locality_code"], values["role"], values["cadre_code"])
            merged[key][values["first_day"]] = Period(values["first_day"], values["last_day"], key[2], line)
        return {key: list(periods.values()) for key, periods in merged.items()}

    def postings(self):
        """Cadre -> periods of the postings, those of the files laid over those of the database.

        An undated one, which a file of cadres left, yields to what a file says with days.
        """
        rows = self.rows.get("postings.csv", ())
        merged = defaultdict(dict)
        in_database = Posting.objects.values_list("cadre__code", "first_day", "last_day", "agency__code").order_by(
            "pk"
        )
        for cadre, first_day, last_day, agency in found(
            in_database, "cadre__code", {v["cadre_code"] for _line, v in rows}
        ):
            if first_day or last_day:
                merged[cadre][first_day] = Period(first_day, last_day, agency)
        for line, values in rows:
            period = Period(values["first_day"], values["last_day"], values["agency_code"], line)
            merged[values["cadre_code"]][values["first_day"]] = period
        return {cadre: list(periods.values()) for cadre, periods in merged.items()}

    def organisations(self, codes):
        """Code -> period of some party organisations; those of doubtful rows are left out."""
        rows = PartyOrganisation.objects.values_list("code", "first_day", "last_day")
        periods = {code: Period(first, last, None) for code, first, last in found(rows, "code", codes)}
        for line, values in self.rows.get("party_organisations.csv", ()):
            periods[values["code"]] = Period(values["first_day"], values["last_day"], None, line)
        for code in self.doubtful["party_organisations.csv"]:
            periods.pop(code, None)
        return periods


def overlapping(periods):
    """Yield (period, other) for each that shares a day with one that begins before it."""
    longest = None
    for period in sorted(periods, key=lambda period: period.start):
        if longest and period.start <= longest.stop:
            yield period, longest
        if longest is None or period.stop > longest.stop:
            longest = period


def later_in_file(period, other):
    """Return the one that stands further down, which is where people look for the mistake, and the other one."""
    return (period, other) if (period.line or 0) > (other.line or 0) else (other, period)


def listed(things):
    """The first of some things, and how many more there are."""
    text = ", ".join(things[:EXAMPLES_AT_MOST])
    if len(things) > EXAMPLES_AT_MOST:
        return _("%(things)s and %(count)s more") % {"things": text, "count": len(things) - EXAMPLES_AT_MOST}
    return text
