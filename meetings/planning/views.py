"""Patterns of regular meetings: the list, one for many localities at once, and one changed or ended."""

from dataclasses import dataclass

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from assignments.filters import SearchFilter
from assignments.models import Place
from assignments.scope import records
from cadrenet.editing import LockedMixin, as_stale
from cadrenet.listing import Column, ScopedListView
from cadrenet.periods import Month, today
from meetings.models import Pattern
from meetings.models.pattern import LOCALITY_KINDS
from meetings.planning.actions import Refused, begin_patterns, change_pattern, plan_meetings, with_replaced
from meetings.planning.days_off import DaysOff
from meetings.planning.forms import ManyForm, PatternForm, PickForm
from meetings.planning.plan import MONTHS_AHEAD, plan_of, planned_until
from meetings.planning.preview import Preview
from meetings.planning.queries import next_days, patterns_of, siblings, usual_days
from meetings.planning.wording import planned_in_words
from meetings.views.tabs import tabs

# So many localities can be chosen together; more are narrowed by commune first.
OFFERED = 300
# What a list is asked for that holds patterns which have ended, too.
ALL = "all"


class PatternFilter(django_filters.FilterSet):
    """Patterns by kind, by whether they hold, and by the name of the locality."""

    kind = django_filters.ChoiceFilter(choices=LOCALITY_KINDS, label=gettext_lazy("Kind"), empty_label=_("All kinds"))
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("In force or to come"),
        choices=[(ALL, gettext_lazy("All, ended ones included"))],
        method="in_state",
    )
    q = SearchFilter(label=gettext_lazy("Locality"))

    def in_state(self, queryset, name, value):
        """Leave it to the view, which begins with those in force also where nothing is asked."""
        return queryset


@dataclass
class PatternRow:
    """A pattern with the day of its next meeting."""

    pattern: Pattern
    next_day: object = None


class PatternListView(ScopedListView):
    """The patterns that the user may see, by where their localities lie today; a button plans what follows."""

    model = Pattern
    filterset_class = PatternFilter
    template_name = "meetings/patterns/list.html"
    title = gettext_lazy("Regular meetings")
    file_stem = "patterns"
    columns = [
        Column(gettext_lazy("Locality code"), "pattern.locality.code"),
        Column(gettext_lazy("Locality"), "pattern.locality.place.name"),
        Column(gettext_lazy("Lies in"), "pattern.locality.place.path"),
        Column(gettext_lazy("Kind"), "pattern.get_kind_display"),
        Column(gettext_lazy("Held on"), "pattern.rule_in_words"),
        Column(gettext_lazy("Starts at"), lambda row: f"{row.pattern.starts:%H:%M}"),
        Column(gettext_lazy("Length in minutes"), "pattern.minutes"),
        Column(gettext_lazy("Venue"), "pattern.venue"),
        Column(gettext_lazy("From"), "pattern.first_day"),
        Column(gettext_lazy("To"), "pattern.last_day"),
        Column(gettext_lazy("Next meeting"), "next_day"),
    ]

    def get_queryset(self):
        found = super().get_queryset().as_of(today())
        if self.request.GET.get("state") != ALL:
            found = found.during(today(), None)
        return found.order_by("standing__path", "standing__sort_key", "kind", "pk")

    def with_details(self, rows):
        rows = list(rows)
        days = next_days(rows, today())
        return [PatternRow(row, days.get(row.pk)) for row in rows]

    def get_context_data(self, **kwargs):
        may_plan = records(self.request.user)
        context = super().get_context_data(tabs=tabs("patterns"), may_plan=may_plan, **kwargs)
        if may_plan:
            context |= {"create_url": reverse("meetings:pattern_create"), "create_label": _("Set a pattern")}
            day = today()
            context["unconfirmed"] = [str(year) for year in DaysOff.between(day, planned_until(day)).unconfirmed]
        return context

    def post(self, request):
        """Plan the next twelve months wherever the user records."""
        if not records(request.user):
            raise Http404
        keys = Pattern.objects.editable_by(request.user).order_by().values_list("locality", flat=True)
        planned = plan_meetings(set(keys), on=today(), by=request.user)
        messages.success(request, planned_in_words(planned))
        return redirect(request.get_full_path())


@dataclass
class PlaceRow:
    """A place that is offered: with the pattern it has, and its usual day."""

    place: Place
    pattern: Pattern | None
    usual: object
    chosen: bool
    kept_free: bool

    @property
    def ends(self):
        """The last day of a locality that ends; None of one that goes on, under another name perhaps."""
        return self.place.ends if self.place.last_day < self.place.counts_until else None


class PlanningView(View):
    """What setting a pattern for many and changing one share: nothing is saved that was not looked at first.

    A form that was sent comes back with what it would do, and sent again with that (``seen``) it is done.
    """

    def preview_of(self, patterns, names):
        """Return what planning some patterns, with the others of their localities, would do."""
        day = today()
        days_off = DaysOff.between(Month.of(day).previous.first_day, planned_until(day, MONTHS_AHEAD + 1))
        plan = plan_of(patterns, today=day, days_off=days_off)
        years = {row.day.year for row in plan.occurrences}
        return Preview(plan, self.request.user, names, [year for year in days_off.unconfirmed if year in years])

    def was_seen(self, preview):
        """Whether what is sent is what was previewed, and no other look was asked for."""
        return "preview" not in self.request.POST and self.request.POST.get("seen") == preview.seen

    def say_anew(self, preview):
        """Say so where something else was seen than would be done by now."""
        seen = self.request.POST.get("seen")
        if seen and "preview" not in self.request.POST and seen != preview.seen:
            messages.warning(self.request, _("Nothing was planned yet: look at what it would be now."))


