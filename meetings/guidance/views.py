"""Pages of guidance: the list of items, how one stands, the places behind its figures, and what is typed about it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.generic import TemplateView, View

from assignments.models import Locality, Place
from assignments.scope import records
from cadrenet.components import Tile
from cadrenet.figures import percent
from cadrenet.listing import PER_PAGE, Column, FileMixin, ScopedCreateView, ScopedListView, ScopedUpdateView
from cadrenet.periods import today
from cadrenet.templatetags.figures import count, pct
from meetings.guidance.actions import pass_on_elsewhere
from meetings.guidance.forms import ALL, ENDED, ElsewhereForm, GuidanceFilter, GuidanceForm, PlacesForm, parts_of
from meetings.guidance.queries import places_of, progress_of
from meetings.guidance.standing import Show, Standing, named_with_units
from meetings.models import Guidance
from meetings.views.tabs import tabs

# So many places are named below a figure.
NAMED = 3


@dataclass
class Row:
    """An item with at how many places it was passed on, and of how many."""

    item: Guidance
    passed: int
    places: int
    is_new: bool = False

    @property
    def left(self):
        """At how many places it was not passed on yet."""
        return self.places - self.passed

    @property
    def rate(self):
        """Passed on ÷ all places."""
        return percent(self.passed, self.places)


def rows_of(items, user, day):
    """Return a ``Row`` for each of some items."""
    items = list(items)
    progress = progress_of(items, user, day)
    return [Row(item, *progress[item.pk]) for item in items]


class GuidanceListView(ScopedListView):
    """What is to be passed on where the user sees something, the newest first."""

    model = Guidance
    filterset_class = GuidanceFilter
    template_name = "meetings/guidance/list.html"
    title = gettext_lazy("Guidance")
    file_stem = "guidance"
    explained = ("guidance",)
    columns = [
        Column(gettext_lazy("Document"), "item.document"),
        Column(gettext_lazy("What it is about"), "item.title"),
        Column(gettext_lazy("Issued by"), "item.get_level_display"),
        Column(gettext_lazy("Issued on"), "item.issued_on"),
        Column(gettext_lazy("Due on"), "item.due_on"),
        Column(gettext_lazy("Passed on to"), "item.get_tier_display"),
        Column(gettext_lazy("Part of the tree"), "item.locality.place.name"),
        Column(gettext_lazy("Places"), "places"),
        Column(pgettext_lazy("guidance", "Passed on"), "passed"),
        Column(pgettext_lazy("guidance", "Not yet"), "left"),
        Column(gettext_lazy("Passed on, %"), "rate"),
    ]

    def get_queryset(self):
        found, day, state = super().get_queryset().as_of(today()), today(), self.request.GET.get("state")
        if state == ENDED:
            found = found.filter(last_day__lt=day)
        elif state != ALL:
            found = found.going_on(day)
        return found.order_by("-issued_on", "-pk")

    def with_details(self, rows):
        return rows_of(rows, self.request.user, today())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            tabs=tabs("guidance"), line=_("Documents to be passed on, and where that has been done"), **kwargs
        )
        if records(self.request.user):
            context |= {"create_url": reverse("meetings:guidance_create"), "create_label": _("New guidance")}
        return context


class ItemMixin:
    """What the pages of one item share: the item, and how it stands as far as the reader sees."""

    def get_item(self):
        """Return the item of the address; out of reach it is not found."""
        items = Guidance.objects.visible_to(self.request.user).as_of(today())
        return get_object_or_404(items, pk=self.kwargs["pk"])

    def places_url(self, item, **query):
        """Return the address of the list behind a figure."""
        url = reverse("meetings:guidance_places", args=[item.pk])
        return f"{url}?{urlencode(query)}" if query else url


class GuidanceView(ItemMixin, TemplateView):
    """How one item stands: four figures, the communes where it is not yet passed on, most left first."""

    template_name = "meetings/guidance/item.html"

    def get_context_data(self, **kwargs):
        user, day, item = self.request.user, today(), self.get_item()
        standing = Standing(item, user, day)
        units = standing.units
        codes = dict(
            Locality.objects.visible_to(user)
            .filter(pk__in=[unit.locality_id for unit in units])
            .order_by()
            .values_list("pk", "code")
        )
        shown = [(unit, self.unit_url(item, codes.get(unit.locality_id))) for unit in units]
        others = Guidance.objects.visible_to(user).going_on(day).select_related("locality")
        return super().get_context_data(
            title=item.document,
            item=item,
            goes_on=item.goes_on(day),
            days_left=(item.due_on - day).days if item.due_on else None,
            others=rows_of(others.order_by("-issued_on", "-pk")[:PER_PAGE], user, day),
            places=len(standing.lines),
            tiles=self.tiles(standing),
            left=[(unit, url) for unit, url in shown if unit.left],
            complete=[(unit, url) for unit, url in shown if not unit.left],
            complete_places=sum(len(unit.lines) for unit, _url in shown if not unit.left),
            reminder=standing.reminder(standing.lines) if item.goes_on(day) else "",
            as_of=timezone.now(),
            may_edit=Guidance.objects.editable_by(user).filter(pk=item.pk).exists(),
            may_record=records(user) and any(unit.left for unit in units),
            tabs=tabs("guidance"),
            **kwargs,
        )

    def unit_url(self, item, code):
        return self.places_url(item, within=code) if code else self.places_url(item)

    def tiles(self, standing):
        """Four figures of the item, each of which is a list."""
        item, lines = standing.item, standing.lines
        passed, left = standing.shown(Show.PASSED), standing.shown(Show.LEFT)
        late, nobody = standing.shown(Show.LATE), standing.shown(Show.NOBODY)
        in_time = sum(not line.is_late for line in left)
        units = [unit for unit in standing.units if unit.left]
        meetings = standing.meetings
        return [
            Tile(
                label=pgettext("guidance", "Passed on"),
                value=pct(percent(len(passed), len(lines))),
                count=_("at %(part)s of %(whole)s places") % {"part": count(len(passed)), "whole": count(len(lines))},
                note=ngettext("recorded with %(number)s meeting", "recorded with %(number)s meetings", meetings)
                % {"number": count(meetings)},
                url=self.places_url(item, show=Show.PASSED.value),
            ),
            Tile(
                label=pgettext("guidance", "Not yet"),
                value=count(len(left)),
                count=ngettext("in %(number)s part of the tree", "in %(number)s parts of the tree", len(units))
                % {"number": count(len(units))},
                note=_("%(number)s meet before it is due") % {"number": count(in_time)} if item.due_on else "",
                url=self.places_url(item, show=Show.LEFT.value),
            ),
            Tile(
                label=_("Will miss the date"),
                value=count(len(late)) if item.due_on else "–",
                count=_("no meeting is planned by then") if item.due_on else _("no day is set"),
                note=named_with_units(late[:NAMED]),
                url=self.places_url(item, show=Show.LATE.value),
            ),
            Tile(
                label=_("Nobody to pass it on"),
                value=count(len(nobody)),
                count=_("nobody is in charge there"),
                note=named_with_units(nobody[:NAMED]),
                url=self.places_url(item, show=Show.NOBODY.value),
            ),
        ]


class GuidancePlacesView(ItemMixin, FileMixin, TemplateView):
    """The places of an item, place by place: when, at which meeting and by whom it was passed on, or may be."""

    template_name = "meetings/guidance/places.html"
    explained = ("guidance",)
    columns = [
        Column(gettext_lazy("Locality code"), "place.locality.code"),
        Column(gettext_lazy("Locality"), "place.name"),
        Column(gettext_lazy("Lies in"), "place.path"),
        Column(gettext_lazy("State"), "state"),
        Column(gettext_lazy("Day"), "first.held_on"),
        Column(gettext_lazy("Meeting"), lambda line: where_of(line.first)),
        Column(gettext_lazy("Passed on by"), "first.cadre.full_name"),
        Column(gettext_lazy("Next meeting"), "next_day"),
        Column(gettext_lazy("In charge"), lambda line: ", ".join(line.names)),
    ]

    def get_context_data(self, **kwargs):
        user, day, item = self.request.user, today(), self.get_item()
        self.item = item
        form = PlacesForm(self.request.GET, user=user)
        valid, standing = form.is_valid(), Standing(item, user, day)
        show, within = (form.cleaned_data["show"], form.cleaned_data["within"]) if valid else ("", None)
        self.object_list = standing.shown(show, within.pk if within else None) if valid else []
        page = Paginator(self.object_list, PER_PAGE).get_page(self.request.GET.get("page"))
        editable = set()
        if records(user) and any(not line.is_passed for line in page):
            places = Place.objects.editable_by(user).filter(pk__in=[line.place.pk for line in page])
            editable = set(places.values_list("pk", flat=True))
        query = {"within": within.code} if within else {}
        elsewhere = reverse("meetings:guidance_elsewhere", args=[item.pk])
        return super().get_context_data(
            title=item.document,
            line=item.title,
            item=item,
            form=form,
            page_obj=page,
            rows=page,
            passed=sum(line.is_passed for line in self.object_list),
            reminder=standing.reminder(self.object_list) if item.goes_on(day) else "",
            as_of=timezone.now(),
            elsewhere_url=f"{elsewhere}?{urlencode(query)}" if editable else "",
            **kwargs,
        )

    def get_file_stem(self):
        return "guidance_places"

    def get_file_rows(self):
        codes = dict(
            Locality.objects.visible_to(self.request.user)
            .order_by()
            .filter(pk__in=places_of(self.item, self.request.user, today()).order_by().values("locality"))
            .values_list("pk", "code")
        )
        for line in self.object_list:
            line.place.locality = Locality(pk=line.place.locality_id, code=codes[line.place.locality_id])
            yield line


def where_of(row):
    """Return at what an item was passed on, in words; nothing where it was not."""
    if row is None:
        return None
    return row.meeting.get_kind_display() if row.meeting else row.occasion


class GuidanceElsewhereView(ItemMixin, View):
    """Record that an item was passed on at some places on an occasion that was none of their own meetings."""

    def get(self, request, pk):
        if not records(request.user):
            raise Http404
        item = self.get_item()
        form = ElsewhereForm(request.POST if request.method == "POST" else None, places=self.offered(item))
        if form.is_bound and form.is_valid() and self.save(item, form):
            return redirect(item)
        context = {
            "title": _("%(document)s: passed on elsewhere") % {"document": item.document},
            "advice": _("What was passed on at a meeting of the place itself is recorded with that meeting."),
            "form": form,
            "cancel_url": item.get_absolute_url(),
        }
        return render(request, "generic/form.html", context)

    post = get

    def offered(self, item):
        """The localities, named as they stand today, at which it is the user's to record, and not yet passed on."""
        user = self.request.user
        places = places_of(item, user, today()).order_by()
        form = PlacesForm(self.request.GET, user=user)
        if form.is_valid() and (within := form.cleaned_data["within"]):
            places = places.under(within)
        done = item.passed_on.order_by().standing().values("locality")
        mine = Locality.objects.editable_by(user).filter(pk__in=places.values("locality")).exclude(pk__in=done)
        return mine.as_of(today()).order_by("standing__path", "standing__sort_key")

    def save(self, item, form):
        """Record it; return whether that was possible, or let the form say why not."""
        said = form.cleaned_data
        try:
            made = pass_on_elsewhere(item, said["places"], said["day"], said["occasion"], by=self.request.user)
        except ValidationError as error:
            form.add_error("day", error.messages)
            return False
        text = ngettext("Recorded for %(number)s place.", "Recorded for %(number)s places.", len(made))
        messages.success(self.request, text % {"number": len(made)})
        return True


class GuidanceFormMixin:
    """What entering and changing an item share."""

    model = Guidance
    form_class = GuidanceForm
    template_name = "generic/form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"places": parts_of(self.request.user)}

    def form_valid(self, form):
        response = super().form_valid(form)
        if form.is_valid():
            messages.success(self.request, _("Saved: %(document)s.") % {"document": form.instance.document})
        return response


class GuidanceCreateView(GuidanceFormMixin, ScopedCreateView):
    """Enter a document that is to be passed on."""

    def dispatch(self, request, *args, **kwargs):
        if not records(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("New guidance"), cancel_url=reverse("meetings:guidance"), **kwargs)


class GuidanceEditView(GuidanceFormMixin, ScopedUpdateView):
    """Correct an item, or end it."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Change: %(document)s") % {"document": self.object.document},
            cancel_url=self.object.get_absolute_url(),
            **kwargs,
        )
