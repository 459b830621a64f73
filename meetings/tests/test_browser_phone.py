"""An evening without a network in a real browser: noted on the phone, sent later, stored once, and never mixed up."""

import pytest

from assignments.tests.cast import at, cadre
from cadrenet.periods import today
from meetings.models import Attendance, Meeting, SentEntry
from meetings.phone import views
from meetings.rosters import keep_rosters
from meetings.tests.evening import evening

pytestmark = pytest.mark.django_db(transaction=True)
UNSENT = ".cn-unsent"
PRESENT = ".cn-two button[value=present]"
# All that a phone holds, as its own scripts store it.
HELD = """async () => new Promise((done) => {
  const request = indexedDB.open("cadrenet", 1);
  request.onsuccess = () => {
    const database = request.result;
    const asked = database.transaction(["entries"]).objectStore("entries").getAll();
    asked.onsuccess = () => { database.close(); done(asked.result); };
  };
})"""


def tonight(cast, minute=1):
    made = Meeting.objects.create(kind="cell", locality=cast.tree.an1, starts_at=at(today(), 0, minute))
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    return made


def until(page, script):
    """Wait for something that a page tells by a promise, which the browser's own waiting takes for an answer."""
    for _time in range(150):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(script)


def ready(page, address):
    """Open a page, and wait until the worker rules it and the next meetings are kept."""
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    until(
        page,
        """() => new Promise((done) => {
          const request = indexedDB.open("cadrenet", 1);
          request.onsuccess = () => {
            const database = request.result;
            const asked = database.transaction("kept").objectStore("kept").get("shell");
            asked.onsuccess = () => { database.close(); done(Boolean(asked.result)); };
          };
        })""",
    )


def offline_errors(errors):
    """What the browser says of a network that is not there, and nothing else; forgotten once looked at."""
    other = [error for error in errors if "ERR_INTERNET_DISCONNECTED" not in error]
    errors.clear()
    return other


def unsent(page):
    return [(entry["meeting"], entry["status"], entry["state"]) for entry in page.evaluate(HELD)]


def test_noted_without_a_network_reloaded_sent_later_and_replayed_it_is_one_row(
    page, live_server, signed_in, assert_accessible, screenshot, page_errors
):
    cast = evening()
    made = tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)

    page.context.set_offline(True)
    page.locator(PRESENT).click()
    page.locator("[data-state=here]:visible").wait_for()
    assert page.locator(UNSENT).inner_text() == "1"
    screenshot(page, "phone-here")
    page.reload()
    page.locator("#phone-page:visible").wait_for()
    page.locator("[data-entries] [data-state=here]:visible").wait_for()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    screenshot(page, "phone-shell")
    assert Attendance.objects.get().status == "unrecorded"
    (waiting,) = page.evaluate(HELD)

    page.context.set_offline(False)
    page.locator("[data-entries] [data-state=received]:visible").wait_for()
    assert offline_errors(page_errors) == []
    assert_accessible(page)
    screenshot(page, "phone-received")
    # The same once more, as after an answer that got lost on the way; twice.
    for _time in range(2):
        page.evaluate(
            """async (entry) => {
              const state = await (await fetch("/phone/state/")).json();
              const headers = { "Content-Type": "application/json", "X-CSRFToken": state.token };
              await fetch("/phone/entries/", { method: "POST", headers, body: JSON.stringify({ entries: [entry] }) });
            }""",
            waiting,
        )

    assert Attendance.objects.values_list("status").get() == ("present",)
    assert Meeting.objects.get(pk=made.pk).status == "held"
    assert SentEntry.objects.count() == 1
    assert Attendance.history.filter(status="present").count() == 1


def test_two_tabs_send_what_waits_once(page, live_server, signed_in, page_errors):
    cast = evening()
    tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)
    other = page.context.new_page()
    ready(other, live_server.url)
    posts = []
    page.context.on("request", lambda request: request.method == "POST" and posts.append(request.url))

    page.context.set_offline(True)
    page.locator(PRESENT).click()
    page.locator("[data-state=here]:visible").wait_for()
    other.locator(UNSENT).wait_for()
    assert offline_errors(page_errors) == []
    page.context.set_offline(False)
    for tab in (page, other):
        tab.evaluate("dispatchEvent(new Event('online'))")
    for tab in (page, other):
        tab.locator(UNSENT).wait_for(state="hidden")

    offline_errors(page_errors)
    assert [url.rpartition("/phone/")[2] for url in posts if "/phone/" in url] == ["entries/"]
    assert SentEntry.objects.count() == 1


