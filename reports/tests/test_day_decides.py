"""The day decides: what the tree is to become changes nothing before its day, and a new name is in no older paper.

Walked over every address as every role (``test_scope_everywhere``): an address that is new is walked by itself.
"""

import re
from datetime import date
from functools import partial

import pytest
import time_machine
from django.contrib import admin
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse

from assignments.actions import localities_changed
from assignments.models import (
    AccessGrant,
    Agency,
    Assignment,
    Limit,
    Lineage,
    Locality,
    LocalityVersion,
    Place,
    Tier,
    User,
)
from assignments.tests.cast import again, assign, at, cadre, locality, small_tree, user
from cadrenet.periods import ONE_DAY, today
from meetings.models import ExpectationRule, Meeting
from reports.models import PartyOrganisation, QuarterlyReport, Rating, RatingLevel, RatingScheme
from reports.tests.test_scope_everywhere import (
    APART,
    EACH_LOGIN,
    KEYS,
    ROWS,
    address_of,
    body,
    demo,
    district,
    foreign_district,
    is_staff,
    lists_of_the_administration,
    lists_of_the_site,
    signed_in,
    site_addresses,
    told,
)
from reports.tests.visits import visitor

__all__ = ["demo", "district"]  # fixtures

pytestmark = pytest.mark.django_db

TO_COME = "Mai Sau"

# --- What is to come -----------------------------------------------------------------------------------------------


def changed_localities():
    """A commune, a hamlet of another one, and a hamlet of the first: to be renamed, moved, and ended."""
    standing = Place.objects.on(today())
    first, second = standing.filter(tier=Tier.COMMUNE).order_by("locality__code")[:2]
    hamlets = standing.filter(tier=Tier.HAMLET).order_by("locality__code")
    moved = hamlets.filter(commune=second.locality).first()
    ended = hamlets.filter(commune=first.locality).last()
    return first.locality, moved.locality, ended.locality


def add_a_future(day):
    """From a day on a commune has another name, a hamlet of another lies in it, and one is merged into a new one."""
    renamed, moved, ended = changed_localities()
    for place, other in (
        (renamed, {"name": f"Xã {TO_COME}"}),
        (moved, {"parent": renamed, "name": f"Ấp {TO_COME}"}),
        (ended, None),
    ):
        version = LocalityVersion.objects.on(day).get(locality=place)
        LocalityVersion.objects.filter(pk=version.pk).update(last_day=day - ONE_DAY)
        if other:
            new = {"name": version.name, "parent": version.parent, "type": version.type, **other}
            LocalityVersion.objects.create(locality=place, first_day=day, households=version.households, **new)
    new = Locality.objects.create(code="TO-COME", tier=Tier.HAMLET)
    LocalityVersion.objects.create(
        locality=new, first_day=day, name=f"Ấp mới {TO_COME}", parent=renamed, type=version.type
    )
    Lineage.objects.create(predecessor=ended, successor=new, effective_on=day, kind="merge")
    localities_changed()
    add_rules_to_come(day, renamed)


def add_rules_to_come(day, renamed):
    """From a day on everybody may do everything, other rules and limits hold, and there is a new organisation."""
    level = {"level": "editor", "first_day": day}
    for login in User.objects.filter(is_superuser=False):
        AccessGrant.objects.create(user=login, locality=Place.objects.on(today()).get(parent=None).locality, **level)
        AccessGrant.objects.create(user=login, agency=Agency.objects.first(), **level)
    ExpectationRule.objects.filter(last_day=None).update(last_day=day - ONE_DAY)
    RatingScheme.objects.filter(last_day=None).update(last_day=day - ONE_DAY)
    scheme = RatingScheme.objects.create(name=TO_COME, first_day=day, excellent_cap_percent=1)
    RatingLevel.objects.create(scheme=scheme, code="good", order=1, good_or_better=True)
    for name in Limit.Name:
        Limit.objects.filter(name=name, last_day=None).update(last_day=day - ONE_DAY)
        Limit.objects.create(name=name, value=1, first_day=day)
    PartyOrganisation.objects.create(
        code="O-TO-COME", kind="commune_committee", locality=renamed, own_name=TO_COME, first_day=day
    )


