"""The quarterly summary as a page and as files: the rows of the command, within the reader's scope."""

import csv
import io
from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.utils import translation

from assignments.actions import localities_changed
from assignments.tests.cast import assign, at, cadre, locality, version
from meetings.models import Meeting
from meetings.tests.evening import meeting
from reports.figures import QUARTERLY_COLUMNS
from reports.figures.columns import COLUMNS, QUARTERLY_GROUPS
from reports.tests.quarter import TODAY, attend, busy_quarter, issue
from reports.tests.visits import assert_lists_agree, file_body, listed, sheet_table, visitor

pytestmark = pytest.mark.django_db

ADDRESS = "/reports/quarterly/"


@pytest.fixture(autouse=True)
def _on_the_tenth_of_january():
    with time_machine.travel(at(TODAY), tick=False), translation.override("en"):
        yield


def page(who, **query):
    response = visitor(who).get(ADDRESS, query)
    assert response.status_code == 200
    return response


def file_of(who, **query):
    return visitor(who).get(ADDRESS, {"format": "csv", **query})


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))


def shown(response):
    return {row.locality_name: " ".join(cell.text for cell in cells) for row, cells in response.context["rows"]}


def codes(response):
    return [row.locality_code for row, _cells in response.context["rows"]]


def test_a_row_per_commune_with_its_figures():
    it = busy_quarter()

    response = page(it.committee)

    assert [column.name for column in COLUMNS] == [
        "meetings_due",
        "meetings_held",
        "meetings_not_held",
        "attendance_expected",
        "attendance_present",
        "attendance_excused",
        "attendance_absent",
        "attendance_unrecorded",
        "present_of_unexcused_pct",
        "cells_held",
        "cells_good",
        "cells_feedback",
        "participation_pct",
        "groups_uncovered",
        "issues_raised",
        "issues_closed",
        "issues_open",
        "resources_value_vnd",
        "reports_on_time",
        "reports_late",
        "reports_missing",
    ]
    assert shown(response) == {
        "Thị trấn An": "4 3 0 5 3 1 1 0 75.00 1 0 0 75.00 1/2 1 0 2 5.0 1 1 0",
        "Xã Bình": "0 0 0 0 0 0 0 0 – 0 0 0 – 0/0 0 0 0 0.0 0 0 0",
        "Xã Cẩm": "2 1 1 1 0 0 0 1 0.00 1 0 0 – 0/1 1 1 0 1.5 0 0 2",
    }
    total = " ".join(cell.text for cell in response.context["total_cells"])
    assert total == "6 4 1 6 3 1 1 1 60.00 2 0 0 75.00 1/3 2 1 2 6.5 1 1 2"


def test_cells_are_told_by_quarter_and_every_count_opens_its_list():
    it = busy_quarter()
    cells = Meeting.objects.filter(kind="cell", status="held", day__gte=date(2022, 10, 1))
    rated = {"quality_organisation": "good", "quality_content": "good", "quality_time": "good"}
    cells.filter(locality=it.tree.an1).update(**rated, programme_feedback=True)
    cells.filter(locality=it.tree.cam1).update(**rated | {"quality_time": "weak"})

    response = page(it.committee)

    assert [
        (str(quarter), found.cells_held, found.cells_good, found.cells_rated)
        for quarter, found, _urls in response.context["cells_by_quarter"]
    ] == [
        ("2021-Q4", 0, 0, 0),
        ("2022-Q1", 0, 0, 0),
        ("2022-Q2", 0, 0, 0),
        ("2022-Q3", 1, 0, 0),
        ("2022-Q4", 2, 1, 2),
    ]
    _quarter, found, urls = response.context["cells_by_quarter"][-1]
    assert (found.cells_good_pct, found.cells_time_pct, found.cells_content_pct) == (50, 50, 100)
    assert found.cells_feedback_pct == 50
    client = visitor(it.committee)
    for name in ("held", "good", "rated", "feedback", "organisation_good", "content_good", "time_good"):
        listed = client.get(urls[f"cells_{name}"]).context["page_obj"].paginator.count
        assert listed == getattr(found, f"cells_{name}"), name
    assert [(row.locality_name, row.cells_held, row.cells_good) for row, _cells in response.context["rows"]] == [
        ("Thị trấn An", 1, 1),
        ("Xã Bình", 0, 0),
        ("Xã Cẩm", 1, 0),
    ]


