"""The parts of pages that are made of several values: each documents the component that shows it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Tile:
    """One figure of a ledger, as ``templates/components/tile.html`` shows it.

    ``value``, ``unit`` and ``count`` (the counts behind it, obligatory for a percentage) are texts in the reader's
    language; ``url`` is the list behind the figure. The last line is a ``note``, or a ``change`` against an earlier
    period with ``change_text``, the same as people read it; ``better`` is "up", "down" or empty where neither is.
    ``figure`` names what is shown, for whoever follows the address.
    """

    label: str
    value: str
    unit: str = ""
    count: str = ""
    note: str = ""
    url: str = ""
    change: Decimal | int | None = None
    change_text: str = ""
    better: str = ""
    figure: str = ""


@dataclass(frozen=True)
class WatchItem:
    """Something that needs a decision, as ``templates/components/watch.html`` shows it.

    ``text`` is a sentence that begins with ``number``, ``detail`` a second line, ``url`` the list behind it. ``tone``
    is "bad" or "warn", ``icon`` the name of a symbol. ``figure`` names what is counted.
    """

    figure: str
    number: int
    text: str
    url: str
    detail: str = ""
    tone: str = "warn"
    icon: str = "alert"
