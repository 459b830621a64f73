"""The small cast of all tests: two regional groups, three communes, four hamlets, and who answers for them.

Built by plain functions that a test calls, so that each test shows what it stands on. Nothing happens by surprise.
"""

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from assignments.actions import localities_changed
from assignments.models import (
    AccessGrant,
    Agency,
    Assignment,
    Cadre,
    Locality,
    LocalityType,
    LocalityVersion,
    Posting,
    User,
)
from cadrenet.periods import today
from cadrenet.tests.built_once import built_once

OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day, hour=19, minute=0):
    """A moment in the office's time zone."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OFFICE)


def locality(code, type, name, parent=None, first_day=None, last_day=None, households=None):
    """A locality with one version. Call ``localities_changed()`` when the tree is complete."""
    kind = LocalityType.objects.get(code=type)
    made = Locality.objects.create(code=code, tier=kind.tier)
    version(made, name, parent, first_day, last_day, type=kind, households=households)
    return made


def version(of, name, parent, first_day=None, last_day=None, type=None, households=None):
    """One more version of a locality."""
    return LocalityVersion.objects.create(
        locality=of,
        type=type or of.versions.first().type,
        name=name,
        parent=parent,
        first_day=first_day,
        last_day=last_day,
        households=households,
    )


@built_once
def small_tree():
    """District D with groups North (communes An and Binh) and South (commune Cam); two hamlets in An, one elsewhere.

    Hamlet an1 has the self-governing groups an1a and an1b, cam1 has cam1a.
    """
    district = locality("D", "district", "Huyện Mẫu")
    north = locality("N", "regional_group", "Nhóm Bắc", district)
    south = locality("S", "regional_group", "Nhóm Nam", district)
    an = locality("AN", "township", "Thị trấn An", north)
    binh = locality("BI", "commune", "Xã Bình", north)
    cam = locality("CA", "commune", "Xã Cẩm", south)
    an1 = locality("AN-1", "neighbourhood", "Khu phố 1", an)
    an2 = locality("AN-2", "hamlet", "Ấp 2", an)
    binh1 = locality("BI-1", "hamlet", "Ấp 1", binh)
    cam1 = locality("CA-1", "hamlet", "Ấp 1", cam)
    an1a = locality("AN-1-A", "self_governing_group", "Tổ số 1", an1, households=20)
    an1b = locality("AN-1-B", "self_governing_group", "Tổ số 2", an1, households=30)
    cam1a = locality("CA-1-A", "self_governing_group", "Tổ số 1", cam1, households=25)
    localities_changed()
    rows = dict(locals())
    stored = Locality.objects.as_of(today()).in_bulk([row.pk for row in rows.values()])
    return SimpleNamespace(**{name: stored[row.pk] for name, row in rows.items()})


def cadre(code, full_name="Lê Văn Tám", agency=None, user=None):
    """A cadre, who has always worked at the agency if there is one."""
    made = Cadre.objects.create(code=code, full_name=full_name, user=user)
    if agency:
        post(made, agency)
    return made


def post(who, at, first_day=None, last_day=None, position=""):
    """A posting: somebody works at an agency from one day to another."""
    return Posting.objects.create(cadre=who, agency=at, position=position, first_day=first_day, last_day=last_day)


def agency(code, name="Phòng Mẫu", at=None):
    """An agency that belongs to a locality."""
    return Agency.objects.create(code=code, name=name, locality=at)


def assign(who, to, role="in_charge", first_day=date(2022, 1, 1), last_day=None, **more):
    """An assignment, saved without further ado: rosters are kept by whoever needs them."""
    return Assignment.objects.create(
        cadre=who, locality=to, role=role, first_day=first_day, last_day=last_day, **more
    )


def user(name, *, at=None, of=None, level="viewer", **more):
    """A login with one grant, at a locality or for an agency; with none when neither is given."""
    made = User.objects.create_user(name, password="mật-khẩu-thử-nghiệm", **more)
    if at or of:
        AccessGrant.objects.create(user=made, locality=at, agency=of, level=level)
    return made


def again(who):
    """The same login as the next request finds it, without the reach kept on the object."""
    return User.objects.get(pk=who.pk)
