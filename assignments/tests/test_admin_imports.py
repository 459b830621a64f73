"""Tables in the administration: previewed with an error for each line, then written, all of it or nothing."""

import io
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook, load_workbook

from assignments.models import AccessGrant, Assignment, Cadre, Locality, LocalityVersion, Place, Posting
from assignments.tests.cast import agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters, wrong_rosters
from reports.models import PartyOrganisation, Rating, RatingLevel, RatingScheme

pytestmark = pytest.mark.django_db
OUTSIDE = "This lies outside the area in which you may change things."
LOCALITIES = "code,parent_code,type,name,first_day,last_day,households"
CADRES = "code,full_name,agency_code,position,committee_role,party_member,email,phone"
ASSIGNMENTS = "cadre_code,locality_code,role,first_day,last_day,decision_number,decision_on,end_reason"
RATINGS = "organisation_code,year,level,decision_number,decision_on"


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


@pytest.fixture
def root(client):
    made = user("root", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def editor(client, place):
    made = user("clerk", at=place, level="editor", is_staff=True)
    made.user_permissions.set(Permission.objects.all())
    client.force_login(made)
    return made


def url(model, page):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def csv(header, *rows):
    return "\r\n".join([header, *rows, ""]).encode()


def upload(client, model, data, name="table.csv"):
    return client.post(url(model, "import"), {"file": SimpleUploadedFile(name, data)})


def confirm(client, model, preview, follow=True):
    return client.post(url(model, "import_confirm"), preview.context["confirm_form"].initial, follow=follow)


def import_(client, model, data):
    """Upload and confirm; returns what the page says at the end."""
    preview = upload(client, model, data)
    assert preview.context["row_errors"] == ()
    return [str(message) for message in confirm(client, model, preview).context["messages"]]


def errors(preview):
    assert "confirm_form" not in preview.context
    return [(line, list(map(str, told))) for line, told in preview.context["row_errors"]]


def test_a_preview_says_what_is_wrong_with_each_line_and_writes_nothing(client, root):
    agency("X", "Phòng Mẫu")
    cadre("P1", "Lê Văn Tám")

    preview = upload(
        client,
        Cadre,
        csv(
            CADRES,
            "P1,Lê Văn Chín,X,,,1,,",
            "P2,,Y,,secretary,ja,no-address,",
            "",
            "P3,Trần Thị Ba,X,,,1,,",
        ),
    )

    assert errors(preview) == [
        (
            3,
            [
                "“full_name” is empty. Fill it in.",
                "agency_code: There is no agency with the code “Y” that you may use here.",
                "committee_role: “secretary” is unknown. Write one of: standing_committee, district_committee.",
                "party_member: “ja” is neither 0 (no) nor 1 (yes). Write one of the two.",
                "email: “no-address” is no e-mail address. Correct it or leave it empty.",
            ],
        )
    ]
    assert list(Cadre.objects.values_list("full_name", flat=True)) == ["Lê Văn Tám"]
    assert Cadre.history.count() == 1


def test_a_preview_shows_what_would_happen_and_confirming_writes_it_once_with_who_and_from_what(client, root):
    agency("X", "Phòng Mẫu")
    cadre("P1", "Lê Văn Tám")
    cadre("P3", "Võ Thị Sáu")

    preview = upload(
        client, Cadre, csv(CADRES, "P1,Lê Văn Chín,X,,,1,,", "P2,Trần Thị Ba,,,,0,,", "P3,Võ Thị Sáu,,,,1,,")
    )
    assert preview.context["totals"] == {"new": 1, "changed": 1, "unchanged": 1}
    assert [row.cells[:3] for row in preview.context["rows"]] == [
        ["P1", "<del>Lê Văn Tám</del> <ins>Lê Văn Chín</ins>", "X"],
        ["P2", "Trần Thị Ba", ""],
    ]
    assert Cadre.objects.count() == 2

    first = confirm(client, Cadre, preview)
    second = confirm(client, Cadre, preview)

    assert [str(m) for m in first.context["messages"]] == ["Imported: 1 new, 1 changed, 1 unchanged."]
    assert [str(m) for m in second.context["messages"]] == [
        "This preview has expired or was imported already. Choose the file again."
    ]
    rows = Cadre.history.exclude(history_user=None).order_by("code")
    assert list(rows.values_list("code", "history_type", "history_user", "history_change_reason")) == [
        ("P1", "~", root.pk, "Import of table.csv"),
        ("P2", "+", root.pk, "Import of table.csv"),
    ]


def test_rows_that_somebody_changed_since_the_preview_are_previewed_again(client, root):
    Cadre.objects.create(code="P1", full_name="Lê Văn Tám")
    preview = upload(client, Cadre, csv("code,full_name", "P1,Lê Văn Chín"))
    Cadre.objects.update(full_name="Lê Văn Mười")

    again = confirm(client, Cadre, preview)

    assert Cadre.objects.get().full_name == "Lê Văn Mười"
    assert [row.cells for row in again.context["rows"]] != [row.cells for row in preview.context["rows"]]
    confirm(client, Cadre, again)
    assert Cadre.objects.get().full_name == "Lê Văn Chín"


def test_confirming_with_the_key_of_nothing_or_of_something_else_writes_nothing(client, root):
    cache.set("something-else", b"secret")

    for key in ("", "../something-else", "something-else", "/etc/passwd"):
        answer = client.post(url(Cadre, "import_confirm"), {"upload": key, "file_name": "x.csv"})
        assert (answer.status_code, answer.url) == (302, url(Cadre, "import"))


def test_who_may_only_look_imports_nothing(client):
    reader = user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_cadre"))
    client.force_login(reader)

    assert client.get(url(Cadre, "import")).status_code == 403
    assert upload(client, Cadre, csv(CADRES)).status_code == 403
    assert client.post(url(Cadre, "import_confirm"), {}).status_code == 403


@pytest.mark.parametrize(
    "data, name, sentence",
    [
        (b"x" * (2 * 1024 * 1024 + 1), "big.csv", "The file is larger than 2.0\xa0MB. Split it into several files."),
        (csv(CADRES), "table.pdf", "Choose a file whose name ends in .csv or .xlsx."),
    ],
)
def test_a_file_is_bounded_before_it_is_read(client, root, data, name, sentence):
    preview = upload(client, Cadre, data, name)

    assert preview.context["form"].errors == {"file": [sentence]}


def test_what_is_wrong_with_the_file_as_a_whole_is_said_at_once(client, root):
    preview = upload(client, Cadre, csv("code,salary,name", "P1,1,2"))

    columns = CADRES.replace(",", ", ")
    assert errors(preview) == [
        (None, ["The column “full_name” is missing. Add it to the header."]),
        (None, [f"The column “salary” is unknown. Remove it; the columns are: {columns}."]),
        (None, [f"The column “name” is unknown. Remove it; the columns are: {columns}."]),
    ]


def test_a_file_of_a_header_alone_holds_nothing_new(client, root):
    preview = upload(client, Cadre, csv(CADRES))

    assert preview.context["row_errors"] == ()
    assert preview.context["totals"] == {"new": 0, "changed": 0, "unchanged": 0}


def test_the_same_cadre_on_two_lines_is_an_error_of_the_second(client, root):
    preview = upload(client, Cadre, csv("code,full_name", "P1,Lê Văn Tám", "P2,Võ Thị Sáu", "P1,Lê Văn Chín"))

    assert errors(preview) == [(4, ["Line 2 has the same code already (P1). Remove one of the two rows."])]


def test_a_column_that_is_not_in_the_file_is_left_as_it_is(client, root):
    cadre("P1", "Lê Văn Tám", agency=agency("X", "Phòng Mẫu"))

    told = import_(client, Cadre, csv("code,full_name", "P1,Lê Văn Chín", "P2,Võ Thị Sáu"))

    assert told == ["Imported: 1 new, 1 changed, 0 unchanged."]
    names = ("full_name", "postings__agency__code", "party_member")
    assert list(Cadre.objects.order_by("code").values_list(*names)) == [
        ("Lê Văn Chín", "X", True),
        ("Võ Thị Sáu", None, True),
    ]


def test_a_preview_is_confirmed_by_whoever_uploaded_it_and_into_the_same_table(client, root):
    preview = upload(client, Cadre, csv("code,full_name", "P1,Lê Văn Tám"))
    expired = ["This preview has expired or was imported already. Choose the file again."]

    elsewhere = confirm(client, Assignment, preview)
    client.force_login(user("other", is_staff=True, is_superuser=True))
    by_another = confirm(client, Cadre, preview)

    assert [[str(m) for m in answer.context["messages"]] for answer in (elsewhere, by_another)] == [expired, expired]
    assert Cadre.objects.count() == 0


def test_a_file_with_too_many_rows_or_in_an_old_encoding_is_refused(client, root):
    many = upload(client, Cadre, csv("code,full_name", *(f"P{n},Lê" for n in range(3001))))
    old = upload(client, Cadre, "code,full_name\r\nP1,Nguyễn".encode("utf-16"))

    assert errors(many) == [(3002, ["The file has more than 3000 rows. Split it into several files."])]
    assert errors(old)[0][0] is None
    assert Cadre.objects.count() == 0


# --- Localities ---------------------------------------------------------------------------------------------


def test_localities_are_moved_and_made_in_whatever_order_they_stand(client, root):
    tree = small_tree()
    assign(cadre("P"), tree.an2)
    Meeting.objects.create(
        kind="commune_committee", locality=tree.binh, starts_at=at(date(2022, 5, 20)), status="held"
    )
    keep_rosters(Meeting.objects.all())

    told = import_(
        client,
        Locality,
        csv(
            LOCALITIES,
            "DO-1,DO,hamlet,Ấp Mới,2022-05-15,,",
            "DO,N,commune,Xã Đông,2022-05-15,,",
            "AN-2,BI,hamlet,Ấp 2,2022-05-15,,120",
            "AN-2,AN,hamlet,Ấp 2,,14/05/2022,",
        ),
    )

    assert told == ["Imported: 3 new, 1 changed, 0 unchanged."]
    stood = Place.objects.filter(locality__code__in=["AN-2", "DO-1"]).order_by("locality__code", "first_day")
    assert [(place.path, place.households) for place in stood] == [
        ("Huyện Mẫu › Nhóm Bắc › Thị trấn An", None),
        ("Huyện Mẫu › Nhóm Bắc › Xã Bình", 120),
        ("Huyện Mẫu › Nhóm Bắc › Xã Đông", None),
    ]
    assert list(Attendance.objects.values_list("cadre__code", flat=True)) == ["P"]
    assert wrong_rosters() == set()


def test_a_locality_that_ends_over_the_heads_of_others_is_an_error_of_its_line(client, root):
    small_tree()

    preview = upload(client, Locality, csv(LOCALITIES, "AN-1,AN,neighbourhood,Khu phố 1,,2023-06-30,"))

    assert errors(preview) == [
        (2, ["Tổ số 1 lies in this locality on days on which this would not exist. Move or end it first."])
    ]


def test_versions_that_overlap_are_an_error_of_their_line(client, root):
    small_tree()

    preview = upload(client, Locality, csv(LOCALITIES, "AN-2,AN,hamlet,Ấp Hai,2023-01-01,,", "AN-2,,hamlet,X,x,,"))

    assert errors(preview) == [
        (2, ["Another version of this locality holds on some of these days."]),
        (3, ["first_day: “x” is no day in this format. Write year, month and day as 2022-12-31."]),
    ]


def test_an_editor_imports_below_the_own_commune_only(client):
    tree = small_tree()
    editor(client, tree.an)

    preview = upload(
        client,
        Locality,
        csv(
            LOCALITIES,
            "BI-1,BI,hamlet,Ấp Một,,,",
            "AN-2,BI,hamlet,Ấp 2,,,",
            "AN-2-A,N,self_governing_group,Tổ 1,,,",
            "TOP,,province,Tỉnh,,,",
            "AN-3,AN,hamlet,Ấp 3,,,",
        ),
    )

    told = dict(errors(preview))
    assert sorted(told) == [2, 3, 4, 5]
    assert told[3] == ["parent_code: There is no locality with the code “BI” that you may use here."]
    assert told[4] == [OUTSIDE]
    assert told[5] == [OUTSIDE]
    assert "Bình" not in preview.content.decode()
    assert Locality.objects.count() == 13

    assert import_(client, Locality, csv(LOCALITIES, "AN-3,AN,hamlet,Ấp 3,,,", "AN,N,township,Thị trấn Ân,,,")) == [
        "Imported: 1 new, 1 changed, 0 unchanged."
    ]
    assert (
        Locality.objects.get(code="AN-3").stood_on(today()).full_path == "Huyện Mẫu › Nhóm Bắc › Thị trấn Ân › Ấp 3"
    )


def test_a_locality_whose_own_row_is_wrong_holds_none(client, root):
    small_tree()

    preview = upload(
        client, Locality, csv(LOCALITIES, "DO-1,DO,hamlet,Ấp Mới,,,", "DO,N,commune,,,,", "BI-9,BI,commune,Xã,,,")
    )

    assert errors(preview) == [
        (2, ["parent_code: There is no locality with the code “DO” that you may use here."]),
        (3, ["“name” is empty. Fill it in."]),
        (4, ["parent_code: A locality lies in one of a higher tier."]),
    ]


# --- Assignments, ratings -------------------------------------------------------------------------------------


def test_one_head_of_a_group_follows_another_in_whatever_order_they_stand(client, root):
    tree = small_tree()
    assign(cadre("OLD"), tree.north, role="head")
    cadre("NEW")
    Meeting.objects.create(kind="commune_committee", locality=tree.an, starts_at=at(date(2022, 7, 9)), status="held")
    keep_rosters(Meeting.objects.all())

    told = import_(
        client,
        Assignment,
        csv(
            ASSIGNMENTS,
            "NEW,N,head,2022-07-01,,05-QĐ/HU,2022-06-20,",
            "OLD,N,head,2022-01-01,2022-06-30,,,transferred",
        ),
    )

    assert told == ["Imported: 1 new, 1 changed, 0 unchanged."]
    assert list(Attendance.objects.values_list("cadre__code", flat=True)) == ["NEW"]


def test_an_editor_imports_no_assignment_elsewhere(client):
    tree = small_tree()
    own, other = cadre("OWN", agency=agency("A", at=tree.an)), cadre("OTHER", agency=agency("B", at=tree.binh))
    assign(other, tree.binh1)
    editor(client, tree.an)

    preview = upload(
        client,
        Assignment,
        csv(
            ASSIGNMENTS,
            "OWN,BI-1,in_charge,2022-01-01,,,,",
            "OTHER,AN-2,in_charge,2022-01-01,,,,",
            "OTHER,BI-1,in_charge,2022-01-01,2022-02-01,,,",
        ),
    )

    told = dict(errors(preview))
    assert sorted(told) == [2, 3, 4]
    assert "locality_code: There is no locality with the code “BI-1” that you may use here." in told[2]
    assert "cadre_code: There is no cadre with the code “OTHER” that you may use here." in told[3]
    assert Assignment.objects.get().last_day is None
    assert import_(client, Assignment, csv(ASSIGNMENTS, "OWN,AN-2,in_charge,2022-01-01,,,,")) == [
        "Imported: 1 new, 0 changed, 0 unchanged."
    ]
    assert own.assignments.count() == 1


def test_a_row_that_one_only_sees_is_not_drawn_into_the_own_area(client):
    tree = small_tree()
    office, elsewhere = agency("A", at=tree.an), agency("B", at=tree.binh)
    cadre("OTHER", "Lê Văn Tám", agency=elsewhere)
    clerk = editor(client, tree.an)
    AccessGrant.objects.create(user=clerk, locality=tree.binh, level="viewer")

    preview = upload(client, Cadre, csv("code,full_name,agency_code", "OTHER,Lê Văn Tám,A"))

    assert errors(preview) == [(2, [OUTSIDE])]
    assert not office.postings.exists()


def test_the_rules_of_a_row_are_those_of_the_folder(client, root):
    tree = small_tree()
    cadre("P1")
    PartyOrganisation.objects.create(code="O", kind="cell", locality=tree.an2, last_day=date(2022, 8, 10))

    assignments = upload(
        client,
        Assignment,
        csv(
            ASSIGNMENTS,
            "P1,AN-2,in_charge,2022-01-01,01/12/2021,,,retired",
            "P1,AN-1,in_charge,2022-01-01,,,,retired",
        ),
    )
    ratings = upload(client, Rating, csv(RATINGS, "O,2023,good,,"))

    assert errors(assignments) == [
        (2, ["The last day 2021-12-01 lies before the first day 2022-01-01. Correct one of them."]),
        (3, ["There is an end_reason and no last_day. Fill in the day, or remove the reason."]),
    ]
    assert errors(ratings) == [
        (2, ["year: O did not exist in 2023, only … – 2022-08-10. Correct the year or the code."])
    ]


def test_ratings_take_the_level_of_the_scheme_of_their_year(client, root):
    tree = small_tree()
    PartyOrganisation.objects.create(code="O", kind="cell", locality=tree.an2)

    assert import_(client, Rating, csv(RATINGS, "O,2022,good,,", "O,2026,excellent,9-QĐ,2026-01-05")) == [
        "Imported: 2 new, 0 changed, 0 unchanged."
    ]

    assert list(Rating.objects.order_by("year").values_list("year", "level__code", "scheme")) == [
        (2022, "good", RatingScheme.of_year(2022).pk),
        (2026, "excellent", RatingScheme.of_year(2026).pk),
    ]
    preview = upload(client, Rating, csv(RATINGS, "O,2022,best,,"))
    assert errors(preview) == [
        (2, ["level: “best” is unknown. Write one of: excellent, good, completed, not_completed, not_rated."])
    ]


# --- Out and in again --------------------------------------------------------------------------------------------


def furnish():
    tree = small_tree()
    office = agency("A", "Phòng Mẫu", at=tree.an)
    who = cadre("007", '=HYPERLINK("x")', agency=office)
    Cadre.objects.filter(pk=who.pk).update(phone="+84 275 000 000")
    Posting.objects.filter(cadre=who).update(position="Trưởng phòng, Đảng ủy viên")
    assign(who, tree.an2, decision_number="05-QĐ/HU", decision_on=date(2021, 12, 20))
    organisation = PartyOrganisation.objects.create(code="O", kind="cell", locality=tree.an2)
    Rating.objects.create(
        organisation=organisation,
        year=2022,
        level=RatingLevel.objects.get(scheme=RatingScheme.of_year(2022), code="good"),
    )


def text(response):
    return b"".join(response.streaming_content)


def test_an_exported_file_can_be_imported_again_and_changes_nothing(client, root):
    furnish()

    for model, count in ((Locality, 13), (Cadre, 1), (Assignment, 1), (Rating, 1)):
        for page, name in (("export", "table.csv"), ("export_xlsx", "table.xlsx")):
            preview = upload(client, model, text(client.get(url(model, page))), name)
            assert (model, preview.context["row_errors"]) == (model, ())
            assert (model, preview.context["totals"]) == (model, {"new": 0, "changed": 0, "unchanged": count})


def test_exported_files_have_the_columns_in_which_an_office_moves_in(client, root):
    furnish()

    heads = {
        model: text(client.get(url(model, "export"))).decode("utf-8-sig").split("\r\n")[0]
        for model in (Locality, Cadre, Assignment, Rating)
    }

    assert heads == {Locality: LOCALITIES, Cadre: CADRES, Assignment: ASSIGNMENTS, Rating: RATINGS}


def test_exported_cells_cannot_be_run_as_formulas(client, root):
    furnish()

    line = text(client.get(url(Cadre, "export"))).decode("utf-8-sig").split("\r\n")[1]
    sheet = load_workbook(io.BytesIO(text(client.get(url(Cadre, "export_xlsx"))))).active

    told = """007,"'=HYPERLINK(""x"")",A,"Trưởng phòng, Đảng ủy viên",,1,,'+84 275 000 000"""
    assert line == told
    assert [cell.value for cell in sheet[2]] == [
        "007",
        '\'=HYPERLINK("x")',
        "A",
        "Trưởng phòng, Đảng ủy viên",
        None,
        1,
        None,
        "'+84 275 000 000",
    ]


def test_a_workbook_is_read_with_its_days_and_codes(client, root):
    tree = small_tree()
    cadre("007")
    book = Workbook()
    book.active.append(ASSIGNMENTS.split(","))
    book.active.append(["007", "AN-2", "in_charge", date(2022, 1, 1), None, "05-QĐ/HU", None, None])
    data = io.BytesIO()
    book.save(data)

    preview = upload(client, Assignment, data.getvalue(), "table.xlsx")
    confirm(client, Assignment, preview)

    assert list(Assignment.objects.values_list("cadre__code", "locality", "first_day", "decision_number")) == [
        ("007", tree.an2.pk, date(2022, 1, 1), "05-QĐ/HU")
    ]


def test_an_export_holds_the_rows_of_the_list_as_it_is_filtered(client, root):
    cadre("P1", "Đỗ Thị Ánh")
    cadre("P2", "Trần Văn Bảy")

    lines = text(client.get(url(Cadre, "export"), {"q": "anh"})).decode("utf-8-sig").split("\r\n")

    assert lines == [CADRES, "P1,Đỗ Thị Ánh,,,,1,,", ""]


def test_rows_changed_since_the_preview_are_judged_again(client, root):
    tree = small_tree()
    cadre("P1")
    preview = upload(client, Assignment, csv(ASSIGNMENTS, "P1,AN-2,in_charge,2022-01-01,,,,"))
    LocalityVersion.objects.filter(locality=tree.an2).update(last_day=date(2022, 6, 30))

    answer = confirm(client, Assignment, preview)

    assert errors(answer) == [(2, ["first_day: The locality does not exist on every day of this assignment."])]
    assert Assignment.objects.count() == 0
