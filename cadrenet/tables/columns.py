"""What a file is: its columns, what each cell holds, and what is asked of a row by itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from cadrenet.cells import TEXT, BadFile, Unusable
from cadrenet.tables.values import BadValue, code
from cadrenet.tables.words import folded
from cadrenet.uploads import KEEP, read_table
from cadrenet.vietnamese import cleaned


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line on which it begins, and the text of each cell by column."""

    line: int
    values: dict


class Rows(list):
    """The rows of one file; where its header is in Vietnamese, what it calls each column; and when it was saved."""

    def __init__(self, rows=(), heads=None, saved=None):
        super().__init__(rows)
        self.heads, self.saved = heads or {}, saved


@dataclass(frozen=True, slots=True)
class Unsound:
    """A row that may not be written as it stands: the cells that are right, and what is wrong with it.

    ``repeats`` is the sentence about a row above that is about the same thing.
    """

    row: Row
    right: dict
    wrong: list
    repeats: str | None

    @property
    def sentences(self):
        """Everything that is wrong with the row."""
        return [*self.wrong, self.repeats] if self.repeats else self.wrong


@dataclass(frozen=True)
class Column:
    """A column: how its text is read, and what an empty cell means (``required``: nothing, so it is an error).

    ``vietnamese`` is what it is called in Vietnamese, the heading of a template first. ``refers`` is the model of the
    thing that a code names; ``own_field`` the field of the model, where it is called otherwise.
    """

    name: str
    vietnamese: tuple
    read: Callable[[str], Any]
    empty: Any = ""
    required: bool = False
    refers: type | None = None
    own_field: str = ""

    @property
    def field(self):
        """The model's field that holds the value."""
        return self.own_field or (self.name.removesuffix("_code") if self.refers else self.name)

    @property
    def kind(self):
        """Of what kind its values are in a workbook."""
        return getattr(self.read, "kind", TEXT)


def column(name, vietnamese, read, empty="", **more):
    """A column whose cells may be empty. Its Vietnamese names stand in one text: “mã cán bộ, mã”."""
    return Column(name, tuple(vietnamese.split(", ")), read, empty, **more)


def required(name, vietnamese, read):
    """A column whose cells may not be empty."""
    return column(name, vietnamese, read, required=True)


def optional(name, vietnamese, read):
    """A column whose empty cell means "not known" or "open"."""
    return column(name, vietnamese, read, None)


def reference(name, vietnamese, refers, *, required=False, field=""):
    """A column that names another thing by its code."""
    return column(name, vietnamese, code, None, required=required, refers=refers, own_field=field)


