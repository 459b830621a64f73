"""Queries put together once, and asked again with other days and keys.

To put together one of our longer queries and to write it as SQL takes Django as long as the database takes to answer
it. A function that is decorated with ``prepared`` does so once for each shape of its arguments: for two localities
and a day, say, whichever they are. See docs/adr/0013-queries-put-together-once.md.
"""

import logging
from collections import Counter
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property, wraps

from django.core.exceptions import EmptyResultSet
from django.db import connections

log = logging.getLogger(__name__)

# Shapes kept of one function, each of 30 to 80 KB; past these all begin anew, so that memory stays bounded.
KEPT = 50
# What stands for days and keys while a query is put together: values that nothing else in a query has.
FIRST_DAY, BETWEEN_DAYS = date(1001, 1, 1), timedelta(days=97)
FIRST_KEY = 7_000_000_000_000_000


def prepared(function):
    """Decorate a function that returns a queryset, to return the list of its rows, put together once for all values.

    Its arguments are days, whole numbers, texts, None, and tuples, sets and dataclasses of these. Days and numbers
    are what may differ from one time to the next, and texts that are ``Param``; all else belongs to the shape, and so
    does what is ``Constant``.

    The function uses such values only as they are given. It may ask whether two are equal and which day is earlier,
    but what is reckoned from them (the day before, whether a number is large) is an argument of its own; and it names
    the members of a set sorted. Where it does otherwise the first call finds out: the query is then put together each
    time, and the log says so.
    """
    kept = {}

    @wraps(function)
    def ask(*args):
        values = {}
        shape = shape_of(args, values)
        given = list(values)
        key = shape, days_in_order(given)
        if key not in kept:
            if len(kept) >= KEPT:
                kept.clear()
            kept[key] = statement_of(function, args, given)
        statement = kept[key]
        return statement.rows(given) if statement else list(function(*mapped(args, as_is)))

    return ask


@dataclass(frozen=True)
class Placeholder:
    """Where the shape of some arguments leaves out a value."""

    number: int


@dataclass(frozen=True)
class Constant:
    """An argument of which each value has a query of its own."""

    value: object


@dataclass(frozen=True)
class Param:
    """A text of which each value has the same query, such as a code; the function is called with the text itself."""

    text: str


UNCHANGED, VALUES = (str, bool, Constant), (int, date)


def shape_of(argument, values):
    """Return what an argument is without its values; these are noted, those of a set from the smallest on."""
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
    """Return an argument with each value in it changed."""
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
    """Return the positions of the days among some values, from the earliest on: a query may differ by it."""
    days = [position for position, value in enumerate(values) if isinstance(value, date)]
    return tuple(sorted(days, key=values.__getitem__))


def sentinels(values):
    """Return {value: what stands for it}; days stay in their order."""
    found = {value: FIRST_KEY + position for position, value in enumerate(values)}
    found |= {value: str(key) for value, key in found.items() if isinstance(value, str)}
    days = enumerate(days_in_order(values))
    return found | {values[position]: FIRST_DAY + BETWEEN_DAYS * rank for rank, position in days}


def statement_of(function, args, values):
    """Return the ``Statement`` of a function for arguments of this shape; None where it uses a value otherwise."""
    standing = sentinels(values)
    statement = Statement(function(*mapped(args, standing.__getitem__)), list(standing.values()))
    # With the values in their places it must say what Django says of the values themselves; a set has no order.
    ours, theirs = statement.said_with(values), compiled_sql(compiler_of(function(*mapped(args, as_is))))
    if ours[0] == theirs[0] and Counter(map(repr, ours[1])) == Counter(map(repr, theirs[1])):
        return statement
    log.error("%s.%s uses its values otherwise than given", function.__module__, function.__qualname__)
    return None


class Statement:
    """A query as SQL, with the places at which values belong."""

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

    def said_with(self, values):
        """Return the SQL and its parameters for some values."""
        params = list(self.params)
        for place, number, kind in self.places:
            params[place] = kind(values[number])
        return self.sql, tuple(params)

    def rows(self, values):
        """Return the rows for some values."""
        said = self.said_with(values)
        if said[0] is None:
            return []
        compiler = like(self.compiler)
        compiler.connection = connections[self.queryset.db]
        compiler.as_sql = lambda *args, **kwargs: said
        compiler.get_converters = lambda expressions: self.converters
        # As the queryset's own clone would be, without going through all that it consists of.
        asked, asked._query = like(self.queryset), like(self.queryset.query)
        asked._query.get_compiler = lambda *args, **kwargs: compiler
        return list(asked)

    @cached_property
    def converters(self):
        """What Django makes of the columns, the same each time."""
        return self.compiler.get_converters([column[0] for column in self.compiler.select[: self.compiler.col_count]])


def like(thing):
    """Return an object with what another one has, which is neither evaluated nor gone through."""
    found = type(thing).__new__(type(thing))
    found.__dict__.update(thing.__dict__)
    return found


def as_is(value):
    return value


def compiler_of(queryset):
    """Return what writes a queryset as SQL."""
    return queryset.query.get_compiler(queryset.db)


def compiled_sql(compiler):
    """Return the SQL of a query and its parameters; None and nothing where no row can be meant."""
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None, ()
    return sql, tuple(params)
