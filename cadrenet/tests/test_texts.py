"""Nothing unseen is stored, and no letter that only looks like one of ours, whichever way a text comes in."""

import ast
import itertools

import django_filters
import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import RequestFactory
from django.urls import reverse
from django.urls.resolvers import get_resolver
from django.utils import translation

from assignments.migrations._texts import clean_texts
from assignments.models import Agency, Cadre, Handover, Locality, LocalityVersion
from assignments.tests.cast import agency, assign, cadre, small_tree, user
from cadrenet.admin.scope import ReadOnly
from cadrenet.codes import CodeField, check_code
from cadrenet.tables.values import BadValue, code
from cadrenet.tests.test_dates import APPS, forms_of, own_models
from cadrenet.texts import (
    Cleaned,
    EmailField,
    EmailInput,
    FreeTextInput,
    LinesField,
    PastedInput,
    SearchInput,
    check_free_text,
    check_name,
)
from cadrenet.vietnamese import cleaned, cleaned_lines, foreign_letter, nfc
from reports.district.checking import check
from reports.district.tables import TABLES
from reports.district.writing import write

# What is typed, and what is stored of it: letters in parts, a zero width space, marks of direction, a soft hyphen, a
# byte order mark, a no-break space, a tab, a line end, a control character, blanks at the ends, a hyphen of Word.
DIRTY = "\ufeff Tr\u00e2\u0300n\u00a0Thi\u0323\u200b Ha\u0323\u00adnh\t\u202eA\u2011B\n\x07C\u200f "
CLEAN = "Trần Thị Hạnh A-B C"
CLEAN_LINES = " Trần Thị Hạnh\tA-B\n C"
LOOKALIKE = "Trаn"
REFUSED = "“Trаn”: letter 3, “а”, is Cyrillic and only looks like ours. Type it again."
# Codes are not cleaned for people in files, and never hold more than a word in these tests.
DIRTY_CODE, CLEAN_CODE = "\ufeffP\u200b00198\u00a0", "P00198"
LOOKALIKE_CODE = "P00198А"
REFUSED_CODE = "“P00198А”: letter 7, “А”, is Cyrillic and only looks like ours. Type it again."

# Derived from texts that were read, made by the program, or parsed by a rule of their own.
NOT_TYPED = {
    "assignments.place.name",
    "assignments.place.path",
    "assignments.receipt.digest",
    "assignments.receipt.outcome",
    "assignments.undo.end_reason",
    "assignments.erasure.table",
    "assignments.erasure.field",
    "assignments.nightlyrun.file",
    "assignments.nightlyrun.said",
    "assignments.held.source",
    "assignments.held.level",
    "meetings.meeting.topics",
    "assignments.user.password",
    "reports.quarterlyreport.quarter",
}


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def text_fields():
    """Every column of text that somebody may type: not keys, and not words of a list."""
    for model in own_models():
        for field in model._meta.concrete_fields:
            typed = isinstance(field, models.CharField | models.TextField) and not field.choices and field.editable
            if typed and field.name not in ("sort_key", "search_key"):
                yield field


def samples(field):
    """Of a field: what is typed, what is stored, what is refused, and the sentence."""
    if isinstance(field, CodeField):
        return DIRTY_CODE, CLEAN_CODE, LOOKALIKE_CODE, REFUSED_CODE
    if isinstance(field, EmailField):
        refused = "“a@huyеn.vn”: letter 6, “е”, is Cyrillic and only looks like ours. Type it again."
        return "a@huyen\u200b.vn\u00a0", "a@huyen.vn", "a@huyеn.vn", refused
    if field.name == "username":
        return "tran\u200b", "tran", LOOKALIKE, REFUSED
    return DIRTY, CLEAN_LINES if isinstance(field, LinesField) else CLEAN, LOOKALIKE, REFUSED


def refusal(check, *args):
    with pytest.raises(ValidationError) as raised:
        check(*args)
    return raised.value.messages


# --- Models ---------------------------------------------------------------------------------------------------------


