"""The browser that other tests use is as strict as it says."""

import pytest


@pytest.fixture
def sign_in_page(page, live_server):
    page.goto(f"{live_server.url}/account/login/")
    return page


def test_the_sign_in_page_is_accessible_and_without_errors(sign_in_page, assert_accessible):
    assert_accessible(sign_in_page)


def test_a_breach_of_the_content_policy_is_an_error(sign_in_page, page_errors):
    sign_in_page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    sign_in_page.evaluate("1")

    (error,) = page_errors
    assert "violates the following Content Security Policy directive 'script-src 'self''" in error
    page_errors.clear()


def test_a_page_that_is_not_found_is_an_error(page, live_server, page_errors):
    page.goto(f"{live_server.url}/static/nothing.css")

    assert page_errors == [f"404 {live_server.url}/static/nothing.css"]
    page_errors.clear()


def test_a_picture_without_a_text_is_not_accessible(sign_in_page, assert_accessible):
    sign_in_page.evaluate("document.querySelector('main').append(new Image())")

    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(sign_in_page)


@pytest.mark.both_databases
def test_a_browser_may_ask_for_many_things_at_once(sign_in_page):
    statuses = sign_in_page.evaluate(
        "() => Promise.all([...Array(20)].map(() => fetch('/health/').then(answer => answer.status)))"
    )

    assert statuses == [200] * 20


def test_a_signed_in_page_belongs_to_that_login(page, signed_in, live_server, django_user_model):
    lan = django_user_model.objects.create(username="lan")

    answer = signed_in(page, lan).goto(f"{live_server.url}/account/password/")

    assert answer.url == f"{live_server.url}/account/password/"
