"""Folders of files to import: the small sample district, and an empty one for a few rows."""

from pathlib import Path

import pytest

from reports.district.tables import TABLES

SMALL = Path(__file__).parent / "sample" / "small"


@pytest.fixture
def folder(tmp_path):
    """An empty folder, for a few rows."""
    folder = tmp_path / "district"
    folder.mkdir()
    return folder


def put(folder, file, *lines):
    """Write a file of a few rows, with the header of its table."""
    (folder / file).write_text("\n".join([",".join(TABLES[file].names), *lines, ""]), encoding="utf-8")
