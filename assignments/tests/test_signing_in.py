"""Two steps at sign-in, passwords that others set, and when a session of staff ends."""

import gettext
import time
from datetime import timedelta
from pathlib import Path

import allauth
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from assignments.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "ba con trâu đi học"
SECRET = "JBSWY3DPEHPK3PXP"
SET_UP = "/account/two-steps/"
CODE = "/account/two-steps/reauthenticate/"


@pytest.fixture(autouse=True)
def _as_in_production(settings):
    settings.TWO_STEPS_REQUIRED = True


def staff(name="nam", **kwargs):
    return User.objects.create_superuser(name, password=PASSWORD, **kwargs)


def with_an_app(user):
    TOTP.activate(user, SECRET)
    return user


def code(secret=SECRET):
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, user, next_="/help/"):
    return client.post(
        reverse("account_login"), {"login": user.username, "password": PASSWORD, "next": next_}, follow=True
    )


def path(response):
    return response.redirect_chain[-1][0].split("?")[0] if response.redirect_chain else response.request["PATH_INFO"]


# --- The second step ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_whoever_has_staff_rights_is_led_to_where_the_second_step_is_set_up(client, rights):
    client.force_login(User.objects.create_user("nam", password=PASSWORD, **rights))

    assert client.get("/help/?page=2").url == f"{SET_UP}?next=%2Fhelp%2F%3Fpage%3D2"
    assert client.get("/admin/").url.startswith(SET_UP)
    assert client.post("/more/").url == f"{SET_UP}?next=%2F"
    part = client.get("/help/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/more/"})
    assert (part.status_code, part["HX-Redirect"]) == (200, f"{SET_UP}?next=%2Fmore%2F")


def test_all_others_may_set_one_up_and_need_not(client):
    client.force_login(User.objects.create_user("lan", password=PASSWORD))

    assert client.get("/help/").status_code == 200
    assert client.get(SET_UP).status_code == 200


def test_the_environment_decides_whether_it_is_asked_for(client, settings):
    settings.TWO_STEPS_REQUIRED = False
    client.force_login(staff())

    assert client.get("/help/").status_code == 200


def test_it_is_set_up_and_one_comes_back_to_the_page_that_was_asked_for(client):
    user = staff()
    assert path(sign_in(client, user, "/help/figures/")) == SET_UP

    confirm = client.get(reverse("mfa_activate_totp"))
    assert confirm.url.startswith(reverse("account_reauthenticate"))
    form = client.post(confirm.url, {"password": PASSWORD}, follow=True)
    assert "<svg" in form.content.decode()
    assert "data:" not in form.content.decode()
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200
    done = client.post(reverse("mfa_activate_totp"), {"code": code(form.context["form"].secret)}, follow=True)

    assert path(done) == reverse("mfa_view_recovery_codes")
    codes = done.context["unused_codes"]
    assert len(codes) == 10
    assert all(one in done.content.decode() for one in codes)
    assert 'href="/help/figures/"' in done.content.decode()
    assert client.get("/help/figures/").status_code == 200
    # Shown once.
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(one in again for one in codes)


@pytest.mark.parametrize("shown", ["app", "paper"])
def test_at_the_next_sign_in_a_code_is_asked_for_before_anything_is_shown(client, shown):
    user = with_an_app(staff())
    paper = RecoveryCodes.activate(user).generate_codes()[0]

    asked = sign_in(client, user)
    assert path(asked) == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get("/help/").url.startswith("/account/login/")
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.context["form"].errors
    answer = client.post(reverse("mfa_authenticate"), {"code": code() if shown == "app" else paper}, follow=True)

    assert path(answer) == reverse("mfa_trust")
    assert path(client.post(reverse("mfa_trust"), follow=True)) == "/help/"
    assert client.get("/help/").status_code == 200


def test_a_code_of_a_clock_that_is_half_a_minute_late_is_taken(client):
    user = with_an_app(staff())
    with time_machine.travel(timezone.now() - timedelta(seconds=30)):
        late = code()
    sign_in(client, user)

    assert path(client.post(reverse("mfa_authenticate"), {"code": late}, follow=True)) == reverse("mfa_trust")


def test_codes_are_not_guessed(client):
    sign_in(client, with_an_app(staff()))
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert client.post(reverse("mfa_authenticate"), {"code": code()}).context["form"].errors
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert path(client.post(reverse("mfa_authenticate"), {"code": code()}, follow=True)) == reverse("mfa_trust")


def test_a_trusted_browser_is_not_asked_for_fourteen_days(client):
    user = with_an_app(staff())
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    client.post(reverse("mfa_trust"), {"action": "trust"})
    client.post(reverse("account_logout"))

    assert path(sign_in(client, user)) == "/help/"
    assert client.get("/help/").status_code == 200
    client.post(reverse("account_logout"))
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        assert path(sign_in(client, user)) == reverse("mfa_authenticate")


