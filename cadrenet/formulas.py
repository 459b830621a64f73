"""What openpyxl does not tell of a workbook: formulas for which no value is stored, and when it was saved."""

import io
import re
import zipfile
from datetime import UTC, datetime
from itertools import count

from openpyxl.utils import column_index_from_string
from openpyxl.xml.functions import iterparse

SAVED = re.compile(rb"<dcterms:modified[^>]*>([^<]+)<")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


def formulas_without_value(data, part):
    """Row number -> {column: formula} of the cells for whose formula nothing is stored, not even empty text.

    openpyxl hands out None for both.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not FORMULA.search(archive.read(part)):
            return found
        with archive.open(part) as opened:
            rows, columns = count(1), count()
            for event, element in iterparse(opened, ("start", "end")):
                tag = element.tag.rpartition("}")[2]
                if event == "start" and tag == "row":
                    row, columns = int(element.get("r") or next(rows)), count()
                    rows = count(row + 1)
                elif event == "end" and tag == "c":
                    parts = {child.tag.rpartition("}")[2]: child for child in element}
                    place = element.get("r")
                    column = column_index_from_string(place.rstrip("0123456789")) - 1 if place else next(columns)
                    columns = count(column + 1)
                    if "f" in parts and not _is_stored(element, parts):
                        found.setdefault(row, {})[column] = f"={parts['f'].text or ''}"
                elif event == "end" and tag == "row":
                    element.clear()
    return found


def saved_at(data):
    """When a workbook was saved, as it says itself; None of a file that does not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = SAVED.search(archive.read("docProps/core.xml"))
        moment = found and datetime.fromisoformat(found[1].decode())
    except (zipfile.BadZipFile, KeyError, ValueError):
        return None
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _is_stored(cell, parts):
    """Whether the value of a formula is stored; empty text is a value, too."""
    return "is" in parts or ("v" in parts and (cell.get("t") == "str" or bool(parts["v"].text)))
