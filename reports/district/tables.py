"""The files of a district, in the order in which they build on each other."""

from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from assignments import tables as assignments
from assignments.models import Agency, Cadre, Locality
from cadrenet.tables.telling import gathered
from cadrenet.tables.values import CODE_LENGTH
from meetings import tables as meetings
from meetings.models import Meeting
from reports import tables as reports
from reports.models import Issue, PartyOrganisation

TABLES = {
    table.file: table
    for table in (
        assignments.LOCALITIES,
        assignments.LINEAGE,
        assignments.AGENCIES,
        assignments.CADRES,
        assignments.POSTINGS,
        assignments.ASSIGNMENTS,
        reports.PARTY_ORGANISATIONS,
        meetings.MEETINGS,
        meetings.ATTENDANCE,
        reports.ISSUES,
        reports.RESOURCES,
        reports.QUARTERLY_REPORTS,
        reports.RATINGS,
        meetings.GUIDANCE,
    )
}
FILES = tuple(TABLES)

# In which file the things of a model are found.
FILE_OF = {
    Locality: "localities.csv",
    Agency: "agencies.csv",
    Cadre: "cadres.csv",
    PartyOrganisation: "party_organisations.csv",
    Meeting: "meetings.csv",
}
CODED = {file: model for model, file in FILE_OF.items()}
# … and that which a column names by its code. A locality's own code names the thing that the row is about.
REFERS = {
    column.name: FILE_OF[column.refers]
    for table in TABLES.values()
    for column in table.columns
    if column.refers in FILE_OF and column.name != "code"
}

# A code is as long in every model.
assert {model._meta.get_field("code").max_length for model in (*FILE_OF, Issue)} == {CODE_LENGTH}


class Kind(Enum):
    """An error keeps all from being written, a question until somebody says that it is right, a note never."""

    ERROR = 1
    QUESTION = 2
    NOTE = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on one line of a file, and what to do about it."""

    file: str
    line: int
    text: str
    kind: Kind = Kind.ERROR

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


def all_told(problems):
    """Yield the lines in which problems are printed, file after file."""
    for file, said in groupby(problems, key=lambda problem: problem.file):
        for line, text in gathered([(problem.line, problem.text) for problem in said]):
            yield str(Problem(file, line, text))


def quiet(items, label, total=None):
    """No progress is shown (else: a ``cadrenet.progress.Progress``)."""
    return items
