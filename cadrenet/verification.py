"""Whether what is stored agrees with itself: what is derived with what it follows from, what is typed with the rules.

A rule that a constraint holds needs no look. Everything else does: a column that repeats another may be out of step
after a fault or a change by hand, and nobody would notice. Each app says in its module ``verification`` what there is
to look at (``register``), with the functions that derive it; ``./run manage verify`` looks and names what differs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import connection, transaction
from django.db.models import F, ForeignKey, Model, Q, QuerySet, UniqueConstraint
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cadrenet.codes import OpenListField

BATCH = 2000
# A sentence, or what makes it of the row that it is about.
Sentence = Any
NOTHING = "–"


# --- What was found -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One row in which what is stored is not what should be; ``rule`` says why where it is not derived.

    ``row`` stands for a row that is missing or should not be there, which ``column`` says (``MISSING``, ``SPARE``).
    """

    model: type[Model]
    pk: Any
    column: str
    stored: Any = None
    right: Any = None
    rule: Sentence = ""
    row: Model | None = None

    def __str__(self) -> str:
        """A sentence with which somebody can go to the row. Costs queries: ask for those that are shown."""
        row = self.row or self.model._base_manager.get(pk=self.pk)
        said = {"what": f"{capfirst(self.model._meta.verbose_name)} {key_of(row)}", "column": self.column}
        if self.column == MISSING:
            return _("%(what)s is missing.") % said
        if self.column == SPARE:
            return _("%(what)s should not be there.") % said
        said["stored"] = shown(self.model, self.column, self.stored)
        if self.rule:
            rule = self.rule(row) if callable(self.rule) else self.rule
            return _("%(what)s, %(column)s %(stored)s: %(rule)s") % {**said, "rule": rule}
        said["right"] = shown(self.model, self.column, self.right)
        return _("%(what)s: %(column)s is %(stored)s and should be %(right)s.") % said


MISSING, SPARE = "+", "-"


def key_of(row: Model) -> str:
    """What a row is known by, as files name it: its code, or the codes and days that tell it from others."""
    if code := getattr(row, "code", None):
        return str(code)
    parts = [shown(type(row), name, getattr(row, field_of(type(row), name).attname)) for name in names_of(type(row))]
    return " · ".join([*parts, f"#{row.pk}"] if row.pk else parts)


