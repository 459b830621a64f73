import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadrenet.vietnamese import nfc, person_sort_key, search_key, sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["Ba", "Dương", "Đào", "Em"],
        ["Dung", "Duy", "Đan", "Đặng", "Trần"],
        ["an", "ăn", "ân", "bo", "bô", "bơ", "tu", "tư"],
        ["e", "ê", "g", "h", "i"],
        ["ma", "mà", "mả", "mã", "má", "mạ", "me"],
        ["Tân", "Tần", "Tẩn", "Tẫn", "Tấn", "Tận"],
        ["ứ", "ựa"],
        ["A Lưới", "An", "Anh Sơn"],
        ["An", "An Hiệp", "An Phú", "Anh"],
        # Letters count before tones, through the whole text.
        ["Lễ An", "Lê Văn", "Lễ Văn"],
        ["Ấp 1", "Ấp 2", "Ấp 9", "Ấp 10", "Ấp 10A", "Ấp 11", "Ấp Bình An"],
        ["Tổ số 9, Ấp 1", "Tổ số 10, Ấp 1"],
        ["", "A"],
    ],
)
def test_sort_key_follows_the_vietnamese_alphabet(ordered):
    shuffled = random.Random(7).sample(ordered, len(ordered))

    assert sorted(shuffled, key=sort_key) == ordered


@pytest.mark.parametrize(
    "one,other",
    [
        ("Hoà Bình", "Hòa Bình"),
        ("ĐẶNG", "đặng"),
        ("Ðặng", "Đặng"),
        (unicodedata.normalize("NFD", "Nguyễn Đệ"), "Nguyễn Đệ"),
        ("  An   Hiệp ", "An Hiệp"),
        ("Ấp 01", "Ấp 1"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}", "a"),
    ],
)
def test_sort_key_is_the_same_for_two_ways_of_writing(one, other):
    assert sort_key(one) == sort_key(other)


@given(st.text())
def test_sort_key_has_only_digits_so_that_any_collation_sorts_it_alike(text):
    key = sort_key(text)

    assert key == "" or (key.isascii() and key.isdigit())


@given(st.text())
def test_keys_do_not_depend_on_how_letters_are_composed(text):
    decomposed = unicodedata.normalize("NFD", text)

    assert sort_key(nfc(decomposed)) == sort_key(nfc(text))
    assert search_key(nfc(decomposed)) == search_key(nfc(text))


def test_people_stand_by_given_name_then_by_family_name():
    people = [
        "Lê Văn An",
        "Nguyễn Thị An",
        "Nguyễn Văn An",
        "Trần An",
        "Phạm Văn Ân",
        "Võ Văn Dũng",
        "Bùi Thị Đào",
        "Đỗ Đình Hòa",
        "Trần Hoà",
        "Đặng Thị Mai",
    ]
    shuffled = random.Random(7).sample(people, len(people))

    assert sorted(shuffled, key=person_sort_key) == people


def test_tone_of_the_given_name_counts_before_the_family_name():
    assert sorted(["Trần Lan", "Bùi Lán", "Cao Lan"], key=person_sort_key) == [
        "Cao Lan",
        "Trần Lan",
        "Bùi Lán",
    ]


def test_a_single_name_comes_before_the_same_with_a_family():
    assert sorted(["Lê An", "An", ""], key=person_sort_key) == ["", "An", "Lê An"]


@pytest.mark.parametrize(
    "text,key",
    [
        ("Đỗ Thị Ngọc Ánh", "do thi ngoc anh"),
        ("Hoà Bình", "hoa binh"),
        ("Hòa Bình", "hoa binh"),
        ("THỊ TRẤN  LONG ĐIỀN", "thi tran long dien"),
        ("Ðặng Văn Ưng", "dang van ung"),
        (unicodedata.normalize("NFD", "Nguyễn Đệ"), "nguyen de"),
        ("Quỳnh Lưu, ấp 10", "quynh luu, ap 10"),
        ("𝕊ơn", "son"),
        ("  ", ""),
    ],
)
def test_search_key_folds_case_marks_and_tones(text, key):
    assert search_key(text) == key


@given(st.text())
def test_search_key_of_a_search_key_is_itself(text):
    assert search_key(search_key(text)) == search_key(text)


@pytest.mark.parametrize("text", ["中" * 200, "1a" * 100, "½ﷺ" * 100, "ß" * 200])
def test_keys_of_strange_texts_still_fit_their_columns(text):
    assert len(sort_key(text)) <= 700
    assert len(person_sort_key(f"{text} {text}")) <= 700
    assert len(search_key(text)) <= 200


def test_nfc_gives_each_letter_one_character():
    assert nfc(unicodedata.normalize("NFD", "Nguyễn")) == "Nguyễn"
    assert len(nfc(unicodedata.normalize("NFD", "Nguyễn"))) == 6
