"""What lists of meetings, of who came and of clashes can be narrowed by; the same names in every query string."""

from datetime import date

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.filters import (
    CountedInFilter,
    QuarterFilter,
    SearchFilter,
    WithinField,
    WithinFilter,
    place_on,
    seen_locality,
)
from assignments.models import Agency, Cadre, Tier
from assignments.models.place import PATH_SEPARATOR
from assignments.models.posting import staff_of_own_day
from assignments.queries import rows_in_reach
from assignments.scope import reach_of
from cadrenet.dates import BoundedDateFilter, DayField
from cadrenet.periods import Quarter, QuarterField, not_after_today, today
from meetings.counts import ATTENDANCE, CELLS, MEETINGS
from meetings.models import AGENCY_KINDS, Attendance, Kind, Meeting
from meetings.queries import clashes, localities_to_choose, on_restricted_days

# Past so many communes a list to choose from is longer than typing a code.
MANY_LOCALITIES = 200
OFFERED_QUARTERS = 10


class WithinChoice(WithinField):
    """A locality by its code, chosen from the groups and communes that the user may see."""

    def offer(self, chosen, day):
        """Become a list of what stood on a day where that is short enough; return whether there is any choice."""
        rows = localities_to_choose(reach_of(self.user), day, MANY_LOCALITIES + 1)
        if len(rows) > MANY_LOCALITIES:
            return True
        options, communes = [("", _("Everything"))], {}
        for tier, code, name, path in rows:
            if tier == Tier.COMMUNE:
                above = path.rpartition(PATH_SEPARATOR)[2] or _("Communes and towns")
                communes.setdefault(above, []).append((code, name))
            else:
                options.append((code, name))
        options += communes.items()
        offered = {code for _tier, code, _name, _path in rows}
        if chosen and chosen not in offered and (locality := seen_locality(self.user, chosen)):
            stood = place_on(self.user, locality, day)
            options.append((locality.code, stood.full_path if stood else locality.code))
        self.widget = forms.Select(choices=options)
        return len(offered) > 1 or bool(chosen)


class WithinChoiceFilter(WithinFilter):
    """Facts at or below a locality that is chosen from a list."""

    field_class = WithinChoice

    def filter(self, queryset, locality):
        # Behind a figure the view begins with what is counted there, and so has it that the other lists ask here.
        behind_a_figure = self.parent.form.cleaned_data.get("counted")
        return queryset.under(locality) if locality and not behind_a_figure else queryset


class QuarterChoice(QuarterField):
    """A quarter, chosen from the last ones and the next."""

    def offer(self, chosen, day=None):
        """Become a list to choose from; a quarter further away that was asked for stands in it, too."""
        quarter = Quarter.of(today()).next
        options = [] if self.required else [("", _("Any time"))]
        for _step in range(OFFERED_QUARTERS):
            options.append((str(quarter), quarter.label))
            quarter = quarter.previous
        if chosen and chosen not in dict(options):
            options.append((chosen, self.label_of(chosen)))
        self.widget = forms.Select(choices=options)
        return True

    def label_of(self, text):
        try:
            return Quarter.parse(text).label
        except ValueError:
            return text


class QuarterChoiceFilter(QuarterFilter):
    """Facts of a quarter that is chosen from a list."""

    field_class = QuarterChoice


class ScopedChoice(forms.ModelChoiceField):
    """One of the rows that the user may see, known in the query string by its code."""

    def offer(self, chosen, day=None):
        """Become a list of these rows, read once; return whether there is anything to choose."""
        rows = rows_in_reach(self.queryset.model, reach_of(self.user))
        options = [(getattr(row, self.to_field_name), self.label_from_instance(row)) for row in rows]
        self.widget = forms.Select(choices=[("", self.empty_label), *options])
        return bool(options)


class ScopedChoiceFilter(django_filters.ModelChoiceFilter):
    """Rows of an agency or a cadre that the user may see."""

    field_class = ScopedChoice

    def __init__(self, model, **kwargs):
        self.offered = model
        super().__init__(to_field_name="code", queryset=model.objects.none(), **kwargs)

    @property
    def field(self):
        field = super().field
        field.user = self.parent.request.user
        return field

    def get_queryset(self, request):
        return self.offered.objects.all().visible_to(request.user)


class StaffChoiceFilter(ScopedChoiceFilter):
    """Rows of those who worked at one agency on the day of the row."""

    def filter(self, queryset, agency):
        return queryset.filter(staff_of_own_day([agency])) if agency else queryset


class OnlyWhenAsked(forms.CheckboxInput):
    """A box that is shown while it is ticked, and otherwise leaves the room to filters that people set by hand."""


class ListFilter(django_filters.FilterSet):
    """What the filters of this app share: a field with nothing to choose from is not shown."""

    @property
    def as_of(self):
        """The day as of which parts of the tree are named: the last that is asked for, or today."""
        try:
            return not_after_today(Quarter.parse(self.data.get("quarter", "")).last_day)
        except ValueError:
            pass
        try:
            last_day = DayField(required=False).clean(self.data.get("last_day"))
        except ValidationError:
            last_day = None
        return not_after_today(last_day or date.max)

    @property
    def form(self):
        made = hasattr(self, "_form")
        form = super().form
        if not made:
            if not self.data.get("counted"):
                form.fields.pop("counted", None)
            for name, field in form.fields.items():
                if not field.widget.is_hidden and not worth_showing(field, self.data.get(name), self.as_of):
                    field.widget = forms.HiddenInput()
        return form