def names_of(model: type[Model]) -> Sequence[str]:
    """The fields that tell a row of a model from others."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            return constraint.fields
    typed = [field for field in model._meta.concrete_fields if field.editable]
    return [field.name for field in typed if isinstance(field, ForeignKey) or field.name == "first_day"]


def field_of(model: type[Model], column: str) -> Any:
    """Return the field of a column, by its name or by that of what it holds."""
    return next(field for field in model._meta.concrete_fields if column in (field.name, field.attname))


def shown(model: type[Model], column: str, value: Any) -> str:
    """A stored value as a sentence says it: a key as what it leads to is known by."""
    field = field_of(model, column)
    if value is None or value == "":
        return NOTHING
    if isinstance(field, ForeignKey):
        named = field.related_model._base_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return key_of(named) if named else f"#{value}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if value in (date.min, date.max):
        return "…"
    return str(value)


# --- What there is to look at -------------------------------------------------------------------------------------


class Check:
    """One way in which rows of a model may be wrong. ``columns`` are those that it answers for.

    What ``is_derived`` can be repaired, and only that: nobody but its author corrects what was typed.
    """

    is_derived = False

    def __init__(self, model: type[Model], *columns: str) -> None:
        self.model, self.columns = model, columns

    def differences(self) -> Iterator[Difference]:
        """Yield what is wrong, row by row; writes nothing, and holds few rows at a time."""
        raise NotImplementedError

    def repair(self) -> None:
        """Put right what is derived, in the transaction of whoever calls it."""
        raise NotImplementedError


class ByRow(Check):
    """Columns that follow from their own row, by the function that sets them when it is saved.

    ``related`` are the foreign keys that it reads.
    """

    is_derived = True

    def __init__(
        self, model: type[Model], *columns: str, derive: Callable[[Any], Any], related: Sequence[str] = ()
    ) -> None:
        super().__init__(model, *columns)
        self.derive, self.related = derive, related

    def deriving(self) -> Callable[[Any], Any]:
        """Return what sets the columns of a row, with all that it needs for many of them."""
        return self.derive

    def wrong(self) -> Iterator[list[tuple[Any, dict[str, Any]]]]:
        """Yield rows as they should be, each with what is stored in the columns that differ; batch by batch."""
        names = [field_of(self.model, column).attname for column in self.columns]
        derive = self.deriving()
        for batch in batches(self.rows()):
            found: list[tuple[Any, dict[str, Any]]] = []
            for row in batch:
                stored = {name: getattr(row, name) for name in names}
                derive(row)
                if differing := {name: was for name, was in stored.items() if getattr(row, name) != was}:
                    found.append((row, differing))
            yield found

    def rows(self) -> QuerySet[Any]:
        """Return all rows, with what is read of others."""
        rows = self.model._base_manager.all()
        return rows.select_related(*self.related) if self.related else rows

    def differences(self) -> Iterator[Difference]:
        for batch in self.wrong():
            for row, differing in batch:
                for name, stored in differing.items():
                    column = field_of(self.model, name).name
                    yield Difference(self.model, row.pk, column, stored, getattr(row, name))

    def repair(self) -> None:
        derive = self.deriving()
        for batch in self.wrong():
            # As they are by now, and held: somebody may have saved one of them meanwhile.
            held = self.rows().select_for_update(of=("self",)).filter(pk__in=[row.pk for row, _differing in batch])
            rows = list(held.order_by("pk"))
            for row in rows:
                derive(row)
            self.model._base_manager.bulk_update(rows, self.columns, batch_size=500)


class Rule(Check):
    """What must not be: the rows that ``broken`` finds. What is stored in ``column`` is told with the sentence."""

    def __init__(
        self, model: type[Model], column: str, sentence: Sentence, broken: Callable[[], QuerySet[Any]]
    ) -> None:
        super().__init__(model, column)
        self.sentence, self.broken = sentence, broken

    def differences(self) -> Iterator[Difference]:
        name = field_of(self.model, self.columns[0]).attname
        for pk, stored in self.broken().order_by("pk").values_list("pk", name).iterator(BATCH):
            yield Difference(self.model, pk, self.columns[0], stored, rule=self.sentence)


class Cleaned(Check):
    """The rules of a model as its own ``clean`` says them; for few rows, as each may cost queries.

    ``brought`` are what it reads of other rows.
    """

    def __init__(self, model: type[Model], *columns: str, brought: Sequence[str] = ()) -> None:
        super().__init__(model, *columns)
        self.brought = brought

    def differences(self) -> Iterator[Difference]:
        for batch in batches(self.model._base_manager.prefetch_related(*self.brought), size=500):
            for row in batch:
                stored = {column: getattr(row, field_of(self.model, column).attname) for column in self.columns}
                try:
                    row.clean()
                except ValidationError as error:
                    for name, sentences in ValidationError(error).update_error_dict({}).items():
                        column = self.columns[0] if name == NON_FIELD_ERRORS else name
                        rule = " ".join(sentence for each in sentences for sentence in each.messages)
                        yield Difference(self.model, row.pk, column, stored.get(column), rule=rule)


class Apart(Check):
    """Dated rows of which no two share a day, if they are equal in the columns ``by``."""

    def __init__(self, model: type[Model], *by: str, sentence: Sentence, only: Q | None = None) -> None:
        super().__init__(model, "first_day", "last_day")
        self.by, self.sentence, self.only = by, sentence, only or Q()

    def differences(self) -> Iterator[Difference]:
        rows = self.model._base_manager.filter(self.only)
        rows = rows.order_by(*self.by, F("first_day").asc(nulls_first=True), "pk")
        found = rows.values_list("pk", "first_day", "last_day", *self.by).iterator(BATCH)
        for _by, alike in groupby(found, key=itemgetter(slice(3, None))):
            until = None
            for pk, first_day, last_day, *_values in alike:
                if until is not None and (first_day or date.min) <= until:
                    yield Difference(self.model, pk, "first_day", first_day, rule=self.sentence)
                until = max(until or date.min, last_day or date.max)


class Values(Check):
    """A column that holds one of few words, or what its validators let through; the database lets in anything."""

    def differences(self) -> Iterator[Difference]:
        (column,) = self.columns
        field = field_of(self.model, column)
        rows = self.model._base_manager.order_by()
        for (value,) in rows.values_list(column).distinct().iterator(BATCH):
            if value in field.empty_values and (field.null or field.blank):
                continue
            if sentence := self.refusal(field, value):
                for pk in rows.filter(**{column: value}).order_by("pk").values_list("pk", flat=True).iterator(BATCH):
                    yield Difference(self.model, pk, column, value, rule=sentence)

    def refusal(self, field: Any, value: Any) -> Sentence:
        """Return what is said of a value that must not be; nothing of any other."""
        if is_closed(field) and value not in dict(field.flatchoices):
            return gettext_lazy("This is none of the values that this column may hold.")
        for validator in own_validators(field):
            try:
                validator(value)
            except ValidationError as error:
                return " ".join(error.messages)
        return ""


class References(Check):
    """What the rows of a table name in others: PostgreSQL holds it, and whoever opens the file of SQLite may not."""

    def differences(self) -> Iterator[Difference]:
        if connection.vendor != "sqlite":
            return
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            columns = {row[0]: row[3] for row in cursor.execute(f"PRAGMA foreign_key_list({table})").fetchall()}
            broken = cursor.execute(f"PRAGMA foreign_key_check({table})").fetchall()
        for _table, pk, _parent, number in broken:
            stored = self.model._base_manager.values_list(columns[number], flat=True).get(pk=pk)
            rule = gettext_lazy("What it names is not there.")
            yield Difference(self.model, pk, field_of(self.model, columns[number]).name, stored, rule=rule)


def is_closed(field: Any) -> bool:
    """Whether a field holds one of its choices and nothing else."""
    return bool(field.choices) and not isinstance(field, OpenListField)


def own_validators(field: Any) -> list[Any]:
    """What a field asks of a value beyond what its column holds."""
    return [*field.default_validators, *field._validators]


CHECKS: list[Check] = []


def register(*checks: Check) -> None:
    """Have something looked at, after all that was registered before, on which it may build."""
    CHECKS.extend(checks)


@cache
def all_checks() -> list[Check]:
    """Return everything that there is to look at, in the order in which one thing follows from another."""
    autodiscover_modules("verification")
    # Of the apps that say something here, every column is looked at that holds one of few words.
    labels = {check.model._meta.app_label for check in CHECKS}
    guarded = {column for label in labels for column in guarded_columns(label)} - derived_columns()
    register(*(Values(*column) for column in sorted(guarded, key=str)))
    register(*(References(model) for model in apps.get_models() if model._meta.managed))
    return CHECKS


def derived_columns() -> set[tuple[type[Model], str]]:
    """Return (model, column) of all that is derived."""
    return {(check.model, column) for check in CHECKS if check.is_derived for column in check.columns}


def guarded_columns(app_label: str) -> Iterator[tuple[type[Model], str]]:
    """Yield the columns of an app's own rows that have choices or validators of their own."""
    for model in apps.get_app_config(app_label).get_models():
        if model._meta.managed and not hasattr(model, "history_type"):
            for field in model._meta.concrete_fields:
                if is_closed(field) or own_validators(field):
                    yield model, field.name


