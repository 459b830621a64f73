"""What the database refuses, and the sentence people read."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import translation

from assignments.models import AccessGrant, Assignment, Lineage, LocalityVersion
from assignments.places import derive
from assignments.tests.cast import assign, at, cadre, small_tree, user, version
from meetings.models import Attendance, Meeting
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingScheme

pytestmark = pytest.mark.django_db
DAY = date(2022, 5, 9)


@pytest.fixture(autouse=True)
def _in_english():
    """The sentences stand here as the code has them; what Vietnamese makes of them is the catalogue's."""
    with translation.override("en"):
        yield


def refused(row, sentence):
    """Both the form's check and the database refuse the row."""
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    assert sentence in error.value.messages
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def refused_when_cleaned(row, sentence):
    """The form's check refuses the row; neither database can hold this as a constraint."""
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    assert error.value.messages == [sentence]


def test_days_in_order():
    tree = small_tree()
    row = Assignment(cadre=cadre("P"), locality=tree.an, first_day=DAY, last_day=date(2022, 5, 8))

    refused(row, "The last day lies before the first day.")


def test_one_day_is_a_period():
    tree = small_tree()
    Assignment(cadre=cadre("P"), locality=tree.an, first_day=DAY, last_day=DAY).full_clean()


def test_two_open_assignments_of_one_cadre_to_one_locality_in_one_role():
    tree = small_tree()
    first = assign(cadre("P"), tree.an)
    row = Assignment(cadre=first.cadre, locality=tree.an, first_day=date(2023, 1, 1))

    refused(row, "This cadre already holds this role at this locality.")


def test_two_heads_of_a_group_at_a_time():
    tree = small_tree()
    assign(cadre("P"), tree.north, role="head")
    row = Assignment(cadre=cadre("Q"), locality=tree.north, role="head", first_day=date(2023, 1, 1))

    refused(row, "This regional group already has a head.")


def test_a_head_may_follow_a_head_and_not_overlap():
    tree = small_tree()
    assign(cadre("P"), tree.north, role="head", last_day=DAY)
    after = cadre("Q")

    Assignment(cadre=after, locality=tree.north, role="head", first_day=date(2022, 5, 10)).full_clean()
    refused_when_cleaned(
        Assignment(cadre=after, locality=tree.north, role="head", first_day=DAY),
        "This regional group already has a head on some of these days.",
    )


def test_a_head_belongs_to_a_regional_group():
    tree = small_tree()

    refused_when_cleaned(
        Assignment(cadre=cadre("P"), locality=tree.an, role="head", first_day=DAY),
        "Only a regional group has a head and support.",
    )


def test_an_assignment_lies_within_the_life_of_the_locality():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an1).update(last_day=DAY)
    who = cadre("P")

    Assignment(cadre=who, locality=tree.an1, first_day=date(2022, 1, 1), last_day=DAY).full_clean()
    refused_when_cleaned(
        Assignment(cadre=who, locality=tree.an1, first_day=date(2022, 1, 1)),
        "The locality does not exist on every day of this assignment.",
    )


def test_versions_of_a_locality_do_not_overlap():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an1).update(last_day=DAY)
    row = LocalityVersion(locality=tree.an1, parent=tree.an, type=tree.an1.versions.get().type, name="Khu phố Một")

    row.first_day = date(2022, 5, 10)
    row.full_clean()
    row.first_day = DAY
    refused_when_cleaned(row, "Another version of this locality holds on some of these days.")


def test_a_locality_lies_in_one_of_a_higher_tier_that_exists_as_long():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an).update(last_day=DAY)
    kind = tree.an1.versions.get().type
    LocalityVersion.objects.filter(locality=tree.an1).update(last_day=date(2021, 12, 31))

    def row(parent):
        return LocalityVersion(
            locality=tree.an1, parent=parent, type=kind, name="Khu phố 1", first_day=date(2022, 1, 1)
        )

    refused_when_cleaned(row(tree.an2), "A locality lies in one of a higher tier.")
    refused_when_cleaned(row(tree.an), "The locality above does not exist on every day of this period.")
    row(tree.north).full_clean()


def test_a_locality_does_not_come_out_of_itself():
    tree = small_tree()
    row = Lineage(predecessor=tree.an, successor=tree.an, effective_on=DAY, kind="merge")

    refused(row, "A locality cannot come out of itself.")


def test_a_grant_is_for_a_locality_or_an_agency():
    refused(AccessGrant(user=user("who")), "Choose either a locality or an agency.")


def test_more_households_represented_than_there_are():
    tree = small_tree()
    row = Meeting(kind="self_governing_group", locality=tree.an1a, starts_at=at(DAY))
    row.households_total, row.households_represented = 20, 20
    row.full_clean(exclude=["day"])
    row.households_represented = 21

    refused(row, "More households are represented than the group has.")