def rows_concerned():
    """Each model that an address holds a row of, with rows that hang on what is to change."""
    renamed, moved, ended = changed_localities()
    localities = [renamed, moved, ended]
    above = [Place.objects.on(today()).get(locality=moved).regional_group]
    found = {}
    for model in set(ROWS.values()):
        names = {field.name for field in model._meta.get_fields()}
        hangs = Q(pk__in=[])
        if model is Locality:
            hangs |= Q(pk__in=[row.pk for row in [*localities, *above]])
        for name, path in (
            ("locality", "locality"),
            ("ended", "ended__locality"),
            ("decision", "decision__locality"),
            ("assignments", "assignments__locality"),
            ("absent", "absent__assignments__locality"),
        ):
            if name in names and not (model is Assignment and name == "decision"):
                hangs |= Q(**{f"{path}__in": localities})
        rows = model.objects.filter(hangs)
        keys = (
            rows.values("locality").annotate(last=Max("pk")).values("last")
            if "locality" in names
            else rows.values("pk")
        )
        found[model] = list(model.objects.filter(pk__in=keys.order_by()).order_by("-pk")[:2]) or list(
            model.objects.order_by("pk")[:1]
        )
    return found


def rows_of_the_site(rows):
    """Every address of a row, for each of some rows."""
    for name, parts in site_addresses():
        if name not in APART and set(parts) & set(KEYS):
            yield from (address_of(name, parts, row) for row in rows[ROWS[name]])


def rows_of_the_administration(rows):
    for model, some in rows.items():
        if model in admin.site._registry and model not in VERSIONS_ENTERED:
            for row in some:
                yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])


# What is to become of the tree is entered here.
VERSIONS_ENTERED = {Locality, LocalityVersion, Lineage}
# And here what else has days of its own.
RULES_ENTERED = {AccessGrant, ExpectationRule, Limit, PartyOrganisation, RatingLevel, RatingScheme, User}
# Addresses that show what is to come, which is what they are for.
ABOUT_WHAT_IS_TO_COME = {
    # Coverage in 30, 60 and 90 days counts the localities that there will be.
    "/assignments/coverage/",
    # Who plans a year of meetings is told which localities end in it.
    "/meetings/patterns/new/",
}


def is_about_what_is_to_come(address):
    """Whether an address is of the administration of versions, or shows what is to come by its purpose."""
    models = {f"/{model._meta.app_label}/{model._meta.model_name}/" for model in VERSIONS_ENTERED | RULES_ENTERED}
    return any(part in address for part in models) or any(
        address.partition("?")[0] == path for path in ABOUT_WHAT_IS_TO_COME
    )


@pytest.mark.parametrize("login", EACH_LOGIN)
def test_neither_another_district_nor_what_the_tree_is_to_become_changes_what_a_role_is_told(login, demo):
    renamed, _moved, _ended = changed_localities()
    # Facts have a day of their own: what is planned for a later day would stand where it will be then.
    day = Meeting.objects.aggregate(last=Max("day"))["last"] + ONE_DAY
    assert day > today()
    narrowed = [f"?within={renamed.code}&quarter=2026-Q3", f"?q={TO_COME}"]
    rows, client = rows_concerned(), signed_in(login)
    before = told(client, lists_of_the_site([""]))
    # Whoever sees most asks for a file everywhere, the others where the page offers one.
    files = [f"{page}?format=csv" for page in before if login == "tochuc" or b"format=csv" in before[page][2]]
    before |= told(client, [*files, *lists_of_the_site(narrowed), *rows_of_the_site(rows)])
    if is_staff(login):
        before |= told(client, [*lists_of_the_administration(), *rows_of_the_administration(rows)])

    assert {status for status, _to, _text in before.values()} <= {200, 302, 403, 404, 405}
    to_come = {address: answer for address, answer in before.items() if is_about_what_is_to_come(address)}
    others = {address: answer for address, answer in before.items() if address not in to_come}
    # Both at once, as each walk takes long: where this fails, one of the two left out says which it is.
    assert differences(client, others, partial(add_a_future, day), foreign_district) == []
    assert differences(client, to_come, foreign_district) == []


def differences(client, before, *changes):
    """The addresses at which a client is told something else than before, while something is changed."""
    with transaction.atomic():
        for change in changes:
            change()
        after = told(client, before)
        transaction.set_rollback(True)
    return [address for address, answer in after.items() if answer != before[address]]


def test_a_locality_that_moves_here_later_is_not_seen_here_before():
    """Rights are those of today, also of what hangs on the locality without a day of its own."""
    tree = small_tree()
    with time_machine.travel(at(date(2022, 5, 9)), tick=False):
        version_from(date(2022, 6, 1), tree.an1, parent=tree.cam)
        held = assign(cadre("P1"), tree.an1, first_day=date(2022, 1, 1))
        later = assign(cadre("P2"), tree.an1, first_day=date(2022, 7, 1))
        organisation = PartyOrganisation.objects.create(code="O", kind="cell", locality=tree.an1)
        south = user("south", at=tree.south, level="editor")

        seen = [
            *Locality.objects.visible_to(south).filter(pk=tree.an1.pk),
            *Assignment.objects.visible_to(south),
            *Assignment.objects.editable_by(south),
            *PartyOrganisation.objects.visible_to(south),
        ]
        assert seen == []
        assert visitor(south).get(tree.an1.get_absolute_url()).status_code == 404

    with time_machine.travel(at(date(2022, 6, 1)), tick=False):
        south = again(south)
        assert list(Locality.objects.visible_to(south).filter(pk=tree.an1.pk)) == [tree.an1]
        assert set(Assignment.objects.visible_to(south)) == {held, later}
        assert list(PartyOrganisation.objects.visible_to(south)) == [organisation]


