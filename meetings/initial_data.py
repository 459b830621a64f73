"""The rules a new installation starts with. They are data: an administrator changes them afterwards."""

from django.apps import apps as installed

from assignments.initial_data import fill

EXPECTED = [
    ("commune_committee", "in_charge", "commune"),
    ("commune_committee", "in_charge", "hamlet"),
    ("commune_committee", "head", "regional_group"),
    ("cell", "in_charge", "hamlet"),
    ("self_governing_group", "in_charge", "self_governing_group"),
]
RESTRICTED = [9, 15]


def add_initial_data(using, apps=installed, **kwargs):
    """Fill the tables of rules when they are empty, after a migration or a flush (which passes no apps)."""
    expected = apps.get_model("meetings", "ExpectationRule").objects.using(using)
    fill(expected, ({"kind": kind, "role": role, "tier": tier} for kind, role, tier in EXPECTED))
    restricted = apps.get_model("meetings", "RestrictedDay").objects.using(using)
    fill(restricted, ({"first_day_of_month": day, "last_day_of_month": day} for day in RESTRICTED))
