"""Write checked tables into the database: what is new is added, what differs is changed, the rest is left alone.

Rows are written in bulk, with a row of history for each thing that somebody said. What follows from them (where
localities stood, who was expected at a meeting) is derived afterwards by those who own it.
"""

import gc
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.actions import assignments_changed, localities_changed
from assignments.locality_names import Types
from assignments.models import Agency, Assignment, Cadre, Lineage, Locality, LocalityVersion, Posting
from assignments.models.place import area_field
from assignments.places import PlaceIndex
from assignments.postings.actions import said_of_all_days
from cadrenet.batches import chunks
from cadrenet.history import CHANGED, NEW, changed_since, remember, sign_change
from meetings.models import Attendance, Guidance, Meeting
from meetings.rosters import copy_from_meeting, keep_rosters
from reports.district.reference_data import found
from reports.district.tables import CODED, FILES, REFERS, TABLES, quiet
from reports.district.telling import Told, tell
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, RatingScheme, Resource

REASON = "import"
KEYS = ("sort_key", "search_key")


@dataclass
class Counts:
    """How many rows of a file were new, changed and unchanged."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    told: Told = field(default_factory=Told, compare=False)


@dataclass
class Written:
    """Rows of one model that were new, that were changed, and the changed ones as they were.

    ``places`` says which rows of the file the changed ones are; ``since`` when they were changed last, where that was
    after the file was saved; ``besides`` what changed beside their own fields: (column, before, after).
    """

    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    was: list = field(default_factory=list)
    places: list = field(default_factory=list)
    since: dict = field(default_factory=dict)
    besides: dict = field(default_factory=dict)

    def __bool__(self):
        return bool(self.new or self.changed)

    def add_changed(self, row, was, place):
        self.changed.append(row)
        self.was.append(was)
        self.places.append(place)


@transaction.atomic
def write(tables, progress=quiet, changed_by=None, in_full=False):
    """Write tables that ``check`` found no fault with, in one transaction; return file -> Counts.

    With ``in_full`` these tell the changed rows with their values before and after.
    """
    with collecting_later():
        return Writer(tables, progress, changed_by, in_full).write()


@contextmanager
def collecting_later():
    """Leave the search for garbage until the end: it goes through all rows again and again, a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Writer:
    """One import, while it runs. A method for each file, called in the order in which they build on each other."""

    def __init__(self, tables, progress, changed_by, in_full):
        self.tables = tables
        self.in_full = in_full
        self.progress = progress
        self.changed_by = changed_by
        self.now = timezone.now()
        self.ids = {}
        self.file = self.saved = None
        self.counts = {}
        self.meetings = set()
        self.moved = []
        self.attendance = Written()

    def write(self):
        for file in FILES:
            if file in self.tables:
                self.file, self.saved = file, getattr(self.tables[file], "saved", None)
                rows = [TABLES[file].parse(row)[0] for row in self.tables[file]]
                written = getattr(self, f"write_{file.removesuffix('.csv')}")(rows)
                new, changed = len(written.new), len(written.changed)
                self.counts[file] = Counts(new, changed, len(rows) - new - changed, self.tell(written))
            # Of the meetings those are fetched that are spoken of.
            if file in CODED and file != "meetings.csv":
                self.ids[file] = dict(CODED[file].objects.values_list("code", "pk"))
        self.keep_rosters()
        # Not before the rosters have said who was expected and who is a guest.
        self.remember(Attendance, self.attendance)
        return self.counts

    def tell(self, written):
        rows = self.tables[self.file]
        heads = getattr(rows, "heads", None)
        return tell(self.file, written, [row.line for row in rows], heads, in_full=self.in_full)

    # --- The files ----------------------------------------------------------------------------------------

    def write_localities(self, rows):
        types = Types()
        tiers = {values["code"]: types.called(values["type"]).tier for values in rows}
        self.put(Locality, ("code",), [{"code": code, "tier": tier} for code, tier in tiers.items()])

        self.ids["localities.csv"] = dict(Locality.objects.values_list("code", "pk"))
        for values in rows:
            values["locality_code"] = values.pop("code")
            values["type_id"] = types.called(values.pop("type")).pk
        versions = self.put(LocalityVersion, ("locality_id", "first_day"), rows)
        if versions:
            localities_changed()
        return versions

    def write_lineage(self, rows):
        return self.put(Lineage, ("predecessor_id", "successor_id", "effective_on"), rows)

    def write_agencies(self, rows):
        return self.put(Agency, ("code",), rows, derive=Agency.set_keys, derived=KEYS)

    def write_cadres(self, rows):
        said = {values["code"]: (values.pop("agency_code"), values.pop("position")) for values in rows}
        written = self.put(Cadre, ("code",), rows, derive=Cadre.set_keys, derived=KEYS)
        return self.post(written, said, {code: place for place, code in enumerate(said)})

    def post(self, written, said, places):
        """Let cadres have worked all the time where their rows say, unless ``postings.csv`` tells it with days.

        Returns what was written of the cadres, with those whose posting alone changed.
        """
        with_days = {row.values["cadre_code"] for row in self.tables.get("postings.csv", ())}
        said = {code: words for code, words in said.items() if code not in with_days}
        cadres = {row.code: row for row in found(Cadre.objects.prefetch_related("postings"), "code", said)}
        agencies, codes = self.ids["agencies.csv"], {key: code for code, key in self.ids["agencies.csv"].items()}
        rows, gone = [], []
        for code, (agency, position) in said.items():
            cadre = cadres[code]
            meant = said_of_all_days(cadre.postings.all(), agencies.get(agency), position)
            if not meant:
                continue
            was = next(iter(cadre.postings.all()), Posting())
            written.besides[cadre.pk] = [
                ("agency_code", codes.get(was.agency_id, ""), codes.get(meant[0], "")),
                ("position", was.position, meant[1]),
            ]
            if meant == (None, ""):
                gone += cadre.postings.all()
            else:
                rows.append({"cadre_id": cadre.pk, "agency_id": meant[0], "position": meant[1], "first_day": None})
        posted = self.put(Posting, ("cadre_id", "first_day"), rows)
        since = posted.since | changed_since(Posting, [row.pk for row in gone], self.saved)
        for row in [*posted.changed, *gone]:
            if row.pk in since:
                written.since[row.cadre_id] = since[row.pk]
        self.take_away(gone)
        known = {row.pk for row in [*written.new, *written.changed]}
        moved = {row.cadre_id for row in [*posted.new, *posted.changed, *gone]} - known
        for cadre in cadres.values():
            if cadre.pk in moved:
                written.add_changed(cadre, cadre, places[cadre.code])
        return written

    def write_postings(self, rows):
        # What a file of cadres said of all days yields to what is told with days.
        dated = {values["cadre_code"] for values in rows if values["first_day"] is not None}
        dated -= {values["cadre_code"] for values in rows if values["first_day"] is None}
        undated = Posting.objects.filter(first_day=None, last_day=None)
        self.take_away(list(found(undated, "cadre__code", dated)))
        return self.put(Posting, ("cadre_id", "first_day"), rows)

    def write_assignments(self, rows):
        written = self.put(Assignment, ("cadre_id", "locality_id", "role", "first_day"), rows)
        # As they were counts too: who no longer answers for a place leaves its rosters.
        assignments_changed([*written.new, *written.changed, *written.was])
        return written

    def write_party_organisations(self, rows):
        for values in rows:
            values["own_name"] = values.pop("name")
        return self.put(PartyOrganisation, ("code",), rows)

    def write_meetings(self, rows):
        for values in rows:
            values["day"] = values["starts_at"].date()
        written = self.put_facts(Meeting, rows)
        self.meetings |= {meeting.pk for meeting in [*written.new, *written.changed]}
        self.moved = [now.pk for now, was in zip(written.changed, written.was, strict=True) if now.day != was.day]
        for keys in chunks(meeting.pk for meeting in written.changed if meeting.pattern_id):
            # What a file says is as good as a hand: its pattern changes it no more.
            Meeting.objects.filter(pk__in=keys).update(by_hand=True)
        return written

    def write_attendance(self, rows):
        codes = {values["meeting_code"] for values in rows}
        meetings = list(found(Meeting.objects.only("code", "day", "status", "place", "area"), "code", codes))
        self.ids["meetings.csv"] = {meeting.code: meeting.pk for meeting in meetings}
        meetings = {meeting.pk: meeting for meeting in meetings}

        def follow_meeting(row):
            copy_from_meeting(row, meetings[row.meeting_id])

        self.attendance = self.put(Attendance, ("meeting_id", "cadre_id"), rows, derive=follow_meeting, history=False)
        self.meetings |= {row.meeting_id for row in [*self.attendance.new, *self.attendance.changed]}
        self.say_again(rows)
        return self.attendance

    def say_again(self, rows):
        """Let answers stand that the files give once more for meetings that they move to another day."""
        said = {(values["meeting_code"], values["cadre_code"]) for values in rows}
        for keys in chunks(self.moved):
            given = Attendance.objects.filter(meeting__in=keys).values_list("pk", "meeting__code", "cadre__code")
            Attendance.objects.filter(pk__in=[key for key, *codes in given if tuple(codes) in said]).point()

    def write_issues(self, rows):
        return self.put_facts(Issue, rows)

    def write_resources(self, rows):
        return self.put_facts(Resource, rows)

    def write_quarterly_reports(self, rows):
        for values in rows:
            values["quarter"] = str(values["quarter"])
        return self.put(QuarterlyReport, ("cadre_id", "locality_id", "quarter"), rows)

    def write_ratings(self, rows):
        levels = {(level.scheme_id, level.code): level.pk for level in RatingLevel.objects.all()}
        schemes = {year: RatingScheme.of_year(year).pk for year in {values["year"] for values in rows}}
        for values in rows:
            values["scheme_id"] = schemes[values["year"]]
            values["level_id"] = levels[values["scheme_id"], values.pop("level")]
        return self.put(Rating, ("organisation_id", "year"), rows)

    def write_guidance(self, rows):
        return self.put(Guidance, ("document", "issued_on", "tier", "locality_id"), rows)

    # --- What follows from them ---------------------------------------------------------------------------

    def keep_rosters(self):
        """Bring the rosters of new and changed meetings in line."""
        meetings = self.progress(sorted(self.meetings), _("rosters"), len(self.meetings))
        for keys in chunks(meetings):
            keep_rosters(Meeting.objects.filter(pk__in=keys))

    # --- What all of them share ---------------------------------------------------------------------------

    def put_facts(self, model, rows):
        """As ``put`` for what happened at a place on a day."""
        localities = self.ids["localities.csv"]
        index = PlaceIndex({localities[code] for values in rows if (code := values["locality_code"])})
        derived = [*model.placed, *map(area_field, model.placed)]
        return self.put(model, ("code",), rows, derive=index.set_places, derived=derived)

    def put(self, model, key, rows, *, derive=None, derived=(), history=True):
        """Add the rows that do not exist and change those that differ.

        ``key`` names the fields that say which row it is, the first one such that few rows share it. ``derive``
        sets the ``derived`` fields of a row that is about to be written.
        """
        rows = [self.linked(values) for values in rows]
        known = found(model.objects.all(), key[0], {values[key[0]] for values in rows})
        known = {tuple(getattr(row, name) for name in key): row for row in known}
        written, differing = Written(), set()
        for place, values in enumerate(rows):
            row = known.get(tuple(values[name] for name in key))
            if row is None:
                row = model(**values)
                written.new.append(row)
            elif differs := [name for name, value in values.items() if getattr(row, name) != value]:
                written.add_changed(row, copy(row), place)
                differing.update(differs)
                for name in differs:
                    setattr(row, name, values[name])
            else:
                continue
            if derive:
                derive(row)
        written.since = changed_since(model, [row.pk for row in written.changed], self.saved)
        self.save(model, written, [*sorted(differing), *derived])
        if history:
            self.remember(model, written)
        return written

    def linked(self, values):
        """Values by field: the id of a thing in place of its code."""
        return {
            column.removesuffix("_code") + "_id" if column in REFERS else column: (
                self.ids[REFERS[column]][value] if column in REFERS and value is not None else value
            )
            for column, value in values.items()
        }

    def save(self, model, written, names):
        names = [model._meta.get_field(name).name for name in names]
        # What has ended is written first, so that what begins in its place finds it free.
        for rows in chunks(self.progress(written.changed, self.file, len(written.changed))):
            model.objects.bulk_update(rows, names)
        for rows in chunks(self.progress(written.new, self.file, len(written.new))):
            model.objects.bulk_create(rows)

    def take_away(self, rows):
        """Delete some rows, and keep in the history that they were."""
        for row in rows:
            sign_change(row, by=self.changed_by, why=REASON)
            row.delete()

    def remember(self, model, written):
        """Write the history of new and changed rows."""
        for rows, change in ((written.new, NEW), (written.changed, CHANGED)):
            keys = [row.pk for row in rows]
            remember(model, keys, change, user=self.changed_by, reason=REASON, when=self.now)


def refresh_statistics():
    """Tell the database how large its tables have become: until then it plans queries for small ones.

    Only our own: those that all databases of a PostgreSQL share would be held until the transaction ends.
    """
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.django_table_names(only_existing=True)):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
