"""From a folder to tables."""

from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from cadrenet.cells import BadFile
from cadrenet.uploads import CSV
from reports.district.tables import FILES, TABLES, Problem

MAX_ROWS = 250_000
MAX_BYTES = 100 * 1024 * 1024


def read_folder(path):
    """Return the tables of a folder, file -> rows, and what keeps a file from being read."""
    tables, problems = {}, []
    for found in sorted(Path(path).iterdir()):
        # The dotted files are the operating system's.
        if found.name.startswith("."):
            continue
        if found.name not in TABLES or found.is_dir():
            problems.append(Problem(found.name, 1, why_not(found)))
            continue
        try:
            tables[found.name] = read_file(found)
        except BadFile as bad:
            problems += [Problem(found.name, line or 1, text) for line, text in bad.errors]
        except OSError as error:
            text = _("The file cannot be read: %(why)s. Close it elsewhere, or ask for the right to read it.")
            problems.append(Problem(found.name, 1, text % {"why": error.strerror}))
    return {file: tables[file] for file in FILES if file in tables}, problems


def meant(name):
    """The file of a district that a name most likely means: ``Cadres.CSV``, ``cadres.xlsx``, ``cadres.csv.txt``."""
    file = f"{name.lower().partition('.')[0].strip()}.csv"
    return file if file in TABLES else None


def why_not(found):
    """The sentence about what lies in a folder and is no file of a district."""
    file = meant(found.name)
    if found.is_dir():
        return _("This is a folder, and only files are read. Move it elsewhere.")
    if file == found.name.lower():
        return _("The name is written in other letters. Rename it to %(file)s.") % {"file": file}
    if file:
        return _(
            "The files of a district are CSV. Save it as “CSV UTF-8 (Comma delimited)” under the name %(file)s."
        ) % {"file": file}
    return _("This file is not part of a district. Remove it, or give it one of these names: %(files)s.") % {
        "files": ", ".join(FILES)
    }


def read_file(path):
    """Return the ``Rows`` of one file. Raises BadFile."""
    table = TABLES[path.name]
    rows = table.read(path, needed=table.names, max_bytes=MAX_BYTES, max_rows=MAX_ROWS, accept=(CSV,))
    rows.saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return rows
