"""An evening in the small district: who is in charge, who may record, and tonight's meetings."""

from datetime import date
from types import SimpleNamespace

from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.tests.built_once import built_once
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters

TONIGHT = date(2022, 5, 9)


def meeting(kind, of, day=TONIGHT, hour=19, status="planned", **more):
    """A meeting of a locality that lasts an hour and a half, with its roster."""
    made = Meeting.objects.create(
        kind=kind, locality=of, starts_at=at(day, hour), ends_at=at(day, hour + 1, 30), status=status, **more
    )
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return Meeting.objects.get(pk=made.pk)


def agency_meeting(of, day=TONIGHT, hour=19, **more):
    """A meeting of an agency that lasts an hour and a half."""
    return Meeting.objects.create(
        **{"kind": "agency", "agency": of, "starts_at": at(day, hour), "ends_at": at(day, hour + 1, 30), **more}
    )


@built_once
def evening():
    """Bình is in charge of township An, Châu of its neighbourhood 1, Dung of its hamlet 2, Giang of commune Cẩm.

    Châu has a login and works at the office of the interior, whose clerk has one, too; the others work elsewhere.
    """
    tree = small_tree()
    interior, culture = (
        agency("A-1", "Phòng Nội vụ", at=tree.district),
        agency("A-2", "Phòng Văn hóa", at=tree.district),
    )
    logins = SimpleNamespace(
        signed=user("chau"),
        recorder=user("recorder", at=tree.an, level="recorder"),
        viewer=user("viewer", at=tree.an),
        elsewhere=user("elsewhere", at=tree.cam, level="editor"),
        clerk=user("clerk", of=interior, level="recorder"),
        office=user("office", at=tree.district, level="editor"),
        nobody=user("nobody"),
    )
    binh = cadre("P1", "Trần Thị Bình", agency=culture)
    chau = cadre("P2", "Nguyễn Minh Châu", agency=interior, user=logins.signed)
    dung = cadre("P3", "Lê Dung", agency=culture)
    giang = cadre("P4", "Phạm Giang", agency=culture)
    assign(binh, tree.an)
    assign(chau, tree.an1)
    assign(dung, tree.an2)
    assign(giang, tree.cam)
    return SimpleNamespace(
        tree=tree, interior=interior, culture=culture, binh=binh, chau=chau, dung=dung, giang=giang, **vars(logins)
    )


def roster(of):
    """(code of the cadre, expected, status, reason, note) of everybody on the roster."""
    rows = Attendance.objects.filter(meeting=of).order_by("cadre__code")
    return list(rows.values_list("cadre__code", "expected", "status", "reason", "note"))
