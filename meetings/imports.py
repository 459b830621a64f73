"""The files of this app that can be imported and exported in the administration."""

from datetime import date, time

from cadrenet.tables.importing import TableImport
from meetings.models import Guidance, Pattern
from meetings.tables import GUIDANCE, PATTERNS


class PatternImport(TableImport):
    """Patterns of regular meetings, known by locality, kind and first day."""

    table = PATTERNS
    model = Pattern

    def cells(self, row):
        return [f"{cell:%H:%M}" if isinstance(cell, time) else cell for cell in super().cells(row)]

    def in_order(self, rows):
        # What ends before what begins in its place.
        return sorted(rows, key=lambda row: (not row[1].get("last_day"), row[1]["first_day"] or date.min))


class GuidanceImport(TableImport):
    """Guidance, known by its document, its day, its tier and its part of the tree."""

    table = GUIDANCE
    model = Guidance