@dataclass(frozen=True)
class Table:
    """A file: its columns, those of them that say which thing a row is about, and rules about a row by itself.

    A rule takes the values of a row by column, and returns a sentence about what is wrong, or None.
    """

    file: str
    columns: tuple
    key: tuple
    rules: tuple = ()
    heads: dict = field(default_factory=dict, compare=False)
    names: tuple = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    @cached_property
    def known_words(self):
        """Folded word of a header -> the name of the column that it means."""
        words = {folded(word): column.name for column in self.columns for word in column.vietnamese}
        return words | {folded(name): name for name in self.names}

    def is_header(self, cells):
        """Return whether a row names columns; a title above a table names one of them at most."""
        return len({self.known_words.get(folded(cell)) for cell in cells} - {None}) > 1

    def read(self, file, *, needed, **bounds):
        """Return the ``Rows`` of a file that has at least the ``needed`` columns. Raises ``BadFile``."""
        header, lines = read_table(file, is_header=self.is_header, unusable=KEEP, **bounds)
        names = [self.known_words.get(folded(word)) for word in header]
        heads = self.heads_of(header, names)
        known = self.as_headed(heads)
        errors = [
            known.missing(column) for column in self.columns if column.name in needed and column.name not in names
        ]
        for position, (name, word) in enumerate(zip(names, header, strict=True)):
            if name is None:
                errors.append(
                    _("The column “%(column)s” is unknown. Remove it; the columns are: %(columns)s.")
                    % {"column": word, "columns": ", ".join(map(known.called, self.names))}
                )
            elif name in names[:position]:
                errors.append(
                    _("The columns “%(column)s” and “%(other)s” are the same one. Remove one of them.")
                    % {"column": header[names.index(name)], "other": word}
                )
        if errors:
            raise BadFile(*errors)
        return Rows((Row(line, dict(zip(names, cells, strict=True))) for line, cells in lines), heads)

    def heads_of(self, header, names):
        """What the columns are called in sentences about a file whose header is in Vietnamese; else nothing."""
        words = {name: word for name, word in zip(names, header, strict=True) if name}
        if all(folded(name) == folded(word) for name, word in words.items()):
            return {}
        return {column.name: words.get(column.name, column.vietnamese[0]) for column in self.columns}

    def as_headed(self, heads):
        """The same table, whose sentences call the columns what the header of a file calls them."""
        return replace(self, heads=heads) if heads else self

    def called(self, name):
        """What a column is called in sentences about this file."""
        return self.heads.get(name, name)

    def missing(self, column):
        """The sentence about a column that a file lacks."""
        if column.required:
            return _("The column “%(column)s” is missing. Add it to the header.") % {
                "column": self.called(column.name)
            }
        return _("The column “%(column)s” is missing. Add it to the header; its cells may be empty.") % {
            "column": self.called(column.name)
        }

    def parse(self, row, partial=False):
        """Return the values of a row by column, and by column a sentence about each cell that is wrong.

        A column that the row lacks counts as empty; a ``partial`` row says nothing about it.
        """
        values, wrong = {}, {}
        for column in self.columns:
            if partial and column.name not in row.values:
                continue
            text = row.values.get(column.name, "")
            if not cleaned(text):
                values[column.name] = column.empty
                if column.required:
                    wrong[column.name] = _("“%(column)s” is empty. Fill it in.") % {
                        "column": self.called(column.name)
                    }
                continue
            try:
                if type(text) is Unusable and text.unless != column.kind:
                    raise BadValue(text.why)
                values[column.name] = column.read(text)
            except BadValue as error:
                values[column.name] = column.empty
                wrong[column.name] = _("%(column)s: %(why)s") % {"column": self.called(column.name), "why": error}
        return values, wrong

    def sound_rows(self, rows, partial=False):
        """Take rows apart: (line, values) of the sound ones, and those that are ``Unsound``."""
        sound, unsound, first = [], [], {}
        for row in rows:
            values, wrong = self.parse(row, partial)
            repeats = None
            if not wrong or wrong.keys().isdisjoint(self.key):
                line = first.setdefault(self.key_of(values), row.line)
                if line != row.line:
                    repeats = self.twice(values, line)
            if wrong or repeats:
                right = {name: value for name, value in values.items() if name not in wrong}
                unsound.append(Unsound(row, right, list(wrong.values()), repeats))
            else:
                sound.append((row.line, values))
        return sound, unsound

    def key_of(self, values):
        """What says which thing a row is about."""
        return tuple(plain(values[name]) for name in self.key)

    def twice(self, values, line):
        """The sentence about a row whose thing stands on a line above."""
        key = ("…" if value is None else str(value) for value in self.key_of(values))
        return _("Line %(line)s has the same %(columns)s already (%(values)s). Remove one of the two rows.") % {
            "columns": ", ".join(map(self.called, self.key)),
            "values": ", ".join(key),
            "line": line,
        }

    def objections(self, values):
        """Return what speaks against a row, as sentences. No rule is asked about a cell that is wrong or missing."""
        sentences = []
        for rule in self.rules:
            try:
                sentence = rule(values)
            except KeyError:
                continue
            if sentence:
                sentences.append(self.in_its_words(sentence))
        return sentences

    def in_its_words(self, sentence):
        """A sentence of a rule, which calls columns by their names, in the words of the header."""
        for name, word in self.heads.items():
            # A name of one word is a word of the sentence.
            if "_" in name:
                sentence = re.sub(rf"\b{name}\b", f"“{word}”", sentence)
        return sentence


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
