"""Who came: recorded on one page for a meeting, and listed behind the figures."""

from operator import itemgetter

from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from assignments.filters import counted_part, seen_locality
from assignments.models import Cadre
from assignments.models.posting import agency_on, all_postings, posting_on
from assignments.scope import reach_of
from assignments.visibility import chain_of
from cadrenet.codes import key_in
from cadrenet.listing import ChoiceColumn, Column, ScopedListView
from cadrenet.periods import today
from cadrenet.texts import in_full_first
from meetings.actions import hold_rosters
from meetings.corrections import kept_beside
from meetings.entries import last_day_in_time
from meetings.excuses import words_read_in
from meetings.filters import AttendanceFilter
from meetings.forms import FOUND_AT_ONCE, RecordForm
from meetings.guidance.forms import passed_on_form
from meetings.models import Attendance, Kind, Meeting
from meetings.queries import late_entry_days
from meetings.views.people import visible_people
from meetings.views.tabs import tabs, with_quarter


class RecordView(TemplateView):
    """Record who came to a meeting: the whole roster for whoever records there, else the user's own row.

    Besides saving, two buttons of the same form change only what is shown: one looks up a guest by name, one says
    that everybody not recorded yet was present.
    """

    template_name = "meetings/record.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.form = None

    def read(self):
        """The meeting, and those rows of it that the user records."""
        user, pk = self.request.user, self.kwargs["pk"]
        found = Meeting.objects.visible_to(user).select_related("place", "agency", "locality")
        self.meeting = get_object_or_404(found, pk=pk)
        self.whole = self.meeting.is_recorded_in(reach_of(user))
        rows = Attendance.objects.editable_by(user).filter(meeting=self.meeting).with_names()
        self.rows = list(rows.order_by("cadre__sort_key", "pk"))
        if not self.whole and not self.rows:
            raise Http404
        self.limit = late_entry_days(self.meeting.day)

    def hold(self):
        """As ``read``, and hold them: what is read is written to. Return whether the user records anything."""
        user, pk = self.request.user, self.kwargs["pk"]
        self.roster = hold_rosters([pk], among=Meeting.objects.visible_to(user)).get(pk)
        if self.roster is None:
            return False
        self.meeting, self.limit, reach = self.roster.meeting, self.roster.limit, reach_of(user)
        self.whole = self.meeting.is_recorded_in(reach)
        rows = [row for row in self.roster.rows.values() if row.is_recorded_in(reach)]
        self.rows = sorted(rows, key=lambda row: (row.cadre.sort_key, row.pk))
        return self.whole or bool(self.rows)

    @property
    def is_late(self):
        """Whether the time for what is recorded now is over."""
        return today() > last_day_in_time(self.meeting.day, self.limit)

    def get_form(self, data=None):
        return RecordForm(
            data,
            meeting=self.meeting,
            rows=self.rows,
            whole=self.whole,
            on=today(),
            now=timezone.now(),
            guests=Cadre.objects.visible_to(self.request.user),
            words=words_read_in(self.rows, self.request.user),
            own=reach_of(self.request.user).cadres if self.is_late else (),
        )

    def get_passed_on(self, data=None):
        """What of the guidance was passed on there, for whoever records the meeting; a page without it sends none."""
        if data is not None and "guidance-were" not in data:
            return None
        return passed_on_form(self.meeting, self.request.user, data) if self.whole else None

    def get(self, request, **kwargs):
        self.read()
        self.form, self.passed_on = self.get_form(), self.get_passed_on()
        return super().get(request, **kwargs)

    def post(self, request, **kwargs):
        if "find" in request.POST or "fill" in request.POST:
            self.read()
            self.form, self.passed_on = self.get_form(request.POST), self.get_passed_on(request.POST)
            if "fill" in request.POST:
                self.form.mark_the_rest_present()
        elif (saved := self.save()) is None:
            raise Http404
        elif saved:
            messages.success(request, self.result_sentence())
            for sentence in kept_beside(self.form.corrections):
                messages.info(request, sentence)
            return redirect(self.meeting)
        return self.render_to_response(self.get_context_data(**kwargs))

    @transaction.atomic(savepoint=False)
    def save(self):
        """Record what was sent, while the meeting is held; return whether that was possible, None without rights."""
        if not self.hold():
            return None
        data, by = self.request.POST, self.request.user
        self.form, self.passed_on = self.get_form(data), self.get_passed_on(data)
        valid = [one.is_valid() for one in (self.form, self.passed_on) if one is not None]
        if all(valid) and self.form.save(by=by, on=today(), roster=self.roster):
            if self.passed_on is not None:
                self.passed_on.save(by, today())
            return True
        prefetch_related_objects(self.rows, all_postings("cadre"))
        return False

    def result_sentence(self):
        """What was recorded, in one sentence."""
        unrecorded, said = Attendance.Status.UNRECORDED, {row.cadre_id: row.status for row in self.form.recorded}
        left = sum(row.expected and said.get(row.cadre_id, row.status) == unrecorded for row in self.rows)
        if not left:
            return _("Recorded. Nobody on the roster is left.")
        return ngettext(
            "Recorded. %(number)s on the roster is not recorded yet.",
            "Recorded. %(number)s on the roster are not recorded yet.",
            left,
        ) % {"number": left}

    def get_context_data(self, **kwargs):
        meeting, form = self.meeting, self.form
        return super().get_context_data(
            title=meeting.title,
            chain=chain_of(meeting.place, self.request.user),
            meeting=meeting,
            form=form,
            passed_on_form=self.passed_on,
            candidates=self.candidates(),
            over=meeting.day <= today(),
            late=self.is_late,
            in_time_until=last_day_in_time(meeting.day, self.limit),
            **kwargs,
        )

    def candidates(self):
        """Who may be meant by the name of a guest, and those chosen already; None while nobody was looked for."""
        form = self.form
        if not form.is_bound or not form.may_add_guests:
            return None
        visible = Cadre.objects.visible_to(self.request.user).prefetch_related(posting_on(self.meeting.day))
        chosen = visible.filter(pk__in=filter(None, map(key_in, form.data.getlist("guest"))))
        found = [{"cadre": cadre, "chosen": True} for cadre in chosen]
        name = form.data.get("guest_name", "").strip()
        if name:
            known = {row.cadre_id for row in self.rows} | {line["cadre"].pk for line in found}
            others = visible.named(name).exclude(pk__in=known)
            others = others.order_by(in_full_first(name), "sort_key", "code")[:FOUND_AT_ONCE]
            found += [{"cadre": cadre, "chosen": False} for cadre in others]
        return found if name or found else None


