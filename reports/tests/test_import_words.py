"""A district in Vietnamese words: templates, headings and values, which mean what the English ones mean."""

import csv
import io
from itertools import zip_longest
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from assignments.locality_names import Types
from assignments.models import Assignment, Cadre, LocalityType, LocalityVersion
from cadrenet.tables.values import BadValue, day, flag, moment, quarter
from cadrenet.tables.words import folded
from cadrenet.vietnamese import search_key
from meetings.models import Meeting
from reports.district.tables import TABLES
from reports.models import Issue

SMALL = Path(__file__).parent / "sample" / "small"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def run(*args, **options):
    out = io.StringIO()
    call_command("import_district", *args, stdout=out, verbosity=0, **options)
    return out.getvalue().splitlines()


def errors(folder):
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_district", folder, stdout=io.StringIO(), stderr=said, verbosity=0)
    return said.getvalue().splitlines()


# --- Every column and every choice has a word ----------------------------------------------------------------

HEADINGS = {
    "localities.csv": "mã địa bàn,mã địa bàn cấp trên,loại,tên,từ ngày,đến ngày,số hộ",
    "lineage.csv": "mã địa bàn trước,mã địa bàn sau,ngày hiệu lực,hình thức,số quyết định",
    "agencies.csv": "mã cơ quan,tên,mã địa bàn",
    "cadres.csv": "mã cán bộ,họ và tên,mã cơ quan,chức vụ,chức danh cấp ủy,đảng viên,thư điện tử,điện thoại",
    "postings.csv": "mã cán bộ,mã cơ quan,chức vụ,từ ngày,đến ngày",
    "assignments.csv": "mã cán bộ,mã địa bàn,vai trò,từ ngày,đến ngày,số quyết định,"
    "ngày ký quyết định,lý do kết thúc",
    "party_organisations.csv": "mã tổ chức đảng,loại,mã địa bàn,tên,từ ngày,đến ngày",
    "meetings.csv": "mã cuộc họp,loại,mã địa bàn,mã cơ quan,bắt đầu lúc,kết thúc lúc,trạng thái,cấp triệu tập,"
    "họp đột xuất,số hộ trong tổ,số hộ tham gia,chất lượng tổ chức,chất lượng nội dung,chất lượng thời gian,"
    "có góp ý nội dung sinh hoạt",
    "attendance.csv": "mã cuộc họp,mã cán bộ,trạng thái,lý do,ghi chú",
    "issues.csv": "mã vấn đề,mã địa bàn,ngày nêu,loại,bức xúc,lĩnh vực,nội dung,trạng thái,ngày đóng,"
    "mã đơn vị liên quan",
    "resources.csv": "mã nguồn lực,mã địa bàn,mã người kết nối,ngày vận động,loại,nội dung,giá trị (đồng),"
    "đơn vị hỗ trợ,trạng thái",
    "quarterly_reports.csv": "mã cán bộ,mã địa bàn,quý,ngày nộp,trạng thái",
    "ratings.csv": "mã tổ chức đảng,năm,mức,số quyết định,ngày ký quyết định",
    "guidance.csv": "số ký hiệu văn bản,trích yếu,cấp ban hành,ngày ban hành,hạn quán triệt,quán triệt đến,"
    "mã địa bàn,đến ngày",
}
# A word that is changed here must stay one that is understood: offices have files with it.
CHOICES = {
    ("lineage.csv", "kind"): "Nhập vào|Chia, tách",
    ("cadres.csv", "committee_role"): "Ủy viên Ban Thường vụ|Huyện ủy viên",
    ("assignments.csv", "role"): "Phụ trách|Trưởng nhóm|Cán bộ phụ trách bổ sung của nhóm",
    ("assignments.csv", "end_reason"): "Hết nhiệm kỳ|Nghỉ hưu|Điều chuyển sang nơi khác|Khối lượng công việc|"
    "Địa bàn được nhập|Địa bàn giải thể|Theo nguyện vọng cá nhân|Lý do khác",
    ("party_organisations.csv", "kind"): "Đảng ủy xã, thị trấn|Chi bộ ấp, khu phố",
    ("meetings.csv", "kind"): "Họp Đảng ủy xã|Sinh hoạt chi bộ|Sinh hoạt tổ NDTQ|"
    "Sinh hoạt đảng viên nơi cư trú (đảng viên 213)|Họp cơ quan|Tập huấn",
    ("meetings.csv", "status"): "Dự kiến|Đã tổ chức|Không tổ chức|Đã hủy",
    ("meetings.csv", "convened_by"): "Xã|Huyện|Tỉnh|Trung ương",
    ("meetings.csv", "quality_organisation"): "Tốt|Đạt|Yếu",
    ("meetings.csv", "quality_content"): "Tốt|Đạt|Yếu",
    ("meetings.csv", "quality_time"): "Tốt|Đạt|Yếu",
    ("attendance.csv", "status"): "Có dự|Vắng có lý do|Vắng",
    (
        "attendance.csv",
        "reason",
    ): "Việc đột xuất, cấp bách|Công tác chuyên môn|Đi công tác|Họp cơ quan|Việc riêng|Khác",
    ("issues.csv", "kind"): "Kiến nghị, đề xuất|Phản ánh|Khó khăn, vướng mắc",
    ("issues.csv", "theme"): "Đất đai|Giao thông|Nước sinh hoạt|Môi trường|Giá cả, đời sống|Chính sách xã hội|"
    "An ninh, trật tự|Thủ tục hành chính|Khác",
    ("issues.csv", "status"): "Đang mở|Đã chuyển|Đã đóng",
    ("resources.csv", "kind"): "Tiền|Vật tư|Ngày công|Đất đai|Chuyên môn, kỹ thuật|Khác",
    ("resources.csv", "status"): "Đã cam kết|Đã thực hiện",
    ("quarterly_reports.csv", "status"): "Bản nháp|Đã nộp|Trả lại|Đã tiếp nhận",
    ("guidance.csv", "level"): "Xã|Huyện|Tỉnh|Trung ương",
    ("guidance.csv", "tier"): "Đảng ủy xã|Chi bộ ấp, khu phố|Tổ NDTQ",
    ("ratings.csv", "level"): "Hoàn thành xuất sắc nhiệm vụ|Hoàn thành tốt nhiệm vụ|Hoàn thành nhiệm vụ|"
    "Không hoàn thành nhiệm vụ|Chưa xếp loại",
}


