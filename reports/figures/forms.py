"""Which quarter and which part of the tree a page of figures is of."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import WithinField, keep_seen, places_to_choose
from assignments.models import Locality, Tier, User
from assignments.scope import reach_of
from cadrenet.periods import Quarter, QuarterField
from meetings.models import Meeting
from reports.figures.queries import first_and_last, first_and_last_below, tops_seen


def roots_of(user: User) -> list[Locality]:
    """Return the localities at the top of what a user sees, highest first; none lies below another."""
    reach = reach_of(user)
    roots = sorted(tops_seen(reach), key=lambda root: (Tier(root.tier).rank, root.code))
    ids = {root.pk for root in roots}
    return [root for root in roots if not ids & {id for _tier, id, _name in root.place.chain}]


def quarters_with_meetings(user: User, day: date) -> tuple[Quarter, Quarter]:
    """Return the quarters of the first and of the last meeting up to a day that a user sees; of the day without any.

    Asked of the places, or of the area of a district, which indexes answer at once; only for who sees people and no
    places it is asked in full.
    """
    reach = reach_of(user)
    days: Iterable[tuple[date, date]]
    if reach.sees and not reach.everything:
        days = first_and_last_below(reach.sees, day)
    else:
        days = first_and_last(Meeting.objects.visible_to(user), day)
    first, last = next(iter(days), (day, day))
    return Quarter.of(first), Quarter.of(last)


def choices_of_quarters(first: Quarter, last: Quarter) -> list[tuple[str, str]]:
    """Return choices of quarters, latest first."""
    choices = []
    while last >= first:
        choices.append((str(last), last.label))
        last = last.previous
    return choices


class FiguresForm(forms.Form):
    """Which quarter and which part of the tree the figures of a page are of.

    Bound to the query string; what is not said there is the latest quarter with a meeting, and all that the user
    sees.
    """

    quarter = QuarterField(label=_("Quarter"), required=False, widget=forms.Select)
    within = WithinField(label=_("Within"), required=False, widget=forms.Select)

    def __init__(self, data: Mapping[str, Any], *, user: User, day: date, **kwargs: Any) -> None:
        self.user, self.day = user, day
        self.roots = roots_of(user)
        keep_seen(user, self.roots)
        self.first, self.last = quarters_with_meetings(user, day)
        super().__init__({name: data.get(name) or self.default(name) for name in self.base_fields}, **kwargs)
        within: Any = self.fields["within"]
        within.user = user

    def default(self, name: str) -> str:
        """What a field means that the query string leaves out."""
        if name == "quarter":
            return str(self.last)
        if name == "within" and len(self.roots) == 1:
            return self.roots[0].code
        return ""

    def clean(self) -> dict[str, Any]:
        """Offer the quarters with meetings and the parts of the tree of that time, and what was asked for."""
        asked = super().clean() or {}
        quarter, within = asked.get("quarter"), asked.get("within")
        quarters = choices_of_quarters(self.first, max(self.last, Quarter.of(self.day)))
        if quarter and str(quarter) not in dict(quarters):
            quarters.insert(0, (str(quarter), quarter.label))
        quarter_select: Any = self.fields["quarter"].widget
        quarter_select.choices = quarters
        day = min(self.day, quarter.last_day) if quarter else self.day
        within_select: Any = self.fields["within"].widget
        within_select.choices = self.all_offered() + places_to_choose(self.user, day, within)
        return asked

    def all_offered(self) -> list[tuple[str, Any]]:
        """A choice of everything, where no locality is above all that the user sees."""
        return [] if len(self.roots) == 1 else [("", _("All that you see"))]
