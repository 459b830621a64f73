"""The rating schemes a new installation starts with. They are data: an administrator changes them afterwards."""

from datetime import date

from django.apps import apps as installed

# (name, regulation, first day, last day); the four levels stayed the same, since 2025 with points.
SCHEMES = [
    ("Quy định 132-QĐ/TW", "132-QĐ/TW, 08/03/2018", None, date(2023, 10, 3)),
    ("Quy định 124-QĐ/TW", "124-QĐ/TW, 04/10/2023", date(2023, 10, 4), date(2025, 8, 29)),
    ("Quy định 366-QĐ/TW", "366-QĐ/TW, 30/08/2025", date(2025, 8, 30), None),
]
# (code, good or better, counts as rated, points from which it is given since 2025)
LEVELS = [
    ("excellent", True, True, 90),
    ("good", True, True, 70),
    ("completed", False, True, 50),
    ("not_completed", False, True, 0),
    ("not_rated", False, False, None),
]


def add_initial_data(using, apps=installed, **kwargs):
    """Fill the table of schemes when it is empty, after a migration or a flush (which passes no apps)."""
    RatingScheme = apps.get_model("reports", "RatingScheme")
    RatingLevel = apps.get_model("reports", "RatingLevel")
    if RatingScheme.objects.using(using).exists():
        return
    for name, regulation, first_day, last_day in SCHEMES:
        scheme = RatingScheme.objects.using(using).create(
            name=name, regulation=regulation, first_day=first_day, last_day=last_day
        )
        RatingLevel.objects.using(using).bulk_create(
            RatingLevel(
                scheme=scheme,
                code=code,
                order=order,
                good_or_better=good,
                rated=rated,
                minimum_points=points if last_day is None else None,
            )
            for order, (code, good, rated, points) in enumerate(LEVELS, start=1)
        )