def test_a_meeting_belongs_to_a_locality_or_to_an_agency():
    tree = small_tree()
    row = Meeting(kind="agency", locality=tree.an, starts_at=at(DAY))

    refused(row, "An agency meeting or training belongs to an agency, every other meeting to a locality.")


def test_a_meeting_ends_after_it_starts():
    tree = small_tree()
    row = Meeting(kind="cell", locality=tree.an1, starts_at=at(DAY, 19), ends_at=at(DAY, 18))

    refused(row, "The meeting ends before it starts.")


def test_a_meeting_takes_place_while_the_locality_exists():
    tree = small_tree()
    LocalityVersion.objects.filter(locality=tree.an1).update(last_day=date(2022, 5, 8))
    derive()

    refused_when_cleaned(
        Meeting(kind="cell", locality=tree.an1, starts_at=at(DAY)), "The locality does not exist on that day."
    )


def test_only_extreme_urgency_excuses():
    tree = small_tree()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(DAY), status="held")
    row = Attendance(meeting=meeting, cadre=cadre("P"), status="excused", reason="professional_work")

    refused(row, "Only extreme urgency excuses. With any other reason, choose “Absent”.")


def test_only_the_absent_have_a_reason():
    tree = small_tree()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(DAY), status="held")
    row = Attendance(meeting=meeting, cadre=cadre("P"), status="present", reason="personal")

    refused(row, "Only somebody who was absent has a reason of absence.")


def test_a_cadre_stands_once_on_a_roster():
    tree = small_tree()
    meeting = Meeting.objects.create(kind="cell", locality=tree.an1, starts_at=at(DAY), status="held")
    who = cadre("P")
    Attendance.objects.create(meeting=meeting, cadre=who)

    refused(Attendance(meeting=meeting, cadre=who), "This cadre is already on this meeting's roster.")


def test_an_organisation_is_rated_once_a_year():
    tree = small_tree()
    organisation = PartyOrganisation.objects.create(code="O", kind="cell", locality=tree.an1)
    good, completed = RatingScheme.of_year(2022).levels.filter(code__in=["good", "completed"])
    Rating.objects.create(organisation=organisation, year=2022, level=good)

    refused(
        Rating(organisation=organisation, year=2022, level=completed),
        "This organisation is already rated for this year.",
    )


def test_a_committee_belongs_to_a_commune_and_a_cell_to_a_hamlet():
    tree = small_tree()

    refused_when_cleaned(
        PartyOrganisation(code="O", kind="cell", locality=tree.an),
        "A committee belongs to a commune or town, a cell to a hamlet or neighbourhood.",
    )


@pytest.mark.parametrize(
    "values, sentence",
    [
        ({"closed_on": date(2022, 5, 8), "status": "closed"}, "The issue is closed before it was raised."),
        ({"status": "closed"}, "A closed issue has a day of closing, an open one has none."),
        ({"closed_on": DAY}, "A closed issue has a day of closing, an open one has none."),
    ],
)
def test_an_issue_is_closed_with_a_day_and_not_before_it_was_raised(values, sentence):
    tree = small_tree()
    row = Issue(locality=tree.an1, raised_on=DAY, kind="feedback", theme="roads", summary="Đường hư", **values)

    refused(row, sentence)


def test_a_report_that_was_handed_in_has_a_day():
    tree = small_tree()
    row = QuarterlyReport(cadre=cadre("P"), locality=tree.an, quarter="2022-Q2", status="submitted")

    refused(row, "A report that was handed in has a day of submission.")


def test_a_quarter_is_written_in_one_way():
    tree = small_tree()

    refused_when_cleaned(
        QuarterlyReport(cadre=cadre("P"), locality=tree.an, quarter="Q2/2022"),
        "“Q2/2022” is not a quarter. Write it like 2022-Q4.",
    )


def test_history_says_what_changed():
    tree = small_tree()
    row = assign(cadre("P"), tree.an)
    row.decision_number = "12-QĐ/HU"
    row.save()

    assert [(h.history_type, h.decision_number) for h in row.history.all()] == [("~", "12-QĐ/HU"), ("+", "")]


def test_a_locality_with_facts_cannot_be_deleted():
    tree = small_tree()
    with pytest.raises(ProtectedError):
        tree.an1.delete()


def test_a_new_version_needs_no_name_change():
    tree = small_tree()
    version(tree.an1, "Khu phố 1", tree.an, last_day=date(2019, 1, 1), first_day=date(2018, 1, 1))
    assert tree.an1.versions.count() == 2