def test_every_text_of_every_model_is_cleaned_or_said_to_be_derived():
    unclean = {
        f"{field.model._meta.label_lower}.{field.name}" for field in text_fields() if not isinstance(field, Cleaned)
    }

    assert unclean == NOT_TYPED


def cleaned_fields():
    return [field for field in text_fields() if isinstance(field, Cleaned)]


def test_every_text_of_every_model_is_cleaned_when_its_row_is_cleaned():
    assert len(cleaned_fields()) > 35
    for field in cleaned_fields():
        typed, stored, lookalike, sentence = samples(field)
        assert field.clean(typed, None) == stored, field
        assert sentence in refusal(field.clean, lookalike, None), field


def test_every_text_of_every_model_is_cleaned_when_its_row_is_stored_in_any_way():
    for field in cleaned_fields():
        typed, stored, *_ = samples(field)
        row = field.model(**{field.name: typed})
        # save and bulk_create; update, bulk_update and what a query looks for.
        assert (field.pre_save(row, add=True), getattr(row, field.name)) == (stored, stored), field
        assert field.get_prep_value(typed) == stored, field


def test_every_text_of_every_model_is_cleaned_by_its_field_in_a_form():
    for field in cleaned_fields():
        typed, stored, lookalike, sentence = samples(field)
        # Where a form strips the ends itself, it does so before.
        assert field.formfield().clean(typed).strip() == stored.strip(), field
        assert sentence in refusal(field.clean, lookalike, None), field


@pytest.mark.django_db
def test_a_name_is_stored_clean_and_found_by_every_way_of_writing_it():
    who = Cadre.objects.create(code="P1\u200b", full_name=DIRTY)
    Cadre.objects.filter(pk=who.pk).update(phone="0123\u00a0456")
    (agency_,) = Agency.objects.bulk_create([Agency(code="A\ufeff", name=DIRTY)])

    who.refresh_from_db()
    agency_.refresh_from_db()
    assert (who.code, who.full_name, who.search_key, who.phone) == ("P1", CLEAN, "tran thi hanh a-b c", "0123 456")
    assert (agency_.code, agency_.name) == ("A", CLEAN)
    for text in (CLEAN, DIRTY, "tran thi\u200b hanh", "Thị\u00a0Hạnh"):
        assert list(Cadre.objects.named(text)) == [who], text
    assert Cadre.objects.get(code="P1\u2060") == who
    assert Cadre.objects.get(full_name=DIRTY) == who


# --- Forms and lists ------------------------------------------------------------------------------------------------

# Made by a page for itself, and never typed; what a field of their own kind parses.
MADE_BY_PAGES = {"seen", "opened", "was", "upload", "file_name", "quarter"}
# allauth's and Django's own: signing in, and passwords.
OF_LIBRARIES = ("password", "login", "code", "email", "username")


def is_text(field):
    return isinstance(field, forms.CharField) and not isinstance(field.widget, forms.HiddenInput)


def test_every_text_of_every_form_is_cleaned():
    get_resolver()._populate()

    asked = set()
    for form in set(forms_of(forms.BaseForm)):
        if ".tests." in form.__module__:
            continue
        for name, field in getattr(form, "base_fields", {}).items():
            if is_text(field) and name not in MADE_BY_PAGES and not any(word in name for word in OF_LIBRARIES):
                assert isinstance(field, FreeTextInput | EmailInput), (form, name)
                if not isinstance(field, PastedInput | SearchInput):
                    assert REFUSED in refusal(field.clean, LOOKALIKE), (form, name)
                if not isinstance(field, PastedInput):
                    assert field.to_python("A\u200b\u00a0B\u00ad") == "A B", (form, name)
                asked.add((form, name))
    assert len(asked) > 25


