"""Rows of one model brought in from a table by somebody who sees and may change a part of them."""

import logging
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cadrenet.admin.scope import changeable, visible, with_related
from cadrenet.codes import by_zeros, lost_zeros, new_beside_twins, not_known, stored_twins, twins_of
from cadrenet.editing import digest
from cadrenet.formulas import saved_at
from cadrenet.history import changed_since, sign_change
from cadrenet.races import one_import_at_a_time
from cadrenet.tables.columns import plain
from cadrenet.tables.values import BadValue

log = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 3000


@dataclass
class Change:
    """A row that is new or changed: as it was (None: new), as it is, and the text of its cells then and now."""

    line: int
    was: object
    row: object
    before: list
    after: list


@dataclass
class Outcome:
    """What an import did or would do; or with errors, (line, sentences) each, why it did nothing.

    ``warnings``, (line, sentences) each, are about what may be right, and is to be looked at. ``is_stale`` says that
    it did nothing because it would have done something else than was previewed.
    """

    changes: list = field(default_factory=list)
    unchanged: int = 0
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    is_stale: bool = False

    @property
    def digest(self):
        """What was previewed, in short: which lines are new, and of each other one what it changes into what."""
        changes = [repr((change.line, change.was and (change.before, change.after))) for change in self.changes]
        return digest([*changes, repr(self.warnings)])

    @property
    def totals(self):
        """How many rows are new, changed and unchanged."""
        new = sum(change.was is None for change in self.changes)
        return {"new": new, "changed": len(self.changes) - new, "unchanged": self.unchanged}

    def refuse(self, line, sentences):
        self.errors.append((line, sentences))

    def warn(self, line, sentence):
        self.warnings.append((line, [sentence]))


