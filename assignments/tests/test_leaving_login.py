"""Whoever leaves the service opens nothing from the day after: not by signing in, nor on a page that is open."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from assignments.actions import leave
from assignments.backends import ServingBackend
from assignments.models import AccessGrant, Cadre
from assignments.tests.cast import agency, cadre, small_tree, user
from cadrenet.periods import today

pytestmark = pytest.mark.django_db
PASSWORD = "mật-khẩu-thử-nghiệm"  # noqa: S105 - of the cast


def days(number):
    return today() + timedelta(days=number)


def leaver(left_on):
    tree = small_tree()
    login = user("own", at=tree.an)
    who = cadre("P", agency=agency("A", at=tree.an), user=login)
    Cadre.objects.filter(pk=who.pk).update(left_on=left_on)
    return login


def signs_in(client):
    client.post(reverse("account_login"), {"login": "own", "password": PASSWORD})
    return client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize("left_on, comes_in", [(-1, False), (0, True), (1, True)])
def test_the_last_day_in_service_still_counts(left_on, comes_in):
    login, client, open_page = leaver(days(left_on)), Client(), Client()
    Cadre.objects.update(left_on=None)
    open_page.force_login(login)
    assert open_page.get(reverse("home")).status_code == 200
    Cadre.objects.update(left_on=days(left_on))

    assert signs_in(client) == comes_in
    assert (open_page.get(reverse("home")).status_code == 200) == comes_in


def test_who_serves_and_who_is_no_cadre_come_in():
    user("own", at=small_tree().an)

    assert signs_in(Client())


def test_somebody_who_has_left_is_told_that_the_login_is_closed():
    leaver(days(-1))

    answer = Client().post(reverse("account_login"), {"login": "own", "password": PASSWORD})

    assert answer["Location"] == reverse("account_inactive")


def ends():
    return list(AccessGrant.objects.order_by("pk").values_list("first_day", "last_day"))


def with_grants():
    """A cadre whose login has a grant without an end, one that has ended, and one to come."""
    tree = small_tree()
    login = user("own", at=tree.an)
    AccessGrant.objects.create(user=login, locality=tree.an, last_day=date(2020, 1, 1))
    AccessGrant.objects.create(user=login, locality=tree.an, first_day=days(90))
    return cadre("P", "Lê Văn Tám", user=login)


def test_grants_end_with_the_last_day_in_service():
    who = with_grants()

    leave(who, [], last_day=days(5))

    assert ends() == [(None, days(5)), (None, date(2020, 1, 1))]


def test_grants_end_where_the_administration_says_that_somebody_has_left():
    who, client = with_grants(), Client()
    client.force_login(user("root", is_staff=True, is_superuser=True))
    rows = {f"{name}-{of}_FORMS": 0 for name in ("assignments", "postings") for of in ("TOTAL", "INITIAL")}
    data = {"full_name": "Lê Văn Tám", "code": "P", "user": who.user_id, "left_on": f"{days(-3):%d/%m/%Y}"}

    client.post(reverse("admin:assignments_cadre_change", args=[who.pk]), data | rows)

    assert ends() == [(None, days(-3)), (None, date(2020, 1, 1))]


def test_a_page_asks_with_one_query_who_is_signed_in_and_whether_he_serves(django_assert_num_queries):
    login = leaver(None)
    backend = ServingBackend()

    with django_assert_num_queries(1):
        assert backend.get_user(login.pk) == login
