"""Which name is meant by what was typed: marks may be left out, and those that were typed must agree."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadrenet.vietnamese import Likeness, likeness, marks_agree, marks_pattern, most_alike, nfc, search_key

EXACT, UNMARKED, PARTLY, NONE = Likeness.EXACT, Likeness.UNMARKED, Likeness.PARTLY, Likeness.NONE
SYLLABLES = """
    Nguyễn Trần Lê Thị Hà Hạ Hả Hã Há Quới Quối Phước Ánh Ấm Đỗ Đức Dũng Đan Hoà Hòa Thuý Thúy Quý Qui Khuê Bình Ưng
    Ân Ăn Trân Nguyên Xã Ấp Tổ Văn Mỹ Mị Ý Yên Uyên Thủy Thuỷ Oanh Khoái Nghĩa Giàu Giêng 1 2 10 H'Mông
""".split()
names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join)


def bare(word):
    """A word without its marks."""
    return search_key(word)


def without_tone(word):
    tones = "\u0300\u0301\u0303\u0309\u0323"
    return nfc("".join(sign for sign in unicodedata.normalize("NFD", word) if sign not in tones))


@pytest.mark.parametrize(
    "typed,name,how",
    [
        ("Lê Thị Hà", "Lê Thị Hà", EXACT),
        ("LÊ  THỊ\u00a0HÀ ", "Lê Thị Hà", EXACT),
        (unicodedata.normalize("NFD", "Lê Thị Hà"), "Lê Thị Hà", EXACT),
        ("Xã Hoà Bình", "Xã Hòa Bình", EXACT),
        ("Thuỷ", "Thủy", EXACT),
        ("Ðỗ", "Đỗ", EXACT),
        ("Tổ số 03", "Tổ số 3", EXACT),
        ("le thi ha", "Lê Thị Hà", UNMARKED),
        ("Lê thi Hà", "Lê Thị Hà", UNMARKED),
        ("Xa Phuoc Quoi", "Xã Phước Quới", UNMARKED),
        ("do duc", "Đỗ Đức", UNMARKED),
        ("Nguyên Thị Ánh", "Nguyễn Thị Ánh", PARTLY),
        ("Trân", "Trần", PARTLY),
        ("Phươc Quơi", "Phước Quới", PARTLY),
        ("Lê Thị Hạ", "Lê Thị Hà", NONE),
        ("Lê Thị Hạ", "Lê Thị Ha", NONE),
        ("Xã Phước Quối", "Xã Phước Quới", NONE),
        ("Le Thi Hạ", "Lê Thị Hà", NONE),
        ("Đung", "Dung", NONE),
        ("Dũng", "Đũng", PARTLY),
        ("Hoá", "Hòa", NONE),
        ("Lê Hà", "Lê Thị Hà", NONE),
        ("Lê", "", NONE),
        ("", "", NONE),
        ("\u200b", "Lê", NONE),
        ("Ấp 1", "Ấp 10", NONE),
    ],
)
def test_how_what_was_typed_fits_a_name(typed, name, how):
    assert likeness(typed, name) is how


@given(names)
def test_a_name_is_exactly_itself_in_any_case_and_composition(name):
    for typed in (name, name.upper(), name.lower(), unicodedata.normalize("NFD", name)):
        assert likeness(typed, name) == EXACT


@given(names, st.data())
def test_words_may_be_typed_without_marks_and_others_with_all(name, data):
    typed = " ".join(data.draw(st.sampled_from([word, bare(word)])) for word in name.split())

    assert likeness(typed, name) >= UNMARKED
    assert marks_agree(typed, name)


@given(names, st.data())
def test_any_marks_may_be_left_out(name, data):
    ways = [lambda word: word, bare, without_tone]
    typed = " ".join(data.draw(st.sampled_from(ways))(word) for word in name.split())

    assert likeness(typed, name) >= PARTLY
    assert marks_agree(typed, name)


# The same letters, and a mark that the name does not have there.
MISTYPED = [
    (other, word)
    for other in SYLLABLES
    for word in SYLLABLES
    if bare(other) == bare(word) and likeness(other, word) == NONE
]


@given(names, st.sampled_from(MISTYPED), names)
def test_one_word_with_other_marks_makes_it_another_name(before, mistyped, after):
    other, word = mistyped

    assert likeness(f"{before} {other} {after}", f"{before} {word} {after}") == NONE
    assert not marks_agree(f"{before} {other} {after}", f"{before} {word} {after}")


@given(names, names)
def test_only_names_of_the_same_letters_are_alike_and_what_is_alike_is_found(typed, name):
    how = likeness(typed, name)

    assert how == NONE or search_key(typed) == search_key(name)
    assert how == NONE or marks_agree(typed, name)


@given(names, names)
def test_the_pattern_that_databases_get_finds_what_the_marks_agree_with(typed, name):
    pattern = marks_pattern(typed)

    assert marks_agree(typed, name) == (
        search_key(typed) in search_key(name) and (not pattern or re.search(pattern, nfc(name)) is not None)
    )


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_text_breaks_the_comparison(typed, name):
    assert likeness(typed, name) in Likeness
    assert marks_agree(typed, name) in (True, False)


@given(st.lists(names, max_size=6), names)
def test_the_best_beats_all_others(rows, typed):
    found, how = most_alike(typed, rows, str)

    assert all(likeness(typed, row) == how for row in found)
    assert all(likeness(typed, row) < how for row in rows if row not in found) or how == NONE
    assert bool(found) == (how != NONE)


def test_an_exact_name_beats_the_one_without_marks():
    assert most_alike("Hoa", ["Hoà", "Hoa", "Hoá"], str) == (["Hoa"], EXACT)
    assert most_alike("hoà", ["Hòa", "Hoa", "Hoá"], str) == (["Hòa"], EXACT)
    assert most_alike("le thi ha", ["Lê Thị Hà", "Lê Thị Hạ"], str) == (["Lê Thị Hà", "Lê Thị Hạ"], UNMARKED)
    assert most_alike("Hạ", ["Hà", "Hả"], str) == ([], NONE)


@pytest.mark.parametrize("typed", ["", "le thi", "123", "P1", "h'mong", "(a) [b] ^$ .* \\ -"])
def test_nothing_more_is_asked_where_no_marks_were_typed(typed):
    assert marks_pattern(typed) == ""


@pytest.mark.parametrize(
    "typed,name",
    [("Quớ", "Xã Quới"), ("hị h", "Lê Thị Hà"), ("hoà", "Xã Hòa Bình"), ("HOÀ B", "Xã Hòa Bình"), ("ấp 1", "Ấp 10")],
)
def test_a_piece_of_a_name_is_found_with_its_marks(typed, name):
    assert marks_agree(typed, name)


@pytest.mark.parametrize(
    "typed,name", [("Quố", "Xã Quới"), ("thị hạ", "Lê Thị Hà"), ("hoá", "Xã Hòa Bình"), ("âp", "Ap 1"), ("đ", "Dung")]
)
def test_a_piece_of_a_name_with_other_marks_is_not_found(typed, name):
    assert not marks_agree(typed, name)


def test_what_is_too_long_for_a_word_or_a_name_makes_no_long_pattern():
    assert len(marks_pattern("ắ" + "a" * 150)) < 10_000
    assert marks_pattern("ắ" * 201) == ""
    assert not marks_agree("ắ" * 201, "Ắ")


def test_signs_of_regular_expressions_are_nothing_but_signs():
    assert marks_agree("(Đỗ) [a^b-c] .* \\", "x (Đỗ) [a^b-c] .* \\ y")
    assert not marks_agree("Đ.", "Đa")
