"""Wherever a name leads to a row, marks may be left out, and those that were typed must agree."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Agency, Cadre, DecisionLine, Place
from assignments.tests.cast import agency, assign, at, cadre, locality, small_tree, user
from assignments.tests.test_page_decisions import FIRST, office, official, paste
from cadrenet.vietnamese import marks_agree
from meetings.models import Meeting
from reports.tests.visits import visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


NAMES = [
    "Lê Thị Hà",
    "Lê Thị Hạ",
    "Lê Thị Hạnh",
    "Đỗ Văn Hoà",
    "Đỗ Văn Hòa",
    "Do Van Hoa",
    "Trần Huyền Trân",
    "Nguyễn Quới",
]
TYPED = [
    "Hạ",
    "ha",
    "Thị Hà",
    "lê thi hạ",
    "HOÀ",
    "hòa",
    "Hoa",
    "Trân",
    "tran",
    "Quối",
    "quới",
    "đỗ",
    "do",
    "ễ",
    "Nguyên",
]


@pytest.mark.parametrize("typed", TYPED)
def test_lists_find_by_the_same_rule_as_python(typed):
    tree = small_tree()
    for number, name in enumerate(NAMES):
        cadre(f"P{number}", name)
        agency(f"A{number}", name)
        locality(f"BI-X{number}", "hamlet", f"Ấp {name}", tree.binh)
    localities_changed()
    expected = {name for name in NAMES if marks_agree(typed, name)}

    assert set(Cadre.objects.named(typed).values_list("full_name", flat=True)) == expected
    assert set(Agency.objects.named(typed).values_list("name", flat=True)) == expected
    places = Place.objects.filter(locality__code__startswith="BI-X").named(typed)
    assert {name.removeprefix("Ấp ") for name in places.values_list("name", flat=True)} == expected


@pytest.mark.parametrize(
    "typed", ["Đỗ [(^.*\\-$)] {2}", "đ'&:=!<>|+?,;~#%@/\"", "Hạ\\", "[Hạ", "Ạ|.", "hạ " * 60, "ắ" * 190]
)
def test_no_sign_means_anything_to_a_database(typed):
    cadre("P", "Lê Thị Hạ")
    cadre("Q", typed)

    assert [who.code for who in Cadre.objects.named(typed)] == ["Q"]


# --- Pasted lines ---------------------------------------------------------------------------------------------------


def pasted(tree, text):
    """What a pasted text becomes: (cadre, place) of each line, or the sentence why not."""
    lines = paste(tree, text, preview="1").context["pasted"].lines
    return [(line.line.cadre.code, line.place.name) if line.line else line.why_not for line in lines]


UNKNOWN = "No cadre whom you may assign has the code or the full name “{}”."
NOWHERE = "No place that you may assign to, in Huyện Mẫu on 1 Jun 2026, is called “{}”."


def test_a_mistyped_mark_assigns_nobody():
    tree = office()
    official(tree, "P", "Lê Thị Hà")

    assert pasted(
        tree, "Lê Thị Hạ;AN-1\nLe Thi Hạ;AN-1\nLê Thị Hà;AN-1\nle thi ha;AN-1\nLÊ THI\u00a0Hà\u200b;AN-1"
    ) == [
        UNKNOWN.format("Lê Thị Hạ"),
        UNKNOWN.format("Le Thi Hạ"),
        ("P", "Khu phố 1"),
        ("P", "Khu phố 1"),
        ("P", "Khu phố 1"),
    ]


def test_a_mistyped_mark_leads_to_no_place():
    tree = office()
    official(tree, "P", "Lê Thị Hà")
    commune = locality("PQ", "commune", "Xã Phước Quới", tree.district)
    locality("PQ-1", "hamlet", "Ấp Hoà Bình", commune)
    localities_changed()
    lines = ["Xã Phước Quối", "Phước Quối", "Ấp Hoá Bình, Xã Phước Quới", "Ấp Hòa Bình, Xã Phước Quối"]
    good = ["Xã Phước Quới", "phuoc quoi", "Ấp Hòa Bình, Xã Phước Quới", "Xã Phuoc Quới › hoà bình"]

    assert pasted(tree, "\n".join(f"P;{name}" for name in lines)) == [NOWHERE.format(name) for name in lines]
    assert pasted(tree, "\n".join(f"P;{name}" for name in good)) == [
        ("P", name) for name in ["Xã Phước Quới", "Xã Phước Quới", "Ấp Hoà Bình", "Ấp Hoà Bình"]
    ]


def test_an_exact_name_beats_one_that_is_only_like_it():
    tree = office()
    for code, name in (("A", "Lê Thị Hoa"), ("B", "Lê Thị Hoà"), ("C", "Lê Thị Hóa")):
        official(tree, code, name)

    assert pasted(tree, "Lê Thị Hoa;AN-1\nLê Thị Hòa;AN-1\nle thi hoa;AN-1") == [
        ("A", "Khu phố 1"),
        ("B", "Khu phố 1"),
        "Which of these: A (Văn phòng), B (Văn phòng), C (Văn phòng).",
    ]


def test_who_typed_some_marks_of_a_word_is_asked():
    """Trân and Trần are two names."""
    tree = office()
    official(tree, "P", "Lê Huyền Trần")
    locality("X", "commune", "Xã Tần", tree.district)
    localities_changed()

    assert pasted(tree, "Lê Huyền Trân;AN-1\nP;Xã Tân") == [
        "Which of these: P (Lê Huyền Trần).",
        "Which of these: X (Huyện Mẫu › Xã Tần).",
    ]


def test_marks_of_an_agency_agree_too_and_those_of_a_name_beside_a_code():
    tree = office()
    official(tree, "P", "Lê Thị Hà", home=agency("TT", "Hội Nông dân", at=tree.district))
    header = "Mã cán bộ;Họ tên;Mã địa bàn;Địa bàn\n"

    assert pasted(tree, "Lê Thị Hà;Hội Nông dấn;AN-1\nLê Thị Hà;hoi nong dan;AN-1\nLê Thị Hà (tt);AN-1") == [
        "No cadre whom you may assign is called “Lê Thị Hà” at “Hội Nông dấn”.",
        ("P", "Khu phố 1"),
        ("P", "Khu phố 1"),
    ]
    assert pasted(tree, f"{header}P;Lê Thị Hạ;AN-1;\nP;Lê Thị Hà;AN-1;Khu phổ 1\nP;Le thi Hà;AN-1;khu phố 1") == [
        "The code P belongs to Lê Thị Hà, not to “Lê Thị Hạ”.",
        "The code AN-1 belongs to Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1, not to “Khu phổ 1”.",
        ("P", "Khu phố 1"),
    ]


def test_a_letter_that_looks_like_ours_is_named_in_its_line():
    tree = office()
    official(tree, "P00198А".replace("А", "A"), "Lê Thị Hà")

    assert pasted(tree, "P00198А;AN-1\nLê Thị Hà;АN-1\nLê Thị Hà;AN-1") == [
        "“P00198А”: letter 7, “А”, is Cyrillic and only looks like ours. Type it again.",
        "“АN-1”: letter 1, “А”, is Cyrillic and only looks like ours. Type it again.",
        ("P00198A", "Khu phố 1"),
    ]


def test_a_code_that_lost_its_zeros_is_asked_about():
    tree = office()
    official(tree, "00123", "Lê Thị Hà")
    locality("00984", "commune", "Xã Số", tree.district)
    localities_changed()

    assert pasted(tree, "123;AN-1\n00123;984\n00123;00984") == [
        "“123” is not known. Is “00123” meant?",
        "“984” is not known. Is “00984” meant?",
        ("00123", "Xã Số"),
    ]


# --- Found while one types ------------------------------------------------------------------------------------------


def offered(client, kind, text):
    url = reverse(f"assignments:{kind}_choices")
    matches = client.get(url, {kind: text, "first_day": FIRST.isoformat()}).context["matches"]
    return [(option["label"], option["chosen"]) for option in matches["options"]], str(matches["nothing"])


def test_what_is_offered_while_one_types_agrees_in_its_marks():
    tree = small_tree()
    client = visitor(user("u", at=tree.district, level="editor"))
    for code, name in (("A", "Lê Thị Hà"), ("B", "Lê Thị Hàng"), ("C", "Lê Huyền Trần")):
        cadre(code, name, agency=agency(f"A{code}", at=tree.district))
    nobody = "No cadre whom you may assign is called that."

    assert offered(client, "cadre", "Thị Hạ") == ([], nobody)
    assert offered(client, "cadre", "thi ha") == ([("Lê Thị Hà", False), ("Lê Thị Hàng", False)], "")
    # In full, it beats every other, and stands first.
    assert offered(client, "cadre", "Lê Thị Hà") == ([("Lê Thị Hà", True), ("Lê Thị Hàng", False)], "")
    assert offered(client, "cadre", "le huyen tran") == ([("Lê Huyền Trần", True)], "")
    # Some marks of a word: offered, and not chosen.
    assert offered(client, "cadre", "Lê Huyền Trân") == ([("Lê Huyền Trần", False)], "")
    assert offered(client, "cadre", "Lê Thị Hа") == (
        [],
        "“Hа”: letter 2, “а”, is Cyrillic and only looks like ours. Type it again.",
    )
    assert offered(client, "locality", "Xã Bĩnh") == (
        [],
        "No locality that exists on the first day, and that you may assign to, is called that.",
    )
    assert offered(client, "locality", "xã bình\u200b") == ([("Xã Bình", True)], "")


def test_a_code_that_lost_its_zeros_is_offered_and_not_chosen():
    tree = small_tree()
    locality("00984", "commune", "Xã Số", tree.district)
    localities_changed()
    cadre("00123", "Lê Thị Hà", agency=agency("VP", at=tree.district))
    client = visitor(user("u", at=tree.district, level="editor"))

    assert offered(client, "cadre", "123") == ([("Lê Thị Hà", False)], "")
    assert offered(client, "cadre", "00123") == ([("Lê Thị Hà", True)], "")
    assert offered(client, "locality", "984") == ([("Xã Số", False)], "")


def test_who_is_named_in_full_stands_before_others_that_would_fill_the_list():
    tree = small_tree()
    client = visitor(user("u", at=tree.district, level="editor"))
    home = agency("VP", at=tree.district)
    for number in range(14):
        cadre(f"P{number}", f"Lê Thị Hà A{number:02}", agency=home)
    cadre("Q", "Lê Thị Hà", agency=home)

    options, _nothing = offered(client, "cadre", "lê thị hà")
    results = client.get("/search/", {"q": "lê thị hà"}).context["results"]

    assert options[0] == ("Lê Thị Hà", True)
    assert results[0]["items"][0]["text"] == "Lê Thị Hà"


def test_nobody_is_assigned_by_a_mistyped_mark():
    tree = small_tree()
    client = visitor(user("u", at=tree.district, level="editor"))
    cadre("P", "Lê Thị Hà", agency=agency("VP", at=tree.district))
    asked = {"locality": "AN-1", "role": "in_charge", "first_day": FIRST.isoformat(), "cadre": "Lê Thị Hạ"}

    form = client.post(reverse("assignments:assignment_create"), asked).context["form"]

    assert form.errors["cadre"] == ["No cadre whom you may assign is called that."]


# --- Lists and the administration -----------------------------------------------------------------------------------


def test_every_list_with_a_search_agrees_in_its_marks():
    tree = small_tree()
    home = agency("VP", "Hội Phụ nữ", at=tree.district)
    who = cadre("P", "Lê Thị Hà", agency=home)
    assign(who, tree.binh)
    client = visitor(user("boss", is_superuser=True, is_staff=True))

    def rows(url, text):
        context = client.get(url, {"q": text}).context
        return context["paginator"].count if "paginator" in context else context["cl"].result_count

    right = {"/cadres/": "hà", "/assignments/": "hà", "/agencies/": "phụ nữ", "/admin/assignments/cadre/": "Thị Hà"}
    right |= {"/admin/assignments/posting/": "lê hà", "/admin/assignments/agency/": "nữ hội"}
    right |= {"/admin/assignments/assignment/": "xã bình", "/admin/assignments/locality/": "Xã Bình"}
    wrong = {"/cadres/": "hạ", "/assignments/": "hạ", "/agencies/": "phú nữ", "/admin/assignments/cadre/": "Thị Hạ"}
    wrong |= {"/admin/assignments/posting/": "lê hạ", "/admin/assignments/agency/": "nử hội"}
    wrong |= {"/admin/assignments/assignment/": "xã bĩnh", "/admin/assignments/locality/": "Xá Bình"}

    assert {url: rows(url, text) for url, text in right.items()} == dict.fromkeys(right, 1)
    assert {url: rows(url, text) for url, text in wrong.items()} == dict.fromkeys(wrong, 0)
    assert rows("/admin/assignments/cadre/", "thi ha") == 1


def test_meetings_are_found_by_the_marks_of_their_place():
    tree = small_tree()
    Meeting.objects.create(kind="commune_committee", locality=tree.binh, starts_at=at(date(2026, 5, 9)))

    assert Meeting.objects.all().named("Xã Bình").count() == 1
    assert Meeting.objects.all().named("xa binh").count() == 1
    assert Meeting.objects.all().named("Xã Bĩnh").count() == 0


def test_a_decision_takes_over_what_was_matched():
    tree = office()
    official(tree, "P", "Lê Thị Hà")
    seen = paste(tree, "Lê Thị Hà;Khu phố 1", preview="1").context["form"]["seen"].value()

    paste(tree, "Lê Thị Hà;Khu phố 1", seen=seen, add="1")

    assert list(DecisionLine.objects.values_list("cadre__code", "locality__code")) == [("P", "AN-1")]