# --- Reading ------------------------------------------------------------------------------------------------------


def batches(rows: QuerySet[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """Yield all rows in the order of their keys, so many at a time; meanwhile they may be written."""
    rows = rows.order_by("pk")
    batch = list(rows[:size])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:size])


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything that is read here is of one moment; nothing can be written, and nobody waits for it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _reading_only():
            yield


@contextmanager
def _reading_only() -> Iterator[None]:
    """A transaction of SQLite that takes no lock for writing, as ours do from their beginning (settings)."""
    database: Any = connection
    database.ensure_connection()
    mode, database.transaction_mode = database.transaction_mode, "DEFERRED"
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = ON")
        with transaction.atomic():
            yield
    finally:
        database.transaction_mode = mode
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")


@dataclass
class Found:
    """What one check found: how many differences, in which columns, and the first of them as sentences."""

    check: Check
    number: int
    columns: list[str]
    sentences: tuple[str, ...]


def look(checks: Iterable[Check], show: int) -> list[Found]:
    """Look at everything in one moment; return what was found, with no more than some sentences of each kind."""
    result = []
    with snapshot():
        for check in checks:
            number, columns, first = 0, dict.fromkeys(check.columns, 0), []
            try:
                for difference in check.differences():
                    number += 1
                    columns[difference.column] = columns.get(difference.column, 0) + 1
                    if number <= show:
                        first.append(difference)
                sentences = [str(difference) for difference in first]
            except SENSELESS as error:
                number += 1
                sentences = [*(str(difference) for difference in first), untold(check, error)]
            if number:
                differing = [column for column in check.columns if columns[column]]
                result.append(Found(check, number, differing or list(check.columns), tuple(sentences)))
    return result


# What comes of a tier, a kind or a role that there is not, or of a row that has gone: that is named by itself.
SENSELESS = (AttributeError, KeyError, ValueError, ObjectDoesNotExist)


class Unrepaired(Exception):
    """Nothing was repaired; the text is the sentence."""


def untold(check: Check, error: Exception) -> str:
    """Return the sentence about what cannot be derived, because what it follows from makes no sense."""
    return _(
        "%(kind)s (%(columns)s): what is right cannot be said before the other differences are mended (%(why)s)."
    ) % {
        "kind": capfirst(check.model._meta.verbose_name_plural),
        "columns": ", ".join(check.columns),
        "why": repr(error),
    }


@transaction.atomic
def repair(checks: Iterable[Check]) -> None:
    """Put right what is derived of what some checks look at, all or nothing, in the order in which it follows."""
    for check in checks:
        if check.is_derived:
            try:
                check.repair()
            except SENSELESS as error:
                raise Unrepaired(untold(check, error)) from error
