"""Which rows an import changes, with their values before and after, and what it would take away."""

from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter

from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.codes import lost_zeros
from cadrenet.tables.columns import plain
from cadrenet.tables.importing import text_of
from cadrenet.tables.telling import ranges
from meetings.models import Meeting
from reports.district.tables import TABLES

# Of each file so many changed rows are shown. A list of thousands helps nobody.
SHOWN = 20


@dataclass
class Told:
    """What a file changes: the first rows in full, and of all of them what a reader would not expect.

    ``emptied`` are the lines on which a filled cell becomes empty, by column, and ``unzeroed`` those on which one
    loses the zeros that it begins with; ``moved`` those on which a meeting moves to another day; ``late`` those about
    rows that somebody has changed after the file was saved.
    """

    rows: list = field(default_factory=list)
    more: int = 0
    emptied: dict = field(default_factory=dict)
    unzeroed: dict = field(default_factory=dict)
    moved: list = field(default_factory=list)
    late: list = field(default_factory=list)


@dataclass
class ChangedRow:
    """A stored row that a line of a file changes: (column, before, after) of its cells, and when it was changed last,
    where that was after the file was saved.
    """

    line: int
    name: str
    cells: list
    since: datetime | None

    def __str__(self):
        cells = "; ".join(f"{column}: {before or '–'} → {after or '–'}" for column, before, after in self.cells)
        if not self.since:
            return f"{self.name}: {cells}"
        return _("%(row)s: %(cells)s. It was changed here on %(moment)s, after the file was saved.") % {
            "row": self.name,
            "cells": cells,
            "moment": text_of_cell(self.since).replace("T", " "),
        }


def tell(file, written, lines, heads, *, in_full):
    """Return the ``Told`` of the rows that a file changes; ``lines`` are those of its rows."""
    told, table = Told(), TABLES[file].as_headed(heads)
    columns = columns_by_attribute(table, written)
    order = []
    for place, row, was in zip(written.places, written.changed, written.was, strict=True):
        empty = [
            name
            for attribute, name in columns.items()
            if getattr(row, attribute) in (None, "") and getattr(was, attribute) not in (None, "")
        ] + [column for column, before, after in written.besides.get(row.pk, ()) if before and not after]
        unzeroed = [
            name
            for attribute, name in columns.items()
            if lost_zeros(getattr(was, attribute), getattr(row, attribute))
        ]
        for found, names in ((told.emptied, empty), (told.unzeroed, unzeroed)):
            for name in names:
                found.setdefault(table.called(name), []).append(lines[place])
        is_moved = isinstance(row, Meeting) and row.day != was.day
        if is_moved:
            told.moved.append(lines[place])
        if row.pk in written.since:
            told.late.append(lines[place])
        order.append(((not (empty or unzeroed), row.pk not in written.since, not is_moved, lines[place]), row, was))
    if in_full:
        # First what takes something away.
        order.sort(key=itemgetter(0))
        told.rows = [changed_row(table, first[-1], row, was, written) for first, row, was in order[:SHOWN]]
        told.more = len(order) - len(told.rows)
    return told


def columns_by_attribute(table, written):
    """Attribute of the rows -> column, of those columns that are fields."""
    found = {}
    for column in table.columns if written.changed else ():
        try:
            found[written.changed[0]._meta.get_field(column.field).attname] = column.name
        except FieldDoesNotExist:
            # Where a cadre works: told beside it.
            continue
    return found


def changed_row(table, line, row, was, written):
    fields = {column.name: column.field for column in table.columns}
    names = columns_by_attribute(table, written).values()
    cells = [
        (table.called(name), *(text_of_cell(plain(getattr(thing, fields[name]))) for thing in (was, row)))
        for name in names
    ]
    cells += [(table.called(name), before, after) for name, before, after in written.besides.get(row.pk, ())]
    key = (text_of_cell(plain(getattr(row, fields[name]))) or "…" for name in table.key)
    return ChangedRow(line, ", ".join(key), [cell for cell in cells if cell[1] != cell[2]], written.since.get(row.pk))


def text_of_cell(value):
    """A value as a file has it: a moment by the clock of the office."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")[:16]
    return text_of(value)


def warnings(file, told):
    """Yield sentences about what an import takes away."""
    for column, lines in told.emptied.items():
        yield f"{file}: " + ngettext(
            "%(column)s: %(count)s filled cell becomes empty, on line %(lines)s.",
            "%(column)s: %(count)s filled cells become empty, on lines %(lines)s.",
            len(lines),
        ) % {"column": column, "count": len(lines), "lines": ranges(lines)}
    for column, lines in told.unzeroed.items():
        yield f"{file}: " + ngettext(
            "%(column)s: %(count)s cell loses the zeros it begins with, on line %(lines)s.",
            "%(column)s: %(count)s cells lose the zeros they begin with, on lines %(lines)s.",
            len(lines),
        ) % {"column": column, "count": len(lines), "lines": ranges(lines)}
    if told.moved:
        yield f"{file}: " + ngettext(
            "%(count)s meeting moves to another day, and who came is asked again: line %(lines)s.",
            "%(count)s meetings move to another day, and who came is asked again: lines %(lines)s.",
            len(told.moved),
        ) % {"count": len(told.moved), "lines": ranges(told.moved)}
    if told.late:
        yield f"{file}: " + ngettext(
            "%(count)s row was changed here after the file was saved, and is put back: line %(lines)s.",
            "%(count)s rows were changed here after the file was saved, and are put back: lines %(lines)s.",
            len(told.late),
        ) % {"count": len(told.late), "lines": ranges(told.late)}
