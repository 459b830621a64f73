"""Codes of a folder that a spreadsheet took the zeros from: asked about, and never another thing."""

from django.utils.translation import gettext as _

from cadrenet.codes import new_beside_twins, stored_twins
from meetings.models import Meeting
from reports.district.tables import CODED
from reports.models import Issue, Resource

MODELS = CODED | {"issues.csv": Issue, "resources.csv": Resource}
# Of what may be millions, only those are looked for that may have lost a zero.
FACTS = (Meeting, Issue, Resource)


def lost_zeros(file, rows, tiers):
    """Take the rows of a file apart: (line, values) of those whose codes are clear, and (line, sentence) of those
    about something new from which something else differs by zeros alone. ``tiers`` are those of localities, by code.
    """
    model = MODELS.get(file)
    if not model:
        return rows, []
    codes = {values["code"] for _line, values in rows}
    if model in FACTS:
        codes = {code for code in codes if code[0].isdecimal()}
        stored = stored_twins(codes, model.objects.all())
    else:
        stored = set(model.objects.values_list("code", flat=True))
    said = new_beside_twins(codes, stored, tiers if file == "localities.csv" else None)
    clear = [(line, values) for line, values in rows if values["code"] not in said]
    asked = [(line, said[values["code"]]) for line, values in rows if values["code"] in said]
    return clear, [(line, _("%(column)s: %(why)s") % {"column": "code", "why": text}) for line, text in asked]
