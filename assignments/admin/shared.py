"""What the administration of several kinds of rows shares: by commune, by decision, names with their chain."""

from datetime import date
from itertools import combinations

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assignments.models import Locality, Tier
from assignments.rights import decides_at_top
from cadrenet.admin.lists import two_lines
from cadrenet.admin.scope import ScopedForm
from cadrenet.codes import key_in
from cadrenet.editing import EditFormSet
from cadrenet.periods import today


class AsOfToday:
    """For models whose rows are shown with a locality: each as it stands today, in the queries that read the rows.

    ``ordering``, ``search_fields`` and columns may begin with ``standing__``. Rows that are papers of a period say in
    ``standing_rows`` as of which day each is read instead.
    """

    def standing_rows(self, rows):
        """Read rows with their localities as of a day."""
        return rows.as_of(today())

    def get_queryset(self, request):
        rows = self.standing_rows(self.visible(self.model._default_manager.all(), request.user))
        # A list adds these by itself only where nothing else is brought along.
        if self.list_select_related:
            rows = rows.select_related(*self.list_select_related)
        return rows.order_by(*(self.get_ordering(request) or self.opts.ordering))

    def labelled(self, queryset):
        return self.standing_rows(super().labelled(queryset))


class SpanForm(ScopedForm):
    """One of the dated rows of a page. With the others it is compared in the set, where all stand as they will."""

    def validate_constraints(self):
        # Only what one row decides alone; the rest compares with rows that the same form is changing.
        try:
            self.instance.validate_constraints(exclude={self.belongs_to})
        except ValidationError as error:
            self._update_errors(error)


class SpanFormSet(EditFormSet):
    """All dated rows of one locality or cadre, as they will stand after saving: no two share a day."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.belongs_to = self.fk.name
        form.instance.changed_together = [row.pk for row in self.get_queryset()]
        return form

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        gone = self.deleted_forms
        self.check([form for form in self.forms if form not in gone and (form.instance.pk or form.has_changed())])

    def check(self, forms):
        """Refuse rows that cannot stand beside each other; ``forms`` are of those that stay or come."""
        for one, other in combinations([form.instance for form in forms], 2):
            if overlap(one, other):
                raise self.shared_days(one, other)

    def shared_days(self, one, other):
        """Return the ``ValidationError`` for two rows that share a day."""
        raise NotImplementedError


def overlap(one, other):
    """Return whether two dated rows share a day."""
    starts = max(one.first_day or date.min, other.first_day or date.min)
    return starts <= min(one.last_day or date.max, other.last_day or date.max)


class DecidedLocality:
    """For models whose locality is chosen by decision: of the places where the user decides."""

    decided = ("locality",)

    def choices(self, db_field, queryset, request):
        if db_field.name in self.decided:
            return queryset.decided_by(request.user)
        return super().choices(db_field, queryset, request)


class DecidedAtTop:
    """For rows that hold for the whole tree: whoever decides about all of it changes them, everybody reads them."""

    def has_add_permission(self, request):
        return super().has_add_permission(request) and decides_at_top(request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and decides_at_top(request.user)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and decides_at_top(request.user)


class CommuneFilter(admin.SimpleListFilter):
    """Rows at or below one commune; ``column`` leads to the locality of that tier."""

    title = _("commune or town")
    parameter_name = "commune"
    column = "place__commune"

    def lookups(self, request, model_admin):
        communes = Locality.objects.visible_to(request.user).filter(tier=Tier.COMMUNE).as_of(today())
        there = communes.filter(standing__first_day__lte=today())
        return [(commune.pk, commune.name) for commune in there.order_by("standing__sort_key", "code")]

    def queryset(self, request, queryset):
        key = key_in(self.value())
        return queryset if key is None else queryset.filter(**{self.column: key})


class CommuneOfRow(CommuneFilter):
    """By where the locality of a row that is shown ``AsOfToday`` stands."""

    column = "standing__commune"


def named(place):
    """A place's name with the names above it in small print; a name never stands without them in a list."""
    return place and two_lines(place.name, place.above)
