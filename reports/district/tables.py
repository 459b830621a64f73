"""The files of a district, their columns, and how the text of a cell becomes a value."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.models import Agency, Assignment, Cadre, Lineage, Locality, LocalityVersion
from cadrenet.periods import Quarter
from meetings.models import Attendance, Kind, Meeting
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, Resource

# Days outside these years are typing mistakes, and the ends of what a date can hold stand for "open".
FIRST_YEAR, LAST_YEAR = 1900, 2199
LARGEST_COUNT = 2**31 - 1
LARGEST_VALUE = 2**63 - 1
CODE_LENGTH = 60


def quiet(items, label, total=None):
    """No progress is shown (else: a ``cadrenet.progress.Progress``)."""
    return items


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line on which it begins, and the text of each cell by column."""

    line: int
    values: dict


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on one line of a file, and what to do about it."""

    file: str
    line: int
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


class BadValue(ValueError):
    """The text of a cell is no value of its column; the message says why."""


@dataclass(frozen=True)
class Column:
    """A column: how its text is read, and what an empty cell means (``required``: nothing, so it is an error)."""

    name: str
    read: Callable[[str], Any]
    empty: Any = ""
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A file: its columns, and those of them that say which thing a row is about."""

    file: str
    columns: tuple
    key: tuple
    names: tuple = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    def parse(self, row):
        """Return the values of a row by column, and a sentence for each cell that is wrong."""
        values, wrong = {}, []
        for column in self.columns:
            text = row.values.get(column.name, "")
            if text == "":
                values[column.name] = column.empty
                if column.required:
                    wrong.append(_("“%(column)s” is empty. Fill it in.") % {"column": column.name})
                continue
            try:
                values[column.name] = column.read(text)
            except BadValue as error:
                values[column.name] = column.empty
                wrong.append(_("%(column)s: %(why)s") % {"column": column.name, "why": error})
        return values, wrong


# --- How cells are read -----------------------------------------------------------------------------------


def text(model, name):
    """Text as long as the model's field may be."""
    longest = model._meta.get_field(name).max_length

    def read(cell):
        if len(cell) > longest:
            raise BadValue(
                _("The text has %(length)s characters, and at most %(longest)s fit. Shorten it.")
                % {"length": len(cell), "longest": longest}
            )
        if not cell.isprintable() and re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", cell):
            raise BadValue(_("There is an invisible control character. Type the text again."))
        return cell

    return read


@lru_cache(4096)
def code(cell):
    """A code: text that names one thing, so nothing invisible may hide in it."""
    if len(cell) > CODE_LENGTH:
        raise BadValue(
            _("The code has %(length)s characters, and at most %(longest)s fit. Shorten it.")
            % {"length": len(cell), "longest": CODE_LENGTH}
        )
    if cell != cell.strip() or not cell.isprintable() or "  " in cell:
        raise BadValue(
            _("The code “%(code)s” holds a stray space or an invisible character. Type it again.") % {"code": cell}
        )
    return cell


def choice(choices, without=()):
    """One of the values of a model's choices."""
    allowed = {str(value): str(value) for value in choices.values if value not in without}

    def read(cell):
        try:
            return allowed[cell]
        except KeyError:
            raise BadValue(
                _("“%(value)s” is unknown. Write one of: %(allowed)s.")
                % {"value": cell, "allowed": ", ".join(allowed)}
            ) from None

    return read


def short_code(model, name):
    """A word of an open list: small letters, digits and underscores."""
    longest = model._meta.get_field(name).max_length

    @lru_cache(1024)
    def read(cell):
        if len(cell) > longest or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", cell):
            raise BadValue(
                _(
                    "“%(value)s” is no short code. Write at most %(longest)s small letters, digits and "
                    "underscores, for example social_policy."
                )
                % {"value": cell, "longest": longest}
            )
        return cell

    return read