def test_whoever_signs_in_next_neither_sends_nor_sees_what_waits(page, live_server, signed_in, page_errors):
    cast = evening()
    cast.dung.user = cast.nobody
    cast.dung.save()
    made = tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)
    page.context.set_offline(True)
    page.locator(PRESENT).click()
    page.locator("[data-state=here]:visible").wait_for()
    offline_errors(page_errors)

    signed_in(page, cast.nobody)
    page.context.set_offline(False)
    ready(page, live_server.url)
    page.wait_for_timeout(500)
    seen = page.locator(UNSENT).is_visible()
    page.goto(f"{live_server.url}/offline/")
    page.locator("[data-none]:visible").wait_for()
    shown = page.locator("#phone-page").inner_text()
    held = unsent(page)
    status = Attendance.objects.get(cadre=cast.chau).status

    signed_in(page, cast.signed)
    page.goto(live_server.url)
    page.wait_for_function("() => document.querySelector('.cn-unsent').hidden")
    page.goto(f"{live_server.url}/offline/")
    page.locator("[data-entries] [data-state=received]:visible").wait_for()
    offline_errors(page_errors)

    assert (seen, "Khu phố 1" in shown, status) == (False, False, "unrecorded")
    assert held == [(made.pk, "present", "here")]
    assert Attendance.objects.get(cadre=cast.chau).status == "present"
    assert SentEntry.objects.get().user == cast.signed


def test_signing_out_with_two_unsent_asks_first_and_then_empties_the_phone(
    page, live_server, signed_in, assert_accessible, screenshot, page_errors
):
    cast = evening()
    tonight(cast)
    tonight(cast, minute=2)
    signed_in(page, cast.signed)
    ready(page, live_server.url)
    page.route("**/phone/entries/", lambda route: route.abort())
    for number in range(2):
        page.locator(PRESENT).nth(number).click()
        page.wait_for_function(
            f"() => document.querySelector('.cn-unsent [data-count]').textContent === '{number + 1}'"
        )
    page_errors.clear()

    page.locator("[data-menu] summary").click()
    page.locator("[data-sign-out] button").click()
    page.wait_for_url("**/account/logout/")
    page.locator("[data-unsent]:visible").wait_for()
    assert page.locator("[data-unsent] [data-number]").inner_text() == "2"
    page_errors.clear()
    assert_accessible(page)
    screenshot(page, "phone-sign-out")
    page.locator("main .cn-actions a[data-if-unsent]").click()
    page.wait_for_url(live_server.url + "/")
    stayed = unsent(page)
    page.goto(f"{live_server.url}/account/logout/")
    page.locator("[data-unsent]:visible").wait_for()
    page.locator("main form[data-sign-out] button[data-if-unsent]").click()
    page.wait_for_url("**/account/login/**")
    page_errors.clear()

    databases = page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))")
    left = page.evaluate(HELD) if "cadrenet" in databases else []
    caches = page.evaluate("caches.keys()")
    assert len(stayed) == 2
    assert (left, caches) == ([], [])
    assert set(Attendance.objects.values_list("status", flat=True)) == {"unrecorded"}


def test_what_the_server_does_not_take_says_why_and_can_be_recorded_all_the_same_or_deleted(
    page, live_server, signed_in, assert_accessible, page_errors
):
    cast = evening()
    made = tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)
    page.context.set_offline(True)
    page.locator(PRESENT).click()
    page.locator("[data-state=here]:visible").wait_for()
    offline_errors(page_errors)
    Attendance.objects.update(status="absent", reason="personal")
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/offline/")

    page.locator("[data-entries] [data-state=stuck]:visible").wait_for()
    assert_accessible(page)
    why = page.locator("[data-why]").inner_text()
    page.locator("button[value=copy]").click()
    page.locator("textarea[data-text]:visible").wait_for()
    copied = page.locator("textarea[data-text]").input_value()
    page.locator("button[value=again]").click()
    page.locator("[data-entries] [data-state=received]:visible").wait_for()
    page.wait_for_function("() => document.querySelectorAll('[data-entries] li').length === 1")
    offline_errors(page_errors)

    assert why != ""
    assert copied != ""
    assert Attendance.objects.get(meeting=made).status == "present"


def test_an_answer_that_got_lost_after_it_was_stored_is_found_again(page, live_server, signed_in, page_errors):
    cast = evening()
    tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/phone/entries/", lose)
    with page.expect_event("requestfailed"):
        page.locator(PRESENT).click()
    page.locator("[data-state=here]:visible").wait_for()
    stored = Attendance.objects.get().status
    page.unroute("**/phone/entries/")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator(UNSENT).wait_for(state="hidden")
    page_errors.clear()

    assert stored == "present"
    assert [entry["answer"] for entry in page.evaluate(HELD)] == ["duplicate"]
    assert SentEntry.objects.count() == 1