def worth_showing(field, asked, day):
    """Return whether a filter has something to choose from, or was asked for."""
    if isinstance(field.widget, OnlyWhenAsked):
        return asked in ("1", "on", "true")
    return field.offer(asked, day) if hasattr(field, "offer") else True


# How the held meetings of cells were; each is counted by figures that lead here.
CELL_CHOICES = [
    ("held", _("Held by cells")),
    ("rated", _("Judged by all three criteria")),
    ("good", _("Good on all three")),
    ("organisation_good", _("Organisation good")),
    ("content_good", _("Content good")),
    ("time_good", _("Time good")),
    ("feedback", _("With feedback")),
]


class MeetingFilter(ListFilter):
    """Meetings by time, place, kind and state. ``due`` are those not cancelled, as every figure counts them."""

    quarter = QuarterChoiceFilter(field_name="day", label=_("Quarter"))
    first_day = BoundedDateFilter(field_name="day", lookup_expr="gte", label=_("From"))
    last_day = BoundedDateFilter(field_name="day", lookup_expr="lte", label=_("To"))
    within = WithinChoiceFilter(label=_("Within"))
    counted = CountedInFilter(label=_("As counted in"))
    kind = django_filters.ChoiceFilter(choices=Kind, label=_("Kind"), empty_label=_("All kinds"))
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        empty_label=_("Any"),
        choices=[("due", _("Not cancelled")), *Meeting.Status.choices, ("to_record", _("To be recorded"))],
        method="with_status",
    )
    cells = django_filters.ChoiceFilter(
        label=_("Meetings of cells"), empty_label=_("Any"), choices=CELL_CHOICES, method="of_cells"
    )
    agency = ScopedChoiceFilter(Agency, label=_("Agency"), empty_label=_("All"))
    # Asked for by the figures that lead here; a box to tick only while it is.
    localities = django_filters.BooleanFilter(
        label=_("Locality meetings only"), widget=OnlyWhenAsked, method="of_localities"
    )
    restricted = django_filters.BooleanFilter(
        label=_("On days kept free only"), widget=OnlyWhenAsked, method="on_restricted_days"
    )
    q = SearchFilter(label=_("Locality or agency"))

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def with_status(self, queryset, name, value):
        if value == "to_record":
            return queryset.to_record(self.on)
        return queryset.filter(MEETINGS.get(value) or Q(status=value))

    def on_restricted_days(self, queryset, name, value):
        return queryset.filter(on_restricted_days()) if value else queryset

    def of_cells(self, queryset, name, value):
        return queryset.filter(CELLS[value])

    def of_localities(self, queryset, name, value):
        return queryset.of_localities() if value else queryset


class MonthFilter(ListFilter):
    """The meetings of a month by place and kind."""

    def __init__(self, *args, month, **kwargs):
        self.month = month
        super().__init__(*args, **kwargs)

    @property
    def as_of(self):
        """A month that is over bears the names that it had."""
        return not_after_today(self.month.last_day)

    within = WithinChoiceFilter(label=_("Within"))
    kind = django_filters.ChoiceFilter(choices=Kind, label=_("Kind"), empty_label=_("All kinds"))


class AttendanceFilter(ListFilter):
    """The rows behind the figures of attendance: of meetings that were held, and expected unless they are guests."""

    quarter = QuarterChoiceFilter(field_name="day", label=_("Quarter"))
    within = WithinChoiceFilter(label=_("Within"))
    counted = CountedInFilter(label=_("As counted in"))
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        empty_label=_("All"),
        choices=[
            ("expected", pgettext_lazy("attendance", "Expected")),
            *Attendance.Status.choices,
            ("guest", _("Guest")),
        ],
        method="with_status",
    )
    kind = django_filters.ChoiceFilter(
        field_name="meeting__kind",
        label=_("Kind"),
        empty_label=_("All kinds"),
        choices=[choice for choice in Kind.choices if choice[0] not in AGENCY_KINDS],
    )
    agency = StaffChoiceFilter(Agency, label=_("Agency"), empty_label=_("All"))
    cadre = ScopedChoiceFilter(Cadre, label=_("Cadre"), widget=forms.HiddenInput)
    # Not offered, but the reasons of absence in the quarterly summary lead here.
    reason = django_filters.ChoiceFilter(choices=Attendance.Reason, widget=forms.HiddenInput)

    def with_status(self, queryset, name, value):
        # At held meetings, as the list holds no others; an agency's own meeting has no guests.
        queryset = queryset.filter(ATTENDANCE[value])
        return queryset.filter(place__isnull=False) if value == "guest" else queryset


class ClashFilter(ListFilter):
    """Clashes of a quarter by where the locality meeting takes place, and by the agency that stands in its way."""

    quarter = QuarterChoiceFilter(label=_("Quarter"), required=True)
    within = WithinChoiceFilter(label=_("Within"))
    agency = StaffChoiceFilter(Agency, label=_("Agency"), empty_label=_("All"))

    def filter_queryset(self, queryset):
        """Start from the clashes of the quarter, which are no rows of a table by themselves."""
        asked = self.form.cleaned_data
        queryset = clashes(asked["quarter"]).visible_to(self.request.user)
        for name in ("within", "agency"):
            queryset = self.filters[name].filter(queryset, asked[name])
        return queryset