def test_the_sheet_has_the_criteria_of_cells_and_the_quarters_before():
    it = busy_quarter()
    rated = {"quality_organisation": "good", "quality_content": "weak", "quality_time": "good"}
    cells = Meeting.objects.filter(kind="cell", status="held", locality=it.tree.an1, day__gte=date(2022, 10, 1))
    cells.update(**rated)

    headings, first, *_more, last = sheet_table(file_of(it.committee, format="xlsx"))

    at = headings.index("Judged")
    assert headings[at : at + 12] == [
        "Judged",
        "Good on all three",
        "Good on all three %",
        "Organisation good %",
        "Content good %",
        "Time good %",
        "With feedback",
        "With feedback %",
        "Q4 2021",
        "Q1 2022",
        "Q2 2022",
        "Q3 2022",
    ]
    assert first[at : at + 8] == [1, 0, 0, 100, 0, 100, 0, 0]
    assert first[at + 8 : at + 12] == last[at + 8 : at + 12] == [None] * 4


def test_both_rates_stand_above_the_table_with_their_counts():
    it = busy_quarter()

    tile = page(it.committee).context["tiles"][0]

    assert (tile.value, tile.count, tile.note) == (
        "60.00%",
        "3 of 5 attendances, without the excused",
        "50.00% of all 6 expected",
    )


@pytest.mark.parametrize(
    "role, level",
    [
        ("administrator", "commune"),
        ("committee", "hamlet"),
        ("committee", "self_governing_group"),
        ("head", "commune"),
        ("commune", "hamlet"),
        ("in_charge", "hamlet"),
    ],
)
def test_every_figure_equals_the_list_that_it_opens(role, level):
    it = busy_quarter()
    who = getattr(it, role)

    response = page(who, level=level, quarter="2022-Q4")

    assert codes(response)
    client = visitor(who)
    whole = response.context["rows"] + [(response.context["total"], response.context["total_cells"])]
    for figures, cells in whole:
        urls = {column.name: cell.url for column, cell in zip(COLUMNS, cells, strict=True) if cell.url}
        assert_lists_agree(client, figures, urls)


def test_every_count_of_a_row_opens_a_list():
    it = busy_quarter()

    cells = page(it.committee).context["rows"][0][1]

    assert [column.name for column, cell in zip(COLUMNS, cells, strict=True) if not cell.url] == [
        "present_of_unexcused_pct",
        "participation_pct",
    ]


def numbers(cells):
    return {column.name: cell.text for column, cell in zip(COLUMNS, cells, strict=True)}


def test_what_the_rows_leave_out_has_a_row_of_its_own_so_that_the_total_is_that_of_the_tiles():
    it = busy_quarter()

    response = page(it.committee, level="hamlet")

    # The communes' own meeting is in no hamlet.
    rows = [numbers(cells) for _row, cells in response.context["rows"]]
    beside, total = (numbers(response.context[name]) for name in ("beside_cells", "total_cells"))
    assert [row["meetings_held"] for row in rows] == ["2", "0", "0", "1"]
    assert (beside["meetings_held"], total["meetings_held"]) == ("1", "4")
    assert (beside["meetings_not_held"], total["meetings_not_held"]) == ("0", "1")
    assert (beside["present_of_unexcused_pct"], total["present_of_unexcused_pct"]) == ("50.00", "60.00")
    assert response.context["tiles"][0].value == "60.00%"
    assert [cell.url for cell in response.context["beside_cells"] if cell.url] == []


def test_rows_that_hold_everything_have_no_row_beside_them():
    it = busy_quarter()

    response = page(it.committee)

    assert response.context["beside_cells"] == []
    assert "Beside these rows" not in response.content.decode()


def on(day):
    return time_machine.travel(at(day), tick=False)


def reports_of(response, row=0):
    shown = numbers(response.context["rows"][row][1])
    return [shown[name] for name in ("reports_on_time", "reports_late", "reports_missing")]