def test_every_column_is_called_something_in_vietnamese():
    assert {file: ",".join(column.vietnamese[0] for column in table.columns) for file, table in TABLES.items()} == (
        HEADINGS
    )


def test_the_documentation_has_the_same_headings():
    documented = (settings.BASE_DIR / "docs" / "data-format.md").read_text(encoding="utf-8")

    assert [
        file for file, heading in HEADINGS.items() if f"| `{file}` | {heading.replace(',', ', ')} |" not in documented
    ] == []


@pytest.mark.parametrize("file", TABLES)
def test_no_two_columns_of_a_file_share_a_word(file):
    words = [
        folded(word)
        for column in TABLES[file].columns
        for word in {*map(folded, column.vietnamese), folded(column.name)}
    ]

    assert sorted(words) == sorted(set(words))
    assert all(words)


def test_every_choice_is_called_something_in_vietnamese():
    found = {
        (file, column.name): "|".join(column.read.vocabulary.vietnamese.values())
        for file, table in TABLES.items()
        for column in table.columns
        if hasattr(column.read, "vocabulary")
    }

    assert found == CHOICES


@pytest.mark.parametrize("file, column", CHOICES, ids=lambda name: name)
def test_each_word_of_a_choice_means_it_with_and_without_marks_and_capitals(file, column):
    read = next(one.read for one in TABLES[file].columns if one.name == column)

    for value, word in read.vocabulary.vietnamese.items():
        written = [value, word, word.upper(), search_key(word), value.upper()]
        assert [read(text) for text in written] == [value] * 5


@pytest.mark.django_db
def test_types_of_locality_are_known_by_what_the_office_calls_them():
    LocalityType.objects.create(code="thon", tier="hamlet", name="Thôn")
    LocalityType.objects.filter(code="neighbourhood").update(name="Khóm")

    types = Types()

    words = ["hamlet", "ấp", "AP", "Thôn", "khom", "khu phố", "tổ nhân dân tự quản", "xa", "làng"]
    assert [type and type.code for type in map(types.called, words)] == [
        "hamlet",
        "hamlet",
        "hamlet",
        "thon",
        "neighbourhood",
        "neighbourhood",
        "self_governing_group",
        "commune",
        None,
    ]


@pytest.mark.parametrize(
    "text, value",
    [
        ("2022-Q4", "2022-Q4"),
        ("Quý IV/2022", "2022-Q4"),
        ("quy iii/2022", "2022-Q3"),
        ("Quý 4 năm 2022", "2022-Q4"),
        ("Q1/2022", "2022-Q1"),
        ("II/2022", "2022-Q2"),
    ],
)
def test_a_quarter_is_written_as_people_do(text, value):
    assert str(quarter(text)) == value


@pytest.mark.parametrize("text", ["4/2022", "Quý V/2022", "Quý 5/2022", "Quý IV", "12/2022", "2022"])
def test_what_may_be_a_month_is_no_quarter(text):
    with pytest.raises(BadValue, match="is not a quarter"):
        quarter(text)