def test_a_locality_still_to_begin_is_found_by_whoever_prepares_it():
    tree = small_tree()
    with time_machine.travel(at(date(2022, 5, 9)), tick=False):
        new = locality("NEW", "hamlet", "Ấp mới", tree.cam, first_day=date(2022, 6, 1))
        localities_changed()
        south, north = (user(str(at), at=at, level="editor") for at in (tree.south, tree.north))

        assert list(Locality.objects.editable_by(south).filter(pk=new.pk)) == [new]
        assert list(Locality.objects.visible_to(north).filter(pk=new.pk)) == []
        assert [row.place.full_path for row in Locality.objects.filter(pk=new.pk).as_of(today())] == [
            "Huyện Mẫu › Nhóm Nam › Xã Cẩm › Ấp mới"
        ]


# --- What was ------------------------------------------------------------------------------------------------------


OLD, NEW = "Tên Cũ", "Tên Mới"
RENAMED_ON, BEFORE, AFTER = date(2026, 7, 1), date(2026, 6, 30), date(2026, 8, 20)
# The parameters that say which days a paper is of, as they would be before and after the name changed.
PARAMETERS = {"quarter": ("2026-Q2", "2026-Q3"), "day": (BEFORE.isoformat(), AFTER.isoformat())}
# A list that stands behind no figure begins with all that somebody may see, of whatever day.
TELLS = {"": "", "csv": "&format=csv", "xlsx": "&format=xlsx"}


def rename_everything():
    """Every locality below the district has an old name up to a day, and a new one from then on."""
    for version in LocalityVersion.objects.exclude(parent=None).exclude(last_day__lt=RENAMED_ON):
        LocalityVersion.objects.filter(pk=version.pk).update(name=f"{OLD} {version.pk}")
        if (version.first_day or date.min) < RENAMED_ON:
            version_from(RENAMED_ON, version.locality, f"{NEW} {version.pk}", derive=False)
    localities_changed()


def version_from(day, of, name=None, parent=None, derive=True):
    """From a day on a locality has another name, or another parent."""
    before = LocalityVersion.objects.on(day).get(locality=of)
    LocalityVersion.objects.filter(pk=before.pk).update(last_day=day - ONE_DAY)
    LocalityVersion.objects.create(
        locality=of,
        first_day=day,
        name=name or before.name,
        parent=parent or before.parent,
        type=before.type,
        households=before.households,
    )
    if derive:
        localities_changed()


def text_of(response):
    """What an answer tells, as one text, also of a workbook."""
    found = body(response)
    return found.decode() if isinstance(found, bytes) else str(found)


def test_a_paper_of_a_time_says_nothing_of_a_name_of_another(demo):
    """Every address that asks for a quarter or a day, as page and as file, before and after all was renamed."""
    rename_everything()
    client = signed_in("tochuc")
    asking, wrong = set(), []

    for name, parts in site_addresses():
        if name in APART or set(parts) - {"quarter"}:
            continue
        address = address_of(name, parts)
        page = client.get(address).content.decode(errors="replace")
        for parameter, days in PARAMETERS.items():
            if not re.search(rf'<(?:select|input)[^>]* name="{parameter}"', page):
                continue
            asking.add(name)
            for day, other in zip(days, (NEW, OLD), strict=True):
                for form in TELLS.values():
                    asked = f"{address}?{parameter}={day}{form}"
                    if name not in SHOWS_OTHER_DAYS and other in text_of(client.get(asked)):
                        wrong.append(asked)
    assert wrong == []
    assert {"reports:quarterly_reports", "reports:quarterly", "assignments:coverage", "home"} <= asking


# Pages that a day or quarter narrows to facts, and that show others beside them by their purpose.
SHOWS_OTHER_DAYS = {
    # The changes of hands of 24 months, each at the place as it then was.
    "assignments:tenure",
}


