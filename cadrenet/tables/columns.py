"""What a file is: its columns, what each cell holds, and what is asked of a row by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cadrenet.tables.values import BadValue, code
from cadrenet.uploads import BadFile, read_table
from cadrenet.vietnamese import cleaned


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line on which it begins, and the text of each cell by column."""

    line: int
    values: dict


@dataclass(frozen=True)
class Column:
    """A column: how its text is read, and what an empty cell means (``required``: nothing, so it is an error).

    ``refers`` is the model of the thing that a code names; ``own_field`` the field of the model, where it is called
    otherwise.
    """

    name: str
    read: Callable[[str], Any]
    empty: Any = ""
    required: bool = False
    refers: type | None = None
    own_field: str = ""

    @property
    def field(self):
        """The model's field that holds the value."""
        return self.own_field or (self.name.removesuffix("_code") if self.refers else self.name)


def required(name, read):
    """A column whose cells may not be empty."""
    return Column(name, read, required=True)


def optional(name, read):
    """A column whose empty cell means "not known" or "open"."""
    return Column(name, read, empty=None)


def reference(name, refers, *, required=False, field=""):
    """A column that names another thing by its code."""
    return Column(name, code, None, required, refers, field)


@dataclass(frozen=True)
class Table:
    """A file: its columns, those of them that say which thing a row is about, and rules about a row by itself.

    A rule takes the values of a row by column, and returns a sentence about what is wrong, or None.
    """

    file: str
    columns: tuple
    key: tuple
    rules: tuple = ()
    names: tuple = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    def read(self, file, *, needed, **bounds):
        """Return the rows of a file that has at least the ``needed`` columns. Raises ``BadFile``."""
        header, lines = read_table(file, **bounds)
        errors = [missing(column) for column in self.columns if column.name in needed and column.name not in header]
        errors += [
            _("The column “%(column)s” is unknown. Remove it; the columns are: %(columns)s.")
            % {"column": name, "columns": ", ".join(self.names)}
            for name in header
            if name not in self.names
        ]
        if errors:
            raise BadFile(*errors)
        return [Row(line, dict(zip(header, cells, strict=True))) for line, cells in lines]

    def parse(self, row, partial=False):
        """Return the values of a row by column, and a sentence for each cell that is wrong.

        A column that the row lacks counts as empty; a ``partial`` row says nothing about it.
        """
        values, wrong = {}, []
        for column in self.columns:
            if partial and column.name not in row.values:
                continue
            text = row.values.get(column.name, "")
            if not cleaned(text):
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

    def sound_rows(self, rows, partial=False):
        """Take rows apart: (line, values) of the sound ones, (row, sentences) of those with wrong cells, and
        (row, sentence) of those about a thing that a row above is about already.
        """
        sound, wrong, repeated, first = [], [], [], {}
        for row in rows:
            values, sentences = self.parse(row, partial)
            if sentences:
                wrong.append((row, sentences))
                continue
            line = first.setdefault(self.key_of(values), row.line)
            if line == row.line:
                sound.append((line, values))
            else:
                repeated.append((row, self.twice(values, line)))
        return sound, wrong, repeated

    def key_of(self, values):
        """What says which thing a row is about."""
        return tuple(plain(values[name]) for name in self.key)

    def twice(self, values, line):
        """The sentence about a row whose thing stands on a line above."""
        key = ("…" if value is None else str(value) for value in self.key_of(values))
        return _("Line %(line)s has the same %(columns)s already (%(values)s). Remove one of the two rows.") % {
            "columns": ", ".join(self.key),
            "values": ", ".join(key),
            "line": line,
        }

    def objections(self, values):
        """Return what speaks against a row whose cells are right, as sentences."""
        return [sentence for rule in self.rules if (sentence := rule(values))]


def missing(column):
    """The sentence about a column that a file lacks."""
    if column.required:
        return _("The column “%(column)s” is missing. Add it to the header.") % {"column": column.name}
    return _("The column “%(column)s” is missing. Add it to the header; its cells may be empty.") % {
        "column": column.name
    }


def plain(value):
    """A value as a cell holds it: another row by its code."""
    return getattr(value, "code", value)


# --- Rules that several files share ------------------------------------------------------------------------


def backwards(values):
    """Return whether a period ends before it begins."""
    first_day, last_day = values.get("first_day"), values.get("last_day")
    return bool(first_day and last_day and last_day < first_day)


def days_in_order(values):
    """A period does not end before it begins."""
    if backwards(values):
        return _("The last day %(last)s lies before the first day %(first)s. Correct one of them.") % {
            "last": values["last_day"],
            "first": values["first_day"],
        }
    return None
