"""What the lists of this app can be narrowed by. A list behind a figure counts what the figure counts."""

import django_filters
from django import forms
from django.db.models import Case, CharField, OuterRef, Q, Subquery, TextChoices, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.filters import AgencyField, AgencyFilter, WithinSelect, WithinSelectFilter
from assignments.models import Assignment, Cadre, Handover, Place
from assignments.queries import where
from cadrenet.periods import Quarter, QuarterField, today
from reports.forms import choices_of_quarters
from reports.models import Issue, PartyOrganisation, QuarterlyReport, Rating, RatingLevel, Resource
from reports.queries import (
    GOOD_OR_BETTER,
    Period,
    old_before,
    owed,
    quarters_with_meetings,
    rated_within,
)


class QuarterSelect(QuarterField):
    """A quarter chosen from those with meetings. The form calls ``offer`` once it knows the day."""

    widget = forms.Select

    def offer(self, user, day, chosen):
        """Fill the list; ``chosen`` is the quarter asked for, which is offered whatever else is."""
        first, last = quarters_with_meetings(user, day)
        choices = choices_of_quarters(first, max(last, Quarter.of(day)))
        if chosen and str(chosen) not in dict(choices):
            choices.insert(0, (str(chosen), chosen.label))
        self.widget.choices = choices if self.required else [("", _("Any time")), *choices]


class QuarterSelectFilter(django_filters.Filter):
    """A quarter; what it narrows depends on the state asked for, so the filterset does that."""

    field_class = QuarterSelect


class ListFilter(django_filters.FilterSet):
    """What the lists of this app share: the day they are read on, and selects filled with what the user may see."""

    def __init__(self, data=None, *args, **kwargs):
        # Nothing asked for is a question, too: the selects are filled, and a list may have a state to begin with.
        self.today, self.request = today(), kwargs.get("request")
        super().__init__(self.with_defaults(QueryDict() if data is None else data), *args, **kwargs)

    def with_defaults(self, data):
        """What was asked for, and what it means where nothing was."""
        return data

    @property
    def asked(self):
        """What was asked for, as far as it makes sense."""
        return getattr(self.form, "cleaned_data", {})

    def get_form_class(self):
        user, day = self.request.user, self.today

        class Form(super().get_form_class()):
            def clean(form):
                asked = super().clean()
                quarter = asked.get("quarter")
                for name, field in form.fields.items():
                    if isinstance(field, WithinSelect):
                        field.offer(user, min(day, quarter.last_day) if quarter else day, asked.get(name))
                    elif isinstance(field, QuarterSelect):
                        field.offer(user, day, quarter)
                    elif isinstance(field, AgencyField) and asked.get(name):
                        field.offer(user, asked[name])
                    elif isinstance(field, AgencyField):
                        # Shown only where it narrows the list: the page of an agency leads here with it.
                        field.widget = forms.HiddenInput()
                return asked

        return Form


