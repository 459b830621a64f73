"""What people type on the pages of this app: which figures they want, an issue, a resource."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.filters import AgencyField, WithinField, keep_seen, places_to_choose
from assignments.models import Handover, Locality, Place, Tier
from assignments.queries import where
from assignments.scope import reach_of
from cadrenet.periods import Quarter, QuarterField
from cadrenet.prepared import prepared
from cadrenet.templatetags.figures import pct
from reports.models import Issue, PartyOrganisation, Resource
from reports.privacy import personal_data_in
from reports.queries import quarters_with_meetings

# --- Which quarter, which part of the tree ----------------------------------------------------------------


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

    @property
    def condition(self):
        """The condition on places that these figures are of, as ``assignments.queries.where`` makes it."""
        return where(self.user, self.cleaned_data["within"])


class OverviewForm(FiguresForm):
    """The overview is always of one part of the tree: the highest that the user sees, unless another is asked for."""

    def default(self, name):
        if name == "within" and self.roots:
            return self.roots[0].code
        return super().default(name)

    def all_offered(self):
        return []


class QuarterlyForm(FiguresForm):
    """As ``FiguresForm``, and of which tier the rows are."""

    field_order = ["quarter", "level", "within"]

    level = forms.ChoiceField(label=_("Tier"), required=False, choices=Tier)

    def default(self, name):
        if name == "level":
            # Who answers for a hamlet alone has no communes to compare.
            highest = min((Tier(root.tier) for root in self.roots), key=lambda tier: tier.rank, default=Tier.COMMUNE)
            return highest if Tier.COMMUNE.above(highest) else Tier.COMMUNE
        return super().default(name)


# --- Issues ----------------------------------------------------------------------------------------------


class LocalityField(forms.ModelChoiceField):
    """A locality chosen from a list in which each stands with its chain."""

    # A list of every self-governing group of a district is no list that somebody reads.
    AT_MOST = 300

    def __init__(self, **kwargs):
        super().__init__(Locality.objects.with_latest().exclude(latest=None).order_by("code"), **kwargs)

    def label_from_instance(self, obj):
        return obj.latest.full_path

    def keep_short(self):
        """Leave out self-governing groups where there are too many to choose from."""
        if self.queryset.count() > self.AT_MOST:
            self.queryset = self.queryset.exclude(tier=Tier.SELF_GOVERNING_GROUP)


class PersonalDataMixin:
    """Ask once more before a text is kept that looks as if it held a phone number, an identity number or a name.

    A warning and no bar: whoever ticks that it holds nothing of the kind saves it. ``checked_fields`` are looked at.
    """

    checked_fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sure"] = forms.BooleanField(
            label=_("I have looked: it holds no personal data of residents"), required=False, widget=forms.HiddenInput
        )

    def clean(self):
        cleaned = super().clean()
        for name in self.checked_fields:
            found = personal_data_in(cleaned.get(name) or "")
            if not found:
                continue
            self.fields["sure"].widget = forms.CheckboxInput()
            if not cleaned.get("sure"):
                self.add_error(
                    name,
                    _("This looks as if it held %(what)s. Leave it out, or tick below that it holds none.")
                    % {"what": ", ".join(str(kind) for kind in found)},
                )
        return cleaned


def not_after(chosen, day):
    """Return a day that somebody chose, unless it is still to come."""
    if chosen > day:
        raise forms.ValidationError(_("This day lies in the future."))
    return chosen


def refuse_before_it_existed(form, day_field):
    """Refuse a fact of a locality on a day before there was one: it would stand nowhere, and in no figure."""
    locality, day = form.cleaned_data.get("locality"), form.cleaned_data.get(day_field)
    if locality and day and not Place.objects.counting_on(day).filter(locality=locality).exists():
        form.add_error(day_field, _("The locality did not exist yet on that day."))


class IssueForm(PersonalDataMixin, forms.ModelForm):
    """An issue as somebody raises it; what became of it is said on its page."""

    checked_fields = ["summary"]

    locality = LocalityField(label=_("Locality"))

    class Meta:
        model = Issue
        fields = ["locality", "raised_on", "kind", "theme", "urgent", "summary", "responsible_agency"]
        widgets = {
            "raised_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "summary": forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        }

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["raised_on"].initial = day

    def clean_raised_on(self):
        """An issue is raised before it is written down, and before it is settled."""
        raised_on = not_after(self.cleaned_data["raised_on"], self.day)
        if self.instance.closed_on and raised_on > self.instance.closed_on:
            raise forms.ValidationError(_("The issue is closed before it was raised."))
        return raised_on

    def clean(self):
        cleaned = super().clean()
        refuse_before_it_existed(self, "raised_on")
        return cleaned


class CloseIssueForm(forms.ModelForm):
    """From when on an issue is settled."""

    class Meta:
        model = Issue
        fields = ["closed_on"]
        widgets = {"closed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["closed_on"].required = True
        self.initial["closed_on"] = day
        self.instance.status = Issue.Status.CLOSED

    def clean_closed_on(self):
        """An issue is settled after it was raised, and before that is written down."""
        closed_on = not_after(self.cleaned_data["closed_on"], self.day)
        if closed_on < self.instance.raised_on:
            raise forms.ValidationError(_("The issue is closed before it was raised."))
        return closed_on


class PassOnIssueForm(forms.ModelForm):
    """Which agency has to answer an issue."""

    class Meta:
        model = Issue
        fields = ["responsible_agency"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible_agency"].required = True
        self.instance.status = Issue.Status.ESCALATED


# --- Handovers ------------------------------------------------------------------------------------------


class SituationForm(PersonalDataMixin, forms.ModelForm):
    """What a successor should know of a place beside its figures, in about five lines."""

    checked_fields = ["situation"]

    class Meta:
        model = Handover
        fields = ["situation"]
        widgets = {"situation": forms.Textarea(attrs={"rows": 5, "maxlength": 1000})}


# --- Resources -------------------------------------------------------------------------------------------


class ResourceForm(PersonalDataMixin, forms.ModelForm):
    """A resource as somebody records it."""

    checked_fields = ["description", "donor"]

    locality = LocalityField(label=_("Locality"))

    class Meta:
        model = Resource
        fields = ["locality", "mobilised_on", "kind", "description", "value_vnd", "donor", "cadre", "status"]
        widgets = {"mobilised_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.day = day
        self.fields["mobilised_on"].initial = day

    def clean_mobilised_on(self):
        """A promise, too, is made before it is written down."""
        return not_after(self.cleaned_data["mobilised_on"], self.day)

    def clean(self):
        cleaned = super().clean()
        refuse_before_it_existed(self, "mobilised_on")
        return cleaned


# --- Ratings ---------------------------------------------------------------------------------------------


class RatingsForm(forms.Form):
    """Which year and which kind of organisation a table of ratings is of, and how precise it is.

    ``years`` holds the years in which anything was rated, by kind. What is not said is the latest of them, and the
    committees of communes.
    """

    year = forms.IntegerField(label=_("Year"), min_value=1930, max_value=2200, required=False, widget=forms.Select)
    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=PartyOrganisation.Kind, required=False)
    places = forms.TypedChoiceField(
        label=_("Decimals"), choices=[(2, "85.71"), (0, "86")], coerce=int, required=False, empty_value=2
    )

    def __init__(self, data, *, years, day):
        kind = data.get("kind") or PartyOrganisation.Kind.COMMUNE_COMMITTEE
        known = sorted({year for rated in years.values() for year in rated}, reverse=True) or [day.year]
        of_kind = max(years.get(kind, ()), default=known[0])
        year = data.get("year") or str(of_kind)
        super().__init__({"year": year, "kind": kind, "places": data.get("places") or "2"})
        offered = [str(year) for year in known]
        if year not in offered and year.isdecimal():
            offered.insert(0, year)
        self.fields["year"].widget.choices = [(year, year) for year in offered]
        self.fields["places"].choices = [(2, pct(Decimal("85.71"))), (0, pct(Decimal("86")))]


# --- Who could take over a place ---------------------------------------------------------------------------


class CandidatesForm(forms.Form):
    """Candidates by name and agency."""

    q = forms.CharField(label=_("Name"), required=False)
    agency = AgencyField(label=_("Agency"), required=False)

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.fields["agency"].user = user

    def clean(self):
        asked = super().clean()
        self.fields["agency"].offer(self.user, asked.get("agency"))
        return asked

    def narrowed(self, cadres):
        """Those of some cadres who were asked for."""
        if text := self.cleaned_data["q"].strip():
            cadres = cadres.named(text)
        if agency := self.cleaned_data["agency"]:
            cadres = cadres.filter(agency=agency)
        return cadres
