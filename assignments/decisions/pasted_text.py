"""What a text pasted from a spreadsheet says, line by line: whom, where, in which role. Nothing is looked up."""

import csv

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assignments.models import Assignment
from cadrenet.vietnamese import nfc, search_key

MOST_LINES = 2000
MOST_BYTES = 200_000
# What a sentence quotes of a line.
QUOTED = 120
# Headings of columns, without diacritics, as offices and our own files write them.
HEADINGS = {
    "cadre_code": ["cadre code", "code of the cadre", "ma can bo", "ma so can bo"],
    "cadre": [
        "cadre",
        "name",
        "full name",
        "official",
        "can bo",
        "dong chi",
        "ho ten",
        "ho va ten",
        "ho ten can bo",
        "ho va ten can bo",
        "nguoi phu trach",
        "can bo phu trach",
    ],
    "agency": [
        "agency",
        "agency code",
        "office",
        "co quan",
        "don vi",
        "co quan cong tac",
        "don vi cong tac",
        "ma co quan",
    ],
    "locality_code": ["locality code", "ma dia ban", "ma don vi"],
    "locality": ["locality", "place", "path", "dia ban", "ten dia ban", "dia ban phu trach", "phu trach dia ban"],
    "group": ["group", "self-governing group", "to", "to ndtq", "to nhan dan tu quan"],
    "hamlet": ["hamlet", "neighbourhood", "ap", "khu pho", "ap, khu pho"],
    "commune": ["commune", "xa", "thi tran", "xa, thi tran"],
    "lies_in": ["lies in", "thuoc", "regional group", "nhom", "nhom khu vuc"],
    "role": ["role", "vai tro", "nhiem vu"],
}
KIND_OF = {heading: kind for kind, headings in HEADINGS.items() for heading in headings}
# The parts of a place from near to far.
PARTS = ["locality", "group", "hamlet", "commune", "lies_in"]


class Problem(Exception):
    """Why a pasted line cannot be used: a sentence."""


def lines_of(text):
    """Return (number, text) of the lines that say something."""
    lines = enumerate(nfc(text).splitlines(), start=1)
    return [(number, line.strip("\r\n")) for number, line in lines if line.strip()]


def separator_of(lines):
    """Return what stands between the columns: a tab where there is one, else a semicolon, else a comma."""
    return next((sign for sign in "\t;" if any(sign in line for _number, line in lines)), ",")


def cells_of(text, separator):
    """Return the cells of a line; each line stands alone, so that a stray quotation mark spoils no other."""
    try:
        cells = next(csv.reader([text], delimiter=separator), [])
    except csv.Error as error:
        raise Problem(_("This line cannot be read as columns.")) from error
    return [" ".join(cell.split()) for cell in cells]


def columns_of(cells):
    """Return the kind of each column if these cells are a header, else None."""
    kinds = [KIND_OF.get(search_key(cell).strip(" .:")) for cell in cells]
    people = any(kind in ("cadre", "cadre_code") for kind in kinds)
    places = any(kind in PARTS or kind == "locality_code" for kind in kinds)
    return kinds if people and places else None


def roles():
    """Return {word without diacritics: role}, in every language of the pages."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {search_key(str(role.label)): role for role in Assignment.Role}
    return found | {search_key(role.value.replace("_", " ")): role for role in Assignment.Role}


def read_by_position(cells, columns, separator, words):
    """Return what a line says: cadre, agency, place, role, and the names that go with a code."""
    if columns:
        return read_below_header(cells, columns, separator, words)
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    role = words.get(search_key(cells[-1])) if len(cells) > 2 else None
    middle = [cell for cell in (cells[1:-1] if role else cells[1:]) if cell]
    cells = {"cadre": cells[0], "agency": "", "place": ", ".join(middle), "role": role}
    if len(middle) > 1:
        # Perhaps the agency stands before the place.
        cells["split"] = (middle[0], ", ".join(middle[1:]))
    return cells


def read_below_header(cells, columns, separator, words):
    """As ``read_by_position``, where a header says what each column is."""
    if len(cells) > len(columns):
        # A path with commas among columns between commas.
        if separator != "," or columns[-1] not in PARTS:
            raise Problem(_("This line has more columns than the first line."))
        last = len(columns) - 1
        cells = [*cells[:last], ", ".join(cell for cell in cells[last:] if cell)]
    by_kind = {}
    for kind, cell in zip(columns, cells, strict=False):
        if kind and cell:
            by_kind.setdefault(kind, cell)
    role = search_key(by_kind.get("role", ""))
    if role and role not in words:
        raise Problem(_("“%(role)s” is no role.") % {"role": quoted(by_kind["role"])})
    cells = {
        "cadre": by_kind.get("cadre_code") or by_kind.get("cadre", ""),
        "agency": by_kind.get("agency", ""),
        "place": ", ".join(by_kind[part] for part in PARTS if part in by_kind),
        "role": words.get(role),
    }
    if "cadre_code" in by_kind:
        # The code says who; the name is compared, and the agency may have changed since.
        cells |= {"cadre_name": by_kind.get("cadre", ""), "agency": ""}
    if "locality_code" in by_kind:
        cells |= {"place": by_kind["locality_code"], "place_name": by_kind.get("locality", "")}
    return cells


def quoted(text):
    """A text from rows_outside, as long as a sentence can bear."""
    return text if len(text) <= QUOTED else text[:QUOTED] + "…"