class IssueFilter(ListFilter):
    """Issues raised, closed or open; a quarter says when, and where an issue counts depends on what is asked.

    It is raised where its locality stood that day, closed where it stood on that one, and open where it stands on the
    last day of the quarter, or today.
    """

    class State(TextChoices):
        OPEN = "open", _("Open")
        RAISED = "raised", _("Raised")
        CLOSED = "closed", _("Closed")

    q = django_filters.CharFilter(label=_("Text or code"))
    quarter = QuarterSelectFilter(label=_("Quarter"))
    within = WithinSelectFilter(label=_("Within"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Issue.Kind, empty_label=_("All kinds"))
    theme = django_filters.ChoiceFilter(label=_("Theme"), choices=Issue.Theme, empty_label=_("All themes"))
    urgent = django_filters.BooleanFilter(label=_("Pressing"), widget=forms.CheckboxInput)
    age = django_filters.ChoiceFilter(
        label=_("Age"), choices=[("over", _("Older than the limit"))], empty_label=_("Any age")
    )

    class Meta:
        model = Issue
        fields = []

    @property
    def seen_on(self):
        """The day by which age is told: today, or the last day of a quarter that is over."""
        quarter = self.asked.get("quarter")
        return min(self.today, quarter.last_day) if quarter else self.today

    def filter_queryset(self, queryset):
        asked = self.asked
        queryset = self.in_state(queryset, asked["state"], asked["quarter"], asked["within"])
        for name in ("kind", "theme"):
            queryset = self.filters[name].filter(queryset, asked[name])
        if asked["urgent"]:
            queryset = queryset.filter(urgent=True)
        if asked["age"]:
            before, _limit = old_before(self.seen_on)
            queryset = queryset.filter(raised_on__lt=before)
        if text := asked["q"].strip():
            queryset = queryset.filter(Q(summary__icontains=text) | Q(code__iexact=text))
        return queryset

    def in_state(self, queryset, state, quarter, within):
        """Issues in a state in a quarter, each where it counts."""
        if state == self.State.OPEN:
            day = quarter.last_day if quarter else self.today
            return queryset.open_on(day).filter(
                locality__places__first_day__lte=day,
                locality__places__counts_until__gte=day,
                **({f"locality__places__{within.tier}": within} if within else {}),
            )
        closed = state == self.State.CLOSED
        if closed:
            queryset = queryset.filter(status=Issue.Status.CLOSED)
        if quarter:
            queryset = queryset.filter(**{f"{'closed_on' if closed else 'raised_on'}__range": quarter.days})
        if within:
            queryset = queryset.filter(**{f"{'closed_place' if closed else 'place'}__{within.tier}": within})
        return queryset


class ResourceFilter(ListFilter):
    """Resources by the day they were mobilised and by where that was."""

    quarter = QuarterSelectFilter(label=_("Quarter"))
    within = WithinSelectFilter(field_name="place", label=_("Within"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Resource.Kind, empty_label=_("All kinds"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Resource.Status, empty_label=_("Any"))
    q = django_filters.CharFilter(label=_("Text or code"))

    class Meta:
        model = Resource
        fields = []

    def filter_queryset(self, queryset):
        asked = self.asked
        for name in ("within", "kind", "status"):
            queryset = self.filters[name].filter(queryset, asked[name])
        if asked["quarter"]:
            queryset = queryset.filter(mobilised_on__range=asked["quarter"].days)
        if text := asked["q"].strip():
            found = Q(description__icontains=text) | Q(donor__icontains=text) | Q(code__iexact=text)
            queryset = queryset.filter(found)
        return queryset


class ReportFilter(ListFilter):
    """Reports that are owed on a quarter: one row per assignment, handed in or not."""

    class State(TextChoices):
        ON_TIME = "on_time", _("On time")
        LATE = "late", _("Late")
        MISSING = "missing", _("Missing")

    quarter = QuarterSelectFilter(label=_("Quarter"), required=True)
    within = WithinSelectFilter(label=_("Within"))
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*State.choices, ("expected", pgettext_lazy("reports", "Expected"))],
        empty_label=_("All"),
    )
    agency = AgencyFilter(field_name="cadre__agency", label=_("Agency"))

    class Meta:
        model = Assignment
        fields = []

    def with_defaults(self, data):
        data = data.copy()
        if not data.get("quarter"):
            _first, last = quarters_with_meetings(self.request.user, self.today)
            data["quarter"] = str(last)
        return data

    def filter_queryset(self, queryset):
        """Start from what is owed in that quarter; the rows that the user may see narrow it."""
        asked = self.asked
        # An agency's reports are those of its staff, wherever these serve: who leads it sees people and no places.
        user = None if asked["agency"] else self.request.user
        rows, on_time, late = owed(Period.of(asked["quarter"]), where(user, asked["within"]))
        rows = self.filters["agency"].filter(rows, asked["agency"])
        state = Case(
            When(on_time, then=Value(self.State.ON_TIME)),
            When(late, then=Value(self.State.LATE)),
            default=Value(self.State.MISSING),
            output_field=CharField(),
        )
        written = QuarterlyReport.objects.of(asked["quarter"]).filter(
            cadre=OuterRef("cadre"), locality=OuterRef("locality")
        )
        rows = (
            rows.visible_to(self.request.user)
            .annotate(
                state=state,
                report_status=Subquery(written.values("status")[:1]),
                submitted_on=Subquery(written.values("submitted_on")[:1]),
            )
            .select_related("cadre__agency", "locality__latest")
            .order_by("locality__code", "cadre__sort_key", "pk")
        )
        if asked["state"] in self.State:
            rows = rows.filter(state=asked["state"])
        return rows


class HandoverFilter(ListFilter):
    """Handovers that wait for a tick unless all are asked for; by part of the tree and by a name."""

    q = django_filters.CharFilter(label=_("Locality or cadre"))
    within = WithinSelectFilter(field_name="ended__locality__latest", label=_("Within"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("all", _("All"))], empty_label=_("Waits for a tick")
    )

    class Meta:
        model = Handover
        fields = []

    def filter_queryset(self, queryset):
        queryset = self.filters["within"].filter(queryset, self.asked["within"])
        if self.asked["state"] != "all":
            queryset = queryset.open()
        if text := self.asked["q"].strip():
            cadres = Cadre.objects.all().named(text).values("pk")
            places = Place.objects.all().named(text).values("locality")
            queryset = queryset.filter(
                Q(ended__locality__in=places) | Q(ended__cadre__in=cadres) | Q(successor__cadre__in=cadres)
            )
        return queryset


class RatingFilter(ListFilter):
    """Organisations rated in a year, by kind and level; a level may be several of them together."""

    RATED = "rated"

    year = django_filters.NumberFilter(label=_("Year"))
    kind = django_filters.ChoiceFilter(
        field_name="organisation__kind",
        label=_("Kind of organisation"),
        choices=PartyOrganisation.Kind,
        empty_label=_("All kinds"),
    )
    level = django_filters.ChoiceFilter(
        label=_("Level"),
        choices=[
            (GOOD_OR_BETTER, _("Completed tasks well or better")),
            *RatingLevel.Code.choices,
            (RATED, _("Rated")),
        ],
        empty_label=_("All levels"),
    )
    within = WithinSelectFilter(label=_("Within"))

    class Meta:
        model = Rating
        fields = []

    def filter_queryset(self, queryset):
        asked = self.asked
        for name in ("year", "kind"):
            queryset = self.filters[name].filter(queryset, asked[name])
        if asked["level"] == GOOD_OR_BETTER:
            queryset = queryset.filter(level__good_or_better=True)
        elif asked["level"] == self.RATED:
            queryset = queryset.filter(level__rated=True)
        elif asked["level"]:
            queryset = queryset.filter(level__code=asked["level"])
        return rated_within(queryset, asked["within"]) if asked["within"] else queryset