@pytest.mark.parametrize(
    "text, value",
    [("1", True), ("có", True), ("CO", True), ("TRUE", True), ("0", False), ("Không", False), ("khong", False)],
)
def test_yes_and_no_are_words_too(text, value):
    assert flag(text) is value


# --- A folder in Vietnamese ----------------------------------------------------------------------------------


def in_vietnamese(column, cell):
    """A cell of the sample as a Vietnamese office writes it."""
    if not cell:
        return cell
    if column.refers is LocalityType:
        return LocalityType.objects.get(code=cell).name
    if hasattr(column.read, "vocabulary"):
        return column.read.vocabulary.vietnamese[cell]
    if column.read is flag:
        return {"1": "Có", "0": "Không"}[cell]
    if column.read is day:
        return "/".join(reversed(cell.split("-")))
    if column.read is moment:
        return f"{in_vietnamese_day(cell[:10])} {cell[11:]}"
    if column.read is quarter:
        year, number = cell.split("-Q")
        return f"Quý {['I', 'II', 'III', 'IV'][int(number) - 1]}/{year}"
    return cell


def in_vietnamese_day(cell):
    return "/".join(reversed(cell.split("-")))


def translated(folder, change=str):
    """A copy of the sample with Vietnamese headings and values, each as ``change`` writes it."""
    for path in SMALL.iterdir():
        table = TABLES[path.name]
        columns = {column.name: column for column in table.columns}
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        with (folder / path.name).open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([change(columns[name].vietnamese[-1]) for name in rows[0]])
            closed = {name for name, column in columns.items() if hasattr(column.read, "vocabulary")}
            for row in rows:
                cells = {name: in_vietnamese(columns[name], cell) for name, cell in row.items()}
                writer.writerow([change(cell) if name in closed else cell for name, cell in cells.items()])
    return folder


@pytest.mark.django_db
@pytest.mark.parametrize("change", [str, lambda text: search_key(text).upper()], ids=["as it is", "without marks"])
def test_a_folder_in_vietnamese_holds_the_same_rows(tmp_path, change):
    run(SMALL)

    said = run(translated(tmp_path, change))

    rows = {path.name: len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in SMALL.iterdir()}
    assert said == [f"{file}: 0 new, 0 changed, {rows[file]} unchanged" for file in TABLES if file in rows]


@pytest.mark.django_db
def test_a_folder_in_vietnamese_is_imported_on_its_own(tmp_path):
    run(translated(tmp_path))

    hamlet = LocalityVersion.objects.get(locality__code="28906-02", last_day=None)
    assert (hamlet.type.code, hamlet.parent.code, str(hamlet.first_day)) == ("hamlet", "00984", "2022-05-15")
    assert set(Assignment.objects.values_list("role", flat=True)) == {"in_charge", "head", "support"}
    assert Meeting.objects.filter(status="held").exists()
    assert Issue.objects.get(code="I00001").theme == "social_policy"


@pytest.mark.django_db
def test_a_file_in_vietnamese_is_answered_in_its_own_words(tmp_path):
    (tmp_path / "cadres.csv").write_text("Mã cán bộ *,Họ tên,Cơ quan,Đảng viên,Email\nP1,,A1,có,\n", encoding="utf-8")
    (tmp_path / "assignments.csv").write_text(
        "Mã cán bộ,Mã địa bàn,Vai trò,Từ ngày,Đến ngày,Số quyết định,Ngày quyết định,Lí do kết thúc\n"
        "P1,X,phụ trách,31/02/2022,,,,Nghỉ hưu\nP1,X,trưởng,,,,,\n",
        encoding="utf-8",
    )

    unknown = "Mã địa bàn: “X” is neither in localities.csv nor in the database. Add it there or correct it."
    columns = "Mã cán bộ *, Họ tên, mã cơ quan, chức vụ, chức danh cấp ủy, Đảng viên, Email, điện thoại"
    assert errors(tmp_path) == [
        "cadres.csv:1: The column “mã cơ quan” is missing. Add it to the header; its cells may be empty.",
        "cadres.csv:1: The column “chức vụ” is missing. Add it to the header; its cells may be empty.",
        "cadres.csv:1: The column “chức danh cấp ủy” is missing. Add it to the header; its cells may be empty.",
        "cadres.csv:1: The column “điện thoại” is missing. Add it to the header; its cells may be empty.",
        f"cadres.csv:1: The column “Cơ quan” is unknown. Remove it; the columns are: {columns}.",
        "assignments.csv:2: Từ ngày: The day 2022-02-31 does not exist. Correct it.",
        f"assignments.csv:2: {unknown}",
        "assignments.csv:2: There is an “Lí do kết thúc” and no “Đến ngày”. Fill in the day, or remove the reason.",
        "assignments.csv:3: Vai trò: “trưởng” is unknown. Write one of: in_charge, head, support.",
        f"assignments.csv:3: {unknown}",
    ]


