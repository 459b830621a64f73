"""Lists of administrative units as the state publishes them, turned into the localities of a district.

The list of three tiers (province, district, commune) was in force until 30 June 2025, that of two tiers (province,
commune) since. Codes of provinces have two digits, of districts three, of communes five, so that they differ from
each other within a list; between the lists they are used again for other units (28984 was a town and is a commune).
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cadrenet.uploads import REFUSE, BadFile, read_table
from cadrenet.vietnamese import search_key
from reports.district.reading import MAX_BYTES, MAX_ROWS
from reports.district.tables import TABLES

# Highest first; each with the columns of its code and its name.
LEVELS = (("province_code", "province"), ("district_code", "district"), ("commune_code", "commune"))
TYPES = {"xã": "commune", "thị trấn": "township", "phường": "ward", "đặc khu": "special_zone"}
COLUMNS = TABLES["localities.csv"].names
SINCE_2025 = "@2025"


@dataclass(frozen=True)
class Unit:
    """One unit of the list; ``parent`` is the code of the one above, None for a province."""

    code: str
    parent: str | None
    type: str
    name: str


def read_units(path):
    """Return the units of a list by code, each after the one it lies in, and whether the list has districts.

    Raises BadFile with everything that is wrong.
    """
    header, lines = read_table(path, max_bytes=MAX_BYTES, max_rows=MAX_ROWS, unusable=REFUSE)
    levels = [level for level in LEVELS if level[0] in header or level[0] != "district_code"]
    needed = [name for level in levels for name in level] + ["commune_type"]
    if missing := [name for name in needed if name not in header]:
        raise BadFile(
            _("These columns are missing: %(missing)s. A list of units has the columns %(columns)s.")
            % {"missing": ", ".join(missing), "columns": ", ".join(needed)}
        )
    units, errors = {}, []
    for line, cells in lines:
        values = dict(zip(header, cells, strict=True))
        try:
            for unit in units_of(values, levels):
                if units.setdefault(unit.code, unit) != unit:
                    raise BadFile(
                        _("%(code)s is another unit in a line above. Correct one of the two.") % {"code": unit.code}
                    )
        except BadFile as bad:
            errors += [(line, text) for _line, text in bad.errors]
    if errors:
        raise BadFile(*errors)
    return units, len(levels) == len(LEVELS)


def units_of(values, levels):
    """Yield the units of one row, from the top. A district that has no communes ends the row."""
    parent = None
    for code_column, name_column in levels:
        code, name = values[code_column], values[name_column]
        if not code and not name and code_column == "commune_code":
            return
        if not code or not name:
            raise BadFile(_("“%(column)s” is empty. Fill it in.") % {"column": code_column if name else name_column})
        yield Unit(code, parent, type_of(name_column, values), name)
        parent = code


def type_of(name_column, values):
    if name_column != "commune":
        return name_column
    try:
        return TYPES[values["commune_type"].lower()]
    except KeyError:
        raise BadFile(
            _("The commune_type “%(type)s” is unknown. Write one of: %(types)s.")
            % {"type": values["commune_type"], "types": ", ".join(TYPES)}
        ) from None


def within(units, wanted):
    """Return a unit, named by its code or its name, with everything in it and everything it lies in.

    Raises BadFile when none or several are of this name.
    """
    key = search_key(wanted)
    tops = [unit for unit in units.values() if unit.code == wanted] or [
        unit for unit in units.values() if search_key(unit.name) == key
    ]
    if not tops:
        raise BadFile(_("The list has no unit “%(name)s”. Write its code or its full name.") % {"name": wanted})
    if len(tops) > 1:
        raise BadFile(
            _("“%(name)s” is the name of several units: %(units)s. Choose one by its code.")
            % {"name": wanted, "units": ", ".join(f"{unit.code} ({units[unit.parent].name})" for unit in tops)}
        )
    chosen, above = {tops[0].code}, tops[0].parent
    found = {}
    while above:
        found[above] = units[above]
        above = units[above].parent
    found = dict(reversed(found.items()))
    for unit in units.values():
        if unit.code in chosen or unit.parent in chosen:
            chosen.add(unit.code)
            found[unit.code] = unit
    return found


def rows_of(units, suffix, first_day, last_day):
    """Yield the rows of localities.csv, higher tiers first, with a suffix that keeps the codes of this list apart."""
    order = {type: place for place, type in enumerate(("province", "district"))}
    for unit in sorted(units.values(), key=lambda unit: (order.get(unit.type, len(order)), unit.code)):
        yield [
            f"{unit.code}{suffix}",
            f"{unit.parent}{suffix}" if unit.parent else "",
            unit.type,
            unit.name,
            first_day.isoformat() if first_day else "",
            last_day.isoformat() if last_day else "",
            "",
        ]
