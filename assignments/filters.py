"""Filters that every list understands: within a locality, in a quarter, on a day, by a piece of text."""

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assignments.models import Agency, Place, Tier
from assignments.models.posting import staff_on, without_agency_on
from assignments.queries import UPPER_TIERS, in_order_of_tier, locality_in_reach, parts_to_choose, to_choose
from assignments.scope import reach_of
from assignments.subtree import subtree
from cadrenet.dates import DayField
from cadrenet.periods import QuarterField, today
from cadrenet.texts import SearchInput, SearchTextFilter

# Beyond this, a list is no longer read but searched.
CHOICES_AT_MOST = 150


def seen_locality(user, code):
    """Return the locality of a code, with where it stands today, or None where the user sees none; asked once."""
    if not code:
        return None
    seen = user.__dict__.setdefault("_seen_localities", {})
    if code not in seen:
        seen[code] = locality_in_reach(reach_of(user), code)
    return seen[code]


def place_on(user, locality, day):
    """Return where a locality that ``seen_locality`` returned stood on a day. Today it is known already."""
    return locality.place if day == reach_of(user).day else locality.stood_on(day)


def keep_seen(user, localities):
    """Keep some localities that the user sees for ``seen_locality``, so that none is asked for again."""
    user.__dict__.setdefault("_seen_localities", {}).update({locality.code: locality for locality in localities})


class WithinField(SearchInput):
    """The code of a locality that the user may see; an unknown or foreign one is the same mistake."""

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self, value):
        code = super().clean(value)
        if not code:
            return None
        locality = seen_locality(self.user, code)
        if locality is None:
            raise forms.ValidationError(_("There is no such locality among those you may see."))
        return locality


class ReaderFilter(django_filters.Filter):
    """A filter whose field is told who reads."""

    @property
    def field(self):
        field = super().field
        field.user = self.parent.request.user
        return field


class WithinFilter(ReaderFilter):
    """Facts whose place is a locality or lies below it; ``field_name`` leads to the place, as in ``"place"``."""

    field_class = WithinField

    def filter(self, queryset, locality):
        if not locality:
            return queryset
        prefix = f"{self.field_name}__" if self.field_name else ""
        return queryset.filter(**{f"{prefix}{locality.tier}": locality})


class QuarterFilter(django_filters.Filter):
    """Facts of a quarter, by their own day; ``field_name`` is the day."""

    field_class = QuarterField

    def filter(self, queryset, quarter):
        return queryset.filter(**{f"{self.field_name}__range": quarter.days}) if quarter else queryset


class SearchFilter(SearchTextFilter):
    """Rows named by a piece of text, with or without diacritics: asks the queryset's ``named``."""

    def filter(self, queryset, value):
        return queryset.named(value) if value and value.strip() else queryset


# --- Which part of the tree, chosen from a list --------------------------------------------------------------


def places_to_choose(user, day, chosen=None):
    """Return choices (code, name) of the parts of the tree that a user sees on a day, communes by what is above them.

    Where there are too many to read: the tops, and what lies directly in the chosen one or above it. One query, two
    where there are many.
    """
    offered = parts_to_choose(reach_of(user), day, CHOICES_AT_MOST + 1)
    if len(offered) > CHOICES_AT_MOST:
        places = in_order_of_tier(Place.objects.visible_to(user).on(day))
        near = Q(parent=None) | Q(locality__in=[id for _tier, id in reach_of(user).sees])
        if chosen and (stood := place_on(user, chosen, day)):
            chain = [chosen.pk, *(id for _tier, id, _name in stood.chain)]
            near |= Q(locality__in=chain) | Q(parent=chosen, tier__in=UPPER_TIERS)
        offered = list(to_choose(places.filter(near))[:CHOICES_AT_MOST])
    choices, communes = [], {}
    for code, name, tier, path in offered:
        if tier == Tier.COMMUNE and path:
            communes.setdefault(path.rpartition(" › ")[2], []).append((code, name))
        else:
            choices.append((code, name))
    if chosen and chosen.code not in {code for code, *_rest in offered}:
        stood = place_on(user, chosen, day)
        choices.append((chosen.code, stood.full_path if stood else chosen.code))
    return choices + list(communes.items())


class WithinSelect(WithinField):
    """As ``WithinField``, chosen from a list. The form calls ``offer`` once it knows the user and the day."""

    widget = forms.Select

    def offer(self, user, day, chosen):
        """Fill the list; ``chosen`` is the locality asked for, which is offered whatever else is."""
        self.widget.choices = [("", _("All that you see")), *places_to_choose(user, day, chosen)]