class TableImport:
    """The rows of a ``table`` as those of a ``model``. A column that a file lacks is left as it is."""

    table = None
    model = None

    def __init__(self, user):
        self.user = user
        self.named = {}  # by column: the rows that its codes may name
        self.twins = {}  # by column: the codes that those of the file may be but for zeros

    @classmethod
    def needed(cls):
        """The names of the columns without which no row can be read."""
        return [
            column.name
            for column in cls.table.columns
            if column.name in cls.table.key
            or (column.required and not cls.model._meta.get_field(column.field).has_default())
        ]

    # --- Who may name and write what

    def usable(self, column, queryset):
        """Narrow the rows that a column may name; by default to those the user sees."""
        return visible(queryset, self.user)

    def may_write(self, row):
        """Return whether a stored row is one that the user may change as a whole."""
        if self.user.is_superuser:
            return True
        return changeable(self.model._default_manager.filter(pk=row.pk), self.user).exists()

    # --- Cells

    def read(self, data):
        """Return the rows of an uploaded file. Raises ``BadFile``."""
        rows = self.table.read(data, needed=self.needed(), max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
        # A browser does not say when a file was saved.
        rows.saved = saved_at(data)
        return rows

    def look_up(self, rows):
        """Fetch what the codes of a file may name, at once."""
        for column in self.table.columns:
            if column.refers:
                codes = {row.values.get(column.name, "") for row in rows}
                found = self.usable(column, column.refers._default_manager.all()).filter(code__in=codes)
                self.named[column.name] = {row.code: row for row in found}
                unknown = {code for code in codes - {*self.named[column.name]} if code[:1].isdecimal()}
                if unknown:
                    usable = self.usable(column, column.refers._default_manager.all())
                    self.twins[column.name] = by_zeros(stored_twins(unknown, usable))

    def reader(self, column):
        """Return how a cell is read here: a code becomes the row it names."""
        if not column.refers:
            return column.read

        def named(cell):
            found = self.named[column.name].get(column.read(cell))
            if found is None:
                raise BadValue(self.unknown(column, cell))
            return found

        return named

    def unknown(self, column, code):
        """The sentence about a code of a column that names nothing which the user may use here."""
        twins = twins_of(code, self.twins.get(column.name, {}))
        return not_known(code, twins) if twins else unusable(column.refers, code)

    def cells(self, row):
        """A row's cells: numbers and days as such, other rows by their codes."""
        return [plain(getattr(row, column.field)) for column in self.table.columns]

    # --- Rows

    def write(self, rows, file_name, dry_run=False, seen=None):
        """Write all rows, or with an error in one of them, none; return the ``Outcome``. Raises ``Busy``.

        ``seen`` is the digest of what was previewed: where something else would be written, nothing is.
        """
        outcome = Outcome()
        with one_import_at_a_time():
            self._write(rows, file_name, outcome)
            outcome.is_stale = seen is not None and not outcome.errors and outcome.digest != seen
            if outcome.errors or dry_run or outcome.is_stale:
                transaction.set_rollback(True)
            else:
                self.written(outcome.changes)
        outcome.errors.sort(key=lambda error: error[0])
        return outcome

    def _write(self, rows, file_name, outcome):
        self.look_up(rows)
        # Sentences call the columns what the header of the file does.
        self.table = self.table.as_headed(getattr(rows, "heads", None))
        table = replace(
            self.table,
            columns=tuple(replace(c, read=self.reader(c)) for c in self.table.columns),
        )
        sound, unsound = table.sound_rows(rows, partial=True)
        for bad in unsound:
            outcome.refuse(bad.row.line, bad.sentences + table.objections(bad.right))
        sound = self.refuse_lost_zeros(sound, outcome)
        stored = self.stored(sound)
        late = changed_since(self.model, [row.pk for row in stored.values()], getattr(rows, "saved", None))
        reason = (_("Import of %(file)s") % {"file": file_name})[:100]
        for line, values in self.in_order(sound):
            try:
                change = self.put(line, values, stored, reason)
            except ValidationError as error:
                outcome.refuse(line, self.sentences(error))
                continue
            if change:
                outcome.changes.append(change)
            else:
                outcome.unchanged += 1
        if not outcome.errors:
            for change in outcome.changes:
                try:
                    self.check(change.row)
                except ValidationError as error:
                    outcome.refuse(change.line, self.sentences(error))
        if not outcome.errors:
            doubts = [
                *taken_away(table, outcome.changes),
                *put_back(late, outcome.changes),
                *self.doubts(outcome.changes),
            ]
            for line, sentence in sorted(doubts):
                outcome.warn(line, sentence)

    def refuse_lost_zeros(self, rows, outcome):
        """Return the rows but for those about something new that differs from what is known by zeros alone."""
        if self.table.key[0] != "code":
            return rows
        said = self.lost_zeros(rows)
        for line, values in rows:
            if text := said.get(plain(values["code"])):
                outcome.refuse(line, [_("%(column)s: %(why)s") % {"column": "code", "why": text}])
        return [(line, values) for line, values in rows if plain(values["code"]) not in said]

    def lost_zeros(self, rows):
        """Return a sentence for each code of new rows beside which another differs by zeros alone."""
        stored = visible(self.model._default_manager.all(), self.user).values_list("code", flat=True)
        return new_beside_twins({plain(values["code"]) for _line, values in rows}, set(stored.order_by()))

    def stored(self, rows):
        """Return the rows that the database holds already, by their keys."""
        key = [column for column in self.table.columns if column.name in self.table.key]
        first = {values[key[0].name] for _line, values in rows if getattr(values[key[0].name], "pk", True)}
        related = [column.field for column in self.table.columns if column.refers]
        named = {f"{key[0].field}__in": first}
        # Held first, and read then: a row is written whole, and nobody else's change is put back.
        held = self.model._base_manager.filter(**named).order_by("pk").select_for_update()
        list(held.values_list("pk"))
        found = visible(self.model._default_manager.all(), self.user).filter(**named)
        return {
            tuple(plain(getattr(row, column.field)) for column in key): row for row in with_related(found, related)
        }

    def put(self, line, values, stored, reason):
        """Write one row; return the ``Change``, None where nothing differs. Raises ``ValidationError``."""
        self.prepare(values)
        row = stored.get(self.table.key_of(values)) or self.model()
        was = copy(row) if row.pk else None
        fields = {column.field: values[column.name] for column in self.table.columns if column.name in values}
        if was and not self.differs(was, fields):
            return None
        self.fill(row, fields)
        self.judge(row)
        if was and not self.may_write(was):
            raise outside()
        sign_change(row, why=reason)
        self.save(row)
        if not self.may_write(row):
            raise outside()
        return Change(line, was, row, was and self.shown(was), self.shown(row))

    def differs(self, row, fields):
        """Return whether a row has other values than these, by field."""
        return any(getattr(row, name) != value for name, value in fields.items())

    def fill(self, row, fields):
        """Give a row its values, by field."""
        for name, value in fields.items():
            setattr(row, name, value)

    def judge(self, row):
        """Apply the rules of the table and those of the model to a row as it will be."""
        objections = self.table.objections(dict(zip(self.table.names, self.cells(row), strict=True)))
        if objections:
            raise ValidationError(objections)
        row.clean()

    def save(self, row):
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            # The constraint has answered; now it also says so in a sentence.
            row.validate_unique()
            row.validate_constraints()
            log.exception("A row could not be imported")
            raise ValidationError(_("This row could not be read. Compare it with an exported file.")) from None

    def shown(self, row):
        return [text_of(value) for value in self.cells(row)]

    def sentences(self, error):
        """What a ``ValidationError`` says, each sentence after the name of its column."""
        if not hasattr(error, "error_dict"):
            return error.messages
        names = {column.field: self.table.called(column.name) for column in self.table.columns}
        order = [*names, *error.message_dict]
        return [
            sentence
            if name == NON_FIELD_ERRORS
            else _("%(column)s: %(why)s") % {"column": names.get(name, name), "why": sentence}
            for name in sorted(error.message_dict, key=order.index)
            for sentence in error.message_dict[name]
        ]

    # --- What a table does beyond that

    def in_order(self, rows):
        """Return the rows, (line, values) pairs, in the order in which they can be saved one after the other."""
        return rows

    def prepare(self, values):
        """Settle what follows from several cells of a row. Raises ``ValidationError``."""

    def check(self, row):
        """Raise ``ValidationError`` for what can be judged only when all rows stand as they will."""

    def doubts(self, changes):
        """Yield (line, sentence) about what may be right and often is not, once all rows stand as they will."""
        return ()

    def written(self, changes):
        """Keep what is derived right, once, after all rows were written."""


def taken_away(table, changes):
    """Yield (line, sentence) about each cell that a change leaves empty, or without the zeros before it."""
    for change in changes:
        for column, before, after in zip(table.names, change.before or (), change.after, strict=False):
            said = {"column": table.called(column), "value": before, "after": after}
            if before and not after:
                yield change.line, _("%(column)s: “%(value)s” would be erased, as the cell is empty.") % said
            elif lost_zeros(before, after):
                yield change.line, _("%(column)s: “%(value)s” would lose its zeros and become “%(after)s”.") % said


def put_back(late, changes):
    """Yield (line, sentence) about each row that was changed after the workbook was saved: key -> when."""
    for change in changes:
        if change.was and change.was.pk in late:
            moment = date_format(localtime(late[change.was.pk]), "SHORT_DATETIME_FORMAT")
            yield (
                change.line,
                _("This row was changed here on %(moment)s, after the file was saved.") % {"moment": moment},
            )


def unusable(model, code):
    """One sentence for what does not exist and for what may not be used: it must not tell which."""
    return _("There is no %(thing)s with the code “%(code)s” that you may use here.") % {
        "thing": model._meta.verbose_name,
        "code": code,
    }


def outside():
    """The error of a row that the user may not change."""
    return ValidationError(_("This lies outside the area in which you may change things."))


def text_of(value):
    """A cell as a file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
