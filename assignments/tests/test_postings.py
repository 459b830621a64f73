"""Where somebody works: moves from a day on, apart from corrections; and what ends when somebody leaves."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.models import Acting, Assignment, Cadre, Posting
from assignments.postings.actions import move
from assignments.tests.cast import agency, assign, cadre, post, small_tree, user
from cadrenet.periods import today

pytestmark = pytest.mark.django_db
LAST, FIRST = date(2022, 11, 14), date(2022, 11, 15)


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def visitor(who):
    client = Client()
    client.force_login(who)
    return client


def office():
    """Somebody of A in a district where the visitor decides, and another agency there."""
    it = small_tree()
    it.a, it.b = agency("A", "Ban Dân vận", at=it.district), agency("B", "Phòng Tư pháp", at=it.district)
    it.who = cadre("P", "Bùi Văn An", agency=it.a)
    it.client = visitor(user("district", at=it.district, level="editor"))
    it.url = reverse("assignments:posting_create", args=[it.who.pk])
    return it


def stored():
    rows = Posting.objects.in_time()
    return list(rows.values_list("cadre__code", "agency__code", "position", "first_day", "last_day"))


def errors(response):
    return [sentence for sentences in response.context["form"].errors.values() for sentence in sentences]


# --- Rows ---------------------------------------------------------------------------------------------------


def test_two_postings_of_a_cadre_share_no_day():
    it = office()
    Posting.objects.update(last_day=LAST)

    Posting(cadre=it.who, agency=it.b, first_day=FIRST).full_clean()
    with pytest.raises(ValidationError, match="on some of these days"):
        Posting(cadre=it.who, agency=it.b, first_day=LAST).full_clean()


@pytest.mark.parametrize(
    "rows",
    [
        [{"first_day": FIRST}],
        [{"last_day": LAST, "position": "Chuyên viên"}],
        [{"first_day": FIRST, "last_day": FIRST}, {"first_day": FIRST, "last_day": FIRST}],
        [{"first_day": FIRST, "last_day": LAST}],
        [{"first_day": FIRST, "last_day": FIRST, "agency": None}],
    ],
    ids=["two without an end", "two since ever", "two from one day", "backwards", "nowhere and as nothing"],
)
def test_what_the_database_refuses_of_postings(rows):
    it = office()

    *before, last = [Posting(**{"cadre": it.who, "agency": it.b, **row}) for row in rows]
    for row in before:
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        last.save()


def test_a_cadre_is_asked_for_a_day_and_costs_one_query_for_many(django_assert_num_queries):
    it = office()
    move(it.who, agency=it.b, position="Phó Trưởng phòng", first_day=FIRST)

    who = Cadre.objects.get()

    assert [who.posting_on(day).agency for day in (LAST, FIRST)] == [it.a, it.b]
    assert (who.agency, who.position) == (it.b, "Phó Trưởng phòng")
    with django_assert_num_queries(1):
        _again = who.agency, who.position, Cadre.agency.fget(Cadre(pk=who.pk))


# --- Moves to another agency --------------------------------------------------------------------------------


def test_a_move_begins_a_posting_and_ends_the_one_before_on_the_day_before():
    it = office()

    response = it.client.post(it.url, {"first_day": "2022-11-15", "agency": it.b.pk, "position": "Phó Trưởng phòng"})

    assert (response.status_code, response.url) == (302, it.who.get_absolute_url())
    assert stored() == [("P", "A", "", None, LAST), ("P", "B", "Phó Trưởng phòng", FIRST, None)]
    assert sorted(Posting.history.values_list("history_type", flat=True)) == ["+", "+", "~"]


def test_another_position_at_the_same_agency_is_a_move_too():
    it = office()

    move(it.who, agency=it.a, position="Trưởng phòng", first_day=FIRST)

    assert stored() == [("P", "A", "", None, LAST), ("P", "A", "Trưởng phòng", FIRST, None)]


@pytest.mark.parametrize(
    "asked, told",
    [
        ({"first_day": "2022-11-15"}, "Say at which agency, or in which position."),
        ({"agency": "B"}, "This field is required."),
        ({"first_day": "2022-11-15", "agency": "A"}, "That is where the cadre works already, in the same position."),
        (
            {"first_day": "2022-11-15", "agency": "F"},
            "Select a valid choice. That choice is not one of the available choices.",
        ),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_in_words(asked, told):
    it = office()
    agencies = {"A": it.a.pk, "B": it.b.pk, "F": agency("F").pk}
    asked = asked | {"agency": agencies.get(asked.get("agency"), "")}

    response = it.client.post(it.url, asked)

    assert errors(response) == [told]
    assert stored() == [("P", "A", "", None, None)]


def test_a_move_sent_twice_or_before_a_later_one_is_refused():
    it = office()
    asked = {"first_day": "2022-11-15", "agency": it.b.pk}
    it.client.post(it.url, asked)

    again = it.client.post(it.url, asked)

    assert errors(again) == [
        "A posting that begins on that day or later is recorded already. Correct that one, or choose a later day."
    ]
    assert len(stored()) == 2


def test_only_who_decides_where_the_cadre_works_moves_and_corrects():
    it = office()
    row = Posting.objects.get()
    urls = [it.url, reverse("assignments:posting_edit", args=[row.pk])]
    clients = {
        "district": it.client,
        "commune": visitor(user("commune", at=it.an, level="editor")),
        "viewer": visitor(user("viewer", at=it.district)),
        "head": visitor(user("head", of=it.a)),
    }
    assign(it.who, it.an1)

    codes = {name: [client.get(url).status_code for url in urls] for name, client in clients.items()}

    assert codes == {"district": [200, 200], "commune": [404, 404], "viewer": [404, 404], "head": [404, 404]}
    page = it.client.get(it.who.get_absolute_url()).content.decode()
    assert all(url in page for url in urls)
    assert not any(url in clients["viewer"].get(it.who.get_absolute_url()).content.decode() for url in urls)


def test_the_page_of_a_cadre_tells_the_days():
    it = office()
    move(it.who, agency=it.b, position="Phó Trưởng phòng", first_day=FIRST)

    page = " ".join(it.client.get(it.who.get_absolute_url()).content.decode().split())

    assert "until 14 Nov 2022" in page
    assert "Phó Trưởng phòng · from 15 Nov 2022" in page


# --- Was recorded wrongly -----------------------------------------------------------------------------------


def test_a_correction_changes_the_row_of_all_its_days():
    it = office()
    row = Posting.objects.get()
    url = reverse("assignments:posting_edit", args=[row.pk])

    it.client.post(url, {"agency": it.b.pk, "position": "Chuyên viên", "first_day": "2020-01-01", "last_day": ""})

    assert stored() == [("P", "B", "Chuyên viên", date(2020, 1, 1), None)]


def test_a_correction_that_meets_another_posting_is_refused_in_words():
    it = office()
    made = move(it.who, agency=it.b, position="", first_day=FIRST)

    response = it.client.post(
        reverse("assignments:posting_edit", args=[made.pk]), {"agency": it.b.pk, "first_day": "2022-11-01"}
    )

    assert errors(response) == [
        "This cadre already has a posting on some of these days. End or correct that one first."
    ]
    assert len(stored()) == 2


# --- Has left -----------------------------------------------------------------------------------------------


def test_leaving_ends_where_somebody_works_and_takes_back_what_has_not_begun():
    it = office()
    Posting.objects.update(last_day=today() + timedelta(days=10))
    post(it.who, it.b, first_day=today() + timedelta(days=11))
    url = reverse("assignments:cadre_leave", args=[it.who.pk])

    it.client.post(url, {"last_day": today().isoformat(), "end_reason": "retired"})

    assert stored() == [("P", "A", "", None, today())]


def test_whoever_has_left_and_still_holds_something_is_listed_told_and_ended_in_one_step():
    it = office()
    gone = today() - timedelta(days=20)
    assign(it.who, it.an1)
    # It went on after the last day, and has ended since.
    assign(it.who, it.an2, last_day=today() - timedelta(days=5))
    absent = cadre("Q", agency=it.a)
    Acting.objects.create(cadre=it.who, absent=absent, first_day=gone, last_day=today() + timedelta(days=9))
    Cadre.objects.filter(pk=it.who.pk).update(left_on=gone)
    url = reverse("assignments:cadre_leave", args=[it.who.pk])

    def listed():
        rows = it.client.get(reverse("assignments:cadres"), {"still_holding": "on"}).context["rows"]
        return [row.cadre.code for row in rows]

    assert listed() == ["P"]
    assert "and still holds something after that day" in it.client.get(it.who.get_absolute_url()).content.decode()
    first = it.client.post(url, {"last_day": gone.isoformat(), "end_reason": "retired"})
    sure = {"seen": first.context["form"].shown_digest, "why": "Nghỉ hưu"} if first.status_code == 200 else {}
    it.client.post(url, {"last_day": gone.isoformat(), "end_reason": "retired", **sure})

    assert set(Assignment.objects.values_list("last_day", flat=True)) == {gone}
    assert (stored()[0], Acting.objects.get().last_day) == (("P", "A", "", None, gone), gone)
    assert listed() == []
    assert "still holds" not in it.client.get(it.who.get_absolute_url()).content.decode()


def admin_of(page, *args, model="cadre"):
    return reverse(f"admin:assignments_{model}_{page}", args=args)


def form_of(who, *rows, **more):
    """The form of a cadre in the administration with these postings; stored ones come first."""
    stored = list(who.postings.in_time())
    data = {"full_name": who.full_name, "code": who.code, "party_member": "on", **more}
    data |= {"assignments-TOTAL_FORMS": 0, "assignments-INITIAL_FORMS": 0}
    data |= {"postings-TOTAL_FORMS": len(rows), "postings-INITIAL_FORMS": len(stored)}
    for index, row in enumerate(rows):
        known = {"id": stored[index].pk} if index < len(stored) else {}
        for name, value in ({"cadre": who.pk} | known | row).items():
            data[f"postings-{index}-{name}"] = value
    return data


@pytest.fixture
def root(client):
    client.force_login(user("root", is_staff=True, is_superuser=True))
    return client


def test_saving_a_past_last_day_in_the_administration_leads_to_the_page_that_ends_the_rest(root):
    it = office()
    gone = today() - timedelta(days=20)

    answer = root.post(
        admin_of("change", it.who.pk), form_of(it.who, {"agency": it.a.pk}, left_on=f"{gone:%d/%m/%Y}"), follow=True
    )

    assert answer.redirect_chain[-1][0] == reverse("assignments:cadre_leave", args=[it.who.pk])
    assert answer.context["form"].initial["last_day"] == gone
    assert "Bùi Văn An has left, and still holds something." in answer.content.decode()


def test_the_administration_tells_moves_from_corrections(root):
    it = office()

    page = root.get(admin_of("change", it.who.pk)).content.decode()
    root.post(
        admin_of("change", it.who.pk),
        form_of(
            it.who, {"agency": it.a.pk, "last_day": "14/11/2022"}, {"agency": it.b.pk, "first_day": "15/11/2022"}
        ),
    )

    assert it.url in page
    assert stored() == [("P", "A", "", None, LAST), ("P", "B", "", FIRST, None)]


def test_the_administration_refuses_postings_that_share_days(root):
    it = office()

    answer = root.post(
        admin_of("change", it.who.pk),
        form_of(it.who, {"agency": it.a.pk}, {"agency": it.b.pk, "first_day": "15/11/2022"}),
    )

    formset = next(
        each.formset for each in answer.context["inline_admin_formsets"] if each.formset.prefix == "postings"
    )
    assert formset.non_form_errors() == ["Two of these postings hold on some of the same days."]
    assert stored() == [("P", "A", "", None, None)]


def test_an_editor_moves_nobody_out_of_reach_in_the_administration(client):
    it = office()
    foreign = agency("F", at=None)
    made = user("clerk", at=it.district, level="editor", is_staff=True)
    made.user_permissions.set(Permission.objects.all())
    client.force_login(made)

    answer = client.post(admin_of("change", it.who.pk), form_of(it.who, {"agency": foreign.pk}))

    assert answer.status_code == 200
    assert stored() == [("P", "A", "", None, None)]


def exported(client, model):
    return b"".join(client.get(admin_of("export", model=model)).streaming_content)


def import_(client, model, data):
    preview = client.post(admin_of("import", model=model), {"file": SimpleUploadedFile("table.csv", data)})
    if preview.context["row_errors"]:
        return [sentence for _line, told in preview.context["row_errors"] for sentence in map(str, told)]
    answer = client.post(
        admin_of("import_confirm", model=model), preview.context["confirm_form"].initial, follow=True
    )
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("model, number", [("posting", 3), ("cadre", 2)])
def test_what_the_administration_exported_is_imported_without_a_change(root, model, number):
    it = office()
    move(it.who, agency=it.b, position="Phó Trưởng phòng", first_day=FIRST)
    cadre("Q", agency=it.a)
    before = stored()

    told = import_(root, model, exported(root, model))

    assert told == [f"Imported: 0 new, 0 changed, {number} unchanged."]
    assert stored() == before


def test_a_move_is_imported_in_the_administration_with_both_of_its_rows(root):
    office()
    header = "cadre_code,agency_code,position,first_day,last_day"

    alone = import_(root, "posting", f"{header}\nP,B,,15/11/2022,\n".encode())
    both = import_(root, "posting", f"{header}\nP,B,,15/11/2022,\nP,A,,,14/11/2022\n".encode())

    assert alone == ["This cadre already has a posting on some of these days. End or correct that one first."]
    assert both == ["Imported: 1 new, 1 changed, 0 unchanged."]
    assert stored() == [("P", "A", "", None, LAST), ("P", "B", "", FIRST, None)]


def test_a_row_of_cadres_corrects_whoever_never_moved_and_nobody_else(root):
    it = office()
    header = "code,full_name,agency_code,position"

    corrected = import_(root, "cadre", f"{header}\nP,Bùi Văn An,B,Chuyên viên\nN,Lê Dung,A,\n".encode())
    move(it.who, agency=it.a, position="", first_day=FIRST)
    refused = import_(root, "cadre", f"{header}\nP,Bùi Văn An,A,Trưởng phòng\n".encode())

    assert corrected == ["Imported: 1 new, 1 changed, 0 unchanged."]
    assert len(refused) == 1
    assert refused[0].startswith("Where this cadre works is recorded with days, and nowhere as this row says it.")
    assert stored() == [
        ("P", "B", "Chuyên viên", None, LAST),
        ("P", "A", "", FIRST, None),
        ("N", "A", "", None, None),
    ]