def test_until_reports_are_due_nobody_is_late_on_the_page_or_in_the_sheet():
    it = busy_quarter()
    with on(date(2023, 1, 5)):
        response = page(it.committee)
        headings, first, *_more, last = sheet_table(file_of(it.committee, format="xlsx"))

    tile = response.context["tiles"][3]
    assert (tile.value, tile.count, tile.note) == ("–", "1 of 4 reports are in", "due by 5 Jan 2023")
    assert reports_of(response) == ["1", "–", "–"]
    total = numbers(response.context["total_cells"])
    assert [total[name] for name in ("reports_on_time", "reports_late", "reports_missing")] == ["1", "–", "–"]
    assert headings[-4:] == ["Expected", "On time", "Late", "Missing"]
    assert first[-4:] == [2, 1, "–, due by 5 Jan 2023", "–, due by 5 Jan 2023"]
    assert last[-4:] == [4, 1, "–, due by 5 Jan 2023", "–, due by 5 Jan 2023"]


def test_the_file_for_programs_counts_missing_reports_at_any_time():
    it = busy_quarter()
    later = file_body(file_of(it.committee))
    with on(date(2023, 1, 5)):
        assert file_body(file_of(it.committee)) == later


def test_from_the_day_after_reports_are_due_they_are_missing():
    it = busy_quarter()
    with on(date(2023, 1, 6)):
        response = page(it.committee)

    assert response.context["tiles"][3].value == "25.00%"
    assert reports_of(response) == ["1", "1", "0"]


def test_the_files_hold_the_rows_of_the_command():
    it = busy_quarter()
    out = io.StringIO()
    call_command("quarterly_summary", "2022-Q4", level="hamlet", stdout=out)

    response = file_of(it.committee, quarter="2022-Q4", level="hamlet")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="quarterly-summary_2022-q4_hamlet_d.csv"'
    body = file_body(response)
    assert body == "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue().replace("\n", "\r\n")
    assert list(rows_of(body)[0]) == QUARTERLY_COLUMNS


def test_the_sheet_holds_numbers():
    it = busy_quarter()

    response = file_of(it.committee, format="xlsx")

    headings, first, *_more, total = sheet_table(response)
    row = dict(zip(headings, first, strict=True))
    assert (row["Code"], row["Due"], row["Rate %"]) == ("AN", 4, 75)
    assert total[:3] == ["Total", None, 6]


def test_a_name_that_a_spreadsheet_would_run_is_kept_as_text():
    it = busy_quarter()
    locality("EVIL", "commune", "=1+1", it.tree.north)
    localities_changed()

    assert rows_of(file_body(file_of(it.committee)))[-1]["locality_name"] == "'=1+1"


def test_a_group_head_gets_the_own_group_only():
    it = busy_quarter()

    response = page(it.head)
    rows = rows_of(file_body(file_of(it.head)))

    assert codes(response) == ["AN", "BI"]
    assert [row["locality_code"] for row in rows] == ["AN", "BI"]
    assert "Cẩm" not in response.content.decode()


def test_who_sees_no_locality_gets_no_rows():
    it = busy_quarter()

    for who in (it.clerk, it.nobody):
        assert rows_of(file_body(file_of(who))) == []


@pytest.mark.parametrize("within", ["S", "CA", "nowhere"])
def test_a_foreign_locality_is_as_unknown_as_none(within):
    it = busy_quarter()

    response = page(it.head, within=within)
    answer = file_of(it.head, within=within)

    assert response.context["form"].errors == {"within": ["There is no such locality among those you may see."]}
    assert "rows" not in response.context
    assert answer.status_code == 400
    assert "Cẩm" not in answer.content.decode()


@pytest.mark.parametrize(
    "query, error",
    [
        ({"quarter": "2022-Q5"}, {"quarter": ["“2022-Q5” is not a quarter. Write it like 2022-Q4."]}),
        (
            {"level": "galaxy"},
            {"level": ["Select a valid choice. galaxy is not one of the available choices."]},
        ),
    ],
)
def test_a_question_without_sense_is_an_error_and_no_rows(query, error):
    it = busy_quarter()

    response = page(it.committee, **query)

    assert response.context["form"].errors == error
    assert "rows" not in response.context


def test_within_keeps_what_lay_there():
    it = busy_quarter()

    assert codes(page(it.committee, within="N")) == ["AN", "BI"]
    assert codes(page(it.committee, within="CA", level="hamlet")) == ["CA-1"]
    assert codes(page(it.committee, within="CA-1", level="commune")) == []