def test_a_session_that_is_over_keeps_the_tap_until_the_sign_in(page, live_server, signed_in, page_errors):
    cast = evening()
    tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)
    page.context.clear_cookies(name="sessionid")

    page.locator(PRESENT).click()
    page.locator("[data-state=signed-out]:visible").wait_for()
    assert page_errors == [f"401 {live_server.url}/phone/state/"]
    page_errors.clear()
    signed_in(page, cast.signed)
    page.goto(live_server.url)
    page.wait_for_function("() => document.querySelector('.cn-unsent').hidden")
    page.goto(f"{live_server.url}/offline/")
    page.locator("[data-entries] [data-state=received]:visible").wait_for()

    assert Attendance.objects.get().status == "present"


def test_a_form_half_filled_outlives_the_session(page, live_server, signed_in, assert_accessible, page_errors):
    cast = evening()
    signed_in(page, cast.recorder)
    address = f"{live_server.url}/issues/new/?within=AN-1"
    ready(page, address)
    page.locator("[name=summary]").fill("Đường vào tổ số 6 ngập khi triều cường")
    page.wait_for_timeout(700)
    page.context.clear_cookies(name="sessionid")
    page.locator("main form button[type=submit]").first.click()
    page.locator("#id_password").wait_for()
    page_errors.clear()
    signed_in(page, cast.recorder)
    page.goto(address)

    page.locator("[data-bring]").wait_for()
    assert_accessible(page)
    page.locator("[data-bring]").click()
    page.locator("[data-bring]").wait_for(state="detached")
    assert page.locator("[name=summary]").input_value() == "Đường vào tổ số 6 ngập khi triều cường"
    signed_in(page, cast.office)
    page.goto(address)
    page.locator("[name=summary]").wait_for()
    page.wait_for_timeout(500)

    assert page.locator("[data-bring]").count() == 0


def test_a_new_worker_waits_until_no_form_is_half_filled(page, live_server, signed_in, monkeypatch):
    cast = evening()
    signed_in(page, cast.recorder)
    address = f"{live_server.url}/issues/new/?within=AN-1"
    ready(page, address)
    page.locator("[name=summary]").fill("Đường ngập")
    script = views.worker_script()
    monkeypatch.setattr(views, "worker_script", lambda: script.replace('VERSION = "', 'VERSION = "new'))

    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => true)")
    waits = "() => navigator.serviceWorker.getRegistration().then((found) => %s)"
    until(page, waits % "Boolean(found.waiting)")
    page.wait_for_timeout(300)
    waiting = page.evaluate(waits % "Boolean(found.waiting)")
    typed = page.locator("[name=summary]").input_value()
    page.goto(live_server.url + "/help/")
    until(page, "() => caches.keys().then((names) => names.length === 1)")

    assert (waiting, typed) == (True, "Đường ngập")
    assert [name.startswith("cadrenet-new") for name in page.evaluate("caches.keys()")] == [True]


def test_a_browser_without_a_worker_uses_the_plain_form(page, live_server, signed_in):
    cast = evening()
    made = tonight(cast)
    signed_in(page, cast.signed)
    page.add_init_script("delete Navigator.prototype.serviceWorker")

    page.goto(live_server.url)
    page.locator(PRESENT).click()
    page.wait_for_url(f"**/today/{made.pk}/")

    assert Attendance.objects.get().status == "present"
    assert SentEntry.objects.count() == 0
    page.goto(f"{live_server.url}/offline/")
    page.locator("#phone-unable:visible").wait_for()


def test_the_shell_records_without_a_network_and_a_reason_may_follow(page, live_server, signed_in, page_errors):
    cast = evening()
    made = tonight(cast)
    signed_in(page, cast.signed)
    ready(page, live_server.url)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/meetings/")
    page.locator("[data-meetings] button[value=absent]").click()
    page.locator("[data-reason]:visible select").select_option("duty_trip")
    page.locator("button[value=reason]").click()
    page.wait_for_function("() => document.querySelectorAll('[data-entries] li').length === 1")
    offline_errors(page_errors)
    page.context.set_offline(False)
    page.locator("[data-entries] [data-state=received]:visible").wait_for()
    offline_errors(page_errors)

    assert Attendance.objects.values_list("meeting", "status", "reason").get() == (made.pk, "absent", "duty_trip")


def test_somebody_elses_name_is_not_among_what_the_phone_holds(page, live_server, signed_in):
    cast = evening()
    cadre("P9", "Võ Người Khác")
    made = Meeting.objects.create(kind="commune_committee", locality=cast.tree.an, starts_at=at(today(), 0, 1))
    keep_rosters(Meeting.objects.filter(pk=made.pk))
    signed_in(page, cast.signed)
    ready(page, live_server.url)

    held = page.evaluate(
        """async () => {
          const texts = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              if (!request.url.includes("/static/")) texts.push(await (await cache.match(request)).text());
            }
          }
          return texts.join();
        }"""
    )

    assert [name for name in ("Bình", "Châu", "Dung", "csrfmiddlewaretoken") if name in held] == []
