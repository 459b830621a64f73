"""The assignment board: who answers for which place, and assigning in the row."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView, View

from assignments.actions import Refused, carry_out
from assignments.board.forms import BoardForm, PaperForm, TakeOverForm
from assignments.board.rows import BoardRow, Show, board_rows, conditions, in_order_of_tree, matching_text, sizes
from assignments.coverage.queries import COVERED_TIERS
from assignments.models import Assignment, Limit, Locality, Place, Tier
from assignments.queries import read_rules
from assignments.scope import decides
from assignments.tenure.queries import all_lineage
from assignments.undo import just_made, may_take_back, take_back
from assignments.views import PLACE_COLUMNS, VACANCY_COLUMNS, tabs
from assignments.visibility import can_assign_at
from cadrenet.codes import key_in
from cadrenet.listing import PER_PAGE, Column, FileMixin
from cadrenet.periods import today
from cadrenet.receipts import stored
from cadrenet.templatetags import figures

PAPER = ("decision_number", "decision_on", "first_day")
# What an address of the board says about one moment only.
FLEETING = ("open", "saved", "format")


@dataclass
class BoardLine:
    """A row of the board as it is printed: with its form where that is open, and with what was just done there."""

    row: BoardRow
    may_assign: bool = False
    form: TakeOverForm | None = None
    message: str = ""

    @property
    def key(self):
        """The key of the place, by which the row is named on the page."""
        return self.row.place.locality_id


class Paper:
    """The decision and the first day, typed once for all rows; every row sends them along."""

    def __init__(self, asked, day):
        self.typed = {name: asked.get(name, "") for name in PAPER}
        self.typed["first_day"] = self.typed["first_day"] or localize_input(day)
        self.form = PaperForm(self.typed)


def words():
    """The words that stand in every row."""
    return {
        "since": _("Since"),
        "months": _("Months"),
        "holds": _("Holds"),
        "before": _("Before"),
        "short": _("short"),
        "replace": _("Replace"),
        "assign": _("Assign"),
        "give_to": _("Give to"),
        "nobody_so_far": _("Nobody so far"),
    }


class Addresses:
    """The addresses of many rows, each of two halves with a key between.

    To ask for each, and for the words that stand in every row, would take a third of the page's time.
    """

    def __init__(self):
        self.locality = reverse("reports:locality", args=[0]).split("0")
        self.cadre = reverse("reports:cadre", args=[0]).split("0")
        self.assignment = reverse("assignments:assignment", args=[0]).split("0")
        self.row = reverse("assignments:board_row", args=[0]).split("0")
        self.choices = reverse("assignments:cadre_choices")


def rows_today(places, user):
    """The rows of some places today, as far as the reader may see."""
    minimum = Limit.on(today(), Limit.Name.MINIMUM_TENURE_MONTHS)
    return board_rows(places, today(), Assignment.objects.visible_to(user), user, timezone.now(), minimum)


def query_of(asked, **more):
    """What was asked of the board, to be asked again: the query of an address, with its mark, or nothing."""
    kept = asked.copy()
    for name in FLEETING:
        kept.pop(name, None)
    kept.update(more)
    return f"?{kept.urlencode()}" if kept else ""


def to_board(asked, key, **more):
    """Lead back to a row of the board, with what was asked of it."""
    return redirect(f"{reverse('assignments:board')}{query_of(asked, **more)}#row-{key}")


class BoardView(FileMixin, ListView):
    """Places in the order of the tree, with who answers for each; whoever decides there assigns in the row."""

    template_name = "assignments/board/board.html"
    paginate_by = PER_PAGE
    file_stem = "assignment-board"
    explained = ("coverage", "tenure")
    # Public names: other programs read them (docs/data-format.md).
    columns = [
        *PLACE_COLUMNS,
        Column("cadre_codes", "codes", gettext_lazy("Cadre code")),
        Column("cadre_names", "names", gettext_lazy("In charge")),
        Column("agency", "first.cadre.agency.name", gettext_lazy("Agency")),
        Column("since", "first.since", gettext_lazy("In office since")),
        Column("months", "first.months", gettext_lazy("Months")),
        Column("last_day", "first.assignment.last_day", gettext_lazy("Until")),
        Column("assignments_held", "first.load", gettext_lazy("Number of assignments")),
        *VACANCY_COLUMNS,
    ]
    # A row that was sent and not accepted, with what was typed into it.
    sent = None

    def get_queryset(self):
        user = self.request.user
        self.form = BoardForm(self.request.GET, user=user)
        places = Place.objects.visible_to(user)
        if not self.form.is_valid():
            return places.none()
        self.day = self.form.as_of
        places = places.on(self.day).filter(tier__in=self.form.tiers)
        if self.form.part:
            places = places.under(self.form.part)
        if text := self.form.cleaned_data["q"].strip():
            places = matching_text(places, text, Assignment.objects.visible_to(user).on(self.day))
        rules, self.lineage = read_rules(), all_lineage()
        self.minimum = rules.on(self.day, Limit.Name.MINIMUM_TENURE_MONTHS)
        conditions_by_show = conditions(self.day, self.form.tiers, rules, self.lineage)
        self.sizes = sizes(places, conditions_by_show)
        self.size = self.sizes[self.form.shown]
        places = places.filter(conditions_by_show[self.form.shown])
        if not self.size.with_groups(self.form.with_groups):
            places = places.exclude(tier=Tier.SELF_GOVERNING_GROUP)
        return in_order_of_tree(places.select_related("locality"))

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        if self.form.is_valid():
            # Counted already, together with the other tabs.
            paginator.count = self.size.shown(self.form.with_groups)
        return paginator

    def with_details(self, places):
        """The places with who answers for them, as far as the reader may see."""
        user = self.request.user
        assignments = Assignment.objects.visible_to(user)
        return board_rows(places, self.day, assignments, user, timezone.now(), self.minimum, self.lineage)

    def get_context_data(self, **kwargs):
        user = self.request.user
        context = super().get_context_data(
            title=_("Assignment board"),
            line=_("Who answers for which place, for how long, and what needs a look"),
            form=self.form,
            **kwargs,
        )
        if not self.form.is_valid():
            return context
        may_write = decides(user) and self.day == today()
        lines = self.lines(context["object_list"], may_write)
        return context | {
            "day": self.day,
            "minimum": self.minimum,
            "lines": lines,
            "may_write": may_write and any(line.may_assign for line in lines),
            "lists": tabs("board", self.request),
            "tabs": self.tabs(),
            "left_out": 0 if self.size.with_groups(self.form.with_groups) else self.size.total - self.size.upper,
            "empty": self.empty(),
            "query": query_of(self.request.GET),
            "at": Addresses(),
            "words": words(),
            "paper": Paper(self.request.POST or self.request.GET, today()),
            "kept": self.kept(),
            "saved": self.saved(),
        }

    def lines(self, places, may_write):
        """The rows of the page; the one that is open, or was sent and not accepted, with its form."""
        user, found = self.request.user, []
        for row in self.with_details(places):
            line = BoardLine(row, may_assign=may_write and can_assign_at(row.place, user))
            if self.sent and line.key == self.sent.key:
                line = self.sent
            elif line.may_assign and self.request.GET.get("open") == str(line.key):
                line.form = opening_form(row, user, self.form.shown)
            found.append(line)
        if self.sent and self.sent not in found:
            # Meanwhile it belongs to another list: what was typed is shown all the same.
            found.insert(0, self.sent)
        return found

    def tabs(self):
        """What the board can show, each with how many rows that has."""
        asked = self.request.GET.copy()
        for name in ("page", "show", *FLEETING):
            asked.pop(name, None)
        items = []
        for show, size in self.sizes.items():
            label = show.label
            if show == Show.SHORT:
                label = _("Under %(minimum)s months") % {"minimum": self.minimum}
            query = asked.copy()
            if show != Show.ALL:
                query["show"] = show.value
            items.append(
                {
                    "label": label,
                    "url": f"{reverse('assignments:board')}?{query.urlencode()}".rstrip("?"),
                    "current": show == self.form.shown,
                    "count": size.shown(self.form.with_groups),
                }
            )
        return items

    def kept(self):
        """What was asked of the board and goes along when the paper is typed: (name, value)."""
        left_out = {"page", *PAPER, *FLEETING}
        return [(name, value) for name, value in self.request.GET.items() if name not in left_out]

    def empty(self):
        """What a list without rows says, and why."""
        return {
            Show.ALL: (_("There are no localities here on that day"), _("Choose another day or part of the tree.")),
            Show.NOBODY: (_("Every locality has somebody in charge"), _("There is nothing to assign here.")),
            Show.ENDING: (
                _("No coverage ends within 30 days"),
                _("Wherever an assignment ends by then, somebody follows or others stay."),
            ),
            Show.LEFT: (_("Nobody who answers for a place has left"), _("Whoever leaves hands over before.")),
            Show.SHORT: (_("Everybody has served long enough"), _("Nobody here is under the minimum.")),
        }[self.form.shown]

    def saved(self):
        """The assignment that was just made on a page without script, while it may be taken back; else None."""
        key, user = key_in(self.request.GET.get("saved")), self.request.user
        if key is None:
            return None
        rows = Assignment.objects.editable_by(user).filter(pk=key).select_related("cadre").as_of(today())
        made = rows.first()
        return made if made and just_made([made], user, timezone.now()) else None


def opening_form(row, user, shown=Show.ALL):
    """The form of a row before anything is typed. Whoever has left is replaced first."""
    holders = sorted(row.people, key=lambda holder: not holder.has_left)
    # Where too few answer somebody is added; else whoever is there is replaced.
    replaces = holders[0].assignment.pk if holders and shown != Show.NOBODY else ""
    return TakeOverForm(row=row, user=user, initial={"replaces": str(replaces)})


class BoardRowView(BoardView):
    """One row of the board: its form, and what was typed into it.

    With script the row alone goes to and fro; without, the page does. The address carries what the board was asked.
    """

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request, *args, **kwargs):
        self.place = self.find()
        return super().dispatch(request, *args, **kwargs)

    def find(self):
        """The place as it stands today; not found where somebody else decides."""
        user = self.request.user
        places = Place.objects.visible_to(user).on(today()).filter(tier__in=COVERED_TIERS)
        place = get_object_or_404(places.select_related("locality"), locality=self.kwargs["pk"])
        if not can_assign_at(place, user):
            raise Http404
        return place

    def get(self, request, *args, **kwargs):
        if not request.htmx:
            query = query_of(request.GET)
            mark = "&" if query else "?"
            return redirect(
                f"{reverse('assignments:board')}{query}{mark}open={self.kwargs['pk']}#row-{self.kwargs['pk']}"
            )
        (row,) = rows_today([self.place], request.user)
        shown = Show.NOBODY if request.GET.get("show") == Show.NOBODY else Show.ALL
        return answer_row(request, BoardLine(row, may_assign=True, form=opening_form(row, request.user, shown)))

    def post(self, request, *args, **kwargs):
        form, made = self.attempt()
        if made is not None:
            stored(request, reverse("assignments:board") + query_of(request.GET, saved=made.pk))
        if made is None:
            line = BoardLine(form.row, may_assign=True, form=form)
            if request.htmx:
                return answer_row(request, line)
            self.sent = line
            self.object_list = self.get_queryset()
            return self.render_to_response(self.get_context_data())
        if request.htmx:
            (row,) = rows_today([self.place], request.user)
            return answer_row(request, BoardLine(row, may_assign=True, message=sentence_of(made)))
        return redirect(reverse("assignments:board") + query_of(request.GET, saved=made.pk))

    @transaction.atomic
    def attempt(self):
        """Read the row again, and make the change unless something speaks against it: (form, assignment or None).

        The locality is held meanwhile: of two people at the same row, the second sees what the first has done.
        """
        user = self.request.user
        list(Locality.objects.visible_to(user).filter(pk=self.place.locality_id).order_by().select_for_update())
        (row,) = rows_today([self.place], user)
        form = TakeOverForm(self.request.POST, row=row, user=user)
        if not form.is_valid() or form.is_unread:
            return form, None
        (change,) = form.changes
        try:
            made = carry_out([replace(change, why=form.reason_of(0))])
        except Refused as refused:
            form.add_error(None, refused.faults[0])
            return form, None
        return form, made[0]


def sentence_of(assignment):
    """What was just done, in words."""
    return _("%(cadre)s answers for %(locality)s from %(day)s.") % {
        "cadre": assignment.cadre.full_name,
        "locality": str(assignment.locality),
        "day": figures.day(assignment.first_day),
    }


def answer_row(request, line):
    """One row of the board, alone, in place of the one that asked."""
    context = {
        "line": line,
        "query": query_of(request.GET),
        "at": Addresses(),
        "words": words(),
        "paper": Paper(request.POST or request.GET, today()),
        "may_write": True,
        "day": today(),
    }
    return render(request, "assignments/board/row.html", context)


class TakeBackView(View):
    """Undo an assignment that the same person has just made; whoever it replaced holds the place as before."""

    @transaction.atomic
    def post(self, request, pk):
        rows = Assignment.objects.editable_by(request.user).select_related("cadre").as_of(today())
        row = get_object_or_404(rows, pk=pk)
        name, locality = row.cadre.full_name, row.locality
        wrong = self.undo(row)
        message = wrong or _("Taken back: %(cadre)s at %(locality)s.") % {"cadre": name, "locality": locality.name}
        if request.htmx and (place := self.place_of(locality)):
            (line,) = rows_today([place], request.user)
            return answer_row(request, BoardLine(line, may_assign=True, message=message))
        messages.add_message(request, messages.ERROR if wrong else messages.SUCCESS, message)
        return to_board(request.GET, locality.pk)

    def undo(self, row):
        """Take it back; return a sentence when that is no longer possible. Somebody else's is not found."""
        user = self.request.user
        if not may_take_back(row, user, timezone.now()):
            if not row.history.filter(history_type="+", history_user=user.pk).exists():
                raise Http404
            return _("This can no longer be taken back. End the assignment instead.")
        try:
            with transaction.atomic():
                take_back(row)
        except ValidationError as refused:
            return " ".join(refused.messages)
        except ProtectedError:
            return _("Something already builds on this assignment. End it instead.")
        return None

    def place_of(self, locality):
        """Where the locality stands today, if it is the user's to assign."""
        place = Place.objects.visible_to(self.request.user).on(today()).filter(locality=locality)
        place = place.select_related("locality").first()
        return place if place and can_assign_at(place, self.request.user) else None
