"""Who is signed in, and who no more."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from assignments.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in():
    """A visitor who has just signed in, and the login."""
    user = User.objects.create_user("u", password="x")
    client = Client()
    client.force_login(user)
    assert client.get("/").status_code == 200
    return client, user


def sent_to_the_login(client):
    answer = client.get("/")
    return answer.status_code == 302 and answer.url.startswith("/account/login/")


def test_each_visitor_has_a_session_of_his_own(signed_in):
    other = Client()
    other.force_login(User.objects.create_user("v", password="x"))

    assert [client.get("/").wsgi_request.user.username for client in (signed_in[0], other)] == ["u", "v"]
    assert sent_to_the_login(Client())


def test_a_session_ends_when_its_time_is_over(signed_in):
    client, _user = signed_in
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=60))
    assert not sent_to_the_login(client)

    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert sent_to_the_login(client)


def test_a_key_that_nobody_gave_out_is_not_taken_over():
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    assert sent_to_the_login(client)
    store = SessionStore("a" * 32)
    store["said"] = 1
    store.save()
    assert store.session_key != "a" * 32
    assert SessionStore(store.session_key)["said"] == 1


@pytest.mark.parametrize("change", ["is_active", "password", "deleted"])
def test_a_login_that_may_no_more_is_signed_out_at_once(signed_in, change):
    client, user = signed_in
    if change == "deleted":
        user.delete()
    elif change == "password":
        user.set_password("y")
        user.save()
    else:
        User.objects.update(is_active=False)

    assert sent_to_the_login(client)
