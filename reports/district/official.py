"""Lists of administrative units as the state publishes them, turned into the localities of a district.

The list of three tiers (province, district, commune) was in force until 30 June 2025, that of two tiers (province,
commune) since. Codes of provinces have two digits, of districts three, of communes five, so that they differ from
each other within a list; between the lists they are used again for other units (28984 was a town and is a commune).
"""

import re
from dataclasses import dataclass
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cadrenet.codes import by_zeros, not_known, twins_of
from cadrenet.texts import check_name
from cadrenet.uploads import REFUSE, BadFile, read_table
from cadrenet.vietnamese import Likeness, cleaned, most_alike, search_key
from reports.district.reading import MAX_BYTES, MAX_ROWS
from reports.district.tables import TABLES


@dataclass(frozen=True)
class Level:
    """A level of the list: the columns of its code and its name, and how many digits its codes have."""

    code: str
    name: str
    digits: int

    def check_code(self, code):
        """Refuse a code that has not as many digits as the state gives it: a spreadsheet takes away its zeros."""
        if not (code.isascii() and code.isdecimal()) or len(code) > self.digits:
            raise ValidationError(
                _("“%(code)s” is no code of %(digits)s digits.") % {"code": code, "digits": self.digits}
            )
        if len(code) < self.digits:
            raise ValidationError(
                _(
                    "“%(code)s” has lost its zeros. Is “%(meant)s” meant? Open the list anew, with this column as "
                    "text."
                )
                % {"code": code, "meant": code.zfill(self.digits)}
            )


PROVINCE, DISTRICT, COMMUNE = LEVELS = (
    Level("province_code", "province", 2),
    Level("district_code", "district", 3),
    Level("commune_code", "commune", 5),
)
COMMUNE_TYPE = "commune_type"
TYPES = {"xã": "commune", "thị trấn": "township", "phường": "ward", "đặc khu": "special_zone"}
ALL_COLUMNS = (*(name for level in LEVELS for name in (level.code, level.name)), COMMUNE_TYPE)
COLUMNS = TABLES["localities.csv"].names
SINCE_2025 = "@2025"
# What the columns are called in the lists of the statistics office, and in others made from them. Marks, capitals,
# spaces and signs make no difference.
HEADINGS = {
    "province_code": ("Mã TP", "Mã tỉnh", "Mã tỉnh thành phố", "Mã tỉnh TP", "Province code"),
    "province": ("Tỉnh / Thành phố", "Tỉnh", "Tên tỉnh", "Tên tỉnh thành phố", "Tỉnh TP", "Province name"),
    "district_code": ("Mã QH", "Mã huyện", "Mã quận huyện", "Mã huyện quận", "District code"),
    "district": ("Quận Huyện", "Huyện", "Tên huyện", "Tên quận huyện", "Huyện Quận", "District name"),
    "commune_code": ("Mã", "Mã PX", "Mã xã", "Mã phường xã", "Mã xã phường", "Commune code", "Ward code"),
    "commune": ("Tên", "Phường Xã", "Xã", "Tên xã", "Tên phường xã", "Xã Phường", "Commune name", "Ward name"),
    COMMUNE_TYPE: ("Cấp", "Cấp xã", "Loại", "Loại xã", "Type"),
}
# What a heading holds that speaks of districts; a list with such a column that is not known is not read without it.
OF_DISTRICTS = re.compile("quan|huyen|qh|district")


def folded(heading):
    """A heading without what makes no difference."""
    return re.sub("[^a-z0-9]", "", search_key(heading))


COLUMN_OF = {folded(name): column for column, names in HEADINGS.items() for name in (column, *names)}


@dataclass(frozen=True)
class Unit:
    """One unit of the list; ``parent`` is the code of the one above, None for a province."""

    code: str
    parent: str | None
    type: str
    name: str


@dataclass(frozen=True)
class UnitList:
    """The units of a list by code, each after the one it lies in, and the columns that were not read.

    Without districts it is of the time since 1 July 2025.
    """

    units: dict
    has_districts: bool
    unused: list


def read_units(path):
    """Return the ``UnitList`` of a file. Raises BadFile with everything that is wrong."""
    header, lines = read_table(path, max_bytes=MAX_BYTES, max_rows=MAX_ROWS, unusable=REFUSE)
    headings, unused = columns_of(header)
    levels = levels_of(headings, unused)
    units, errors = {}, []
    for line, cells in lines:
        values = {column: cells[place] for column, place in headings.items()}
        try:
            for unit in units_of(values, levels, {column: header[place] for column, place in headings.items()}):
                if units.setdefault(unit.code, unit) != unit:
                    raise BadFile(
                        _("%(code)s is another unit in a line above. Correct one of the two.") % {"code": unit.code}
                    )
        except BadFile as bad:
            errors += [(line, text) for _line, text in bad.errors]
    if errors:
        raise BadFile(*errors)
    return UnitList(units, DISTRICT in levels, unused)


