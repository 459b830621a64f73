"""A key of a device at sign-in, which only a browser can show, under the site's own content policy."""

import pytest
from allauth.mfa.models import Authenticator

from assignments.models import User

PASSWORD = "ba con trâu đi học"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.django_db(transaction=True)
def test_a_key_is_added_and_asked_for_at_the_next_sign_in(page, live_server, settings, assert_usable):
    settings.TWO_STEPS_REQUIRED = True
    User.objects.create_superuser("nam", password=PASSWORD)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def sign_in():
        page.goto(f"{live_server.url}/account/login/?next=/help/")
        page.fill("#id_login", "nam")
        page.fill("#id_password", PASSWORD)
        page.click("main button.btn-primary")

    sign_in()
    page.wait_for_url("**/account/two-steps/**")
    page.click("a[href='/account/two-steps/webauthn/add/']")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.click("#add_key")
    page.wait_for_url("**/recovery-codes/")
    page.click("main a.btn-primary")
    page.wait_for_url(f"{live_server.url}/help/")
    for address in ("", "webauthn/", "webauthn/add/", "totp/activate/", "recovery-codes/generate/"):
        assert_usable(page, f"{live_server.url}/account/two-steps/{address}")
    page.context.clear_cookies()

    sign_in()
    page.click("#use_key")
    page.click("main button.btn-primary")
    page.wait_for_url(f"{live_server.url}/help/")
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"webauthn", "recovery_codes"}