class AttendanceListView(ScopedListView):
    """The rows behind the figures of attendance, at held meetings of a quarter."""

    model = Attendance
    filterset_class = AttendanceFilter
    template_name = "meetings/attendances.html"
    title = gettext_lazy("Attendance")
    file_stem = "attendance"
    explained = ("attendance",)
    # Read from plain values (``get_file_rows``): a file has a hundred times the rows of a page.
    columns = [
        Column(gettext_lazy("Meeting code"), itemgetter("meeting__code")),
        Column(gettext_lazy("Starts at"), itemgetter("meeting__starts_at")),
        ChoiceColumn(gettext_lazy("Kind"), itemgetter("meeting__kind"), Kind.choices),
        Column(gettext_lazy("Locality"), itemgetter("meeting__place__name")),
        Column(gettext_lazy("Lies in"), itemgetter("meeting__place__path")),
        Column(gettext_lazy("Cadre code"), itemgetter("cadre__code")),
        Column(gettext_lazy("Full name"), itemgetter("cadre__full_name")),
        Column(gettext_lazy("Agency"), itemgetter("agency_name")),
        Column(gettext_lazy("Guest"), lambda row: not row["expected"]),
        ChoiceColumn(gettext_lazy("Status"), itemgetter("status"), Attendance.Status.choices),
        ChoiceColumn(gettext_lazy("Reason"), itemgetter("reason"), Attendance.Reason.choices),
    ]
    values = ("expected", "status", "reason", "meeting__code", "meeting__starts_at", "meeting__kind")
    values += ("meeting__place__name", "meeting__place__path")
    values += ("cadre__code", "cadre__full_name", "agency_name")

    def get_queryset(self):
        user = self.request.user
        within, counted = (seen_locality(user, self.request.GET.get(name)) for name in ("within", "counted"))
        if part := counted_part(user, counted, within):
            found = Attendance.objects.counted_in(part)
        else:
            found = Attendance.objects.visible_to(user, within)
        found = found.filter(held=True).with_names()
        return found.order_by("-day", "-meeting__starts_at", "meeting", "cadre__sort_key", "pk")

    def get_file_rows(self):
        rows = self.object_list.annotate(agency_name=agency_on(OuterRef("day"), "agency__name"))
        return rows.values(*self.values).iterator(2000)

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "data": with_quarter(self.request)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(tabs=tabs("attendances"), **kwargs)
        context["known_people"] = visible_people(context["object_list"], self.request.user)
        form = context["filter"].form
        cadre = form.cleaned_data.get("cadre") if form.is_valid() else None
        if cadre:
            context |= {"cadre": cadre, "everybody_url": f"{reverse('meetings:attendances')}?{self.without_cadre()}"}
        return context

    def without_cadre(self):
        query = self.request.GET.copy()
        query.pop("cadre", None)
        query.pop("page", None)
        return query.urlencode()