@lru_cache(8192)
def day(cell):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise BadValue(
            _("“%(value)s” is no day in this format. Write year, month and day as 2022-12-31.") % {"value": cell}
        )
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise BadValue(_("The day %(value)s does not exist. Correct it.") % {"value": cell}) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadValue(
            _("The year of %(value)s is not between %(first)s and %(last)s. Correct it.")
            % {"value": cell, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return found


@lru_cache(8192)
def moment(cell):
    """A time of a day, in the time zone of the office."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", cell):
        raise BadValue(
            _("“%(value)s” is no time in this format. Write day and time as 2022-12-31T19:30.") % {"value": cell}
        )
    day(cell[:10])
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise BadValue(_("The time %(value)s does not exist. Correct it.") % {"value": cell}) from None
    return timezone.make_aware(found, timezone.get_default_timezone())


def whole(largest, smallest=0):
    """A whole number, without separators."""

    @lru_cache(4096)
    def read(cell):
        if not re.fullmatch(r"-?[0-9]{1,20}", cell):
            raise BadValue(
                _("“%(value)s” is no whole number. Write digits only, without points, commas or units.")
                % {"value": cell}
            )
        number = int(cell)
        if not smallest <= number <= largest:
            raise BadValue(
                _("%(value)s is not between %(smallest)s and %(largest)s. Correct it.")
                % {"value": cell, "smallest": smallest, "largest": largest}
            )
        return number

    return read


def flag(cell):
    if cell not in ("0", "1"):
        raise BadValue(_("“%(value)s” is neither 0 (no) nor 1 (yes). Write one of the two.") % {"value": cell})
    return cell == "1"


@lru_cache(256)
def quarter(cell):
    try:
        return Quarter.parse(cell)
    except ValueError as error:
        raise BadValue(str(error)) from None


def email(cell):
    long_enough(cell)
    try:
        validate_email(cell)
    except ValidationError:
        raise BadValue(
            _("“%(value)s” is no e-mail address. Correct it or leave it empty.") % {"value": cell}
        ) from None
    return cell


long_enough = text(Cadre, "email")
count = whole(LARGEST_COUNT)


# --- The files, in the order in which they build on each other ----------------------------------------------


def required(name, read):
    return Column(name, read, required=True)


def optional(name, read):
    """A column whose empty cell means "not known" or "open"."""
    return Column(name, read, empty=None)


TABLES = {
    table.file: table
    for table in (
        Table(
            "localities.csv",
            (
                required("code", code),
                optional("parent_code", code),
                required("type", code),
                required("name", text(LocalityVersion, "name")),
                optional("first_day", day),
                optional("last_day", day),
                optional("households", count),
            ),
            key=("code", "first_day"),
        ),
        Table(
            "lineage.csv",
            (
                required("predecessor_code", code),
                required("successor_code", code),
                required("effective_on", day),
                required("kind", choice(Lineage.Kind)),
                Column("decision_number", text(Lineage, "decision_number")),
            ),
            key=("predecessor_code", "successor_code", "effective_on"),
        ),
        Table(
            "agencies.csv",
            (required("code", code), required("name", text(Agency, "name")), optional("locality_code", code)),
            key=("code",),
        ),
        Table(
            "cadres.csv",
            (
                required("code", code),
                required("full_name", text(Cadre, "full_name")),
                optional("agency_code", code),
                Column("position", text(Cadre, "position")),
                Column("committee_role", choice(Cadre.CommitteeRole)),
                required("party_member", flag),
                Column("email", email),
                Column("phone", text(Cadre, "phone")),
            ),
            key=("code",),
        ),
        Table(
            "assignments.csv",
            (
                required("cadre_code", code),
                required("locality_code", code),
                required("role", choice(Assignment.Role)),
                optional("first_day", day),
                optional("last_day", day),
                Column("decision_number", text(Assignment, "decision_number")),
                optional("decision_on", day),
                Column("end_reason", short_code(Assignment, "end_reason")),
            ),
            key=("cadre_code", "locality_code", "role", "first_day"),
        ),
        Table(
            "party_organisations.csv",
            (
                required("code", code),
                required("kind", choice(PartyOrganisation.Kind)),
                required("locality_code", code),
                Column("name", text(PartyOrganisation, "own_name")),
                optional("first_day", day),
                optional("last_day", day),
            ),
            key=("code",),
        ),
        Table(
            "meetings.csv",
            (
                required("code", code),
                required("kind", choice(Kind)),
                optional("locality_code", code),
                optional("agency_code", code),
                required("starts_at", moment),
                optional("ends_at", moment),
                required("status", choice(Meeting.Status)),
                Column("convened_by", choice(Meeting.ConvenedBy)),
                Column("extraordinary", flag, empty=False),
                optional("households_total", count),
                optional("households_represented", count),
                Column("quality_organisation", choice(Meeting.Quality)),
                Column("quality_content", choice(Meeting.Quality)),
                Column("quality_time", choice(Meeting.Quality)),
                optional("programme_feedback", flag),
            ),
            key=("code",),
        ),
        Table(
            "attendance.csv",
            (
                required("meeting_code", code),
                required("cadre_code", code),
                # Who is expected and not recorded has a row anyway, made by the rules.
                required("status", choice(Attendance.Status, without=[Attendance.Status.UNRECORDED])),
                Column("reason", choice(Attendance.Reason)),
                Column("note", text(Attendance, "note")),
            ),
            key=("meeting_code", "cadre_code"),
        ),
        Table(
            "issues.csv",
            (
                required("code", code),
                required("locality_code", code),
                required("raised_on", day),
                required("kind", choice(Issue.Kind)),
                Column("urgent", flag, empty=False),
                required("theme", short_code(Issue, "theme")),
                required("summary", text(Issue, "summary")),
                required("status", choice(Issue.Status)),
                optional("closed_on", day),
                optional("responsible_agency_code", code),
            ),
            key=("code",),
        ),
        Table(
            "resources.csv",
            (
                required("code", code),
                required("locality_code", code),
                optional("cadre_code", code),
                required("mobilised_on", day),
                required("kind", short_code(Resource, "kind")),
                Column("description", text(Resource, "description")),
                required("value_vnd", whole(LARGEST_VALUE)),
                Column("donor", text(Resource, "donor")),
                required("status", choice(Resource.Status)),
            ),
            key=("code",),
        ),
        Table(
            "quarterly_reports.csv",
            (
                required("cadre_code", code),
                required("locality_code", code),
                required("quarter", quarter),
                optional("submitted_on", day),
                required("status", choice(QuarterlyReport.Status)),
            ),
            key=("cadre_code", "locality_code", "quarter"),
        ),
        Table(
            "ratings.csv",
            (
                required("organisation_code", code),
                required("year", whole(2200, smallest=1930)),
                required("level", choice(RatingLevel.Code)),
                Column("decision_number", text(Rating, "decision_number")),
                optional("decision_on", day),
            ),
            key=("organisation_code", "year"),
        ),
    )
}
FILES = tuple(TABLES)

# In which file the thing is found that a column names by its code.
REFERS = {
    "parent_code": "localities.csv",
    "predecessor_code": "localities.csv",
    "successor_code": "localities.csv",
    "locality_code": "localities.csv",
    "agency_code": "agencies.csv",
    "responsible_agency_code": "agencies.csv",
    "cadre_code": "cadres.csv",
    "organisation_code": "party_organisations.csv",
    "meeting_code": "meetings.csv",
}

# A code is as long in every model.
assert {model._meta.get_field("code").max_length for model in (Locality, Agency, Cadre, Meeting, Issue)} == {
    CODE_LENGTH
}
