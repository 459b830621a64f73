"""From a folder to tables."""

from pathlib import Path

from django.utils.translation import gettext as _

from cadrenet.uploads import CSV, BadFile
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
        if found.name not in TABLES:
            problems.append(Problem(found.name, 1, unknown_file()))
            continue
        try:
            tables[found.name] = read_file(found)
        except BadFile as bad:
            problems += [Problem(found.name, line or 1, text) for line, text in bad.errors]
        except OSError as error:
            problems.append(Problem(found.name, 1, error.strerror))
    return {file: tables[file] for file in FILES if file in tables}, problems


def unknown_file():
    return _("This file is not part of a district. Remove it, or give it one of these names: %(files)s.") % {
        "files": ", ".join(FILES)
    }


def read_file(path):
    """Return the rows of one file. Raises BadFile."""
    table = TABLES[path.name]
    return table.read(path, needed=table.names, max_bytes=MAX_BYTES, max_rows=MAX_ROWS, accept=(CSV,))
