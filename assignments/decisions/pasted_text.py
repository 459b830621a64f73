"""What a text pasted from a spreadsheet says, line by line: whom, where, in which role. Nothing is looked up."""

import csv
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assignments.models import Assignment
from cadrenet.vietnamese import cleaned, cleaned_lines, search_key

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
    lines = enumerate(cleaned_lines(text).splitlines(), start=1)
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
    return [cleaned(cell) for cell in cells]


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


@dataclass
class PastedCells:
    """What one line says: a cadre and a place, each as a code or a name, and perhaps an agency and a role.

    ``cadre_name`` and ``place_name`` are names that stand beside a code, to be compared. Without a header the place
    may begin with an agency: ``agency_and_path`` is then the other way to read it.
    """

    cadre: str
    place: str
    agency: str = ""
    role: Assignment.Role | None = None
    cadre_name: str = ""
    place_name: str = ""
    agency_and_path: tuple | None = None


def read_by_position(cells, role_words):
    """Return the ``PastedCells`` of a line without a header: cadre, then agency or place or both, then role.

    ``role_words`` maps words to roles (``roles``).
    """
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    role = role_words.get(search_key(cells[-1])) if len(cells) > 2 else None
    middle = [cell for cell in (cells[1:-1] if role else cells[1:]) if cell]
    agency_and_path = (middle[0], ", ".join(middle[1:])) if len(middle) > 1 else None
    return PastedCells(cells[0], ", ".join(middle), role=role, agency_and_path=agency_and_path)


def read_below_header(cells, columns, separator, role_words):
    """Return the ``PastedCells`` of a line, where a header says what each column is."""
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
    if role and role not in role_words:
        raise Problem(_("“%(role)s” is no role.") % {"role": quoted(by_kind["role"])})
    path = ", ".join(by_kind[part] for part in PARTS if part in by_kind)
    found = PastedCells(by_kind.get("cadre", ""), path, by_kind.get("agency", ""), role_words.get(role))
    if "cadre_code" in by_kind:
        # The code says who; the name is compared, and the agency may have changed since.
        found.cadre, found.cadre_name, found.agency = by_kind["cadre_code"], found.cadre, ""
    if "locality_code" in by_kind:
        found.place, found.place_name = by_kind["locality_code"], by_kind.get("locality", "")
    return found


def quoted(text):
    """A text from outside, as long as a sentence can bear."""
    return text if len(text) <= QUOTED else text[:QUOTED] + "…"
