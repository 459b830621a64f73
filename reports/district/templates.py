"""Empty files of a district: the names of the columns, and below each one what is to be written there.

Each cell of the explanation begins with a sign by which a reader knows it: an empty file may be imported as it is.
"""

import csv

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assignments.locality_names import Types
from assignments.models import LocalityType
from cadrenet.tables.values import day, flag, moment, quarter, year
from cadrenet.tables.words import VIETNAMESE
from cadrenet.uploads import EXPLAINS
from reports.district.tables import REFERS, TABLES

# Vietnamese first: who fills in the files is in a Vietnamese office.
LANGUAGES = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != VIETNAMESE)


def write_templates(folder, language):
    """Write an empty file for each table into a folder; return them.

    Raises ``FileExistsError`` before anything is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / file: table for file, table in TABLES.items()}
    for path in files:
        if path.exists():
            raise FileExistsError(0, "", str(path))
    with translation.override(language):
        for path, table in files.items():
            # As Excel opens and saves it.
            with path.open("x", encoding="utf-8-sig", newline="") as stream:
                csv.writer(stream).writerows(template(table, language))
    return list(files)


def template(table, language):
    """The rows of an empty file: its header and the explanation."""
    header = [column.vietnamese[0] if language == VIETNAMESE else column.name for column in table.columns]
    return [header, [EXPLAINS + explanation(column) for column in table.columns]]


def explanation(column):
    """What is to be written into a column."""
    if column.required:
        return _("must be filled in: %(what)s") % {"what": content(column)}
    return _("may stay empty: %(what)s") % {"what": content(column)}


def content(column):
    vocabulary = getattr(column.read, "vocabulary", None)
    if column.refers is LocalityType:
        return _("one of: %(words)s") % {"words": Types().listed()}
    if column.name in REFERS:
        return _("the code of a row in %(file)s") % {"file": REFERS[column.name]}
    if vocabulary and column.read.is_open:
        return _("one of: %(words)s; or a short code of your own") % {"words": vocabulary.listed()}
    if vocabulary:
        return _("one of: %(words)s") % {"words": vocabulary.listed()}
    if column.name == "code":
        return _("a code by which this is known for ever")
    return what_is_read(column.read)


def what_is_read(read):
    kinds = {
        day: _("a day, 31/12/2022"),
        moment: _("a day and a time, 31/12/2022 19:30"),
        flag: _("1 for yes or 0 for no"),
        quarter: _("a quarter, 2022-Q4"),
        year: _("a year, 2022"),
    }
    if read in kinds:
        return kinds[read]
    return _("a number in digits") if getattr(read, "kind", None) else _("free text")
