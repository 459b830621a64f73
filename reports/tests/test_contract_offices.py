"""A large district, and a ward with nothing above it, give the answers that another program computed.

Apart from the small district: each wants an empty database.
"""

import io
import zipfile

import pytest
from django.core.management import call_command

from reports.tests.test_contract import SAMPLE, question, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("office, answers", [("district", 18), ("commune", 12)])
def test_other_offices_give_their_answers_too(office, answers, tmp_path):
    """A hundred times the rows of the small district, with moves, mergers and gaps; and a ward of today."""
    with zipfile.ZipFile(SAMPLE / f"{office}.zip") as packed:
        packed.extractall(tmp_path)
    call_command("import_district", tmp_path / office, stdout=io.StringIO(), verbosity=0)
    wanted, found = {}, {}
    for path in sorted((tmp_path / "expected").iterdir()):
        command, options, _address, _asked = question(path)
        out = io.StringIO()
        call_command(*command, stdout=out, **options)
        wanted[path.name], found[path.name] = text(path), out.getvalue()

    assert found == wanted
    assert len(wanted) == answers
