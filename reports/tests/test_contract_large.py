"""The large sample district gives the answers that another program computed. Apart: it wants an empty database."""

import io
import zipfile

import pytest
from django.core.management import call_command

from reports.tests.test_contract import SAMPLE, question, text

pytestmark = pytest.mark.django_db


def test_the_large_district_gives_its_answers_too(tmp_path):
    """A hundred times the rows of the small one, with moves, mergers and gaps at every turn."""
    with zipfile.ZipFile(SAMPLE / "district.zip") as packed:
        packed.extractall(tmp_path)
    call_command("import_district", tmp_path / "district", stdout=io.StringIO(), verbosity=0)
    wanted, found = {}, {}
    for path in sorted((tmp_path / "expected").iterdir()):
        command, options, _address, _asked = question(path)
        out = io.StringIO()
        call_command(*command, stdout=out, **options)
        wanted[path.name], found[path.name] = text(path), out.getvalue()

    assert found == wanted
    assert len(wanted) == 18
