"""Lists of units as the statistics office hands them out: their headings are known, and no level gets lost."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from reports.district.official import COLUMN_OF, HEADINGS, folded

# As the office's page exports communes; some columns say what nobody needs here.
OLD = [
    ["Mã", "Tên", "Tên Tiếng Anh", "Cấp", "Mã QH", "Quận Huyện", "Mã TP", "Tỉnh / Thành Phố"],
    ["28984", "Thị trấn Giồng Trôm", "", "Thị trấn", "834", "Huyện Giồng Trôm", "83", "Tỉnh Bến Tre"],
    ["28987", "Xã Phong Nẫm", "", "Xã", "834", "Huyện Giồng Trôm", "83", "Tỉnh Bến Tre"],
    ["00004", "Phường Trúc Bạch", "", "Phường", "001", "Quận Ba Đình", "01", "Thành phố Hà Nội"],
    ["", "", "", "", "318", "Huyện Bạch Long Vĩ", "31", "Thành phố Hải Phòng"],
]
NEW = [
    ["Mã", "Tên", "Cấp", "Nghị quyết", "Mã TP", "Tỉnh / Thành Phố"],
    ["00004", "Phường Ba Đình", "Phường", "1656", "01", "Thành phố Hà Nội"],
    ["31948", "Đặc khu Phú Quốc", "Đặc khu", "1654", "91", "Tỉnh An Giang"],
]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def units(tmp_path):
    """Turn a list into localities: (what is printed beside, the rows), or the sentences of the refusal."""

    def units(rows, **options):
        (tmp_path / "list.csv").write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
        said, target = io.StringIO(), tmp_path / "out" / "localities.csv"
        target.unlink(missing_ok=True)
        options |= {"out": target.parent, "stdout": io.StringIO(), "stderr": said}
        try:
            call_command("official_units", tmp_path / "list.csv", **options)
        except CommandError:
            return said.getvalue().replace("list.csv:", "").splitlines()
        return said.getvalue(), [line.rstrip(",") for line in target.read_text(encoding="utf-8").splitlines()[1:]]

    return units


def changed(rows, **headings):
    """The same list with other headings; None takes a column out."""
    header = [headings.get(name.replace(" ", "_").replace("/", ""), name) for name in rows[0]]
    kept = [place for place, name in enumerate(header) if name is not None]
    return [[row[place] for place in kept] for row in (header, *rows[1:])]


def with_cell(rows, line, heading, text):
    rows = [list(row) for row in rows]
    rows[line - 1][rows[0].index(heading)] = text
    return rows


def test_the_list_with_districts_is_read_with_its_own_headings(units):
    assert units(OLD) == (
        "These columns were not used: Tên Tiếng Anh.\n",
        [
            "01,,province,Thành phố Hà Nội",
            "31,,province,Thành phố Hải Phòng",
            "83,,province,Tỉnh Bến Tre",
            "001,01,district,Quận Ba Đình",
            "318,31,district,Huyện Bạch Long Vĩ",
            "834,83,district,Huyện Giồng Trôm",
            "00004,001,ward,Phường Trúc Bạch",
            "28984,834,township,Thị trấn Giồng Trôm",
            "28987,834,commune,Xã Phong Nẫm",
        ],
    )


def test_the_list_without_districts_is_read_with_its_own_headings(units):
    assert units(NEW, suffix="") == (
        "These columns were not used: Nghị quyết.\n",
        [
            "01,,province,Thành phố Hà Nội",
            "91,,province,Tỉnh An Giang",
            "00004,01,ward,Phường Ba Đình",
            "31948,91,special_zone,Đặc khu Phú Quốc",
        ],
    )


@pytest.mark.parametrize(
    "header",
    [
        "Mã PX,Phường Xã,x,Cấp,Mã QH,Quận Huyện,Mã TP,Tỉnh / Thành Phố",
        "commune_code,commune,x,commune_type,district_code,district,province_code,province",
        "MÃ XÃ,tên xã,x,cấp,Mã huyện,Quận / Huyện,Mã tỉnh,Tỉnh/Thành phố",
        "ma px,Phuong Xa,x,Cap,ma qh,quan huyen,ma tp,tinh thanh pho",
        "MaXa,TenXa,x,Loai,MaHuyen,TenHuyen,MaTinh,TenTinh",
    ],
)
def test_headings_are_known_in_the_ways_in_which_they_are_written(units, header):
    assert units([header.split(","), *OLD[1:]])[1] == units(OLD)[1]


def test_no_heading_stands_for_two_columns():
    meant = {(folded(name), column) for column, names in HEADINGS.items() for name in (column, *names)}

    assert sorted(meant) == sorted(COLUMN_OF.items())


MISSING = (
    "1: These columns are missing: {}. A list until 30 June 2025 has the columns province_code, province, "
    "district_code, district, commune_code, commune, commune_type; one since then lacks district_code and district. "
    "The headings of the statistics office are known, too."
)
OF_DISTRICTS = (
    "1: These columns seem to be about districts: {}. Call them district_code and district; where a list since "
    "1 July 2025 tells by them what was before, remove them."
)
NO_TOWNSHIPS = (
    "2: There has been no Thị trấn since 1 July 2025: this is a list with districts. Add the columns district_code "
    "and district."
)


def test_a_level_that_is_missing_is_refused_and_never_left_out(units, tmp_path):
    """Whoever names just the columns that were asked for loses 691 districts otherwise."""
    assert units(changed(OLD, Mã_QH="x")) == [MISSING.format("district_code")]
    assert units(changed(OLD, Quận_Huyện=None)) == [MISSING.format("district")]
    assert units(changed(OLD, Mã_QH="Mã của huyện", Quận_Huyện="Tên của quận")) == [
        OF_DISTRICTS.format("Mã của huyện, Tên của quận")
    ]
    assert units(changed(OLD, Mã_QH="H_ID_QH", Quận_Huyện="DistrictVN")) == [
        OF_DISTRICTS.format("H_ID_QH, DistrictVN")
    ]
    assert units(changed(OLD, Mã_QH=None, Quận_Huyện=None)[:3]) == [NO_TOWNSHIPS]
    assert units(changed(OLD, Mã="x", Mã_TP="y")) == [MISSING.format("province_code, commune_code")]
    assert units(changed(NEW, Cấp=None)) == [MISSING.format("commune_type")]
    assert not (tmp_path / "out").exists()


def test_following_the_advice_leads_to_the_right_tree(units):
    five = {"Mã_TP": "province_code", "Tỉnh__Thành_Phố": "province", "Mã": "commune_code", "Tên": "commune"}
    five["Cấp"] = "commune_type"

    assert units(changed(OLD, **five))[1] == units(OLD)[1]


def test_a_column_that_comes_twice_is_refused(units):
    assert units(changed(OLD, Tên_Tiếng_Anh="Mã PX")) == [
        "1: The columns “Mã” and “Mã PX” both stand for commune_code. Remove one of them."
    ]


def test_codes_that_lost_their_zeros_are_asked_about_by_cell(units):
    lost = with_cell(with_cell(with_cell(OLD, 4, "Mã", "4"), 4, "Mã QH", "1"), 4, "Mã TP", "1")
    lost = with_cell(lost, 3, "Mã", "1267")

    assert units(lost) == [
        "3: Mã: “1267” has lost its zeros. Is “01267” meant? Open the list anew, with this column as text.",
        "4: Mã TP: “1” has lost its zeros. Is “01” meant? Open the list anew, with this column as text.",
        "4: Mã QH: “1” has lost its zeros. Is “001” meant? Open the list anew, with this column as text.",
        "4: Mã: “4” has lost its zeros. Is “00004” meant? Open the list anew, with this column as text.",
    ]


@pytest.mark.parametrize("code", ["289840", "28984.0", "2898А", "28 984", "28984@2025"])
def test_other_codes_have_their_digits_counted(units, code):
    assert units(with_cell(OLD, 2, "Mã", code)) == [f"2: Mã: “{code}” is no code of 5 digits."]


def test_names_are_cleaned_and_their_letters_looked_at(units):
    rows = with_cell(OLD, 3, "Tên", "Xã\u00a0Phong Nẫm\u200b")

    assert units(rows)[1] == units(OLD)[1]
    assert units(with_cell(OLD, 3, "Tên", "Xã Phоng Nẫm")) == [
        "3: Tên: “Phоng”: letter 3, “о”, is Cyrillic and only looks like ours. Type it again."
    ]


def test_a_unit_is_named_with_the_marks_it_has(units):
    assert len(units(OLD, within="huyen giong trom")[1]) == 4
    assert len(units(OLD, within="Huyện Giồng Trôm")[1]) == 4
    assert units(OLD, within="Huyện Giống Trôm") == [
        "1: The list has no unit “Huyện Giống Trôm”. Write its code or its full name."
    ]
    assert units(OLD, within="Huyên Giồng Trôm") == [
        "1: Is “Huyện Giồng Trôm” (834) meant by “Huyên Giồng Trôm”? Write all its marks, none, or its code."
    ]
    assert units(OLD, within="4") == [
        "1: The list has no unit “4”. Write its code or its full name.",
        "1: “4” is not known. Is “00004” meant?",
    ]
