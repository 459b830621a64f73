"""An invented district for trials, tests and measurements: nobody in it is real, and neither is any place.

It is made of the rows of the files that an office imports (``reports.district``), and goes through the same writer.
"""

from dataclasses import dataclass

from cadrenet.tables.columns import Row
from reports.demo import assignments, cadres, guidance, issues, localities, reports
from reports.demo.assignments import Duties
from reports.demo.attendance_profiles import AttendanceProfiles
from reports.demo.cadres import People
from reports.demo.localities import Tree
from reports.demo.meetings import Meetings
from reports.demo.plan import Plan


@dataclass
class Demo:
    """One invented district: its rows by file name, and what the accounts are made from."""

    plan: Plan
    tree: Tree
    people: People
    duties: Duties
    files: dict

    @property
    def tables(self):
        """The rows as an import reads them, a header on the first line of each file."""
        return {file: [Row(line, values) for line, values in enumerate(rows, 2)] for file, rows in self.files.items()}


def invent(plan):
    """Invent one district. The same plan gives the same rows."""
    tree = Tree(plan)
    people = People(plan, tree)
    duties = Duties(plan, tree, people)
    profiles = AttendanceProfiles(plan, tree)
    meetings = Meetings(plan, tree, people, duties, profiles)
    localities_rows, lineage = localities.rows(tree)
    agencies, cadre_rows = cadres.rows(people)
    files = {
        "localities.csv": localities_rows,
        "lineage.csv": lineage,
        "agencies.csv": agencies,
        "cadres.csv": cadre_rows,
        "postings.csv": cadres.posting_rows(people, plan.today),
        "assignments.csv": assignments.rows(duties),
        "party_organisations.csv": reports.organisation_rows(plan, tree),
        "meetings.csv": meetings.rows,
        "attendance.csv": meetings.attendance,
        "issues.csv": issues.issue_rows(plan, tree, people),
        "resources.csv": issues.resource_rows(plan, tree, duties),
        "quarterly_reports.csv": reports.quarterly_rows(plan, tree, duties, profiles),
        "ratings.csv": reports.rating_rows(plan, tree, profiles),
        "guidance.csv": guidance.guidance_rows(plan, tree),
    }
    return Demo(plan, tree, people, duties, files)
