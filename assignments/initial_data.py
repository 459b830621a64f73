"""The rows a new installation starts with. They are data: an administrator changes them afterwards."""

from django.apps import apps as installed

TYPES = [
    ("province", "province", "Tỉnh"),
    ("district", "district", "Huyện"),
    ("regional_group", "regional_group", "Nhóm khu vực"),
    ("commune", "commune", "Xã"),
    ("township", "commune", "Thị trấn"),
    ("ward", "commune", "Phường"),
    ("special_zone", "commune", "Đặc khu"),
    ("hamlet", "hamlet", "Ấp"),
    ("neighbourhood", "hamlet", "Khu phố"),
    ("self_governing_group", "self_governing_group", "Tổ nhân dân tự quản"),
]
COVERAGE = [
    ("regional_group", "head"),
    ("commune", "in_charge"),
    ("hamlet", "in_charge"),
    ("self_governing_group", "in_charge"),
]
HOLDERS = [
    ("regional_group", "head", "standing_committee"),
    ("commune", "in_charge", "committee"),
    ("hamlet", "in_charge", "official"),
    ("self_governing_group", "in_charge", "staff_or_member"),
]


def fill(rows, values):
    """Add rows, given by their values, to a table (a queryset) that is empty."""
    if not rows.exists():
        rows.bulk_create(rows.model(**row) for row in values)


def add_initial_data(using, apps=installed, **kwargs):
    """Fill the empty tables of types and rules, after a migration or a flush (which passes no apps)."""

    def table(name):
        return apps.get_model("assignments", name).objects.using(using)

    fill(table("LocalityType"), ({"code": code, "tier": tier, "name": name} for code, tier, name in TYPES))
    fill(table("CoverageRule"), ({"tier": tier, "role": role, "minimum": 1} for tier, role in COVERAGE))
    fill(table("HolderRule"), ({"tier": tier, "role": role, "holder": holder} for tier, role, holder in HOLDERS))
