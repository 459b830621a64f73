"""A spreadsheet takes 00984 for the number 984: a code that lost its zeros is asked about, and is nothing new."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Agency, Cadre, Locality, LocalityVersion
from assignments.tests.cast import agency, cadre, locality, small_tree, user
from cadrenet.codes import new_beside_twins, stored_twins
from reports.district.similar_codes import MODELS
from reports.district.tables import TABLES
from reports.tests.folders import folder
from reports.tests.test_import import SMALL, put, run

__all__ = ["folder"]  # fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def refused(folder):
    """What an import says against a folder."""
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_district", folder, stderr=said, verbosity=0)
    return said.getvalue().splitlines()


def asked(code, meant):
    return f"code: “{code}” is new. Is “{meant}” meant? They differ only by zeros."


# --- The folder -----------------------------------------------------------------------------------------------------


def test_a_list_that_went_through_a_spreadsheet_makes_nothing_new(folder, client):
    """Our own export, opened and saved there, came back as eight new localities."""
    run("import_district", SMALL)
    client.force_login(user("root", is_superuser=True, is_staff=True))
    url = reverse("admin:assignments_locality_changelist")
    exported = b"".join(client.get(f"{url}export/").streaming_content).decode("utf-8-sig")
    rows = [
        [str(int(cell)) if cell.isdecimal() else cell for cell in row] for row in csv.reader(io.StringIO(exported))
    ]
    lines = [",".join(row) for row in rows[1:]]
    put(folder, "localities.csv", *lines)
    lost = [line for line in lines if line.startswith("984,")]

    said = refused(folder)

    assert lost
    assert [line.partition(": ")[2] for line in said if ": code: " in line] == [asked("984", "00984")] * len(lost)
    assert {line.partition(": ")[2] for line in said if ": code: " not in line} == {
        "parent_code: “984” is not known. Is “00984” meant?"
    }
    assert Locality.objects.filter(code="984").exists() is False


def test_in_every_file_a_new_code_beside_one_with_zeros_is_asked_about(folder):
    """Whether the other one is stored or stands in the same file."""
    run("import_district", SMALL)
    rows = {
        "agencies.csv": "{code},Ban,",
        "cadres.csv": "{code},Lê Văn Tám,,,,1,,",
        "party_organisations.csv": "{code},commune_committee,00984,,,",
        "meetings.csv": "{code},residence,00984,,2022-10-01T19:00,,planned,,,,,,,,",
        "issues.csv": "{code},00984,2022-10-01,feedback,0,land,Đường hỏng,open,,",
        "resources.csv": "{code},00984,,2022-10-01,money,,1000,,promised",
        "localities.csv": "{code},,commune,Xã {code},2020-01-01,,",
    }
    assert set(rows) == set(MODELS) == {file for file, table in TABLES.items() if table.key[0] == "code"}

    for file, row in rows.items():
        put(folder, file, row.format(code="0077"), row.format(code="77"), row.format(code="0078"))
        assert refused(folder) == [f"{file}:3: {asked('77', '0077')}"]
        put(folder, file, row.format(code="0077"), row.format(code="0078"))
        run("import_district", folder)
        put(folder, file, row.format(code="0077"), row.format(code="78"), row.format(code="00077"))
        assert refused(folder) == [f"{file}:3: {asked('78', '0078')}", f"{file}:4: {asked('00077', '0077')}"]
        (folder / file).unlink()


def test_codes_of_other_tiers_may_be_alike(folder):
    """The state numbers provinces 01, districts 001 and communes 00001."""
    put(
        folder,
        "localities.csv",
        "01,,province,Thành phố Hà Nội,,,",
        "001,01,district,Quận Ba Đình,,,",
        "00001,001,ward,Phường Phúc Xá,,,",
    )
    run("import_district", folder)
    put(folder, "localities.csv", "1,,province,Thành phố Hà Nội,,,", "2,001,ward,Phường Khác,,,")

    assert refused(folder) == [f"localities.csv:2: {asked('1', '01')}"]


def test_a_code_that_names_nothing_is_asked_about_with_all_that_it_may_have_been(folder):
    put(folder, "localities.csv", "01,,province,Hà Nội,,,", "001,01,district,Ba Đình,,,", "9,1,ward,Phúc Xá,,,")

    assert refused(folder) == ["localities.csv:4: parent_code: “1” is not known. Is “001”, “01” meant?"]


@pytest.mark.parametrize("code", ["984.0", "984,0", "1E+05"])
def test_a_number_of_a_spreadsheet_is_no_code(folder, code):
    run("import_district", SMALL)
    put(folder, "agencies.csv", f'"{code}",Ban,')

    (said,) = refused(folder)

    assert said.startswith("agencies.csv:2: ")
    assert Agency.objects.filter(name="Ban").exists() is False


# --- The administration ---------------------------------------------------------------------------------------------


def errors(client, model, header, *rows):
    url = reverse(f"admin:assignments_{model}_import")
    data = "\n".join([header, *rows, ""]).encode()
    return list(client.post(url, {"file": SimpleUploadedFile("table.csv", data)}).context["row_errors"])


def test_the_import_of_the_administration_asks_too(client):
    tree = small_tree()
    locality("00984", "commune", "Xã Số", tree.district)
    localities_changed()
    cadre("00123", agency=agency("07", at=tree.district))
    client.force_login(user("root", is_superuser=True, is_staff=True))
    localities = "code,parent_code,type,name,first_day"

    assert errors(client, "locality", localities, "984,D,commune,Xã Số,", "984-1,984,hamlet,Ấp,") == [
        (2, [asked("984", "00984")]),
        (3, ["parent_code: “984” is not known. Is “00984” meant?"]),
    ]
    assert errors(client, "locality", localities, "X,984,hamlet,Ấp,") == [
        (2, ["parent_code: “984” is not known. Is “00984” meant?"]),
    ]
    assert errors(client, "locality", localities, "0984,,district,Huyện Khác,") == []
    assert errors(client, "cadre", "code,full_name,party_member", "123,Lê A,1", "055,Lê B,1", "55,Lê C,1") == [
        (2, [asked("123", "00123")]),
        (4, [asked("55", "055")]),
    ]
    assert errors(client, "cadre", "code,full_name,party_member,agency_code", "Q,Lê A,1,7") == [
        (2, ["agency_code: “7” is not known. Is “07” meant?"]),
    ]
    assert errors(
        client, "assignment", "cadre_code,locality_code,role,first_day", "123,984,in_charge,2026-01-01"
    ) == [
        (
            2,
            [
                "cadre_code: “123” is not known. Is “00123” meant?",
                "locality_code: “984” is not known. Is “00984” meant?",
            ],
        ),
    ]


def test_who_does_not_see_the_other_one_is_not_told_of_it(client):
    tree = small_tree()
    locality("00984", "hamlet", "Ấp Số", tree.cam)
    localities_changed()
    clerk = user("clerk", at=tree.binh, level="editor", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    client.force_login(clerk)

    assert errors(client, "locality", "code,parent_code,type,name,first_day", "984,BI,hamlet,Ấp Mới,") == []


# --- What is alike --------------------------------------------------------------------------------------------------


def test_what_is_stored_is_new_no_more_and_of_two_new_ones_the_shorter_is_asked_about():
    assert new_beside_twins({"7", "07"}, {"7", "07"}) == {}
    assert set(new_beside_twins({"7", "07", "x", "0"}, set())) == {"7"}
    assert set(new_beside_twins({"7", "07"}, {"7"})) == {"07"}
    assert set(new_beside_twins({"7"}, {"07"}, {"7": "commune", "07": "district"})) == set()
    assert set(new_beside_twins({"0"}, {"00"})) == {"0"}


def test_stored_ones_are_found_whatever_they_have_before_them(django_assert_num_queries):
    for code in ("7", "007", "70", "0000000007"):
        Cadre.objects.create(code=code, full_name="Lê")

    with django_assert_num_queries(1):
        assert stored_twins({"07"}, Cadre.objects.all()) == {"7", "007", "0000000007"}


def test_versions_of_a_locality_are_known_by_its_code(folder):
    """A code that is stored may have as many rows as it likes."""
    put(folder, "localities.csv", "007,,commune,Xã Cũ,,2020-12-31,", "007,,commune,Xã Mới,2021-01-01,,")
    run("import_district", folder)

    assert LocalityVersion.objects.filter(locality__code="007").count() == 2
    assert run("import_district", folder) == "localities.csv: 0 new, 0 changed, 2 unchanged\n"


# --- By hand --------------------------------------------------------------------------------------------------------


def test_somebody_who_types_a_new_code_is_asked_and_who_leaves_a_stored_one_is_not(client):
    cadre("00123")
    two = cadre("123", "Lê Văn Chín")
    client.force_login(user("root", is_superuser=True, is_staff=True))

    def errors_of(url, code):
        answer = client.post(url, {"code": code, "name": "Ban"})
        return answer.context["adminform"].form.errors.get("code", []) if answer.context else []

    agency("07")
    assert errors_of("/admin/assignments/agency/add/", "7") == [asked("7", "07").removeprefix("code: ")]
    assert errors_of("/admin/assignments/agency/add/", "x7") == []
    assert Agency.objects.filter(code="x7").exists()
    assert two.full_clean() is None


def test_a_code_of_another_tier_may_be_typed():
    locality("01", "province", "Tỉnh")

    assert Locality(code="001", tier="district").full_clean() is None
    with pytest.raises(ValidationError) as raised:
        Locality(code="1", tier="province").full_clean()
    assert raised.value.message_dict == {"code": [asked("1", "01").removeprefix("code: ")]}
