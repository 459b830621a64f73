"""Many keys, some at a time: a database takes only so many parameters in one query."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 900


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Split into lists that a database takes as parameters of one query."""
    items = iter(items)
    while some := list(islice(items, AT_ONCE)):
        yield some