def test_no_form_makes_a_field_of_text_that_is_not_cleaned():
    """Fields that a form only adds when it is made are found in its source."""
    unclean, plain = [], ("forms.CharField", "django_filters.CharFilter")
    for path in settings.BASE_DIR.glob("*/**/*.py"):
        if path.relative_to(settings.BASE_DIR).parts[0] not in (*APPS, "cadrenet") or "tests" in path.parts:
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        unclean += [
            f"{path.name}:{call.lineno}"
            for call in calls
            if ast.unparse(call.func) in plain and "HiddenInput" not in ast.unparse(call)
        ]

    assert unclean == []


def test_every_text_of_every_list_is_cleaned():
    get_resolver()._populate()

    asked = 0
    for filterset in set(forms_of(django_filters.FilterSet)):
        for name, filter in filterset.base_filters.items():
            if type(filter) is django_filters.CharFilter or issubclass(filter.field_class, SearchInput):
                assert filter.field_class().to_python("A\u200b\u00a0B\u00ad") == "A B", (filterset, name)
                asked += 1
    assert asked >= 8


@pytest.mark.django_db
def test_every_text_of_every_form_of_the_administration_is_cleaned(rf: RequestFactory):
    request = rf.get("/")
    request.user = user("root", is_superuser=True, is_staff=True)

    asked = 0
    for model, its_admin in admin.site._registry.items():
        if model._meta.app_label not in APPS or isinstance(its_admin, ReadOnly):
            continue
        inlines = [inline(model, admin.site) for inline in its_admin.inlines if not issubclass(inline, ReadOnly)]
        inlines = [inline.get_formset(request).form for inline in inlines]
        for form in [its_admin.get_form(request), *inlines]:
            for name, field in form.base_fields.items():
                if is_text(field) and name not in MADE_BY_PAGES and not any(word in name for word in OF_LIBRARIES):
                    assert isinstance(field, FreeTextInput | EmailInput), (model, name)
                    asked += 1
    assert asked > 20


@pytest.mark.django_db
def test_the_administration_cleans_what_is_typed_and_refuses_what_looks_alike(client):
    client.force_login(user("root", is_superuser=True, is_staff=True))
    url = reverse("admin:assignments_agency_add")

    assert client.post(url, {"code": DIRTY_CODE, "name": DIRTY}).status_code == 302
    answer = client.post(url, {"code": LOOKALIKE_CODE, "name": LOOKALIKE})

    assert list(Agency.objects.values_list("code", "name")) == [(CLEAN_CODE, CLEAN)]
    assert answer.context["adminform"].form.errors == {"code": [REFUSED_CODE], "name": [REFUSED]}


# --- Addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["\ufeffĐỗ Thị\u00a0Ấm\u200b", "do thi\u00ad am", "P\u200b1", nfc("Đỗ Thị Ấm\x00")])
def test_what_an_address_asks_for_is_cleaned(client, asked):
    tree = small_tree()
    cadre("P1", "Đỗ Thị Ấm", agency=agency("A", "Ban", at=tree.district))
    client.force_login(user("boss", is_superuser=True, is_staff=True))

    found = client.get("/search/", {"q": asked}).context["results"]

    assert [item["text"] for group in found for item in group["items"]] == ["Đỗ Thị Ấm"]
    assert client.get("/admin/assignments/cadre/", {"q": asked}).context["cl"].result_count == 1
    assert client.get("/cadres/", {"q": asked}).context["paginator"].count == 1


@pytest.mark.django_db
def test_what_holds_nothing_that_is_seen_asks_for_nothing(client):
    small_tree()
    client.force_login(user("boss", is_superuser=True, is_staff=True))

    assert "results" not in client.get("/search/", {"q": "\u200b\u00a0"}).context
    assert client.get("/localities/", {"q": "\ufeff", "tier": "commune\u200b"}).context["paginator"].count == 3


# --- Files ----------------------------------------------------------------------------------------------------------


# Kinds of value that are no free text: each knows what it takes.
NO_TEXT = ("day", "moment", "quarter", "year", "flag", "choice", "short_code", "whole")


