"""Files as people have them, in the administration: sentences by line and column, and a tick for what is in doubt."""

import io
from datetime import datetime

import pytest
import time_machine
from django.utils import translation
from openpyxl import Workbook

from assignments.models import Assignment, Cadre, Locality, LocalityVersion, Posting
from assignments.tests.cast import OFFICE, agency, assign, cadre, small_tree, user
from assignments.tests.test_admin_imports import confirm, csv, errors, upload, url
from reports.models import PartyOrganisation, Rating

pytestmark = pytest.mark.django_db
MODELS = [Cadre, Locality, Assignment, Posting, Rating]
MEANT = "Nothing was imported: look at the lines below, and tick that they are meant so."


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


@pytest.fixture(autouse=True)
def root(client):
    made = user("root", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def columns(model):
    from django.contrib import admin

    return admin.site._registry[model].table_import.table.columns


def warnings(preview):
    return [(line, list(map(str, told))) for line, told in preview.context["warnings"]]


def tick(client, model, preview):
    values = {**preview.context["confirm_form"].initial, "accepted": "on"}
    return client.post(url(model, "import_confirm"), values, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


# --- Files that are no tables, each a sentence ---------------------------------------------------------------

NO_TABLES = {
    "blank": b" \r\n",
    "nul": b"code,full_name\nP1,\0\n",
    "a long cell": b'code,full_name\nP1,"' + b"x" * 140_000 + b'"\n',
    "an open quotation mark": b'code,full_name\nP1,"x\n',
    "another encoding": "code,full_name\nP1,Nguyễn".encode("utf-16"),
    "a damaged letter": "code,full_name\nP1,Nguyễn Đặng".encode() + b"\xff\n",
    "a damaged workbook": b"PK\x03\x04x",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "other widths": b"code,full_name\nP1\nP2,x,y\n",
    "no name": b"code,,full_name\nP1,,x\n",
    "a column twice": b"code,code\nP1,x\n",
    "a column under two names": "code,Mã cán bộ,cadre_code,organisation_code,mã tổ chức đảng\nP1,x,x,x,x\n".encode(),
    "a title": "DANH SÁCH CÁN BỘ\ncode,cadre_code,full_name,year,first_day\n".encode(),
    "a workbook too wide": workbook(["code"], [None] * 100 + ["x"]),
    "nothing needed": b"note\nx\n",
}


@pytest.mark.parametrize("model", [Cadre, Rating], ids=lambda model: model.__name__)
@pytest.mark.parametrize("data", NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_wrong_with_a_file_is_whole_sentences(client, model, data):
    told = errors(upload(client, model, data))

    sentences = [sentence for _line, all_of_it in told for sentence in all_of_it]
    assert sentences
    assert all(len(sentence) > 15 and sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("vietnamese", [False, True])
def test_headings_alone_hold_nothing_new(client, model, vietnamese):
    heads = [column.vietnamese[0] if vietnamese else column.name for column in columns(model)]
    explained = [f"# {name}" for name in heads]

    preview = upload(client, model, csv(",".join(heads), ",".join(explained)))

    assert preview.context["row_errors"] == ()
    assert preview.context["totals"] == {"new": 0, "changed": 0, "unchanged": 0}


@pytest.mark.parametrize(
    "model, name",
    [(model, column.name) for model in MODELS for column in columns(model)],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
@pytest.mark.parametrize("cell", ["#REF!", "=1+1"])
def test_no_column_takes_an_error_or_a_formula_without_a_value(client, model, name, cell):
    names = [column.name for column in columns(model)]

    told = errors(upload(client, model, workbook(names, [cell if name == column else None for column in names])))

    sentence = {
        "#REF!": "“#REF!” is an error of the spreadsheet program. Correct the formula, or type the value.",
        "=1+1": "The file holds no value of this formula. Open it, let it calculate, and save it; or type the value.",
    }[cell]
    assert f"{name}: {sentence}" in told[0][1]
    assert told[0][0] == 2


def test_everything_wrong_with_a_row_is_said_at_once(client):
    tree = small_tree()
    cadre("P1")

    told = errors(
        upload(
            client,
            Assignment,
            csv(
                "cadre_code,locality_code,role,first_day,last_day,decision_number,end_reason",
                "P1,AN-2,lead,2022-02-01,2022-01-01,May-22,",
                "P1,AN-2,in_charge,x,,,retired",
                "P1,AN-2,in_charge,2022-02-01,,,",
                "P1,X,in_charge,2022-02-01,,,",
            ),
        )
    )

    assert tree.an2.code == "AN-2"
    assert told == [
        (
            2,
            [
                "role: “lead” is unknown. Write one of: in_charge, head, support.",
                "decision_number: “May-22” is a day. If a spreadsheet program has made it so, format the cell as "
                "text and type again what is meant.",
                "The last day 2022-01-01 lies before the first day 2022-02-01. Correct one of them.",
            ],
        ),
        (
            3,
            [
                "first_day: “x” is no day in this format. Write year, month and day as 2022-12-31.",
                "There is an end_reason and no last_day. Fill in the day, or remove the reason.",
            ],
        ),
        (5, ["locality_code: There is no locality with the code “X” that you may use here."]),
    ]


def test_equal_mistakes_on_many_lines_are_one(client):
    rows = (f"P{number}," for number in range(2000))

    told = errors(upload(client, Cadre, csv("code,full_name", *rows, "P1,Lê")))

    assert told == [
        (2, ["“full_name” is empty. Fill it in. The same on 1999 more lines: 3–2001."]),
        (2002, ["Line 3 has the same code already (P1). Remove one of the two rows."]),
    ]


def test_headings_and_values_in_vietnamese_mean_the_same(client):
    tree = small_tree()
    cadre("P1")
    organisation = PartyOrganisation.objects.create(code="O", kind="cell", locality=tree.an2)

    files = {
        Locality: ["Mã địa bàn,Thuộc địa bàn,Loại,Tên,Từ ngày,Số hộ", "AN-3,AN,Ấp,Ấp 3,1/6/2022,120"],
        Cadre: ["ma can bo,HO VA TEN,dang vien,chuc danh cap uy", "P2,Lê Văn Tám,Có,huyen uy vien"],
        Assignment: ["mã cán bộ,mã địa bàn,vai trò,từ ngày,đến ngày,lí do kết thúc"]
        + ["P1,AN-2,phụ trách,01/02/2022,31/12/2022,Nghỉ hưu"],
        Posting: ["mã cán bộ,chức vụ,từ ngày", "P1,Trưởng phòng,01/02/2022"],
        Rating: ["mã tổ chức đảng,năm,mức", "O,2022,hoàn thành tốt nhiệm vụ"],
    }
    for model, lines in files.items():
        preview = upload(client, model, csv(*lines))
        assert (model, preview.context["row_errors"]) == (model, ())
        confirm(client, model, preview)

    version = LocalityVersion.objects.get(locality__code="AN-3")
    assert (version.type.code, str(version.first_day), version.households) == ("hamlet", "2022-06-01", 120)
    assert (Cadre.objects.get(code="P2").committee_role, Cadre.objects.get(code="P2").party_member) == (
        "district_committee",
        True,
    )
    found = Assignment.objects.get()
    assert (found.role, str(found.last_day), found.end_reason) == ("in_charge", "2022-12-31", "retired")
    assert str(Posting.objects.get().first_day) == "2022-02-01"
    assert Rating.objects.get(organisation=organisation).level.code == "good"


def test_what_is_wrong_is_said_in_the_words_of_the_file(client):
    tree = small_tree()
    cadre("P1")

    told = errors(
        upload(
            client,
            Assignment,
            csv(
                "Mã cán bộ,Mã địa bàn,Vai trò,Từ ngày,Đến ngày,Lý do kết thúc",
                f"P1,{tree.an2.code},phụ trách,01/02/2022,,Nghỉ hưu",
                f"P1,{tree.an2.code},trưởng nhóm,01/02/2022,,",
                "P1,X,phụ trách,x,,",
            ),
        )
    )

    assert told == [
        (2, ["There is an “Lý do kết thúc” and no “Đến ngày”. Fill in the day, or remove the reason."]),
        (3, ["Vai trò: Only a regional group has a head and support."]),
        (
            4,
            [
                "Mã địa bàn: There is no locality with the code “X” that you may use here.",
                "Từ ngày: “x” is no day in this format. Write year, month and day as 2022-12-31.",
            ],
        ),
    ]


def test_the_page_names_each_column_in_both_ways(client):
    page = client.get(url(Cadre, "import")).content.decode()

    assert "<code>full_name</code>*" in page
    assert "(họ và tên)" in page


# --- What is in doubt -----------------------------------------------------------------------------------------


def test_a_telephone_that_a_spreadsheet_took_for_a_number_waits_for_a_tick(client):
    who = cadre("P1", "Lê Văn Tám")
    Cadre.objects.filter(pk=who.pk).update(phone="0912345678")

    preview = upload(client, Cadre, csv("code,full_name,phone", "P1,Lê Văn Tám,912345678"))

    assert warnings(preview) == [(2, ["phone: “0912345678” would lose its zeros and become “912345678”."])]
    confirm(client, Cadre, preview)
    assert Cadre.objects.get().phone == "0912345678"


def test_a_filled_cell_that_would_be_erased_waits_for_a_tick(client):
    office = agency("X", "Phòng Mẫu")
    who = cadre("P1", "Lê Văn Tám", agency=office)
    Cadre.objects.filter(pk=who.pk).update(phone="0275 000 000")
    data = csv("code,full_name,agency_code,phone", "P1,Lê Văn Chín,,", "P2,Võ Thị Sáu,,")

    preview = upload(client, Cadre, data)
    assert warnings(preview) == [
        (
            2,
            [
                "agency_code: “X” would be erased, as the cell is empty.",
                "phone: “0275 000 000” would be erased, as the cell is empty.",
            ],
        )
    ]
    untold = confirm(client, Cadre, preview)
    assert said(untold) == [MEANT]
    assert Cadre.objects.get().phone == "0275 000 000"
    assert warnings(untold) == warnings(preview)

    assert said(tick(client, Cadre, untold)) == ["Imported: 1 new, 1 changed, 0 unchanged."]
    assert (Cadre.objects.get(code="P1").phone, Cadre.objects.count()) == ("", 2)


def test_a_column_that_the_file_lacks_erases_nothing_and_asks_nothing(client):
    cadre("P1", "Lê Văn Tám", agency=agency("X", "Phòng Mẫu"))

    preview = upload(client, Cadre, csv("code,full_name", "P1,Lê Văn Chín"))

    assert warnings(preview) == []
    assert said(confirm(client, Cadre, preview)) == ["Imported: 0 new, 1 changed, 0 unchanged."]


def test_a_row_that_was_changed_after_the_workbook_was_saved_waits_for_a_tick(client):
    for code, day in (("P1", 20), ("P2", 1), ("P3", 20)):
        row = cadre(code, "Lê Văn Tám")
        row.history.update(history_date=datetime(2022, 5, day, 16, 30, tzinfo=OFFICE))
    book, file = Workbook(), io.BytesIO()
    for cells in (["code", "full_name"], ["P1", "Lê Văn Chín"], ["P2", "Lê Văn Chín"], ["P3", "Lê Văn Tám"]):
        book.active.append(cells)
    # openpyxl would say that it was saved now.
    with time_machine.travel(datetime(2022, 5, 10, 9, tzinfo=OFFICE), tick=False):
        book.save(file)

    preview = upload(client, Cadre, file.getvalue(), "table.xlsx")

    assert warnings(preview) == [(2, ["This row was changed here on 20 May 2022, 16:30, after the file was saved."])]
    assert said(tick(client, Cadre, preview)) == ["Imported: 0 new, 2 changed, 1 unchanged."]


HEAD = "code,parent_code,type,name,first_day,last_day,households"


def test_names_in_doubt_wait_for_a_tick(client):
    small_tree()
    data = csv(HEAD, "AN-8,AN,hamlet,Xã Tám,,,", "AN-9,AN,hamlet,Ấp 2,,,", "BI-9,BI,hamlet,Ấp 9,,,")

    preview = upload(client, Locality, data)

    assert warnings(preview) == [
        (2, ["The name “Xã Tám” says xã, and the type says Ấp (hamlet). Correct one of the two."]),
        (
            3,
            [
                "AN-9 is called Ấp 2, as AN-2 (in the database) is at the same time and in the same place. "
                "Correct the code, or the name of one of the two."
            ],
        ),
    ]
    untold = confirm(client, Locality, preview)
    assert (said(untold), Locality.objects.filter(code="AN-8").exists()) == ([MEANT], False)
    assert said(tick(client, Locality, untold)) == ["Imported: 3 new, 0 changed, 0 unchanged."]
    again = upload(client, Locality, data)
    assert (again.context["totals"], warnings(again)) == ({"new": 0, "changed": 0, "unchanged": 3}, [])


def test_two_new_ones_of_one_name_name_both_lines(client):
    small_tree()

    preview = upload(client, Locality, csv(HEAD, "AN-8,AN,hamlet,Ấp 8,,,", "AN-9,AN,hamlet,Ấp 8,,,"))

    assert warnings(preview) == [
        (
            3,
            [
                "AN-9 is called Ấp 8, as AN-8 (line 2) is at the same time and in the same place. "
                "Correct the code, or the name of one of the two."
            ],
        )
    ]


def test_a_hamlet_that_moves_brings_its_name_along(client):
    small_tree()

    preview = upload(
        client, Locality, csv(HEAD, "BI-1,BI,hamlet,Ấp 2,,2022-05-31,", "BI-1,AN,hamlet,Ấp 2,2022-06-01,,")
    )

    assert preview.context["row_errors"] == ()
    assert [sentence for _line, told in warnings(preview) for sentence in told if "is called" in sentence] == []


def test_what_lies_outside_the_own_area_is_not_told_of(client):
    """A clerk who renames the own commune learns nothing of those beside it."""
    from django.contrib.auth.models import Permission

    tree = small_tree()
    clerk = user("clerk", at=tree.an, level="editor", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    client.force_login(clerk)
    LocalityVersion.objects.filter(locality=tree.binh).update(name="Thị trấn Ân", type=tree.an.versions.get().type)

    preview = upload(client, Locality, csv(HEAD, "AN,N,township,Thị trấn Ân,,,"))

    assert preview.context["row_errors"] == ()
    assert warnings(preview) == []


def test_a_change_of_who_is_in_charge_that_loses_its_end_is_shown(client):
    tree = small_tree()
    assign(cadre("P1"), tree.an2, last_day="2022-12-31")

    preview = upload(
        client,
        Assignment,
        csv("cadre_code,locality_code,role,first_day,last_day", "P1,AN-2,in_charge,2022-01-01,"),
    )

    assert warnings(preview) == [(2, ["last_day: “2022-12-31” would be erased, as the cell is empty."])]
