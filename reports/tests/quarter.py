"""A quarter in the small district: a few facts of every kind, so that each figure can be counted by hand.

The fourth quarter of 2022, looked at on 10 January 2023 (``TODAY``):

- six meetings due, four held, one not held; at those held 6 expected, 3 present, 1 excused, 1 absent, 1 unrecorded,
  and a guest; 15 of 20 households;
- three self-governing groups, one with somebody in charge; hamlet 2 of An and hamlet 1 of Bình with nobody;
- two issues raised, one closed, two open, one of them pressing and older than 90 days; two resources;
- four reports owed, one on time, one late, two missing.
"""

from datetime import date
from types import SimpleNamespace

from assignments.tests.cast import agency, assign, cadre, small_tree, user
from cadrenet.periods import Quarter
from cadrenet.tests.built_once import built_once
from meetings.models import Attendance
from meetings.tests.evening import agency_meeting, meeting
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, Resource

TODAY = date(2023, 1, 10)
Q4 = Quarter(2022, 4)


def attend(meeting, who, status, reason=""):
    """Record what became of somebody expected at a meeting, or add a guest."""
    row = Attendance.objects.filter(meeting=meeting, cadre=who).first()
    row = row or Attendance(meeting=meeting, cadre=who, expected=False)
    row.status, row.reason = status, reason
    row.save()
    return row


def issue(of, raised_on, theme="roads", **more):
    """An issue of a locality."""
    return Issue.objects.create(
        locality=of, raised_on=raised_on, theme=theme, **{"kind": "feedback", "summary": f"Về {theme}", **more}
    )


def resource(of, mobilised_on, value_vnd, **more):
    """A resource of a locality."""
    return Resource.objects.create(
        locality=of, mobilised_on=mobilised_on, value_vnd=value_vnd, **{"kind": "money", **more}
    )


def rating(organisation, year, level):
    """A rating under the scheme of the year."""
    return Rating.objects.create(
        organisation=organisation,
        year=year,
        level=RatingLevel.objects.get(scheme__regulation__startswith="132", code=level),
        decision_number="25-QĐ/HU",
        decision_on=date(year, 12, 28),
    )


def organisation(kind, of, **more):
    """A party organisation of a locality."""
    return PartyOrganisation.objects.create(kind=kind, locality=of, **more)


@built_once
def busy_quarter():
    """Build what the module's text says, with a login for every role."""
    tree = small_tree()
    interior = agency("A-1", "Phòng Nội vụ", at=tree.district)
    logins = SimpleNamespace(
        administrator=user("administrator", is_superuser=True, is_staff=True),
        committee=user("committee", at=tree.district, level="editor"),
        head=user("head"),
        commune=user("commune", at=tree.an, level="recorder"),
        in_charge=user("in-charge"),
        clerk=user("clerk", of=interior, level="recorder"),
        elsewhere=user("elsewhere", at=tree.cam, level="editor"),
        nobody=user("nobody"),
    )
    head = cadre("P0", "Võ Thị Đầu", user=logins.head)
    binh = cadre("P1", "Trần Thị Bình", agency=interior)
    chau = cadre("P2", "Nguyễn Minh Châu", user=logins.in_charge)
    giang = cadre("P3", "Phạm Giang")
    hoa = cadre("P4", "Lê Hoa")
    kim = cadre("P5", "Đỗ Kim")
    assign(head, tree.north, role="head")
    assign(binh, tree.an)
    assign(chau, tree.an1)
    assign(giang, tree.cam)
    assign(hoa, tree.cam1)
    assign(kim, tree.an1a)

    august = meeting("cell", tree.an1, date(2022, 8, 8), status="held")
    attend(august, chau, "absent", "duty_trip")
    committee = meeting("commune_committee", tree.an, date(2022, 11, 5), status="held")
    attend(committee, binh, "present")
    attend(committee, chau, "excused", "extreme_urgency")
    attend(committee, head, "absent", "personal")
    cell = meeting("cell", tree.an1, date(2022, 11, 8), status="held")
    attend(cell, chau, "present")
    attend(cell, giang, "present")
    evening = meeting(
        "self_governing_group",
        tree.an1a,
        date(2022, 11, 10),
        status="held",
        households_total=20,
        households_represented=15,
    )
    attend(evening, kim, "present")
    meeting("self_governing_group", tree.cam1a, date(2022, 11, 11), status="not_held")
    meeting("cell", tree.an2, date(2022, 11, 20), status="cancelled")
    meeting("cell", tree.cam1, date(2022, 12, 2), status="held")
    meeting("cell", tree.an1, date(2022, 12, 8))
    agency_meeting(interior, date(2022, 12, 9), status="held")

    old = issue(tree.an1, date(2022, 7, 1), "roads", urgent=True)
    closed = issue(tree.cam1, date(2022, 11, 2), "water", status="closed", closed_on=date(2022, 12, 1))
    passed_on = issue(tree.an, date(2022, 12, 20), "land", status="escalated", responsible_agency=interior)
    resource(tree.an1, date(2022, 10, 10), 5_000_000, status="delivered", cadre=chau)
    resource(tree.cam, date(2022, 12, 12), 1_500_000)
    for who, where, status, day in (
        (binh, tree.an, "accepted", date(2023, 1, 5)),
        (chau, tree.an1, "submitted", date(2023, 1, 6)),
        (giang, tree.cam, "draft", None),
    ):
        QuarterlyReport.objects.create(cadre=who, locality=where, quarter="2022-Q4", status=status, submitted_on=day)
    return SimpleNamespace(
        tree=tree,
        interior=interior,
        head_cadre=head,
        binh=binh,
        chau=chau,
        giang=giang,
        hoa=hoa,
        kim=kim,
        old=old,
        closed=closed,
        passed_on=passed_on,
        **vars(logins),
    )


def rated_year(tree):
    """Ratings of 2021 and 2022: committees of An, Bình, Cẩm, and cells of An 1, An 2, Cẩm 1."""
    committees = [organisation("commune_committee", of) for of in (tree.an, tree.binh, tree.cam)]
    cells = [organisation("cell", of) for of in (tree.an1, tree.an2, tree.cam1)]
    for of, level in zip(committees, ("good", "completed", "excellent"), strict=True):
        rating(of, 2022, level)
    for of, level in zip(cells, ("excellent", "good", "not_completed"), strict=True):
        rating(of, 2022, level)
    rating(committees[0], 2021, "completed")
    rating(committees[2], 2021, "good")
    rating(committees[1], 2021, "not_rated")
    return SimpleNamespace(committees=committees, cells=cells)