def columns_of_text():
    """Each column of every file that holds text or a code, with its table."""
    for table in TABLES.values():
        for column in table.columns:
            if column.read.__qualname__.partition(".")[0] not in NO_TEXT:
                yield table, column


def test_every_text_of_every_file_is_cleaned():
    asked = 0
    unseen = "The code “P\u200b1” holds a stray space or an invisible character. Type it again."
    for table, column in columns_of_text():
        if column.read is code:
            assert str(pytest.raises(BadValue, code, LOOKALIKE_CODE).value) == REFUSED_CODE
            assert str(pytest.raises(BadValue, code, "P\u200b1").value) == unseen
        elif column.name == "email":
            assert column.read("a@huyen\u200b.vn") == "a@huyen.vn"
        else:
            assert column.read(DIRTY.replace("\x07", "")) == CLEAN, (table.file, column.name)
            assert str(pytest.raises(BadValue, column.read, LOOKALIKE).value) == REFUSED, (table.file, column.name)
        asked += 1
    assert asked > 40


@pytest.mark.django_db
def test_a_folder_brings_in_no_text_that_nobody_sees(tmp_path):
    header = "code,full_name,agency_code,position,committee_role,party_member,email,phone\n"
    path = tmp_path / "cadres.csv"
    path.write_text(f'{header}P1,"{DIRTY.replace(chr(7), "")}",,Phó\u00a0ban\u200b,,1,,\nP2,\u200b,,,,1,,\n', "utf-8")
    table = TABLES["cadres.csv"]
    rows = table.read(path, needed=table.names, max_bytes=10**6, max_rows=10)

    # The first row takes two lines.
    assert list(map(str, check({"cadres.csv": rows}))) == ["cadres.csv:4: “full_name” is empty. Fill it in."]
    write({"cadres.csv": rows[:1]})

    found = Cadre.objects.get()
    assert (found.full_name, found.position) == (CLEAN, "Phó ban")
    assert write({"cadres.csv": rows[:1]})["cadres.csv"].unchanged == 1


@pytest.mark.django_db
def test_the_import_of_the_administration_brings_in_no_text_that_nobody_sees(client):
    client.force_login(user("root", is_superuser=True, is_staff=True))
    header = "code,full_name,party_member\n"
    url = reverse("admin:assignments_cadre_import")

    def sent(text):
        return client.post(url, {"file": SimpleUploadedFile("cadres.csv", (header + text).encode())}).context

    assert [row.cells[1] for row in sent(f'P1,"{DIRTY.replace(chr(7), "")}",1\n')["rows"]] == [CLEAN]
    assert list(sent(f"{LOOKALIKE_CODE},{LOOKALIKE},1\n")["row_errors"]) == [
        (2, [f"code: {REFUSED_CODE}", f"full_name: {REFUSED}"])
    ]


# --- What is cleaned, and what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign",
    [*map(chr, [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028])]
    + [*map(chr, [0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x206F, 0x2800, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0001])]
    + [*map(chr, itertools.chain(range(0x20), range(0x7F, 0xA1)))]
    + ["\ud800", "\u2003", "\u202f", "\u3000"],
)
def test_no_sign_that_nobody_sees_stays(sign):
    text = cleaned(f"A{sign}{sign}B{sign}")

    assert text in ("AB", "A B")
    assert cleaned_lines(f"A{sign}B").replace("\t", " ").replace("\n", " ") in ("AB", "A B")


def test_letters_come_together_over_what_stood_between_them():
    assert cleaned("a\u200b\u0323\u0302") == "ậ"
    assert cleaned("Ðỗ ð") == "Đỗ đ"


