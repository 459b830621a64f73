"""Who may change whose rights: every way in which a login reaches further, at every door to its rights."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.models import AccessGrant, Acting, Cadre, User
from assignments.rights import decides_at_top, held_beyond, logins_changed_by
from assignments.tests.cast import again, agency, assign, cadre, small_tree, user
from cadrenet.periods import today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def days(number):
    return today() + timedelta(days=number)


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def staff(name="clerk", **grant):
    """A login that may open the administration, with every permission there is and one grant."""
    made = user(name, is_staff=True, **grant)
    made.user_permissions.set(Permission.objects.all())
    return made


def of_cadre(login, office):
    return cadre(f"P-{login.pk}", agency=office, user=login)


def acts_for(who, absent, first_day, last_day):
    Acting.objects.create(cadre=who, absent=absent, first_day=first_day, last_day=last_day)


# Ways in which a login of An reaches what the editor of An does not decide about: today, or on a day to come.
def grant_elsewhere(tree, login, office):
    AccessGrant.objects.create(user=login, locality=tree.binh)


def grant_to_come(tree, login, office):
    AccessGrant.objects.create(user=login, locality=tree.binh, first_day=days(30))


def grant_above(tree, login, office):
    AccessGrant.objects.create(user=login, locality=tree.north)


def grant_for_an_agency(tree, login, office):
    AccessGrant.objects.create(user=login, agency=office)


def assigned_elsewhere(tree, login, office):
    assign(of_cadre(login, office), tree.binh)


def assigned_elsewhere_later(tree, login, office):
    assign(of_cadre(login, office), tree.binh, first_day=days(30))


def acting_for_somebody_elsewhere(tree, login, office):
    absent = cadre("ABSENT")
    assign(absent, tree.binh)
    acts_for(of_cadre(login, office), absent, days(-1), days(1))


def acting_later_for_somebody_elsewhere(tree, login, office):
    absent = cadre("ABSENT")
    assign(absent, tree.binh, first_day=days(20))
    acts_for(of_cadre(login, office), absent, days(10), days(40))


def works_elsewhere(tree, login, office):
    of_cadre(login, agency("X", "Phòng khác", at=tree.binh))


def is_staff(tree, login, office):
    User.objects.filter(pk=login.pk).update(is_staff=True)


BEYOND = [
    grant_elsewhere,
    grant_to_come,
    grant_above,
    grant_for_an_agency,
    assigned_elsewhere,
    assigned_elsewhere_later,
    acting_for_somebody_elsewhere,
    acting_later_for_somebody_elsewhere,
    works_elsewhere,
    is_staff,
]


def within(tree, login, office):
    """All that the login reaches lies in An, its cadre works there, and acts for a colleague of there."""
    who, absent = of_cadre(login, office), cadre("ABSENT", agency=office)
    assign(who, tree.an1)
    assign(absent, tree.an2, first_day=days(20))
    acts_for(who, absent, days(10), days(40))
    AccessGrant.objects.create(user=login, locality=tree.an2, first_day=days(30))


# Doors to the rights of a login: each tries to change them, and says whether it could.
def password(client, login, tree):
    client.post(
        url(User, "change", login.pk).replace("change", "password"),
        {"password1": "một-mật-khẩu-khác-9", "password2": "một-mật-khẩu-khác-9", "usable_password": "true"},
    )
    return again(login).password != login.password


def activity(client, login, tree):
    rows = list(login.grants.order_by("pk"))
    data = {"username": login.username, "grants-TOTAL_FORMS": len(rows), "grants-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        data |= {
            f"grants-{number}-{name}": value or ""
            for name, value in {
                "id": row.pk,
                "user": login.pk,
                "locality": row.locality_id,
                "agency": row.agency_id,
                "level": row.level,
                "first_day": row.first_day and f"{row.first_day:%d/%m/%Y}",
            }.items()
        }
    client.post(url(User, "change", login.pk), data)
    return not again(login).is_active


def new_grant(client, login, tree):
    data = {"user": login.pk, "level": "viewer", "locality": tree.an1.pk, "agency": "", "first_day": "01/01/2020"}
    client.post(url(AccessGrant, "add"), data)
    return login.grants.filter(first_day=date(2020, 1, 1)).exists()


def changed_grant(client, login, tree):
    row = login.grants.order_by("pk").first()
    data = {"user": login.pk, "level": "editor", "locality": row.locality_id, "agency": "", "first_day": ""}
    client.post(url(AccessGrant, "change", row.pk), data)
    return login.grants.filter(level="editor").exists()


def deleted_grant(client, login, tree):
    row = login.grants.order_by("pk").first()
    client.post(url(AccessGrant, "delete", row.pk), {"post": "yes"})
    return not AccessGrant.objects.filter(pk=row.pk).exists()


def deleted_login(client, login, tree):
    client.post(url(User, "delete", login.pk), {"post": "yes"})
    return not User.objects.filter(pk=login.pk).exists()


def linked(client, login, tree):
    """Gives the login to another cadre, of An."""
    office = agency("Y", "Phòng Y", at=tree.an)
    other = cadre("OTHER", "Lê Thị Bảy", agency=office)
    Cadre.objects.filter(user=login).update(user=None)
    before = Cadre.objects.filter(user=login).count()
    data = {"full_name": other.full_name, "code": other.code, "party_member": "on", "user": login.pk}
    data |= {f"{name}-{of}_FORMS": 0 for name in ("assignments", "postings") for of in ("TOTAL", "INITIAL")}
    client.post(url(Cadre, "change", other.pk), data)
    return Cadre.objects.filter(user=login).count() > before


DOORS = [password, activity, new_grant, changed_grant, deleted_grant, deleted_login]


def of_an(way):
    """The tree, an editor of An with every permission, a login of An that reaches further in a way, a browser."""
    tree = small_tree()
    clerk, login = staff(at=tree.an, level="editor"), user("own", at=tree.an1)
    way(tree, login, agency("A", "Phòng Mẫu", at=tree.an))
    browser = Client()
    browser.force_login(clerk)
    return tree, clerk, User.objects.get(pk=login.pk), browser


@pytest.mark.parametrize("way", BEYOND, ids=lambda way: way.__name__)
def test_who_reaches_further_is_out_of_reach_at_every_door(way):
    tree, clerk, login, browser = of_an(way)

    assert [door.__name__ for door in DOORS if door(browser, login, tree)] == []
    assert not logins_changed_by(clerk, User.objects.filter(pk=login.pk)).exists()


@pytest.mark.parametrize("door", [*DOORS, linked], ids=lambda door: door.__name__)
def test_who_reaches_nothing_beyond_is_handled_at_every_door(door):
    tree, _clerk, login, browser = of_an(within if door is not linked else lambda *_: None)

    assert door(browser, login, tree)


@pytest.mark.parametrize("way", [grant_elsewhere, grant_to_come, grant_above, grant_for_an_agency, is_staff])
def test_a_login_that_reaches_further_is_given_to_no_cadre(way):
    tree, _clerk, login, browser = of_an(way)

    assert not linked(browser, login, tree)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_nobody_changes_his_own_rights(door):
    tree = small_tree()
    clerk, browser = staff(at=tree.an, level="editor"), Client()
    AccessGrant.objects.update(last_day=days(30))
    browser.force_login(clerk)

    door(browser, User.objects.get(pk=clerk.pk), tree)

    grant, login = AccessGrant.objects.get(), User.objects.get()
    assert (grant.level, grant.locality_id, grant.first_day, grant.last_day) == ("editor", tree.an.pk, None, days(30))
    assert (login.is_active, login.password) == (True, clerk.password)


def test_the_own_login_is_none_that_one_changes_with_staff_rights_or_without():
    tree = small_tree()
    for login in (user("plain", at=tree.an, level="editor"), staff(at=tree.an, level="editor")):
        assert login not in logins_changed_by(login, User.objects.all())


@pytest.mark.parametrize("level", ["viewer", "recorder"])
def test_who_decides_nothing_handles_no_login_not_even_one_without_a_grant(level):
    tree = small_tree()
    reader = staff(at=tree.an, level=level)
    office = agency("A", "Phòng Mẫu", at=tree.an)
    login = user("own")
    of_cadre(login, office)
    browser = Client()
    browser.force_login(reader)

    assert browser.get(url(User, "change", login.pk)).status_code == 200
    assert not password(browser, login, tree)
    assert not new_grant(browser, login, tree)


@pytest.mark.parametrize(
    "last_day, given",
    [(30, True), (31, False), (None, False)],
)
def test_nobody_gives_for_longer_than_he_holds_himself(last_day, given):
    tree = small_tree()
    clerk, browser, login = staff(at=tree.an, level="editor"), Client(), user("own")
    of_cadre(login, agency("A", "Phòng Mẫu", at=tree.an))
    AccessGrant.objects.update(last_day=days(30))
    browser.force_login(clerk)
    until = f"{days(last_day):%d/%m/%Y}" if last_day else ""
    data = {"user": login.pk, "level": "viewer", "locality": tree.an1.pk, "agency": "", "last_day": until}

    browser.post(url(AccessGrant, "add"), data)

    assert login.grants.exists() == given


def test_what_follows_without_a_gap_goes_on_and_what_comes_after_one_does_not():
    tree = small_tree()
    clerk, login = staff(at=tree.an, level="editor"), user("own", at=tree.an1)
    AccessGrant.objects.filter(user=clerk).update(last_day=days(10))
    AccessGrant.objects.filter(user=login).update(last_day=days(20))
    assert held_beyond(clerk).filter(user=login).exists()

    gap = AccessGrant.objects.create(user=clerk, locality=tree.an, level="editor", first_day=days(12))
    assert held_beyond(again(clerk)).filter(user=login).exists()

    AccessGrant.objects.filter(pk=gap.pk).update(first_day=days(11))
    assert not held_beyond(again(clerk)).filter(user=login).exists()


def test_access_to_the_staff_of_an_agency_is_given_by_who_decides_for_it_or_about_the_whole_tree():
    tree = small_tree()
    office = agency("A", "Phòng Mẫu", at=tree.an)
    head = user("head", of=office)

    able = {
        name: logins_changed_by(login, User.objects.filter(pk=head.pk)).exists()
        for name, login in {
            "district": user("district", at=tree.district, level="editor"),
            "group": user("group", at=tree.north, level="editor"),
            "commune": user("commune", at=tree.an, level="editor"),
            "for it": user("for-it", of=office, level="editor"),
            "its clerk": user("its-clerk", of=office, level="recorder"),
        }.items()
    }

    assert able == {"district": True, "group": False, "commune": False, "for it": True, "its clerk": False}


def test_who_decides_at_the_top():
    tree = small_tree()
    logins = {
        "district": user("district", at=tree.district, level="editor"),
        "recorder": user("recorder", at=tree.district, level="recorder"),
        "group": user("group", at=tree.north, level="editor"),
        "commune": user("commune", at=tree.an, level="editor"),
        "root": user("root", is_superuser=True),
        "nobody": user("nobody"),
    }

    assert {name for name, login in logins.items() if decides_at_top(login)} == {"district", "root"}


def test_whoever_changes_a_login_asks_a_fixed_number_of_queries(django_assert_num_queries):
    tree = small_tree()
    clerk = staff(at=tree.an, level="editor")
    for number in range(3):
        user(f"own-{number}", at=tree.an1)
        with django_assert_num_queries(11):
            assert logins_changed_by(again(clerk), User.objects.all()).count() == number + 1


# --- Acting -------------------------------------------------------------------------------------------------------


def let_act(client, who, absent, **more):
    data = {
        "cadre": who.pk,
        "absent": absent.pk,
        "first_day": f"{days(1):%d/%m/%Y}",
        "last_day": f"{days(9):%d/%m/%Y}",
    }
    client.post(url(Acting, "add"), data | more)
    return Acting.objects.filter(cadre=who).exists()


def test_the_administration_lets_nobody_act_for_whom_the_page_would_not():
    tree = small_tree()
    clerk, browser = staff(at=tree.an, level="editor"), Client()
    office = agency("A", "Phòng Mẫu", at=tree.an)
    who, official, colleague = (cadre(code, agency=office) for code in ("WHO", "OFFICIAL", "COLLEAGUE"))
    assign(official, tree.an1)
    assign(official, tree.binh, first_day=days(5))
    assign(colleague, tree.an2)
    own = cadre("OWN", agency=office, user=clerk)
    browser.force_login(clerk)

    assert not let_act(browser, who, official)
    assert not let_act(browser, own, colleague)
    assert let_act(browser, who, official, last_day=f"{days(4):%d/%m/%Y}")
    assert let_act(browser, colleague, own)


def test_acting_that_shows_another_commune_is_ended_by_nobody_who_decides_in_one_alone():
    tree = small_tree()
    clerk, browser = staff(at=tree.an, level="editor"), Client()
    office = agency("A", "Phòng Mẫu", at=tree.an)
    who, official = (cadre(code, agency=office) for code in ("WHO", "OFFICIAL"))
    assign(official, tree.an1)
    assign(official, tree.binh)
    acts_for(who, official, days(-1), days(9))
    acting = Acting.objects.get()
    browser.force_login(clerk)

    page = browser.post(reverse("assignments:acting_end", args=[acting.pk]), {"last_day": f"{today():%d/%m/%Y}"})
    browser.post(url(Acting, "change", acting.pk), {"last_day": f"{today():%d/%m/%Y}"})
    browser.post(url(Acting, "delete", acting.pk), {"post": "yes"})

    assert page.status_code == 404
    assert Acting.objects.get().last_day == days(9)


@pytest.mark.parametrize("first_day, last_day", [(-1, 9), (1, 9)])
def test_acting_is_never_made_longer_nor_given_to_another_in_the_administration(first_day, last_day):
    small_tree()
    browser = Client()
    browser.force_login(user("root", is_staff=True, is_superuser=True))
    who, absent, other = (cadre(code) for code in ("WHO", "ABSENT", "OTHER"))
    acts_for(who, absent, days(first_day), days(last_day))
    acting = Acting.objects.get()

    browser.post(url(Acting, "change", acting.pk), {"cadre": other.pk, "last_day": f"{days(20):%d/%m/%Y}"})
    longer = Acting.objects.get()
    browser.post(url(Acting, "change", acting.pk), {"cadre": other.pk, "last_day": f"{days(5):%d/%m/%Y}"})
    shorter = Acting.objects.get()
    browser.post(url(Acting, "delete", acting.pk), {"post": "yes"})

    assert (longer.cadre, longer.last_day) == (who, days(9))
    assert (shorter.cadre, shorter.last_day) == (who, days(5))
    # What has not begun is taken back; what was in force stays.
    assert Acting.objects.exists() == (first_day < 0)