class WithinSelectFilter(WithinFilter):
    """As ``WithinFilter``, chosen from a list."""

    field_class = WithinSelect


class CountedInField(WithinField):
    """The part of the tree of the page whose figure a list stands behind; it can be taken off, and nothing else."""

    widget = forms.Select

    def offer(self, chosen, day=None):
        """Become a choice between that part, as called on a day, and everything; return whether it is a part."""
        locality = seen_locality(self.user, chosen)
        stood = locality and place_on(self.user, locality, day or today())
        name = stood.name if stood else chosen
        self.widget.choices = [("", _("All that you see")), (chosen, name)]
        return bool(chosen)


class CountedInFilter(WithinFilter):
    """Only what a figure of a part of the tree counts there, in a list that stands behind the figure.

    A figure counts each fact where its locality stood on the fact's day; what a reader may see besides (own rows,
    rows of own staff, what has moved into sight) is in the list that is opened without a figure. Views and filters
    begin with what ``counted_part`` says, and nothing is left to narrow here.
    """

    field_class = CountedInField

    def filter(self, queryset, locality):
        return queryset


def counted_part(user, counted, within=None):
    """Return the part of the tree of which a list holds what figures count; None where it stands behind no figure.

    ``counted`` is the locality of the page whose figure it is, ``within`` that of the row of its table.
    """
    return subtree(user, counted).narrowed(within) if counted else None


# --- Lists of people and of who answers for where ---------------------------------------------------------------


class AgencyField(SearchInput):
    """The code of an agency that the user may see."""

    widget = forms.Select

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self, value):
        code = super().clean(value)
        if not code:
            return None
        agency = Agency.objects.visible_to(self.user).filter(code=code).first()
        if agency is None:
            raise forms.ValidationError(_("There is no such agency among those you may see."))
        return agency

    def offer(self, user, chosen):
        """Fill the list, unless it would be too long to read: then a code is typed."""
        agencies = Agency.objects.visible_to(user)
        choices = list(agencies.order_by("sort_key", "pk").values_list("code", "name")[: CHOICES_AT_MOST + 1])
        if len(choices) > CHOICES_AT_MOST:
            self.widget = forms.TextInput(attrs=self.widget.attrs)
            return
        self.widget.choices = [("", _("All agencies")), *choices]


class AgencyFilter(ReaderFilter):
    """Rows of those who work at one agency on the day of the list; ``field_name`` leads to the cadre."""

    field_class = AgencyField

    def filter(self, queryset, agency):
        return queryset.filter(staff_on(self.parent.day, [agency], self.field_name)) if agency else queryset


class StaffFilter(django_filters.NumberFilter):
    """Rows of the staff of an agency, by its key; of nobody's staff for 0. ``field_name`` leads to the cadre.

    An agency is named on the rows that a reader may see, also where its own page is not the reader's.
    """

    def filter(self, queryset, key):
        if key is None:
            return queryset
        day, cadre = self.parent.day, self.field_name
        return queryset.filter(staff_on(day, [key], cadre) if key else without_agency_on(day, cadre))


class DayFilter(django_filters.Filter):
    """The day as of which a list is read. It narrows nothing by itself: the other filters ask for it."""

    field_class = DayField

    def filter(self, queryset, day):
        return queryset


class ListFilter(django_filters.FilterSet):
    """What the lists of this app share: the day they are read on, and selects filled with what the user may see."""

    def __init__(self, data=None, *args, **kwargs):
        # Nothing asked for is a question, too: the selects are filled, and a list may have a state to begin with.
        super().__init__(QueryDict() if data is None else data, *args, **kwargs)

    @property
    def asked(self):
        """What was asked for, as far as it makes sense."""
        return getattr(self.form, "cleaned_data", {})

    @property
    def day(self):
        """The day as of which the rows are read: today unless another is asked for."""
        return self.asked.get("day") or today()

    def get_form_class(self):
        user = self.request.user

        class Form(super().get_form_class()):
            def clean(form):
                asked = super().clean()
                day = asked.get("day") or today()
                for name, field in form.fields.items():
                    if isinstance(field, WithinSelect):
                        field.offer(user, day, asked.get(name))
                    elif isinstance(field, AgencyField):
                        field.offer(user, asked.get(name))
                return asked

        return Form