def test_a_session_from_before_the_step_was_set_up_has_shown_none(client):
    """Its password may be all that somebody has: neither pages nor the step itself are open to it."""
    user = staff()
    client.force_login(user)
    with_an_app(user)

    assert client.get("/help/").url == f"{CODE}?next=%2Fhelp%2F"
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"):
        assert client.get(reverse(name)).url.startswith(CODE), name
        assert client.post(reverse(name)).url.startswith(CODE), name
    assert Authenticator.objects.count() == 1
    shown = client.post(f"{CODE}?next=/help/", {"code": code(), "next": "/help/"})

    assert shown.url == "/help/"
    assert client.get("/help/").status_code == 200
    assert client.get(SET_UP).status_code == 200


def test_what_one_login_has_shown_does_not_count_for_the_next(client):
    first, second = with_an_app(staff()), staff("hai")
    sign_in(client, first)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    client.force_login(second)

    assert client.get("/help/").url.startswith(SET_UP)


def test_pages_that_need_no_login_stay_open_and_one_may_always_leave(client):
    client.force_login(staff())

    assert client.get("/health/").status_code == 200
    assert client.get(reverse("account_change_password")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get("/help/").url.startswith("/account/login/")


def test_a_page_asks_nothing_of_the_database_for_it(client, django_assert_num_queries):
    user = User.objects.create_user("lan", password=PASSWORD)
    client.force_login(user)
    with django_assert_num_queries(4):
        client.get("/account/password/")
    User.objects.update(is_staff=True)
    Authenticator.objects.all().delete()
    with_an_app(user)
    session = client.session
    session["two_steps_shown_by"] = user.pk
    session.save()
    with django_assert_num_queries(4):
        client.get("/account/password/")


@pytest.mark.parametrize("language", ["en", "es", "vi"])
def test_the_language_is_chosen_at_the_sign_in_and_between_its_steps(client, language):
    client.post("/language/setlang/", {"language": language, "next": "/account/login/"})
    page = sign_in(client, with_an_app(staff()))

    assert f'<html lang="{language}">' in page.content.decode()


def test_between_the_steps_one_may_turn_back(client):
    sign_in(client, with_an_app(staff()))

    assert path(client.post(reverse("account_logout"), {"next": "/account/login/"}, follow=True)) == "/account/login/"
    assert client.get(reverse("mfa_authenticate")).url == "/account/login/"


def test_the_administration_has_no_sign_in_of_its_own(client):
    user = User.objects.create_user("lan", password=PASSWORD)
    assert client.post("/admin/login/", {"username": "lan", "password": PASSWORD}).url.startswith("/account/login/")
    client.force_login(user)
    assert client.post("/admin/login/", {"username": "lan", "password": PASSWORD}).status_code == 403


def said_in_english_only():
    """What the sign-in library says and nobody has put into Vietnamese, in its words."""
    path = Path(allauth.__file__).parent / "locale" / "es" / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        keys = gettext.GNUTranslations(file)._catalog
    texts = {key[0] if isinstance(key, tuple) else key for key in keys}
    with translation.override("vi"):
        # What is one word may be a name.
        return {text for text in texts if " " in text and translation.gettext(text) == text}


def test_no_page_of_the_second_step_speaks_the_librarys_english(client):
    user = with_an_app(staff())
    RecoveryCodes.activate(user)
    pages = [sign_in(client, user), client.post(reverse("mfa_authenticate"), {"code": "000000"})]
    pages.append(client.post(reverse("mfa_authenticate"), {"code": code()}, follow=True))
    client.post(reverse("mfa_trust"))
    asked = ["mfa_index", "account_reauthenticate", "mfa_reauthenticate", "account_change_password"]
    pages += [client.get(reverse(name)) for name in asked]
    pages.append(client.post(reverse("account_reauthenticate"), {"password": "x"}))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    asked = ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes", "mfa_list_webauthn"]
    pages += [client.get(reverse(name)) for name in asked]
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Khóa", "credential": {}})
    pages += [client.get(reverse(name, args=[key.pk])) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")]
    pages.append(client.post(reverse("mfa_deactivate_totp"), follow=True))
    pages.append(client.get(reverse("mfa_activate_totp")))
    pages.append(client.post(reverse("mfa_activate_totp"), {"code": "000000"}))

    english = said_in_english_only()
    texts = {page.request["PATH_INFO"]: page.content.decode() for page in pages}
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert len(english) > 100
    assert {(address, text) for address, page in texts.items() for text in english if text in page} == set()


# --- A lost phone ---------------------------------------------------------------------------------------


def test_a_second_administrator_takes_the_step_away_and_it_is_recorded(client, settings):
    settings.TWO_STEPS_REQUIRED = False
    lost = with_an_app(staff("mat"))
    RecoveryCodes.activate(lost)
    admin = staff()
    client.force_login(admin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    url = reverse("admin:assignments_user_two_steps", args=[lost.pk])
    assert url in client.get(reverse("admin:assignments_user_change", args=[lost.pk])).content.decode()

    assert client.get(url).status_code == 200
    assert Authenticator.objects.count() == 2
    client.post(url)

    assert not Authenticator.objects.exists()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (admin, str(lost.pk), "Second step taken away")
    record = lost.history.first()
    assert (record.history_user, record.history_change_reason) == (admin, "Second step taken away")
    settings.TWO_STEPS_REQUIRED = True
    assert path(sign_in(Client(), lost)) == SET_UP


@pytest.mark.parametrize("who", ["oneself", "out of reach"])
def test_nobody_takes_away_the_own_step_or_one_beyond_the_own_reach(client, settings, who):
    settings.TWO_STEPS_REQUIRED = False
    admin = staff()
    if who == "out of reach":
        User.objects.filter(pk=admin.pk).update(is_superuser=False)
    about = admin if who == "oneself" else staff("mat")
    with_an_app(about)
    client.force_login(admin)

    assert client.post(reverse("admin:assignments_user_two_steps", args=[about.pk])).status_code == 403
    assert Authenticator.objects.count() == 1


# --- Passwords ------------------------------------------------------------------------------------------


@pytest.fixture
def given(client, settings):
    """A login whose password an administrator has just set."""
    settings.TWO_STEPS_REQUIRED = False
    client.force_login(staff())
    client.post(
        reverse("admin:assignments_user_add"),
        {"username": "lan", "password1": PASSWORD, "password2": PASSWORD, "grants-TOTAL_FORMS": 0}
        | {"grants-INITIAL_FORMS": 0, "usable_password": "true"},
    )
    client.post(reverse("account_logout"))
    return User.objects.get(username="lan")


def change(client, new, old=PASSWORD, next_="/help/"):
    return client.post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new, "next": next_},
        follow=True,
    )


def test_a_password_that_somebody_else_set_is_changed_at_first_use(client, given):
    assert path(sign_in(client, given)) == reverse("account_change_password")
    assert client.get("/more/").url == "/account/password/?next=%2Fmore%2F"
    assert client.post("/more/").url == "/account/password/?next=%2F"

    assert "password1" in change(client, PASSWORD).context["form"].errors
    given.refresh_from_db()
    assert given.must_change_password
    assert path(change(client, "bốn mùa xuân hạ thu")) == "/help/"
    assert "two_steps_back" not in client.session
    assert client.get("/more/").status_code == 200


def test_a_password_set_anew_by_an_administrator_is_one_as_well_and_the_own_is_not(client, settings):
    settings.TWO_STEPS_REQUIRED = False
    admin, other = staff(), User.objects.create_user("lan", password="x")
    client.force_login(admin)
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

    client.post(reverse("admin:auth_user_password_change", args=[other.pk]), data)
    own = client.post(reverse("admin:auth_user_password_change", args=[admin.pk]), data)

    other.refresh_from_db()
    assert other.must_change_password
    assert other.check_password(PASSWORD)
    assert own.url == reverse("account_change_password")


def test_a_password_has_twelve_characters(client, settings):
    settings.TWO_STEPS_REQUIRED = False
    client.force_login(staff())

    assert "password1" in change(client, "chín mười 1").context["form"].errors
    assert path(change(client, "chín mười 12")) == "/help/"


# --- Sessions of staff ----------------------------------------------------------------------------------


def ended(client):
    return client.get("/help/").status_code == 302


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_a_session_of_staff_ends_after_an_hour_without_use(client, settings, rights):
    settings.TWO_STEPS_REQUIRED = False
    client.force_login(User.objects.create_user("nam", **rights))
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=59)):
        assert not ended(client)
    with time_machine.travel(now + timedelta(minutes=118)):
        assert not ended(client)
    with time_machine.travel(now + timedelta(minutes=179)):
        shown = client.get("/help/?a=1", follow=True)
        assert shown.redirect_chain == [("/account/login/?next=/help/%3Fa%3D1", 302)]
        assert len(shown.context["messages"]) == 1
        assert "_auth_user_id" not in client.session


def test_a_session_of_staff_ends_after_twelve_hours_of_use(client, settings):
    settings.TWO_STEPS_REQUIRED = False
    client.force_login(staff())
    now = timezone.now()
    for hours in range(1, 24):
        with time_machine.travel(now + timedelta(minutes=30 * hours)):
            assert not ended(client), hours
    with time_machine.travel(now + timedelta(hours=12)):
        assert ended(client)


def test_all_others_stay_signed_in_for_two_weeks(client):
    client.force_login(User.objects.create_user("lan"))
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=13)):
        assert not ended(client)
    with time_machine.travel(now + timedelta(days=14, minutes=1)):
        assert ended(client)


def test_that_a_session_is_used_is_written_down_once_a_minute(client, settings, django_assert_num_queries):
    settings.TWO_STEPS_REQUIRED = False
    client.force_login(staff())
    now = time.time()
    with time_machine.travel(now + 59), django_assert_num_queries(4):
        client.get("/account/password/")
    with time_machine.travel(now + 61):
        client.get("/account/password/")
        assert client.session["last_seen"] >= now + 61
        with django_assert_num_queries(4):
            client.get("/account/password/")
