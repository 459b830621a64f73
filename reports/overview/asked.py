"""What the overview is asked about, and the addresses of the lists behind it."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from assignments.models import Locality, Tier, User
from assignments.subtree import Subtree, subtree
from cadrenet.periods import Quarter, QuarterSoFar
from reports.figures.drilldown import drilldown_url
from reports.models import due_day


@dataclass(frozen=True)
class Asked:
    """A quarter of a part of the tree, as somebody reads it on a day."""

    quarter: Quarter
    within: Locality
    user: User
    today: date

    @property
    def part(self) -> Subtree:
        """The part of the tree that is counted: what lies in it and in the reader's reach."""
        return subtree(self.user, self.within)

    @property
    def due(self) -> date:
        """The last day on which reports on the quarter are on time."""
        return due_day(self.quarter, self.part.rules)

    @property
    def going_on(self) -> bool:
        """Whether the quarter has not ended yet."""
        return self.today < self.quarter.last_day

    @property
    def before(self) -> Quarter:
        """What the quarter is compared with: the one before; while it goes on, as many of its first days."""
        if not self.going_on:
            return self.quarter.previous
        return QuarterSoFar(self.quarter.year, self.quarter.number, self.today).same_days_before

    @property
    def seen_on(self) -> date:
        """The day looked at: a quarter that goes on as it stands today; only its figures are of its last day."""
        return min(self.today, self.quarter.last_day)

    def address(self, figure: str, **more: object) -> str:
        """The list behind a figure of this quarter and this part of the tree, narrowed further."""
        return drilldown_url(figure, self.quarter, self.within.code, **more)

    def coverage_url(self, tier: Tier) -> str:
        """The list of localities of a tier that nobody answers for on the day the overview looks at."""
        query = {"tier": tier.value, "day": self.seen_on.isoformat(), "within": self.within.code}
        return f"{reverse('assignments:coverage')}?{urlencode(query)}"

    def summary_url(self, level: Tier, **more: object) -> str:
        """The quarterly summary of the same quarter and part of the tree."""
        query = {"quarter": str(self.quarter), "level": level.value, "within": self.within.code, **more}
        return f"{reverse('reports:quarterly')}?{urlencode(query)}"