class PatternCreateView(PlanningView):
    """Set a pattern for many localities at once: choose them, say when, look at twelve months, plan."""

    def dispatch(self, request, *args, **kwargs):
        if not records(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.answer(None)

    def post(self, request):
        return self.answer(request.POST)

    def answer(self, data):
        user, day = self.request.user, today()
        places = Place.objects.editable_by(user).on(day).select_related("locality")
        pick = PickForm(self.request.GET, places=places, day=day)
        kind, offered = pick.chosen_kind, pick.offered
        form = ManyForm(data, on=day, places=offered)
        preview = None
        if data is not None and form.is_valid():
            patterns = [form.pattern_at(place.locality, kind) for place in form.cleaned_data["places"]]
            preview = self.look_at(patterns, form)
            if self.was_seen(preview) and (answer := self.carry_out(patterns, form)):
                return answer
            self.say_anew(preview)
        elif data is None and "all" in self.request.GET:
            form.initial["places"] = list(offered.values_list("pk", flat=True)[:OFFERED])
        elif data is None and (code := self.request.GET.get("locality")):
            form.initial["places"] = list(offered.filter(locality__code=code).values_list("pk", flat=True))
        rows, more = self.rows(offered, kind, form, day)
        if data is None:
            form.propose([row.usual.pattern for row in rows if row.chosen and row.usual])
        query = self.request.GET.copy()
        query["all"] = "1"
        context = {
            "title": _("Set regular meetings"),
            "pick": pick,
            "form": form,
            "rows": rows,
            "more": more,
            "all_url": f"?{query.urlencode()}",
            "chosen": sum(row.chosen for row in rows),
            "preview": preview,
            "seen": preview.seen if preview else "",
            "cancel_url": reverse("meetings:patterns"),
        }
        return render(self.request, "meetings/patterns/create.html", context)

    def look_at(self, patterns, form):
        """Preview some patterns that are to begin, with those that they end."""
        names = {place.locality_id: place.name for place in form.cleaned_data["places"]}
        found, ended = [], {}
        for pattern, other in with_replaced(patterns):
            if other is pattern:
                continue
            found.append(pattern)
            if other is not None:
                ended[other.pk] = other
        others = [ended.get(row.pk, row) for row in siblings(patterns)]
        return self.preview_of([*found, *others], names)

    def carry_out(self, patterns, form):
        """Begin the patterns and plan their meetings; None where the form now says why not."""
        user = self.request.user
        try:
            begin_patterns(patterns, by=user)
        except Refused as refused:
            names = {place.locality_id: place.name for place in form.cleaned_data["places"]}
            for locality, sentences in refused.faults.items():
                form.add_error("places", f"{names[locality]}: {' '.join(sentences)}")
            return None
        planned = plan_meetings([pattern.locality_id for pattern in patterns], on=today(), by=user)
        messages.success(self.request, planned_in_words(planned))
        return redirect("meetings:patterns")

    def rows(self, offered, kind, form, day):
        """The places that are offered, with what they have and what is usual there; and whether there are more."""
        places = list(offered[: OFFERED + 1])
        more, places = len(places) > OFFERED, places[:OFFERED]
        keys = [place.locality_id for place in places]
        patterns, usual = patterns_of(keys, kind, day), usual_days(keys, kind, day)
        chosen = {str(key) for key in form["places"].value() or []}
        rows = [
            PlaceRow(
                place,
                pattern := patterns.get(place.locality_id),
                usual.get(place.locality_id),
                str(place.pk) in chosen,
                bool(pattern and pattern.day_of_month in form.kept_free),
            )
            for place in places
        ]
        return rows, more


class PatternEditView(LockedMixin, PlanningView):
    """Change what a pattern says, or end it; what nobody has touched follows, after a look at the numbers."""

    held_model = Pattern

    def get(self, request, pk):
        patterns = Pattern.objects.editable_by(request.user).as_of(today())
        pattern = get_object_or_404(patterns, pk=pk)
        place = pattern.locality.place
        form = PatternForm(request.POST if request.method == "POST" else None, instance=pattern, on=today())
        preview = None
        if form.is_bound and form.is_valid():
            changed = form.instance
            preview = self.preview_of([changed, *siblings([changed])], {changed.locality_id: place.name})
            if self.was_seen(preview):
                try:
                    planned = change_pattern(changed, by=request.user, on=today())
                except ValidationError as error:
                    form.add_error(None, error.messages)
                else:
                    messages.success(request, planned_in_words(planned))
                    return redirect("meetings:patterns")
            self.say_anew(preview)
        context = {
            "title": _("%(kind)s, %(where)s") % {"kind": pattern.get_kind_display(), "where": place.name},
            "place": place,
            "pattern": pattern,
            "form": form,
            "preview": preview,
            "seen": preview.seen if preview else "",
            "cancel_url": reverse("meetings:patterns"),
        }
        return as_stale(render(request, "meetings/patterns/edit.html", context), form, request)

    post = get