@pytest.mark.django_db
def test_one_column_under_two_names_is_refused(tmp_path):
    (tmp_path / "agencies.csv").write_text("code,tên,locality_code,Mã cơ quan\nA1,Ban,,A2\n", encoding="utf-8")

    assert errors(tmp_path) == [
        "agencies.csv:1: The columns “code” and “Mã cơ quan” are the same one. Remove one of them."
    ]


# --- Templates ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_template_has_vietnamese_headings_and_an_explanation_below_each(tmp_path):
    assert run(template=tmp_path / "new") == [
        f"14 empty files are in {tmp_path / 'new'}. Delete those that you do not need."
    ]

    files = {path.name: path for path in (tmp_path / "new").iterdir()}
    assert sorted(files) == sorted(TABLES)
    for file, heading in HEADINGS.items():
        header, explanation = csv.reader(files[file].read_text(encoding="utf-8-sig").splitlines())
        assert ",".join(header) == heading
        assert all(cell.startswith("# ") for cell in explanation)
        assert [len(cell) > 10 for cell in explanation] == [True] * len(header)


@pytest.mark.django_db
def test_a_template_in_english_has_the_names_of_the_columns(tmp_path):
    run(template=tmp_path, language="en")

    header, explanation = csv.reader((tmp_path / "assignments.csv").read_text(encoding="utf-8-sig").splitlines())
    assert dict(zip_longest(header, explanation)) == {
        "cadre_code": "# must be filled in: the code of a row in cadres.csv",
        "locality_code": "# must be filled in: the code of a row in localities.csv",
        "role": "# must be filled in: one of: in_charge, head, support",
        "first_day": "# may stay empty: a day, 31/12/2022",
        "last_day": "# may stay empty: a day, 31/12/2022",
        "decision_number": "# may stay empty: free text",
        "decision_on": "# may stay empty: a day, 31/12/2022",
        "end_reason": "# may stay empty: one of: term_ended, retired, transferred, workload, locality_merged, "
        "locality_dissolved, own_request, other; or a short code of your own",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en", "es"])
def test_a_template_that_nobody_has_filled_in_holds_nothing_new(tmp_path, language):
    run(template=tmp_path, language=language)

    assert run(tmp_path) == [f"{file}: 0 new, 0 changed, 0 unchanged" for file in TABLES]


@pytest.mark.django_db
def test_rows_below_the_explanation_are_read_and_one_in_its_midst_is_refused(tmp_path):
    run(template=tmp_path)
    path = tmp_path / "agencies.csv"
    filled = path.read_text(encoding="utf-8-sig") + "A1,Ban Tổ chức,\n"
    path.write_text(filled, encoding="utf-8-sig")
    assert run(tmp_path)[2] == "agencies.csv: 1 new, 0 changed, 0 unchanged"

    header, explanation, *_rows = filled.splitlines()
    code = next(csv.reader([explanation]))[0]
    path.write_text(f'{header}\n"{code}",Ban Tuyên giáo,\n', encoding="utf-8-sig")
    assert errors(tmp_path) == [
        f"agencies.csv:2: “{code}” is the explanation of the template, and other cells of the line are filled in. "
        "Delete what the template explains, or write what is meant."
    ]


def test_a_template_overwrites_nothing(tmp_path):
    (tmp_path / "ratings.csv").write_text("mine", encoding="utf-8")

    with pytest.raises(CommandError, match=r"ratings.csv exists already. Choose another folder."):
        run(template=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ratings.csv"]
    assert (tmp_path / "ratings.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("asked", [{}, {"folder": "a", "template": Path("b")}])
def test_one_folder_is_named(asked):
    folders = [asked.pop("folder")] if "folder" in asked else []

    with pytest.raises(CommandError, match="Name one folder"):
        run(*folders, **asked)


@pytest.mark.django_db
def test_days_are_written_as_people_do(tmp_path):
    run(SMALL)
    (tmp_path / "assignments.csv").write_text(
        "cadre_code,locality_code,role,first_day,last_day,decision_number,decision_on,end_reason\n"
        "P00011,28903-02,in_charge,1/3/2021,31/10/2022,012-QĐ/HU,2021-3-1,\n",
        encoding="utf-8",
    )

    assert run(tmp_path) == ["assignments.csv: 0 new, 1 changed, 0 unchanged"]
    changed = Assignment.objects.get(cadre__code="P00011", locality__code="28903-02")
    assert [str(changed.first_day), str(changed.last_day), str(changed.decision_on)] == [
        "2021-03-01",
        "2022-10-31",
        "2021-03-01",
    ]
    assert Cadre.objects.count() == 25
