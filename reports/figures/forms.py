"""Which quarter and which part of the tree a page of figures is of."""

from functools import cached_property

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import WithinField, keep_seen, places_to_choose
from assignments.models import Locality, Tier
from assignments.scope import reach_of
from assignments.subtree import subtree
from cadrenet.periods import Quarter, QuarterField
from cadrenet.prepared import prepared
from reports.figures.summary import quarters_with_meetings


def roots_of(user):
    """Return the localities at the top of what a user sees, highest first; none lies below another."""
    reach = reach_of(user)
    roots = sorted(tops_seen(reach), key=lambda root: (Tier(root.tier).rank, root.code))
    ids = {root.pk for root in roots}
    return [root for root in roots if not ids & {id for _tier, id, _name in root.latest.chain}]


@prepared
def tops_seen(reach):
    """The localities by which somebody has this reach, as far as they have stood anywhere, with where they stand."""
    found = Locality.objects.in_reach(reach).with_latest().exclude(latest=None)
    if reach.everything:
        return found.filter(latest__parent=None)
    return found.filter(pk__in=sorted(id for _tier, id in reach.sees))


def choices_of_quarters(first, last):
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

    def __init__(self, data, *, user, day, **kwargs):
        self.user, self.day = user, day
        self.roots = roots_of(user)
        keep_seen(user, self.roots)
        self.first, self.last = quarters_with_meetings(user, day)
        super().__init__({name: data.get(name) or self.default(name) for name in self.base_fields}, **kwargs)
        self.fields["within"].user = user

    def default(self, name):
        """What a field means that the query string leaves out."""
        if name == "quarter":
            return str(self.last)
        if name == "within" and len(self.roots) == 1:
            return self.roots[0].code
        return ""

    def clean(self):
        """Offer the quarters with meetings and the parts of the tree of that time, and what was asked for."""
        asked = super().clean()
        quarter, within = asked.get("quarter"), asked.get("within")
        quarters = choices_of_quarters(self.first, max(self.last, Quarter.of(self.day)))
        if quarter and str(quarter) not in dict(quarters):
            quarters.insert(0, (str(quarter), quarter.label))
        self.fields["quarter"].widget.choices = quarters
        day = min(self.day, quarter.last_day) if quarter else self.day
        self.fields["within"].widget.choices = self.all_offered() + places_to_choose(self.user, day, within)
        return asked

    def all_offered(self):
        """A choice of everything, where no locality is above all that the user sees."""
        return [] if len(self.roots) == 1 else [("", _("All that you see"))]

    @cached_property
    def condition(self):
        """The condition on places that these figures are of, as ``assignments.subtree.subtree`` makes it."""
        return subtree(self.user, self.cleaned_data["within"])