def test_the_reports_of_a_quarter_and_the_organisations_of_a_year_bear_the_names_of_then():
    tree = small_tree()
    version_from(date(2023, 5, 1), tree.an, "Thị trấn Đổi Tên")
    root = visitor(user("root", is_superuser=True))
    held = assign(cadre("P1"), tree.an)
    QuarterlyReport.objects.create(
        cadre=held.cadre, locality=tree.an, quarter="2022-Q1", status="submitted", submitted_on=date(2022, 4, 1)
    )
    organisation = PartyOrganisation.objects.create(code="O", kind="commune_committee", locality=tree.an)
    level = RatingLevel.objects.filter(scheme=RatingScheme.of_year(2022)).first()
    for year in (2022, 2023):
        Rating.objects.create(organisation=organisation, year=year, level=level)

    def names(address):
        text = text_of(root.get(address))
        return [name for name in ("Thị trấn An", "Thị trấn Đổi Tên") if name in text]

    for before, after in (
        ("/reports/quarterly-reports/?quarter=2022-Q1", "/reports/quarterly-reports/?quarter=2023-Q2"),
        (f"/reports/quarterly-reports/{held.pk}/2022-Q1/", f"/reports/quarterly-reports/{held.pk}/2023-Q2/"),
        (
            reverse("reports:rated_organisations") + "?year=2022",
            reverse("reports:rated_organisations") + "?year=2023",
        ),
    ):
        for form in ("", "&format=csv", "&format=xlsx") if "?" in before else ("",):
            assert (names(before + form), names(after + form)) == (["Thị trấn An"], ["Thị trấn Đổi Tên"]), before


def test_the_administration_calls_papers_of_a_quarter_and_of_a_year_as_they_were_called_then():
    tree = small_tree()
    version_from(date(2023, 5, 1), tree.an, "Thị trấn Đổi Tên")
    root = visitor(user("root", is_superuser=True, is_staff=True))
    who = cadre("P1")
    for quarter, day in (("2022-Q1", date(2022, 4, 1)), ("2023-Q2", date(2023, 7, 1))):
        QuarterlyReport.objects.create(
            cadre=who, locality=tree.an, quarter=quarter, status="submitted", submitted_on=day
        )
    organisation = PartyOrganisation.objects.create(code="O", kind="commune_committee", locality=tree.an)
    level = RatingLevel.objects.filter(scheme=RatingScheme.of_year(2022)).first()
    for year in (2022, 2023):
        Rating.objects.create(organisation=organisation, year=year, level=level)

    def called(address):
        return [str(row) for row in root.get(address).context["cl"].result_list]

    assert called("/admin/reports/quarterlyreport/?quarter=2022-Q1") == ["Thị trấn An 2022-Q1"]
    assert called("/admin/reports/quarterlyreport/?quarter=2023-Q2") == ["Thị trấn Đổi Tên 2023-Q2"]
    committee = "Party committee of"
    assert called("/admin/reports/rating/?year=2022") == [f"{committee} Thị trấn An 2022: {level}"]
    assert called("/admin/reports/rating/?year=2023") == [f"{committee} Thị trấn Đổi Tên 2023: {level}"]
    reports = QuarterlyReport.objects.filter(cadre=who).order_by("quarter")
    for row, name in zip(reports, ("Thị trấn An", "Thị trấn Đổi Tên"), strict=True):
        page = root.get(reverse("admin:reports_quarterlyreport_change", args=[row.pk]))
        assert f"{name} {row.quarter}" in page.content.decode()


def test_a_month_and_a_time_of_before_offer_the_parts_of_the_tree_by_their_names_of_then(demo):
    rename_everything()
    client = signed_in("tochuc")

    def offered(address):
        response = client.get(address)
        return str(response.context["filter"].form["within"])

    for before, after in (
        ("/meetings/month/2026-06/", "/meetings/month/2026-08/"),
        (
            "/meetings/?first_day=2026-05-01&last_day=2026-06-30",
            "/meetings/?first_day=2026-05-01&last_day=2026-07-31",
        ),
    ):
        assert (OLD in offered(before), NEW in offered(before)) == (True, False), before
        assert (OLD in offered(after), NEW in offered(after)) == (False, True), after


def test_a_report_is_answered_where_the_place_lay_when_its_quarter_ended():
    tree = small_tree()
    version_from(date(2023, 1, 10), tree.an, parent=tree.south)
    held = assign(cadre("P1"), tree.an)
    north, south = (user(name, at=at, level="recorder") for name, at in (("n", tree.north), ("s", tree.south)))

    def may_accept(who, quarter):
        page = visitor(who).get(f"/reports/quarterly-reports/{held.pk}/{quarter}/")
        return page.status_code == 200 and page.context["steps"]["accept"]

    for quarter in ("2022-Q4", "2023-Q1"):
        QuarterlyReport.objects.create(
            cadre=held.cadre, locality=tree.an, quarter=quarter, status="submitted", submitted_on=date(2023, 4, 1)
        )
    with time_machine.travel(at(date(2023, 4, 10)), tick=False):
        assert (may_accept(again(north), "2022-Q4"), may_accept(again(south), "2022-Q4")) == (True, False)
        assert (may_accept(again(north), "2023-Q1"), may_accept(again(south), "2023-Q1")) == (False, True)