def test_a_hamlet_that_moves_counts_on_each_side_by_day():
    it = busy_quarter()
    mine = it.tree.an2.versions.get()
    mine.last_day = date(2022, 11, 14)
    mine.save()
    version(it.tree.an2, "Ấp 2", it.tree.binh, first_day=date(2022, 11, 15))
    localities_changed()
    assign(cadre("P9"), it.tree.an2)
    for day in (date(2022, 11, 9), date(2022, 11, 21)):
        meeting("cell", it.tree.an2, day, status="held")

    held = {row.locality_code: row.meetings_held for row, _cells in page(it.committee).context["rows"]}

    assert held == {"AN": 4, "BI": 1, "CA": 1}


def test_the_latest_quarter_with_a_meeting_is_shown_first():
    it = busy_quarter()

    with time_machine.travel(at(date(2024, 5, 1)), tick=False):
        response = page(it.committee)

    assert str(response.context["quarter"]) == "2022-Q4"
    choices = [value for value, _label in response.context["form"].fields["quarter"].widget.choices]
    assert choices[0] == "2022-Q4" or choices[0] == "2024-Q2"
    assert "2022-Q3" in choices
    assert "2022-Q2" not in choices


def test_rows_stand_in_order_of_code_until_a_column_is_asked_for():
    it = busy_quarter()

    assert codes(page(it.committee)) == ["AN", "BI", "CA"]
    # What is not known comes last, in either direction.
    assert codes(page(it.committee, sort="present_of_unexcused_pct")) == ["CA", "AN", "BI"]
    assert codes(page(it.committee, sort="-present_of_unexcused_pct")) == ["AN", "CA", "BI"]
    assert codes(page(it.committee, sort="locality_id; drop")) == ["AN", "BI", "CA"]


def test_many_rows_are_shown_by_the_page_and_summed_as_a_whole():
    it = busy_quarter()
    for number in range(60):
        locality(f"AN-2-{number:02}", "self_governing_group", f"Tổ số {number}", it.tree.an2)
    localities_changed()

    response = page(it.committee, level="self_governing_group")

    assert (len(codes(response)), response.context["page_obj"].paginator.count) == (50, 63)
    assert response.context["total"].groups == 63
    assert len(rows_of(file_body(file_of(it.committee, level="self_governing_group")))) == 63


def test_names_below_communes_stand_with_what_they_lie_in():
    it = busy_quarter()

    def near(level):
        return [row.near for row, _cells in page(it.committee, level=level).context["rows"]]

    assert near("commune") == ["", "", ""]
    assert near("hamlet") == ["Thị trấn An", "Thị trấn An", "Xã Bình", "Xã Cẩm"]
    assert near("self_governing_group") == [
        "Khu phố 1 › Thị trấn An",
        "Khu phố 1 › Thị trấn An",
        "Ấp 1 › Xã Cẩm",
    ]


def test_reasons_and_months_stand_beside():
    it = busy_quarter()

    attend(meeting("cell", it.tree.an1, date(2022, 10, 8), status="held"), it.chau, "absent", "duty_trip")
    client = visitor(it.committee)

    context = client.get(ADDRESS).context

    reasons = context["reasons"]
    assert [(reason["label"], reason["n"]) for reason in reasons] == [("Duty trip", 1), ("Personal", 1)]
    assert [listed(client, reason["url"])[0] for reason in reasons] == [1, 1]
    assert listed(client, context["absent_url"])[0] == context["absent"] == 2
    assert context["rates"][6:] == [None, 0, None, 0, 75, 0]


def test_every_group_of_columns_is_explained_one_tap_away():
    it = busy_quarter()

    help_page = visitor(it.committee).get("/help/figures/").content.decode()

    anchors = [anchor for _heading, anchor, _columns in QUARTERLY_GROUPS]
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in help_page] == []


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_does_not_grow(more, django_assert_num_queries):
    it = busy_quarter()
    for number in range(more):
        of = locality(f"C{number}", "commune", f"Xã {number}", it.tree.north)
        localities_changed()
        meeting("commune_committee", of, date(2022, 11, 9), status="held")
        issue(of, date(2022, 11, 9))
    client = visitor(it.committee)
    client.get(ADDRESS)

    with django_assert_num_queries(16):
        client.get(ADDRESS)
    with django_assert_num_queries(12):
        file_body(client.get(ADDRESS, {"format": "csv"}))