def columns_of(header):
    """Return the place of each known column, and the headings of the others. Raises BadFile for one that is twice."""
    places, unused = {}, []
    for place, heading in enumerate(header):
        column = COLUMN_OF.get(folded(heading))
        if column is None:
            unused.append(heading)
        elif column in places:
            raise BadFile(
                _("The columns “%(one)s” and “%(other)s” both stand for %(column)s. Remove one of them.")
                % {"one": header[places[column]], "other": heading, "column": column}
            )
        else:
            places[column] = place
    return places, unused


def levels_of(headings, unused):
    """Return the levels of a list. Raises BadFile where a column is missing, that of the districts above all."""
    has_districts = DISTRICT.code in headings or DISTRICT.name in headings
    levels = [level for level in LEVELS if has_districts or level is not DISTRICT]
    needed = [name for level in levels for name in (level.code, level.name)] + [COMMUNE_TYPE]
    errors = []
    if missing := [name for name in needed if name not in headings]:
        errors.append(
            _(
                "These columns are missing: %(missing)s. A list until 30 June 2025 has the columns %(columns)s; one "
                "since then lacks district_code and district. The headings of the statistics office are known, too."
            )
            % {"missing": ", ".join(missing), "columns": ", ".join(ALL_COLUMNS)}
        )
    if not has_districts and (doubtful := [name for name in unused if OF_DISTRICTS.search(folded(name))]):
        errors.append(
            _(
                "These columns seem to be about districts: %(columns)s. Call them district_code and district; where "
                "a list since 1 July 2025 tells by them what was before, remove them."
            )
            % {"columns": ", ".join(doubtful)}
        )
    if errors:
        raise BadFile(*errors)
    return levels


def units_of(values, levels, called):
    """Return the units of one row, from the top. A district that has no communes ends the row.

    ``called`` are the headings of the columns, for sentences. Raises BadFile with everything that is wrong.
    """
    parent, units, wrong = None, [], []
    for level in levels:
        code, name = cleaned(values[level.code]), cleaned(values[level.name])
        if not code and not name and level is COMMUNE:
            break
        for column, value, check in ((level.code, code, level.check_code), (level.name, name, check_name)):
            if not value:
                wrong.append(_("“%(column)s” is empty. Fill it in.") % {"column": called[column]})
                continue
            try:
                check(value)
            except ValidationError as error:
                wrong.append(_("%(column)s: %(why)s") % {"column": called[column], "why": error.messages[0]})
        try:
            units.append(Unit(code, parent, type_of(level, values, levels), name))
        except BadFile as bad:
            wrong.append(str(bad))
        parent = code
    if wrong:
        raise BadFile(*wrong)
    return units


def type_of(level, values, levels):
    if level is not COMMUNE:
        return level.name
    said = cleaned(values[COMMUNE_TYPE])
    found = TYPES.get(said.lower())
    if found is None:
        raise BadFile(
            _("The commune_type “%(type)s” is unknown. Write one of: %(types)s.")
            % {"type": said, "types": ", ".join(TYPES)}
        )
    if found == "township" and DISTRICT not in levels:
        raise BadFile(
            _(
                "There has been no %(type)s since 1 July 2025: this is a list with districts. Add the columns "
                "district_code and district."
            )
            % {"type": said}
        )
    return found


def within(units, wanted):
    """Return a unit, named by its code or its name, with everything in it and everything it lies in.

    Raises BadFile when none or several are of this name, or when only some of its marks were typed.
    """
    tops, how = [unit for unit in units.values() if unit.code == wanted], Likeness.EXACT
    if not tops:
        tops, how = most_alike(wanted, units.values(), attrgetter("name"))
    if not tops:
        raise BadFile(
            _("The list has no unit “%(name)s”. Write its code or its full name.") % {"name": wanted},
            *[not_known(wanted, twins) for twins in [twins_of(wanted, by_zeros(units))] if twins],
        )
    if len(tops) > 1:
        named = (f"{unit.code} ({units[unit.parent].name})" if unit.parent else unit.code for unit in tops)
        raise BadFile(
            _("“%(name)s” is the name of several units: %(units)s. Choose one by its code.")
            % {"name": wanted, "units": ", ".join(named)}
        )
    if how == Likeness.PARTLY:
        raise BadFile(
            _("Is “%(meant)s” (%(code)s) meant by “%(name)s”? Write all its marks, none, or its code.")
            % {"meant": tops[0].name, "code": tops[0].code, "name": wanted}
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
