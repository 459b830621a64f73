"""What the list of issues can be narrowed by. A list behind a figure counts what the figure counts."""

from datetime import date

import django_filters
from django import forms
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from assignments.filters import CountedInFilter, WithinSelectFilter
from assignments.subtree import subtree
from cadrenet.texts import SearchTextFilter
from reports.figures.counts import is_old, issues_closed, issues_raised, old_before, open_issues
from reports.filters import ListFilter, OpenListFilter, QuarterSelectFilter
from reports.models import Issue


class IssueFilter(ListFilter):
    """Issues raised, closed or open; a quarter says when, and where an issue counts depends on what is asked.

    It is raised where its locality stood that day, closed where it stood on that one, and open where it stands on the
    last day of the quarter, or today.
    """

    class State(TextChoices):
        OPEN = "open", _("Open")
        RAISED = "raised", _("Raised")
        CLOSED = "closed", _("Closed")

    q = SearchTextFilter(label=_("Text or code"))
    quarter = QuarterSelectFilter(label=_("Quarter"))
    within = WithinSelectFilter(label=_("Within"))
    counted = CountedInFilter(label=_("As counted in"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Issue.Kind, empty_label=_("All kinds"))
    theme = OpenListFilter(label=_("Theme"), choices=Issue.Theme, empty_label=_("All themes"))
    urgent = django_filters.BooleanFilter(label=_("Pressing"), widget=forms.CheckboxInput)
    age = django_filters.ChoiceFilter(
        label=_("Age"), choices=[("over", _("Older than the limit"))], empty_label=_("Any age")
    )

    @property
    def seen_on(self):
        """The day by which age is told: today, or the last day of a quarter that is over."""
        quarter = self.asked.get("quarter")
        return min(self.today, quarter.last_day) if quarter else self.today

    def filter_queryset(self, queryset):
        asked = self.asked
        queryset = self.in_state(queryset, asked["state"], asked["quarter"])
        for name in ("kind", "theme"):
            queryset = self.filters[name].filter(queryset, asked[name])
        if asked["urgent"]:
            queryset = queryset.filter(urgent=True)
        if asked["age"]:
            before, _limit = old_before(self.seen_on)
            queryset = queryset.filter(is_old(before))
        if text := asked["q"].strip():
            queryset = queryset.filter(Q(summary__icontains=text) | Q(code__iexact=text))
        return queryset.select_related("place", "responsible_agency").order_by("-raised_on", "pk")

    def in_state(self, seen, state, quarter):
        """Issues in a state in a quarter, each where it counts: of those that the reader sees, or of a figure."""
        if part := self.counted_part:
            seen = Issue.objects.all()
        else:
            part = subtree(within=self.asked["within"])
        if state == self.State.OPEN:
            return open_issues(self.seen_on, part, of=seen)
        if state == self.State.CLOSED:
            days = quarter.days if quarter else (date.min, date.max)
            return issues_closed(days, part, of=seen).rows
        if quarter:
            return issues_raised(quarter.days, part, of=seen).rows
        return seen.counted_in(part)