@pytest.mark.parametrize(
    "word,sentence",
    [
        ("Trаn", REFUSED),
        ("Νam", "“Νam”: letter 1, “Ν”, is Greek and only looks like ours. Type it again."),
        ("Vǎn", "“Vǎn”: sign 2, “ǎ” (U+01CE), belongs to another script. Type it again."),
        ("Ｂan", "“Ｂan”: sign 1, “Ｂ” (U+FF22), belongs to another script. Type it again."),
        ("Ấp١", "“Ấp١”: sign 3, “١” (U+0661), belongs to another script. Type it again."),
        ("Tr\ufffdn", "“Tr\ufffdn”: sign 3, “\ufffd” (U+FFFD), belongs to another script. Type it again."),
        ("Хуеn", "“Хуеn”: letter 1, “Х”, is Cyrillic and only looks like ours. Type it again."),
    ],
)
def test_a_letter_that_only_looks_like_ours_is_named_with_its_place(word, sentence):
    assert refusal(check_name, f"Xã {word} Bình") == [sentence]
    assert refusal(check_free_text, f"Đường {word} hỏng") == [sentence]
    assert refusal(check_code, word) == [sentence]


@pytest.mark.parametrize(
    "name",
    ["Nguyễn Thị Ánh", "H'Mông", "Đắk Lắk", "Ea Súp", "Y Krông Păk", "José", "05-QĐ/HU", "Ấp 2 (mới)", "Tổ số 3ª"],
)
def test_names_as_people_have_them_are_taken(name):
    assert check_name(name) is None
    assert check_free_text(name) is None


def test_free_text_may_quote_another_script():
    assert check_free_text("bụi 150 µg/m³, loa 5 kΩ, tia γ, hàng «Москва»") is None
    assert foreign_letter("tia γ") == ("γ", 1)


@pytest.mark.parametrize("code_", ["984.0", "984,00", "1E+05", "1,2E+7", "28906‑02".replace("‑", "–"), "P°1"])
def test_what_a_spreadsheet_or_a_word_processor_made_of_a_code_is_refused(code_):
    (sentence,) = refusal(check_code, code_)
    assert sentence.startswith(f"“{code_}”")


@pytest.mark.parametrize("code_", ["00984", "28984@2025", "28906-02", "x0123456789ab", "QĐ/01", "1E5", "1.2", "P 1"])
def test_codes_as_offices_have_them_are_taken(code_):
    assert check_code(code_) is None


def test_a_version_and_its_locality_are_of_the_same_mechanism():
    assert isinstance(LocalityVersion._meta.get_field("name"), Cleaned)
    assert isinstance(Locality._meta.get_field("code"), CodeField)


# --- What was stored before -----------------------------------------------------------------------------------------


def stored_unclean(row, **texts):
    """Store texts as they were stored before: an expression is not looked at."""
    plain = {name: models.Value(text, output_field=models.TextField()) for name, text in texts.items()}
    type(row).objects.filter(pk=row.pk).update(**plain)


@pytest.mark.django_db
def test_what_was_stored_before_is_cleaned_and_found_again_but_for_codes_that_others_have():
    tree = small_tree()
    who, other, twin = cadre("P1", "Lê Thị Hạnh"), cadre("P2"), cadre("P3")
    stored_unclean(who, full_name="Lê Thị\u200b Hạnh", search_key="le thi\u200b hanh", phone="0123\u00a0456")
    stored_unclean(twin, code="P2\u200b")
    stored_unclean(tree.binh.versions.get(), name="Xã\u00a0Bình")
    stored_unclean(tree.binh.places.get(), name="Xã\u00a0Bình\u200b", search_key="xa binh\u200b")
    held = Handover.objects.create(ended=assign(who, tree.an1))
    stored_unclean(held, situation="Một\u00a0\r\nHai\u200b")

    clean_texts(apps, "assignments")

    who.refresh_from_db()
    assert (who.full_name, who.search_key, who.phone) == ("Lê Thị Hạnh", "le thi hanh", "0123 456")
    assert list(Cadre.objects.order_by("pk").values_list("code", flat=True)) == ["P1", "P2", "P2\u200b"]
    assert other.code == "P2"
    assert tree.binh.versions.get().name == "Xã Bình"
    assert [(place.name, place.search_key) for place in tree.binh.places.all()] == [("Xã Bình", "xa binh")]
    assert Handover.objects.get().situation == "Một\nHai"
