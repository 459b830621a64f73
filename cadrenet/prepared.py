"""Queries that Django puts together once, and that are asked again with other days and keys.

To put together one of our longer queries and to write it as SQL takes Django as long as the database takes to answer
it. A function that is decorated with ``prepared`` does so once for each shape of its arguments: for two localities
and a day, say, whichever they are. Only modules named ``queries`` use it; what they pass on are ordinary functions of
users, places and days. See docs/adr/0013-queries-put-together-once.md.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property, wraps
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

# So many shapes of a function are kept, each of 30 to 80 KB: those that were asked for last.
SHAPES_KEPT = 50
NOT_KEPT = object()
# What stands for days and keys while a query is put together: values that nothing else in a query has.
FIRST_DAY, BETWEEN_DAYS = date(1001, 1, 1), timedelta(days=97)
FIRST_KEY = 7_000_000_000_000_000


def prepared(function: Callable[P, QuerySet[Any, T]]) -> Callable[P, list[T]]:
    """Decorate a function that returns a queryset, to return the list of its rows, put together once for all values.

    Its arguments are days, whole numbers, texts, None, and tuples, sets and dataclasses of these. Days, numbers and
    each ``Param`` are values: they may differ from one call to the next. Everything else is the shape, each
    ``Constant`` included, and every shape has a query of its own.

    The function passes values on as they are given. It may compare them: whether two are equal, and which day is
    earlier. What it would work out from them (the day before, whether a number is large) is an argument of its own,
    and it names the members of a set in order. The first call for a shape checks this. A function that does otherwise
    is put together each time, and the log says so.
    """
    statements: OrderedDict[Any, Any] = OrderedDict()

    @wraps(function)
    def ask(*args: Any) -> list[T]:
        values: dict[Any, Any] = {}
        shape = shape_of(args, values)
        given = list(values)
        key = shape, days_in_order(given)
        # Taken out and put in again, so that the shape asked for last stands last.
        statement = statements.pop(key, NOT_KEPT)
        if statement is NOT_KEPT:
            statement = statement_of(function, args, given)
        statements[key] = statement
        if len(statements) > SHAPES_KEPT:
            statements.popitem(last=False)
        return statement.rows(given) if statement else list(function(*mapped(args, as_is)))

    return ask


@dataclass(frozen=True)
class Placeholder:
    """Stands in a shape where the arguments have a value."""

    number: int


@dataclass(frozen=True)
class Constant:
    """An argument that belongs to the shape: each has a query of its own, such as how many rows are wanted."""

    value: object


@dataclass(frozen=True)
class Param:
    """A text that is a value, such as a code; the function is called with the text itself."""

    text: str


UNCHANGED, VALUES = (str, bool, Constant), (int, date)


def shape_of(argument, values):
    """Return the shape of an argument, and note its values in ``values``, those of a set from the smallest on."""
    kind = type(argument)
    if kind is int or kind is date:
        return values.setdefault(argument, Placeholder(len(values)))
    if kind is tuple:
        return tuple([shape_of(part, values) for part in argument])
    if kind is frozenset:
        return kind, *[shape_of(part, values) for part in sorted(argument)]
    if kind is Param:
        return values.setdefault(argument.text, Placeholder(len(values)))
    if argument is None or isinstance(argument, UNCHANGED):
        return argument
    if is_dataclass(argument):
        return kind, *[shape_of(getattr(argument, name), values) for name in names_of(kind)]
    if isinstance(argument, VALUES) and not isinstance(argument, datetime):
        return values.setdefault(argument, Placeholder(len(values)))
    raise TypeError(f"{argument!r} is not an argument of a prepared query.")


@cache
def names_of(kind):
    """The names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


def mapped(argument, change):
    """Return an argument in which ``change`` was called on each value."""
    if isinstance(argument, Param):
        return change(argument.text)
    if argument is None or isinstance(argument, UNCHANGED):
        return argument
    if isinstance(argument, tuple | frozenset):
        return type(argument)(mapped(part, change) for part in argument)
    if is_dataclass(argument):
        parts = {name: mapped(getattr(argument, name), change) for name in names_of(type(argument))}
        return replace(argument, **parts)
    return change(argument)


def days_in_order(values):
    """Return the positions of the days among some values, the earliest first: a query may depend on that order."""
    days = [position for position, value in enumerate(values) if isinstance(value, date)]
    return tuple(sorted(days, key=values.__getitem__))


def sentinels(values):
    """Return {value: what stands for it while the query is put together}; days keep their order."""
    found = {value: FIRST_KEY + position for position, value in enumerate(values)}
    found |= {value: str(key) for value, key in found.items() if isinstance(value, str)}
    days = enumerate(days_in_order(values))
    return found | {values[position]: FIRST_DAY + BETWEEN_DAYS * rank for rank, position in days}


def statement_of(function, args, values):
    """Return the ``Statement`` for arguments of this shape; None where the function does more than pass values on."""
    standing = sentinels(values)
    statement = Statement(function(*mapped(args, standing.__getitem__)), list(standing.values()))
    # Filled in, it must be what Django makes of the values themselves; the parameters of a set have no order.
    ours, theirs = statement.filled_in(values), compiled_sql(compiler_of(function(*mapped(args, as_is))))
    if ours[0] == theirs[0] and Counter(map(repr, ours[1])) == Counter(map(repr, theirs[1])):
        return statement
    log.error("%s.%s uses its values otherwise than given", function.__module__, function.__qualname__)
    return None


class Statement:
    """The SQL of one shape, and which of its parameters is which value."""

    def __init__(self, queryset, standing):
        self.queryset, self.compiler = queryset, compiler_of(queryset)
        self.sql, self.params = compiled_sql(self.compiler)
        numbers = {value: number for number, value in enumerate(standing)}
        # SQLite is told a day as text; PostgreSQL a number with its size.
        numbers |= {str(value): number for value, number in numbers.items() if isinstance(value, date)}
        self.places = [
            (place, numbers[param], type(param) if isinstance(param, int | str) else as_is)
            for place, param in enumerate(self.params)
            if isinstance(param, date | int | str) and param in numbers
        ]

    def filled_in(self, values):
        """Return the SQL, and its parameters with these values in their places."""
        params = list(self.params)
        for place, number, kind in self.places:
            params[place] = kind(values[number])
        return self.sql, tuple(params)

    def rows(self, values):
        filled_in = self.filled_in(values)
        if filled_in[0] is None:
            return []
        compiler = like(self.compiler)
        compiler.connection = connections[self.queryset.db]
        compiler.as_sql = lambda *args, **kwargs: filled_in
        compiler.get_converters = lambda expressions: self.converters
        # What cloning the queryset would give, without copying all that it consists of.
        asked, asked._query = like(self.queryset), like(self.queryset.query)
        asked._query.get_compiler = lambda *args, **kwargs: compiler
        return list(asked)

    @cached_property
    def converters(self):
        """What turns columns into Python values; the same each time."""
        return self.compiler.get_converters([column[0] for column in self.compiler.select[: self.compiler.col_count]])


def like(thing):
    """Return a shallow copy, made without the copying that the class itself defines."""
    made = type(thing).__new__(type(thing))
    made.__dict__.update(thing.__dict__)
    return made


def as_is(value):
    return value


def compiler_of(queryset):
    """Return Django's compiler of a queryset, which writes it as SQL."""
    return queryset.query.get_compiler(queryset.db)


def compiled_sql(compiler):
    """Return the SQL of a query and its parameters; None and none where Django knows that there are no rows."""
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None, ()
    return sql, tuple(params)
